"""Where a laptop's work stands, stage by stage, on real stores; and what is kept of exchanges."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fieldapp.services import exchange, exchange_book, handover, registrations, review
from fieldapp.services.problems import Problem
from fieldapp.services.session import Session, open_session

AREA = "64.71.05"
Person = Callable[..., dict[str, Any]]


def register(laptop: Session, values: dict[str, Any]) -> str:
    answer = registrations.submit(laptop, registrations.new_draft(laptop, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


def counted(laptop: Session) -> dict[str, tuple[int, int]]:
    told = handover.stages(laptop)
    return {stage: (told[stage]["registrations"], told[stage]["entries"]) for stage in handover.STAGES}


def test_work_moves_from_stage_to_stage_as_it_is_sent_carried_and_received(
    town: Any, person: Person, tmp_path: Path
) -> None:
    sari, kiki = town.join("enumerator", "Sari", AREA), town.join("coordinator", "Kiki", "64.71")
    draft = registrations.new_draft(sari, person(1)).id
    assert counted(sari) == {"drafts": (1, 0), "not_carried": (0, 0), "carried": (0, 0), "acknowledged": (0, 0)}
    assert handover.people(sari, "drafts") == [draft]
    registrations.submit(sari, draft)
    (first,) = handover.people(sari, "not_carried")
    second = register(sari, person(2))
    assert counted(sari) == {"drafts": (0, 0), "not_carried": (2, 2), "carried": (0, 0), "acknowledged": (0, 0)}
    assert (sari.status()["not_carried"], sari.status()["waiting"]) == (2, 2)

    exchange.write_bundle(sari, tmp_path / "paket")
    told = handover.stages(sari)
    assert [each["entries"] for each in told["carried"]["bundles"]] == [2]
    assert told["carried"]["bundles"][0]["written_at"].startswith("2026-11-02")
    assert set(handover.people(sari, "carried")) == {first, second}
    assert (sari.status()["not_carried"], sari.status()["carried"]) == (0, 2)

    # A correction of somebody who was carried is work that has not left yet; the person is counted once, there.
    registrations.edit(sari, first, {"work_place": "Pasar Rekaan"})
    assert counted(sari)["not_carried"] == (1, 1)
    assert counted(sari)["carried"] == (1, 2)

    exchange.merge(kiki, [tmp_path / "paket"])
    town.carry(kiki, sari, to=sari.member.id)
    told = handover.stages(sari)
    assert counted(sari)["acknowledged"] == (1, 2)
    assert [(each["by"], each["entries"]) for each in told["acknowledged"]["by"]] == [("Kiki", 2)]
    assert told["acknowledged"]["by"][0]["at"]
    assert told["carried"]["bundles"] == []
    assert not told["all_arrived"]

    town.carry(sari, kiki)
    town.carry(kiki, sari, to=sari.member.id)
    assert handover.stages(sari)["all_arrived"]
    assert sari.status()["all_arrived"]
    assert set(handover.people(sari, "acknowledged")) == {first, second}


def test_decisions_of_the_office_are_its_own_work_and_receipts_are_not(town: Any, person: Person) -> None:
    sari, kiki = town.join("enumerator", "Sari", AREA), town.join("coordinator", "Kiki", "64.71")
    wati = town.join("supervisor", "Wati", "64.71")
    known = register(sari, person(1))
    town.carry(sari, kiki, wati)
    assert counted(kiki)["not_carried"] == (0, 0)
    review.decide(wati, [known], "approve", reason="")
    assert counted(wati)["not_carried"] == (1, 1)
    assert handover.people(wati, "not_carried") == [known]
    town.carry(wati, kiki)
    town.carry(kiki, wati, to=wati.member.id)
    assert counted(wati)["acknowledged"] == (1, 1)


def test_the_last_exchanges_are_kept_in_numbers_alone(town: Any, person: Person, tmp_path: Path) -> None:
    sari, kiki = town.join("enumerator", "Sari", AREA), town.join("coordinator", "Kiki", "64.71")
    register(sari, person(1, name="Rahasia Rekaan"))
    exchange.write_bundle(sari, tmp_path / "paket Sari")
    exchange.merge(kiki, [tmp_path / "paket Sari"], dry_run=True)
    assert exchange_book.latest(kiki) == []
    exchange.merge(kiki, [tmp_path / "paket Sari"])
    exchange.write_returns(kiki, tmp_path / "balasan")
    kinds = [each["kind"] for each in exchange_book.latest(kiki)]
    assert kinds == ["returns", "merged"]
    merged = exchange_book.latest(kiki)[1]["told"]
    assert (merged["registrations"]["new"], merged["files"], merged["skipped"]) == (1, 1, 0)
    (written,) = exchange_book.latest(sari)
    assert (written["kind"], written["told"]["to_office"], written["told"]["entries"] > 0) == ("written", True, True)
    assert not any(name in str(exchange_book.latest(kiki)) for name in ("Sari", "Rahasia", "paket"))
    for _ in range(60):
        exchange.merge(kiki, [tmp_path / "paket Sari"])
    assert len(exchange_book.latest(kiki)) == 40


def test_the_office_sees_who_has_not_fetched_its_return_bundle(town: Any, person: Person, tmp_path: Path) -> None:
    sari, rudi = town.join("enumerator", "Sari", AREA), town.join("enumerator", "Rudi", "64.71.01")
    kiki = town.join("coordinator", "Kiki", "64.71")
    with pytest.raises(Problem, match="not_allowed"):
        exchange_book.returned(sari)
    for laptop, number in ((sari, 1), (rudi, 2)):
        register(laptop, person(number, **({} if laptop is sari else {"ktp_area": "64.71.01.1001"})))
        town.carry(laptop, kiki)

    def fetched() -> dict[str, Any]:
        return {each["name"]: each["fetched"] for each in exchange_book.returned(kiki) if each["role"] == "enumerator"}

    assert fetched() == {"Rudi": None, "Sari": None}
    for each in exchange.write_returns(kiki, tmp_path / "balasan"):
        if each["name"] == "Sari":
            exchange.merge(sari, [Path(each["file"])])
    assert fetched() == {"Rudi": False, "Sari": False}
    # Only what comes back shows that a stick was read: the next bundle of that laptop says what it holds.
    register(sari, person(3))
    town.carry(sari, kiki)
    assert fetched() == {"Rudi": False, "Sari": True}
    # Those that lack theirs stand on top.
    assert [each["fetched"] for each in exchange_book.returned(kiki)] == [False, False, True]
    told = {each["name"]: each for each in exchange_book.returned(kiki)}["Sari"]
    assert told["written_at"] < told["seen_at"]


def test_a_merge_that_is_stopped_half_way_leaves_nothing_half(town: Any, person: Person, tmp_path: Path) -> None:
    sari, kiki = town.join("enumerator", "Sari", AREA), town.join("coordinator", "Kiki", "64.71")
    register(sari, person(1))
    exchange.write_bundle(sari, tmp_path / "paket")
    seen: list[tuple[int, int | None]] = []

    def stop(done: int, total: int | None, what: str) -> None:
        seen.append((done, total))
        raise exchange.Stopped

    with pytest.raises(Problem, match="stopped"):
        exchange.merge(kiki, [tmp_path / "paket"], progress=stop)
    assert seen
    assert registrations.listing(kiki) == []
    assert exchange_book.latest(kiki) == []
    assert exchange.merge(kiki, [tmp_path / "paket"])["registrations"]["new"] == 1


def test_how_far_a_large_merge_is_is_told_as_it_goes(town: Any, person: Person, tmp_path: Path) -> None:
    sari, kiki = town.join("enumerator", "Sari", AREA), town.join("coordinator", "Kiki", "64.71")
    for number in range(1, 4):
        register(sari, person(number))
        # A segment each: progress is told between segments.
        exchange.write_bundle(sari, tmp_path / f"lama-{number}")
    exchange.write_bundle(sari, tmp_path / "paket")
    rudi = town.join("enumerator", "Rudi", AREA)
    register(rudi, person(9))
    exchange.write_bundle(rudi, tmp_path / "lain")
    told: list[tuple[int, int | None]] = []
    exchange.merge(
        kiki, [tmp_path / "paket", tmp_path / "lain"], progress=lambda done, total, what: told.append((done, total))
    )
    done = [each for each, _ in told]
    assert done == sorted(done)
    assert len(set(done)) > 3
    assert len({total for _, total in told}) == 1
    assert told[-1][0] == told[-1][1]


def test_the_first_writes_of_two_threads_count_one_opening(town: Any, person: Person) -> None:
    """A form is opened at the moment in which the laptop begins to exchange by itself."""
    home = town.join("enumerator", "Sari", AREA).home
    for _ in range(5):
        with open_session(home, "sandi-Sari") as sari:
            before = sari.preference("starts", 0)
            ready = threading.Barrier(8)

            def write(laptop: Session = sari, ready: threading.Barrier = ready) -> None:
                ready.wait(10)
                registrations.new_draft(laptop)

            with ThreadPoolExecutor(8) as threads:
                for done in [threads.submit(write) for _ in range(8)]:
                    done.result()
            assert sari.preference("starts") == before + 1
