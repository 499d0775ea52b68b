"""A laptop's visits to a hub: real journals, keys and bundles; a link that can be told to fail, where HTTP would be."""

import dataclasses
import itertools
import json
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
import replicas
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.bundle import inspect_head
from sync.coverage import Span
from sync.dialogue import Hub, answer_id, is_answer, read_description
from sync.errors import NotAllowed, SyncError, Unreachable, Untrusted
from sync.exchange import bundle_for_hub
from sync.fold import Rules
from sync.journal import Change
from sync.members import Membership
from sync.rounds import Pace, Visit, Visitor
from sync.wire import LEAST_ENTRIES, MOST_ENTRIES, Admitted

REFUSED = ("hub_answer_damaged", "bundle_version", "bundle_capability", "bundle_foreign")


class Line:
    """A link without a wire. `before` and `after` may raise: the request then never arrives, or its answer is lost."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.asked: list[int] = []
        self.requests: list[bytes] = []
        self.before: Callable[[int], None] = lambda turn: None
        self.after: Callable[[int, bytes], bytes] = lambda turn, answer: answer

    def describe(self, nonce: str) -> bytes:
        return self.hub.describe(nonce)

    def exchange(self, request: bytes, entries: int) -> bytes:
        turn = len(self.requests)
        self.requests.append(request)
        self.asked.append(entries)
        self.before(turn)
        return self.after(turn, self.hub.answer(request, entries))


def transact_of(replica: Any) -> Any:
    def transact(work: Any) -> Any:
        with replica.transaction():
            return work(replica.journal)

    return transact


def hub_of(replica: Any, **over: Any) -> Hub:
    return Hub(
        transact_of(replica), lambda: replica.author, replica.programme, "1", random=replica.office.random, **over
    )


def visit(replica: Any, line: Any, **over: Any) -> Visit:
    replica.now_ms += 1000
    visitor = Visitor(
        line,
        transact_of(replica),
        replica.author,
        replica.programme,
        random=replica.office.random,
        sleep=lambda seconds: None,
        **over,
    )
    return visitor.run()


@pytest.fixture
def hub_rules(rules: Rules) -> Rules:
    return dataclasses.replace(rules, office_roles=rules.office_roles | {"hub"})


@pytest.fixture
def team(office: Any, hub_rules: Rules) -> Callable[..., Any]:
    """Makes replicas by their roles, and the line to the first of them, which is the hub."""

    def make(*roles: str) -> tuple[Any, ...]:
        hub, *others = replicas.make_team(office, hub_rules, ["hub:*", *roles])
        return (Line(hub_of(hub)), hub, *others)

    return make


def test_two_laptops_agree_through_a_hub_and_a_second_visit_carries_nothing(team: Callable[..., Any]) -> None:
    line, hub, siti, rudi = team("enumerator", "enumerator")
    known = siti.register()
    first = visit(siti, line)
    assert (first.sent, first.hub.id) == (1, hub.member.id)
    assert visit(rudi, line).received == 2
    rudi.edit(known, rt="009")
    visit(rudi, line)
    visit(siti, line)
    assert siti.folded()[known]["values"]["rt"] == "009"
    for replica in (siti, rudi):
        again = visit(replica, line)
        assert (again.sent, again.received, again.rounds) == (0, 0, 1)
    assert siti.dump() == rudi.dump() == hub.dump()


def test_each_laptop_gets_its_areas_and_the_hub_everything(team: Callable[..., Any]) -> None:
    line, hub, siti, rudi, dewi = team(
        "enumerator", f"enumerator:{replicas.OTHER_AREA}", f"coordinator:{replicas.AREA}+{replicas.OTHER_AREA}"
    )
    here, there = siti.register(), rudi.register(replicas.OTHER_AREA)
    for replica in (siti, rudi, dewi):
        visit(replica, line)
    people = {here, there}
    assert people <= set(hub.folded())
    assert people <= set(dewi.folded())
    assert people & set(siti.folded()) == {here}
    assert people & set(rudi.folded()) == {there}
    assert siti.journal.missing() == {}
    confirmed = [visit(siti, line), visit(rudi, line)]
    assert [(told.sent, told.received, told.rounds) for told in confirmed] == [(0, 2, 1), (0, 1, 1)]
    assert [visit(siti, line).received, visit(rudi, line).received] == [0, 0]


def test_the_hub_confirms_what_it_merged_and_confirmations_come_to_an_end(team: Callable[..., Any]) -> None:
    line, hub, siti, dewi = team("enumerator", "coordinator")
    siti.register()
    visit(siti, line)
    visit(dewi, line)
    visit(siti, line)
    by = [record.origin_by for record in siti.journal.records("receipt")]
    assert sorted(by) == sorted([hub.member.id, dewi.member.id])
    for replica in (dewi, siti, dewi):
        again = visit(replica, line)
    assert (again.sent, again.received) == (0, 0)


def test_what_another_office_member_holds_is_still_brought_to_the_hub(team: Callable[..., Any]) -> None:
    line, hub, siti, dewi = team("enumerator", "coordinator")
    known = siti.register()
    dewi.merge(siti.to_office().data)
    siti.merge(dewi.to_member(siti).data)
    assert visit(siti, line).sent >= 1
    assert known in hub.folded()


def test_a_member_nobody_at_the_hub_knows_brings_its_own_certificate(team: Callable[..., Any]) -> None:
    line, hub, siti = team("enumerator")
    assert siti.member.id not in [member.id for member in hub.journal.membership.all()]
    known = siti.register()
    visit(siti, line)
    assert hub.journal.record(known).origin_by == siti.member.id


def test_nothing_is_lost_or_doubled_wherever_the_line_breaks(team: Callable[..., Any]) -> None:
    line, hub, siti, rudi, dewi = team("enumerator", "enumerator", "coordinator")
    known = [siti.register(name=f"Contoh {number}") for number in range(3)]
    visit(rudi, line)
    for number in range(3):
        rudi.register(name=f"Rekan {number}")
    visit(rudi, line)
    turns = iter(range(100))

    def lose_request(turn: int) -> None:
        if next(turns) % 4 == 1:
            raise Unreachable("hub_unreachable")

    def lose_answer(turn: int, answer: bytes) -> bytes:
        if next(turns) % 4 == 2:
            raise Unreachable("hub_timeout")
        return answer

    line.before, line.after = lose_request, lose_answer
    for number, replica in enumerate((siti, rudi, dewi, siti, rudi)):
        if number == 3:
            siti.edit(known[0], rt="007")
        visit(replica, line)
    line.before, line.after = (lambda turn: None), (lambda turn, answer: answer)
    for replica in (siti, rudi, dewi, siti, rudi):
        visit(replica, line)
    assert siti.dump() == rudi.dump() == dewi.dump() == hub.dump()
    assert len([r for r in hub.folded().values() if r["type"] == "registration"]) == 6
    rows = hub.connection.execute("SELECT count(*), count(DISTINCT id) FROM entry").fetchone()
    assert rows[0] == rows[1]


@pytest.mark.parametrize("is_kept", [False, True])
def test_a_visit_that_broke_off_is_made_good_by_the_next(team: Callable[..., Any], is_kept: bool) -> None:
    line, hub, siti = team("enumerator")
    siti.register()

    def fail(turn: int, *answer: bytes) -> bytes:
        raise Unreachable("hub_unreachable")

    line.after, line.before = (fail, line.before) if is_kept else (line.after, fail)
    before = siti.dump()
    with pytest.raises(Unreachable, match="hub_unreachable"):
        visit(siti, line)
    assert siti.dump() == before
    line.after, line.before = (lambda turn, answer: answer), (lambda turn: None)
    visit(siti, line)
    assert siti.dump() == hub.dump()
    assert (visit(siti, line).rounds, len(line.requests)) == (1, 3 + 2 + 1)


def test_after_a_lost_answer_the_hub_is_asked_before_anything_is_sent_again(team: Callable[..., Any]) -> None:
    line, hub, siti = team("enumerator")
    siti.register()

    def lose_the_second(turn: int, answer: bytes) -> bytes:
        if turn == 1:
            raise Unreachable("hub_timeout")
        return answer

    line.after = lose_the_second
    visit(siti, line)
    entries = [hub.open(request).payload.entries for request in line.requests]
    assert entries == [0, 1, 0]


def test_a_request_sent_again_with_more_is_answered_entry_by_entry(team: Callable[..., Any]) -> None:
    line, hub, siti = team("enumerator")
    merges: list[Any] = []
    line.hub = hub_of(hub, merged=merges.append)
    for _ in range(3):
        siti.register()
    visit(siti, line)
    # Beside what is known and what is new, an entry that its writer may not write: a program that knows no rules did.
    siti.register()
    siti.journal.rules = dataclasses.replace(siti.rules, may=lambda member, entry, origin: None)
    forged = siti.change(siti.register(), "decide", {"code": "approve"})
    siti.journal = siti.new_journal()
    with siti.transaction():
        again = bundle_for_hub(
            siti.journal, siti.identity, siti.programme, hub.member, {}, siti.now_ms, random=siti.office.random
        )
    answer = siti.open(line.hub.answer(again.data, 50)).payload
    # Known are the first three and the hub's own receipt of them.
    assert (merges[-1].known, merges[-1].new, merges[-1].quarantined) == (4, 3, 1)
    assert answer.have[forged.entry.ch] == (Span(1, 6, forged.id),)
    assert [quarantined.stored.id for quarantined in hub.journal.quarantine()] == [forged.id]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("took_s", "sizes", "asked", "fetched"),
    [
        (1, [0, 500, 500, 1600], [50, 50, 400, 3200], [50, 400, 3200]),
        (3, [0, 500, 500, 500, 500, 600], [50, 50, 100, 200, 400, 800], [50, 100, 200, 400, 800, 1600]),
        (30, [0, 500, 500, 500, 500, 500, 100], [50] * 7, [50] * 6),
    ],
)
def test_requests_and_answers_are_bounded_and_grow_while_they_are_quick(
    team: Callable[..., Any], took_s: int, sizes: list[int], asked: list[int], fetched: list[int]
) -> None:
    line, hub, siti, dewi = team("enumerator", "coordinator")
    changes = [
        Change(record=siti.office.record(), type="registration", scope=replicas.AREA, kind="new", fields={"name": "X"})
        for _ in range(2600)
    ]
    siti.write(*changes)
    # Every answer takes this long: the clock is looked at before it and after it.
    visit(siti, line, monotonic=itertools.count(0, took_s).__next__)
    assert [hub.open(request).payload.entries for request in line.requests] == sizes
    assert line.asked == asked
    line.asked.clear()
    told = visit(dewi, line, monotonic=itertools.count(0, took_s).__next__)
    assert told.received == 2600 + len(sizes) - 1
    assert line.asked[: len(fetched)] == fetched
    assert dewi.dump() == hub.dump()


def test_the_pace_halves_after_failures_and_keeps_its_bounds() -> None:
    pace = Pace()
    for _ in range(12):
        pace.answered(1.0, True)
    assert pace.entries == MOST_ENTRIES
    assert [pace.failed(), pace.entries, pace.failed(), pace.entries, pace.failed()] == [True, 2500, True, 1250, False]
    pace.answered(25.0, True)
    assert (pace.entries, pace.failed()) == (625, True)
    for _ in range(8):
        pace.failed()
    assert pace.entries == LEAST_ENTRIES


def test_a_line_that_breaks_under_every_upload_ends_the_visit(team: Callable[..., Any]) -> None:
    line, hub, siti = team("enumerator")
    visit(siti, line)
    siti.register()

    def break_under_entries(turn: int) -> None:
        if hub.open(line.requests[turn]).payload.entries:
            raise Unreachable("hub_unreachable")

    line.before = break_under_entries
    with pytest.raises(Unreachable, match="hub_unreachable"):
        visit(siti, line)
    line.before = lambda turn: None
    visit(siti, line)
    assert siti.dump() == hub.dump()


def test_a_busy_hub_is_waited_for_and_a_refused_size_is_halved(team: Callable[..., Any]) -> None:
    line, hub, siti = team("enumerator")
    siti.register()
    errors: list[SyncError] = [
        *[Unreachable("hub_busy")] * 5,
        Untrusted("bundle_too_large"),
        Untrusted("bundle_too_large"),
    ]

    def refuse(turn: int) -> None:
        if errors:
            raise errors.pop(0)

    line.before = refuse
    visit(siti, line)
    assert siti.dump() == hub.dump()


def test_an_old_answer_or_an_answer_to_somebody_else_is_not_taken_for_this_one(team: Callable[..., Any]) -> None:
    line, _hub, siti = team("enumerator")
    kept: list[bytes] = []
    line.after = lambda turn, answer: kept.append(answer) or answer  # type: ignore[func-returns-value]
    visit(siti, line)
    siti.register()
    line.after = lambda turn, answer: kept[0]
    before = siti.dump()
    with pytest.raises(Unreachable, match="hub_answer_damaged"):
        visit(siti, line)
    assert siti.dump() == before


def test_a_damaged_answer_changes_nothing_whatever_byte_it_is(team: Callable[..., Any]) -> None:
    line, _hub, siti, rudi = team("enumerator", "enumerator")
    rudi.register()
    visit(rudi, line)
    before = siti.rows()
    length = len(line.hub.answer(line.requests[-1], 50))
    for place in [*range(0, 420, 7), *range(420, length, 97)]:

        def flip(turn: int, answer: bytes, place: int = place) -> bytes:
            place = min(place, len(answer) - 1)
            return answer[:place] + bytes([answer[place] ^ 1]) + answer[place + 1 :]

        line.after = flip
        with pytest.raises(SyncError) as caught:
            visit(siti, line)
        assert caught.value.code in REFUSED
    line.after = lambda turn, answer: answer[:-1]
    with pytest.raises(Unreachable, match="hub_answer_damaged"):
        visit(siti, line)
    assert siti.rows() == before


def test_an_answer_with_a_changed_digit_in_its_signature_is_asked_for_again(team: Callable[..., Any]) -> None:
    line, _hub, siti, rudi = team("enumerator", "enumerator")
    rudi.register()
    visit(rudi, line)
    turns = []

    def flip(turn: int, answer: bytes) -> bytes:
        turns.append(turn)
        signature = answer.split(b"\n", 3)[2]
        other = (b"1" if signature[:1] == b"0" else b"0") + signature[1:]
        return answer.replace(signature, other, 1) if len(turns) == 1 else answer

    line.after = flip
    assert visit(siti, line).received > 0
    assert len(turns) > 1


def test_a_request_sent_twice_by_a_stranger_changes_nothing_and_tells_the_stranger_nothing(
    team: Callable[..., Any],
) -> None:
    line, hub, siti, rudi = team("enumerator", "enumerator")
    siti.register()
    visit(siti, line)
    before = hub.dump()
    answer = line.hub.answer(line.requests[1], 50)
    assert hub.dump() == before
    siti.open(answer)
    with pytest.raises(Untrusted, match="bundle_not_for_us"):
        rudi.open(answer)


def test_a_bundle_of_another_programme_is_foreign_to_the_hub(
    team: Callable[..., Any], office_of: Callable[..., Any], hub_rules: Rules
) -> None:
    line, hub, _siti = team("enumerator")
    (other,) = replicas.make_team(office_of("another"), hub_rules, ["enumerator"])
    before = hub.rows()
    with pytest.raises(Untrusted, match="hub_foreign"):
        visit(other, line)
    with pytest.raises(Untrusted, match="bundle_foreign"):
        line.hub.answer(other.to_office().data, 50)
    assert hub.rows() == before


def test_a_revoked_member_is_refused_and_nothing_of_its_request_is_kept(team: Callable[..., Any]) -> None:
    line, hub, siti, admin = team("enumerator", "admin")
    siti.register()
    visit(siti, line)
    visit(admin, line)
    fields = admin.journal.membership.revocation_of(siti.member.id, "laptop hilang", {})
    admin.change(admin.office.record(), "new", fields, "*", type="revocation")
    visit(admin, line)
    siti.register()
    before = hub.rows()
    with pytest.raises(NotAllowed, match="member_revoked"):
        visit(siti, line)
    with pytest.raises(NotAllowed, match="member_revoked"):
        # Whoever is shut out costs the hub no unpacking: the damage further on is not even seen.
        line.hub.answer(line.requests[-1][:-10], 50)
    assert hub.rows() == before


def test_a_newcomer_who_is_already_shut_out_is_refused_whole(team: Callable[..., Any], office: Any) -> None:
    line, hub, admin, siti = team("admin", "enumerator")
    admin.merge(siti.to_office().data)
    fields = admin.journal.membership.revocation_of(siti.member.id, "laptop hilang", {})
    admin.change(office.record(), "new", fields, "*", type="revocation")
    with admin.transaction():
        admin.journal.seal(admin.identity)
    segments = admin.journal.segments_for({}, None)
    certificates = (office.founding.member.certificate,)
    hub.merge(replicas.bundle_of(office, admin.identity, segments, certificates=certificates))
    assert hub.journal.membership.member(siti.member.id) is None
    before = hub.rows()
    with pytest.raises(NotAllowed, match="member_revoked"):
        visit(siti, line)
    assert hub.rows() == before


@pytest.mark.sqlite
def test_a_hub_set_back_gets_everything_again_from_whoever_has_it(team: Callable[..., Any], hub_rules: Rules) -> None:
    line, hub, siti, dewi = team("enumerator", "coordinator")
    siti.register()
    visit(siti, line)
    copy = sqlite3.connect(":memory:")
    hub.connection.backup(copy)
    lost = [siti.register(name=f"Contoh {number}") for number in range(3)]
    visit(siti, line)
    visit(dewi, line)
    copy.backup(hub.connection)
    hub.journal = hub.new_journal()
    assert not set(lost) & set(hub.folded())
    visit(dewi, line)
    assert set(lost) <= set(hub.folded())
    visit(siti, line)
    visit(dewi, line)
    assert hub.dump() == dewi.dump() == siti.dump()


def test_a_hub_that_takes_nothing_is_given_up_with_a_count(team: Callable[..., Any]) -> None:
    line, hub, siti = team("enumerator")
    siti.register()
    visit(siti, line)
    siti.register()

    class Deaf(Hub):
        """Answers each request as if it had brought nothing."""

        def answer(self, request: bytes, entries: int) -> bytes:
            from sync.exchange import bundle_for_member

            asked = inspect_head(request).bundle
            with hub.transaction():
                return bundle_for_member(
                    hub.journal,
                    hub.identity,
                    hub.programme,
                    siti.member.id,
                    hub.now_ms,
                    random=lambda _: bytes.fromhex(answer_id(asked, b"12345678")),
                ).data

    line.hub = Deaf(transact_of(hub), lambda: hub.author, hub.programme, "1")
    with pytest.raises(Unreachable, match="hub_no_progress") as caught:
        visit(siti, line)
    assert caught.value.details == {"left": 1}


def test_the_clock_of_the_laptop_is_measured_against_the_hubs(team: Callable[..., Any]) -> None:
    line, hub, siti = team("enumerator")
    siti.now_ms, hub.now_ms = hub.now_ms + 3 * 3_600_000 - 1000, hub.now_ms
    assert visit(siti, line).offset_ms == 3 * 3_600_000
    siti.register()
    assert siti.journal.entries_of(next(iter(siti.folded())))[0].entry.o == 3 * 3_600_000


def test_a_hub_proves_itself_to_whoever_asks_and_to_nobody_else(team: Callable[..., Any], office: Any) -> None:
    line, hub, _siti, dewi = team("enumerator", "coordinator")
    stranger = Membership(hub.programme.id)
    said = read_description(line.describe("a1"), "a1", stranger)
    assert (said.member.id, said.epoch, said.now_ms) == (hub.member.id, "1", hub.now_ms)
    assert stranger.all() == ()
    for body, nonce, code in [
        (line.describe("a1"), "a2", "hub_untrusted"),
        (hub_of(dewi).describe("a1"), "a1", "hub_untrusted"),
        (b"{}", "a1", "hub_not_found"),
        (b"[" * 100_000, "a1", "hub_not_found"),
        (json.dumps(json.loads(line.describe("a1")) | {"versions": [2]}).encode(), "a1", "hub_version"),
        (json.dumps(json.loads(line.describe("a1")) | {"programme": "0" * 32}).encode(), "a1", "hub_foreign"),
        (json.dumps(json.loads(line.describe("a1")) | {"now_ms": 5}).encode(), "a1", "hub_untrusted"),
        (json.dumps(json.loads(line.describe("a1")) | {"later": "Zürich"}).encode(), "a1", "hub_untrusted"),
        (json.dumps(json.loads(line.describe("a1")) | {"certificates": ["{}"]}).encode(), "a1", "hub_untrusted"),
    ]:
        with pytest.raises(SyncError) as caught:
            read_description(body, nonce, stranger)
        assert caught.value.code == code


@given(
    request=st.binary(min_size=16, max_size=16),
    other=st.binary(min_size=16, max_size=16),
    salt=st.binary(min_size=8, max_size=8),
)
@settings(max_examples=50)
def test_the_id_of_an_answer_fits_its_request_only(request: bytes, other: bytes, salt: bytes) -> None:
    made = answer_id(request.hex(), salt)
    assert is_answer(made, request.hex())
    assert is_answer(made, other.hex()) == (request == other)


@given(place=st.integers(0, 10**6), mask=st.integers(1, 255))
@settings(max_examples=80, deadline=None)
def test_no_changed_byte_of_a_description_is_believed(
    described: tuple[bytes, Membership], place: int, mask: int
) -> None:
    body, membership = described
    place %= len(body)
    changed = body[:place] + bytes([body[place] ^ mask]) + body[place + 1 :]
    try:
        said = read_description(changed, "a1", membership)
    except SyncError:
        return
    assert said == read_description(body, "a1", membership)


@pytest.fixture(scope="module")
def described(office_of: Callable[..., Any], rules: Rules) -> tuple[bytes, Membership]:
    office = office_of("described")
    (hub,) = replicas.make_team(office, rules, ["hub:*"])
    return hub_of(hub).describe("a1"), Membership(hub.programme.id)


def test_a_receipt_by_the_visitors_twin_is_not_taken_for_what_the_visitor_holds(team: Callable[..., Any]) -> None:
    """Two laptops of one member: what one confirmed, the other still lacks, and its request says so."""
    line, hub, siti, dewi = team("enumerator", "coordinator")
    twin = replicas.mirror(dewi)
    written = siti.register()
    twin.now_ms += 3_600_000
    twin.merge(siti.to_office().data)
    for replica in (twin, siti):
        visit(replica, line)
    visit(dewi, line)
    assert dewi.journal.record(written).complete
    assert dewi.dump() == hub.dump()


def test_a_visit_ends_where_a_fork_goes_on_with_what_the_visitor_may_not_read(team: Callable[..., Any]) -> None:
    """What leads up to the withheld entry is known to be at the hub, and is not offered again and again."""
    line, _, dewi, siti = team("coordinator:64.71", "enumerator")
    for replica in (dewi, siti):
        visit(replica, line)
    dewi.register()
    twin = replicas.mirror(dewi)
    dewi.register()
    visit(dewi, line)
    twin.register()
    twin.register(replicas.OTHER_AREA)
    visit(twin, line)
    visit(siti, line)
    assert siti.journal.forked()
    again = visit(siti, line)
    assert (again.sent, again.received, again.rounds) == (0, 0, 1)


def test_a_visit_ends_where_nobody_can_prove_to_the_visitor_which_branch_the_hub_holds(
    team: Callable[..., Any],
) -> None:
    """Between two entries of a forked chain that the visitor has lies a whole segment that it may not read."""
    line, _, dewi, siti = team("coordinator:64.71", "enumerator")
    dewi.register()
    visit(dewi, line)
    twin = replicas.mirror(dewi)
    for area in (replicas.AREA, replicas.OTHER_AREA, replicas.AREA):
        dewi.register(area)
        visit(dewi, line)
    twin.register()
    visit(twin, line)
    visit(siti, line)
    assert siti.journal.forked()
    again = visit(siti, line)
    assert again.received == 0
    assert siti.journal.missing() == {}


def test_requests_are_remembered_until_they_have_run_out_by_any_clock(team: Callable[..., Any]) -> None:
    _, hub = team()
    noted = []
    for mark, until_s, now_s in [(b"a", 1_000, 700), (b"a", 1_000, 1_900), (b"b", 2_000, 1_900), (b"a", 9_000, 8_000)]:
        with hub.transaction():
            noted.append(hub.journal.requests.is_new(mark * 16, until_s, now_s))
    assert noted == [True, False, True, True]


def test_a_signed_request_is_answered_once_and_for_its_signer_alone(team: Callable[..., Any]) -> None:
    line, hub, siti, rudi = team("enumerator", "enumerator")
    siti.register()
    visit(siti, line)
    admitted = Admitted(siti.member.id, "", "", b"m" * 16, hub.now_ms // 1000 + 300)
    with pytest.raises(Untrusted, match="bundle_forged"):
        line.hub.answer(line.requests[-1], 50, admitted._replace(member=rudi.member.id))
    line.hub.answer(line.requests[-1], 50, admitted)
    with pytest.raises(Unreachable, match="hub_replayed"):
        line.hub.answer(line.requests[-1], 50, admitted)
