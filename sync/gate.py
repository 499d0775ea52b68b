"""Who comes in: a hub's judgement of a request by its headers alone, before anything of its body is read."""

import hashlib
import hmac
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from sync.challenges import Challenges, Seen
from sync.errors import NotAllowed, Unreachable
from sync.keys import Identity
from sync.limits import Buckets
from sync.members import Membership
from sync.signatures import Asked, Claim, verify_request
from sync.wire import CERTIFICATES_HEADER, Admitted, read_certificates

_CHALLENGE_TAG: Final = b"fieldapp challenge 1\n"
_LABEL_TAG: Final = b"fieldapp log 1\n"
_MARK_TAG: Final = b"fieldapp request 1\n"

RATE_S: Final = 10.0
"""Requests a second that a member may keep up; a visit of 100,000 entries takes about 30."""
BURST: Final = 120
STRANGERS_RATE_S: Final = 5.0
"""Requests a second from who shows certificates, all together: reading them is what costs most here."""
STRANGERS_BURST: Final = 100
FRESH_S: Final = 1.0
"""How old the list of members may be before it is read again."""


class Gate(Protocol):
    """Decides by its headers whether a request may be read. Called in threads, several at once, and may block."""

    def admit(self, asked: Asked) -> Admitted:
        """Raises SyncError for a request that may not be read."""
        ...


class KnownMembers:
    """The members as of a moment ago, shared by threads, so that nobody waits for a transaction to be recognised.

    `read` gives a membership that nobody else changes.
    """

    def __init__(
        self,
        read: Callable[[], Membership],
        *,
        fresh_s: float = FRESH_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._fresh_s = fresh_s
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: Membership | None = None
        self._read_at = 0.0

    def __call__(self) -> Membership:
        """One's own copy of it."""
        with self._lock:
            if self._known is None or self._monotonic() - self._read_at > self._fresh_s:
                self._known = self._read()
                self._read_at = self._monotonic()
                # Worked out once, for all the copies.
                self._known.all()
            return self._known.copy()


class SignatureGate:
    """Admits members of the programme by a signature that answers one of this hub's challenges, once each."""

    def __init__(
        self,
        identity: Identity,
        members: KnownMembers,
        *,
        wall_ms: Callable[[], int],
        monotonic: Callable[[], float] = time.monotonic,
        rate_s: float = RATE_S,
        burst: int = BURST,
    ) -> None:
        self._wall_ms = wall_ms
        self._members = members
        self._challenges = Challenges(identity.derive(_CHALLENGE_TAG), self._wall_s)
        self._label_key = identity.derive(_LABEL_TAG)
        self._seen = Seen()
        self._buckets = Buckets(rate_s, burst, monotonic)
        self._strangers = Buckets(STRANGERS_RATE_S, STRANGERS_BURST, monotonic)

    def challenge(self) -> str:
        """What a request's signature has to answer from now on, for some minutes."""
        return self._challenges.issue()

    def admit(self, asked: Asked) -> Admitted:
        """Raises NotAllowed hub_unsigned, hub_signature, member_unknown, member_revoked, invitation_used,
        invitation_revoked; Untrusted certificate_forged, invitation_foreign; Unreachable hub_challenge, hub_replayed,
        hub_limited."""
        until_s = 0
        standing: str | None = None

        def key_of(claim: Claim) -> bytes:
            nonlocal until_s, standing
            # First what costs nothing, so that only who has just talked to this hub makes it look for a member.
            until_s = self._challenges.until(claim.nonce)
            key, standing = self._look_up(claim.member, asked)
            return key

        signed = verify_request(asked, key_of)
        if standing is not None:
            raise NotAllowed(standing, member=signed.member)
        mark = hashlib.sha256(_MARK_TAG + f"{signed.member} {signed.nonce}".encode()).digest()[:16]
        if not self._seen.is_new(mark, until_s, self._wall_s()):
            raise Unreachable("hub_replayed")
        # Only now, so that nobody can use up what a member may ask by repeating its requests.
        _spare(self._buckets.take(signed.member))
        label = hmac.digest(self._label_key, signed.member.encode(), "sha256")[:4].hex()
        return Admitted(signed.member, signed.digest, label, mark, until_s)

    def _look_up(self, member_id: str, asked: Asked) -> tuple[bytes, str | None]:
        """The key of a member, and why it may not come in."""
        members = self._members()
        member = members.member(member_id)
        text = asked.header(CERTIFICATES_HEADER) if member is None else None
        if text is not None:
            _spare(self._strangers.take(""))
            for certificate in read_certificates(text):
                members.add(certificate)
            member = members.member(member_id)
        if member is None:
            raise NotAllowed("member_unknown")
        return member.sign_key, members.code_of(member_id)

    def _wall_s(self) -> int:
        return self._wall_ms() // 1000


def _spare(wait_s: int) -> None:
    if wait_s:
        raise Unreachable("hub_limited", retry_s=wait_s)
