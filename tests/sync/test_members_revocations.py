"""A revoked member's entries count up to the cut-off; the rest is kept in quarantine, the same on every replica."""

from typing import Any

import pytest

from sync.errors import NotFound
from sync.fold import Rules, fold
from sync.members import Membership, claim, open_invitation


def revoke(office: Any, target: Any, chains: dict[str, int] | None = None, by: Any = None, **over: Any) -> Any:
    """Write the revocation of a member and let the office know of it."""
    pen = by or office.pen(office.founding.identity, "*")
    fields = office.membership.revocation_of(target.id, "laptop hilang", chains or {})
    stored = pen.write(office.record(), "new", fields | over.pop("f", {}), **({"y": "revocation"} | over))
    office.membership.add_revocation(stored)
    return stored


def code(office: Any, stored: Any) -> str | None:
    return office.membership.why_not(stored)


def test_entries_up_to_the_cut_off_count_and_later_ones_do_not(office: Any) -> None:
    identity, member = office.join()
    pen = office.pen(identity)
    written = [pen.write(office.record(), "new", {"a": n}) for n in range(4)]
    assert [code(office, stored) for stored in written] == [None] * 4
    revoke(office, member, {pen.chain: 2})
    assert [code(office, stored) for stored in written] == [None, None, "member_revoked", "member_revoked"]
    assert office.membership.code_of(member.id) == "member_revoked"
    assert office.membership.member(member.id) == member
    assert member not in office.membership.active()


def test_in_a_chain_that_the_revocation_does_not_name_nothing_counts(office: Any) -> None:
    identity, member = office.join()
    revoke(office, member, {"0" * 32: 9})
    assert code(office, office.pen(identity).write(office.record(), "new", {"a": 1})) == "member_revoked"


def test_of_several_revocations_the_strictest_decides(office: Any) -> None:
    identity, member = office.join()
    pen = office.pen(identity)
    written = [pen.write(office.record(), "new", {"a": n}) for n in range(3)]
    revoke(office, member, {pen.chain: 2})
    revoke(office, member, {pen.chain: 1})
    revoke(office, member, {pen.chain: 3})
    assert [code(office, stored) for stored in written] == [None, "member_revoked", "member_revoked"]


def test_a_revocation_may_come_before_the_certificate(office: Any) -> None:
    identity, member = office.join()
    stored = revoke(office, member)
    fresh = Membership(office.founding.programme.id)
    assert fresh.add_revocation(stored)
    fresh.add(member.certificate)
    fresh.add(office.founding.member.certificate)
    assert fresh.code_of(identity.member_id) == "member_revoked"


@pytest.mark.parametrize("role", ["enumerator", "coordinator", "supervisor", "hub"])
def test_only_administrators_revoke(office: Any, role: str) -> None:
    other, _ = office.join(role, ["*"])
    _, member = office.join()
    revoke(office, member, by=office.pen(other, "*"))
    assert office.membership.code_of(member.id) is None


@pytest.mark.parametrize(
    "over",
    [
        {"y": "registration"},
        {"s": "64.71"},
        {"k": "edit"},
        {"f": {"member": "x"}},
        {"f": {"member": None}},
        {"f": {"chains": {"0" * 32: -1}}},
        {"f": {"chains": {"0" * 32: "1"}}},
        {"f": {"chains": {"x": 1}}},
        {"f": {"chains": []}},
        {"f": {"invitations": "x"}},
        {"f": {"invitations": [1]}},
    ],
    ids=str,
)
def test_what_is_not_wholly_a_revocation_revokes_nobody(office: Any, over: dict[str, Any]) -> None:
    _, member = office.join()
    stored = revoke(office, member, **over)
    assert not office.membership.add_revocation(stored)
    assert office.membership.code_of(member.id) is None


def test_who_was_revoked_cannot_revoke_any_more(office: Any) -> None:
    identity, admin = office.join("admin", ["64"])
    _, member = office.join()
    pen = office.pen(identity, "*")
    earlier = revoke(office, office.join()[1], by=pen)
    revoke(office, admin, {pen.chain: 1})
    later = revoke(office, member, by=pen)
    assert office.membership.code_of(member.id) is None
    assert (code(office, earlier), code(office, later)) == (None, "member_revoked")


def test_of_two_administrators_who_revoke_each_other_the_one_nearer_to_the_root_stays(office: Any) -> None:
    identity, junior = office.join("admin", ["*"])
    founder = office.founding.member
    theirs = revoke(office, founder, by=office.pen(identity, "*"), t=(1, 0))
    assert office.membership.code_of(founder.id) == "member_revoked"
    ours = revoke(office, junior)
    assert office.membership.code_of(founder.id) is None
    assert office.membership.code_of(junior.id) == "member_revoked"
    assert (code(office, ours), code(office, theirs)) == (None, "member_revoked")


