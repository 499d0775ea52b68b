"""People to visit, as the entries make them: their table, its rows by page, and counts for each RT.

Whether somebody is registered, or being registered, is looked up and never kept: registrations and drafts say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from fieldapp.domain import prelist
from fieldapp.domain.names import plain
from fieldapp.store.listed import for_listed, listed
from fieldapp.store.rows import from_json, is_void, name_key, to_json
from sync.fold import Record
from sync.tables import Connection

CONTENTS: Final = {
    "prelist_item": """SELECT id, list, scope, rw, rt, name, name_key, search, address, nik, visit, visited_at, visits,
        is_gone, values_json FROM prelist_item ORDER BY id""",
    "prelist_done": "SELECT registration, item FROM prelist_done ORDER BY 1",
}
"""What a rebuild must bring out the same."""
CLEAR: Final = ("DELETE FROM prelist_item", "DELETE FROM prelist_done")

#: The registration that stands for an item: begun from it, or else with the same NIK. One that was taken out does not
#: count; one that gives way to another of the same person does.
_REGISTERED: Final = """coalesce(
    (SELECT min(r.id) FROM prelist_done AS d JOIN registration AS r ON r.id = d.registration
        WHERE d.item = p.id AND (r.state <> 'void' OR r.joined_to IS NOT NULL)),
    CASE WHEN p.nik IS NOT NULL
        THEN (SELECT min(r.id) FROM registration AS r WHERE r.nik = p.nik AND r.live = 1) END)"""
_STATE: Final = f"""CASE WHEN {_REGISTERED} IS NOT NULL THEN 'terdaftar'
    WHEN p.visit = '{prelist.REFUSED}' THEN p.visit
    WHEN p.id IN (SELECT key FROM json_each(:drafts)) AND coalesce(p.visited_at, '') <=
        (SELECT value FROM json_each(:drafts) WHERE key = p.id) THEN 'draf'
    ELSE coalesce(p.visit, 'belum') END"""  # noqa: S608 - our words
# A draft may hold anything, so its JSON is not trusted to be what SQLite reads.
_ITEM_OF_DRAFT: Final = """CASE WHEN json_valid(values_json, 6) AND json_type(values_json, '$.prelist_id') = 'text'
    THEN values_json ->> '$.prelist_id' END"""
_LAST: Final = "~"
"""Sorts who refused, and so has no name, behind everybody else of the RT."""
_IN_ORDER: Final = "p.scope, p.rw, p.rt, p.name_key, p.id"


class Item(NamedTuple):
    """Somebody to visit. `values` are the fields as they stand, without those of a person who refused."""

    id: str
    list: str
    scope: str
    visit: str | None
    is_gone: bool
    values: dict[str, Any]

    def __repr__(self) -> str:
        return f"Item({self.id})"


class Import(NamedTuple):
    """One taking in of a list; `fields` are its counts."""

    id: str
    name: str
    by: str
    at_ms: int
    fields: dict[str, Any]


class ItemRow(NamedTuple):
    """An item as a list shows it; `registration` stands for the person, or None."""

    id: str
    name: str
    address: str
    rt: str
    rw: str
    scope: str
    state: str
    visits: int
    visited_at: str | None
    registration: str | None

    def __repr__(self) -> str:
        return f"ItemRow({self.id})"


class Tallied(NamedTuple):
    """How many items of one RT are in a state."""

    scope: str
    rw: str
    rt: str
    state: str
    people: int


# -- kept in step with the journal


def put(connection: Connection, record: Record) -> None:
    """Keep the row of an item, instead of the one before."""
    values = shown_values(record)
    text = {name: value if isinstance(value, str) else "" for name, value in values.items()}
    name, address = text.get("name", ""), text.get("address", "")
    visits = values.get("visits")
    connection.execute(
        """INSERT OR REPLACE INTO prelist_item (id, list, scope, rw, rt, name, name_key, search, address, nik, visit,
        visited_at, visits, is_gone, values_json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            record.id,
            text.get("list", ""),
            record.scope,
            text.get("rw", ""),
            text.get("rt", ""),
            name,
            name_key(name) or _LAST,
            f"{plain(name)} {plain(address)}",
            address,
            text.get("nik") or None,
            text.get("visit") or None,
            text.get("visited_at") or None,
            visits if isinstance(visits, int) else 0,
            int(values.get("gone") is True or is_void(record)),
            to_json(values),
        ),
    )


