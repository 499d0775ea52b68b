"""One file and a PIN make a member with no trip back; a wrong PIN, a damaged or hostile file makes none."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.errors import NotAllowed, Untrusted
from sync.invitations import KdfCost
from sync.members import Membership, claim, open_invitation, recipient_of

NOW, DAY_MS = 1_767_225_600_000, 24 * 3600 * 1000
PIN = "4711"


def refusal(file: bytes, pin: str = PIN) -> str:
    with pytest.raises(Untrusted) as caught:
        open_invitation(file, pin)
    return caught.value.code


def with_head(file: bytes, box: bytes | None = None, **over: Any) -> bytes:
    """The file with its head or box changed, and the digest to fit."""
    first, head, _, old_box = file.split(b"\n", 3)
    box = old_box if box is None else box
    changed = json.dumps(json.loads(head) | over, sort_keys=True, separators=(",", ":")).encode()
    front = first + b"\n" + changed + b"\n"
    return front + hashlib.sha256(front + box).hexdigest().encode() + b"\n" + box


def inside(content: bytes, **over: Any) -> bytes:
    """The content of a box with its first line changed."""
    line, _, payload = content.partition(b"\n")
    keys = json.loads(line)
    keys |= over | {"programme": keys["programme"] | over.get("programme", {})}
    return json.dumps(keys, sort_keys=True, separators=(",", ":")).encode() + b"\n" + payload


def test_an_invitation_makes_a_member_who_is_trusted_by_all(office: Any) -> None:
    founding = office.founding
    keys = founding.identity.office_identities
    given = {"payload": lambda invitation: b"\0payload for " + invitation.encode(), "office_identities": keys}
    file = office.invitation("coordinator", "Koordinator Rekaan", ["64.71"], **given)
    opened = open_invitation(file, PIN)
    assert (opened.name, opened.role, opened.scopes) == ("Koordinator Rekaan", "coordinator", ("64.71",))
    payload = b"\0payload for " + opened.id.encode()
    assert (opened.programme, opened.payload, opened.office_identities) == (founding.programme, payload, keys)
    assert opened.expires_ms == NOW + DAY_MS
    identity, certificate = claim(opened, "d" * 32, NOW + 5, office.random)
    member = office.membership.add(certificate)
    assert office.membership.member(identity.member_id) == member
    assert (member.invitation, member.device, member.joined_ms) == (opened.id, "d" * 32, NOW + 5)
    assert identity.office_identities == keys


def test_an_invitation_is_opened_at_the_cost_it_was_made_with(office: Any) -> None:
    assert KdfCost() == (64 * 1024, 3, 1)
    file = office.invitation(cost=KdfCost())
    assert json.loads(file.split(b"\n")[1])["kdf"] == [65536, 3, 1]
    assert open_invitation(file, PIN).role == "enumerator"


@pytest.mark.parametrize("pin", ["4712", "", "47110", "४७११"])
def test_a_wrong_pin_is_said_to_be_wrong(office: Any, pin: str) -> None:
    assert refusal(office.invitation(), pin) == "invitation_pin"


def test_blanks_around_a_pin_do_not_matter(office: Any) -> None:
    assert open_invitation(office.invitation(), " 4711\n").role == "enumerator"


@pytest.mark.parametrize("pin", ["", "471", " 471 "])
def test_a_pin_needs_four_characters(office: Any, pin: str) -> None:
    with pytest.raises(NotAllowed, match="pin_too_short"):
        office.invitation(pin=pin)


def test_nothing_of_the_member_or_programme_is_in_the_clear(office: Any) -> None:
    file = office.invitation(name="Contoh Rekaan", payload=lambda _: b"Contoh Rekaan")
    assert b"Rekaan" not in file
    assert office.founding.programme.id.encode() not in file
    assert set(json.loads(file.split(b"\n")[1])) == {"kdf", "salt"}


def test_every_damaged_byte_is_told_from_a_wrong_pin(office: Any) -> None:
    file = office.invitation()
    for at in range(len(file)):
        changed = bytearray(file)
        changed[at] ^= 1
        assert refusal(bytes(changed)) in ("invitation_damaged", "invitation_version")


@settings(max_examples=40)
@given(st.data())
def test_a_cut_or_lengthened_file_is_damaged(office_of: Callable[[str], Any], data: st.DataObject) -> None:
    file = office_of("cut").invitation()
    cut = data.draw(st.integers(0, len(file) - 1))
    assert refusal(file[:cut]) == "invitation_damaged"
    assert refusal(file + b"\0") == "invitation_damaged"


@given(st.binary(max_size=300))
def test_noise_is_no_invitation(noise: bytes) -> None:
    assert refusal(noise) == "invitation_damaged"
    assert refusal(b"FIELDAPP INVITATION 1\n" + noise) == "invitation_damaged"


def test_a_newer_invitation_says_so(office: Any) -> None:
    assert refusal(office.invitation().replace(b"INVITATION 1", b"INVITATION 2", 1)) == "invitation_version"


@pytest.mark.parametrize(
    "kdf",
    [
        [100 * 2**20, 3, 1],
        [256 * 1024 + 1, 3, 1],
        [65536, 11, 1],
        [65536, 2**31, 1],
        [65536, 3, 5],
        [7, 1, 1],
        [8, 0, 1],
        [8, 1, 0],
        [-8, 1, 1],
        [8, 1],
        "8",
    ],
    ids=str,
)
def test_a_hostile_file_cannot_ask_for_the_whole_machine(office: Any, kdf: Any) -> None:
    assert refusal(with_head(office.invitation(), kdf=kdf)) == "invitation_damaged"


def test_a_head_with_more_in_it_is_refused(office: Any) -> None:
    assert refusal(with_head(office.invitation(), more=1)) == "invitation_damaged"
    assert refusal(with_head(office.invitation(), salt="0")) == "invitation_damaged"


@pytest.mark.parametrize("size", [0, 1, 24, 39])
def test_a_box_too_small_to_hold_anything_is_damaged(office: Any, size: int) -> None:
    assert refusal(with_head(office.invitation(), b"\0" * size)) == "invitation_damaged"


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.replace(b'"office_identities"', b'"office_identity"'),
        lambda c: c.replace(b"enumerator", b"Enumerator"),
        lambda c: c.replace(b'"seed":"', b'"seed":"0'),
        lambda c: c[:-1],
        lambda c: c + b"x",
        lambda c: c.replace(b"\n", b" \n", 1),
        lambda c: b"",
        lambda c: inside(c, seed="0" * 64),
        lambda c: inside(c, office_identities=["AGE-SECRET-KEY-1"]),
        lambda c: inside(c, programme={"office": "age1"}),
        lambda c: inside(c, programme={"recovery": "age1"}),
        lambda c: inside(c, programme={"root": "0" * 64}),
        lambda c: inside(c, programme={"root": "00"}),
        lambda c: inside(c, programme={"root": "x"}),
        lambda c: inside(c, programme={"name": ""}),
    ],
    ids=range(15),
)
def test_what_is_wrong_inside_an_opened_box_is_damage(office: Any, change: Any) -> None:
    from nacl.secret import SecretBox

    from sync.invitations import _key

    file = office.invitation(payload=lambda _: b"\nx")
    _, head, _, box = file.split(b"\n", 3)
    secret = SecretBox(_key(PIN, bytes.fromhex(json.loads(head)["salt"]), KdfCost(8, 1, 1)))
    content = secret.decrypt(box)
    changed = change(content)
    assert changed != content
    assert refusal(with_head(file, bytes(secret.encrypt(changed)))) == "invitation_damaged"
    assert open_invitation(with_head(file, bytes(secret.encrypt(content))), PIN).payload == b"\nx"


def test_an_invitation_cannot_be_claimed_after_it_expired(office: Any) -> None:
    opened = open_invitation(office.invitation(), PIN)
    claim(opened, "d" * 32, opened.expires_ms, office.random)
    with pytest.raises(NotAllowed, match="invitation_expired"):
        claim(opened, "d" * 32, opened.expires_ms + 1, office.random)


def test_a_laptop_whose_clock_is_behind_can_still_join(office: Any) -> None:
    _, certificate = claim(open_invitation(office.invitation(), PIN), "d" * 32, 0, office.random)
    assert office.membership.add(certificate).joined_ms == NOW


def test_every_claim_makes_its_own_keys(office: Any) -> None:
    (first, one), (second, two) = office.join_twice()
    assert first.sign_seed != second.sign_seed
    assert first.age_identity != second.age_identity
    assert recipient_of(second.age_identity) == two.age_recipient != one.age_recipient
    assert one.invitation == two.invitation


@pytest.mark.parametrize(
    "over",
    [
        {"role": "Admin"},
        {"name": ""},
        {"name": "Dua\nbaris"},
        {"scopes": []},
        {"scopes": ["64 71"]},
        {"expires_ms": NOW - 1},
        {"cost": KdfCost(2**20, 1, 1)},
    ],
    ids=str,
)
def test_an_invitation_that_nobody_could_accept_is_not_written(office: Any, over: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^not a|^cost"):
        office.invitation(**over)


def test_a_device_that_is_none_cannot_claim(office: Any) -> None:
    with pytest.raises(ValueError, match="device"):
        claim(open_invitation(office.invitation(), PIN), "laptop", NOW, office.random)


def test_names_and_scopes_are_brought_into_their_one_spelling(office: Any) -> None:
    opened = open_invitation(office.invitation(name=" Rene\u0301e ", scopes=["64.72", "64.71", "64.72"]), PIN)
    assert (opened.name, opened.scopes) == ("Ren\u00e9e", ("64.71", "64.72"))


def test_an_opened_invitation_does_not_show_its_secrets(office: Any) -> None:
    opened = open_invitation(office.invitation(office_identities=office.founding.identity.office_identities), PIN)
    assert "AGE-SECRET" not in repr(opened)
    assert repr(opened.seed) not in repr(opened)


def test_an_invitation_alone_says_nothing_about_who_is_a_member(office: Any) -> None:
    fresh = Membership(office.founding.programme.id)
    _, certificate = claim(open_invitation(office.invitation(), PIN), "d" * 32, NOW, office.random)
    assert fresh.member(fresh.add(certificate).id) is None