def test_nearer_to_the_root_comes_before_joining_earlier(office: Any) -> None:
    middle = office.join("admin", ["*"], joined_ms=1_767_225_700_000)
    far, far_member = office.join("admin", ["*"], joined_ms=1_767_225_600_001, issuer=middle)
    near, near_member = office.join("admin", ["*"], joined_ms=1_767_225_800_000)
    revoke(office, near_member, by=office.pen(far, "*"))
    revoke(office, far_member, by=office.pen(near, "*"))
    assert [office.membership.code_of(m.id) for m in (near_member, far_member)] == [None, "member_revoked"]


def test_between_equals_the_one_who_joined_first_stays(office: Any) -> None:
    (one, first), (two, second) = (office.join("admin", ["*"], joined_ms=1_767_225_660_000 + n) for n in range(2))
    revoke(office, first, by=office.pen(two, "*"), t=(1, 0))
    revoke(office, second, by=office.pen(one, "*"), t=(9, 0))
    assert [office.membership.code_of(member.id) for member in (first, second)] == [None, "member_revoked"]


def test_a_revocation_in_force_stays_so_when_a_junior_cuts_it_off_later(office: Any) -> None:
    junior, _ = office.join("admin", ["*"])
    _, member = office.join()
    stored = revoke(office, member)
    other = office.pen(office.founding.identity).write(office.record(), "new", {"a": 1})
    revoke(office, office.founding.member, by=office.pen(junior, "*"))
    assert office.membership.code_of(office.founding.member.id) == "member_revoked"
    assert code(office, other) == "member_revoked"
    assert code(office, stored) is None
    assert office.membership.code_of(member.id) == "member_revoked"


def test_those_whom_a_revoked_administrator_invited_before_stay(office: Any) -> None:
    admin = office.join("admin", ["64"])
    identity, member = office.join(issuer=admin)
    revoke(office, admin[1])
    assert office.membership.code_of(member.id) is None
    assert code(office, office.pen(identity).write(office.record(), "new", {"a": 1})) is None


def test_an_invitation_that_a_revoked_administrator_gave_unseen_does_not_hold(office: Any) -> None:
    admin = office.join("admin", ["64"])
    unclaimed = open_invitation(office.invitation(issuer=admin), "4711")
    stored = revoke(office, admin[1])
    # Claimed and dated before the revocation, as a thief would date it.
    identity, certificate = claim(unclaimed, "d" * 32, 0, office.random)
    member = office.membership.add(certificate)
    assert office.membership.code_of(member.id) == "invitation_revoked"
    assert code(office, office.pen(identity).write(office.record(), "new", {"a": 1})) == "invitation_revoked"
    assert member not in office.membership.active()
    assert stored.entry.f["invitations"] == []


def test_an_administrator_of_a_revoked_invitation_revokes_nobody(office: Any) -> None:
    admin = office.join("admin", ["64"])
    unclaimed = open_invitation(office.invitation("admin", scopes=["64"], issuer=admin), "4711")
    revoke(office, admin[1])
    identity, certificate = claim(unclaimed, "d" * 32, 0, office.random)
    office.membership.add(certificate)
    _, member = office.join()
    revoke(office, member, by=office.pen(identity, "*"))
    assert office.membership.code_of(member.id) is None


def test_who_used_an_invitation_second_revokes_nobody(office: Any) -> None:
    opened = open_invitation(office.invitation("admin", scopes=["*"]), "4711")
    claims = [claim(opened, "d" * 32, opened.expires_ms - later, office.random) for later in (1, 0)]
    for _, certificate in claims:
        office.membership.add(certificate)
    _, member = office.join()
    revoke(office, member, by=office.pen(claims[1][0], "*"))
    assert office.membership.code_of(member.id) is None
    revoke(office, member, by=office.pen(claims[0][0], "*"))
    assert office.membership.code_of(member.id) == "member_revoked"


def test_the_revocation_of_somebody_unknown_cannot_be_prepared(office: Any) -> None:
    with pytest.raises(NotFound, match="member_unknown"):
        office.membership.revocation_of("0" * 32, "-", {})


def test_standings_change_for_exactly_those_whose_entries_count_otherwise(office: Any) -> None:
    _, one = office.join()
    _, two = office.join()
    before = office.membership.standings()
    revoke(office, one, {"0" * 32: 1})
    after = office.membership.standings()
    assert {member for member in after if after[member] != before[member]} == {one.id}
    assert after[two.id] == before[two.id]


def test_late_entries_of_a_revoked_member_are_in_quarantine_and_change_nothing(office: Any, rules: Rules) -> None:
    identity, member = office.join()
    pen, record = office.pen(identity), office.record()
    new = pen.write(record, "new", {"name": "Contoh"})
    late = pen.write(record, "edit", {"name": "Rampas"}, b={"name": [new.id]})
    revocation = revoke(office, member, {pen.chain: 1})
    folded = fold(record, [late, new], rules, office.membership)
    assert folded.values == {"name": "Contoh"}
    assert folded.quarantined == ((late.id, "member_revoked"),)
    assert fold(revocation.entry.r, [revocation], rules, office.membership).values["member"] == member.id
