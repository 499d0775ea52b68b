"""What is there of each area: told where it differs, filled in by itself, and complete for whoever moves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldapp.services import care, exchange, ledger, registrations
from fieldapp.services.merging import arriving
from fieldapp.services.problems import Problem
from fieldapp.store.db import Connection

HOME, AWAY = "64.71.05.1002", "64.71.05.1006"


def register(session: Any, values: dict[str, Any]) -> str:
    answer = registrations.submit(session, registrations.new_draft(session, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


def areas(session: Any) -> dict[str, Any]:
    return next(check for check in care.doctor(session) if check["check"] == "areas")


def test_who_moves_to_another_kelurahan_shows_there_with_the_whole_history(
    town: Any, person: Callable[..., Any]
) -> None:
    laptop = town.join("enumerator", "Sari", HOME)
    there = town.join("enumerator", "Rudi", AWAY)
    coordinator = town.join("coordinator", "Kiki", "64.71")
    registration = register(laptop, person())
    town.carry(laptop, coordinator)
    town.carry(there, coordinator)
    town.carry(coordinator, there, to=there.member.id)
    assert registrations.listing(there) == []
    registrations.edit(coordinator, registration, {"ktp_area": AWAY})
    (answer,) = town.carry(coordinator, there, to=there.member.id)
    assert answer["differing"] == []
    assert [row["id"] for row in registrations.listing(there)] == [registration]
    assert len(registrations.history(there, registration)) == 2


def test_a_lost_entry_is_told_of_and_comes_back_with_the_next_exchange(town: Any, person: Callable[..., Any]) -> None:
    laptop = town.join("enumerator", "Sari", HOME)
    other = town.join("enumerator", "Rudi", HOME)
    coordinator = town.join("coordinator", "Kiki", "64.71")
    register(laptop, person())
    town.carry(laptop, coordinator)
    town.carry(other, coordinator)
    town.carry(coordinator, other, to=other.member.id)
    assert areas(other)["ok"]

    def lose(connection: Connection) -> None:
        connection.execute("DELETE FROM entry WHERE record IN (SELECT record FROM entry ORDER BY place DESC LIMIT 1)")

    other.store.write(lose)
    assert "rebuild" in areas(other)["message"]
    (answer,) = town.carry(coordinator, other, to=other.member.id)
    (told,) = answer["differing"]
    assert (told["code"], told["by"], told["here"] + 1) == ("scope_differs", "Kiki", told["there"])
    found = ledger.ledger(other)
    assert not found["balanced"]
    assert "differs" in {each["kind"] for each in found["missing"]}
    assert not areas(other)["ok"]
    town.carry(other, coordinator)
    (answer,) = town.carry(coordinator, other, to=other.member.id)
    assert answer["differing"] == []
    assert areas(other)["ok"]
    assert ledger.ledger(other)["balanced"]


def test_a_laptop_lets_go_of_replaced_answers_and_its_history_comes_back_when_it_is_opened(
    town: Any, person: Callable[..., Any]
) -> None:
    laptop = town.join("enumerator", "Sari", HOME)
    coordinator = town.join("coordinator", "Kiki", "64.71")
    registration = register(laptop, person())
    for job in ("ojek", "pedagang_kaki_lima"):
        registrations.edit(laptop, registration, {"job": job})
    assert care.compact(laptop) == {"entries": 0}
    town.carry(laptop, coordinator)
    town.carry(coordinator, laptop, to=laptop.member.id)
    before = registrations.listing(laptop)
    whole = registrations.history(laptop, registration)
    assert care.compact(laptop) == {"entries": 1}
    assert registrations.listing(laptop) == before
    assert all(check["ok"] for check in care.doctor(laptop))
    opened = registrations.history(laptop, registration)
    assert [item.get("dropped", False) for item in opened] == [False, True, False]
    assert {"field": "job", "from": "tukang_pijat", "to": "…"} in opened[1]["changes"]
    # That they are asked for now is no loss.
    assert ledger.ledger(laptop)["balanced"]
    town.carry(laptop, coordinator)
    town.carry(coordinator, laptop, to=laptop.member.id)
    assert registrations.history(laptop, registration) == whole


def test_an_office_lets_go_of_nothing(town: Any) -> None:
    coordinator = town.join("coordinator", "Kiki", "64.71")
    with pytest.raises(Problem, match="compact_office"):
        care.compact(coordinator)
    shared = town.join("enumerator", "Sari", HOME)
    assert care.compact(shared) == {"entries": 0}
    town.join("supervisor", "Wati", "64.71", host=shared)
    with pytest.raises(Problem, match="compact_office"):
        care.compact(shared)


def joining(town: Any, person: Callable[..., Any], tmp_path: Path) -> tuple[Any, Any, Path]:
    """An office that holds a few people, a newcomer that holds nobody, and the bundle for it."""
    coordinator = town.join("coordinator", "Kiki", "64.71")
    for number in range(1, 4):
        laptop = town.join("enumerator", f"Sari {number}", HOME)
        register(laptop, person(number))
        town.carry(laptop, coordinator)
    newcomer = town.join("coordinator", "Lala", "64.71")
    town.carry(newcomer, coordinator)
    path = tmp_path / "paket"
    exchange.write_bundle(coordinator, path, to=newcomer.member.id)
    return coordinator, newcomer, path


def test_a_large_bundle_goes_in_piece_by_piece_and_is_told_and_undone_as_one(
    town: Any, person: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "FIRST_PIECE", 1)
    monkeypatch.setattr(arriving, "PIECE", 1)
    coordinator, newcomer, path = joining(town, person, tmp_path)
    seen: list[int] = []
    answer = exchange.merge(
        newcomer, [path], progress=lambda *_: seen.append(len(registrations.listing(newcomer))), large_bytes=1
    )
    assert {0, 1, 2, 3} <= set(seen)
    assert (answer["registrations"]["new"], answer["receipts"]) == (3, 1)
    assert answer["files"][0]["new"] == answer["entries"]["new"] > 3
    assert (answer["entries"]["known"], answer["differing"]) == (0, [])
    assert registrations.listing(newcomer) == registrations.listing(coordinator)
    again = exchange.merge(newcomer, [path], large_bytes=1)
    assert (again["entries"]["new"], again["receipts"]) == (0, 0)
    assert again["entries"]["known"] == answer["entries"]["new"]
    assert exchange.undo(newcomer, answer["merge_id"])["voided"] == 3


def test_a_large_bundle_that_was_interrupted_shows_what_came_and_goes_on_there(
    town: Any, person: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "FIRST_PIECE", 1)
    monkeypatch.setattr(arriving, "PIECE", 1)
    coordinator, newcomer, path = joining(town, person, tmp_path)

    def pulled_out(done: int, total: int | None, what: str) -> None:
        if len(registrations.listing(newcomer)) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exchange.merge(newcomer, [path], progress=pulled_out, large_bytes=1)
    assert len(registrations.listing(newcomer)) == 2
    answer = exchange.merge(newcomer, [path], large_bytes=1)
    assert answer["registrations"]["new"] == 1
    assert registrations.listing(newcomer) == registrations.listing(coordinator)
    assert ledger.ledger(newcomer)["balanced"]


def test_a_trial_of_a_large_bundle_and_a_damaged_one_bring_nothing_in(
    town: Any, person: Callable[..., Any], tmp_path: Path
) -> None:
    _, newcomer, path = joining(town, person, tmp_path)
    assert exchange.merge(newcomer, [path], dry_run=True, large_bytes=1)["registrations"]["new"] == 3
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(Problem, match="bundle_damaged"):
        exchange.merge(newcomer, [path], large_bytes=1)
    assert registrations.listing(newcomer) == []