def shown_values(record: Record) -> dict[str, Any]:
    """What an item says; nothing of the person when one of those who visited at the same time was refused."""
    values = dict(record.values)
    heads = record.groups.get("visit", ())
    if any(head.values.get("visit") == prelist.REFUSED for head in heads):
        values["visit"] = prelist.REFUSED
        for name in (*prelist.PERSONAL, "visit_note"):
            values.pop(name, None)
    return values


def forget(connection: Connection, records: Iterable[str]) -> None:
    """Remove the rows of these items."""
    for_listed(connection, "DELETE FROM prelist_item WHERE id IN ({})", records)


def put_registrations(connection: Connection, records: Sequence[Record]) -> None:
    """Keep which of these registrations were begun from an item."""
    begun = [(record.id, record.values.get("prelist_id")) for record in records]
    connection.executemany(
        "INSERT OR REPLACE INTO prelist_done (registration, item) VALUES (?, ?)",
        [(registration, item) for registration, item in begun if isinstance(item, str) and item],
    )
    # What has several entries may have named an item before, and name none now.
    changed = [(r.id,) for r, (_id, item) in zip(records, begun, strict=True) if not item and len(r.history) > 1]
    connection.executemany("DELETE FROM prelist_done WHERE registration = ?", changed)


def forget_registrations(connection: Connection, registrations: Iterable[str]) -> None:
    """These are registrations no more."""
    for_listed(connection, "DELETE FROM prelist_done WHERE registration IN ({})", registrations)


# -- asked by the services


def in_order(
    connection: Connection,
    member: str,
    *,
    state: str | None = None,
    area: str | None = None,
    rt: str | None = None,
    rw: str | None = None,
    text: str | None = None,
) -> list[tuple[str, str, str, str]]:
    """The items that fit, by area, RW, RT and name: (id, area, RW, RT). `member` is whose drafts count; `area` takes in
    those below it."""
    clauses, given = ["p.is_gone = 0"], {"drafts": _drafts_of(connection, member)}
    if area:
        clauses.append("(p.scope = :area OR substr(p.scope, 1, length(:area) + 1) = :area || '.')")
        given["area"] = area
    for name, value in (("rt", rt), ("rw", rw)):
        if value is not None:
            clauses.append(f"p.{name} = :{name}")
            given[name] = value
    for place, word in enumerate((text or "").split()):
        clauses.append(f"instr(p.search, :word{place})")
        given[f"word{place}"] = plain(word)
    if state:
        clauses.append(f"{_STATE} = :state")
        given["state"] = state
    where = " AND ".join(clauses)
    found = connection.execute(
        f"SELECT p.id, p.scope, p.rw, p.rt FROM prelist_item AS p WHERE {where} ORDER BY {_IN_ORDER}",  # noqa: S608 - our words
        given,
    )
    return [(row[0], row[1], row[2], row[3]) for row in found]


def ids(connection: Connection, member: str, **wanted: str | None) -> list[str]:
    """The ids alone; `wanted` as in `in_order`."""
    return [row[0] for row in in_order(connection, member, **wanted)]


def rows(connection: Connection, member: str, wanted: Sequence[str]) -> list[ItemRow]:
    """The items of these ids in the order given; ids that are none are left out."""
    found = connection.execute(
        f"""SELECT p.id, p.name, p.address, p.rt, p.rw, p.scope, {_STATE}, p.visits, p.visited_at, {_REGISTERED}
        FROM prelist_item AS p WHERE p.id IN (SELECT value FROM json_each(:wanted)) AND p.is_gone = 0""",  # noqa: S608 - our words
        {"drafts": _drafts_of(connection, member), "wanted": to_json(list(wanted))},
    )
    by_id = {row[0]: ItemRow(*row) for row in found}
    return [by_id[each] for each in wanted if each in by_id]


def tally(connection: Connection, member: str) -> list[Tallied]:
    """How many items of each RT are in each state, by area, RW and RT."""
    found = connection.execute(
        f"""SELECT p.scope, p.rw, p.rt, {_STATE} AS state, count(*) FROM prelist_item AS p WHERE p.is_gone = 0
        GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4""",  # noqa: S608 - our words
        {"drafts": _drafts_of(connection, member)},
    )
    return [Tallied(*row) for row in found]


