"""What stands out in how somebody registers: surely more than usual, and never for few registrations."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain import quality
from fieldapp.domain.quality import FLAGS, LEAST, Tally


def test_the_sure_share_lies_below_what_was_counted_and_comes_near_it_with_numbers() -> None:
    # By hand: z = 2.326, p = 0.2, n = 100: (0.2 + 0.02705 - 2.326 * sqrt(0.0016 + 0.00013526)) / 1.05410
    assert quality.surely_above(Tally(20, 100)) == pytest.approx(0.1235, abs=0.0002)
    assert quality.surely_above(Tally(2_000, 10_000)) == pytest.approx(0.1909, abs=0.0002)
    assert quality.surely_above(Tally(0, 50)) == pytest.approx(0)
    assert quality.surely_above(Tally(0, 0)) == 0


@pytest.mark.parametrize(("part", "stands_out"), [(6, False), (7, True)])
def test_of_thirty_seven_are_surely_more_than_a_tenth(part: int, stands_out: bool) -> None:
    assert quality.stands_out(Tally(part, 30), []) is stands_out


def test_what_everybody_does_stands_out_with_nobody() -> None:
    alike = Tally(40, 100)
    assert not quality.stands_out(alike, [alike, alike])
    assert quality.stands_out(Tally(90, 100), [alike, alike])
    assert quality.stands_out(Tally(100, 100), [Tally(70, 100)])
    # Whose own numbers are small says nothing of what is usual.
    assert quality.stands_out(alike, [Tally(4, 10)])


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        st.integers(0, LEAST - 1).flatmap(
            lambda whole: st.fixed_dictionaries(
                {flag: st.integers(0, whole).map(lambda part: Tally(part, whole)) for flag in FLAGS}
            )
        ),
    )
)
def test_nobody_with_few_registrations_is_ever_flagged(counted: dict[str, dict[str, Tally]]) -> None:
    many = {flag: Tally(0, 5_000) for flag in FLAGS}
    assert quality.flags({**counted, "many": many}) == {}


def test_flags_are_told_in_one_order() -> None:
    high, low = Tally(90, 100), Tally(1, 100)
    mine = dict.fromkeys(reversed(FLAGS), high)
    assert quality.flags({"ani": mine, "budi": dict.fromkeys(FLAGS, low)}) == {"ani": FLAGS}
    assert quality.flags({"ani": {**mine, "fast": low}}) == {"ani": tuple(flag for flag in FLAGS if flag != "fast")}


def test_the_night_is_from_ten_to_five_in_balikpapan() -> None:
    assert [hour for hour in range(24) if quality.is_odd_hour(hour)] == [0, 1, 2, 3, 4, 22, 23]
    assert quality.ODD_HOURS_UTC == ("14", "15", "16", "17", "18", "19", "20")


@pytest.mark.parametrize("phone", ["+6281200120000", "0812-0012-9999", "+628120123456", "08120765432", "081234567890"])
def test_numbers_that_nobody_was_told_are_seen(phone: str) -> None:
    assert quality.is_serial(phone)


@pytest.mark.parametrize("phone", ["+6281200120001", "+6281211112", "+628123456781", ""])
def test_other_numbers_are_left_alone(phone: str) -> None:
    assert not quality.is_serial(phone)


@given(st.lists(st.integers(0, 50), min_size=1), st.sampled_from([0.1, 0.5, 0.9]))
def test_a_value_in_the_middle_has_its_part_of_all_below_it(values: list[int], part: float) -> None:
    found = quality.middle_of(sorted((value, values.count(value)) for value in set(values)), part)
    assert found in values
    assert sum(value <= found for value in values) >= len(values) * part
    assert sum(value < found for value in values) <= len(values) * part
    assert quality.middle_of([]) is None
