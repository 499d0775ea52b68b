"""Who belongs: inviting, joining with one file and a PIN, revoking, and giving a forgotten passphrase back."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from fieldapp.domain import quota, region, roles
from fieldapp.services import changes, office
from fieldapp.services.files import read_bytes, write_bytes, write_bytes_with
from fieldapp.services.problems import Problem, translated
from fieldapp.services.session import (
    Session,
    check_passphrase,
    iso_time,
    journal_of,
    settings_of,
    start_store,
)
from fieldapp.store import local, queries
from fieldapp.store.db import Connection
from fieldapp.store.vault import Cost, Secrets, Vault
from sync import exchange
from sync.clock import system_wall_ms
from sync.errors import NotAllowed
from sync.invitations import KdfCost
from sync.journal import Journal
from sync.members import Member, claim, open_invitation
from sync.members import invite as write_invitation
from sync.randomness import token

SHORTEST_PIN: Final = 4
#: An invitation is used within days; a month leaves room for a laptop that has to be fetched from a repair shop.
VALID_MS: Final = 30 * 24 * 3600 * 1000
_STATES: Final = {None: "active", "member_revoked": "revoked"}


def invite(
    session: Session,
    *,
    role: str,
    name: str,
    areas: Sequence[str],
    out: Path,
    pin: str,
    slots: int | None = None,
    cost: KdfCost | None = None,
) -> dict[str, Any]:
    """Write an invitation file for one person.

    A supervisor's carries a first lease of `slots` approvals (default: all that nobody holds yet). Raises Problem:
    not_allowed, role_unknown, area_unknown, area_needed, pin_short, slots_exceeded, member_name, file_not_written.
    """
    session.require_role("admin", who="admin")
    if role not in roles.ROLES:
        raise Problem("role_unknown", details={"role": role})
    scopes = _scopes(role, areas)
    if len(pin.strip()) < SHORTEST_PIN:
        raise Problem("pin_short", details={"least": SHORTEST_PIN})
    if not name.strip():
        raise Problem("member_name")
    office_role = role in roles.OFFICE_ROLES
    now = session.now_ms()
    made: dict[str, Any] = {}

    def write(connection: Connection, journal: Journal, prepare: Callable[[bytes], None]) -> None:
        leased = _slots(session, connection, role, slots)

        def payload(invitation: str) -> bytes:
            if leased:
                _append_lease(session, journal, invitation, leased)
            return exchange.payload_for_newcomer(journal, session.identity, now)

        invitation, file = write_invitation(
            session.member,
            session.identity,
            office.current_programme(session, connection),
            role,
            name.strip(),
            scopes,
            now,
            now + VALID_MS,
            pin,
            payload,
            session.identity.office_identities if office_role else (),
            cost=cost or KdfCost(),
        )
        # Before the lease counts: one that nobody can claim would take its slots from everybody else.
        prepare(file)
        made.update(invitation=invitation, slots=leased)

    try:
        write_bytes_with(
            out,
            lambda prepare: session.write(lambda connection, journal: write(connection, journal, prepare)),
        )
    except ValueError:
        raise Problem("member_name") from None
    return {
        "invitation": made["invitation"],
        "role": role,
        "name": name.strip(),
        "areas": list(scopes),
        "slots": made["slots"],
        "file": str(out),
    }


def join(
    home: Path,
    file: Path,
    pin: str,
    passphrase: str,
    *,
    host: Session | None = None,
    cost: Cost | None = None,
    wall_ms: Callable[[], int] = system_wall_ms,
) -> Session:
    """Become a member on this laptop, offline: the laptop makes its own keys and learns the settings from the file.

    A further member of a laptop joins while `host`, a session of somebody who is already there, is open; that session
    stays open. Raises Problem: invitation_* codes (invitation_used too when somebody of this laptop, or whom it knows,
    joined by it), store_exists, invitation_foreign, passphrase_short.
    """
    check_passphrase(passphrase)
    with translated():
        invitation = open_invitation(read_bytes(file), pin)
        if host is not None and host.programme.id != invitation.programme.id:
            raise Problem("programme_differs")
        if host is None and Vault(home).exists:
            raise Problem("store_exists")
        if host is not None and _has_joined_by(host, invitation.id):
            raise NotAllowed("invitation_used")
        device = host.device if host is not None else token()
        identity, certificate = claim(invitation, device, wall_ms(), os.urandom)
    secrets = Secrets(
        member_id=identity.member_id,
        db_key=host.db_key() if host is not None else os.urandom(32),
        sign_seed=identity.sign_seed,
        age_identity=identity.age_identity,
        recovery_recipient=invitation.programme.recovery_recipient,
        office_identities=identity.office_identities,
    )

    def fill(connection: Connection) -> None:
        local.put(connection, local.DEVICE, device)
        journal = journal_of(connection, invitation.programme.id)
        exchange.merge_newcomer_payload(journal, invitation.payload, invitation.permit.by, wall_ms())
        journal.add_certificate(certificate)

    if host is None:
        return start_store(home, passphrase, invitation.programme, secrets, cost=cost, wall_ms=wall_ms, fill=fill)
    return host.add_member(passphrase, secrets, fill, cost=cost)


def _has_joined_by(host: Session, invitation: str) -> bool:
    """Whether a known member holds this invitation: whoever claimed it now would never count."""
    everybody = host.read(lambda connection: host.journal(connection).membership.all())
    return any(member.invitation == invitation for member in everybody)


def members(session: Session) -> list[dict[str, Any]]:
    """Everybody known here: `{"id", "name", "role", "areas", "joined_at", "state", "this_laptop"}`, by name.

    `state`: active, revoked, or doubtful (an invitation claimed twice, or whose giver was revoked).
    """

    def read(connection: Connection) -> list[dict[str, Any]]:
        membership = session.journal(connection).membership
        return [
            {
                "id": member.id,
                "name": member.name,
                "role": member.role,
                "areas": list(member.scopes),
                "joined_at": iso_time(member.joined_ms),
                "state": _STATES.get(membership.code_of(member.id), "doubtful"),
                "this_laptop": member.device == session.device,
            }
            for member in sorted(membership.all(), key=lambda member: (member.name.casefold(), member.id))
        ]

    return session.read(read)


def find_member(session: Session, who: str) -> Member:
    """The member of this id, or of this name. Raises Problem: member_not_found, member_ambiguous."""
    everybody = session.read(lambda connection: session.journal(connection).membership.all())
    wanted = " ".join(who.split()).casefold()
    by_id = [member for member in everybody if member.id == wanted]
    found = by_id or [member for member in everybody if member.name.casefold() == wanted]
    if not found:
        raise Problem("member_not_found")
    if len(found) > 1:
        raise Problem("member_ambiguous", details={"count": len(found)})
    return found[0]


def revoke(session: Session, who: str, reason: str) -> dict[str, Any]:
    """End a membership: what this laptop has of the member's work still counts, anything later waits for a person.

    Who held the office key could open later bundles, so the office gets a new one.
    """
    session.require_role("admin", who="admin")
    if not reason.strip():
        raise Problem("reason_needed")
    member = find_member(session, who)
    if member.id == session.member.id:
        raise Problem("revoke_self")

    def write(connection: Connection, journal: Journal) -> str | None:
        fields = journal.revocation_of(member.id, reason.strip())
        journal.append(session.author(), [changes.public(session, journal, "revocation", fields)])
        if member.role not in roles.OFFICE_ROLES:
            return None
        return office.rotate(session, journal)

    fresh = session.write(write)
    if fresh is not None:
        office.learn(session)
    return {"id": member.id, "name": member.name, "state": "revoked", "new_office_key": fresh is not None}


def recovery_export(session: Session, out: Path, pin: str) -> dict[str, Any]:
    """Write the programme's recovery key to a file that a PIN opens; to be kept apart from every laptop."""
    session.require_role("admin", who="admin")
    if len(pin.strip()) < SHORTEST_PIN:
        raise Problem("pin_short", details={"least": SHORTEST_PIN})
    identity = session.extra().get("recovery_identity")
    if not isinstance(identity, str):
        raise Problem("recovery_elsewhere")
    from pyrage import passphrase

    write_bytes(out, passphrase.encrypt(identity.encode(), pin.strip()))
    return {"file": str(out)}


