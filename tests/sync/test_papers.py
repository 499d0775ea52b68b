"""Papers: named bytes from the office, beside the entries, by stick and by hub alike."""

import random
from typing import Any

import msgspec
import pytest
import replicas
import test_hub_visits as hubs
from conftest import START_MS, seeded
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.bundle import inspect_head, seal_packed
from sync.clock import Clock
from sync.errors import Unreachable, Untrusted
from sync.exchange import merge_bundle
from sync.fold import Rules
from sync.journal import Author
from sync.keys import Identity, new_age_identity
from sync.members import claim, open_invitation
from sync.paper import SIZE_LIMIT, UNDERSTOOD, Marks, Paper, mark, write
from sync.payload import Payload, pack
from sync.randomness import token

WARD, NEXT, ELSEWHERE = "64.71.05.1001", "64.71.05.1002", "64.71.01.1001"
NAME = "daftar/64.71.05.1002"
HUB_ROLES = frozenset({"admin", "coordinator", "supervisor", "hub"})
WRITER = Identity(sign_seed=b"\x05" * 32, age_identity=new_age_identity(lambda count: b"\x05" * count))


@pytest.fixture(scope="session")
def rules(rules: Rules) -> Rules:
    return Rules(group_of=rules.group_of, may=lambda *_: None, office_roles=rules.office_roles)


@pytest.fixture
def pair(office: Any, rules: Rules) -> Any:
    """An enumerator of one ward whose bundle the coordinator knows, and the coordinator."""
    enumerator, coordinator = replicas.make_team(office, rules, ["enumerator", "coordinator"])
    coordinator.merge(enumerator.to_office().data)
    return enumerator, coordinator


class SecondMember:
    """Another member of a laptop that is somebody's already."""

    def __init__(self, laptop: Any, office: Any) -> None:
        self.laptop = laptop
        self.identity, self.member = office.join()
        with laptop.transaction():
            laptop.journal.add_certificate(self.member.certificate)

    def merge(self, data: bytes) -> Any:
        laptop = self.laptop
        author = Author(self.identity, laptop.device, Clock(lambda: laptop.now_ms), 1)
        with laptop.transaction():
            return merge_bundle(laptop.journal, data, author, random=laptop.office.random)


def shut_out(admin: Any, other: Any, office: Any) -> None:
    fields = admin.journal.revocation_of(other.member.id, "keluar")
    admin.change(office.record(), "new", fields, "*", type="revocation")


def put(replica: Any, name: str = NAME, content: bytes = b"isi", **over: Any) -> bool:
    with replica.transaction():
        return bool(replica.journal.papers.put(replica.identity, name, content, replica.now_ms, **over))


def held(replica: Any) -> dict[str, bytes]:
    papers, me = replica.journal.papers, replica.member.id
    return {title.name: papers.content(me, title.by, title.name) for title in papers.given(me)}


def hand_on(source: Any, target: Any) -> Any:
    """A return bundle from one to the other."""
    return target.merge(source.to_member(target).data)


def round_trip(enumerator: Any, coordinator: Any) -> tuple[Any, Any]:
    """A stick to the office and one back."""
    coordinator.merge(enumerator.to_office().data)
    made = coordinator.to_member(enumerator)
    return made, enumerator.merge(made.data)


def forged(office: Any, writer: Any, target: Any, papers: Any, to: Any = None, **over: Any) -> bytes:
    """A bundle with any papers in it, as a changed program would write it."""
    payload = Payload(1, office.membership.certificates(), papers=tuple(papers), **over)
    packed = pack(payload, links=True)
    to = to or (target.member.id,)
    recipient = office.founding.programme.office_recipient if to == ("office",) else target.identity.age_recipient
    return seal_packed(
        writer.identity, office.founding.programme, token(office.random), to, [recipient], packed, ("links", "papers")
    )


# -- by stick


def test_a_paper_goes_to_a_member_once_and_a_newer_one_replaces_it(pair: Any) -> None:
    enumerator, coordinator = pair
    assert put(coordinator)
    assert not put(coordinator)
    made, received = round_trip(enumerator, coordinator)
    assert (made.papers, received.papers.new, held(enumerator)) == (1, 1, {NAME: b"isi"})
    made, received = round_trip(enumerator, coordinator)
    assert (made.papers, received.papers.new) == (0, 0)
    assert put(coordinator, content=b"isi lain")
    made, _ = round_trip(enumerator, coordinator)
    assert (made.papers, held(enumerator)) == (1, {NAME: b"isi lain"})


