"""Entries travel without the hash of the one before them, and nobody can tell from what arrives."""

import json
from dataclasses import replace

import pytest
import replicas
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.bundle import inspect_head
from sync.errors import Untrusted
from sync.exchange import open_any
from sync.payload import Payload, pack, unpack
from sync.segment import seal

ODD = st.sampled_from([',"p":"', ',"p":"",', '","p":"', "p", "0" * 64, "\n", '\\",', ""])


@pytest.fixture
def pair(office, rules):
    enumerator, coordinator = replicas.make_team(office, rules, ["enumerator", "coordinator"])
    for _ in range(3):
        enumerator.register()
    return enumerator, coordinator


def test_bundles_say_that_their_reader_must_put_the_links_back(pair):
    enumerator, coordinator = pair
    data = enumerator.to_office().data
    assert inspect_head(data).caps == ("links",)
    (segment,) = coordinator.open(data).payload.segments
    text = zstandard.decompress(pack(coordinator.open(data).payload, links=True))
    assert segment.count == 3
    assert segment.head.encode() in text
    assert segment.hashes[32:64].hex().encode() not in text


def test_what_needs_no_capability_is_asked_for_none(pair, office):
    enumerator, coordinator = pair
    segments = enumerator.open_own().segments
    data = replicas.bundle_of(office, enumerator.identity, segments)
    assert inspect_head(data).caps == ()
    assert coordinator.merge(data).merged.new == 3


@settings(max_examples=60)
@given(st.lists(st.tuples(ODD, ODD, st.booleans()), min_size=1, max_size=5), st.integers(1, 3))
def test_entries_that_speak_of_links_travel_like_others(office_of, shapes, skip):
    office = office_of("links")
    pen = office.pen(office.founding.identity)
    written = []
    for key, value, _ in [("a", "b", True)] * skip + shapes:
        f = {"p": value, f"{key}p": {"p": "", "of": value, f"k{key}": [value]}}
        written.append(pen.write(office.record(), "new", f))
    whole = replicas.sealed_chain(office.founding.identity, *written[skip:])
    bodies = tuple(body if kept else None for body, (_, _, kept) in zip(whole.bodies, shapes, strict=True))
    payload = Payload(at_ms=1, segments=(replace(whole, bodies=bodies), whole))
    assert unpack(pack(payload, links=True), links=True) == unpack(pack(payload)) == payload


@pytest.mark.parametrize("body", [b"{}", b'{"a":1,"p":"","r":2}', b',"p":"', b"", b'{"n":1,"p":"","r":""}'])
def test_a_body_that_is_no_entry_is_carried_as_it_is(office, body):
    segment = seal(office.founding.identity, "a" * 32, 1, "", [body, b"second"])
    payload = Payload(at_ms=1, segments=(segment,))
    assert unpack(pack(payload, links=True), links=True) == payload


def changed(payload, change):
    """The payload with another line for its segment."""
    top, line, *rest = zstandard.decompress(pack(payload, links=True)).split(b"\n")
    line = json.dumps(change(json.loads(line)), sort_keys=True).encode()
    return zstandard.compress(b"\n".join([top, line, *rest]))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda line: line | {"size": line["size"] - 1}, id="shorter"),
        pytest.param(lambda line: line | {"size": line["size"] + 1}, id="longer"),
        pytest.param(lambda line: line | {"size": 0}, id="none"),
        pytest.param(lambda line: line | {"prev": "a" * 64}, id="another predecessor"),
        pytest.param(lambda line: line | {"last": line["last"] + 1}, id="one more"),
        pytest.param(lambda line: line | {"w": [0]}, id="withheld without a hash"),
        pytest.param(lambda line: line | {"w": [0], "h": "a" * 64}, id="withheld and there"),
        pytest.param(lambda line: line | {"h": "a" * 64}, id="a hash for nothing"),
    ],
)
def test_a_segment_whose_line_is_wrong_about_it_is_damaged(pair, change):
    payload = pair[0].open_own()
    with pytest.raises(Untrusted, match=r"(segment|bundle)_damaged"):
        unpack(changed(payload, change), links=True)


def test_a_payload_read_the_wrong_way_is_damaged(pair):
    payload = pair[0].open_own()
    with pytest.raises(Untrusted, match="segment_damaged"):
        unpack(pack(payload, links=True))
    with pytest.raises(Untrusted, match="damaged"):
        unpack(pack(payload), links=True)


