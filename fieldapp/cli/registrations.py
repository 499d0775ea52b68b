"""`list`, `show` and `edit`: looking at registrations and changing answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fieldapp.cli.answers import answer_words, changes_of
from fieldapp.cli.base import argument, command, option, wrong_use
from fieldapp.cli.filters import list_options
from fieldapp.cli.findings import finding_lines
from fieldapp.cli.output import Output, pairs, plain, said, shortened, table
from fieldapp.cli.unlock import unlocked
from fieldapp.cli.words import happened_words, kind_words, state_words
from fieldapp.locale import N_, _, language

if TYPE_CHECKING:
    from fieldapp.services.session import Session


@command(
    "list",
    N_("Daftar pendaftaran, menurut nomornya. NIK disamarkan."),
    *list_options(),
    option(
        "--lines",
        is_flag=True,
        help=N_("Bacakan daftar baris demi baris, sepuluh setiap kali, untuk pembaca layar dan layar braille."),
    ),
)
def listing(
    out: Output,
    state: str | None,
    area: str | None,
    category: str | None,
    text: str | None,
    by: str | None,
    lines: bool,
) -> int:
    if lines:
        return _by_ear(out, state=state, area=area, category=category, text=text, by=by)
    from fieldapp.services import registrations

    with unlocked() as session:
        found = registrations.listing(session, state=state, area=area, category=category, text=text, registered_by=by)
    headings = (_("Nomor"), _("Keadaan"), _("Nama"), _("NIK"), _("Wilayah"), _("Kategori"), _("Terkirim"))
    rows = [
        (
            each["id"],
            state_words(each["state"]),
            each["name"],
            each["nik"],
            each["area"],
            each["categories"],
            each["submitted_at"],
        )
        for each in found
    ]
    out.answer(found, table(headings, rows))
    out.say(_("{count} pendaftaran.").format(count=len(found)))
    return 0


def _by_ear(
    out: Output, *, state: str | None, area: str | None, category: str | None, text: str | None, by: str | None
) -> int:
    from fieldapp.cli.list_lines import walk
    from fieldapp.services.lists import Wanted

    if out.as_json or state == "draft":
        wrong_use(_("--lines membacakan pendaftaran; draf dan --json tanpa --lines."))
    with unlocked() as session:
        member = None
        if by:
            from fieldapp.services.membership import find_member

            member = find_member(session, by).id
        states = frozenset({state} if state else ())
        return walk(
            session,
            out,
            Wanted(text=text or "", states=states, area=area or "", category=category or "", by=member or ""),
        )


@command(
    "show",
    N_("Tampilkan satu pendaftaran dengan semua isiannya."),
    argument("registration", metavar=N_("NOMOR"), help=N_("Nomor pendaftaran atau draf.")),
    option("--history", is_flag=True, help=N_("Sertakan riwayat perubahan.")),
)
def show(out: Output, registration: str, history: bool) -> None:
    from fieldapp.services import registrations

    with unlocked() as session:
        shown = registrations.show(session, registration, history=history)
        if shown["state"] != "draft":
            # The whole NIK leaves the store here, which is kept like a look at it on the screen.
            registrations.unmasked_nik(session, registration)
    out.answer(shown, _shown(shown))


def _shown(shown: dict[str, Any]) -> Iterator[str]:
    yield from pairs(
        [(_("Nomor"), shown["id"]), (_("Keadaan"), state_words(shown["state"])), *_same_person(shown), *_loop(shown)]
    )
    yield ""
    yield from table((_("Isian"), _("Pertanyaan"), _("Jawaban")), _answers(shown))
    if shown.get("conflicts"):
        yield from ("", _("Bertentangan:"))
        for field, choices in shown["conflicts"].items():
            for each in choices:
                yield "  " + "  ".join(map(said, (field, each["value"], each["by"], each["at"], each["entry"])))
    if shown.get("overrides"):
        yield from ("", _("Peringatan yang dijelaskan:"))
        for code, reason in shown["overrides"].items():
            yield f"  {plain(code)}: {said(reason)}"
    if shown.get("covers"):
        from fieldapp.services.covers.words import cover_words

        yield from ("", _("Daftar orang yang sudah terlindungi:"))
        yield from (f"  {plain(cover_words(each))}" for each in shown["covers"])
    if shown.get("comments"):
        yield from ("", _("Catatan:"))
        for each in shown["comments"]:
            yield "  " + "  ".join(map(said, (each["field"], each["text"], each["by"], each["at"])))
    if shown.get("history"):
        yield from ("", _("Riwayat:"))
        for each in shown["history"]:
            yield from _happened(each)
        yield from ("", _("Perjalanan ke kantor:"))
        for each in shown["journey"]:
            yield f"  {each['at']}  {plain(each['by'])}  {kind_words(each['kind'])}: {'; '.join(_far(each))}"


def _far(step: dict[str, Any]) -> Iterator[str]:
    """How far one change has come: in which packet, received by whom, or that it is still on this laptop alone."""
    if step["carried"]:
        yield _("dibawa {at} (paket {bundle})").format(
            at=step["carried"]["at"], bundle=plain(step["carried"]["bundle"])
        )
    for each in step["received"]:
        yield _("diterima {by}, {at}").format(by=plain(each["by"]), at=each["at"])
    if not step["carried"] and not step["received"]:
        yield _("belum dibawa") if step["here"] else _("datang dari laptop lain")


def _same_person(shown: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Other registrations of the same person, and who said so."""
    told = shown.get("same_as")
    if told:
        words = _("{survivor} mewakili orang ini, menurut {by}: {reason}")
        yield _("Orang yang sama"), words.format(**{name: said(told[name]) for name in ("survivor", "by", "reason")})
    if shown.get("joined"):
        yield _("Mewakili juga"), said(shown["joined"])