def test_only_papers_that_changed_travel(pair: Any) -> None:
    enumerator, coordinator = pair
    for number in range(20):
        put(coordinator, f"daftar/{number}", random.Random(number).randbytes(2000))
    first, _ = round_trip(enumerator, coordinator)
    put(coordinator, "daftar/7", random.Random(99).randbytes(2000))
    second, _ = round_trip(enumerator, coordinator)
    assert (first.papers, second.papers) == (20, 1)
    assert len(first.data) > 40_000
    assert len(second.data) < 5_000
    assert held(enumerator)["daftar/7"] == random.Random(99).randbytes(2000)


def test_a_bundle_asks_for_the_capability_only_where_papers_are_inside(pair: Any) -> None:
    enumerator, coordinator = pair
    before = inspect_head(coordinator.to_member(enumerator).data)
    put(coordinator)
    after = inspect_head(coordinator.to_member(enumerator).data)
    assert (before.caps, after.caps) == (("links", "sums"), ("links", "papers", "sums"))
    hand_on(coordinator, enumerator)
    coordinator.merge(enumerator.to_office().data)
    assert inspect_head(coordinator.to_member(enumerator).data).caps == ("links", "sums")
    assert inspect_head(enumerator.to_office().data).caps == ("links",)


def test_a_member_whose_bundles_do_not_speak_of_papers_gets_none(pair: Any, office: Any, rules: Rules) -> None:
    enumerator, coordinator = pair
    put(coordinator)
    (silent,) = replicas.make_team(office, rules, ["enumerator"])
    with coordinator.transaction():
        coordinator.journal.add_certificate(silent.member.certificate)
    assert coordinator.to_member(silent).papers == 0
    # What a program from before papers says of itself: the ids of members, and nothing else.
    older = pack(Payload(1, office.membership.certificates(), known=(enumerator.member.id,)))
    coordinator.merge(replicas.bundle_of(office, enumerator.identity, [], packed=older))
    assert coordinator.to_member(enumerator).papers == 0
    coordinator.merge(enumerator.to_office().data)
    assert coordinator.to_member(enumerator).papers == 1


def test_what_a_writer_knows_beside_members_stands_where_older_programs_take_any_id(pair: Any) -> None:
    enumerator, coordinator = pair
    put(coordinator)
    hand_on(coordinator, enumerator)
    known = enumerator.open_own().known
    members = {member.id for member in enumerator.journal.membership.all()}
    (title,) = enumerator.journal.papers.given(enumerator.member.id)
    assert set(known) - members == {UNDERSTOOD, mark(title)}
    assert all(len(said) == 32 and bytes.fromhex(said) for said in known)


def test_an_older_stick_that_comes_late_or_again_puts_nothing_back(pair: Any) -> None:
    enumerator, coordinator = pair
    put(coordinator, content=b"lama")
    old = coordinator.to_member(enumerator).data
    put(coordinator, content=b"baru")
    new = coordinator.to_member(enumerator).data
    for data in (new, old, new, old):
        enumerator.merge(data)
    assert held(enumerator) == {NAME: b"baru"}


def test_a_clock_that_is_set_back_does_not_keep_a_newer_paper_from_counting(pair: Any) -> None:
    enumerator, coordinator = pair
    coordinator.now_ms += 400 * 24 * 3_600_000
    put(coordinator, content=b"lama")
    round_trip(enumerator, coordinator)
    coordinator.now_ms -= 800 * 24 * 3_600_000
    put(coordinator, content=b"baru")
    round_trip(enumerator, coordinator)
    assert held(enumerator) == {NAME: b"baru"}


@settings(max_examples=25)
@given(st.permutations(range(5)), st.lists(st.integers(0, 4), max_size=5))
def test_the_papers_of_a_laptop_depend_on_what_came_and_not_on_the_order(
    office_of: Any, rules: Rules, order: list[int], again: list[int]
) -> None:
    office = office_of("order of papers")
    enumerator, one, two = replicas.make_team(office, rules, ["enumerator", "coordinator", "supervisor"])
    for office_member in (one, two):
        office_member.merge(enumerator.to_office().data)
    sticks = []
    for office_member, content in ((one, b"a"), (one, b"b"), (two, b"c"), (one, b"d"), (two, b"e")):
        put(office_member, content=content)
        sticks.append(office_member.to_member(enumerator).data)
    for number in (*order, *again):
        enumerator.merge(sticks[number])
    papers, me = enumerator.journal.papers, enumerator.member.id
    assert [papers.content(me, by.member.id, NAME) for by in (one, two)] == [b"d", b"e"]


