"""Joined registrations in the tables: who gives way, what that frees, and that nothing but the entries has a say."""

from __future__ import annotations

import random
from typing import Any

import pytest

from fieldapp.store import queries
from fieldapp.store.rebuild import clear
from sync.entry import Stored
from sync.record_id import RecordIds

AREA, AWAY = "64.71.05.1002", "64.71.01.1001"
NIK = "6471015203809002"


def say(
    town: Any, who: str, one: str, other: str, decision: str = "same", survivor: str | None = None, *,
    scope: str = AREA, replaces: tuple[Stored, ...] = (), first: Stored | None = None, record: str | None = None,
) -> Stored:  # fmt: skip
    """A record of type same_as; for two areas it is said twice, the second naming the first."""
    a, b = sorted((one, other))
    fields = {"a": a, "b": b, "decision": decision, "reason": "KTP dilihat", "stamps": ["0" * 16, "1" * 16]}
    if decision == "same":
        fields["survivor"] = survivor or one
    if replaces:
        fields["replaces"] = [stored.entry.r for stored in replaces]
    if first is not None:
        fields["first"] = first.entry.r
    stored: Stored = town.write(who, record, "new", fields, type="same_as", scope=scope)
    return stored


def joined(replica: Any) -> dict[str, str]:
    rows = replica.store.read(lambda c: c.execute("SELECT id, joined_to FROM registration").fetchall())
    return {one: survivor for one, survivor in rows if survivor is not None}


def decisions(replica: Any) -> dict[tuple[str, str], str]:
    rows = replica.store.read(lambda c: c.execute("SELECT a, b, decision FROM decided_pair").fetchall())
    return {(a, b): decision for a, b, decision in rows}


def quarantined(replica: Any, town: Any, stored: Stored) -> str | None:
    from sync.fold import fold

    folded = fold(stored.entry.r, [stored], town.rules, town.membership)
    return dict(folded.quarantined).get(stored.id)


def test_the_one_that_gives_way_stands_for_nobody_and_says_who_does(town, replica_of) -> None:
    stays, gives = town.register("siti", nik=NIK), town.register("budi", nik=NIK)
    replica = replica_of(town)
    assert [replica.state(one) for one in (stays, gives)] == ["has_issues", "has_issues"]
    said = say(town, "rina", stays, gives)
    replica.receive(town.entries[-1:])
    assert [replica.state(one) for one in (stays, gives)] == ["submitted", "void"]
    assert joined(replica) == {gives: stays}
    assert [replica.row(one).duplicate_count for one in (stays, gives)] == [0, 0]
    assert replica.store.read(lambda c: queries.same_nik(c, stays)) == []
    say(town, "tono", stays, gives, "unsure", replaces=(said,))
    replica.receive(town.entries[-1:])
    assert [replica.state(one) for one in (stays, gives)] == ["has_issues", "has_issues"]
    assert [replica.row(one).duplicate_count for one in (stays, gives)] == [1, 1]
    assert joined(replica) == {}


def test_an_approval_of_the_one_that_gives_way_frees_its_slot_and_takes_one_again_when_it_comes_back(
    town, replica_of
) -> None:
    town.lease(2, member=town.member("rina").id)
    people = [town.register("siti") for _ in range(3)]
    for one in people:
        town.decide("rina", one, "approve")
    replica = replica_of(town)
    assert [replica.state(one) for one in people] == ["approved", "approved", "waiting"]
    said = say(town, "tono", people[1], people[0])
    replica.receive(town.entries[-1:])
    assert [replica.state(one) for one in people] == ["void", "approved", "approved"]
    say(town, "tono", people[1], people[0], "different", replaces=(said,))
    replica.receive(town.entries[-1:])
    assert [replica.state(one) for one in people] == ["approved", "approved", "waiting"]


