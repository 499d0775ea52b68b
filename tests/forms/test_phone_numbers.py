"""Phone numbers as people write them, judged as the phonenumbers package judges them."""

from __future__ import annotations

import subprocess
import sys

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fieldapp.forms.phone import read_phone, shown_phone

steady = settings(derandomize=True, deadline=None, max_examples=400, database=None)


@pytest.mark.parametrize(
    "text",
    [
        "081234567890",
        "81234567890",
        "6281234567890",
        "+6281234567890",
        "+62 (0)812-3456-7890",
        "006281234567890",
        "0062 0812 3456 7890",
        "0812.3456.7890",
        " 0812 3456 7890 ",
        "(0812) 3456–7890",
    ],
)
def test_every_way_of_writing_a_mobile_number_is_one_number(text) -> None:
    assert read_phone(text) == ("+6281234567890", "mobile", None)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("O812-3456-7890", "letters"),
        ("0O12-3456-7890", "letters"),
        ("telp tetangga", "letters"),
        ("081234567890 (istri)", "letters"),
        ("081234567890 / 081298765432", "several"),
        ("081234567890, 081298765432", "several"),
        ("081234567890 081298765432", "several"),
        ("+60123456789", "foreign"),
        ("+1 202 555 0123", "foreign"),
        ("0812", "invalid"),
        ("0812345678901234", "invalid"),
        ("08412345678", "invalid"),
        ("0811", "invalid"),
        ("123456", "invalid"),
        ("", "invalid"),
        ("+", "invalid"),
        ("++6281234567890", "invalid"),
        ("0812+34567890", "invalid"),
        ("0" * 1_000_000, "invalid"),
        ("٠٨١٢٣٤٥٦٧٨٩٠", "invalid"),
        ("0542", "invalid"),
    ],
)
def test_what_cannot_be_called_is_refused_with_its_kind(text, fault) -> None:
    assert read_phone(text) == (None, None, fault)


def test_landlines_are_fine_and_marked() -> None:
    assert read_phone("(0542) 123456") == ("+62542123456", "fixed_line", None)
    assert read_phone("021-5551234").kind == "fixed_line"


@steady
@given(st.from_regex(r"\A[0-9]{3,13}\Z"))
@example("8123456")
@example("81234567")
@example("812345678")
@example("812345678901")
@example("8123456789012")
@example("8412345678")
@example("8001234567")
@example("0812345678")
def test_a_number_is_taken_exactly_when_phonenumbers_calls_it_valid(national) -> None:
    try:
        number = phonenumbers.parse(f"+62{national}", None)
        valid = phonenumbers.is_valid_number_for_region(number, "ID") and not national.startswith("0")
    except phonenumbers.NumberParseException:
        valid = False
    found = read_phone(f"+62{national}")
    if national.startswith("0"):
        # The trunk zero may stand after the country code; what follows is judged the same way.
        assert found == read_phone(f"+62{national[1:]}") or found.e164 is None
    else:
        assert (found.e164 is not None) == valid
        assert found.e164 in (None, f"+62{national}")


@steady
@given(st.text(max_size=30) | st.from_regex(r"\A[+0-9 ().\-]{0,20}\Z"))
def test_any_text_is_a_number_that_reads_as_itself_or_a_fault(text) -> None:
    phone = read_phone(text)
    if phone.e164 is None:
        assert phone.fault in ("letters", "several", "foreign", "invalid")
    else:
        assert read_phone(phone.e164).e164 == phone.e164
        assert read_phone(shown_phone(phone.e164)).e164 == phone.e164


def test_numbers_are_shown_as_people_read_them() -> None:
    assert shown_phone("+6281234567890") == "0812-3456-7890"
    assert shown_phone("+628123456789") == "0812-3456-789"
    assert shown_phone("+62542123456") == "(0542) 123456"
    assert shown_phone("+62215551234") == "(021) 5551234"
    assert shown_phone("telp tetangga") == "telp tetangga"


def test_a_mobile_number_is_read_without_importing_phonenumbers() -> None:
    script = (
        "import sys; from fieldapp.forms.phone import read_phone; assert read_phone('081234567890').e164; "
        "sys.exit('phonenumbers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0
