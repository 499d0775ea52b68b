"""What a bundle may meet on its way: each trouble has its own code, and none of them changes anything."""

import hashlib
import io
import json
import random
from dataclasses import replace

import pytest
import replicas
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.bundle import FIRST_LINE, inspect_head, open_bundle, write_bundle
from sync.bundle import seal as seal_bundle
from sync.errors import MESSAGES, SyncError, Untrusted
from sync.keys import Identity, new_age_identity
from sync.payload import SMALL, Payload, pack, unpack
from sync.segment import seal as seal_segment


@pytest.fixture
def pair(office, rules):
    """An enumerator with two registrations, and a coordinator."""
    enumerator, coordinator = replicas.make_team(office, rules, ["enumerator", "coordinator"])
    for _ in range(2):
        enumerator.register()
    return enumerator, coordinator


def code_of(replica, data):
    """The code for which a replica refuses a bundle; its tables must not change."""
    before = replica.connection.total_changes
    with pytest.raises(SyncError) as refusal:
        replica.merge(data)
    assert replica.connection.total_changes == before
    assert refusal.value.code in MESSAGES
    assert refusal.value.message("id")
    assert refusal.value.message("en")
    return refusal.value.code


# -- broken files


def test_a_bundle_cut_anywhere_is_refused_and_nothing_is_applied(pair):
    enumerator, coordinator = pair
    data = enumerator.to_office().data
    codes = {code_of(coordinator, data[:length]) for length in range(1, len(data))}
    assert codes == {"bundle_truncated"}
    assert coordinator.merge(data).merged.new == 2


def test_a_bundle_with_any_one_byte_flipped_is_refused_and_nothing_is_applied(pair):
    enumerator, coordinator = pair
    data = enumerator.to_office().data
    rng = random.Random(5)
    codes = set()
    for place in range(len(data)):
        flipped = bytearray(data)
        flipped[place] ^= 1 << rng.randrange(8)
        codes.add(code_of(coordinator, bytes(flipped)))
    assert {"bundle_damaged", "bundle_forged", "bundle_unknown", "bundle_foreign"} <= codes
    assert coordinator.merge(data).merged.new == 2


@pytest.mark.parametrize("caps", [(), ("links",)], ids=["plain", "links"])
def test_flipped_bytes_inside_a_bundle_never_change_what_an_author_signed(pair, office, caps):
    """The seal is whole, the content is not: the bundle's writer, or its program, is at fault."""
    enumerator, coordinator = pair
    good = enumerator.open_own()
    text = zstandard.decompress(pack(good, links=bool(caps)))
    before = coordinator.rows()
    codes = set()
    for place in range(len(text)):
        flipped = bytearray(text)
        flipped[place] ^= 1 << (place % 8)
        packed = zstandard.compress(bytes(flipped))
        data = replicas.bundle_of(office, enumerator.identity, [], packed=packed, caps=caps)
        try:
            opened = coordinator.open(data)
        except SyncError as refusal:
            codes.add(refusal.code)
        else:
            # Only what the writer of the bundle says of itself can differ: its time, and what it holds.
            assert opened.payload.segments == good.segments
            assert opened.payload.certificates == good.certificates
    assert coordinator.rows() == before
    assert {"bundle_damaged", "segment_forged", "segment_damaged", "member_unknown", "certificate_forged"} <= codes


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"FIELDAP",
        b"halo",
        b"\x89PNG\r\n\x1a\n" + bytes(200),
        random.Random(1).randbytes(5000),
        b"PK\x03\x04" + bytes(100),
    ],
    ids=["empty", "newline", "prefix", "text", "png", "random", "zip"],
)
def test_what_is_no_bundle_is_told_so(pair, data):
    expected = "bundle_truncated" if data == b"FIELDAP" else "bundle_unknown"
    assert code_of(pair[1], data) == expected


def test_something_appended_to_a_bundle_is_damage(pair):
    enumerator, coordinator = pair
    assert code_of(coordinator, enumerator.to_office().data + b"x") == "bundle_damaged"


def test_a_file_is_opened_by_its_path_too(pair, tmp_path):
    enumerator, coordinator = pair
    path = tmp_path / "stik.paket"
    write_bundle(path, enumerator.to_office().data)
    assert coordinator.merge(path).merged.new == 2
    (tmp_path / "other").write_bytes(b"\x89PNG")
    assert code_of(coordinator, str(tmp_path / "other")) == "bundle_unknown"


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_random_bytes_behind_a_true_first_line_raise_nothing_unforeseen(noise):
    with pytest.raises(Untrusted):
        inspect_head(FIRST_LINE + noise)


@settings(max_examples=60)
@given(st.binary(max_size=300), st.booleans(), st.booleans())
def test_a_payload_of_random_bytes_raises_nothing_unforeseen(noise, packed, links):
    with pytest.raises(Untrusted):
        unpack(zstandard.compress(noise) if packed else noise, links=links)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**64) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150)