def recover(home: Path, file: Path, pin: str, new_passphrase: str, member: str | None = None) -> dict[str, Any]:
    """Give a member of this laptop a new passphrase with the programme's recovery key; the data stay as they are."""
    from pyrage import DecryptError, passphrase

    check_passphrase(new_passphrase)
    try:
        identity = passphrase.decrypt(read_bytes(file), pin.strip()).decode("ascii")
    except (DecryptError, UnicodeDecodeError) as error:
        raise Problem("recovery_pin") from error
    with translated():
        vault = Vault(home)
        known = vault.recoverable(identity)
        if member is None and len(known) > 1:
            raise Problem("recovery_ambiguous", details={"count": len(known)})
        wanted = member or (known[0] if known else "")
        if wanted not in known:
            raise Problem("recovery_none")
        return {"member": vault.recover(identity, wanted, new_passphrase).member_id}


def _scopes(role: str, areas: Sequence[str]) -> tuple[str, ...]:
    codes = sorted({area.strip() for area in areas if area.strip()})
    if not codes:
        if role in ("admin", "hub"):
            return ("*",)
        raise Problem("area_needed", details={"role": role})
    for code in codes:
        if code != "*" and region.lookup(code) is None:
            raise Problem("area_unknown", details={"code": code})
    return tuple(codes)


def _slots(session: Session, connection: Connection, role: str, asked: int | None) -> int:
    if role != "supervisor":
        return 0
    settings = settings_of(connection, session.programme.name)
    given = {record: fields["slots"] for record, fields in queries.records_of(connection, "lease")}
    left = quota.slots_not_leased(settings.quota, given)
    if asked is not None and not 0 <= asked <= left:
        raise Problem("slots_exceeded", details={"left": left, "asked": asked})
    return left if asked is None else asked


def _append_lease(session: Session, journal: Journal, invitation: str, slots: int) -> None:
    fields = {"invitation": invitation, "slots": slots}
    journal.append(session.author(), [changes.public(session, journal, "lease", fields)])
