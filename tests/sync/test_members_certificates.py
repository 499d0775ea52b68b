"""Who is a member is proved offline from the programme's id; nothing else is believed, in whatever order it comes."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.certificates import Claim, Permit, is_name, sign_permit, write_certificate
from sync.errors import NotAllowed, Untrusted
from sync.keys import is_signed, public_key_of
from sync.members import Founding, Identity, Membership, covers, found, new_office_key, open_office_key, recipient_of

NOW = 1_767_225_600_000


def refusal(membership: Membership, certificate: bytes) -> str:
    with pytest.raises(Untrusted) as caught:
        membership.add(certificate)
    return caught.value.code


class Mint:
    """Makes certificates freely, as a forger would who knows the format."""

    def __init__(self, founding: Founding) -> None:
        self.invitation, self.own = b"i" * 32, b"o" * 32
        self.issuer_seed, self.founding = founding.identity.sign_seed, founding
        self.permit = Permit(
            by=founding.member.id,
            expires=NOW + 1000,
            issued=NOW,
            key=public_key_of(self.invitation).hex(),
            name="Contoh Rekaan",
            programme=founding.programme.id,
            role="enumerator",
            scopes=("64.71",),
        )
        age = recipient_of(founding.identity.age_identity)
        self.claim = Claim(age=age, device="d" * 32, joined=NOW, key=public_key_of(self.own).hex())

    def certificate(self, permit: dict[str, Any] | None = None, claim: dict[str, Any] | None = None) -> bytes:
        given_permit = Permit(**({f: getattr(self.permit, f) for f in Permit.__struct_fields__} | (permit or {})))
        given_claim = Claim(**({f: getattr(self.claim, f) for f in Claim.__struct_fields__} | (claim or {})))
        signature = sign_permit(given_permit, self.issuer_seed)
        return write_certificate(given_permit, signature, given_claim, self.invitation, self.own)


@pytest.fixture
def mint(office: Any) -> Mint:
    return Mint(office.founding)


def test_the_founder_is_proved_by_the_programmes_id_alone(office: Any) -> None:
    founding = office.founding
    membership = Membership(founding.programme.id)
    assert membership.add(founding.member.certificate) == founding.member
    assert membership.member(founding.identity.member_id) == founding.member
    assert (founding.member.role, founding.member.scopes) == ("admin", ("*",))
    assert membership.code_of(founding.member.id) is None


def test_a_member_is_what_the_permit_says_and_has_the_keys_of_the_claim(office: Any) -> None:
    identity, member = office.join("coordinator", ["64.71.05", "64.71.01"], name="Koordinator Rekaan")
    assert (member.name, member.role, member.scopes) == ("Koordinator Rekaan", "coordinator", ("64.71.01", "64.71.05"))
    assert (member.id, member.sign_key) == (identity.member_id, identity.sign_key)
    assert member.age_recipient == recipient_of(identity.age_identity)
    assert is_signed(member.sign_key, b"x", identity.sign(b"x"))
    assert office.membership.all() == tuple(sorted([office.founding.member, member], key=lambda m: m.id))


def test_what_the_mint_makes_is_accepted_when_nothing_in_it_is_wrong(office: Any, mint: Mint) -> None:
    member = office.membership.add(mint.certificate())
    assert office.membership.member(member.id) == member


def test_a_certificate_may_come_before_its_issuers(office: Any) -> None:
    admin, admin_member = office.join("admin", ["64"])
    _, member = office.join(issuer=(admin, admin_member))
    late = Membership(office.founding.programme.id)
    assert late.add(member.certificate) == member
    assert late.member(member.id) is None
    assert late.code_of(member.id) == "member_unknown"
    late.add(admin_member.certificate)
    assert late.all() == ()
    assert late.certificates() == ()
    late.add(office.founding.member.certificate)
    assert late.member(member.id) == member
    assert late.certificates() == tuple(m.certificate for m in (office.founding.member, admin_member, member))


def test_the_order_in_which_certificates_and_revocations_come_changes_nothing(office_of: Callable[[str], Any]) -> None:
    office = office_of("order")
    admin = office.join("admin", ["64"])
    second = office.join("admin", ["64.71"], issuer=admin)
    fields = [office.join(issuer=second) for _ in range(2)]
    office.join_twice()
    membership = office.membership
    boss, pen = office.pen(office.founding.identity, "*"), office.pen(second[0], "*")
    revocations = [
        boss.write(office.record(), "new", membership.revocation_of(admin[1].id, "-", {}), y="revocation"),
        pen.write(office.record(), "new", membership.revocation_of(fields[0][1].id, "-", {}), y="revocation"),
        pen.write(office.record(), "new", membership.revocation_of(admin[1].id, "-", {"0" * 32: 3}), y="revocation"),
    ]
    known = [*membership.certificates(), *revocations]

    @settings(max_examples=40)
    @given(st.permutations(known), st.booleans())
    def check(order: list[Any], ask: bool) -> None:
        fresh = Membership(office.founding.programme.id)
        for item in order:
            fresh.add(item) if isinstance(item, bytes) else fresh.add_revocation(item)
            if ask:
                fresh.all()
        assert outcome(fresh) == expected

    def outcome(some: Membership) -> Any:
        codes = [some.code_of(member.id) for member in some.all()]
        return some.all(), some.certificates(), some.standings(), codes, [some.why_not(r) for r in revocations]

    for revocation in revocations:
        membership.add_revocation(revocation)
    expected = outcome(membership)
    assert {None, "member_revoked", "invitation_used"} <= set(expected[3])
    check()


def test_every_changed_byte_of_a_certificate_is_refused(office: Any) -> None:
    _, member = office.join()
    fresh = Membership(office.founding.programme.id)
    fresh.add(office.founding.member.certificate)
    for at in range(len(member.certificate)):
        changed = bytearray(member.certificate)
        changed[at] ^= 1
        assert refusal(fresh, bytes(changed)) in ("certificate_forged", "invitation_foreign")
    assert fresh.all() == (office.founding.member,)


@pytest.mark.parametrize(
    "permit",
    [
        {"role": "Admin"},
        {"role": ""},
        {"name": ""},
        {"name": " Contoh"},
        {"name": "Contoh\nRekaan"},
        {"name": "\u202eContoh"},
        {"name": "e\u0301"},
        {"name": "a" * 201},
        {"scopes": ()},
        {"scopes": ("64.71", "64.71")},
        {"scopes": ("64.72", "64.71")},
        {"scopes": ("64.71 ",)},
        {"scopes": ("64.71\n",)},
        {"scopes": tuple(f"64.{number:04d}" for number in range(501))},
        {"issued": NOW + 1},
        {"expires": NOW - 1},
        {"issued": -1},
        {"by": "0" * 31},
        {"by": "a" * 64},
        {"programme": "A" * 32},
        {"key": public_key_of(b"z" * 32).hex()},
        {"key": "00" * 32},
    ],
    ids=str,
)
def test_a_permit_with_something_wrong_in_it_is_refused(office: Any, mint: Mint, permit: dict[str, Any]) -> None:
    assert refusal(office.membership, mint.certificate(permit=permit)) == "certificate_forged"


@pytest.mark.parametrize(
    "claim",
    [
        {"age": "age1x"},
        {"age": ""},
        {"device": "d" * 31},
        {"device": "D" * 32},
        {"device": "d" * 32 + "\n"},
        {"joined": NOW - 1},
        {"joined": NOW + 1001},
        {"key": public_key_of(b"z" * 32).hex()},
        {"key": "00" * 32},
        {"key": "01" + "00" * 31},
    ],
    ids=str,
)
def test_a_claim_with_something_wrong_in_it_is_refused(office: Any, mint: Mint, claim: dict[str, Any]) -> None:
    assert refusal(office.membership, mint.certificate(claim=claim)) == "certificate_forged"


def test_another_spelling_of_a_certificate_is_refused(office: Any, mint: Mint) -> None:
    certificate = mint.certificate()
    reordered = json.dumps(dict(reversed(json.loads(certificate).items())), separators=(",", ":")).encode()
    for changed in (
        certificate + b"\n",
        certificate.replace(b'"permit":', b'"permit": '),
        reordered,
        b"",
        b"[]",
        b"{" * 9999,
    ):
        assert refusal(office.membership, changed) == "certificate_forged"
    assert refusal(office.membership, certificate.replace(b"Contoh", b"C" * 70_000)) == "certificate_forged"


def test_nobody_joins_under_the_key_of_somebody_else(office: Any, mint: Mint) -> None:
    stolen = office.founding.member.sign_key.hex()
    assert refusal(office.membership, mint.certificate(claim={"key": stolen})) == "certificate_forged"
    assert office.membership.member(office.founding.member.id).role == "admin"


def test_a_claim_cannot_be_moved_to_another_permit_of_its_invitation(office: Any, mint: Mint) -> None:
    weak, strong = json.loads(mint.certificate()), json.loads(mint.certificate(permit={"role": "admin"}))
    weak |= {"permit": strong["permit"], "permit_signature": strong["permit_signature"]}
    moved = json.dumps(weak, sort_keys=True, separators=(",", ":")).encode()
    assert refusal(office.membership, moved) == "certificate_forged"


def test_a_permit_that_the_named_issuer_did_not_sign_is_refused(office: Any, mint: Mint) -> None:
    mint.issuer_seed = b"z" * 32
    assert refusal(office.membership, mint.certificate()) == "certificate_forged"


def test_a_permit_its_issuer_did_not_sign_is_never_trusted_even_when_it_came_first(office: Any, mint: Mint) -> None:
    mint.issuer_seed = b"z" * 32
    fresh = Membership(office.founding.programme.id)
    member = fresh.add(mint.certificate())
    fresh.add(office.founding.member.certificate)
    assert fresh.member(member.id) is None


def test_a_root_key_of_somebody_else_founds_nothing_here(
    office: Any, office_of: Callable[[str], Any], mint: Mint
) -> None:
    other = office_of("another").founding
    mint.issuer_seed = other.root_seed
    own_root = {"by": other.programme.root_key, "scopes": ("*",), "role": "admin"}
    assert refusal(office.membership, mint.certificate(permit=own_root)) == "certificate_forged"
    assert refusal(office.membership, other.member.certificate) == "invitation_foreign"


def test_only_administrators_make_members(office: Any, mint: Mint) -> None:
    supervisor, member = office.join("supervisor", ["*"])
    mint.issuer_seed = supervisor.sign_seed
    made = office.membership.add(mint.certificate(permit={"by": member.id}))
    assert office.membership.member(made.id) is None
    assert made.certificate not in office.membership.certificates()


@pytest.mark.parametrize("scopes", [("*",), ("64.72",), ("64.7",), ("64",), ("64.71", "64.72"), ("64.710",)])
def test_an_administrator_gives_away_only_what_it_has(office: Any, mint: Mint, scopes: tuple[str, ...]) -> None:
    admin, member = office.join("admin", ["64.71"])
    mint.issuer_seed = admin.sign_seed
    made = office.membership.add(mint.certificate(permit={"by": member.id, "scopes": scopes}))
    assert office.membership.member(made.id) is None
    with pytest.raises(NotAllowed, match="outside_scope"):
        office.invitation(scopes=scopes, issuer=(admin, member))
    assert office.membership.add(mint.certificate(permit={"by": member.id, "scopes": ("64.71.01",)})) is not None
    assert len(office.membership.all()) == 3


def test_the_earlier_of_two_claims_of_one_invitation_holds(office: Any) -> None:
    (first, _), (second, second_member) = office.join_twice()
    assert office.membership.code_of(first.member_id) is None
    assert office.membership.code_of(second.member_id) == "invitation_used"
    assert office.membership.member(second.member_id) == second_member
    assert second_member not in office.membership.active()
    late = office.pen(second).write(office.record(), "new", {"a": 1})
    assert office.membership.why_not(late) == "invitation_used"


def test_an_earlier_claim_that_comes_late_takes_the_invitation_back(office: Any, mint: Mint) -> None:
    later = office.membership.add(mint.certificate(claim={"joined": NOW + 2}))
    entry = office.pen(Identity(mint.own, office.founding.identity.age_identity)).write(
        office.record(), "new", {"a": 1}
    )
    assert office.membership.why_not(entry) is None
    mint.own = b"p" * 32
    earlier = office.membership.add(mint.certificate(claim={"joined": NOW + 1, "key": public_key_of(mint.own).hex()}))
    assert office.membership.why_not(entry) == "invitation_used"
    assert office.membership.active() == tuple(sorted([office.founding.member, earlier], key=lambda m: m.id))
    assert later in office.membership.all()


def test_of_two_claims_at_one_moment_the_smaller_id_holds(office: Any, mint: Mint) -> None:
    members = []
    for seed in (b"1" * 32, b"2" * 32, b"3" * 32):
        mint.own = seed
        members.append(office.membership.add(mint.certificate(claim={"key": public_key_of(seed).hex()})))
    holding = [member for member in members if office.membership.code_of(member.id) is None]
    assert holding == [min(members, key=lambda member: member.id)]


def test_a_key_that_joins_twice_is_what_it_was_first(office: Any, mint: Mint) -> None:
    first = office.membership.add(mint.certificate(permit={"expires": NOW + 9000}))
    mint.invitation = b"j" * 32
    again = {"key": public_key_of(mint.invitation).hex(), "role": "supervisor", "expires": NOW + 9000}
    second = office.membership.add(mint.certificate(permit=again, claim={"joined": NOW + 5000}))
    assert second.id == first.id
    assert office.membership.member(first.id) == first


def test_a_public_scope_is_for_everybody_and_a_wide_one_for_all_below() -> None:
    assert covers(("64.71",), "*")
    assert covers(("*",), "99.99")
    assert covers(("64.71.05", "64.71.01"), "64.71.01.1002")
    assert not covers(("64.71.05",), "64.71")
    assert not covers(("64.71.05",), "64.71.051")
    assert not covers((), "64")


def test_an_identity_does_not_show_its_secrets(office: Any) -> None:
    founding = office.founding
    shown = repr(founding.identity) + repr(Identity(b"s" * 32, founding.identity.age_identity, ("x",)))
    assert founding.identity.sign_seed.hex() not in shown
    assert "AGE-SECRET-KEY" not in repr(founding)
    assert repr(founding.root_seed) not in repr(founding)
    assert "Rekaan" not in repr(founding.member)


@pytest.mark.parametrize("name", ["", "  ", "a" * 201, "Dua\nbaris", "\u2066Balik"])
def test_a_programme_and_a_founder_need_names_that_can_be_shown(name: str) -> None:
    assert not is_name(name)
    with pytest.raises(ValueError, match="not a name"):
        found(name, "Pendiri Rekaan", "admin", "d" * 32, NOW)
    with pytest.raises(ValueError, match="not a name"):
        found("Program Rekaan", name, "admin", "d" * 32, NOW)


def test_a_new_office_key_reaches_the_members_it_is_sealed_to_and_nobody_else(office: Any) -> None:
    (one, one_member), (two, two_member), (out, _) = (office.join("supervisor") for _ in range(3))
    identity, fields = new_office_key([one_member, two_member], office.random)
    assert recipient_of(identity) == fields["recipient"]
    assert open_office_key(fields, one) == open_office_key(fields, two) == identity
    assert open_office_key(fields, out) is None
    assert office.pen(office.founding.identity).write(office.record(), "new", fields, y="office_key", s="*")


def test_a_damaged_office_key_is_none(office: Any) -> None:
    one, member = office.join("supervisor")
    _, fields = new_office_key([member], office.random)
    _, other = new_office_key([member], office.random)
    sealed: Any = fields["sealed"]
    for broken in (
        {},
        {"recipient": fields["recipient"], "sealed": []},
        {"recipient": fields["recipient"], "sealed": {one.member_id: 7}},
        {"recipient": fields["recipient"], "sealed": {one.member_id: "?"}},
        {"recipient": fields["recipient"], "sealed": {one.member_id: sealed[one.member_id][:-8]}},
        {"recipient": "age1", "sealed": sealed},
        {"recipient": other["recipient"], "sealed": sealed},
    ):
        assert open_office_key(broken, one) is None


def test_a_member_of_another_programme_is_unknown(office: Any, office_of: Callable[[str], Any]) -> None:
    other = office_of("another")
    stray = other.pen(other.founding.identity).write(office.record(), "new", {"a": 1})
    assert office.membership.why_not(stray) == "member_unknown"
    assert replace(other.founding.member) not in office.membership.all()
