"""Members with a changed program: what they forge is kept in quarantine, hides nothing and stops nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from fieldapp.forms.declaration import FORM_VERSION, GROUPS
from fieldapp.services import care, changes, conflicts, exchange, ledger, membership, programme, registrations, review
from fieldapp.services.policy import OFFICE_ROLES
from sync.clock import TIME_LIMIT_MS, Clock
from sync.fold import Rules
from sync.journal import Author, Change, Journal
from sync.randomness import token

#: A changed program on the laptop does not ask the rules before it writes.
LAX = Rules(group_of=GROUPS, may=lambda member, entry, origin: None, office_roles=OFFICE_ROLES)
FAR_MS = TIME_LIMIT_MS - 10


def register(session: Any, values: dict[str, Any]) -> str:
    answer = registrations.submit(session, registrations.new_draft(session, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


def forge(session: Any, *wanted: Change, at_ms: int | None = None) -> list[Any]:
    """Write what no honest program would, dated as one likes, in a chain of its own."""
    clock = session.clock if at_ms is None else Clock(lambda: at_ms)
    author = Author(session.identity, token(), clock, FORM_VERSION)
    return list(
        session.store.write(
            lambda connection: Journal(connection, LAX, session.programme.id).append(author, list(wanted))
        )
    )


def public_records(session: Any, type: str) -> list[str]:
    return list(session.read(lambda connection: [r.id for r in session.journal(connection).records(type)]))


def a_new(record: str, values: Mapping[str, Any], *, type: str = "registration", scope: str = "64.71.05") -> Change:
    return Change(record=record, type=type, scope=scope, kind="new", fields=values)


@pytest.fixture
def office(town: Any) -> tuple[Any, Any, Any]:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    coordinator = town.join("coordinator", "Kiki", "64.71")
    supervisor = town.join("supervisor", "Wati", "64.71", slots=2)
    return laptop, coordinator, supervisor


def look_at_everything(session: Any) -> None:
    """What people and programs ask of a laptop; none of it may fail."""
    for each in registrations.listing(session):
        registrations.show(session, each["id"], history=True)
        registrations.correction(session, each["id"])
    registrations.rows(session, registrations.ids(session))
    conflicts.listing(session)
    review.queue(session)
    review.outlook(session, registrations.ids(session), "approve")
    exchange.quarantine(session)
    ledger.ledger(session)
    session.status()
    membership.members(session)
    programme.show(session)
    told = {check["check"]: check["ok"] for check in care.doctor(session)}
    assert told["lists"]


@pytest.mark.parametrize("at_ms", [0, 253_402_300_800_000, FAR_MS])
def test_a_date_beyond_the_calendar_stops_no_merge_and_no_screen(
    town: Any, person: Callable[..., Any], office: Any, at_ms: int
) -> None:
    laptop, coordinator, supervisor = office
    registration = register(laptop, person())
    town.carry(laptop, coordinator)
    record = laptop.read(lambda c: laptop.journal(c).record(registration))
    forge(laptop, changes.about(record, "edit", {"work_place": "Pasar"}), at_ms=at_ms)
    forge(laptop, changes.about(record, "edit", {"work_place": "Kota"}, parents={}), at_ms=at_ms)
    forge(laptop, changes.about(record, "comment", {"field": "work_place", "text": "?"}), at_ms=at_ms)
    forge(laptop, changes.about(record, "decide", {"decision": "approve"}), at_ms=at_ms)
    (answer,) = town.carry(laptop, coordinator)
    assert answer["registrations"]["changed"] == 1
    look_at_everything(coordinator)
    town.carry(coordinator, supervisor)
    look_at_everything(supervisor)


@pytest.mark.parametrize("field", [[], ["name"], {"a": 1}, None, 7, True])
def test_a_comment_about_no_field_stops_no_screen(
    town: Any, person: Callable[..., Any], office: Any, field: Any
) -> None:
    laptop, coordinator, _ = office
    registration = register(laptop, person())
    record = laptop.read(lambda c: laptop.journal(c).record(registration))
    forge(laptop, changes.about(record, "comment", {"field": field, "text": {"a": []}}))
    forge(laptop, changes.about(record, "void", {"decision": "void", "comments": {"name": 3}, "reason": [1]}))
    forge(laptop, changes.about(record, "decide", {"decision": "withdraw", "comments": [], "entry": 1, "at": []}))
    town.carry(laptop, coordinator)
    look_at_everything(coordinator)