def test_one_that_waited_for_a_slot_and_gives_way_is_kept_as_if_it_had_come_so(town, replica_of) -> None:
    town.lease(1, member=town.member("rina").id)
    people = [town.register("siti") for _ in range(2)]
    for one in people:
        town.decide("rina", one, "approve")
    replica = replica_of(town)
    assert replica.state(people[1]) == "waiting"
    say(town, "tono", *people)
    replica.receive(town.entries[-1:])
    assert replica.dump() == replica_of(town, list(reversed(town.entries))).dump()


def test_slots_are_freed_too_where_more_were_leased_than_there_are(town, replica_of) -> None:
    town.lease(90, member=town.member("rina").id)
    town.lease(90, member=town.member("tono").id)
    town.write("admin", town.programme, "edit", {"quota": 1}, type="programme", scope="*")
    one, two = town.register("siti"), town.register("siti")
    town.decide("rina", one, "approve")
    town.decide("tono", two, "approve")
    replica = replica_of(town)
    assert [replica.state(each) for each in (one, two)] == ["approved", "waiting"]
    third = town.register("budi")
    say(town, "tono", third, one)
    replica.receive(town.entries[-2:])
    assert [replica.state(each) for each in (one, two)] == ["void", "approved"]


def test_an_enumerator_decides_about_two_registrations_that_the_enumerator_began_and_no_others(
    town, replica_of
) -> None:
    siti, budi = town.member("siti").id, town.member("budi").id
    ids = RecordIds()
    own = [town.write("siti", ids.next(siti, 1, town.random), "new", {"name": f"Contoh {n}"}).entry.r for n in "ab"]
    theirs = town.write("budi", ids.next(budi, 1, town.random), "new", {"name": "Contoh c"}).entry.r
    nameless = town.register("siti")
    replica = replica_of(town)
    for other in (theirs, nameless):
        stored = say(town, "siti", own[0], other)
        assert quarantined(replica, town, stored) == "role_not_allowed"
        replica.receive([stored])
    assert joined(replica) == {}
    stored = say(town, "siti", own[0], own[1])
    assert quarantined(replica, town, stored) is None
    replica.receive([stored])
    assert joined(replica) == {own[1]: own[0]}
    # What the office says of it holds, whatever the enumerator says after.
    said = say(town, "rina", own[0], own[1], "different", replaces=(stored,))
    say(town, "siti", own[0], own[1], replaces=(said,))
    replica.receive(town.entries[-2:])
    assert joined(replica) == {}
    assert list(decisions(replica).values()) == ["different"]


@pytest.mark.parametrize(("scope", "code"), [(AREA, "outside_scope"), ("*", "outside_scope"), (AWAY, None)])
def test_nobody_decides_about_another_area(town, replica_of, scope, code) -> None:
    town.join("kiki", "coordinator", (AWAY[:8],))
    one, two = town.register("siti", nik=NIK), town.register("budi", nik=NIK)
    stored = say(town, "kiki", one, two, scope=scope)
    replica = replica_of(town)
    assert quarantined(replica, town, stored) == code
    assert joined(replica) == {}
    assert decisions(replica) == {}


def test_a_word_written_into_a_third_area_counts_about_nobody(town, replica_of) -> None:
    """There, whoever reads that area alone would never learn of it, or only they would."""
    one, two = town.register("siti"), town.register("budi")
    say(town, "rina", one, two, scope=AWAY)
    replica = replica_of(town)
    assert (joined(replica), decisions(replica)) == ({}, {})


def test_one_that_gives_way_is_looked_at_again_by_whoever_compares_and_so_is_one_that_comes_back(
    town, replica_of
) -> None:
    stays, gives = town.register("siti"), town.register("budi")
    replica = replica_of(town)
    todo = "SELECT id FROM match_todo JOIN registration USING (rid)"
    for decision in ("same", "different"):
        replica.store.write(lambda c: c.execute("DELETE FROM match_todo"))
        said = say(town, "rina", stays, gives, decision, replaces=tuple(town.entries[-1:]))
        replica.receive([said])
        assert replica.store.read(lambda c: c.execute(todo).fetchall()) == [(gives,)]


