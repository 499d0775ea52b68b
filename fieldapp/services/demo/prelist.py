"""The demonstration's people to visit: an office's sheet taken in by the coordinator, and a morning's visits."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from fieldapp.files.sheet import Column, write_sheet
from fieldapp.locale import _
from fieldapp.services import prelist
from fieldapp.services.demo.homes import COORDINATOR, LAPTOPS, town_of
from fieldapp.services.demo.people import Values
from fieldapp.services.demo.road import Road
from fieldapp.services.demo.trouble import made_up
from fieldapp.services.prelist import importing as prelist_import
from fieldapp.services.views import area_name

LIST: Final = "Difabel 2026"
FILE: Final = "daftar-kunjungan.xlsx"
#: People of the sheet for every ten that are registered, and how many of those registered stand on it too.
_SHARE: Final = 4
_LEAST: Final = 36
_KNOWN: Final = 3
_STREETS: Final = 3
_SEED: Final = 1964
#: What the first people whom a laptop visits are found to be.
_FOUND: Final = ("tidak_di_rumah", "pindah", "menolak")

_COLUMNS: Final = (
    Column("number", "No.", "number"),
    Column("nik", "N I K"),
    Column("name", "Nama Lengkap", width=28),
    Column("birth_place", "Tempat Lahir"),
    Column("birth_date", "Tgl Lahir"),
    Column("sex", "L/P"),
    Column("address", "Alamat", width=36),
    Column("rt", "RT"),
    Column("rw", "RW"),
    Column("kelurahan", "Kelurahan"),
    Column("phone", "No. HP/WA"),
)


def take_in(road: Road) -> None:
    """The office's sheet goes in at the coordinator's, before the return bundles that bring it to the laptops."""
    path = road.homes.folder / FILE
    write_list(path, _people(road))
    with road.open(COORDINATOR) as session:
        answer = prelist_import.import_list(session, path, name=LIST, categories=["difabel"])
    words = _("  {name} mengambil daftar kunjungan {list}: {added} orang, {registered} di antaranya sudah terdaftar")
    road.say(words.format(name=COORDINATOR.name, **{word: answer[word] for word in ("list", "added", "registered")}))


def visit_some(road: Road) -> None:
    """Each laptop comes to three doors where nobody is registered; their results are not carried yet."""
    road.say(_("Kunjungan menurut daftar:"))
    for laptop in LAPTOPS:
        with road.open(laptop) as session:
            waiting = prelist.ids(session, state="belum")
            for item, result in zip(waiting, _FOUND, strict=False):
                prelist.visit(session, item, result)
            counts = prelist.tally(session)
        visited, people = (sum(each[word] for each in counts) for word in ("visited", "people"))
        words = _("  {name}: {visited} dari {people} dikunjungi")
        road.say(words.format(name=laptop.name, visited=visited, people=people))


def write_list(path: Path, people: Iterable[Values]) -> None:
    """An office's sheet of these people, with the headings that offices write."""
    write_sheet(path, _COLUMNS, (_row(number, values) for number, values in enumerate(people, start=1)))


def _people(road: Road) -> list[Values]:
    """Mostly people whom nobody has met yet, and some who are registered already."""
    fresh = made_up(max(_LEAST, road.people * _SHARE // 10), town_of(LAPTOPS, road.clock()), seed=_SEED)
    known = [person.values for laptop in LAPTOPS for _id, person in road.kept[laptop.key][:1] if not person.trouble]
    people = [person.values for person in fresh if not person.trouble] + known[:_KNOWN]
    # A street has more than one door: three RTs in each kelurahan.
    return [{**values, "ktp_rt": f"{number % _STREETS + 1:03d}"} for number, values in enumerate(people)]


def _row(number: int, values: Values) -> dict[str, Any]:
    return {
        "number": number,
        **{name: values.get(name) for name in ("nik", "name", "birth_place", "birth_date", "sex", "phone")},
        "address": values.get("ktp_address"),
        "rt": values.get("ktp_rt"),
        "rw": values.get("ktp_rw"),
        "kelurahan": area_name(str(values.get("ktp_area", ""))),
    }
