"""The ledger says so whenever a registration is not where it should be, names it, and is silent otherwise."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fieldapp.services import care, exchange, ledger, membership, registrations
from fieldapp.services.ledger import paper as ledger_paper
from fieldapp.services.ledger.words import spoken, verdict
from fieldapp.services.problems import Problem
from fieldapp.services.session import open_session
from fieldapp.store.drafts import Unreadable, keep_unreadable

HOME = "64.71.05"


def register(session: Any, values: dict[str, Any]) -> str:
    answer = registrations.submit(session, registrations.new_draft(session, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


def kinds(session: Any) -> list[str]:
    found = ledger.ledger(session)
    assert found["balanced"] is not bool(found["missing"])
    assert all(each["message"] and "{" not in each["message"] for each in found["missing"] + found["held"])
    return [each["kind"] for each in found["missing"]]


def damage(session: Any, statement: str, *values: str) -> None:
    session.store.write(lambda connection: connection.execute(statement, values) and None)


@pytest.fixture
def office(town: Any, person: Callable[..., Any]) -> Any:
    """A laptop with two registrations, which a coordinator and a supervisor hold too."""
    laptop = town.join("enumerator", "Sari", HOME)
    coordinator = town.join("coordinator", "Kiki", "64.71")
    supervisor = town.join("supervisor", "Rina", "64.71", slots=5)
    ids = [register(laptop, person(number)) for number in (1, 2)]
    town.carry(laptop, coordinator)
    town.carry(coordinator, supervisor)
    return laptop, coordinator, supervisor, ids


def test_whatever_is_lost_on_one_machine_is_named_with_what_to_do(town: Any, office: Any) -> None:
    laptop, coordinator, _supervisor, (first, second) = office
    assert kinds(coordinator) == []

    damage(coordinator, "DELETE FROM registration WHERE id = ?", first)
    (told,) = ledger.ledger(coordinator)["missing"]
    assert (told["kind"], told["id"]) == ("unlisted", first)
    assert "fieldapp rebuild" in told["message"]
    # As many rows as registrations, but not the same ones.
    damage(coordinator, "UPDATE registration SET id = ? WHERE id = ?", first, second)
    assert sorted(kinds(coordinator)) == ["unlisted"]
    damage(coordinator, "UPDATE registration SET id = 'ffffffff-ffff-7fff-bfff-ffffffffffff'")
    assert sorted(kinds(coordinator)) == ["unlisted", "unlisted", "unrecorded"]
    care.rebuild(coordinator)
    assert kinds(coordinator) == []

    key = second.replace("-", "")
    damage(coordinator, "DELETE FROM entry WHERE hex(record) = ?", key.upper())
    told = {each["kind"]: each for each in ledger.ledger(coordinator)["missing"]}
    assert set(told) == {"lost", "unrecorded"}
    assert told["unrecorded"]["id"] == second
    assert told["lost"]["by"] == "Sari"
    # Gone from the lists too: what was counted as held still says so.
    damage(coordinator, "DELETE FROM registration WHERE id = ?", second)
    assert kinds(coordinator) == ["lost"]
    assert "KURANG 1" in verdict(ledger.ledger(coordinator))

    draft = registrations.new_draft(laptop, {"name": "Contoh Draf"})
    damage(laptop, "UPDATE draft SET values_json = '{rusak' WHERE id = ?", draft.id)
    (broken,) = ledger.ledger(laptop)["missing"]
    assert (broken["kind"], broken["id"]) == ("draft_unreadable", draft.id)
    assert ledger.ledger(laptop)["totals"]["draft"] == 1


def test_a_laptop_set_back_to_an_old_copy_is_told_of_what_the_office_has_of_it(
    town: Any, person: Callable[..., Any], tmp_path: Path
) -> None:
    laptop = town.join("enumerator", "Sari", HOME)
    coordinator = town.join("coordinator", "Kiki", "64.71")
    register(laptop, person(1))
    laptop.close()
    shutil.copytree(laptop.home, tmp_path / "salinan")
    with open_session(laptop.home, "sandi-Sari", wall_ms=town.time) as original:
        register(original, person(2))
        town.carry(original, coordinator)
    exchange.write_bundle(coordinator, town.stick / "balasan", to=original.member.id)
    shutil.rmtree(laptop.home)
    shutil.copytree(tmp_path / "salinan", laptop.home)
    with open_session(laptop.home, "sandi-Sari", wall_ms=town.time) as restored:
        assert kinds(restored) == []
        exchange.merge(restored, [town.stick / "balasan"])
        told = {each["kind"]: each for each in ledger.ledger(restored)["missing"]}
        assert told["restored"]["by"] == "Sari", told
        assert "salinan lama" in told["restored"]["message"]
        town.carry(restored, coordinator)
        town.carry(coordinator, restored, to=restored.member.id)
        assert kinds(restored) == []


def test_what_is_held_back_is_named_and_is_not_lacking(town: Any, office: Any, person: Callable[..., Any]) -> None:
    laptop, coordinator, _supervisor, _ids = office
    town.carry(coordinator, town.admin)
    membership.revoke(town.admin, laptop.member.id, "pindah")
    town.carry(town.admin, coordinator)
    register(laptop, person(3))
    town.carry(laptop, coordinator)
    coordinator.store.write(
        lambda c: keep_unreadable(c, [Unreadable("u", coordinator.member.id, "berkas", 3, b"rusak", 1)])
    )
    found = ledger.ledger(coordinator)
    assert found["balanced"]
    held = {each["kind"]: each for each in found["held"]}
    assert (held["quarantined"]["open"], held["quarantined"]["registrations"]) == (1, 1)
    assert held["unreadable"]["count"] == found["totals"]["unreadable"] == 1
    assert [line for line in spoken(found) if "karantina menunggu putusan" in line]


def test_receipts_say_who_acknowledged_how_much_and_when(town: Any, office: Any) -> None:
    laptop, coordinator, supervisor, ids = office
    town.carry(supervisor, coordinator)
    town.carry(coordinator, laptop, to=laptop.member.id)
    told = ledger.receipts(laptop, laptop.device)
    assert [(each["by"], each["entries"]) for each in told] == [("Rina", 2), ("Kiki", 2)]
    assert all(each["at"] for each in told)
    assert sorted(ledger.people(laptop, "merged", laptop=laptop.device)) == sorted(ids)
    assert ledger.people(laptop, "merged", area="64.71.01") == []
    draft = registrations.new_draft(laptop, {"name": "Contoh Draf"})
    assert ledger.people(laptop, "draft") == [draft.id]


def test_the_printed_ledger_counts_in_80_columns_and_names_nobody(
    town: Any, office: Any, person: Callable[..., Any], tmp_path: Path
) -> None:
    _laptop, coordinator, _supervisor, (first, _second) = office
    damage(coordinator, "DELETE FROM registration WHERE id = ?", first)
    name = person(1)["name"]
    out = tmp_path / "buku.txt"
    answer = ledger_paper.write(coordinator, out)
    text = out.read_text("utf-8-sig")
    pages = text.split("\f")
    assert answer == {"file": str(out), "pages": len(pages)}
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "Program Rekaan" in pages[0]
    assert "oleh Kiki" in pages[0]
    assert "halaman 1 dari 1" in pages[0]
    assert first in text
    assert name not in text
    ledger_paper.write(coordinator, out, names=True)
    assert name in out.read_text("utf-8-sig")
    sheet = tmp_path / "buku.xlsx"
    assert ledger_paper.write(coordinator, sheet)["rows"] >= 4
    # Whatever stops the writing, the old file stays whole.
    before = out.read_bytes()
    with pytest.raises(Problem, match="ledger_kind"):
        ledger_paper.write(coordinator, tmp_path / "buku.pdf")
    with pytest.raises(Problem, match="file_not_written"):
        ledger_paper.write(coordinator, tmp_path / "tidak ada" / "buku.txt")
    assert out.read_bytes() == before


STEPS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from(["carry", "lost", "register", "drop"])),
    min_size=5,
    max_size=9,
)


# Each world is made of real laptops: making a failing one smaller would take minutes.
@settings(
    max_examples=3, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_the_ledger_balances_exactly_when_nothing_is_lacking(
    town_in: Callable[[Path], Any],
    person: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[int, int, str]],
) -> None:
    """Two laptops and two offices exchange as it happens; sticks get lost, and rows vanish from lists."""
    town = town_in(tmp_path_factory.mktemp("dunia"))
    who = [
        town.join("enumerator", "Sari", HOME), town.join("enumerator", "Budi", HOME),
        town.join("coordinator", "Kiki", "64.71"), town.join("supervisor", "Rina", "64.71"),
    ]  # fmt: skip
    for each in who:
        town.carry(each, *(other for other in who[2:] if other is not each))
    for number, (source, target, what) in enumerate(steps):
        laptop = who[source]
        if what == "register":
            register(who[source % 2], person(number + 1))
        elif what == "lost":
            exchange.write_bundle(laptop, town.stick / f"hilang-{number}")
        elif what == "carry" and source != target and max(source, target) > 1:
            town.carry(laptop, who[target], to="office" if target > 1 else who[target].member.id)
        elif what == "drop":
            ids = registrations.ids(laptop)
            if ids:
                damage(laptop, "DELETE FROM registration WHERE id = ?", ids[0])
                assert ids[0] in {each.get("id") for each in ledger.ledger(laptop)["missing"]}
                care.rebuild(laptop)
        for each in who:
            assert bool(kinds(each)) == lacks(each, who)
    for _ in range(2):
        for source, target in ((0, 2), (1, 2), (2, 3), (3, 2)):
            town.carry(who[source], who[target])
        for target in (0, 1):
            town.carry(who[2], who[target], to=who[target].member.id)
    assert [kinds(each) for each in who] == [[], [], [], []]
    assert len({str(ledger.ledger(each)["totals"]["registered"]) for each in who}) == 1
    town.close()


def lacks(session: Any, everybody: list[Any]) -> bool:
    """Whether a chain that is held here has a hole, as counting its entries one by one shows it."""
    found: dict[int, set[int]] = {}
    for (place,) in session.store.read(lambda c: c.execute("SELECT place FROM entry").fetchall()):
        found.setdefault(place >> 32, set()).add(place & 0xFFFFFFFF)
    return any(numbers != set(range(1, max(numbers) + 1)) for numbers in found.values())