def test_who_decides_about_one_area_joins_nobody_of_another(town, replica_of) -> None:
    """A word for one's own area alone reaches one's own registration alone, and hides no pair from others."""
    town.join("kiki", "coordinator", (AWAY[:8],))
    here = town.register("siti")
    town.join("lala", "enumerator", (AWAY[:8],))
    there = town.write("lala", None, "new", {"name": "Contoh Sana"}, scope=AWAY).entry.r
    said = say(town, "kiki", there, here, scope=AWAY)
    replica = replica_of(town)
    assert joined(replica) == {}
    say(town, "kiki", there, here, "different", scope=AWAY, replaces=(said,))
    replica.receive(town.entries[-1:])
    assert decisions(replica) == {}
    said = say(town, "kiki", here, there, scope=AWAY, replaces=(town.entries[-1],))
    replica.receive(town.entries[-1:])
    assert joined(replica) == {there: here}
    # Whoever may speak for both sees it as decided, and takes it back for both.
    first = say(town, "rina", here, there, "different", scope=AREA, replaces=(said,))
    say(town, "rina", here, there, "different", scope=AWAY, replaces=(said,), first=first)
    replica.receive(town.entries[-2:])
    assert joined(replica) == {}
    assert list(decisions(replica).values()) == ["different"]


def test_who_may_speak_for_the_second_area_of_one_that_moved_does_not_for_its_first(town, replica_of) -> None:
    """As with answers: who was let into the list may read it, and whose area it began in changes it."""
    town.join("kiki", "coordinator", (AWAY[:8],))
    one, two = town.register("siti"), town.register("siti")
    for each in (one, two):
        town.write("rina", each, "edit", {"ktp_area": AWAY}, scope=AWAY)
    say(town, "kiki", one, two, scope=AWAY)
    replica = replica_of(town)
    assert joined(replica) == {}
    say(town, "rina", one, two, scope=AWAY)
    replica.receive(town.entries[-1:])
    assert joined(replica) == {two: one}


def test_two_who_decide_differently_at_once_join_nobody_until_a_third_settles_it(town, replica_of) -> None:
    one, two = town.register("siti"), town.register("budi")
    first, second = say(town, "rina", one, two), say(town, "tono", one, two, "different")
    replica = replica_of(town)
    assert joined(replica) == {}
    assert list(decisions(replica).values()) == ["disputed"]
    town.join("wati", "supervisor", ("64.71",))
    say(town, "wati", two, one, survivor=two, replaces=(first, second))
    replica.receive(town.entries[-1:])
    assert joined(replica) == {one: two}
    assert list(decisions(replica).values()) == ["same"]


def test_a_case_that_contradicts_itself_joins_nobody_and_is_called_disputed(town, replica_of) -> None:
    a, b, c = sorted(town.register("siti") for _ in range(3))
    say(town, "rina", a, b)
    say(town, "rina", a, c)
    replica = replica_of(town)
    assert joined(replica) == {b: a, c: a}
    apart = say(town, "tono", b, c, "different")
    replica.receive(town.entries[-1:])
    assert joined(replica) == {}
    assert decisions(replica) == {(a, b): "disputed", (a, c): "disputed", (b, c): "disputed"}
    say(town, "tono", b, c, "unsure", replaces=(apart,))
    replica.receive(town.entries[-1:])
    assert joined(replica) == {b: a, c: a}
    assert decisions(replica) == {(a, b): "same", (a, c): "same", (b, c): "unsure"}


def test_one_that_gave_way_comes_back_when_who_stayed_is_taken_out_or_no_longer_counts(town, replica_of) -> None:
    one, two, three = (town.register("siti") for _ in range(3))
    stays = town.register("budi")
    for each in (one, two):
        say(town, "rina", stays, each)
    say(town, "rina", two, three)
    replica = replica_of(town)
    assert joined(replica) == {one: stays, two: stays, three: stays}
    town.write("rina", stays, "void", {"decision": "void", "reason": "x"})
    replica.receive(town.entries[-1:])
    assert joined(replica) == {three: two}
    assert replica.state(one) == replica.state(two) == "submitted"
    town.write("rina", stays, "decide", {"decision": "undo", "reason": "x"})
    replica.receive(town.entries[-1:])
    assert joined(replica) == {one: stays, two: stays, three: stays}
    fields = town.membership.revocation_of(town.member("budi").id, "x", {})
    town.membership.add_revocation(town.write("admin", None, "new", fields, type="revocation", scope="*"))
    replica.receive(town.entries)
    assert replica.state(stays) is None
    assert joined(replica) == {three: two}


