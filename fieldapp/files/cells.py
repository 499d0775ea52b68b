"""One cell of somebody's sheet as a value of the form: number, date, sex, or plain text.

Every reader here answers with the value and, where the cell holds something that cannot be used, a code: the keys of
FAULTS. An empty cell is no fault. Nothing is guessed that would make up a digit.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Final

from fieldapp.domain.dates import parse_date
from fieldapp.domain.findings import Finding, error
from fieldapp.domain.nik import LENGTH, check_nik, clean

Cell = str | int | float | bool | date | datetime | time | timedelta
"""What a reader of sheets gives for a cell; an empty one is ""."""

FAULTS: Final[dict[str, tuple[str, str]]] = {
    "digits_lost": (
        "Angkanya sudah hilang: lembar kerja menyimpan nomor ini sebagai bilangan dan membulatkannya. Ambil lagi dari "
        "sumbernya, sebagai teks.",
        "Its digits are lost: the spreadsheet kept this number as a quantity and rounded it. Take it from its source "
        "again, as text.",
    ),
    "nik_length": ("NIK harus 16 angka; di sini {length}.", "A NIK has 16 digits; here there are {length}."),
    "nik_letters": ("NIK memuat yang bukan angka.", "The NIK holds something that is no digit."),
    "nik_filler": ("NIK hanya pengisi, bukan nomor orang.", "The NIK only fills the cell; it is nobody's number."),
    "nik_date": ("Tanggal lahir di dalam NIK tidak mungkin.", "The birth date inside the NIK cannot be."),
    "nik_serial": ("Nomor urut NIK 0000 tidak mungkin.", "A NIK's serial cannot be 0000."),
    "birth_date": ("Tanggal lahir tidak terbaca.", "The birth date cannot be read."),
}
"""Code -> Indonesian, English."""

LONGEST_TEXT: Final = 1_000
"""Letters of a cell that are kept; a longer one is no answer to any question."""

_NOTHING: Final = """- -- --- . / 0 00 000 nihil kosong tidakada tdkada belumada blmada belum tidak na nan null none
    nil x xx xxx xxxx #n/a n/a tidakpunya belumpunya belumrekam"""
_EMPTY: Final = frozenset(_NOTHING.split())
_SCIENTIFIC: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?\s*[eE]\s*[+-]?[0-9]+")
_TRAILING_ZEROS: Final = re.compile(r"[.,]0{1,2}")
_FORMULA_TEXT: Final = re.compile(r'="([^"]*)"')
_INTEGER_EXACT: Final = 2**53
_FIRST_DAY: Final = date(1899, 12, 30)
#: Spreadsheets count days from the end of 1899; 73,000 of them reach the year 2099.
_LAST_SERIAL: Final = 73_000
_MEN: Final = "l lk lki laki lakilaki lelaki pria cowok m male 1"
_WOMEN: Final = "p pr prp perempuan wanita cewek w f female 2"
_SEX: Final = {**dict.fromkeys(_MEN.split(), "L"), **dict.fromkeys(_WOMEN.split(), "P")}
_DATE_FAULTS: Final = {"nik_day": "nik_date", "nik_month": "nik_date"}


def text_of(cell: Cell) -> str:
    """A cell as people read it, on one line: dates ISO, whole numbers without a point, NFC, spaces folded."""
    if isinstance(cell, str):
        return _tidied(cell)
    if isinstance(cell, bool):
        return "ya" if cell else "tidak"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _INTEGER_EXACT else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


def is_blank(cell: Cell) -> bool:
    """Whether a cell holds nothing, or only what people write where nothing is known."""
    return isinstance(cell, str) and (not cell.strip() or says_nothing(cell))


def says_nothing(text: str) -> bool:
    """Whether `text` is a placeholder: -, 0, nihil, tidak ada, belum ada."""
    return "".join(text.lower().split()).strip("'") in _EMPTY or not text.strip(" '-_.")


def nik_of(cell: Cell) -> tuple[str, Finding | None]:
    """The sixteen digits of a NIK, or "" with what is wrong with the cell.

    A number in scientific notation, one beyond what a spreadsheet keeps exact and one whose serial became 0000 have
    lost digits; they are never completed.
    """
    if isinstance(cell, bool | date | time | timedelta):
        return "", _fault("nik_letters", "nik")
    is_number = isinstance(cell, int | float)
    text = text_of(cell)
    if isinstance(cell, int | float) and (abs(cell) >= _INTEGER_EXACT or not float(cell).is_integer()):
        return "", _fault("digits_lost", "nik")
    if says_nothing(text):
        return "", None
    if _SCIENTIFIC.fullmatch(text):
        return "", _fault("digits_lost", "nik")
    digits = clean(_without_point_zero(text))
    if is_number and len(digits) == LENGTH and digits.endswith("0000"):
        return "", _fault("digits_lost", "nik")
    checked = check_nik(digits, lookup=_no_place)
    if checked.ok:
        return checked.nik, None
    found = checked.errors[0]
    return "", Finding(_DATE_FAULTS.get(found.code, found.code), "nik", "error", found.details)


