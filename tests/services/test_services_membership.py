"""Inviting, joining, sharing a laptop, revoking, and a forgotten passphrase."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldapp.services import exchange, ledger, membership, programme, registrations, review
from fieldapp.services.problems import Problem
from fieldapp.services.quota import budget
from fieldapp.services.session import change_passphrase, open_session
from sync.invitations import KdfCost

CHEAP_PIN = KdfCost(memory_kib=64, passes=1)
PIN = "246810"


def register(session: Any, values: dict[str, Any]) -> str:
    answer = registrations.submit(session, registrations.new_draft(session, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_newcomer_knows_the_settings_and_the_lease_before_any_connection(town: Any) -> None:
    supervisor = town.join("supervisor", "Wati", "64.71", slots=7)
    assert programme.show(supervisor)["quota"] == 100
    assert budget.outlook(supervisor, [], "approve")["slots_left"] == 7


def test_slots_beyond_what_is_left_are_refused(town: Any) -> None:
    town.join("supervisor", "Wati", "64.71", slots=60)
    with pytest.raises(Problem, match="slots_exceeded"):
        town.join("supervisor", "Nina", "64.71", slots=41)
    assert budget.outlook(town.join("supervisor", "Ani", "64.71"), [], "approve")["slots_left"] == 40


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"role": "raja"}, "role_unknown"),
        ({"areas": ["99.99"]}, "area_unknown"),
        ({"areas": []}, "area_needed"),
        ({"pin": "123"}, "pin_short"),
        ({"name": "\u202e"}, "member_name"),
    ],
)
def test_an_invitation_that_cannot_be_meant_is_refused(town: Any, changes: dict[str, Any], code: str) -> None:
    given: dict[str, Any] = {"role": "enumerator", "name": "Sari", "areas": ["64.71.05"], "pin": PIN, **changes}
    with pytest.raises(Problem, match=code):
        membership.invite(town.admin, out=town.stick / "u", cost=CHEAP_PIN, **given)
    assert not (town.stick / "u").exists()


def test_only_an_administrator_invites(town: Any) -> None:
    coordinator = town.join("coordinator", "Kiki", "64.71")
    with pytest.raises(Problem) as refused:
        membership.invite(
            coordinator, role="enumerator", name="Sari", areas=["64.71.05"], out=town.stick / "u", pin=PIN
        )
    assert (refused.value.code, refused.value.exit_code) == ("not_allowed", 5)


def test_a_wrong_pin_makes_no_member_and_leaves_no_store(town: Any, tmp_path: Path) -> None:
    file = town.stick / "u"
    membership.invite(town.admin, role="enumerator", name="Sari", areas=["64.71.05"], out=file, pin=PIN, cost=CHEAP_PIN)
    with pytest.raises(Problem, match="invitation_pin"):
        membership.join(tmp_path / "baru", file, "999999", "sandi-panjang")
    assert not (tmp_path / "baru").exists()


def test_a_wrong_passphrase_is_refused_and_changes_nothing_on_disk(town: Any, person: Callable[..., Any]) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    register(laptop, person())
    laptop.close()
    before = snapshot(laptop.home)
    with pytest.raises(Problem) as refused:
        open_session(laptop.home, "bukan sandinya")
    assert (refused.value.code, refused.value.exit_code) == ("wrong_passphrase", 5)
    assert snapshot(laptop.home) == before


def test_nothing_of_a_person_can_be_read_in_the_folder_or_on_the_stick(town: Any, person: Callable[..., Any]) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    coordinator = town.join("coordinator", "Kiki", "64.71")
    register(laptop, person())
    town.carry(laptop, coordinator)
    town.carry(coordinator, laptop, to=laptop.member.id)
    told = [b"6471052806749001", b"Contoh Orang", b"sensorik_netra", b"Gg. Rekaan", b"Sari", b"Kiki"]
    for folder in (laptop.home, coordinator.home, town.stick):
        for name, content in snapshot(folder).items():
            assert not any(each in content for each in told), name
            assert not content.startswith(b"SQLite format 3"), name
            assert not any(each.decode() in name for each in told)


def test_two_members_share_a_laptop_each_with_a_chain_and_a_passphrase(town: Any, person: Callable[..., Any]) -> None:
    first = town.join("enumerator", "Sari", "64.71.05")
    file = town.stick / "kedua"
    membership.invite(town.admin, role="enumerator", name="Budi", areas=["64.71.05"], out=file, pin=PIN, cost=CHEAP_PIN)
    second = membership.join(first.home, file, PIN, "sandi-budi-sendiri", host=first, wall_ms=town.time)
    register(first, person(1))
    register(second, person(2))
    assert len(registrations.listing(second)) == 2
    assert {m["name"] for m in membership.members(second) if m["this_laptop"]} == {"Sari", "Budi"}
    coordinator = town.join("coordinator", "Kiki", "64.71")
    town.carry(first, coordinator)
    town.carry(second, coordinator)
    assert len(registrations.listing(coordinator)) == 2
    second.close()
    with open_session(first.home, "sandi-budi-sendiri") as again:
        assert again.member.name == "Budi"


def test_what_a_revoked_member_writes_later_waits_in_quarantine(town: Any, person: Callable[..., Any]) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    before = register(laptop, person(1))
    town.carry(laptop, town.admin)
    membership.revoke(town.admin, "Sari", "Laptop hilang")
    register(laptop, person(2))
    coordinator = town.join("coordinator", "Kiki", "64.71")
    town.carry(laptop, coordinator, town.admin)
    for session in (coordinator, town.admin):
        assert [row["id"] for row in registrations.listing(session)] == [before]
        assert [held["code"] for held in exchange.quarantine(session)] == ["member_revoked"]
    with pytest.raises(Problem, match="member_revoked"):
        exchange.write_bundle(coordinator, town.stick / "x", to="Sari")


def test_a_revoked_coordinator_cannot_open_what_is_written_afterwards(town: Any, person: Callable[..., Any]) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    leaving = town.join("coordinator", "Lama", "64.71")
    staying = town.join("coordinator", "Kiki", "64.71")
    for session in (leaving, staying, laptop):
        town.carry(session, town.admin)
    assert membership.revoke(town.admin, "Lama", "Pindah tugas")["new_office_key"]
    town.carry(town.admin, staying, to=staying.member.id)
    town.carry(town.admin, laptop, to=laptop.member.id)
    register(laptop, person())
    path = town.stick / "sesudah"
    exchange.write_bundle(laptop, path)
    with pytest.raises(Problem, match="bundle_not_for_us"):
        exchange.merge(leaving, [path])
    assert exchange.merge(staying, [path])["registrations"]["new"] == 1


def test_a_forgotten_passphrase_is_given_back_with_the_data_intact(town: Any, person: Callable[..., Any]) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    registration = register(laptop, person())
    laptop.close()
    key = town.stick / "kunci"
    membership.recovery_export(town.admin, key, PIN)
    with pytest.raises(Problem, match="recovery_pin"):
        membership.recover(laptop.home, key, "000000", "sandi-yang-baru")
    assert membership.recover(laptop.home, key, PIN, "sandi-yang-baru")["member"] == laptop.member.id
    with open_session(laptop.home, "sandi-yang-baru") as again:
        assert [row["id"] for row in registrations.listing(again)] == [registration]


def test_a_changed_passphrase_replaces_the_old_one(town: Any) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    laptop.close()
    change_passphrase(laptop.home, "sandi-Sari", "sandi-lain-sekali")
    with pytest.raises(Problem, match="wrong_passphrase"):
        open_session(laptop.home, "sandi-Sari")
    open_session(laptop.home, "sandi-lain-sekali").close()


def test_the_ledger_follows_a_registration_to_its_receipt(town: Any, person: Callable[..., Any]) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    coordinator = town.join("coordinator", "Kiki", "64.71")
    registrations.new_draft(laptop, person(2))
    register(laptop, person(1))

    def places(session: Any) -> dict[str, int]:
        found = ledger.ledger(session)
        assert found["balanced"], found
        return {place: count for place, count in found["totals"].items() if count}

    assert places(laptop) == {"registered": 2, "draft": 1, "not_carried": 1}
    town.carry(laptop, coordinator)
    assert places(laptop) == {"registered": 2, "draft": 1, "carried": 1}
    assert places(coordinator) == {"registered": 1, "merged": 1}
    town.carry(coordinator, laptop, to=laptop.member.id)
    assert places(laptop) == {"registered": 2, "draft": 1, "merged": 1}


def test_the_ledger_names_what_has_not_arrived(town: Any, person: Callable[..., Any]) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    coordinator = town.join("coordinator", "Kiki", "64.71")
    other = town.join("coordinator", "Lala", "64.71")
    register(laptop, person(1))
    town.carry(laptop, coordinator)
    town.carry(coordinator, laptop, to=laptop.member.id)
    register(laptop, person(2))
    (answer,) = town.carry(laptop, other)
    assert [(gap["first"], gap["last"]) for gap in answer["prerequisites_missing"]] == [(1, 1)]
    found = ledger.ledger(other)
    assert (found["balanced"], found["missing"][0]["kind"]) == (False, "gap")
    town.carry(coordinator, other)
    assert ledger.ledger(other)["balanced"]


def test_a_copied_folder_begins_a_chain_of_its_own_and_both_count(
    town: Any, person: Callable[..., Any], tmp_path: Path
) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    coordinator = town.join("coordinator", "Kiki", "64.71")
    register(laptop, person(1))
    laptop.close()
    copy = tmp_path / "salinan"
    shutil.copytree(laptop.home, copy)
    with open_session(laptop.home, "sandi-Sari") as original:
        register(original, person(2))
        town.carry(original, coordinator)
    # The copy is put back over the original, as after a broken disk; the counter beside the database stayed.
    starts = (laptop.home / "starts").read_bytes()
    shutil.rmtree(laptop.home)
    shutil.copytree(copy, laptop.home)
    (laptop.home / "starts").write_bytes(starts)
    with open_session(laptop.home, "sandi-Sari") as restored:
        register(restored, person(3))
        town.carry(restored, coordinator)
        assert len(registrations.listing(coordinator)) == 3
        assert coordinator.read(lambda connection: coordinator.journal(connection).forked()) == ()
        town.carry(coordinator, restored, to=restored.member.id)
        assert len(registrations.listing(restored)) == 3


def test_a_lease_reaches_who_joined_before_it_was_given(town: Any, person: Callable[..., Any]) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    coordinator = town.join("coordinator", "Kiki", "64.71")
    supervisor = town.join("supervisor", "Wati", "64.71", slots=5)
    registration = register(laptop, person())
    town.carry(laptop, coordinator, supervisor)
    review.decide(supervisor, [registration], "approve")
    town.carry(supervisor, coordinator)
    assert registrations.show(coordinator, registration)["state"] == "approved"


def test_of_many_return_bundles_on_a_stick_each_laptop_takes_its_own(town: Any, person: Callable[..., Any]) -> None:
    laptops = [town.join("enumerator", name, "64.71.05") for name in ("Sari", "Budi")]
    coordinator = town.join("coordinator", "Kiki", "64.71")
    for number, laptop in enumerate(laptops, start=1):
        register(laptop, person(number))
        town.carry(laptop, coordinator)
    written = exchange.write_returns(coordinator, town.stick / "balasan")
    assert {each["name"] for each in written} == {"Sari", "Budi", "Administrator"}
    files = sorted((town.stick / "balasan").iterdir())
    answer = exchange.merge(laptops[0], files)
    assert [part["skipped"] for part in answer["files"] if "skipped" in part] == ["bundle_not_for_us"] * 2
    assert len(registrations.listing(laptops[0])) == 2
    other = next(path for path in files if laptops[0].member.id[:12] not in path.name)
    with pytest.raises(Problem, match="bundle_not_for_us"):
        exchange.merge(laptops[0], [other])