# -- whose papers count, and for whom


def test_papers_of_somebody_who_is_not_of_the_office_are_left_out_and_the_rest_counts(
    office: Any, rules: Rules
) -> None:
    hostile, enumerator, coordinator = replicas.make_team(office, rules, ["enumerator", "enumerator", "coordinator"])
    own = write(hostile.identity, NAME, b"palsu", audience="*", about="", at_ms=1)
    good = write(coordinator.identity, NAME, b"asli", audience="*", about="", at_ms=1)
    for paper, writer, left_out in (
        (own, hostile, {"paper_office": 1}),
        # A genuine paper too: nobody but the office says to whom it goes.
        (good, hostile, {"paper_office": 1}),
        (own, coordinator, {"paper_office": 1}),
        (good, coordinator, {}),
    ):
        received = enumerator.merge(forged(office, writer, enumerator, [paper]))
        assert received.papers.refused == left_out
    assert held(enumerator) == {NAME: b"asli"}


def test_papers_in_a_bundle_for_several_or_for_the_office_are_left_out(pair: Any, office: Any, rules: Rules) -> None:
    enumerator, coordinator = pair
    (other,) = replicas.make_team(office, rules, ["supervisor"])
    paper = write(coordinator.identity, NAME, b"isi", audience="*", about="", at_ms=1)
    both = (enumerator.member.id, other.member.id)
    assert enumerator.merge(forged(office, coordinator, enumerator, [paper], to=both)).papers.refused == {
        "paper_others": 1
    }
    assert other.merge(forged(office, coordinator, other, [paper], to=("office",))).papers.refused == {
        "paper_others": 1
    }
    assert held(enumerator) == held(other) == {}


def test_a_paper_is_for_the_members_of_its_area_and_not_for_who_holds_what_it_is_about(
    office: Any, rules: Rules
) -> None:
    here, there, near, whole = replicas.make_team(
        office, rules, [f"enumerator:{WARD}", f"enumerator:{ELSEWHERE}", f"enumerator:{NEXT}", "supervisor"]
    )
    (author,) = replicas.make_team(office, rules, ["coordinator"])
    laptops = here, there, near, whole
    for laptop in laptops:
        author.merge(laptop.to_office().data)
    put(author, "semua", audience="*")
    put(author, "kecamatan", audience="64.71.05")
    put(author, "kelurahan", audience="64.71.05", about=NEXT)
    found = []
    for laptop in laptops:
        hand_on(author, laptop)
        found.append(set(held(laptop)))
    assert found == [
        {"semua", "kecamatan", "kelurahan"},
        {"semua"},
        {"semua", "kecamatan"},
        {"semua", "kecamatan"},
    ]


def test_an_author_speaks_of_its_own_area_alone_and_others_of_the_office_pass_its_papers_on(
    office: Any, rules: Rules
) -> None:
    enumerator, local, central = replicas.make_team(
        office, rules, ["enumerator", "coordinator:64.71.05", "supervisor:64.71"]
    )
    put(local, "dari-jauh", about=ELSEWHERE)
    local.merge(enumerator.to_office().data)
    assert local.to_member(enumerator).papers == 0
    central.merge(local.to_office().data)
    put(central, "jauh", b"isi", about=ELSEWHERE)
    hand_on(central, local)
    hand_on(local, enumerator)
    assert held(enumerator) == {"jauh": b"isi"}
    # It came by the one and is known as the other's: the next who meets the laptop need not carry it again.
    central.merge(enumerator.to_office().data)
    assert central.to_member(enumerator).papers == 0


def test_a_paper_whose_author_was_shut_out_is_let_go_of_and_passed_on_by_nobody(office: Any, rules: Rules) -> None:
    enumerator, coordinator, admin = replicas.make_team(office, rules, ["enumerator", "coordinator", "admin"])
    for source in (enumerator, coordinator):
        admin.merge(source.to_office().data)
    coordinator.merge(enumerator.to_office().data)
    put(coordinator, "dari-koordinator")
    put(admin, "dari-administrator")
    hand_on(coordinator, enumerator)
    hand_on(admin, enumerator)
    assert set(held(enumerator)) == {"dari-koordinator", "dari-administrator"}
    shut_out(admin, coordinator, office)
    hand_on(admin, enumerator)
    assert set(held(enumerator)) == {"dari-administrator"}


