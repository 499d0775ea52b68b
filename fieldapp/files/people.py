"""The rows of a table as people: values under the names of the form, and what cannot be used of them.

Shared by every import (cover lists, prelists, registrations). A row is judged by itself; who compares rows with each
other or with the register does that elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple

from fieldapp.domain.findings import Finding, error, warning
from fieldapp.domain.nik import LENGTH
from fieldapp.files import cells as read
from fieldapp.files.cells import FAULTS, Cell
from fieldapp.files.columns import Columns, letter
from fieldapp.files.table import Table

#: Of so many NIKs that end in 0 it is said that the column was rounded; a tenth of honest ones do.
_ZEROS_SHARE: Final = 0.3
_ZEROS_LEAST: Final = 5

WORDS: Final[dict[str, tuple[str, str]]] = {
    **FAULTS,
    "row_nobody": (
        "Baris ini tidak memuat NIK maupun nama: mungkin baris jumlah atau keterangan.",
        "This row holds neither a NIK nor a name: perhaps a total or a note.",
    ),
    "row_too_little": (
        "Tanpa NIK perlu nama dan tanggal lahir; yang ada tidak cukup untuk mengenali orangnya.",
        "Without a NIK, a name and a birth date are needed; what is there does not tell who it is.",
    ),
    "row_no_name": ("Baris ini tidak memuat nama.", "This row holds no name."),
    "row_no_area": (
        "Kelurahan atau kecamatan di baris ini tidak ada atau tidak dikenal di kota program ini.",
        "The kelurahan or kecamatan of this row is missing or not known in the programme's city.",
    ),
    "row_outside_area": ("Kelurahan di baris ini di luar wilayah Anda.", "This row's kelurahan is outside your area."),
    "row_repeated": (
        "Orang ini sudah ada di baris sebelumnya.",
        "This person stands in an earlier row already.",
    ),
    "nik_rounded": (
        "{count} dari {total} NIK di kolom {column} berakhir dengan 0: lembar kerja mungkin membulatkannya. Mintalah "
        "kolom NIK sebagai teks.",
        "{count} of {total} NIKs in column {column} end in 0: a spreadsheet may have rounded them. Ask for the NIKs as "
        "text.",
    ),
    "column_doubtful": (
        "Kolom {column} dipakai sebagai {name}, tetapi isinya kebanyakan lain. Periksa peta kolomnya.",
        "Column {column} is used as {name}, but mostly holds something else. Check which column is what.",
    ),
    "column_no_nik": (
        "Tidak ada kolom NIK: orang hanya dapat dibandingkan menurut nama dan tanggal lahir.",
        "There is no column of NIKs: people can only be compared by name and birth date.",
    ),
}
"""Code -> Indonesian, English, for findings of rows and of whole tables."""


class PersonRow(NamedTuple):
    """One row: `values` under the names of the form (only those that hold something), `faults` by field.

    `nik_as_written` stands for a NIK that cannot be one: for comparing, never for keeping.
    """

    number: int
    values: dict[str, str]
    faults: tuple[Finding, ...]

    def __repr__(self) -> str:
        return f"PersonRow({self.number})"


def words_of(finding: Finding, language: str = "id") -> str:
    """The sentence of a finding about a row or a table."""
    indonesian, english = WORDS[finding.code]
    return (english if language == "en" else indonesian).format(**dict(finding.details))


def people(table: Table, latest: date) -> Iterator[PersonRow]:
    """Every row of the table, none left out. `latest` is the last day on which anybody can be born.

    A row that names nobody has the fault row_nobody; one whose NIK cannot be used has its fault and no NIK.
    """
    columns = table.columns
    for number, row in table.lines:
        values: dict[str, str] = {}
        faults: list[Finding] = []
        for name, reader in _READERS.items():
            cell = _cell(columns, name, row)
            if cell is not None and not read.is_blank(cell):
                found, fault = reader(cell, latest)
                values.update(found)
                if fault is not None:
                    faults.append(fault)
        if "name" not in values and "nik" not in values and not any(fault.field == "nik" for fault in faults):
            faults = [error("row_nobody", "")]
        yield PersonRow(number, values, tuple(faults))


def findings_of(table: Table, rows: Iterable[PersonRow]) -> list[Finding]:
    """What is odd about a whole table: nik_rounded, column_doubtful, column_no_nik; all of them warnings."""
    found = []
    places = table.columns.places
    zeros = total = 0
    for row in rows:
        lost = any(fault.code in ("digits_lost", "nik_serial") for fault in row.faults)
        nik = row.values.get("nik")
        total += lost or nik is not None
        zeros += lost or (nik is not None and nik.endswith("0"))
    if zeros >= _ZEROS_LEAST and zeros >= total * _ZEROS_SHARE:
        found.append(warning("nik_rounded", "nik", count=zeros, total=total, column=letter(places["nik"])))
    for name in table.columns.doubtful:
        found.append(warning("column_doubtful", name, column=letter(places[name]), name=name))
    if "nik" not in places:
        found.append(warning("column_no_nik", "nik"))
    return found


def _cell(columns: Columns, name: str, row: tuple[Cell, ...]) -> Cell | None:
    place = columns.places.get(name)
    return row[place] if place is not None and place < len(row) else None


_Read = tuple[Mapping[str, str], Finding | None]


def _text(name: str) -> Callable[[Cell, date], _Read]:
    return lambda cell, latest: ({name: read.text_of(cell)}, None)


def _nik(cell: Cell, latest: date) -> _Read:
    digits, fault = read.nik_of(cell)
    if digits:
        return {"nik": digits}, None
    # A number that is none still tells much to whoever compares people: one digit too few, an O for a 0.
    return ({"nik_as_written": read.text_of(cell)} if fault is not None else {}), fault


def _card(cell: Cell, latest: date) -> _Read:
    digits = read.number_of(cell, LENGTH)
    return ({"nomor_kk": digits} if digits else {}), None


def _birth(cell: Cell, latest: date) -> _Read:
    found, fault = read.date_of(cell, latest)
    return ({"birth_date": found.isoformat()} if found else {}), fault


def _place_and_birth(cell: Cell, latest: date) -> _Read:
    place, found, fault = read.place_and_date_of(cell, latest)
    values = {"birth_place": place} if place else {}
    return ({**values, "birth_date": found.isoformat()} if found else values), fault


def _sex(cell: Cell, latest: date) -> _Read:
    found = read.sex_of(cell)
    return ({"sex": found} if found else {}), None


def _phone(cell: Cell, latest: date) -> _Read:
    found = read.phone_of(cell)
    return ({"phone": found} if found else {}), None


def _neighbourhood(name: str) -> Callable[[Cell, date], _Read]:
    def reader(cell: Cell, latest: date) -> _Read:
        text = read.text_of(cell)
        return {name: text.zfill(3) if text.isdigit() else text}, None

    return reader


def _both_neighbourhoods(cell: Cell, latest: date) -> _Read:
    parts = [part.strip() for part in read.text_of(cell).replace("-", "/").split("/")]
    found = {name: part.zfill(3) for name, part in zip(("rt", "rw"), parts, strict=False) if part.isdigit()}
    return found, None


#: In this order a column of its own goes before what another holds beside something else.
_READERS: Final[dict[str, Callable[[Cell, date], _Read]]] = {
    "nik": _nik,
    "name": _text("name"),
    "birth_place_date": _place_and_birth,
    "birth_place": _text("birth_place"),
    "birth_date": _birth,
    "sex": _sex,
    "mother_name": _text("mother_name"),
    "nomor_kk": _card,
    "address": _text("address"),
    "rt_rw": _both_neighbourhoods,
    "rt": _neighbourhood("rt"),
    "rw": _neighbourhood("rw"),
    "kelurahan": _text("kelurahan"),
    "kecamatan": _text("kecamatan"),
    "phone": _phone,
    "kpj": _text("kpj"),
    "job": _text("job"),
    "number": _text("number"),
}
