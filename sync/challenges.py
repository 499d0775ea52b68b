"""What a hub hands out so that a signed request is of now, and of once, whatever clock its signer has.

A challenge holds the time at which it runs out, by the hub's clock, under a code that only holders of the hub's key can
make. So nothing is remembered of the ones handed out, and processes that serve with one key accept each other's.
"""

import hashlib
import hmac
import re
import threading
from collections.abc import Callable
from typing import Final

from sync.errors import Unreachable
from sync.randomness import Random, token

LIFETIME_S: Final = 300
"""How long a challenge may be answered. A laptop asks for another one long before (client.CHALLENGE_S)."""
SEEN_LIMIT: Final = 100_000
"""Signatures remembered by one process, about 15 MB; the oldest go first when they are more."""

_MAC_BYTES: Final = 16
_nonce_match: Final = re.compile(r"([0-9a-f]{1,12})\.([0-9a-f]{32})\.([0-9a-f]{32})\Z").match


class Challenges:
    """Hands out challenges and recognises them. `secret` is known to the hub alone; `wall_s` is its clock."""

    def __init__(self, secret: bytes, wall_s: Callable[[], int], lifetime_s: int = LIFETIME_S) -> None:
        self._secret = secret
        self._wall_s = wall_s
        self._lifetime_s = lifetime_s

    def issue(self) -> str:
        """A challenge, to be answered within the lifetime by any number of requests."""
        until = f"{self._wall_s() + self._lifetime_s:x}"
        return f"{until}.{self._mac(until)}"

    def until(self, nonce: str) -> int:
        """When the challenge in a signature's nonce runs out, in seconds since 1970 UTC.

        Raises Unreachable hub_challenge for one that has run out, or that this hub did not hand out.
        """
        found = _nonce_match(nonce)
        if (
            found is None
            or not hmac.compare_digest(found[2], self._mac(found[1]))
            or int(found[1], 16) < self._wall_s()
        ):
            raise Unreachable("hub_challenge")
        return int(found[1], 16)

    def _mac(self, until: str) -> str:
        return hmac.digest(self._secret, until.encode(), hashlib.sha256)[:_MAC_BYTES].hex()


def answering(challenge: str, random: Random) -> str:
    """A nonce that answers a challenge and is used once."""
    return f"{challenge}.{token(random)}"


class Seen:
    """The signatures that came in, each until its challenge runs out; bounded, and safe to share between threads."""

    def __init__(self, limit: int = SEEN_LIMIT) -> None:
        self._limit = limit
        self._until: dict[bytes, int] = {}
        self._lock = threading.Lock()
        self._sweep_s = 0

    def is_new(self, mark: bytes, until_s: int, now_s: int) -> bool:
        """Takes note of a signature, and says whether it came for the first time."""
        with self._lock:
            if now_s >= self._sweep_s:
                self._sweep_s = now_s + LIFETIME_S // 4
                self._until = {known: until for known, until in self._until.items() if until >= now_s}
            if mark in self._until:
                return False
            while len(self._until) >= self._limit:
                del self._until[next(iter(self._until))]
            self._until[mark] = until_s
            return True
