"""Two have to agree: an approval counts only where it answers another member's endorsement of the same answers."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.review import DecisionHead, registration_state
from fieldapp.store.rows import pack_heads, unpack_heads


def levels(town, number):
    return town.write("admin", town.programme, "edit", {"approval_levels": number}, type="programme", scope="*")


@pytest.fixture
def pair(town):
    """A programme in which two agree, with slots for both supervisors, and a registration."""
    levels(town, 2)
    for name in ("rina", "tono"):
        town.lease(5, member=town.member(name).id)
    return town, town.register("siti")


def state(town, replica_of, record) -> str:
    return replica_of(town).row(record).state


def test_an_endorsement_alone_leaves_it_waiting_and_a_second_member_approves(pair, replica_of) -> None:
    town, record = pair
    said = town.decide("rina", record, "endorse")
    row = replica_of(town).row(record)
    assert (row.state, row.endorsed_by) == ("submitted", town.member("rina").id)
    town.decide("tono", record, "approve", endorsed=said.id)
    row = replica_of(town).row(record)
    assert (row.state, row.endorsed_by) == ("approved", town.member("rina").id)


def test_nobody_agrees_to_the_own_endorsement_or_to_none(pair, replica_of) -> None:
    town, record = pair
    said = town.decide("rina", record, "endorse")
    town.decide("rina", record, "approve", endorsed=said.id)
    assert state(town, replica_of, record) == "submitted"
    other = town.register("siti")
    town.decide("rina", other, "approve")
    assert state(town, replica_of, other) == "submitted"


def test_an_endorsement_of_other_answers_does_not_count(pair, replica_of) -> None:
    town, record = pair
    said = town.decide("rina", record, "endorse")
    town.write("siti", record, "edit", {"name": "Dewi Contoh Baru"})
    row = replica_of(town).row(record)
    assert (row.state, row.endorsed_by) == ("submitted", None)
    town.decide("tono", record, "approve", endorsed=said.id)
    assert state(town, replica_of, record) == "submitted"


def test_an_endorsement_that_was_taken_back_does_not_count_whatever_is_claimed(pair, replica_of) -> None:
    town, record = pair
    said = town.decide("rina", record, "endorse")
    town.decide("rina", record, "undo", reason="keliru")
    town.decide("tono", record, "approve", endorsed=said.id)
    assert state(town, replica_of, record) == "submitted"


@pytest.mark.parametrize(("name", "role"), [("siti", "enumerator"), ("lina", "coordinator")])
def test_whoever_may_not_approve_may_not_endorse(pair, replica_of, name, role) -> None:
    town, record = pair
    if role == "coordinator":
        town.join("lina", role)
    said = town.decide(name, record, "endorse")
    town.decide("tono", record, "approve", endorsed=said.id)
    replica = replica_of(town)
    assert (replica.row(record).state, replica.row(record).endorsed_by) == ("submitted", None)
    assert said.id in dict(replica.folded([record])[record].quarantined)


def test_a_supervisor_does_not_endorse_the_own_registration(pair, replica_of) -> None:
    town, _ = pair
    own = town.register("rina")
    said = town.decide("rina", own, "endorse")
    town.decide("tono", own, "approve", endorsed=said.id)
    assert state(town, replica_of, own) == "submitted"


def test_only_an_approval_that_counts_takes_a_slot(town, replica_of) -> None:
    levels(town, 2)
    town.lease(1, member=town.member("tono").id)
    first, second = town.register("siti"), town.register("siti")
    town.decide("tono", first, "approve")
    said = town.decide("rina", second, "endorse")
    town.decide("tono", second, "approve", endorsed=said.id)
    replica = replica_of(town)
    assert [replica.row(each).state for each in (first, second)] == ["submitted", "approved"]


def test_switching_the_setting_restates_everybody_both_ways(town, replica_of) -> None:
    town.lease(1, member=town.member("rina").id)
    single, both = town.register("siti"), town.register("siti")
    town.decide("rina", single, "approve")
    said = town.decide("tono", both, "endorse")
    town.decide("rina", both, "approve", endorsed=said.id)
    replica = replica_of(town)
    assert [replica.row(each).state for each in (single, both)] == ["approved", "waiting"]
    before = replica.dump()
    replica.receive([levels(town, 2)])
    assert [replica.row(each).state for each in (single, both)] == ["submitted", "approved"]
    assert replica.dump() == replica_of(town).dump()
    replica.receive([levels(town, 1)])
    assert [replica.row(each).state for each in (single, both)] == ["approved", "waiting"]
    assert replica.dump()["registration"] == before["registration"]


@pytest.mark.parametrize("seed", range(8))
def test_whatever_arrives_first_the_states_are_the_same(town, replica_of, seed) -> None:
    chance = random.Random(seed)
    town.lease(2, member=town.member("rina").id)
    town.lease(1, member=town.member("tono").id)
    people = [town.register("siti") for _ in range(4)]
    said: dict[str, list[str]] = {}
    for _ in range(20):
        record, name = chance.choice(people), chance.choice(("rina", "tono"))
        # Each writer knows some of what the others wrote.
        knowing = chance.sample(town.entries, chance.randint(len(town.entries) // 2, len(town.entries)))
        act = chance.choice(("endorse", "endorse", "approve", "approve", "undo", "edit", "levels"))
        if act == "levels":
            levels(town, chance.randint(1, 2))
        elif act == "edit":
            town.write("siti", record, "edit", {"name": f"Contoh {chance.randint(0, 99)}"}, knowing=knowing)
        else:
            named = {"endorsed": chance.choice(said[record])} if act == "approve" and said.get(record) else {}
            entry = town.write(name, record, "decide", {"decision": act, **named}, knowing=knowing)
            if act == "endorse":
                said.setdefault(record, []).append(entry.id)
    straight = replica_of(town).dump()
    entries = list(town.entries)
    for _ in range(2):
        chance.shuffle(entries)
        cut = chance.randint(1, len(entries) - 1)
        replica = replica_of(town, entries[:cut])
        replica.receive(entries[cut:])
        assert replica.dump() == straight


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["approve", "endorse", "return", "reject", "undo", "withdraw", "void"]),
            st.booleans(),
            st.booleans(),
        ),
        max_size=4,
    ),
)
@settings(derandomize=True, deadline=None, max_examples=100, database=None)
def test_packed_heads_say_what_was_packed(heads) -> None:
    made = tuple(DecisionHead(code, fresh, counts or code != "approve") for code, fresh, counts in heads)
    assert unpack_heads(pack_heads(made)) == made
    # What an older program packed reads as it did.
    assert unpack_heads("approve+ return-") == (DecisionHead("approve", True), DecisionHead("return", False))
    assert registration_state(unpack_heads("approve+"), conflicts=False, errors=False) == "approved"
