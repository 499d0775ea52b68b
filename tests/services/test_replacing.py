"""A laptop that is gone is replaced: the same person goes on with the same work; nothing that was carried is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hubs import serving

from fieldapp.services import drafts, exchange, ledger, membership, registrations, review
from fieldapp.services.problems import Problem
from fieldapp.services.returns import out, replacing, returned
from fieldapp.store.slots import leases
from fieldapp.store.vault import Cost
from sync.invitations import KdfCost

AREA = "64.71.05"
PIN = "246810"
CHEAP = Cost(passes=1, memory_kib=64)
CHEAP_PIN = KdfCost(memory_kib=64, passes=1)


def register(laptop: Any, values: dict[str, Any]) -> str:
    answer = registrations.submit(laptop, registrations.new_draft(laptop, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


def replace(town: Any, who: str, **more: Any) -> tuple[dict[str, Any], Callable[[], Any]]:
    """The answer, and what joins the new laptop."""
    file = town.stick / f"pengganti-{who}"
    answer = replacing.replace(town.admin, who, out=file, pin=PIN, cost=CHEAP_PIN, **more)

    def join() -> Any:
        home = town.folder / f"laptop-pengganti-{who}"
        session = membership.join(home, file, PIN, "sandi-baru", cost=CHEAP, wall_ms=town.time)
        town.sessions.append(session)
        return session

    return answer, join


def held_slots(session: Any) -> dict[str, int]:
    return session.read(lambda connection: leases(connection, session.journal(connection).membership))


@pytest.mark.parametrize("road", ["stick", "hub"])
def test_an_enumerators_laptop_dies_and_the_new_one_goes_on_with_everything_that_was_carried(
    town: Any, person: Callable[..., Any], road: str
) -> None:
    sari = town.join("enumerator", "Sari", AREA)
    wati = town.join("supervisor", "Wati", "64.71", slots=5)
    hub = town.join("hub", "Pusat", "64.71") if road == "hub" else None
    one, two, three = (register(sari, person(number)) for number in (1, 2, 3))
    town.carry(sari, wati, town.admin)
    for other in (one, two):
        (answer,) = review.decide(wati, [other], "return", reason="Periksa", fields={"heir_name": "Nama lengkap?"})
        assert answer["ok"], answer
    town.carry(wati, town.admin)
    lost = register(sari, person(4))
    answer, join = replace(town, "Sari", reason="laptop rusak kena air")
    assert (answer["name"], answer["role"], answer["areas"], answer["open"]) == ("Sari", "enumerator", [AREA], 3)
    assert (answer["held"]["entries"], answer["new_office_key"], answer["elsewhere"]) == (3, False, [])
    assert answer["held"]["heard_at"] >= answer["held"]["written_at"]
    town.carry(town.admin, wati)
    # Until somebody has joined, the work waits for whoever does.
    assert {item["worker"]["state"] for item in out.listing(wati)} == {"invited"}
    assert {item["worker"]["name"] for item in out.listing(wati)} == {"Sari"}
    new = join()
    assert new.member.id != sari.member.id
    if hub is None:
        town.carry(new, wati)
        town.carry(wati, new, to=new.member.id)
    else:
        with serving(hub) as url:
            for session in (town.admin, wati, new, wati):
                exchange.sync(session, url)
    assert {row["id"] for row in registrations.listing(new)} == {one, two, three}
    assert {item["id"] for item in returned.listing(new)} == {one, two}
    assert new.status()["returned"] == 2
    draft = drafts.correction(new, one)
    drafts.save_draft(new, draft.id, {**draft.values, "heir_name": "Waris Contoh Lengkap"})
    sent = registrations.submit(new, draft.id)
    assert (sent["id"], sent["state"], sent["round"]) == (one, "submitted", 2)
    town.carry(new, wati)
    shown = registrations.show(wati, one)
    assert (shown["registered_by"], shown["values"]["heir_name"]) == ("Sari", "Waris Contoh Lengkap")
    assert ledger.ledger(wati)["balanced"], ledger.ledger(wati)
    # The old laptop's stick is found after all: what was not carried waits for a person, and nothing else is touched.
    (merged,) = town.carry(sari, wati)
    assert merged["entries"]["quarantined"] == 1
    assert lost not in {row["id"] for row in registrations.listing(wati)}
    assert ledger.ledger(wati)["balanced"]


def test_what_is_returned_later_of_the_old_laptops_work_goes_to_the_new_one(
    town: Any, person: Callable[..., Any]
) -> None:
    sari = town.join("enumerator", "Sari", AREA)
    wati = town.join("supervisor", "Wati", "64.71", slots=5)
    one = register(sari, person(1))
    town.carry(sari, wati, town.admin)
    _, join = replace(town, "Sari")
    town.carry(town.admin, wati)
    new = join()
    town.carry(new, wati)
    review.decide(wati, [one], "return", reason="Periksa")
    town.carry(wati, new, to=new.member.id)
    assert [item["id"] for item in returned.listing(new)] == [one]
    # And that laptop may be lost in its turn.
    town.carry(new, town.admin)
    _, join = replace(town, new.member.id)
    third = join()
    town.carry(town.admin, wati)
    town.carry(third, wati)
    town.carry(wati, third, to=third.member.id)
    assert [item["id"] for item in returned.listing(third)] == [one]


def test_a_supervisors_slots_move_but_those_that_approvals_hold_and_the_office_gets_a_new_key(
    town: Any, person: Callable[..., Any]
) -> None:
    sari = town.join("enumerator", "Sari", AREA)
    wati = town.join("supervisor", "Wati", "64.71", slots=5)
    dewi = town.join("supervisor", "Dewi", "64.71", slots=95)
    own = register(wati, person(9))
    first, second, third = (register(sari, person(number)) for number in (1, 2, 3))
    town.carry(sari, wati, dewi, town.admin)
    assert all(answer["ok"] for answer in review.decide(wati, [first, second], "approve"))
    for supervisor in (wati, dewi):
        town.carry(supervisor, town.admin)
    answer, join = replace(town, "Wati")
    assert (answer["slots"], answer["new_office_key"]) == (3, True)
    new = join()
    # What is written after the loss opens on the new laptop.
    town.carry(town.admin, dewi, to=dewi.member.id)
    town.carry(dewi, new)
    town.carry(new, town.admin)
    town.carry(town.admin, new, to=new.member.id)
    assert held_slots(new) == {wati.member.id: 2, new.member.id: 3, dewi.member.id: 95}
    assert sum(held_slots(new).values()) == 100
    states = {row["id"]: row["state"] for row in registrations.listing(new)}
    assert (states[first], states[second], states[third]) == ("approved", "approved", "submitted")
    assert review.decide(new, [third], "approve")[0]["ok"]
    # The person registered somebody with the old laptop, and still may not approve that.
    assert review.decide(new, [own], "approve")[0]["code"] == "own_decision"
    # The lost laptop opens nothing of it.
    path = town.stick / "sesudah"
    exchange.write_bundle(dewi, path)
    assert exchange.inspect(path, wati)["readable"] is False


def test_two_replacements_made_apart_end_alike(town: Any, person: Callable[..., Any]) -> None:
    sari = town.join("enumerator", "Sari", AREA)
    wati = town.join("supervisor", "Wati", "64.71", slots=5)
    one = register(sari, person(1))
    town.carry(sari, wati, town.admin)
    review.decide(wati, [one], "return", reason="Periksa")
    town.carry(wati, town.admin)
    replace(town, "Sari")
    _, join = replace(town, sari.member.id)
    new = join()
    town.carry(new, town.admin)
    town.carry(town.admin, wati)
    for office in (town.admin, wati):
        assert [item["worker"]["id"] for item in out.listing(office)] == [new.member.id]


def test_replacing_is_refused_to_others_for_oneself_and_where_the_file_cannot_be_written(
    town: Any, tmp_path: Path
) -> None:
    sari = town.join("enumerator", "Sari", AREA)
    wati = town.join("supervisor", "Wati", "64.71")
    town.carry(sari, town.admin)
    for session, who, pin, code in (
        (wati, "Sari", PIN, "not_allowed"),
        (town.admin, "Administrator", PIN, "replace_self"),
        (town.admin, "Sari", "1", "pin_short"),
        (town.admin, "Siapa", PIN, "member_not_found"),
    ):
        with pytest.raises(Problem, match=code):
            replacing.replace(session, who, out=tmp_path / "f", pin=pin, cost=CHEAP_PIN)
    with pytest.raises(Problem, match="file_not_written"):
        replacing.replace(town.admin, "Sari", out=tmp_path / "tidak" / "ada", pin=PIN, cost=CHEAP_PIN)
    assert {each["name"]: each["state"] for each in membership.members(town.admin)}["Sari"] == "active"
