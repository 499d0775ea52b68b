"""A segment: one signature over consecutive entries, with or without their bytes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.entry import entry_hash
from sync.errors import Untrusted
from sync.segment import MAX_ENTRIES, Segment, check_bodies, check_signature, read_entries, seal, signed_bytes

ID = "0123456789abcdef" * 2


@pytest.fixture
def sealed(office):
    identity, member = office.join()
    pen = office.pen(identity)
    written = [pen.write(office.record(), "new", {"name": f"Contoh {n}"}) for n in range(4)]
    return seal(identity, pen.chain, 1, "", [s.body for s in written]), member, written, identity


def test_a_sealed_segment_checks_and_gives_back_its_entries(sealed):
    segment, member, written, _ = sealed
    check_signature(segment, member.sign_key)
    check_bodies(segment)
    assert [stored for _, stored in read_entries(segment)] == written
    assert [offset for offset, _ in read_entries(segment, [1, 3])] == [1, 3]
    assert [id_.hex() for id_ in segment.ids()] == [stored.id for stored in written]
    assert segment.head == entry_hash(written[-1].body).hex()


def test_withheld_bodies_leave_the_signature_whole(sealed):
    segment, member, written, _ = sealed
    partly = replace(segment, bodies=(None, segment.bodies[1], None, segment.bodies[3]))
    check_signature(partly, member.sign_key)
    check_bodies(partly)
    assert partly.withheld == (0, 2)
    assert read_entries(partly) == [(1, written[1]), (3, written[3])]


@pytest.mark.parametrize(
    "change",
    [
        {"ch": "f" * 32},
        {"first": 2, "last": 5, "prev": "a" * 64},
        {"hashes": bytes(128)},
        {"signature": bytes(64)},
    ],
)
def test_a_changed_segment_is_forged(sealed, change):
    segment, member, _, _ = sealed
    with pytest.raises(Untrusted, match="segment_forged"):
        check_signature(replace(segment, **change), member.sign_key)


def test_a_segment_signed_by_somebody_else_is_forged(sealed, office):
    segment, _, _, _ = sealed
    _, other = office.join()
    with pytest.raises(Untrusted, match="segment_forged"):
        check_signature(segment, other.sign_key)


@pytest.mark.parametrize(
    "change",
    [
        {"author": "x" * 32},
        {"ch": "short"},
        {"first": 0},
        {"first": 1, "last": 2**32},
        {"last": 3},
        {"prev": "a" * 64},
        {"first": 2, "last": 5},
        {"bodies": (b"",)},
        {"signature": b"short"},
    ],
)
def test_a_shape_that_no_writer_makes_is_damaged(sealed, change):
    segment, member, _, _ = sealed
    with pytest.raises(Untrusted, match="segment_damaged"):
        check_signature(replace(segment, **change), member.sign_key)


def test_a_body_that_is_not_the_listed_one_is_damaged(sealed):
    segment, _, written, _ = sealed
    swapped = replace(segment, bodies=(written[1].body, written[0].body, *segment.bodies[2:]))
    with pytest.raises(Untrusted, match="segment_damaged"):
        check_bodies(swapped)


def test_entries_that_do_not_follow_each_other_are_damaged_even_under_a_good_signature(office):
    identity, member = office.join()
    pen, other = office.pen(identity), office.pen(identity)
    one, two, three = (pen.write(office.record(), "new", {"name": "Contoh"}) for _ in range(3))
    strange = other.write(office.record(), "new", {"name": "Contoh"})
    for first, prev, bodies in (
        (1, "", [one.body, three.body]),
        (1, "", [strange.body, two.body]),
        (2, "b" * 64, [two.body]),
        (1, "", [two.body]),
    ):
        segment = seal(identity, pen.chain, first, prev, bodies)
        check_signature(segment, member.sign_key)
        with pytest.raises(Untrusted, match="segment_damaged"):
            read_entries(segment)


def test_entries_of_another_author_are_damaged_even_under_a_good_signature(office, sealed):
    _, _, written, _ = sealed
    identity, member = office.join()
    stolen = seal(identity, written[0].entry.ch, 1, "", [s.body for s in written])
    check_signature(stolen, member.sign_key)
    with pytest.raises(Untrusted, match="segment_damaged"):
        read_entries(stolen)


def test_a_signed_body_that_is_no_entry_is_damaged(office):
    identity, _ = office.join()
    with pytest.raises(Untrusted, match="entry_damaged"):
        read_entries(seal(identity, "a" * 32, 1, "", [b"{}"]))


@pytest.mark.parametrize("count", [0, MAX_ENTRIES + 1])
def test_a_segment_holds_one_to_five_hundred_entries(office, count):
    identity, _ = office.join()
    with pytest.raises(ValueError, match="1 to 500"):
        seal(identity, "a" * 32, 1, "", [b"{}"] * count)


shape = st.tuples(
    st.sampled_from([ID, ID[::-1]]),
    st.sampled_from([ID, ID[::-1]]),
    st.integers(1, 2**32 - 1),
    st.integers(1, 3),
    st.sampled_from(["", "1" * 64, "2" * 64]),
)


@given(shape, shape)
def test_two_different_segments_never_sign_the_same_bytes(one, other):
    def signed(author, ch, first, count, prev):
        return signed_bytes(Segment(author, ch, first, first + count - 1, prev, b"h" * 32 * count, b"", ()))

    assert (signed(*one) == signed(*other)) == (one == other)
