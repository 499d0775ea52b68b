"""How people register: what stands out, with whom, and that it is remembered only as long as it is true."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import workdays
from workdays import DAY_MS, HOUR_MS, MONDAY_MS, Workplace

from fieldapp.services import quality
from fieldapp.services.quality import FLAG_WORDS


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    made = Workplace(tmp_path)
    yield made
    made.close()


def _rows(count: int, hour: int = 9, **changes: object) -> list[dict[str, object]]:
    return [
        {
            "at": MONDAY_MS + place % 5 * DAY_MS + hour * HOUR_MS,
            "seconds_on_form": 180 + place,
            "phone": f"+62812001{place:03}7{place % 10}",
            **changes,
        }
        for place in range(count)
    ]


def test_each_habit_is_seen_with_whoever_has_it_and_with_nobody_else(workplace: Workplace) -> None:
    office = workplace.join("supervisor", "Wati", "64.71")
    names = ("Ani", "Budi", "Citra", "Dewi", "Eko", "Fitri")
    ani, budi, citra, dewi, eko, fitri = (workplace.join("enumerator", name, workdays.AREA) for name in names)
    workplace.hand_in(ani, _rows(40))
    workplace.hand_in(budi, [*_rows(20), *_rows(20, hour=23)])
    workplace.hand_in(citra, _rows(40, seconds_on_form=50))
    workplace.hand_in(dewi, [*_rows(20), *_rows(10, phone="+6281200120000"), *_rows(10, phone="+6281200127391")])
    explained = workplace.hand_in(eko, _rows(40, overrides={"nik_sex_differs": "KTP lama"}))
    returned = workplace.hand_in(fitri, _rows(40))
    assert quality.flags(office) == {
        budi.member.id: ("odd_hours",),
        citra.member.id: ("fast",),
        dewi.member.id: ("phones_repeat",),
        eko.member.id: ("overrides_high",),
    }
    workplace.decide(office, [*returned[:20], explained[0]], "return")
    # One more entry of a small register is a good part of it, so nothing is remembered that is no longer so.
    assert quality.flags(office)[fitri.member.id] == ("returns_high",)
    assert all(quality.flag_words(flag) for flag in FLAG_WORDS)


def test_a_registration_out_of_a_file_was_not_filled_in_fast(workplace: Workplace) -> None:
    ani, budi = (workplace.join("enumerator", name, workdays.AREA) for name in ("Ani", "Budi"))
    workplace.hand_in(ani, _rows(40))
    workplace.hand_in(budi, _rows(40, seconds_on_form=0))
    assert quality.flags(workplace.admin) == {}


def test_what_stands_out_is_read_once_while_nothing_is_new(workplace: Workplace) -> None:
    ani = workplace.join("enumerator", "Ani", workdays.AREA)
    workplace.hand_in(ani, _rows(40, hour=2))
    first = quality.flags(workplace.admin)
    assert first == {ani.member.id: ("odd_hours",)}
    assert quality.flags(workplace.admin) is first
    workplace.hand_in(ani, _rows(400))
    assert quality.flags(workplace.admin) == {}
