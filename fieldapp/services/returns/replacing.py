"""A laptop that is gone is replaced: the same person, invited anew, goes on with the same work.

Everything happens in one transaction, or nothing: a member revoked without anybody to go on would leave work lying.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from fieldapp.domain import roles
from fieldapp.services import changes, office
from fieldapp.services.files import write_bytes_with
from fieldapp.services.membership import SHORTEST_PIN, VALID_MS, find_member
from fieldapp.services.problems import Problem
from fieldapp.services.returns.charges import Charges
from fieldapp.services.session import Session, iso_time
from fieldapp.store import charges, queries
from fieldapp.store.db import Connection
from fieldapp.store.queries import Filter
from sync import exchange
from sync.coverage import numbers_of, without
from sync.invitations import KdfCost
from sync.journal import Journal
from sync.members import Member
from sync.members import invite as write_invitation

_LEASE: Final = "lease"
_HOLDING: Final = ("approved", "frozen")
"""States in which an approval holds a slot."""


def replace(
    session: Session, who: str, *, out: Path, pin: str, reason: str = "", cost: KdfCost | None = None
) -> dict[str, Any]:
    """Revoke the member `who` (an id or a name) and write an invitation for the same person, who goes on with the work.

    The invitation has the same name, role and areas. The member's open registrations are the newcomer's as soon as it
    has joined, and so is whatever is returned of the member's later. Slots of a supervisor that no approval holds move
    with the person. A member who was revoked before may be replaced too. Answers `{"member", "name", "role", "areas",
    "invitation", "file", "slots", "new_office_key", "open", "held": {"entries", "heard_at", "written_at"}, "elsewhere":
    [{"name", "entries"}]}`: `open` registrations pass on; `held` is what is here of the member's work, when its laptop
    was last heard of and when it wrote the latest of it (None where nothing is here); `elsewhere` members of the office
    who hold more of it than is here, which goes to quarantine when it comes.
    Raises Problem: not_allowed, member_not_found, member_ambiguous, replace_self, pin_short, file_not_written.
    """
    session.require_role("admin", who="admin")
    if len(pin.strip()) < SHORTEST_PIN:
        raise Problem("pin_short", details={"least": SHORTEST_PIN})
    member = find_member(session, who)
    if member.id == session.member.id:
        raise Problem("replace_self")
    answer: dict[str, Any] = {"member": member.id, "name": member.name, "role": member.role}
    answer |= {"areas": list(member.scopes), "file": str(out)}

    def write(connection: Connection, journal: Journal, prepare: Callable[[bytes], None]) -> None:
        answer["held"] = _held(journal, member)
        answer["elsewhere"] = _elsewhere(journal, member)
        answer["open"] = len(charges.all_open(connection, Charges(session, connection).of(member.id)))
        if journal.membership.code_of(member.id) != "member_revoked":
            said = journal.revocation_of(member.id, reason.strip() or "laptop diganti")
            journal.append(session.author(), [changes.public(session, journal, "revocation", said)])
            answer["new_office_key"] = member.role in roles.OFFICE_ROLES
            if answer["new_office_key"]:
                office.rotate(session, journal)
        invitation, file = _invited(session, connection, journal, member, pin, cost)
        # Before it counts: one that nobody can claim would hold the work and the slots.
        prepare(file)
        answer["invitation"] = invitation

    answer["new_office_key"] = False
    write_bytes_with(
        out, lambda prepare: session.write(lambda connection, journal: write(connection, journal, prepare))
    )
    office.learn(session)
    invited = str(answer["invitation"])
    answer["slots"] = session.read(lambda connection: _leased(connection, invited))
    return answer


def _invited(
    session: Session, connection: Connection, journal: Journal, member: Member, pin: str, cost: KdfCost | None
) -> tuple[str, bytes]:
    now = session.now_ms()

    def payload(invitation: str) -> bytes:
        _name_successor(session, connection, journal, member, invitation)
        _move_slots(session, connection, journal, member, invitation)
        return exchange.payload_for_newcomer(journal, session.identity, now)

    # The key that was handed on a moment ago is in nobody's vault yet.
    keys = office.identities(session, journal) if member.role in roles.OFFICE_ROLES else ()
    return write_invitation(
        session.member,
        session.identity,
        office.current_programme(session, connection),
        member.role,
        member.name,
        member.scopes,
        now,
        now + VALID_MS,
        pin,
        payload,
        keys,
        cost=cost or KdfCost(),
    )


def _name_successor(
    session: Session, connection: Connection, journal: Journal, member: Member, invitation: str
) -> None:
    """Say in the member's revocation who goes on. A second revocation would cut off what came between the two."""
    record = charges.revocations_of(connection, member.id)[-1]
    fields = {charges.SUCCESSOR: invitation, charges.REPLACED: member.invitation}
    journal.append(session.author(), [changes.public_edit(record, "revocation", fields)])


def _move_slots(session: Session, connection: Connection, journal: Journal, member: Member, invitation: str) -> None:
    """Slots that no approval of the member holds go to the invitation; all leases together stay as many as before."""
    leases = [
        (record, int(fields["slots"]))
        for record, fields in queries.records_of(connection, _LEASE)
        if _is_of(member, fields) and isinstance(fields.get("slots"), int)
    ]
    held = queries.count(connection, Filter(states=_HOLDING, approved_by=member.id))
    moved = []
    for record, slots in leases:
        kept = min(held, slots)
        held -= kept
        if kept < slots:
            moved.append((record, kept, slots - kept))
    free = sum(slots for _, _, slots in moved)
    if not free:
        return
    said = [changes.public_edit(record, _LEASE, {"slots": kept}) for record, kept, _ in moved]
    said.append(changes.public(session, journal, _LEASE, {"invitation": invitation, "slots": free}))
    journal.append(session.author(), said)


def _is_of(member: Member, fields: Mapping[str, Any]) -> bool:
    return fields.get("member") == member.id or (
        fields.get("member") is None and fields.get("invitation") == member.invitation
    )


def _leased(connection: Connection, invitation: str) -> int:
    found = queries.records_of(connection, _LEASE)
    return sum(int(fields["slots"]) for _, fields in found if fields.get("invitation") == invitation)


def _held(journal: Journal, member: Member) -> dict[str, Any]:
    """What is here of a member's work, and when its laptop was last heard of."""
    own = {chain for chain, (author, _) in journal.chains().items() if author == member.id}
    coverage = journal.coverage(own) if own else {}
    peer = journal.peer(member.id)
    written = journal.latest_of(member.id)
    return {
        "entries": sum(last - first + 1 for spans in coverage.values() for first, last in numbers_of(spans)),
        "heard_at": iso_time(peer.at_ms) if peer is not None else None,
        "written_at": iso_time(written) if written is not None else None,
    }


def _elsewhere(journal: Journal, member: Member) -> list[dict[str, Any]]:
    """Members of the office who showed to hold more of a member's work than is here."""
    own = {chain for chain, (author, _) in journal.chains().items() if author == member.id}
    here = {chain: numbers_of(spans) for chain, spans in journal.coverage(own).items()} if own else {}
    found = []
    for other in journal.membership.active():
        if other.role not in roles.OFFICE_ROLES:
            continue
        more = 0
        for chain, spans in journal.known_of(other.id).items():
            if chain in own:
                lacking = without(numbers_of(spans), here.get(chain, ()))
                more += sum(last - first + 1 for first, last in lacking)
        if more:
            found.append({"name": other.name, "entries": more})
    return found
