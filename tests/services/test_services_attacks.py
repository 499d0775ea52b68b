"""Members with a changed program: what they forge is kept in quarantine, hides nothing and stops nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from fieldapp.forms.declaration import FORM_VERSION, GROUPS
from fieldapp.services import care, changes, conflicts, exchange, ledger, membership, programme, registrations, review
from fieldapp.services.policy import OFFICE_ROLES
from fieldapp.store import drafts as kept
from sync.clock import TIME_LIMIT_MS, Clock
from sync.entry import DECISION, Entry, Stored, entry_hash
from sync.fold import Rules
from sync.journal import Change, Journal
from sync.payload import Payload
from sync.randomness import token, uuid7
from sync.record_id import names
from sync.segment import seal

#: A changed program on the laptop does not ask the rules before it writes.
LAX = Rules(group_of=GROUPS, may=lambda member, entry, origin: None, office_roles=OFFICE_ROLES)
FAR_MS = TIME_LIMIT_MS - 10


def register(session: Any, values: dict[str, Any]) -> str:
    answer = registrations.submit(session, registrations.new_draft(session, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


def forge(session: Any, *wanted: Change, at_ms: int | None = None) -> list[Any]:
    """Write what no honest program would, dated as one likes, in a chain of its own, whatever the own replica says."""
    clock = session.clock if at_ms is None else Clock(lambda: at_ms)
    chain, written = token(), []

    def write(connection: Any) -> None:
        journal = Journal(connection, LAX, session.programme.id)
        for number, change in enumerate(wanted, start=1):
            known = journal.record(change.record)
            parents, of = change.parents, change.of
            if parents is None and known is not None and change.kind in ("void", "decide"):
                parents = {DECISION: [said.entry for said in known.decisions]}
            elif parents is None and known is not None and change.kind in ("edit", "resolve"):
                groups = {LAX.group(name) for name in change.fields}
                parents = {group: [head.id for head in known.heads.get(group, ())] for group in groups}
            if of is None and known is not None and change.kind in ("void", "decide"):
                of = known.digest
            entry = Entry(
                au=session.member.id,
                b={group: tuple(sorted(ids)) for group, ids in (parents or {}).items() if ids},
                ch=chain,
                dv=token(),
                f=dict(change.fields),
                k=change.kind,
                n=number,
                of=of,
                p=entry_hash(written[-1].body).hex() if written else "",
                r=change.record,
                s=change.scope,
                sv=FORM_VERSION,
                t=clock.tick(),
                v=1,
                x=token(),
                y=change.type,
            )
            written.append(Stored.write(entry))
        segment = seal(session.identity, chain, 1, "", [stored.body for stored in written])
        session.journal(connection).merge_payload(Payload(at_ms=0, segments=(segment,)), session.member.id)

    session.store.write(write)
    return written


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


@pytest.mark.parametrize("type", ["programme", "lease", "office_key", "receipt"])
def test_an_older_beginning_takes_no_record_away_from_the_office(
    town: Any, person: Callable[..., Any], office: Any, type: str
) -> None:
    laptop, coordinator, supervisor = office
    register(laptop, person())
    town.carry(laptop, coordinator)
    for each in (town.join("coordinator", "Rudi", "64.71"), coordinator, supervisor):
        town.carry(each, town.admin)
    membership.revoke(town.admin, "Rudi", "Pindah tugas")
    for each in (coordinator, supervisor):
        town.carry(town.admin, each, to=each.member.id)
    town.carry(coordinator, supervisor)
    town.carry(supervisor, laptop, to=laptop.member.id)
    before = public_records(supervisor, type)
    assert before
    for record in before:
        forge(laptop, a_new(record, {"name": "Rampasan"}), at_ms=1)
    (answer,) = town.carry(laptop, supervisor)
    assert answer["entries"]["quarantined"] == len(before)
    assert set(before) <= set(public_records(supervisor, type))
    assert registrations.listing(supervisor, text="Rampasan") == []


def test_a_neighbour_takes_no_registration_away_by_an_older_beginning(
    town: Any, person: Callable[..., Any], office: Any
) -> None:
    laptop, coordinator, supervisor = office
    neighbour = town.join("enumerator", "Budi", "64.71.06")
    registration = register(laptop, person())
    forge(neighbour, a_new(registration, person(2, name="Rampasan"), scope="64.71.06.1001"), at_ms=1)
    town.carry(neighbour, coordinator, supervisor)
    for each in (coordinator, supervisor):
        town.carry(laptop, each)
        (row,) = registrations.listing(each)
        assert (row["registered_by"], row["area"]) == (laptop.member.id, "64.71.05.1002")
        assert [held["code"] for held in exchange.quarantine(each)] == ["outside_scope"]
    town.carry(coordinator, neighbour, to=neighbour.member.id)
    entries = neighbour.read(lambda c: Journal(c, LAX, neighbour.programme.id).entries_of(registration))
    assert {stored.entry.au for stored in entries} == {neighbour.member.id}


def test_nobody_voids_a_colleagues_registration_by_claiming_to_have_begun_it(
    town: Any, person: Callable[..., Any], office: Any
) -> None:
    laptop, coordinator, _ = office
    colleague = town.join("enumerator", "Budi", "64.71.05")
    registration = register(laptop, person())
    town.carry(laptop, coordinator)
    town.carry(colleague, coordinator)
    town.carry(coordinator, colleague, to=colleague.member.id)
    forge(colleague, a_new(registration, {}), at_ms=1)
    record = colleague.read(lambda c: Journal(c, LAX, colleague.programme.id).record(registration))
    forge(colleague, changes.about(record, "void", {"decision": "void", "reason": "Bukan"}))
    town.carry(colleague, coordinator)
    shown = registrations.show(coordinator, registration)
    assert (shown["registered_by"], shown["state"]) == ("Sari", "submitted")


def test_what_a_colleague_of_the_laptop_began_is_handed_in_under_an_id_that_names_who_hands_it_in(
    town: Any, person: Callable[..., Any]
) -> None:
    host = town.join("enumerator", "Sari", "64.71.05")
    guest = town.join("enumerator", "Budi", "64.71.05", host=host)
    draft = registrations.new_draft(host, person()).id
    old = uuid7(host.now_ms())
    host.write(lambda c, _: kept.save(c, kept.Draft(old, host.member.id, person(2), started_ms=1, updated_ms=1)))
    assert names(draft, host.member.id)
    for each, session in ((draft, guest), (old, host)):
        answer = registrations.submit(session, each)
        assert answer["state"] == "submitted"
        assert answer["id"] != each
        assert names(answer["id"], session.member.id)
    assert registrations.drafts(host) == []
    assert len(registrations.listing(guest)) == 2
