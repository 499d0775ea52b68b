"""What happens to NIKs, dates, phones and places on their way into a list."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from . import places
from .dice import Dice, Table
from .people import Person, World

ON_THE_PAD = {
    "0": "12",
    "1": "0245",
    "2": "135",
    "3": "26",
    "4": "157",
    "5": "2468",
    "6": "359",
    "7": "48",
    "8": "579",
    "9": "68",
}
LOOKS_LIKE = {
    "0": "68",
    "1": "74",
    "2": "7",
    "3": "85",
    "4": "91",
    "5": "63",
    "6": "058",
    "7": "12",
    "8": "036",
    "9": "40",
}
FILLERS = (
    "0",
    "1111111111111111",
    "0000000000000000",
    "-",
    "belum ada",
    "9999999999999999",
    "1234567890123456",
    "XXXX",
)
MONTHS = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()


def _spot(dice: Dice) -> int:
    """Slips fall mostly behind the district, which the hand knows by heart."""
    return dice.randrange(6, 16) if dice.hit(0.8) else dice.randrange(16)


def nik_sub(dice: Dice, nik: str, person: Person, world: World) -> str:
    k = _spot(dice)
    beside = ON_THE_PAD[nik[k]] if dice.hit(0.6) else "0123456789".replace(nik[k], "")
    return nik[:k] + dice.choice(beside) + nik[k + 1 :]


def nik_two_subs(dice: Dice, nik: str, person: Person, world: World) -> str:
    return nik_sub(dice, nik_sub(dice, nik, person, world), person, world)


def nik_misread(dice: Dice, nik: str, person: Person, world: World) -> str:
    """A blurred photograph: one to three digits taken for others that look alike."""
    for _ in range(dice.choice((1, 1, 2, 3))):
        k = dice.randrange(16)
        nik = nik[:k] + dice.choice(LOOKS_LIKE[nik[k]]) + nik[k + 1 :]
    return nik


def nik_transposed(dice: Dice, nik: str, person: Person, world: World) -> str:
    spots = [k for k in range(4, 15) if nik[k] != nik[k + 1]] or [14]
    k = dice.choice(spots)
    return nik[:k] + nik[k + 1] + nik[k] + nik[k + 2 :]


def nik_short(dice: Dice, nik: str, person: Person, world: World) -> str:
    k = _spot(dice)
    return nik[:k] + nik[k + 1 :]


def nik_long(dice: Dice, nik: str, person: Person, world: World) -> str:
    k = _spot(dice)
    return nik[:k] + nik[k] + nik[k:]


def nik_missing(dice: Dice, nik: str, person: Person, world: World) -> str:
    return ""


def nik_filler(dice: Dice, nik: str, person: Person, world: World) -> str:
    return dice.choice(FILLERS)


def nik_card(dice: Dice, nik: str, person: Person, world: World) -> str:
    """The family card's number in the column of the NIK."""
    return person.nomor_kk


def nik_relative(dice: Dice, nik: str, person: Person, world: World) -> str:
    """The number of somebody of the same household, as when one card was copied for two people."""
    return dice.choice(person.relatives).nik if person.relatives else nik_temporary(dice, nik, person, world)


def nik_temporary(dice: Dice, nik: str, person: Person, world: World) -> str:
    """A number that an office made up: district, date, and a serial that nobody was given."""
    region = person.kecamatan if dice.hit(0.6) else nik[:6]
    return f"{region}{nik[6:12]}{dice.choice((0, 0, 1, 99, 999, 9999, dice.randint(100, 9999))):04d}"


def nik_rebuilt(dice: Dice, nik: str, person: Person, world: World) -> str:
    """The district of the address and the date, put together by a clerk who did not see the card."""
    day = person.born.day + (40 if person.sex == "P" and dice.hit(0.6) else 0)
    return f"{person.kecamatan}{day:02d}{person.born:%m%y}{dice.choice((1, 1, 2, 3)):04d}"


def nik_without_40(dice: Dice, nik: str, person: Person, world: World) -> str:
    """A woman's day of birth without the 40 (for a man: with it, by the clerk's habit, but seldom)."""
    day = int(nik[6:8])
    if day > 40:
        return f"{nik[:6]}{day - 40:02d}{nik[8:]}"
    return f"{nik[:6]}{day + 40:02d}{nik[8:]}" if dice.hit(0.15) else nik


def nik_spreadsheet(dice: Dice, nik: str, person: Person, world: World) -> str:
    """What a spreadsheet makes of sixteen digits: the last one nought, or five digits and an exponent."""
    lot = dice.random()
    if lot < 0.6:
        return nik[:15] + "0"
    head = f"{nik[0]},{nik[1:6]}".rstrip("0").rstrip(",")
    return f"{head}E+15" if lot < 0.9 else f"{nik[:15]}0.0"


