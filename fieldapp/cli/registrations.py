"""`list`, `show` and `edit`: looking at registrations and changing answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fieldapp.cli.answers import changes_of
from fieldapp.cli.base import argument, command, option
from fieldapp.cli.filters import list_options
from fieldapp.cli.findings import finding_lines
from fieldapp.cli.output import Output, pairs, plain, table
from fieldapp.cli.unlock import unlocked
from fieldapp.cli.words import state_words
from fieldapp.locale import N_, _


@command("list", N_("Daftar pendaftaran, menurut nomornya. NIK disamarkan."), *list_options())
def listing(
    out: Output, state: str | None, area: str | None, category: str | None, text: str | None, by: str | None
) -> None:
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
            ", ".join(each["categories"] or ()),
            each["submitted_at"],
        )
        for each in found
    ]
    out.answer(found, table(headings, rows))
    out.say(_("{count} pendaftaran.").format(count=len(found)))


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
    out.answer(shown, _shown(shown))


def _shown(shown: dict[str, Any]) -> Iterator[str]:
    yield from pairs([(_("Nomor"), shown["id"]), (_("Keadaan"), state_words(shown["state"]))])
    yield ""
    yield from pairs((field, _text(value)) for field, value in shown["values"].items())
    if shown.get("conflicts"):
        yield ""
        yield _("Bertentangan:")
        for field, choices in shown["conflicts"].items():
            for each in choices:
                yield plain(f"  {field}  {_text(each['value'])}  {each['by']}  {each['at']}  {each['entry']}")
    if shown.get("overrides"):
        yield ""
        yield _("Peringatan yang dijelaskan:")
        for code, reason in shown["overrides"].items():
            yield plain(f"  {code}  {_text(reason)}")
    for key, heading in (("comments", N_("Catatan:")), ("history", N_("Riwayat:"))):
        if shown.get(key):
            yield ""
            yield _(heading)
            for each in shown[key]:
                yield plain("  " + "  ".join(_text(part) for part in each.values() if part not in (None, "", {}, [])))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    if value is None:
        return "-"
    if isinstance(value, (list, tuple)):
        return ", ".join(_text(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}={_text(each)}" for key, each in value.items())
    return str(value)


@command(
    "edit",
    N_("Ubah isian draf atau pendaftaran. 'NAMA=' mengosongkan isian."),
    argument("registration", metavar=N_("NOMOR"), help=N_("Nomor pendaftaran atau draf.")),
    option(
        "--set", "settings", multiple=True, required=True, metavar=N_("NAMA=NILAI"), help=N_("Isian dan nilai barunya.")
    ),
    argument("more_settings", nargs=-1, metavar=N_("NAMA=NILAI"), help=N_("Isian lain, lanjutan dari --set.")),
)
def edit(out: Output, registration: str, settings: tuple[str, ...], more_settings: tuple[str, ...]) -> None:
    changes = changes_of((*settings, *more_settings))
    from fieldapp.services import registrations

    with unlocked() as session:
        answer = registrations.edit(session, registration, changes)
    out.answer(answer, [f"{answer['id']}  {state_words(answer['state'])}", *finding_lines(answer)])
