"""Answers with two values: what they are, and which one a person keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fieldapp.cli.answers import answer_of
from fieldapp.cli.base import argument, command, group, option, wrong_use
from fieldapp.cli.filters import filter_option, selection
from fieldapp.cli.output import Output, plain, table
from fieldapp.cli.unlock import unlocked
from fieldapp.cli.words import state_words
from fieldapp.locale import N_, _


@command(
    "list",
    N_("Isian yang diubah di dua tempat dengan nilai berbeda."),
    option(
        "--lines",
        is_flag=True,
        help=N_(
            "Bacakan pertentangan baris demi baris lalu tanyakan pilihannya, untuk pembaca layar dan layar braille."
        ),
    ),
)
def listing(out: Output, lines: bool) -> int:
    if lines:
        if out.as_json:
            wrong_use(_("--lines membacakan pertentangan; --json tanpa --lines."))
        from fieldapp.cli.conflict_lines import walk

        with unlocked() as session:
            return walk(session, out)
    from fieldapp.services import conflicts as disputes

    with unlocked() as session:
        found = disputes.listing(session)
    headings = (_("Nomor"), _("Isian"), _("Semula"), _("Nilai"), _("Oleh"), _("Waktu"), _("Nomor nilai"))
    rows = [
        (each["id"], each["field"], each["base"], value["value"], value["by"], value["at"], value["entry"])
        for each in found
        for value in each["values"]
    ]
    out.answer(found, table(headings, rows))
    out.say(_("{count} isian bertentangan.").format(count=len(found)))
    return 0


@command(
    "resolve",
    N_("Pilih nilai yang berlaku; nilai lain tetap ada di riwayat."),
    argument("registration", metavar=N_("NOMOR"), help=N_("Nomor pendaftaran.")),
    argument("field", metavar=N_("ISIAN"), help=N_("Nama isian.")),
    option("--keep", metavar=N_("NOMOR"), help=N_("Nomor nilai yang dipakai, dari 'conflicts list'.")),
    option("--value", metavar=N_("NILAI"), help=N_("Nilai lain yang dipakai; kosong mengosongkan isian.")),
)
def resolve(out: Output, registration: str, field: str, keep: str | None, value: str | None) -> None:
    if (keep is None) == (value is None):
        wrong_use(_("Pilih salah satu: --keep atau --value."))
    from fieldapp.services import conflicts as disputes

    with unlocked() as session:
        if value is None:
            answer = disputes.resolve(session, registration, field, keep=keep)
        else:
            answer = disputes.resolve(session, registration, field, keep=None, value=answer_of(field, value))
    out.answer(answer, [f"{answer['id']}  {answer['field']}  {state_words(answer['state'])}"])


@command(
    "settle",
    N_("Selesaikan sekaligus isian yang boleh memakai nilai terbaru; yang lain tetap menunggu orang."),
    argument("ids", nargs=-1, metavar=N_("NOMOR"), help=N_("Nomor pendaftaran; tanpa ini semua yang bertentangan.")),
    option("--newest", is_flag=True, help=N_("Pakai nilai terbaru (satu-satunya cara; ditulis supaya jelas).")),
    filter_option(),
    option("--dry-run", is_flag=True, help=N_("Tunjukkan saja apa yang akan dipakai dan siapa yang kalah.")),
)
def settle(out: Output, ids: tuple[str, ...], newest: bool, filters: tuple[str, ...], dry_run: bool) -> int:
    chosen = selection(filters)
    if not newest:
        wrong_use(_("Sebutkan --newest."))
    if ids and chosen:
        wrong_use(_("Sebutkan nomor pendaftaran, atau saringan dengan --filter."))
    from fieldapp.services.conflicts import settling
    from fieldapp.services.views import filter_of

    with unlocked() as session:
        wanted = list(ids) or settling.disputed_ids(session, filter_of(session, **chosen))
        answer = settling.newest(session, wanted, dry_run=dry_run)
    out.answer(answer, _settled_lines(answer))
    words = _("{count} isian pada {people} pendaftaran memakai nilai terbaru; {left} tetap menunggu orang.")
    if dry_run:
        words = _("Akan: {words}").format(words=words)
    told = words.format(count=answer["conflicts"], people=answer["registrations"], left=len(answer["left"]))
    out.say(told)
    # Who names registrations of which none can be settled so was refused; a filter takes what there is.
    return 1 if ids and answer["left"] and not answer["settled"] else 0


def _settled_lines(answer: Mapping[str, Any]) -> Iterator[str]:
    from fieldapp.cli.aloud import heard, label_words, moment

    def told(side: Mapping[str, Any], fields: Sequence[str]) -> str:
        values = "; ".join(f"{label_words(field)}: {heard(field, side['values'].get(field))}" for field in fields)
        return _("{values}, oleh {by}, {at}").format(values=values, by=plain(side["by"]), at=moment(side["at"]))

    for item in answer["settled"]:
        yield f"{item['id']}  {item['group']}"
        yield "  " + _("Dipakai: {what}").format(what=told(item, item["fields"]))
        yield from ("  " + _("Tidak dipakai: {what}").format(what=told(lost, item["fields"])) for lost in item["lost"])
    for item in answer["left"]:
        yield f"{item['id']}  {item['group']}"
        yield f"  {plain(item['message'])} ({item['code']})"


conflicts = group("conflicts", N_("Isian yang bertentangan: lihat dan selesaikan."), listing, resolve, settle)
