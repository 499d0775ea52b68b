"""Record ids: of version 7, by time, never the same twice, and naming who begins the record and nobody else."""

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
import replicas
from hypothesis import given
from hypothesis import strategies as st

from sync.fold import Rules
from sync.journal import Change
from sync.randomness import uuid7
from sync.record_id import RecordIds, names

members = st.binary(min_size=16, max_size=16).map(bytes.hex)
VECTORS = json.loads((Path(__file__).parent / "vectors" / "record_ids.json").read_text(encoding="utf-8"))


@given(members, members, st.integers(0, 2**47), st.binary(min_size=2, max_size=2))
def test_a_record_id_is_a_uuid_of_version_7_that_names_its_member_and_nobody_else(
    member: str, other: str, wall_ms: int, noise: bytes
) -> None:
    text = RecordIds().next(member, wall_ms, lambda size: noise[:size])
    parsed = uuid.UUID(text)
    assert str(parsed) == text
    assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
    assert parsed.int >> 80 == wall_ms
    assert names(text, member)
    assert names(text, other) == (member == other)


@given(members, st.integers(0, 127))
def test_with_any_bit_changed_an_id_names_nobody(member: str, bit: int) -> None:
    changed = uuid.UUID(int=uuid.UUID(RecordIds().next(member, 1_767_225_600_000, bytes)).int ^ 1 << bit)
    assert not names(str(changed), member)


@given(members)
def test_an_id_made_without_a_member_names_nobody(member: str) -> None:
    assert not names(uuid7(1_767_225_600_000), member)


@pytest.mark.parametrize("wall_ms", [-5, 0, 1_767_225_600_000, 2**48 - 1, 2**70])
def test_one_giver_never_repeats_an_id_however_many_a_millisecond_asks_for(wall_ms: int) -> None:
    ids = RecordIds()
    made = [ids.next("ab" * 16, wall_ms - step // 5000, lambda size: b"\xff" * size) for step in range(20_000)]
    assert made == sorted(set(made))
    assert all(uuid.UUID(each).version == 7 for each in made[::1000])
    assert all(names(each, "ab" * 16) for each in made[::100])


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_an_id_names_whom_it_always_named(vector: dict[str, Any]) -> None:
    random = bytes.fromhex(vector["random"])
    assert RecordIds().next(vector["member"], vector["wall_ms"], lambda size: random[:size]) == vector["id"]
    assert names(vector["id"], vector["member"])


def test_a_new_record_has_no_id_that_is_here_or_ruled_out(office: Any, rules: Rules) -> None:
    """Two programs on one laptop that draw the same random bits in the same millisecond."""
    (laptop,) = replicas.make_team(office, rules, ["enumerator"])
    one, other = laptop.new_journal(), laptop.new_journal()
    given = {"random": bytes}
    first = one.new_record(laptop.author, **given)
    assert first == other.new_record(laptop.author, **given)
    change = Change(record=first, type="registration", scope="64.71.05.1001", kind="new", fields={"name": "Contoh"})
    with laptop.transaction():
        one.append(laptop.author, [change])
    fresh = laptop.new_journal()
    second = fresh.new_record(laptop.author, **given)
    assert second != first
    third = laptop.new_journal().new_record(laptop.author, is_taken=lambda record: record == second, **given)
    assert third not in (first, second)
    assert all(names(record, laptop.member.id) for record in (first, second, third))