def number_of(cell: Cell, length: int) -> str:
    """Digits of another number of `length` digits (a family card), or "" where the cell holds none or lost some."""
    if isinstance(cell, float) and abs(cell) >= _INTEGER_EXACT:
        return ""
    digits = clean(_without_point_zero(text_of(cell)))
    return digits if len(digits) == length and digits.isascii() and digits.isdigit() else ""


def phone_of(cell: Cell) -> str:
    """A phone number as text; a spreadsheet takes the nought before it away, which is put back."""
    text = text_of(cell)
    if says_nothing(text) or _SCIENTIFIC.fullmatch(text):
        return ""
    digits = clean(_without_point_zero(text))
    return f"0{digits}" if isinstance(cell, int | float) and digits.startswith("8") else text


def date_of(cell: Cell, latest: date | None = None) -> tuple[date | None, Finding | None]:
    """A day: a date cell, a spreadsheet's count of days, or text as people write it (day before month).

    Of text that no calendar has in that order, month before day is read, since then no other reading is left.
    """
    if isinstance(cell, datetime):
        return cell.date(), None
    if isinstance(cell, date):
        return cell, None
    if isinstance(cell, bool | time | timedelta):
        return None, _fault("birth_date", "birth_date")
    if isinstance(cell, int | float):
        if 1 < cell <= _LAST_SERIAL:
            return _FIRST_DAY + timedelta(days=int(cell)), None
        cell = text_of(cell)
        # The nought before a day below ten is lost when 07081945 is kept as a quantity.
        cell = cell.zfill(8) if len(cell) == 7 else cell
    text = _tidied(cell)
    if says_nothing(text):
        return None, None
    # A time of day behind the date says nothing about a birth.
    day = text.split(" ")[0] if re.fullmatch(r"\S+ [0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?", text) else text
    found = parse_date(day.strip(",."), latest) or _month_first(day, latest)
    return (found, None) if found else (None, _fault("birth_date", "birth_date"))


def place_and_date_of(cell: Cell, latest: date | None = None) -> tuple[str, date | None, Finding | None]:
    """`Balikpapan, 17-08-1945` parted into place and day, wherever the first digit stands."""
    if not isinstance(cell, str):
        found, fault = date_of(cell, latest)
        return "", found, fault
    text = _tidied(cell)
    first_digit = next((place for place, letter in enumerate(text) if letter.isdigit()), len(text))
    place = text[:first_digit].rstrip(" ,./-;:")
    found, fault = date_of(text[first_digit:], latest)
    return ("" if says_nothing(place) else place), found, fault


def sex_of(cell: Cell) -> str:
    """`L`, `P`, or "" where the cell says neither."""
    return _SEX.get("".join(letter for letter in text_of(cell).lower() if letter.isalnum()), "")


def looks_like_number_for_a_person(cell: Cell) -> bool:
    """Whether a cell has the look of a NIK or a family card, damaged or not."""
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return False
    if not isinstance(cell, str):
        return 1e14 <= abs(cell) < 1e17
    digits = clean(_without_point_zero(_tidied(cell[:64])))
    return 15 <= len(digits) <= 17 and digits.isascii() and digits.isdigit()


def _tidied(text: str) -> str:
    formula = _FORMULA_TEXT.fullmatch(text.strip())
    text = unicodedata.normalize("NFC", (formula[1] if formula else text)[: LONGEST_TEXT * 2])
    kept = "".join(" " if letter.isspace() else letter for letter in text if letter.isprintable() or letter.isspace())
    return " ".join(kept.split()).removeprefix("'").strip()[:LONGEST_TEXT]


def _without_point_zero(text: str) -> str:
    """6471…9001.0 and 6471…9001,00 as the digits they are, where what stands before is no date."""
    head, tail = text[:LENGTH], text[LENGTH:]
    return head if tail and head.isdigit() and _TRAILING_ZEROS.fullmatch(tail) else text


def _month_first(text: str, latest: date | None) -> date | None:
    parts = re.fullmatch(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{2,4})", text)
    return parse_date(f"{parts[3]}-{parts[1]}-{parts[4]}", latest) if parts else None


def _no_place(code: str) -> None:
    """Where a NIK was given out is no question here, and the table of places is large."""


def _fault(code: str, field: str) -> Finding:
    return error(code, field)
