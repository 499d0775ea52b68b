"""Finding one person registered twice."""

from __future__ import annotations

from pathlib import Path

from fieldapp.cli.base import command, group, wrong_use
from fieldapp.cli.output import Output
from fieldapp.cli.pair_decisions import COMMANDS
from fieldapp.cli.pair_files import OPTIONS, find_in_files
from fieldapp.locale import N_, _


@command("find", N_("Cari orang yang tercatat dua kali. Orang yang memutuskan; ini hanya mengusulkan."), *OPTIONS)
def _find(out: Output, pairs: Path | None, against: Path | None) -> int:
    if pairs is None:
        wrong_use(_("Sebutkan daftarnya dengan --pairs."))
    return find_in_files(out, pairs, against)


duplicates = group("duplicates", N_("Orang yang tercatat dua kali: cari dan putuskan."), _find, *COMMANDS)
