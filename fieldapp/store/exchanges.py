"""What was exchanged here last, in numbers, and which bundle each laptop was given; local, and nothing of a person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from fieldapp.store.db import Connection
from sync.coverage import Ranges, pack_ranges, unpack_ranges

KEPT: Final = 40
"""Exchanges that can be read again; a laptop that syncs all day must not fill its disk with them."""


class Exchange(NamedTuple):
    """One exchange: `told` holds counts by name."""

    kind: str
    at_ms: int
    told: dict[str, Any]


class Handed(NamedTuple):
    """The latest bundle written for a member: `brought` are the numbers of its entries, by chain."""

    member: str
    bundle: str
    written_ms: int
    entries: int
    brought: dict[str, Ranges]


def remember(connection: Connection, kind: str, at_ms: int, told: Mapping[str, Any]) -> None:
    """Keep an exchange, and let go of the oldest beyond KEPT. `told` must hold numbers and codes only."""
    connection.execute(
        "INSERT INTO exchanged (kind, at_ms, told) VALUES (?, ?, ?)", (kind, at_ms, json.dumps(told, sort_keys=True))
    )
    connection.execute(
        "DELETE FROM exchanged WHERE number <= (SELECT max(number) FROM exchanged) - ?",
        (KEPT,),
    )


def latest(connection: Connection) -> list[Exchange]:
    """The exchanges that are kept, the latest first."""
    rows = connection.execute("SELECT kind, at_ms, told FROM exchanged ORDER BY number DESC")
    return [Exchange(kind, at_ms, json.loads(told)) for kind, at_ms, told in rows]


def remember_handed(
    connection: Connection, member: str, bundle: str, written_ms: int, entries: int, brought: Mapping[str, Ranges]
) -> None:
    """Note the latest bundle for a member; it holds what earlier ones did as long as those were not fetched."""
    connection.execute(
        "INSERT OR REPLACE INTO handed (member, bundle, written_ms, entries, brought) VALUES (?, ?, ?, ?, ?)",
        (member, bundle, written_ms, entries, json.dumps(pack_ranges(brought))),
    )


def handed(connection: Connection) -> dict[str, Handed]:
    """Member -> the latest bundle written here for that member."""
    rows = connection.execute("SELECT member, bundle, written_ms, entries, brought FROM handed")
    return {
        member: Handed(member, bundle, written_ms, entries, unpack_ranges(json.loads(brought)))
        for member, bundle, written_ms, entries, brought in rows
    }


def remember_seen(connection: Connection, bundles: Iterable[str], at_ms: int) -> None:
    """Note that these bundles were merged here, also those that brought nothing new; the first time counts."""
    connection.executemany(
        "INSERT OR IGNORE INTO seen_bundle (bundle, at_ms) VALUES (?, ?)", ((bundle, at_ms) for bundle in bundles)
    )


def seen(connection: Connection, bundles: Iterable[str]) -> dict[str, int]:
    """Those of these bundles that were merged here, and when."""
    found: dict[str, int] = {}
    for bundle in bundles:
        row = connection.execute("SELECT at_ms FROM seen_bundle WHERE bundle = ?", (bundle,)).fetchone()
        if row is not None:
            found[bundle] = int(row[0])
    return found
