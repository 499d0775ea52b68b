"""Phone numbers as people write them in Indonesia, kept as E.164.

The pattern of mobile numbers (national 8[1-35-9] and 7 to 10 digits more) is that of the phonenumbers package, which is
only imported for numbers of other shapes: it costs more than everything else on the path of a check.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_MOBILE: Final = re.compile(r"8[1-35-9][0-9]{7,10}")
_SEPARATORS: Final = re.compile(r"[\s.()\-\u2010-\u2015\u2212]+")
_LONGEST: Final = 60
#: An E.164 number has at most 15 digits; the international prefix written out adds two.
_MOST_DIGITS: Final = 17
#: Area codes of two digits; all others have three.
_SHORT_AREA_CODES: Final = ("21", "22", "24", "31", "61")


class Phone(NamedTuple):
    """`e164` and `kind` (`mobile`, `fixed_line`, `other`) of a valid number, else `fault`: `letters`, `several`,
    `foreign` or `invalid`."""

    e164: str | None
    kind: str | None
    fault: str | None = None


def read_phone(text: str) -> Phone:
    """Reads 08..., 8..., 62..., +62..., +62 (0)8..., 0062... and landlines with their area code. Never raises.

    Letters are refused, an O for a zero too, and so are two numbers in one text; the number must be valid, not only of
    a possible length.
    """
    text = text.strip()
    if len(text) > _LONGEST:
        return Phone(None, None, "invalid")
    if any(letter.isalpha() for letter in text):
        return Phone(None, None, "letters")
    digits = _SEPARATORS.sub("", text)
    plus = digits.startswith("+")
    digits = digits.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return Phone(None, None, "several" if len(re.findall(r"[0-9]{6,}", digits)) > 1 else "invalid")
    if len(digits) > _MOST_DIGITS:
        return Phone(None, None, "several")
    national = _national(digits, plus)
    if national is None:
        return Phone(None, None, "foreign" if plus else "invalid")
    if _MOBILE.fullmatch(national):
        return Phone(f"+62{national}", "mobile")
    return _other_number(national)


def shown_phone(e164: str) -> str:
    """A kept number as people read it: `0812-3456-7890`, `(0542) 123456`; other text stays as it is."""
    national = e164.removeprefix("+62")
    if national == e164 or not national.isdigit():
        return e164
    if national.startswith("8"):
        return "-".join(part for part in (f"0{national[:3]}", national[3:7], national[7:]) if part)
    area = national[:2] if national.startswith(_SHORT_AREA_CODES) else national[:3]
    return f"(0{area}) {national[len(area) :]}"


def _national(digits: str, plus: bool) -> str | None:
    """The digits after country code and trunk zero; None when they cannot be an Indonesian number."""
    if not plus and digits.startswith("0062"):
        digits, plus = digits[2:], True
    if plus or digits.startswith("62"):
        if not digits.startswith("62"):
            return None
        return digits[2:].removeprefix("0")
    if digits.startswith("0"):
        return digits[1:]
    return digits if digits.startswith("8") else None


def _other_number(national: str) -> Phone:
    import phonenumbers

    if not national or national.startswith("0"):
        return Phone(None, None, "invalid")
    try:
        number = phonenumbers.parse(f"+62{national}", None)
    except phonenumbers.NumberParseException:
        return Phone(None, None, "invalid")
    if not phonenumbers.is_valid_number_for_region(number, "ID"):
        return Phone(None, None, "invalid")
    kinds = {
        phonenumbers.PhoneNumberType.MOBILE: "mobile",
        phonenumbers.PhoneNumberType.FIXED_LINE: "fixed_line",
    }
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Phone(e164, kinds.get(phonenumbers.number_type(number), "other"))