def test_whoever_is_shut_out_loses_its_papers_once_its_laptop_hears_of_it(office: Any, rules: Rules) -> None:
    enumerator, admin = replicas.make_team(office, rules, ["enumerator", "admin"])
    admin.merge(enumerator.to_office().data)
    put(admin)
    hand_on(admin, enumerator)
    assert held(enumerator) == {NAME: b"isi"}
    # The laptop is shared: its other member's bundle brings the news.
    shared = SecondMember(enumerator, office)
    with admin.transaction():
        admin.journal.add_certificate(shared.member.certificate)
    shut_out(admin, enumerator, office)
    shared.merge(admin.to_member(shared).data)
    assert held(enumerator) == {}


def test_papers_of_an_area_that_is_no_longer_ones_own_are_let_go_of(office: Any, rules: Rules) -> None:
    # One key with two certificates: the earlier one holds, also where it is learned of later.
    made = []
    for minute, scope in ((2, WARD), (1, ELSEWHERE)):
        opened = open_invitation(office.invitation(scopes=[scope]), "4711")
        made.append(claim(opened, "d" * 32, START_MS + minute * 60_000, seeded("one key")))
    (identity, later), (same, earlier) = made
    assert identity.member_id == same.member_id
    laptop = replicas.Replica(office, (identity, office.membership.add(later)), rules)
    (coordinator,) = replicas.make_team(office, rules, ["coordinator"])
    with coordinator.transaction():
        coordinator.journal.add_certificate(later)
    coordinator.merge(laptop.to_office().data)
    put(coordinator, "kecamatan", audience="64.71.05")
    put(coordinator, "semua")
    hand_on(coordinator, laptop)
    assert set(held(laptop)) == {"kecamatan", "semua"}
    with laptop.transaction():
        laptop.journal.add_certificate(earlier)
    assert set(held(laptop)) == {"kecamatan", "semua"}
    hand_on(coordinator, laptop)
    assert set(held(laptop)) == {"semua"}


def test_no_more_papers_are_kept_than_the_limits_allow(pair: Any, office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    enumerator, coordinator = pair
    monkeypatch.setattr("sync.papers.COUNT_LIMIT", 3)
    monkeypatch.setattr("sync.papers.TOTAL_LIMIT", 25)
    papers = [
        write(coordinator.identity, f"daftar/{number}", bytes(size), audience="*", about="", at_ms=1)
        for number, size in enumerate((10, 20, 10, 5, 0))
    ]
    received = enumerator.merge(forged(office, coordinator, enumerator, papers))
    assert (received.papers.new, received.papers.refused) == (3, {"paper_limit": 2})
    assert set(held(enumerator)) == {"daftar/0", "daftar/2", "daftar/3"}


# -- what a reader refuses


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Besar"},
        {"name": "../x"},
        {"name": ""},
        {"name": "a" * 65},
        {"audience": ""},
        {"audience": "a..b"},
        {"about": "*"},
        {"at": -1},
        {"at": 1 << 48},
        {"size": SIZE_LIMIT + 1},
        {"size": 2},
        {"size": 4},
        {"sha256": "0" * 64},
    ],
    ids=str,
)
def test_a_malformed_paper_is_refused_with_its_bundle(pair: Any, office: Any, change: dict[str, Any]) -> None:
    enumerator, coordinator = pair
    good = write(coordinator.identity, NAME, b"isi", audience="*", about="", at_ms=1)
    odd = Paper(msgspec.structs.replace(good.title, **change), good.content)
    before = enumerator.rows()
    with pytest.raises(Untrusted) as refusal:
        enumerator.merge(forged(office, coordinator, enumerator, [odd]))
    assert refusal.value.code == "bundle_damaged"
    assert enumerator.rows() == before


@pytest.mark.parametrize("change", [{"name": "lain"}, {"audience": "64"}, {"about": "64"}, {"at": 2}], ids=str)
def test_nobody_changes_what_an_author_signed_of_a_paper(pair: Any, office: Any, change: dict[str, Any]) -> None:
    enumerator, coordinator = pair
    good = write(coordinator.identity, NAME, b"isi", audience="*", about="", at_ms=1)
    for title in (
        msgspec.structs.replace(good.title, **change),
        msgspec.structs.replace(good.title, sig=""),
        write(enumerator.identity, NAME, b"isi", audience="*", about="", at_ms=1).title,
    ):
        forgery = msgspec.structs.replace(title, by=coordinator.member.id)
        with pytest.raises(Untrusted) as refusal:
            enumerator.merge(forged(office, coordinator, enumerator, [Paper(forgery, b"isi")]))
        assert refusal.value.code in ("paper_forged", "bundle_damaged")
    assert held(enumerator) == {}


