"""Answers with two values: what they are, and which one a person keeps."""

from __future__ import annotations

from fieldapp.cli.answers import answer_of
from fieldapp.cli.base import argument, command, group, option, wrong_use
from fieldapp.cli.output import Output, table
from fieldapp.cli.unlock import unlocked
from fieldapp.cli.words import state_words
from fieldapp.locale import N_, _


@command("list", N_("Isian yang diubah di dua tempat dengan nilai berbeda."))
def listing(out: Output) -> None:
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


conflicts = group("conflicts", N_("Isian yang bertentangan: lihat dan selesaikan."), listing, resolve)
