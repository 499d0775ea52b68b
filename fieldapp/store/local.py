"""Values of this one laptop that never travel: device id, language, hub address, last sync, clock offset."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any, Final

from fieldapp.store.db import Connection

DEVICE: Final = "device_id"
PROGRAMME: Final = "programme_id"
LANGUAGE: Final = "language"
HUB_URL: Final = "hub_url"
#: The hub's address of which a person was told that it has no TLS.
PLAIN_TOLD: Final = "plain_told"
LAST_SYNC_MS: Final = "last_sync_ms"
CLOCK_OFFSET_MS: Final = "clock_offset_ms"
#: How often this database was opened to write as a member; see incarnation.py.
STARTS: Final = "starts"
MACHINE: Final = "machine"
#: Names this life of a hub's store; a copy that is put back begins another.
HUB_EPOCH: Final = "hub_epoch"
#: [epoch of the central database, how many batches it had] when this hub last looked.
CENTRE_MARK: Final = "centre_mark"
#: True while the lists have to be made anew from the entries, since a newer program reads more in them.
REBUILD: Final = "rebuild"


def get(connection: Connection, key: str, default: Any = None) -> Any:
    """The JSON value kept under `key`, or `default`."""
    row = connection.execute("SELECT value FROM local WHERE key = ?", (key,)).fetchone()
    return default if row is None else json.loads(row[0])


def put(connection: Connection, key: str, value: Any) -> None:
    """Keep a JSON value under `key`."""
    connection.execute("INSERT OR REPLACE INTO local (key, value) VALUES (?, ?)", (key, json.dumps(value)))


def remove(connection: Connection, key: str) -> None:
    """Forget what is kept under `key`."""
    connection.execute("DELETE FROM local WHERE key = ?", (key,))


def device_id(connection: Connection, random: Callable[[int], bytes] = os.urandom) -> str:
    """This data folder's device id (32 hex), made on first use. Needs a connection that may write."""
    found = get(connection, DEVICE)
    if found is None:
        found = random(16).hex()
        put(connection, DEVICE, found)
    return str(found)