def test_one_whose_person_was_refused_or_withdrew_does_not_come_back_by_another_registration(town, replica_of) -> None:
    one, two, three, four = (town.register("siti") for _ in range(4))
    say(town, "rina", one, two)
    say(town, "rina", three, four)
    town.decide("rina", one, "reject", reason="x")
    town.decide("rina", three, "withdraw", reason="x")
    replica = replica_of(town)
    assert [replica.state(each) for each in (one, two, three, four)] == ["rejected", "void", "withdrawn", "void"]


def test_words_of_a_revoked_member_no_longer_count(town, replica_of) -> None:
    one, two = town.register("siti"), town.register("siti")
    say(town, "tono", one, two)
    replica = replica_of(town)
    assert joined(replica) == {two: one}
    fields = town.membership.revocation_of(town.member("tono").id, "x", {})
    town.membership.add_revocation(town.write("admin", None, "new", fields, type="revocation", scope="*"))
    replica.receive(town.entries)
    assert joined(replica) == {}
    assert decisions(replica) == {}


def test_nobody_speaks_in_the_name_of_who_decided(town, replica_of) -> None:
    one, two = town.register("siti"), town.register("siti")
    record = RecordIds().next(town.member("rina").id, 1, town.random)
    say(town, "rina", one, two, record=record)
    say(town, "tono", two, one, record=record)
    replica = replica_of(town)
    assert joined(replica) == {two: one}


def test_a_record_that_is_taken_back_gives_what_it_replaced_its_force_again(town, replica_of) -> None:
    one, two = town.register("siti"), town.register("siti")
    first = say(town, "rina", one, two)
    second = say(town, "tono", one, two, "different", replaces=(first,))
    replica = replica_of(town)
    assert joined(replica) == {}
    town.write("rina", second.entry.r, "void", {"decision": "void", "reason": "x"}, type="same_as")
    replica.receive(town.entries[-1:])
    assert joined(replica) == {two: one}


def test_what_says_nothing_that_can_be_read_does_nothing(town, replica_of) -> None:
    one, two = town.register("siti"), town.register("siti")
    town.write("rina", None, "new", {"a": two, "b": one, "decision": "same", "survivor": one}, type="same_as")
    town.write("rina", None, "new", {"a": one, "b": town.programme, "decision": "?"}, type="same_as")
    say(town, "rina", one, town.programme)
    say(town, "rina", town.lease(1, member="x"), one)
    assert joined(replica_of(town)) == {}


def test_text_that_postgresql_cannot_hold_stops_no_merge(town, replica_of, centre_of) -> None:
    one, two = sorted(town.register("siti") for _ in range(2))
    fields = {"a": one, "b": two, "decision": "same", "survivor": one, "reason": "a\0b", "stamps": ["\0", "1" * 16]}
    town.write("rina", None, "new", {**fields, "replaces": ["\0"], "first": "\0"}, type="same_as")
    centre = centre_of(town)
    assert centre.ask("SELECT joined_to FROM registration WHERE id = ?", two) == [(one,)]
    assert centre.ask("SELECT reason, stamps FROM same_as") == [("a\N{REPLACEMENT CHARACTER}b", f'["","{"1" * 16}"]')]
    assert joined(replica_of(town)) == {two: one}