@given(st.data())
def test_odd_json_in_the_lines_of_a_payload_raises_nothing_unforeseen(data):
    top = {"at": 1, "certs": [], "entries": 0, "have": {}, "known": [], "outside": {}, "segments": 1}
    line = {"au": "a" * 32, "ch": "b" * 32, "first": 1, "head": "c" * 64, "last": 1, "prev": "", "sig": "d" * 128}
    for lines in (top, line):
        for key in data.draw(st.sets(st.sampled_from([*lines, "h", "size", "w", "new"]), max_size=2)):
            lines[key] = data.draw(json_values)
    text = "\n".join(json.dumps(value) for value in (top, line, {})) + "\n"
    with pytest.raises(Untrusted):
        unpack(zstandard.compress(text.encode()), links=data.draw(st.booleans()))


# -- wrong receivers, wrong makers


def test_a_bundle_of_another_programme_is_foreign(pair, office_of, rules):
    (stranger,) = replicas.make_team(office_of("another"), rules, ["enumerator"])
    assert code_of(pair[1], stranger.to_office().data) == "bundle_foreign"


def test_a_bundle_for_somebody_else_is_not_for_us(pair, office, rules):
    enumerator, coordinator = pair
    (other,) = replicas.make_team(office, rules, ["enumerator"])
    coordinator.merge(enumerator.to_office().data)
    assert code_of(other, coordinator.to_member(enumerator).data) == "bundle_not_for_us"
    assert code_of(other, enumerator.to_office().data) == "bundle_not_for_us"


def test_a_bundle_signed_by_another_member_than_it_says_is_forged(pair, office):
    enumerator, coordinator = pair
    other, _ = office.join()
    first, head, _, sealed = enumerator.to_office().data.split(b"\n", 3)
    signed = first + b"\n" + head + b"\n"
    forged = signed + other.sign(signed).hex().encode() + b"\n" + sealed
    assert code_of(coordinator, forged) == "bundle_forged"


def test_a_bundle_by_nobody_of_the_programme_is_refused(pair, office_of, office):
    _enumerator, coordinator = pair
    stranger, _ = office_of("another").join()
    assert code_of(coordinator, replicas.bundle_of(office, stranger, [])) == "member_unknown"


def test_a_segment_by_nobody_of_the_programme_is_refused(pair, office_of, office):
    enumerator, coordinator = pair
    stranger, _ = office_of("another").join()
    segment = replicas.sealed_chain(stranger, office.pen(stranger).write(office.record(), "new", {"name": "Contoh"}))
    assert code_of(coordinator, replicas.bundle_of(office, enumerator.identity, [segment])) == "member_unknown"


def test_a_segment_signed_by_somebody_else_is_forged(pair, office):
    enumerator, coordinator = pair
    other, _ = office.join()
    segment = replicas.sealed_chain(other, office.pen(other).write(office.record(), "new", {"name": "Contoh"}))
    forged = replace(segment, author=enumerator.member.id)
    assert code_of(coordinator, replicas.bundle_of(office, other, [forged])) == "segment_forged"


def test_a_certificate_that_nobody_of_the_programme_issued_is_forged(pair, office, office_of):
    enumerator, coordinator = pair
    _, stranger = office_of("another").join()
    data = replicas.bundle_of(office, enumerator.identity, [], certificates=(stranger.certificate,))
    assert code_of(coordinator, data) == "invitation_foreign"
    broken = enumerator.member.certificate.replace(b"Contoh", b"Cantoh")
    data = replicas.bundle_of(office, enumerator.identity, [], certificates=(broken,))
    assert code_of(coordinator, data) == "certificate_forged"


# -- versions and sizes


