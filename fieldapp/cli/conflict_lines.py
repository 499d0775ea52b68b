"""`fieldapp conflicts list --lines`: the conflict desk by ear. Every side is told, then one word says which holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from fieldapp.cli.aloud import heard, label_words, moment
from fieldapp.cli.answers import answer_of
from fieldapp.cli.dialogue import STOP, Stopped, Talk
from fieldapp.cli.output import Output, plain
from fieldapp.cli.words import kind_words
from fieldapp.locale import N_, _
from fieldapp.services.problems import Problem

if TYPE_CHECKING:
    from fieldapp.services.session import Session

_HELP: Final = N_(
    "Ketik: angka memilih satu sisi, b kembali ke semula, n nilai terbaru bila boleh, t lalu nilainya menulis nilai "
    "lain, u memilih lagi yang terakhir diselesaikan, Enter melewati, ? bantuan ini, . berhenti."
)
_SIGNS: Final = {
    "same": N_("tetap"),
    "changed": N_("diubah"),
    "filled": N_("diisi"),
    "emptied": N_("dikosongkan"),
    "unknown": N_("sudah dilepas dari laptop ini"),
}


def walk(session: Session, out: Output) -> int:
    """Goes through everything that somebody has to choose; exit code 0, also when it is left before its end."""
    from fieldapp.services import lists

    talk = ConflictTalk(session, out)
    ids = lists.ids_at(session, lists.numbers(session, lists.Wanted(disputed=True)) or ())
    if not ids:
        talk.tell(_("Tidak ada pertentangan."))
        return 0
    talk.tell(_("{count} pendaftaran bertentangan.").format(count=len(ids)), _(_HELP))
    try:
        for place, registration in enumerate(ids, start=1):
            talk.tell("", _("Pendaftaran {number} dari {count}").format(number=place, count=len(ids)))
            talk.go_through(registration)
    except Stopped:
        talk.tell("")
    talk.tell(_("{count} isian diselesaikan.").format(count=talk.done))
    return 0


class ConflictTalk(Talk):
    """One sitting: how much was settled in it, and the last, which can be chosen anew."""

    def __init__(self, session: Session, out: Output) -> None:
        super().__init__(out)
        self.session = session
        self.done = 0
        self.last: tuple[str, str] | None = None
        """(registration, group) of the last one settled."""

    def go_through(self, registration: str) -> None:
        """Every dispute of one registration, in the order of the form."""
        from fieldapp.services.conflicts import disputes

        passed: set[str] = set()
        desk = disputes.desk(self.session, registration)
        self.tell(plain(desk["name"] or _("belum bernama")) + ", " + plain(desk["area_name"]) + ".")
        if desk["refusal"] is not None:
            self.tell(plain(desk["refusal"]["message"]))
        if desk["decisions"] is not None:
            self.tell_all(_decision_sentences(desk["decisions"]))
            if desk["decisions"]["dispute"] == "beside_void":
                self.at_void(registration, desk["decisions"])
        while (dispute := next((each for each in desk["disputes"] if each["group"] not in passed), None)) is not None:
            passed.add(dispute["group"])
            self.tell_all(sentences(dispute))
            self.at_one(registration, dispute)
            # Others may have written meanwhile, and one choice can end another's trouble.
            desk = disputes.desk(self.session, registration)

    def at_one(self, registration: str, dispute: Mapping[str, Any]) -> None:
        """Reads commands until this dispute is chosen or passed over."""
        while True:
            line = self.read(_("Pilihan: "))
            word, _space, rest = line.partition(" ")
            match word.casefold():
                case "":
                    return
                case "?":
                    self.tell(_(_HELP))
                case "u":
                    self.again()
                case _ if word == STOP:
                    raise Stopped
                case _:
                    choice = self.choice(dispute, word.casefold(), rest)
                    if choice is not None and self.choose(registration, dispute, choice):
                        return

    def at_void(self, registration: str, decisions: Mapping[str, Any]) -> None:
        """Whether the registration stays out, or is taken in again with what was changed."""
        from fieldapp.services.conflicts import settling

        words = [_("Tetap dibatalkan"), _("Dipakai lagi dengan perubahannya (pengawas)")]
        at = self.chosen(words, _("Nomor berapa? "))
        reason = self.read(_("Alasannya: ")) if at is not None else ""
        if at is None or not reason:
            return
        after: settling.After = "undo" if at else "void"
        try:
            settling.beside_void(self.session, registration, after, seen=decisions["heads"], reason=reason)
        except Problem as problem:
            self.tell(plain(problem.message()))
        else:
            self.done += 1
            self.tell(_("Selesai."))

    def choice(self, dispute: Mapping[str, Any], word: str, rest: str) -> dict[str, Any] | None:
        """What was typed as a choice; None, told why, when it is none."""
        sides = dispute["sides"]
        if word.isascii() and word.isdigit() and 1 <= int(word) <= len(sides):
            return {"keep": sides[int(word) - 1]["entry"]}
        if word == "b":
            return {"take": "base"}
        if word == "n":
            return {"take": "newest"}
        if word == "t":
            return {"values": self.third(dispute, rest)}
        self.tell(_("Tidak dikenal. Ketik ? untuk daftar perintah."))
        return None

    def third(self, dispute: Mapping[str, Any], rest: str) -> dict[str, Any]:
        """The values of a group in one's own words: the rest of the line for one field, else each is asked."""
        from fieldapp.forms.declaration import QUESTIONS

        fields = [field for field in dispute["fields"] if field in QUESTIONS and not QUESTIONS[field].app_set]
        if len(fields) == 1 and rest.strip():
            return {fields[0]: answer_of(fields[0], rest.strip())}
        return {field: answer_of(field, self.read(f"{label_words(field)}: ")) for field in fields}

    def choose(self, registration: str, dispute: Mapping[str, Any], choice: Mapping[str, Any]) -> bool:
        """Whether the choice was taken; a refusal is told, and the dispute as it is now where it has changed."""
        from fieldapp.services import conflicts

        group = str(dispute["group"])
        try:
            answer = conflicts.choose(self.session, registration, group, seen=dispute["heads"], **choice)
        except Problem as problem:
            self.tell(plain(problem.message()), *(plain(each.get("message", "")) for each in problem.findings))
            if problem.code == "conflict_changed":
                self.show_again(registration, group)
                return True
            return False
        self.tell(_("Selesai."), *(plain(each["message"]) for each in answer["warnings"]))
        self.done += answer["entry"] is not None
        self.last = (registration, group)
        return True

    def show_again(self, registration: str, group: str) -> None:
        """The dispute as it is by now, to be chosen."""
        from fieldapp.services.conflicts import disputes

        desk = disputes.desk(self.session, registration)
        found = next((each for each in [*desk["disputes"], *desk["settled"]] if each["group"] == group), None)
        if found is not None:
            self.tell_all(sentences(found))
            self.at_one(registration, found)

    def again(self) -> None:
        """Offers the last one that was settled once more; until something is chosen, the first choice holds."""
        if self.last is None:
            self.tell(_("Belum ada yang diselesaikan di sini."))
        else:
            self.show_again(*self.last)