def busy(town: Any, chance: random.Random) -> None:
    """Few people and many words about them: in two areas, replaced, taken back, contradicting, forged, and unheard."""
    town.join("kiki", "coordinator", (AWAY[:8],))
    town.join("lala", "enumerator", (AWAY[:8],))
    for who in ("rina", "tono"):
        town.lease(3, member=town.member(who).id)
    people = [town.register(who, nik=f"64710152038090{n:02d}") for n, who in enumerate(["siti", "budi"] * 5)]
    people += [town.write("lala", None, "new", {"name": f"Contoh {n}", "nik": NIK}, scope=AWAY).entry.r for n in "ab"]
    spoken: list[Stored] = []
    for _ in range(26):
        start = chance.randrange(0, len(people), 3)
        one, other = chance.sample(people[start : start + 3], 2)
        who = chance.choice(["rina", "tono", "kiki", "siti"])
        match chance.randrange(9):
            case 0:
                town.decide(chance.choice(["rina", "tono"]), one, chance.choice(["approve", "reject", "undo"]))
            case 1:
                seen = chance.sample(town.entries, len(town.entries) // 2)
                town.write("rina", one, "void", {"decision": "void", "reason": "x"}, knowing=seen)
            case 2:
                scope = chance.choice([AREA, AWAY])
                town.write("rina", one, "edit", {"nik": NIK, "ktp_area": scope}, scope=scope)
                town.write("kiki", None, "new", {"name": "Contoh Luar"})
            case 3 if spoken:
                town.write("rina", chance.choice(spoken).entry.r, "void", {"decision": "void"}, type="same_as")
            case _:
                decision = chance.choice(["same"] * 6 + ["different", "unsure"])
                replaces = tuple(chance.sample(spoken, min(len(spoken), chance.randrange(3))))
                words = {"survivor": chance.choice([one, other]), "replaces": replaces}
                first = say(town, who, one, other, decision, scope=chance.choice([AREA, AWAY]), **words)
                spoken.append(first)
                if chance.random() < 0.6:
                    spoken.append(say(town, who, one, other, decision, scope=AWAY, first=first, **words))
    town.write("admin", town.programme, "edit", {"quota": chance.choice([3, 6, 50])}, type="programme", scope="*")


@pytest.mark.parametrize("seed", range(8))
def test_replicas_agree_whatever_came_when_and_a_rebuild_and_the_centre_say_the_same(
    town, replica_of, centre_of, seed
) -> None:
    chance = random.Random(seed)
    busy(town, chance)
    whole = replica_of(town)
    entries = [*town.entries, *chance.sample(town.entries, 10)]
    chance.shuffle(entries)
    piecemeal, centre = replica_of(town, []), centre_of(town, []) if seed < 3 else None
    while entries:
        size = chance.randint(1, 9)
        for each in (piecemeal, centre):
            if each is not None:
                each.receive(entries[:size])
        entries = entries[size:]
    assert piecemeal.dump() == whole.dump()
    assert joined(whole)
    before = whole.dump()
    whole.store.write(clear)
    whole.receive(town.entries)
    assert whole.dump() == before
    if centre is not None:
        there = centre.ask("SELECT id, state, joined_to, live FROM registration ORDER BY id")
        assert there == whole.store.read(
            lambda c: c.execute("SELECT id, state, joined_to, live FROM registration ORDER BY id").fetchall()
        )
        for table in ("same_as", "decided_pair", "entered", "unfounded"):
            assert sorted(centre.ask(f"SELECT * FROM {table}")) == sorted(before[table]), table  # noqa: S608


def test_nobody_stands_for_a_person_beside_the_one_who_stays(town, replica_of) -> None:
    """In any muddle: who gave way is void, frees the slot and counts as nobody's duplicate, and who stays stands."""
    chance = random.Random(11)
    busy(town, chance)
    replica = replica_of(town)
    rows = replica.store.read(
        lambda c: c.execute("SELECT id, state, live, duplicate_count, joined_to FROM registration").fetchall()
    )
    by_id = {row[0]: row for row in rows}
    gone = [row for row in rows if row[4] is not None]
    assert gone
    for _, state, live, duplicates, survivor in gone:
        assert (state, live, duplicates) == ("void", 0, 0)
        assert by_id[survivor][4] is None
        assert by_id[survivor][1] != "void"