def nik_dragged(dice: Dice, nik: str, person: Person, world: World) -> str:
    """A fill handle pulled one cell too far: somebody else's number, counted up."""
    other = world.people[dice.randrange(len(world.people))]
    return f"{int(other.nik) + dice.randint(1, 4):016d}"


def nik_old_district(dice: Dice, nik: str, person: Person, world: World) -> str:
    return dice.draw(places.OF_KECAMATAN) + nik[6:]


def nik_date_turned(dice: Dice, nik: str, person: Person, world: World) -> str:
    """The date inside typed from memory in another order: year first, or month before day."""
    day, month, year = nik[6:8], nik[8:10], nik[10:12]
    return nik[:6] + dice.choice((year + month + day, month + day + year)) + nik[12:]


def nik_group_lost(dice: Dice, nik: str, person: Person, world: World) -> str:
    """A group of digits skipped while reading aloud, filled up with noughts at the end."""
    k = dice.choice((4, 6, 8, 10))
    return nik[:k] + nik[k + 2 :] + "00"


def nik_of_typed_year(dice: Dice, nik: str, person: Person, world: World) -> str:
    """The serial right, the date inside put as somebody believes it to be."""
    born = born_year(dice, person.born) or person.born
    return f"{nik[:6]}{nik[6:8]}{born:%m%y}{nik[12:]}"


NIK: dict[str, Callable[[Dice, str, Person, World], str]] = {
    "sub": nik_sub,
    "two subs": nik_two_subs,
    "misread": nik_misread,
    "transposed": nik_transposed,
    "short": nik_short,
    "long": nik_long,
    "missing": nik_missing,
    "filler": nik_filler,
    "family card": nik_card,
    "relative": nik_relative,
    "temporary": nik_temporary,
    "rebuilt": nik_rebuilt,
    "without 40": nik_without_40,
    "spreadsheet": nik_spreadsheet,
    "dragged": nik_dragged,
    "old district": nik_old_district,
    "date turned": nik_date_turned,
    "group lost": nik_group_lost,
    "of typed year": nik_of_typed_year,
}


def dressed_nik(dice: Dice, nik: str) -> str:
    """The same digits in another dress."""
    if len(nik) != 16 or not nik.isdigit():
        return nik
    lot = dice.randrange(7)
    if lot == 0:
        return " ".join(nik[k : k + 4] for k in range(0, 16, 4))
    if lot == 1:
        return f"'{nik}"
    if lot == 2:
        return f"{nik[:6]}.{nik[6:12]}.{nik[12:]}"
    if lot == 3:
        return f"{nik} "
    if lot == 4:
        return nik.replace("0", "O", 1)
    return f"NIK {nik}" if lot == 5 else f"{nik[:2]}-{nik[2:4]}-{nik[4:6]}-{nik[6:12]}-{nik[12:]}"


def _safe(year: int, month: int, day: int) -> dt.date:
    while day > 28:
        try:
            return dt.date(year, month, day)
        except ValueError:
            day -= 1
    return dt.date(year, month, day)


def born_swapped(dice: Dice, born: dt.date) -> dt.date | None:
    return born.replace(month=born.day, day=born.month) if born.day <= 12 else born


def born_digit(dice: Dice, born: dt.date) -> dt.date | None:
    """One digit of day, month or year otherwise, still a date of somebody who works."""
    text = f"{born:%d%m%Y}"
    for _ in range(30):
        k = dice.choice((0, 1, 1, 3, 6, 7, 7))
        digit = dice.choice(ON_THE_PAD[text[k]]) if dice.hit(0.6) else str(dice.randrange(10))
        other = text[:k] + digit + text[k + 1 :]
        try:
            moved = dt.date(int(other[4:]), int(other[2:4]), int(other[:2]))
        except ValueError:
            continue
        if moved != born and 1945 < moved.year < 2012:
            return moved
    return born


def born_misread(dice: Dice, born: dt.date) -> dt.date | None:
    text = f"{born:%d%m%Y}"
    for _ in range(30):
        k = dice.choice((0, 1, 2, 3, 6, 7))
        other = text[:k] + dice.choice(LOOKS_LIKE[text[k]]) + text[k + 1 :]
        try:
            return dt.date(int(other[4:]), int(other[2:4]), int(other[:2]))
        except ValueError:
            continue
    return born


def born_year(dice: Dice, born: dt.date) -> dt.date | None:
    return _safe(born.year + dice.choice((-1, 1, -1, 1, 2, -2)), born.month, born.day)


def born_decade(dice: Dice, born: dt.date) -> dt.date | None:
    return _safe(born.year + dice.choice((-10, 10)), born.month, born.day)


