"""Who belongs to the programme, worked out offline from certificates and revocations in whatever order they came.

The other names of this part of the package are gathered here, so that callers need only this module.
"""

from collections.abc import Callable, Collection, Mapping, Set
from dataclasses import dataclass, field
from typing import Annotated, Final

import msgspec

from sync.certificates import (
    PUBLIC_SCOPE,
    Certificate,
    Founding,
    Member,
    Programme,
    covers,
    is_permit_signed,
    is_root_permit,
    may_grant,
    programme_id,
    read_certificate,
)
from sync.entry import NUMBER_LIMIT, Stored
from sync.errors import NotFound, Untrusted
from sync.invitations import Invitation, KdfCost, claim, found, invite, open_invitation
from sync.keys import Identity, is_recipient, is_signed, member_id, new_age_identity, recipient_of
from sync.office import new_office_key, open_office_key

__all__ = [
    "PUBLIC_SCOPE",
    "REVOCATION",
    "Founding",
    "Identity",
    "Invitation",
    "KdfCost",
    "Member",
    "Membership",
    "Programme",
    "claim",
    "covers",
    "found",
    "invite",
    "is_recipient",
    "is_signed",
    "member_id",
    "new_age_identity",
    "new_office_key",
    "open_invitation",
    "open_office_key",
    "programme_id",
    "recipient_of",
]

REVOCATION: Final = "revocation"
"""Type of the records that revoke a member."""
_ROOT: Final = ""
STRANGERS_LIMIT: Final = 1000
"""How many certificates are kept that do not lead to the root, as far as is known."""
_FREE_HANDS_LIMIT: Final = 4096
"""So that entries of as many scopes as somebody can think of do not fill the memory."""

_Meta = msgspec.Meta
_Hex32 = Annotated[str, _Meta(pattern=r"^[0-9a-f]{32}\Z")]


class _Revocation(msgspec.Struct, frozen=True):
    """The fields of a revocation; others may stand beside them."""

    member: _Hex32
    chains: dict[_Hex32, Annotated[int, _Meta(ge=0, le=NUMBER_LIMIT)]]
    heads: dict[_Hex32, frozenset[_Hex32]] = {}
    segments: dict[_Hex32, frozenset[_Hex32]] = {}
    invitations: frozenset[_Hex32] = frozenset()


Vouched = Callable[[str, frozenset[str], frozenset[str]], Set[str]]
"""(chain, ids of heads, digests of segments) -> ids of all entries that they are known to vouch for."""


def _heads_alone(chain: str, heads: frozenset[str], segments: frozenset[str]) -> Set[str]:
    return heads


@dataclass(frozen=True)
class _Standing:
    """What follows from the sets of certificates and revocations; worked out anew when one of them has grown."""

    members: dict[str, Certificate]
    """Member id -> the certificate that counts, for all whose chain of issuers leads to the root."""
    trusted: tuple[Certificate, ...]
    """All certificates whose chain of issuers leads to the root, issuers before those they invited."""
    depths: dict[str, int]
    """Member id -> issuers between it and the root."""
    holders: dict[str, str]
    """Invitation id -> the member who claimed it first."""
    revocations: dict[str, list[_Revocation]] = field(default_factory=dict)
    """Member id -> the revocations in force against it."""
    entries: set[str] = field(default_factory=set)
    """Ids of the revocation entries in force."""
    vouched: Vouched = _heads_alone

    def why_not(self, member: str) -> str | None:
        """Why nothing that a member writes counts; None when it counts, or when a cut-off decides."""
        certificate = self.members.get(member)
        if certificate is None:
            return "member_unknown"
        invitation = certificate.member.invitation
        if self.holders[invitation] != member:
            return "invitation_used"
        if any(invitation not in r.invitations for r in self.revocations.get(certificate.permit.by, ())):
            return "invitation_revoked"
        return None

    def is_beyond(self, stored: Stored) -> bool:
        """Whether an entry lies beyond a cut-off set for its author, or on a branch that no cut-off leads back to."""
        return any(self._cuts_off(revocation, stored) for revocation in self.revocations.get(stored.entry.au, ()))

    def _cuts_off(self, revocation: _Revocation, stored: Stored) -> bool:
        chain = stored.entry.ch
        if stored.entry.n > revocation.chains.get(chain, 0):
            return True
        heads = revocation.heads.get(chain)
        if heads is None:
            return False
        return stored.id not in self.vouched(chain, heads, revocation.segments.get(chain, frozenset()))