def test_papers_under_a_head_that_does_not_speak_of_them_are_damage_and_so_is_a_head_without_any(
    pair: Any, office: Any
) -> None:
    enumerator, coordinator = pair
    paper = write(coordinator.identity, NAME, b"isi", audience="*", about="", at_ms=1)
    for papers, caps in (((paper,), ("links",)), ((), ("links", "papers"))):
        packed = pack(Payload(1, office.membership.certificates(), papers=papers), links=True)
        data = seal_packed(
            coordinator.identity,
            office.founding.programme,
            token(office.random),
            (enumerator.member.id,),
            [enumerator.identity.age_recipient],
            packed,
            caps,
        )
        with pytest.raises(Untrusted, match="bundle_damaged"):
            enumerator.merge(data)


def test_a_paper_that_no_reader_would_take_is_not_written(pair: Any) -> None:
    _, coordinator = pair
    for name, content, over in (("Besar", b"", {}), ("x", bytes(SIZE_LIMIT + 1), {}), ("x", b"", {"audience": ""})):
        with pytest.raises(msgspec.ValidationError):
            put(coordinator, name, content, **over)


# -- by hub


def test_papers_come_from_a_hub_in_pieces_and_once(office: Any, rules: Rules) -> None:
    hub, laptop = replicas.make_team(office, Rules(rules.group_of, rules.may, HUB_ROLES), ["hub", "enumerator"])
    contents = {f"daftar/{number}": random.Random(number).randbytes(3_000) for number in range(40)}
    for name, content in contents.items():
        put(hub, name, content)
    line = hubs.Line(hubs.hub_of(hub))
    answers: list[int] = []
    line.after = lambda turn, answer: answers.append(len(answer)) or answer
    hubs.visit(laptop, line)
    assert held(laptop) == contents
    # The first answers are small, as entries come few at first; later ones are larger.
    assert answers[0] < 15_000 < max(answers)
    again = hubs.visit(laptop, line)
    assert again.rounds == 1
    assert answers[-1] < 2_500
    put(hub, "daftar/3", b"baru")
    hubs.visit(laptop, line)
    assert held(laptop)["daftar/3"] == b"baru"
    assert answers[-2] < 3_000


def test_a_visit_that_breaks_off_among_the_papers_goes_on_there(office: Any, rules: Rules) -> None:
    hub, laptop = replicas.make_team(office, Rules(rules.group_of, rules.may, HUB_ROLES), ["hub", "enumerator"])
    contents = {f"daftar/{number:02}": random.Random(number).randbytes(60_000) for number in range(8)}
    for name, content in contents.items():
        put(hub, name, content)
    line = hubs.Line(hubs.hub_of(hub))

    def broken(turn: int, answer: bytes) -> bytes:
        if turn >= 2:
            raise Unreachable("hub_unreachable")
        return answer

    line.after = broken
    with pytest.raises(Unreachable):
        hubs.visit(laptop, line)
    some = held(laptop)
    assert 0 < len(some) < len(contents)
    line.after = lambda turn, answer: answer
    hubs.visit(laptop, line)
    assert held(laptop) == contents


def test_a_hub_whose_papers_are_all_left_out_is_not_asked_for_ever(office: Any, rules: Rules) -> None:
    hub, laptop = replicas.make_team(office, Rules(rules.group_of, rules.may, HUB_ROLES), ["hub", "enumerator"])
    for number in range(9):
        put(hub, f"daftar/{number}", bytes(9_000))
    # To this laptop the role hub is none of the office.
    laptop.rules = Rules(rules.group_of, rules.may, rules.office_roles)
    laptop.journal = laptop.new_journal()
    hubs.visit(laptop, hubs.Line(hubs.hub_of(hub)))
    assert held(laptop) == {}


# -- marks


@given(st.integers(0, 1 << 47), st.integers(0, 1 << 47), st.binary(max_size=3), st.binary(max_size=3))
def test_a_mark_says_which_paper_and_how_new_it_is(first_ms: int, second_ms: int, one: bytes, two: bytes) -> None:
    titles = [
        write(WRITER, NAME, c, audience="*", about="", at_ms=at).title for c, at in ((one, first_ms), (two, second_ms))
    ]
    other = write(WRITER, "lain", one, audience="*", about="", at_ms=first_ms).title
    shown = Marks([mark(titles[0]), "f" * 32, UNDERSTOOD])
    assert shown.is_reader
    assert shown.has(titles[0])
    assert not shown.has(other)
    if second_ms != first_ms:
        assert shown.has(titles[1]) == (second_ms < first_ms)
