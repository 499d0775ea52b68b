"""`fieldapp list --lines`: the list by ear. Ten at a time, found by words and filters; one is opened and read out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from fieldapp.cli import aloud
from fieldapp.cli.dialogue import STOP, Stopped, Talk
from fieldapp.cli.output import Output, plain
from fieldapp.cli.words import ALL_STATES, state_words
from fieldapp.locale import N_, _, language

if TYPE_CHECKING:
    from fieldapp.services.lists import Order, Wanted
    from fieldapp.services.session import Session

PAGE: Final = 10
"""Registrations told at once."""
_HELP: Final = N_(
    "Ketik: angka membuka satu pendaftaran, Enter sepuluh berikutnya, < sepuluh sebelumnya, c lalu kata mencari nama, "
    "NIK, atau telepon, s menyaring, u mengurutkan, h menghapus pencarian dan saringan, ? bantuan ini, . berhenti."
)
_OPEN_HELP: Final = N_(
    "Ketik: Enter atau l yang berikutnya, < yang sebelumnya, b baca semua isian, r riwayat, k kembali ke daftar, "
    "? bantuan ini, . berhenti."
)
ORDERS: Final[dict[Order, str]] = {
    "name": N_("nama"),
    "submitted_at": N_("waktu"),
    "area": N_("wilayah"),
    "state": N_("keadaan"),
    "risk": N_("risiko"),
}
MARKS: Final[dict[str, str]] = {
    "explained": N_("diberi alasan"),
    "faulty": N_("ada yang salah"),
    "conflicting": N_("bertentangan"),
    "alike": N_("mungkin ganda"),
}


def walk(session: Session, out: Output, wanted: Wanted) -> int:
    """Lists and reads with the person until they stop; exit code 0."""
    talk = ListTalk(session, out, wanted)
    try:
        talk.begin()
        while True:
            talk.at_list(talk.read(_("Daftar: ")))
    except Stopped:
        talk.tell("")
    return 0


class ListTalk(Talk):
    """Where the person is in the list, and what the list shows."""

    def __init__(self, session: Session, out: Output, wanted: Wanted) -> None:
        super().__init__(out)
        self.session = session
        self.wanted = wanted
        self.at = 0
        """The place of the first registration that was told last."""
        self.found: Sequence[int] = ()

    # The list

    def begin(self) -> None:
        """Asks for the list and tells its first ten."""
        from fieldapp.services import lists

        self.found = lists.numbers(self.session, self.wanted) or ()
        self.at = 0
        self.tell(self.summary())
        if not self.found:
            self.tell(_("Tidak ada yang cocok. Ketik h untuk menghapus pencarian dan saringan, ? untuk bantuan."))
            return
        self.tell_page()
        self.tell(_("Ketik ? untuk bantuan."))

    def at_list(self, line: str) -> None:
        """Does what was typed at the list."""
        word, _space, rest = line.partition(" ")
        match word.casefold():
            case "":
                self.turn(PAGE)
            case "<":
                self.turn(-PAGE)
            case "?":
                self.tell(_(_HELP))
            case "c":
                self.show(replace(self.wanted, text=rest.strip()))
            case "s":
                self.filter()
            case "u":
                self.order()
            case "h":
                self.show(type(self.wanted)(order=self.wanted.order, reverse=self.wanted.reverse))
            case _ if word == STOP:
                raise Stopped
            case _ if word.isascii() and word.isdigit():
                self.open(int(word) - 1)
            case _:
                self.tell(_("Tidak dikenal. Ketik ? untuk daftar perintah."))

    def show(self, wanted: Wanted) -> None:
        """Shows another choice of registrations, from its beginning."""
        self.wanted = wanted
        self.begin()

    def turn(self, by: int) -> None:
        """Ten further, or ten back."""
        if not 0 <= self.at + by < len(self.found):
            self.tell(_("Ini akhir daftar.") if by > 0 else _("Ini awal daftar."))
            return
        self.at += by
        self.tell_page()

    def tell_page(self) -> None:
        """The ten registrations at this place, a sentence each."""
        from fieldapp.services import lists

        rows = lists.rows(self.session, self.found[self.at : self.at + PAGE])
        self.tell(*(f"{self.at + place}. {_sentence(row)}" for place, row in enumerate(rows, start=1)))
        left = len(self.found) - self.at - len(rows)
        if left > 0:
            self.tell(_("Masih ada {count}; Enter untuk berikutnya.").format(count=left))

    def summary(self) -> str:
        """What is listed, how many, and how ordered, in one sentence."""
        order = _(ORDERS.get(self.wanted.order, self.wanted.order))
        turned = _("dari belakang, ") if self.wanted.reverse else ""
        shown = ", ".join(self._parts()) or _("semua pendaftaran")
        return _("{count} pendaftaran: {shown}; {turned}menurut {order}.").format(
            count=len(self.found), shown=shown, turned=turned, order=order
        )

    def _parts(self) -> Iterator[str]:
        wanted = self.wanted
        if wanted.text:
            yield _("yang memuat {text}").format(text=plain(wanted.text))
        yield from (state_words(state) for state in ALL_STATES if state in wanted.states)
        if wanted.area:
            yield _area(wanted.area)
        if wanted.category:
            yield _category(wanted.category)
        if wanted.by:
            yield _("oleh {name}").format(name=self._member(wanted.by))
        yield from (_(words) for name, words in MARKS.items() if getattr(wanted, name))

    def _member(self, member: str) -> str:
        from fieldapp.services import lists

        return next((plain(name) for id_, name, _count in lists.enumerators(self.session) if id_ == member), member)

    # Filters and orders

    def filter(self) -> None:
        """Asks which part of the filter to change, then for its value."""
        from fieldapp.services import lists

        kinds = [_("keadaan"), _("wilayah"), _("kategori"), _("pencacah"), *(_(words) for words in MARKS.values())]
        kind = self.chosen(kinds, _("Saring menurut nomor berapa? "))
        if kind is None:
            return
        if kind >= 4:
            name = [*MARKS][kind - 4]
            turned: dict[str, Any] = {name: not getattr(self.wanted, name)}
            self.show(replace(self.wanted, **turned))
            return
        values: list[tuple[str, str]]
        if kind == 0:
            values = [(state, state_words(state)) for state in ALL_STATES if state != "draft"]
        elif kind == 1:
            values = [(code, f"{_area(code)}, {count}") for code, count in lists.areas(self.session)]
        elif kind == 2:
            values = [(code, _category(code)) for code in self.session.settings.categories]
        else:
            values = [(id_, f"{plain(name)}, {count}") for id_, name, count in lists.enumerators(self.session)]
        at = self.chosen([_("semua"), *(words for _value, words in values)], _("Nomor berapa? "))
        if at is not None:
            value = values[at - 1][0] if at else ""
            changed: dict[str, Any] = (
                {"states": frozenset({value} if value else ())}
                if kind == 0
                else {("area", "category", "by")[kind - 1]: value}
            )
            self.show(replace(self.wanted, **changed))

    def order(self) -> None:
        """Asks for the order; the one in force is turned around."""
        codes = [*ORDERS]
        at = self.chosen([_(ORDERS[code]) for code in codes], _("Urutkan menurut nomor berapa? "))
        if at is not None:
            order = codes[at]
            self.show(replace(self.wanted, order=order, reverse=order == self.wanted.order and not self.wanted.reverse))

    # One registration

    def open(self, place: int) -> None:
        """Reads one out, and goes on to its neighbours as long as the person wants."""
        if not 0 <= place < len(self.found):
            self.tell(_("Ketik nomor dari 1 sampai {count}.").format(count=len(self.found)))
            return
        shown = self.tell_one(place)
        while shown is not None:
            line = self.read(_("Pendaftaran: ")).casefold()
            match line:
                case "" | "l" | "<":
                    beside = place + (-1 if line == "<" else 1)
                    if 0 <= beside < len(self.found):
                        place = beside
                        shown = self.tell_one(place)
                    else:
                        self.tell(_("Ini awal daftar.") if line == "<" else _("Ini akhir daftar."))
                case "b":
                    self.tell_all(aloud.answer_sentences(shown))
                case "r":
                    self.tell_all(aloud.history_sentences(shown["history"]))
                case "?":
                    self.tell(_(_OPEN_HELP))
                case "k":
                    break
                case _ if line == STOP:
                    raise Stopped
                case _:
                    self.tell(_("Tidak dikenal. Ketik ? untuk daftar perintah."))
        self.at = place - place % PAGE
        self.tell_page()

    def tell_one(self, place: int) -> dict[str, Any] | None:
        """Who it is, and what is odd; None when it is there no longer."""
        from fieldapp.services import lists, registrations
        from fieldapp.services.pairs import duplicates

        [*rows] = lists.rows(self.session, self.found[place : place + 1])
        if not rows:
            self.tell(_("Pendaftaran ini sudah tidak ada."))
            return None
        row = rows[0]
        shown = registrations.show(self.session, row["id"], history=True)
        self.tell("", _("Pendaftaran {number} dari {count}").format(number=place + 1, count=len(self.found)))
        self.tell(_sentence(row))
        values = {**shown["values"], "overrides": shown["overrides"]}
        findings = registrations.check_values(self.session, values, registration=row["id"]).findings
        near = duplicates.near(self.session, shown["values"], row["id"])
        self.tell_all(list(aloud.odd_sentences(shown, findings, near)) or [_("  Tidak ada yang janggal.")])
        return shown


def _sentence(row: Mapping[str, Any]) -> str:
    """One registration in one sentence."""
    parts = [
        plain(row["name"] or _("belum bernama")),
        _("NIK {nik}").format(nik=row["nik"]) if row["nik"] else _("belum ber-NIK"),
        plain(row["area_name"]),
        state_words(row["state"]),
    ]
    odd = [
        (row["errors"], _("salah {count}")),
        (row["conflicts"], _("bertentangan {count}")),
        (row["duplicates"] + row["near_duplicates"], _("mirip {count}")),
        (row["overrides"], _("diberi alasan {count}")),
    ]
    parts += [words.format(count=count) for count, words in odd if count]
    return ", ".join(parts) + "."


def _area(code: str) -> str:
    from fieldapp.domain import region

    return ", ".join(region.name_path(code)[:2]) or plain(code)


def _category(code: str) -> str:
    from fieldapp.forms.declaration import QUESTIONS

    choice = next((each for each in QUESTIONS["categories"].choices if each.code == code), None)
    return choice.label(language()) if choice else plain(code)