class Membership:
    """The certificates and revocations known here and what follows from them: a pure function of the two sets.

    `programme` is the programme's id, the only thing taken on trust. Members of `admin_roles` issue permits and write
    revocations. `vouched` tells which entries the heads of a cut-off lead back to, as far as the entries are known.
    """

    def __init__(
        self,
        programme: str,
        admin_roles: frozenset[str] = frozenset({"admin"}),
        *,
        vouched: Vouched = _heads_alone,
    ) -> None:
        self.programme = programme
        self._admin_roles = admin_roles
        self._vouched = vouched
        self._certificates: dict[bytes, Certificate] = {}
        self._described: dict[str, Certificate] = {}
        self._is_signed: dict[bytes, bool] = {}
        self._revocations: dict[str, tuple[Stored, _Revocation]] = {}
        self._standing_known: _Standing | None = None
        self._codes: dict[str, str | None] = {}
        self._free_hands: dict[tuple[str, str], Member | None] = {}

    def copy(self) -> "Membership":
        """One that knows the same and may learn more, without telling this one."""
        twin = Membership(self.programme, self._admin_roles, vouched=self._vouched)
        twin._certificates = dict(self._certificates)
        twin._described = dict(self._described)
        twin._is_signed = dict(self._is_signed)
        twin._revocations = dict(self._revocations)
        # What follows from the same sets is the same, and is never changed once it is worked out.
        twin._standing_known = self._standing_known
        return twin

    def add(self, certificate: bytes) -> Member:
        """Take note of a certificate and return the member it describes.

        It may come before its issuer's: the member is trusted only when `member` answers with it. Raises Untrusted:
        certificate_forged, or invitation_foreign when it is of another programme.
        """
        known = self._certificates.get(certificate)
        if known is not None:
            return known.member
        read = read_certificate(certificate, self.programme)
        # Trusted or not, an issuer's id stands for one key; working out who is trusted waits until somebody asks.
        issuer = self._described.get(read.permit.by)
        if (is_root_permit(read.permit) or issuer is not None) and not self._is_signed_by_issuer(read, issuer):
            raise Untrusted("certificate_forged")
        self._certificates[certificate] = read
        self._described.setdefault(read.member.id, read)
        self._standing_known = None
        return read.member

    def knows(self, certificate: bytes) -> bool:
        """Whether this very certificate was added, trusted or not."""
        return certificate in self._certificates

    def keep_few_strangers(self, fresh: Collection[bytes]) -> list[bytes]:
        """Of certificates that were added just now, those to keep; the others are forgotten again.

        One whose issuers are not known yet may become a member's, but anybody can make them by the million.
        """
        trusted = {certificate.member.certificate for certificate in self._standing().trusted}
        room = STRANGERS_LIMIT - (len(self._certificates) - len(trusted) - len([c for c in fresh if c not in trusted]))
        kept = []
        for certificate in fresh:
            if certificate not in trusted:
                room -= 1
                if room < 0:
                    self._forget(certificate)
                    continue
            kept.append(certificate)
        return kept

    def _forget(self, certificate: bytes) -> None:
        described = self._certificates.pop(certificate)
        self._is_signed.pop(certificate, None)
        if self._described.get(described.member.id) is described:
            del self._described[described.member.id]

    def add_revocation(self, stored: Stored) -> bool:
        """Take note of an entry that revokes a member, and say whether it is one; whether it counts is worked out.

        Only entries of kind new in the public scope revoke: a revocation is final, the person is invited anew.
        """
        entry = stored.entry
        if entry.y != REVOCATION or entry.k != "new" or entry.s != PUBLIC_SCOPE:
            return False
        if stored.id not in self._revocations:
            try:
                fields = msgspec.convert(entry.f, _Revocation)
            except ValueError:
                return False
            self._revocations[stored.id] = (stored, fields)
            self._standing_known = None
        return True

    def member(self, member: str) -> Member | None:
        """The member of this id, revoked or not; None while no certificate with a chain to the root is known."""
        certificate = self._standing().members.get(member)
        return certificate.member if certificate else None

    def all(self) -> tuple[Member, ...]:
        """All trusted members, revoked ones too, by id."""
        members = self._standing().members
        return tuple(members[member].member for member in sorted(members))

    def active(self) -> tuple[Member, ...]:
        """The members whose new entries count, by id."""
        return tuple(member for member in self.all() if self.code_of(member.id) is None)

    def certificates(self) -> tuple[bytes, ...]:
        """The certificates of all trusted members, issuers before those they invited; what a peer needs to check us."""
        return tuple(certificate.member.certificate for certificate in self._standing().trusted)

    def code_of(self, member: str) -> str | None:
        """Why a new entry of this member would not count: member_unknown, invitation_used, invitation_revoked,
        member_revoked; None when it would."""
        standing = self._standing()
        return standing.why_not(member) or ("member_revoked" if standing.revocations.get(member) else None)

    def why_not(self, stored: Stored) -> str | None:
        """Why an entry does not count, as far as its author goes; the codes of `code_of`."""
        standing = self._standing()
        author = stored.entry.au
        if author not in self._codes:
            self._codes[author] = standing.why_not(author)
        code = self._codes[author]
        if code is None and author in standing.revocations and standing.is_beyond(stored):
            code = "member_revoked"
        # A revocation in force stays so, even where a junior admin's cut-off would reach it (decision note 0002).
        return None if code is None or stored.id in standing.entries else code

    def free_hand(self, author: str, scope: str) -> Member | None:
        """The author, where everything that it wrote in this scope counts as far as membership goes.

        None when `why_not` has to look at each entry. Remembered, since a merge asks it of every entry.
        """
        if self._standing_known is None:
            self._standing()
        key = author, scope
        try:
            return self._free_hands[key]
        except KeyError:
            standing = self._standing()
            is_free = standing.why_not(author) is None and author not in standing.revocations
            member = standing.members[author].member if is_free else None
            if len(self._free_hands) >= _FREE_HANDS_LIMIT:
                self._free_hands.clear()
            found = self._free_hands[key] = member if member is not None and covers(member.scopes, scope) else None
            return found

    def standings(self) -> dict[str, tuple[object, ...]]:
        """Member id -> a value that is equal before and after a change exactly when its entries count as before."""
        standing = self._standing()
        return {
            member: (certificate.member, standing.why_not(member), standing.revocations.get(member, []))
            for member, certificate in standing.members.items()
        }

    def waits_for(self, author: str, chain: str) -> bool:
        """Whether more of this chain can change which of its entries count: a cut-off names heads that lead to them."""
        return any(chain in revocation.heads for revocation in self._standing().revocations.get(author, ()))

    def reconsider(self) -> None:
        """Work out anew what follows, since more is known of what cut-offs lead back to."""
        self._standing_known = None

    def revocation_of(
        self,
        member: str,
        reason: str,
        chains: Mapping[str, int],
        heads: Mapping[str, Collection[str]] | None = None,
        segments: Mapping[str, Collection[str]] | None = None,
    ) -> dict[str, object]:
        """The fields of the entry that revokes a member.

        `chains` says up to which number the entries of each of its chains still count; in a chain that is not named
        nothing counts. Where `heads` names a chain, only those count that one of its ids leads back to, or that lie in
        one of its `segments` (digests). The invitations that it issued and that were claimed as far as known here stay
        in force, others do not. Raises NotFound member_unknown.
        """
        if self.member(member) is None:
            raise NotFound("member_unknown", member=member)
        issued = {c.member.invitation for c in self._standing().trusted if c.permit.by == member}
        named = {"heads": heads, "segments": segments}
        given = {name: {chain: sorted(ids) for chain, ids in of.items()} for name, of in named.items() if of}
        return {"chains": dict(chains), "invitations": sorted(issued), "member": member, "reason": reason, **given}

    def _standing(self) -> _Standing:
        if self._standing_known is None:
            self._standing_known = self._work_out()
            self._codes = {}
            self._free_hands = {}
        return self._standing_known

    def _is_signed_by_issuer(self, certificate: Certificate, issuer: Certificate | None) -> bool:
        """Whether the permit is signed by the key it names; remembered, for an id stands for one key only."""
        body = certificate.member.certificate
        if body not in self._is_signed:
            if is_root_permit(certificate.permit):
                key = bytes.fromhex(certificate.permit.by)
                self._is_signed[body] = programme_id(key) == self.programme and is_permit_signed(certificate, key)
            elif issuer is not None:
                self._is_signed[body] = is_permit_signed(certificate, issuer.member.sign_key)
        return self._is_signed.get(body, False)

    def _work_out(self) -> _Standing:
        standing = self._trust()
        admins = self._admin_roles

        def seniority(stored: Stored) -> tuple[object, ...]:
            author = stored.entry.au
            member = standing.members[author].member
            return (standing.depths[author], member.joined_ms, author, stored.entry.t, stored.entry.ch, stored.id)

        known = [r for r in self._revocations.values() if r[0].entry.au in standing.members]
        for stored, fields in sorted(known, key=lambda r: seniority(r[0])):
            entry = stored.entry
            role = standing.members[entry.au].member.role
            if role in admins and standing.why_not(entry.au) is None and not standing.is_beyond(stored):
                standing.revocations.setdefault(fields.member, []).append(fields)
                standing.entries.add(stored.id)
        return standing

    def _trust(self) -> _Standing:
        """Follow the permits from the root outwards."""
        issued: dict[str, list[Certificate]] = {}
        for body in sorted(self._certificates):
            certificate = self._certificates[body]
            issued.setdefault(_ROOT if is_root_permit(certificate.permit) else certificate.permit.by, []).append(
                certificate
            )
        trusted: dict[bytes, Certificate] = {}
        depths: dict[str, int] = {}
        frontier = [c for c in issued.get(_ROOT, ()) if self._is_signed_by_issuer(c, None)]
        depth = 0
        while frontier:
            for certificate in frontier:
                trusted[certificate.member.certificate] = certificate
                depths.setdefault(certificate.member.id, depth)
            frontier = [
                child
                for issuer in frontier
                if issuer.member.role in self._admin_roles
                for child in issued.get(issuer.member.id, ())
                if child.member.certificate not in trusted
                and may_grant(issuer.member.scopes, child.member.scopes)
                and self._is_signed_by_issuer(child, issuer)
            ]
            depth += 1
        members: dict[str, Certificate] = {}
        holders: dict[str, str] = {}
        for certificate in sorted(
            trusted.values(), key=lambda c: (c.member.joined_ms, c.member.id, c.member.certificate)
        ):
            members.setdefault(certificate.member.id, certificate)
            holders.setdefault(certificate.member.invitation, certificate.member.id)
        return _Standing(members, tuple(trusted.values()), depths, holders, vouched=self._vouched)
