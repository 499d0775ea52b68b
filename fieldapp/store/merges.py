"""What the merge desk asks of the lists, and the reports of merges that are kept: local, and without names."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

from fieldapp.store import local
from fieldapp.store.db import Connection
from fieldapp.store.rows import to_json

KEPT: Final = 1000
"""Reports that can be opened again; some kilobytes each."""

PARTS: Final = "merge_parts:"
"""Before a merge's id: the key under which stand the merges that are undone together with it."""
BEGUN: Final = "merge_begun"
"""The merge that is under way, or that was cut short by a power cut."""

#: Another live registration that may be the same person, unless somebody decided that it is not.
_OTHER: Final = """EXISTS (SELECT 1 FROM registration AS other {index} WHERE {alike}
    AND other.live = 1 AND other.rid <> this.rid
    AND NOT EXISTS (SELECT 1 FROM decided_pair AS said WHERE said.decision = 'different'
        AND said.a = min(this.id, other.id) AND said.b = max(this.id, other.id)))"""
_ALIKE: Final = " OR ".join(
    _OTHER.format(index=index, alike=alike)
    for index, alike in (
        ("INDEXED BY registration_by_nik", "other.nik = this.nik"),
        ("INDEXED BY registration_born", "other.birth_date = this.birth_date AND other.name_key = this.name_key"),
        ("INDEXED BY registration_by_phone", "other.phone = this.phone AND other.name_key = this.name_key"),
    )
)


class Fact(NamedTuple):
    """A registration as a merge tells of it."""

    scope: str
    state: str
    name: str
    is_conflicting: bool
    is_duplicated: bool


class Kept(NamedTuple):
    """A merge that is remembered: `told` in ids and counts, None where only its undoing was noted; `undone` likewise,
    None while it was not undone."""

    at_ms: int
    told: dict[str, Any] | None
    undone_ms: int | None
    undone: dict[str, Any] | None


def facts(connection: Connection, registrations: Iterable[str]) -> dict[str, Fact]:
    """Registration -> what a merge tells of it, for those that have a row."""
    found = connection.execute(
        """SELECT this.id, scope, state, name, conflict_count > 0, duplicate_count > 0
        FROM json_each(?) AS wanted CROSS JOIN registration AS this ON this.id = wanted.value""",
        (to_json(sorted(registrations)),),
    )
    return {
        id_: Fact(scope, state, name, bool(conflicting), bool(duplicated))
        for id_, scope, state, name, conflicting, duplicated in found
    }


def possibly_double(connection: Connection, registrations: Iterable[str]) -> set[str]:
    """Those of the live registrations here that another one is like: by its NIK, by name and birth date, or by name and
    phone. A glance along three indexes: the desk for duplicates compares far more closely, afterwards."""
    found = connection.execute(
        f"""SELECT this.id FROM json_each(?) AS wanted CROSS JOIN registration AS this ON this.id = wanted.value
        WHERE this.live = 1 AND ({_ALIKE})""",  # noqa: S608 - our words
        (to_json(sorted(registrations)),),
    )
    return {row[0] for row in found}


def by_state(connection: Connection) -> dict[str, int]:
    """How many registrations are in each state."""
    return dict(connection.execute("SELECT state, count(*) FROM registration GROUP BY state").fetchall())


def keep(connection: Connection, merge: str, at_ms: int, told: Mapping[str, Any]) -> None:
    """Keep what a merge did, and let go of the oldest beyond KEPT. `told` must hold ids, codes and counts only."""
    connection.execute(
        "INSERT OR REPLACE INTO merge_kept (merge, at_ms, told) VALUES (?, ?, ?)", (merge, at_ms, to_json(told))
    )
    connection.execute(
        """DELETE FROM merge_kept WHERE undone IS NULL AND merge NOT IN
        (SELECT merge FROM merge_kept ORDER BY at_ms DESC, merge LIMIT ?)""",
        (KEPT,),
    )


def note_undone(connection: Connection, merge: str, at_ms: int, told: Mapping[str, Any]) -> None:
    """Note that a merge was undone, also one from before reports were kept."""
    connection.execute(
        """INSERT INTO merge_kept (merge, at_ms, undone_ms, undone) VALUES (?1, ?2, ?2, ?3)
        ON CONFLICT (merge) DO UPDATE SET undone_ms = excluded.undone_ms, undone = excluded.undone""",
        (merge, at_ms, to_json(told)),
    )


def kept(connection: Connection) -> dict[str, Kept]:
    """Merge id -> what is kept of it."""
    rows = connection.execute("SELECT merge, at_ms, told, undone_ms, undone FROM merge_kept")
    return {
        merge: Kept(at_ms, json.loads(told) if told else None, undone_ms, json.loads(undone) if undone else None)
        for merge, at_ms, told, undone_ms, undone in rows
    }


def remember_parts(connection: Connection, merge: str, parts: Collection[str]) -> None:
    """Several bundles merged in one go are undone in one go: keep which merges belong to `merge`."""
    if len(parts) > 1:
        local.put(connection, PARTS + merge, sorted(parts))


def parts_of(connection: Connection, merge: str) -> list[str]:
    """The merges that are undone together with this one, itself among them."""
    return [str(part) for part in local.get(connection, PARTS + merge) or [merge]]


def wholes(connection: Connection) -> dict[str, str]:
    """Part -> the merge that it belongs to, for merges of several parts."""
    rows = connection.execute("SELECT key, value FROM local WHERE key >= ? AND key < ?", (PARTS, PARTS[:-1] + ";"))
    return {str(part): key[len(PARTS) :] for key, value in rows for part in json.loads(value)}