def to_visit(connection: Connection) -> int:
    """How many people somebody still has to visit; those whose form is begun among them."""
    marks = ", ".join(f"'{each}'" for each in prelist.OPEN_STATES[1:])
    found = connection.execute(
        f"""SELECT count(*) FROM prelist_item AS p
        WHERE p.is_gone = 0 AND (p.visit IS NULL OR p.visit IN ({marks})) AND {_REGISTERED} IS NULL"""  # noqa: S608 - our words
    )
    return int(found.fetchone()[0])


def get(connection: Connection, item: str) -> Item | None:
    """The item, or None."""
    found = _items(connection, "id = ?", (item,))
    return found[0] if found else None


def with_prefix(connection: Connection, beginning: str) -> list[str]:
    """At most two ids that begin so."""
    found = connection.execute(
        "SELECT id FROM prelist_item WHERE substr(id, 1, length(?1)) = ?1 AND is_gone = 0 LIMIT 2", (beginning,)
    )
    return [row[0] for row in found]


def of_lists(connection: Connection, lists: Sequence[str]) -> list[Item]:
    """Every item that one of these imports wrote last, those that are gone too, by id."""
    return _items(connection, "list IN (SELECT value FROM json_each(?))", (to_json(list(lists)),))


def imports(connection: Connection, *, with_void: bool = False) -> list[Import]:
    """Every import, oldest first; `with_void` those that were taken back among them."""
    found = connection.execute(
        """SELECT id, registered_by, at_ms, values_json FROM other_record WHERE type = ? AND void <= ?
        ORDER BY at_ms, id""",
        (prelist.LIST_TYPE, int(with_void)),
    )
    read = [(*row[:3], from_json(row[3])) for row in found]
    return [Import(id_, str(fields.get("name", "")), by, at_ms, fields) for id_, by, at_ms, fields in read]


def registered_niks(connection: Connection, niks: Iterable[str]) -> set[str]:
    """Those of the NIKs that a registration here has."""
    return {
        row[0]
        for row in listed(connection, "SELECT nik FROM registration WHERE live = 1 AND nik IN ({})", sorted(niks))
    }


def listed_niks(connection: Connection, niks: Iterable[str], besides: Iterable[str]) -> set[str]:
    """Those of the NIKs that an item of another list has; `besides` are the imports of this one."""
    own = set(besides)
    found = listed(connection, "SELECT nik, list FROM prelist_item WHERE is_gone = 0 AND nik IN ({})", sorted(niks))
    return {nik for nik, list_ in found if list_ not in own}


def registration_of(connection: Connection, item: str) -> str | None:
    """The registration that stands for an item, or None."""
    found = connection.execute(f"SELECT {_REGISTERED} FROM prelist_item AS p WHERE p.id = ?", (item,)).fetchone()  # noqa: S608 - our words
    return None if found is None else found[0]


def draft_of(connection: Connection, member: str, item: str) -> str | None:
    """The member's open draft that was begun from an item, or None."""
    found = connection.execute(
        f"SELECT id FROM draft WHERE member = ? AND edits IS NULL AND {_ITEM_OF_DRAFT} = ? ORDER BY id LIMIT 1",  # noqa: S608 - our words
        (member, item),
    ).fetchone()
    return None if found is None else str(found[0])


def _items(connection: Connection, where: str, given: Sequence[Any]) -> list[Item]:
    found = connection.execute(
        f"SELECT id, list, scope, visit, is_gone, values_json FROM prelist_item WHERE {where} ORDER BY id",  # noqa: S608 - our words
        given,
    )
    return [Item(row[0], row[1], row[2], row[3], bool(row[4]), from_json(row[5])) for row in found]


def _drafts_of(connection: Connection, member: str) -> str:
    """The items from which the member has begun a form, with when it was last worked on: what a visit found later
    says more."""
    found = connection.execute(
        f"""SELECT {_ITEM_OF_DRAFT}, strftime('%Y-%m-%dT%H:%M:%SZ', max(updated_ms) / 1000, 'unixepoch') FROM draft
        WHERE member = ? AND edits IS NULL GROUP BY 1""",  # noqa: S608 - our words
        (member,),
    )
    return to_json({item: at or "" for item, at in found if item is not None})
