"""Reading what keyed digests are made of: the answers of live registrations, area by area; reads only.

The same on a laptop's file and on the central database, whose tables call some columns otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from fieldapp.store.rows import from_json
from sync.tables import Connection

Tables = Literal["home", "centre"]

#: What the tables call the area in which a registration began.
_AREA: Final[dict[Tables, str]] = {"home": "scope", "centre": "area"}
_CHUNK: Final = 500


def by_area(connection: Connection, areas: Sequence[str], tables: Tables = "home") -> dict[str, list[int]]:
    """Area -> row numbers of its live registrations: nobody withdrawn, void or rejected. Each of `areas` has a list."""
    found: dict[str, list[int]] = {area: [] for area in areas}
    if not areas:
        return found
    marks = ",".join("?" * len(areas))
    rows = connection.execute(
        f"SELECT {_AREA[tables]}, rid FROM registration WHERE live = 1 AND {_AREA[tables]} IN ({marks})",  # noqa: S608 - marks
        list(areas),
    )
    for area, rid in rows.fetchall():
        found[area].append(rid)
    return found


def answers(connection: Connection, rids: Sequence[int]) -> Iterator[Mapping[str, Any]]:
    """The answers of these registrations, a few hundred in memory at a time."""
    for start in range(0, len(rids), _CHUNK):
        chunk = rids[start : start + _CHUNK]
        marks = ",".join("?" * len(chunk))
        rows = connection.execute(
            f"SELECT values_json FROM registration_values WHERE rid IN ({marks})",  # noqa: S608 - marks
            list(chunk),
        )
        for (text,) in rows.fetchall():
            yield from_json(text)


def areas_of_nik(connection: Connection, nik: str) -> set[str]:
    """The areas of the registrations on this laptop with this NIK, whatever their state."""
    return {row[0] for row in connection.execute("SELECT DISTINCT scope FROM registration WHERE nik = ?", (nik,))}


def held_in(connection: Connection, area: str, most: int) -> list[Mapping[str, Any]]:
    """The answers of registrations on this laptop in an area, whatever their state; `most` at most."""
    rows = connection.execute(
        """SELECT values_json FROM registration_values WHERE rid IN (
            SELECT rid FROM registration WHERE scope = ? ORDER BY rid LIMIT ?)""",
        (area, most),
    )
    return [from_json(row[0]) for row in rows.fetchall()]
