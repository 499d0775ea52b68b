"""Members with a changed program: what they forge is kept in quarantine, hides nothing and stops nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from fieldapp.forms.declaration import FORM_VERSION, GROUPS
from fieldapp.services import care, changes, conflicts, exchange, ledger, membership, programme, registrations, review
from fieldapp.services.policy import OFFICE_ROLES
from fieldapp.services.quota import budget
from fieldapp.store import drafts as kept
from fieldapp.store.rebuild import rebuild
from sync.bundle import seal as seal_bundle
from sync.clock import TIME_LIMIT_MS, Clock
from sync.coverage import Span
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
    budget.outlook(session, registrations.ids(session), "approve")
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


OFFICE_TYPES = ["programme", "lease", "office_key", "revocation"]


@pytest.mark.parametrize("type", [*OFFICE_TYPES, "receipt"])
@pytest.mark.parametrize("role", ["enumerator", "coordinator", "supervisor"])
def test_nobody_but_administrators_sets_what_counts_for_everybody(
    town: Any, person: Callable[..., Any], office: Any, role: str, type: str
) -> None:
    laptop, coordinator, supervisor = office
    forger = {"enumerator": laptop, "coordinator": coordinator, "supervisor": supervisor}[role]
    honest = supervisor if forger is not supervisor else coordinator
    registration = register(laptop, person())
    for each in office:
        town.carry(each, *[other for other in (town.admin, coordinator, supervisor) if other is not each])
    settings, leased = programme.show(honest), leases_of(honest)
    fields = {
        "programme": {**settings, "quota": 1},
        "lease": {"member": forger.member.id, "slots": 90},
        "office_key": {"recipient": laptop.member.age_recipient, "sealed": {}},
        "revocation": {"member": town.admin.member.id, "chains": {}, "reason": "Rampas"},
        "receipt": {"bundle": "b" * 32, "chains": {"c" * 32: [[1, 9, "d" * 32]]}},
    }[type]
    forge(forger, Change(record=uuid7(1), type=type, scope="*", kind="new", fields=fields), at_ms=FAR_MS)
    for record in public_records(forger, type):
        forge(forger, Change(record=record, type=type, scope="*", kind="edit", fields=fields), at_ms=FAR_MS)
        forge(forger, Change(record=record, type=type, scope="*", kind="void", fields={"decision": "void"}))
    town.carry(forger, honest)
    may_write = type == "receipt" and role != "enumerator"
    assert bool(exchange.quarantine(honest)) != may_write
    assert programme.show(honest) == settings
    assert leases_of(honest) == leased
    assert all(member["state"] == "active" for member in membership.members(honest))
    # The office key is the one that it was: what a laptop hands over opens at the office.
    town.carry(honest, laptop, to=laptop.member.id)
    register(laptop, person(2))
    town.carry(laptop, coordinator, supervisor)
    assert {row["id"] for row in registrations.listing(supervisor)} > {registration}
    look_at_everything(honest)


def leases_of(session: Any) -> list[Any]:
    return list(session.read(lambda c: c.execute("SELECT member, invitation, slots FROM lease ORDER BY id").fetchall()))


@pytest.mark.parametrize(
    "fields",
    [
        {"decision": ["approve"]},
        {"decision": {"approve": True}},
        {"decision": "x" * 300_000},
        {"decision": "approve", "comments": {"name": "y" * 300_000}, "reason": {"a": [[[[[1]]]]]}},
        {"decision": "withdraw", "reason": "\u202e[bold red]\x1b[2J\x00\r\n" * 50},
        {},
    ],
    ids=lambda fields: str(sorted(fields))[:40] + str(len(str(fields))),
)
def test_decisions_and_comments_with_absurd_fields_stop_no_screen(
    town: Any, person: Callable[..., Any], office: Any, fields: dict[str, Any]
) -> None:
    laptop, coordinator, supervisor = office
    registration = register(laptop, person())
    town.carry(laptop, coordinator)
    town.carry(coordinator, supervisor)
    record = supervisor.read(lambda c: supervisor.journal(c).record(registration))
    forge(supervisor, changes.about(record, "decide", fields))
    forge(supervisor, changes.about(record, "void", fields))
    forge(supervisor, changes.about(record, "comment", {**fields, "field": "x" * 1000, "text": ["y" * 300_000]}))
    forge(supervisor, changes.about(record, "edit", {"n" * 256: {"a": fields}, "overrides": [1], "categories": {}}))
    town.carry(supervisor, coordinator)
    look_at_everything(coordinator)
    assert coordinator.store.write(lambda c: rebuild(c, coordinator.journal(c)))


def test_a_time_in_the_far_future_pins_no_value_and_no_clock(
    town: Any, person: Callable[..., Any], office: Any
) -> None:
    laptop, coordinator, supervisor = office
    registration = register(laptop, person())
    record = laptop.read(lambda c: laptop.journal(c).record(registration))
    forge(laptop, changes.about(record, "edit", {"work_place": "Rampas"}), at_ms=FAR_MS)
    town.carry(laptop, coordinator)
    registrations.edit(coordinator, registration, {"work_place": "Pasar"})
    town.carry(coordinator, supervisor)
    for each in (coordinator, supervisor):
        assert registrations.show(each, registration)["values"]["work_place"] == "Pasar"
    assert coordinator.clock.tick()[0] < coordinator.now_ms() + 600_000


def test_what_a_member_says_of_itself_loses_nobody_elses_work(
    town: Any, person: Callable[..., Any], office: Any
) -> None:
    """A laptop's bundle that claims to hold everything, of branches that nobody knows, and everybody's certificates."""
    laptop, coordinator, supervisor = office
    town.carry(supervisor, coordinator)
    before = register(coordinator, person())
    town.carry(laptop, coordinator)
    chains = coordinator.read(lambda c: coordinator.journal(c).coverage())
    lies = Payload(
        at_ms=FAR_MS,
        have={chain: (Span(1, 2**32 - 1, "e" * 32),) for chain in [*chains, "f" * 32]},
        outside=dict.fromkeys([*chains, "f" * 32], ((1, 2**32 - 1),)),
        known=tuple(sorted(m["id"] for m in membership.members(coordinator))),
    )
    for number in range(3):
        recipients = [laptop.programme.office_recipient]
        data = seal_bundle(laptop.identity, laptop.programme, token(), ["office"], recipients, lies)
        path = town.stick / f"dusta-{number}"
        path.write_bytes(data)
        exchange.merge(coordinator, [path])
        register(coordinator, person(10 + number))
        look_at_everything(coordinator)
    after = register(coordinator, person(2))
    newcomer = town.join("enumerator", "Budi", "64.71.05")
    town.carry(newcomer, coordinator)
    for each in (supervisor, newcomer):
        town.carry(coordinator, each, to=each.member.id)
        assert {row["id"] for row in registrations.listing(each)} >= {before, after}
        assert len(registrations.listing(each)) == 5
    assert not ledger.ledger(supervisor)["missing"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"recipient": 7, "sealed": 3},
        {"recipient": "age1rusak", "sealed": {"x": "y"}},
        {"recipient": None, "sealed": {"member": ["AGE"]}},
    ],
    ids=str,
)
def test_an_office_key_that_makes_no_sense_stops_no_bundle(
    town: Any, person: Callable[..., Any], office: Any, fields: dict[str, Any]
) -> None:
    """An administrator's program wrote it, so it counts, and it is the latest."""
    laptop, coordinator, _ = office
    forge(town.admin, Change(record=uuid7(1), type="office_key", scope="*", kind="new", fields=fields), at_ms=FAR_MS)
    for each in (laptop, coordinator):
        town.carry(each, town.admin)
        town.carry(town.admin, each, to=each.member.id)
    registration = register(laptop, person())
    town.carry(laptop, coordinator)
    assert [row["id"] for row in registrations.listing(coordinator)] == [registration]
