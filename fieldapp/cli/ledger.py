"""The ledger, which answers whether anything is missing."""

from __future__ import annotations

from pathlib import Path

from fieldapp.cli.base import FILE, command, option, wrong_use
from fieldapp.cli.output import Output, plain
from fieldapp.cli.unlock import unlocked
from fieldapp.locale import N_, _


@command(
    "ledger",
    N_("Buku serah terima: apakah semua pendaftaran sampai, dan bila tidak, yang mana."),
    option("--print", "paper", type=FILE, metavar=N_("BERKAS"), help=N_("Tulis untuk dicetak: .txt atau .xlsx.")),
    option("--names", is_flag=True, help=N_("Dengan --print: sebut nama orang yang pendaftarannya kurang.")),
)
def ledger(out: Output, paper: Path | None, names: bool) -> None:
    from fieldapp.services import ledger as ledgers
    from fieldapp.services.ledger_words import spoken

    if names and paper is None:
        raise wrong_use(_("--names hanya berlaku bersama --print."))
    with unlocked() as session:
        book = ledgers.ledger(session)
        if paper is not None:
            from fieldapp.services.ledger_paper import write

            printed = write(session, paper, book, names=names)
            book = {**book, "printed": printed}
    out.answer(book, map(plain, spoken(book)))
    if paper is not None:
        out.say(_("Ditulis ke {file}.").format(file=plain(paper.name)))