def sentences(dispute: Mapping[str, Any]) -> Iterator[str]:
    """A dispute: what it is about, who may settle it, what was before, and every side with what its writer did."""
    fields = dispute["fields"]
    yield _("Bertentangan: {what}.").format(what=", ".join(label_words(field) for field in fields))
    if len(fields) > 1:
        yield _("Berubah sebagai satu kesatuan: yang dipilih dipakai utuh.")
    if dispute["rule"] == "newest":
        yield _("Boleh memakai yang terbaru: n.")
    if "how" in dispute:
        yield _("Sudah diselesaikan; yang berlaku: {values}.").format(values=_values(dispute["values"]))
    base = dispute["base"]
    before = _("kosong")
    if base is not None:
        before = _values(base["values"]) if base["known"] else _(_SIGNS["unknown"])
    yield "  " + _("b, semula: {values}").format(values=before)
    for place, side in enumerate(dispute["sides"], start=1):
        where = _("di sini") if side["here"] else _("dari laptop lain")
        newest = ", " + _("terbaru") if side["newest"] else ""
        yield "  " + _("{number}, {where}, oleh {by}, {at}{newest}: {values}").format(
            number=place,
            where=where,
            by=plain(side["by"]),
            at=moment(side["at"]),
            newest=newest,
            values=_signed(side) if side["known"] else _(_SIGNS["unknown"]),
        )


def _values(values: Mapping[str, Any]) -> str:
    if len(values) == 1:
        ((field, value),) = values.items()
        return heard(field, value)
    return "; ".join(f"{label_words(field)} {heard(field, value)}" for field, value in values.items())


def _signed(side: Mapping[str, Any]) -> str:
    values = side["values"]
    parts = []
    for field, value in values.items():
        words = heard(field, value) if len(values) == 1 else f"{label_words(field)} {heard(field, value)}"
        parts.append(f"{words} ({_(_SIGNS[side['signs'][field]])})")
    return "; ".join(parts)


def _decision_sentences(decisions: Mapping[str, Any]) -> Iterator[str]:
    if decisions["dispute"] == "beside_void":
        yield _("Dibatalkan, tetapi diubah di tempat lain.")
    else:
        yield _("Putusan yang berbeda, dibuat tanpa saling tahu. Pengawas memutuskan lagi: fieldapp review.")
    for side in decisions["sides"]:
        reason = f": {plain(side['reason'])}" if side["reason"] else ""
        what = kind_words("void" if side["decision"] == "void" else "decide", side["decision"])
        yield f"  {what}, {plain(side['by'])}, {moment(side['at'])}{reason}"
    for change in decisions["changes"]:
        fields = ", ".join(label_words(field) for field in change["fields"])
        words = _("Diubah oleh {by}, {at}: {fields}")
        yield "  " + words.format(by=plain(change["by"]), at=moment(change["at"]), fields=fields)
