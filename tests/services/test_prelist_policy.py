"""An enumerator with a changed program writes what it likes about people to visit: none of it counts anywhere."""

from __future__ import annotations

from typing import Any

import pytest

from fieldapp.domain import prelist
from fieldapp.forms.declaration import GROUPS
from fieldapp.services import care
from fieldapp.services.policy import OFFICE_ROLES
from fieldapp.services.problems import Problem
from sync.errors import NotAllowed
from sync.fold import Rules
from sync.journal import Change, Journal

#: A changed program does not ask the rules before it writes.
LAX = Rules(group_of={**GROUPS, **prelist.GROUPS}, may=lambda member, entry, origin: None, office_roles=OFFICE_ROLES)
AREA, ELSEWHERE = "64.71.05.1002", "64.71.06.1001"
AT = "2026-11-02T00:00:00Z"
HELD: dict[str, Any] = {
    "list": "01a00000-0000-7000-8000-000000000001", "name": "Contoh Rekaan", "nik": "6471050101909001", "rt": "005",
    "rw": "001",
}  # fmt: skip


def forge(session: Any, change: Change) -> None:
    def write(connection: Any) -> None:
        journal = Journal(connection, LAX, session.programme.id)
        journal.append(session.author(), [change])
        journal.publish()

    session.store.write(write)


def put(session: Any, scope: str = AREA, **fields: Any) -> str:
    """An item written by the office."""

    def write(connection: Any, journal: Any) -> str:
        record = journal.new_record(session.author())
        change = Change(record=record, type=prelist.TYPE, scope=scope, kind="new", fields={**HELD, **fields})
        journal.append(session.author(), [change])
        return str(record)

    return str(session.write(write))


def record_of(session: Any, item: str) -> Any:
    return session.read(lambda connection: session.journal(connection).record(item))


def visit(session: Any, item: str, fields: dict[str, Any], scope: str = AREA) -> None:
    change = Change(record=item, type=prelist.TYPE, scope=scope, kind="edit", fields=fields)
    session.write(lambda connection, journal: journal.append(session.author(), [change]))


@pytest.fixture
def street(town: Any) -> Any:
    """A coordinator's laptop and an enumerator's, with one item on both."""
    office = town.join("coordinator", "Koor", "64.71.05")
    laptop = town.join("enumerator", "Sari", AREA)
    town.carry(laptop, office)
    item = put(office)
    town.carry(office, laptop, to=laptop.member.id)
    assert record_of(laptop, item).values["name"] == "Contoh Rekaan"
    return town, office, laptop, item


def test_an_honest_visit_counts_at_the_office(street: Any) -> None:
    town, office, laptop, item = street
    visit(laptop, item, prelist.visited(HELD, "tidak_di_rumah", AT))
    (answer,) = town.carry(laptop, office)
    assert answer["entries"]["quarantined"] == 0
    assert record_of(office, item).values == {**HELD, "visit": "tidak_di_rumah", "visited_at": AT, "visits": 1}


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Orang Lain"},
        {"nik": "6471050101909999"},
        {"name": None},
        {"visit": "menolak", "name": "Orang Lain"},
        {"visit": "pindah", "visited_at": AT, "rt": "009"},
        {"gone": HELD["list"]},
    ],
)
def test_a_changed_person_lands_in_quarantine(street: Any, fields: dict[str, Any]) -> None:
    town, office, laptop, item = street
    change = Change(record=item, type=prelist.TYPE, scope=AREA, kind="edit", fields=fields)
    with pytest.raises(NotAllowed, match="role_not_allowed"):
        laptop.store.write(lambda c: laptop.journal(c).append(laptop.author(), [change]))
    forge(laptop, change)
    (answer,) = town.carry(laptop, office)
    assert answer["entries"]["quarantined"] == 1
    assert record_of(office, item).values == HELD
    assert [code for _id, code in record_of(office, item).quarantined] == ["role_not_allowed"]


@pytest.mark.parametrize("kind", ["resolve", "void", "comment"])
def test_other_words_about_a_person_land_in_quarantine(street: Any, kind: Any) -> None:
    town, office, laptop, item = street
    fields = {"decision": "void"} if kind == "void" else prelist.visited(HELD, "pindah", AT)
    forge(laptop, Change(record=item, type=prelist.TYPE, scope=AREA, kind=kind, fields=fields))
    (answer,) = town.carry(laptop, office)
    assert answer["entries"]["quarantined"] == 1
    assert record_of(office, item).values == HELD


@pytest.mark.parametrize("type", [prelist.TYPE, prelist.LIST_TYPE])
def test_an_enumerator_makes_nobody_up(street: Any, type: str) -> None:
    town, office, laptop, _item = street
    made = laptop.store.write(lambda c: laptop.journal(c).new_record(laptop.author()))
    forge(laptop, Change(record=made, type=type, scope=AREA, kind="new", fields=HELD))
    (answer,) = town.carry(laptop, office)
    assert answer["entries"]["quarantined"] == 1
    assert not record_of(office, made).values


def test_a_visit_in_another_area_lands_in_quarantine(street: Any) -> None:
    town, office, laptop, _item = street
    elsewhere = put(office, "64.71.05.1003")
    forge(
        laptop,
        Change(
            record=elsewhere, type=prelist.TYPE, scope=AREA, kind="edit", fields=prelist.visited(HELD, "pindah", AT)
        ),
    )
    (answer,) = town.carry(laptop, office)
    assert answer["entries"]["quarantined"] == 1
    assert record_of(office, elsewhere).values == HELD
    assert [code for _id, code in record_of(office, elsewhere).quarantined] == ["outside_scope"]


def test_people_to_visit_are_never_public(street: Any) -> None:
    _town, office, _laptop, _item = street
    with pytest.raises(Problem, match="outside_scope"):
        put(office, "*")


def test_a_refusal_folds_the_same_after_its_values_and_the_items_were_let_go(street: Any) -> None:
    town, office, laptop, item = street
    visit(laptop, item, prelist.visited(HELD, "tidak_di_rumah", AT))
    visit(laptop, item, prelist.refused(record_of(laptop, item).values, AT))
    before = record_of(laptop, item)
    town.carry(laptop, office)
    town.carry(office, laptop, to=laptop.member.id)
    assert care.compact(laptop) == {"entries": 2}
    after = record_of(laptop, item)
    assert after.values == before.values == {
        "list": HELD["list"], "rt": "005", "rw": "001", "visit": "menolak", "visited_at": AT, "visits": 2,
    }  # fmt: skip
    assert after.quarantined == ()
    assert after.heads.keys() == before.heads.keys()
    entries = laptop.read(lambda connection: laptop.journal(connection).entries_of(item))
    assert not any(b"Contoh" in stored.body or b"9001" in stored.body for stored in entries)