def born_guessed(dice: Dice, born: dt.date) -> dt.date | None:
    """Only the year was known, or only about: the clerk writes a day that is easy to write."""
    year = born.year + dice.choice((0, 0, 0, 0, -1, 1, 2, -2))
    return dice.choice((dt.date(year, 1, 1), dt.date(year, 12, 31), dt.date(year, 1, 1), dt.date(year, 7, 1)))


def born_first_of_month(dice: Dice, born: dt.date) -> dt.date | None:
    return born.replace(day=1)


def born_next_day(dice: Dice, born: dt.date) -> dt.date | None:
    return born + dt.timedelta(days=dice.choice((-1, 1, 1, -2, 10)))


def born_from_age(dice: Dice, born: dt.date) -> dt.date | None:
    """Only the age was asked; the clerk subtracts it from this year, and takes 1 January or today."""
    year = 2025 - (2025 - born.year - dice.choice((0, 0, 1)))
    return dt.date(year, 1, 1) if dice.hit(0.7) else dt.date(year, dice.randint(1, 12), dice.randint(1, 28))


def born_issue_date(dice: Dice, born: dt.date) -> dt.date | None:
    """The day on which the card was issued, read from the wrong line; day and month of that, the year known."""
    return dt.date(born.year, dice.randint(1, 12), dice.randint(1, 28))


def born_month_next(dice: Dice, born: dt.date) -> dt.date | None:
    return _safe(born.year, born.month % 12 + 1, born.day)


def born_missing(dice: Dice, born: dt.date) -> dt.date | None:
    return None


BORN: dict[str, Callable[[Dice, dt.date], dt.date | None]] = {
    "swapped": born_swapped,
    "digit": born_digit,
    "misread": born_misread,
    "year": born_year,
    "decade": born_decade,
    "guessed": born_guessed,
    "first of month": born_first_of_month,
    "next day": born_next_day,
    "missing": born_missing,
    "from age": born_from_age,
    "issue date": born_issue_date,
    "month next": born_month_next,
}


def written_date(dice: Dice, born: dt.date | None, style: str) -> str:
    """The date as the list writes it: ISO, or as people do."""
    if born is None:
        return ""
    if style == "iso":
        return born.isoformat()
    lot = dice.randrange(6)
    if lot < 2:
        return f"{born:%d/%m/%Y}"
    if lot < 4:
        return f"{born:%d-%m-%Y}"
    if lot == 4:
        return f"{born.day} {MONTHS[born.month - 1]} {born.year}"
    return born.isoformat()


def phone_slip(dice: Dice, phone: str) -> str:
    k = dice.randrange(4, len(phone))
    lot = dice.randrange(3)
    if lot == 0:
        return phone[:k] + phone[k + 1 :]
    if lot == 1:
        return phone[:k] + dice.choice(ON_THE_PAD[phone[k]]) + phone[k + 1 :]
    return phone[: k - 1] + phone[k] + phone[k - 1] + phone[k + 1 :]


PHONE_DRESS = Table({"{0}": 45, "+62{1}": 10, "62{1}": 8, "{1}": 12, "{2}-{3}-{4}": 9, "{2} {3} {4}": 9, "+62 {1}": 4,
                     "{0} / {5}": 2, "{0} (WA)": 1.5, "(+62){1}": 1.5})  # fmt: skip


def dressed_phone(dice: Dice, phone: str, world: World) -> str:
    """The same phone as another hand writes it, sometimes with a second one beside it."""
    if not phone:
        return dice.choice(("", "", "", "-", "0", "tidak ada"))
    return dice.draw(PHONE_DRESS).format(phone, phone[1:], phone[:4], phone[4:8], phone[8:], world.new_phone())


def dressed_address(dice: Dice, address: str) -> str:
    """The same house in other words: abbreviations, capitals, the RT with or without noughts, parts left out."""
    text = re.sub(r"^Jl\. ", dice.choice(("Jl. ", "Jln. ", "Jalan ", "Jl ", "JL.", "")), address)
    text = text.replace("Gg. ", dice.choice(("Gg. ", "Gang ", "gg ", "Gg.")))
    text = text.replace("No. ", dice.choice(("No. ", "No.", "no ", "", "Nomor ")))
    text = re.sub(
        r"RT 0*(\d+)",
        lambda hit: dice.choice(("RT {:03d}", "RT {:02d}", "RT.{}", "Rt {}", "RT {:03d} RW 000")).format(int(hit[1])),
        text,
    )
    lot = dice.random()
    if lot < 0.12:
        text = re.sub(r" ?R[Tt].*$", "", text)
    elif lot < 0.24:
        text = re.search(r"R[Tt].*$", text)[0] if re.search(r"R[Tt].*$", text) else text  # type: ignore[index]
    elif lot < 0.32:
        text = re.sub(r"(No\.? ?|no |Nomor )?\d+ ", "", text, count=1)
    return text.upper() if dice.hit(0.2) else text
