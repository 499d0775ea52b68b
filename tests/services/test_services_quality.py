"""How people register: what stands out, with whom, and that it is remembered only as long as it is true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import workdays
from workdays import AREA, DAY_MS, HOUR_MS, MONDAY_MS, OTHER_AREA, Workplace

from fieldapp.domain.quality import FLAGS
from fieldapp.services import registrations
from fieldapp.services.pairs import duplicates
from fieldapp.services.problems import Problem
from fieldapp.services.reports import backcheck, progress, quality
from fieldapp.services.reports import tables as report_tables
from fieldapp.services.session import Session
from fieldapp.store import queries

#: Of the third registration that is handed in.
NIK_OF_THIRD = workdays.somebody(3)["nik"]


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
    names = ("Ani", "Budi", "Citra", "Dewi", "Eko", "Fitri", "Gita")
    ani, budi, citra, dewi, eko, fitri, gita = (workplace.join("enumerator", name, workdays.AREA) for name in names)
    workplace.hand_in(ani, _rows(40))
    workplace.hand_in(budi, [*_rows(20), *_rows(20, hour=23)])
    workplace.hand_in(citra, _rows(40, seconds_on_form=50))
    workplace.hand_in(dewi, [*_rows(20), *_rows(10, phone="+6281200120000"), *_rows(10, phone="+6281200127391")])
    # What took no time came out of a file and was not filled in fast.
    workplace.hand_in(gita, _rows(40, seconds_on_form=0))
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
    assert all(quality.flag_words(flag) != flag for flag in FLAGS)
    # A back-check looks at them more.
    planned = {each["member"]: each for each in backcheck.plan(office, seed="1", count=70)}
    assert {member for member, each in planned.items() if each["flagged"]} == set(quality.flags(office))
    assert planned[budi.member.id]["drawn"] > planned[ani.member.id]["drawn"] >= 3


def test_what_stands_out_is_read_once_while_nothing_is_new(workplace: Workplace) -> None:
    ani = workplace.join("enumerator", "Ani", workdays.AREA)
    workplace.hand_in(ani, _rows(40, hour=2))
    first = quality.flags(workplace.admin)
    assert first == {ani.member.id: ("odd_hours",)}
    assert quality.flags(workplace.admin) is first
    workplace.hand_in(ani, _rows(400))
    assert quality.flags(workplace.admin) == {}


@pytest.fixture(scope="module")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workplace, dict[str, Session]]]:
    """Ani: five people in one kelurahan; Budi: three in another, of whom one was registered by Ani already."""
    work = Workplace(tmp_path_factory.mktemp("world"))
    who = {"Wati": work.join("supervisor", "Wati", "64.71")}
    who |= {name: work.join("enumerator", name, AREA, OTHER_AREA) for name in ("Ani", "Budi")}
    monday, tuesday, saturday = MONDAY_MS, MONDAY_MS + DAY_MS, MONDAY_MS + 5 * DAY_MS
    reasons = {"nik_sex_differs": "KTP lama", "area_outside_city": "Baru pindah"}
    ani = work.hand_in(
        who["Ani"],
        [
            {"at": monday + 9 * HOUR_MS, "seconds_on_form": 100, "phone": "+6281200117531"},
            {"at": monday + 23 * HOUR_MS, "seconds_on_form": 200, "phone": "+6281200118888"},
            # Still Monday in UTC.
            {"at": tuesday + 1 * HOUR_MS, "seconds_on_form": 300, "overrides": {"nik_sex_differs": "KTP lama"}},
            {"at": tuesday + 10 * HOUR_MS, "seconds_on_form": 400, "overrides": reasons},
            {"at": saturday + 10 * HOUR_MS, "seconds_on_form": 0, "nik": None},
        ],
    )
    budi = work.hand_in(
        who["Budi"],
        [
            {"at": monday + 8 * HOUR_MS + place, "phone": "+6281200117532", "seconds_on_form": None, **more}
            for place, more in enumerate(({}, {}, {}, {"nik": NIK_OF_THIRD}))
        ],
        OTHER_AREA,
    )
    work.decide(who["Wati"], ani[:2], "return")
    registrations.edit(who["Ani"], ani[0], {"work_place": "Pasar"})
    work.decide(who["Wati"], ani[:1], "return")
    work.decide(who["Wati"], ani[3:4], "reject")
    work.decide(who["Wati"], budi[:2], "approve")
    registrations.edit(who["Budi"], budi[2], {"work_place": "Pasar"})
    duplicates.find(who["Wati"])
    yield work, who
    work.close()


def test_the_figures_of_a_small_world_are_those_counted_by_hand(
    small_world: tuple[Workplace, dict[str, Session]],
) -> None:
    _, who = small_world
    found = quality.report(who["Wati"])
    ani, budi = found["enumerators"]
    assert (ani["name"], ani["member"], ani["flags"]) == ("Ani", who["Ani"].member.id, [])
    assert ani["people"] == 5
    assert ani["days"] == {"worked": 3, "median": 2, "most": 2}
    # What took no time on the form came out of a file.
    assert ani["seconds"] == {"known": 4, "median": 200, "p10": 100, "p90": 400}
    assert ani["explained"] == {"count": 2, "share": 0.4}
    assert ani["overrides"] == {
        "area_outside_city": {"count": 1, "share": 0.2},
        "nik_sex_differs": {"count": 2, "share": 0.4},
    }
    assert ani["returned"] == {"count": 2, "share": 0.4, "rounds": 3}
    assert (ani["rejected"], ani["edited"], ani["same_nik"], ani["joined"], ani["pairs_waiting"]) == (1, 1, 1, 0, 1)
    assert ani["odd_hours"] == {"count": 2, "share": 0.4}
    assert ani["weekend"] == {"count": 1, "share": 0.2}
    assert ani["without_nik"] == {"count": 1, "share": 0.2}
    assert ani["phones"] == {"given": 2, "shared": 0, "serial": 1}
    assert (budi["people"], budi["seconds"]["median"], budi["edited"], budi["same_nik"]) == (4, None, 1, 1)
    assert budi["phones"] == {"given": 4, "shared": 4, "serial": 0}
    assert [(each["area"], each["people"]) for each in found["areas"]] == [(AREA, 5), (OTHER_AREA, 4)]
    assert found["all"]["people"] == 9
    assert found["per_day"] == [
        {"day": "2026-11-02", "people": 6},
        {"day": "2026-11-03", "people": 2},
        {"day": "2026-11-07", "people": 1},
    ]
    assert [each["people"] for each in found["seconds_on_form"]] == [0, 1, 0, 1, 0, 1, 1, 0, 0, 0]


def test_behind_each_figure_stand_as_many_registrations_as_it_counts(
    small_world: tuple[Workplace, dict[str, Session]],
) -> None:
    _, who = small_world
    wati = who["Wati"]
    for work in quality.report(wati)["enumerators"]:
        counted = {
            **{name: work[name] for name in ("people", "rejected", "edited", "same_nik", "joined", "pairs_waiting")},
            **{name: work[name]["count"] for name in ("explained", "returned", "odd_hours", "weekend", "without_nik")},
            **{name: work["phones"][name] for name in ("shared", "serial")},
            **{f"override:{code}": each["count"] for code, each in work["overrides"].items()},
        }
        found = {name: len(quality.behind(wati, name, by=work["member"])) for name in counted}
        assert found == counted
        assert set(counted) >= {behind for _words, _value, behind in report_tables.figure_rows(work)}
    assert len(quality.behind(wati, "people", area=OTHER_AREA)) == 4
    with pytest.raises(Problem, match="not_allowed"):
        quality.behind(who["Ani"], "people", by="Budi")


def test_a_report_is_narrowed_by_area_member_and_days(small_world: tuple[Workplace, dict[str, Session]]) -> None:
    _, who = small_world
    wati = who["Wati"]
    assert quality.report(wati, area=OTHER_AREA)["all"]["people"] == 4
    assert quality.report(wati, area="64.71.05")["all"]["people"] == 9
    assert quality.report(wati, by="ani")["all"]["people"] == 5
    assert quality.report(wati, since="2026-11-03")["all"]["people"] == 3
    assert quality.report(wati, until="2026-11-02")["all"]["people"] == 6
    found = quality.report(wati, since="2026-11-03", until="2026-11-03", area=AREA)
    assert (found["all"]["people"], found["all"]["days"]["worked"], found["all"]["explained"]["count"]) == (2, 1, 2)
    assert quality.report(wati, area="64.72")["all"]["seconds"]["median"] is None
    for since, until in (("2026-11-03", "2026-11-02"), ("3/11/2026", None), (None, "0001-01-01")):
        with pytest.raises(Problem, match="report_period"):
            quality.report(wati, since=since, until=until)


def test_an_enumerator_sees_the_own_figures_and_nobody_elses(
    small_world: tuple[Workplace, dict[str, Session]],
) -> None:
    _, who = small_world
    found = quality.report(who["Ani"])
    assert [each["name"] for each in found["enumerators"]] == ["Ani"]
    assert found == quality.report(who["Ani"], by="Ani")
    assert found["all"]["people"] == 5
    with pytest.raises(Problem, match="not_allowed"):
        quality.report(who["Ani"], by="Budi")
    own = progress.report(who["Ani"])
    assert (own["totals"]["registered"], own["quota"], list(own["pace"])) == (5, None, ["visited"])


def test_nothing_of_the_people_registered_is_in_a_report(small_world: tuple[Workplace, dict[str, Session]]) -> None:
    work, who = small_world
    told = json.dumps([quality.report(who["Wati"]), progress.report(who["Wati"])])
    rows = work.admin.read(lambda connection: queries.page(connection))
    assert len(rows) == 9
    for row in rows:
        assert row.id not in told
        assert row.name not in told
        assert (row.nik or "-nik-") not in told
        assert (row.phone or "-phone-") not in told


def test_progress_counts_every_registration_once_and_says_when_it_is_done(
    small_world: tuple[Workplace, dict[str, Session]],
) -> None:
    _, who = small_world
    found = progress.report(who["Wati"])
    assert found["today"] == "2026-11-09"
    assert found["totals"] == {
        "registered": 9, "pending": 4, "returned": 2, "approved": 2, "waiting": 0, "rejected": 1, "ended": 0,
    }  # fmt: skip
    assert [(each["area"], each["registered"], each["approved"]) for each in found["areas"]] == [
        (AREA, 5, 0),
        (OTHER_AREA, 4, 2),
    ]
    assert found["categories"][0] == {"category": "difabel", **found["totals"]}
    assert found["categories"][1]["registered"] == 0
    assert found["by_day"][0] == {"day": "2026-11-02", "registered": 6, "approved": 0, "returned": 0, "rejected": 0}
    assert found["by_day"][-1] == {"day": "2026-11-09", "registered": 0, "approved": 2, "returned": 2, "rejected": 1}
    assert [(week["week"], week["registered"]) for week in found["by_week"]] == [("2026-11-02", 9), ("2026-11-09", 0)]
    # 9 in the 8 days since the first, 100 - 8 to go at 1.125 a day.
    assert found["pace"]["registered"] == {
        "a_day": 1.1, "measured_days": 8, "left": 92, "days": 82, "on": "2027-01-30",
    }  # fmt: skip