def signed_again(replica, change):
    """The replica's bundle with another head, signed as if it had been written so."""
    first, head, _, sealed = replica.to_office().data.split(b"\n", 3)
    fields = change(json.loads(head))
    signed = first + b"\n" + json.dumps(fields, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    return signed + replica.identity.sign(signed).hex().encode() + b"\n" + sealed


def test_a_bundle_of_a_newer_version_asks_for_a_newer_program(pair):
    enumerator, coordinator = pair
    data = enumerator.to_office().data
    assert code_of(coordinator, data.replace(b"BUNDLE 1\n", b"BUNDLE 2\n", 1)) == "bundle_version"


def test_an_unknown_capability_asks_for_a_newer_program_whatever_else_it_changed(pair):
    enumerator, coordinator = pair
    assert code_of(coordinator, signed_again(enumerator, lambda h: h | {"caps": ["lipat"]})) == "bundle_capability"
    assert code_of(coordinator, signed_again(enumerator, lambda h: {"caps": ["lipat"]})) == "bundle_capability"


@pytest.mark.parametrize(
    "change",
    [{"to": []}, {"to": ["semua"]}, {"size": -1}, {"by": None}, {"caps": None}, {"extra": 1}, {"bundle": "Z" * 32}],
)
def test_a_head_that_no_writer_makes_is_damage(pair, change):
    enumerator, coordinator = pair
    assert code_of(coordinator, signed_again(enumerator, lambda head: head | change)) == "bundle_damaged"


def test_a_bundle_that_would_unpack_to_far_more_than_it_is_is_refused(pair, office):
    enumerator, coordinator = pair
    stream = io.BytesIO()
    with zstandard.ZstdCompressor().stream_writer(stream, size=4 * SMALL, closefd=False) as writer:
        for _ in range(4):
            writer.write(bytes(SMALL))
    bomb = stream.getvalue()
    assert len(bomb) < 20_000
    assert code_of(coordinator, replicas.bundle_of(office, enumerator.identity, [], packed=bomb)) == "bundle_too_large"


def test_a_bundle_that_lies_about_what_it_unpacks_to_is_refused(pair, office):
    enumerator, coordinator = pair
    honest = zstandard.compress(bytes(1000))
    unstated = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(4 * SMALL))
    claims = b"\x28\xb5\x2f\xfd\xe0" + (2**60).to_bytes(8, "little") + b"\x01\x00\x00"
    for packed, code in (
        (honest[:-3], "bundle_damaged"),
        (unstated, "bundle_damaged"),
        (claims, "bundle_too_large"),
        (honest + honest, "bundle_damaged"),
        (honest + b"x", "bundle_damaged"),
        (b"\n", "bundle_damaged"),
    ):
        assert code_of(coordinator, replicas.bundle_of(office, enumerator.identity, [], packed=packed)) == code


def test_one_entry_of_a_megabyte_of_blanks_is_odd_but_travels(pair):
    enumerator, coordinator = pair
    enumerator.register(note=" " * 1_000_000)
    assert coordinator.merge(enumerator.to_office().data).merged.new == 3


# -- what is right in itself but does not count


def test_a_replayed_bundle_brings_nothing_and_changes_nothing_but_the_peers_word(pair):
    enumerator, coordinator = pair
    data = enumerator.to_office().data
    assert coordinator.merge(data).merged.new == 2
    before = coordinator.rows()
    for _ in range(2):
        again = coordinator.merge(data)
        assert (again.merged.new, again.merged.known, again.receipt) == (0, 2, None)
        assert again.merged.touched == ()
    assert coordinator.rows() == before


def test_segments_in_any_order_give_the_same(office, rules, pair):
    enumerator, _coordinator = pair
    for _ in range(3):
        enumerator.register()
        enumerator.to_office()
    segments = enumerator.journal.segments_for({}, None)
    assert len(segments) == 3
    dumps = set()
    for order in (segments, segments[::-1], segments[1:] + segments[:1]):
        (receiver,) = replicas.make_team(office, rules, ["supervisor"])
        merged = receiver.merge(replicas.bundle_of(office, enumerator.identity, order), with_receipt=False).merged
        assert (merged.new, merged.missing) == (5, {})
        dumps.add(receiver.dump())
    assert len(dumps) == 1


def quarantined(replica):
    return {held.stored.id: held.code for held in replica.journal.quarantine()}


def test_late_entries_of_a_revoked_member_wait_in_quarantine(pair, office, rules):
    enumerator, coordinator = pair
    (admin,) = replicas.make_team(office, rules, ["admin"])
    coordinator.merge(enumerator.to_office().data)
    admin.merge(coordinator.to_office().data)
    cut = {chain: n for chain, (by, n) in admin.journal.chains().items() if by == enumerator.member.id}
    fields = admin.journal.membership.revocation_of(enumerator.member.id, "laptop hilang", cut)
    admin.change(office.record(), "new", fields, "*", type="revocation")
    coordinator.merge(admin.to_office().data)
    late = enumerator.register()
    merged = coordinator.merge(enumerator.to_office().data).merged
    assert (merged.new, merged.quarantined) == (1, 1)
    assert set(quarantined(coordinator).values()) == {"member_revoked"}
    assert coordinator.journal.record(late).history == ()
    assert len(list(coordinator.journal.records("registration"))) == 2


def test_a_forged_approval_by_an_enumerator_waits_in_quarantine(pair, office):
    enumerator, coordinator = pair
    record = enumerator.register()
    coordinator.merge(enumerator.to_office().data)
    digest = coordinator.journal.record(record).digest
    pen = office.pen(enumerator.identity)
    forged = pen.write(record, "decide", {"code": "approve"}, of=digest)
    data = replicas.bundle_of(office, enumerator.identity, [replicas.sealed_chain(enumerator.identity, forged)])
    merged = coordinator.merge(data).merged
    assert (merged.new, merged.quarantined) == (1, 1)
    assert quarantined(coordinator) == {forged.id: "role_not_allowed"}
    assert coordinator.journal.record(record).decisions == ()
    assert coordinator.shown()[record]["quarantined"] == [[forged.id, "role_not_allowed"]]


