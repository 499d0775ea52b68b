"""What both halves of HTTP have in common: paths, the kind of content, and how many entries go at a time."""

from typing import Final, Protocol

HUB_PATH: Final = "/v1/hub"
EXCHANGE_PATH: Final = "/v1/exchange"
BUNDLE_TYPE: Final = "application/vnd.fieldapp.bundle"

LEAST_ENTRIES: Final = 50
"""Entries asked for at first: about 10 KB, which any link carries."""

MOST_ENTRIES: Final = 5_000
"""Entries in the largest request and the largest answer: about 1 MB."""


class Link(Protocol):
    """The way to a hub, as a laptop sees it. Both raise SyncError; what comes back is unchecked."""

    def describe(self, nonce: str) -> bytes:
        """The hub's description of itself, signed together with `nonce`."""
        ...

    def exchange(self, request: bytes, entries: int) -> bytes:
        """The bundle that answers the bundle `request`, of about `entries` entries at most."""
        ...


class Answerer(Protocol):
    """What serves a hub's answers. Both are called in threads, several at once, and may block."""

    def describe(self, nonce: str) -> bytes:
        """Who this hub is, as JSON, signed together with the caller's nonce."""
        ...

    def answer(self, request: bytes, entries: int) -> bytes:
        """The bundle that answers the bundle `request`, of about `entries` entries at most.

        Raises SyncError; then nothing of the request was kept.
        """
        ...
