"""The ledger, which answers whether anything is missing: shown, printed, and compared with the other side's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.cli.base import FILE, command, option, wrong_use
from fieldapp.cli.output import Output, plain
from fieldapp.cli.unlock import unlocked
from fieldapp.locale import N_, _

if TYPE_CHECKING:
    from fieldapp.services.session import Session


@command(
    "ledger",
    N_("Buku serah terima: apakah semua pendaftaran sampai, dan bila tidak, yang mana."),
    option("--print", "paper", type=FILE, metavar=N_("BERKAS"), help=N_("Tulis untuk dicetak: .txt atau .xlsx.")),
    option("--names", is_flag=True, help=N_("Dengan --print: sebut nama orang yang pendaftarannya kurang.")),
    option("--save", type=FILE, metavar=N_("BERKAS"), help=N_("Tulis buku ini untuk dibandingkan di sisi lain.")),
    option("--to", metavar=N_("PENERIMA"), help=N_("Dengan --save: 'office' (bawaan), atau nomor atau nama anggota.")),
    option("--compare", type=FILE, metavar=N_("BERKAS"), help=N_("Bandingkan dengan buku dari sisi lain.")),
)
def ledger(
    out: Output, paper: Path | None, names: bool, save: Path | None, to: str | None, compare: Path | None
) -> int:
    if names and paper is None:
        raise wrong_use(_("--names hanya berlaku bersama --print."))
    if to is not None and save is None:
        raise wrong_use(_("--to hanya berlaku bersama --save."))
    if sum(each is not None for each in (paper, save, compare)) > 1:
        raise wrong_use(_("Pilih satu saja: --print, --save, atau --compare."))
    with unlocked() as session:
        if save is not None:
            return _save(out, session, save, to or "office")
        if compare is not None:
            return _compare(out, session, compare)
        return _show(out, session, paper, names)


def _show(out: Output, session: Session, paper: Path | None, names: bool) -> int:
    from fieldapp.services import ledger as ledgers
    from fieldapp.services.ledger.words import spoken

    book = ledgers.ledger(session)
    if paper is not None:
        from fieldapp.services.ledger.paper import write

        book["printed"] = write(session, paper, book, names=names)
    out.answer(book, map(plain, spoken(book)))
    if paper is not None:
        out.say(_("Ditulis ke {file}.").format(file=plain(paper.name)))
    return 0


def _save(out: Output, session: Session, file: Path, to: str) -> int:
    from fieldapp.services.ledger import file as ledger_file

    answer = ledger_file.save(session, file, to)
    words = _("Buku dengan {count} pendaftaran ditulis ke {file}; tanpa nama dan NIK, hanya penerimanya dapat membuka.")
    line = words.format(count=answer["registrations"], file=plain(file.name))
    out.answer(answer, [line])
    return 0


def _compare(out: Output, session: Session, file: Path) -> int:
    """0 when neither side lacks anything, else 1."""
    from fieldapp.services.ledger import compare as ledger_compare

    compared = ledger_compare.compare(session, file)
    out.answer(compared, map(plain, _compared(compared)))
    return 0 if compared["complete"] else 1


def _compared(compared: Mapping[str, Any]) -> Iterator[str]:
    from fieldapp.services.ledger import compare as ledger_compare
    from fieldapp.services.ledger.words import wrapped

    for text in (ledger_compare.sentence(compared), *map(ledger_compare.about, (compared["mine"], compared["theirs"]))):
        yield from wrapped(text, 78)
    for title, lines in ledger_compare.lists(compared):
        yield ""
        yield f"{title}: {len(lines)}"
        for place, line in enumerate(lines, start=1):
            yield from wrapped(f"{place}. {line}", 78, 3)