def _loop(shown: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """How often it was returned, until when it is asked for, and whose work it is where somebody said so."""
    if (shown.get("round") or 1) > 1:
        yield _("Putaran"), said(shown["round"])
    if shown.get("due"):
        yield _("Batas perbaikan"), said(shown["due"])
    if shown.get("assigned"):
        words = _("kepada {to}, oleh {by}, {at}: {reason}")
        yield _("Ditugaskan"), words.format(**{name: said(shown["assigned"][name]) for name in _ASSIGNED})


_ASSIGNED = ("to", "by", "at", "reason")
_LABEL_COLUMNS = 40


def _answers(shown: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """The answers in the order of the form, then what the program itself noted: name, question, answer."""
    from fieldapp.forms.declaration import APP_FIELDS, QUESTIONS

    values = dict(shown["values"])
    if shown.get("registered_by"):
        # Who it was is kept by id, and read by name.
        values["registered_by"] = shown["registered_by"]
    known = {**QUESTIONS, **APP_FIELDS}
    for name, question in known.items():
        if name in values:
            yield name, shortened(question.label(language()), _LABEL_COLUMNS), answer_words(question, values[name])
    for name in sorted(set(values) - set(known)):
        yield name, "", values[name]


def _happened(event: dict[str, Any]) -> Iterator[str]:
    kind = happened_words(event)
    reason = f"  {said(event['reason'])}" if event.get("reason") else ""
    other = f"  {plain(event['with'])}" if event.get("with") else ""
    yield f"  {event['at']}  {plain(event['by'])}  {kind}{other}{reason}"
    if event.get("dropped"):
        yield "      " + _("isi lama ada di kantor; datang dengan pertukaran berikutnya")
    # The first entry brings every answer, and they all stand above.
    for change in event.get("changes", ()) if event["kind"] != "new" else ():
        yield f"      {plain(change['field'])}: {said(change['from'])} -> {said(change['to'])}"


@command(
    "edit",
    N_("Ubah isian draf atau pendaftaran. 'NAMA=' mengosongkan isian."),
    argument("registration", metavar=N_("NOMOR"), help=N_("Nomor pendaftaran atau draf.")),
    option("--set", "settings", multiple=True, metavar=N_("NAMA=NILAI"), help=N_("Isian dan nilai barunya.")),
    option("--lines", is_flag=True, help=N_("Perbaiki baris demi baris, untuk pembaca layar dan layar braille.")),
    argument("more_settings", nargs=-1, metavar=N_("NAMA=NILAI"), help=N_("Isian lain, lanjutan dari --set.")),
)
def edit(out: Output, registration: str, settings: tuple[str, ...], lines: bool, more_settings: tuple[str, ...]) -> int:
    if lines == bool(settings or more_settings):
        wrong_use(_("Sebutkan isian dengan --set, atau perbaiki baris demi baris dengan --lines."))
    changes = changes_of((*settings, *more_settings))
    from fieldapp.services import registrations

    with unlocked() as session:
        if lines:
            from fieldapp.cli.lines import walk

            return walk(session, out, _correction(session, registration))
        answer = registrations.edit(session, registration, changes)
    out.answer(answer, [f"{answer['id']}  {state_words(answer['state'])}", *finding_lines(answer)])
    return 0


def _correction(session: Session, number: str) -> str:
    """The draft to go on with: `number` itself, or the one that corrects the registration of that number."""
    from fieldapp.services import drafts

    if any(draft.id == number for draft in drafts.drafts(session)):
        return number
    return drafts.correction(session, number).id