# -- what is here already


def open_to_merge(replica, data):
    return open_any(replica.journal, data, replica.identity, to_merge=True)


def test_a_segment_that_is_here_already_is_told_by_its_signature_and_stays_unread(pair):
    enumerator, coordinator = pair
    data = enumerator.to_office().data
    (fresh,) = open_to_merge(coordinator, data).payload.segments
    coordinator.merge(data)
    (known,) = open_to_merge(coordinator, data).payload.segments
    assert isinstance(fresh.bodies, tuple)
    assert not isinstance(known.bodies, tuple)
    assert (known.count, known.withheld, known.hashes) == (fresh.count, fresh.withheld, fresh.hashes)
    assert tuple(known.bodies) == fresh.bodies


def test_what_a_stick_says_beside_a_known_signature_is_never_believed(pair, office):
    enumerator, coordinator = pair
    data = enumerator.to_office().data
    (segment,) = coordinator.open(data).payload.segments
    other = enumerator.journal.entries_of(enumerator.register())[0].body
    swapped = replace(segment, bodies=(*segment.bodies[:2], other))
    lying = replicas.bundle_of(office, enumerator.identity, [swapped])
    with pytest.raises(Untrusted, match="segment_damaged"):
        coordinator.merge(lying)
    coordinator.merge(data)
    before = coordinator.dump()
    assert coordinator.merge(lying).merged.new == 0
    assert coordinator.dump() == before
    (known,) = open_to_merge(coordinator, lying).payload.segments
    with pytest.raises(Untrusted, match="segment_damaged"):
        tuple(known.bodies)
    with pytest.raises(Untrusted, match="segment_damaged"):
        coordinator.open(lying)


def test_a_known_signature_over_something_else_is_forged(pair, office):
    enumerator, coordinator = pair
    data = enumerator.to_office().data
    coordinator.merge(data)
    (segment,) = coordinator.open(data).payload.segments
    other, _ = office.join()
    for change in ({"author": coordinator.member.id}, {"author": other.member_id}):
        lying = replicas.bundle_of(office, enumerator.identity, [replace(segment, **change)])
        with pytest.raises(Untrusted, match="segment_forged"):
            coordinator.merge(lying)


def test_what_was_known_when_it_was_opened_and_is_gone_when_it_is_merged_comes_back(pair):
    enumerator, coordinator = pair
    data = enumerator.to_office().data
    coordinator.connection.execute("BEGIN IMMEDIATE")
    coordinator.journal.merge(coordinator.open(data))
    opened = open_to_merge(coordinator, data)
    assert not isinstance(opened.payload.segments[0].bodies, tuple)
    coordinator.connection.execute("ROLLBACK")
    with coordinator.transaction():
        merged = coordinator.journal.merge(opened)
    assert (merged.new, merged.known) == (3, 0)
    assert coordinator.dump()


def test_a_known_segment_of_which_an_entry_is_missing_here_is_read(office, rules):
    """A laptop of one area knows the signature, and not yet the entry that was withheld from it."""
    enumerator, coordinator = replicas.make_team(
        office, rules, [f"enumerator:{replicas.AREA}+{replicas.OTHER_AREA}", "coordinator"]
    )
    (narrow,) = replicas.make_team(office, rules, ["enumerator"])
    enumerator.register()
    enumerator.register(replicas.OTHER_AREA)
    whole = enumerator.to_office().data
    coordinator.merge(whole)
    coordinator.journal.add_certificate(narrow.member.certificate)
    narrow.merge(coordinator.to_member(narrow).data)
    (partly,) = (s for s in narrow.journal.segments_for({}, None) if s.author == enumerator.member.id)
    assert partly.withheld == (1,)
    again = replicas.bundle_of(office, enumerator.identity, [partly])
    full = replicas.bundle_of(office, enumerator.identity, coordinator.open(whole).payload.segments)
    reader = replicas.make_team(office, rules, ["coordinator"])[0]
    assert reader.merge(again).merged.new == 1
    assert not isinstance(open_to_merge(reader, again).payload.segments[0].bodies, tuple)
    assert isinstance(open_to_merge(reader, full).payload.segments[0].bodies, tuple)
    merged = reader.merge(full).merged
    assert (merged.new, merged.known) == (1, 1)