def test_an_entry_outside_its_authors_area_waits_in_quarantine(pair, office):
    enumerator, coordinator = pair
    pen = office.pen(enumerator.identity, scope=replicas.OTHER_AREA)
    outside = pen.write(office.record(), "new", {"name": "Contoh"})
    data = replicas.bundle_of(office, enumerator.identity, [replicas.sealed_chain(enumerator.identity, outside)])
    merged = coordinator.merge(data).merged
    assert (merged.new, merged.quarantined) == (1, 1)
    assert quarantined(coordinator) == {outside.id: "outside_scope"}


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"{}", "entry_damaged"), (b'{"v":2}', "entry_version"), (b"x" * (1024 * 1024 + 1), "entry_too_large")],
)
def test_a_signed_body_that_is_no_entry_stops_the_whole_bundle(pair, office, body, code):
    enumerator, coordinator = pair
    good = enumerator.journal.segments_for({}, None)
    bad = seal_segment(enumerator.identity, "a" * 32, 1, "", [body])
    before = coordinator.rows()
    assert code_of_any(coordinator, replicas.bundle_of(office, enumerator.identity, [*good, bad])) == code
    assert coordinator.rows() == before


def code_of_any(replica, data):
    with pytest.raises(SyncError) as refusal:
        replica.merge(data)
    return refusal.value.code


# -- what a bundle tells


def test_nothing_of_a_person_stands_in_a_bundle_or_its_head(pair):
    enumerator, _coordinator = pair
    enumerator.register(name="Rekaan Terselubung", nik="6471055505909001")
    data = enumerator.to_office().data
    for text in (b"Terselubung", b"6471055505909001", replicas.AREA.encode(), b"Contoh", b"enumerator"):
        assert text not in data
    head = inspect_head(data)
    assert (head.to, head.by, head.programme) == (("office",), enumerator.member.id, enumerator.programme.id)
    assert head.size == len(data.split(b"\n", 3)[3])
    assert head.sha256 == hashlib.sha256(data.split(b"\n", 3)[3]).hexdigest()


def test_opening_a_bundle_teaches_the_replica_nothing_yet(pair, office, rules):
    _enumerator, coordinator = pair
    (newcomer,) = replicas.make_team(office, rules, ["enumerator"])
    newcomer.register()
    data = newcomer.to_office().data
    before = coordinator.rows()
    opened = coordinator.open(data)
    assert opened.by == newcomer.member
    assert coordinator.journal.membership.member(newcomer.member.id) is None
    assert coordinator.rows() == before


def test_old_office_keys_open_old_bundles(pair, office):
    enumerator, coordinator = pair
    data = enumerator.to_office().data
    newer = new_age_identity(office.random)
    identity = Identity(
        coordinator.identity.sign_seed,
        coordinator.identity.age_identity,
        (*coordinator.identity.office_identities, newer),
    )
    identities = [identity.age_identity, *reversed(identity.office_identities)]
    assert open_bundle(data, identities, coordinator.journal.membership, coordinator.programme.id)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**40),
    st.lists(st.lists(st.booleans(), min_size=1, max_size=6).filter(any), max_size=4),
    st.integers(0, 2**32),
)
def test_payloads_survive_packing_with_any_bodies_withheld(office_of, at_ms, shapes, seed):
    office = office_of("payloads")
    identity, member = office.founding.identity, office.founding.member
    segments = []
    for shape in shapes:
        pen = office.pen(identity)
        written = [pen.write(office.record(), "new", {"name": f"Contoh {seed}"}) for _ in shape]
        segment = replicas.sealed_chain(identity, *written)
        segments.append(
            replace(segment, bodies=tuple(b if kept else None for b, kept in zip(segment.bodies, shape, strict=True)))
        )
    payload = Payload(at_ms=at_ms, certificates=(member.certificate,), segments=tuple(segments), known=(member.id,))
    assert unpack(pack(payload)) == payload
    assert unpack(pack(payload, links=True), links=True) == payload


def test_a_bundle_larger_than_any_reader_takes_is_not_made(pair, monkeypatch):
    enumerator, _ = pair
    monkeypatch.setattr("sync.bundle.FILE_LIMIT", 100)
    with pytest.raises(SyncError, match="bundle_too_large"):
        seal_bundle(
            enumerator.identity,
            enumerator.programme,
            "a" * 32,
            ("office",),
            [enumerator.programme.office_recipient],
            Payload(at_ms=1),
        )
