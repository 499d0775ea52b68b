"""What a laptop and a hub say to each other, whatever carries it (FORMAT.md, the hub's section)."""

from typing import Final

HUB_PATH: Final = "/v1/hub"
EXCHANGE_PATH: Final = "/v1/exchange"
BUNDLE_TYPE: Final = "application/vnd.fieldapp.bundle"

LEAST_ENTRIES: Final = 50
"""Entries in the first request and the first answer: about 10 KB, which any link carries."""

MOST_ENTRIES: Final = 5_000
