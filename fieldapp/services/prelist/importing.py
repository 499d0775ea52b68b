"""Taking in a list of people to visit, its newer versions, and taking an import back as a unit.

One import is one public record that holds counts and the list's name; every person is a record of the own area. A newer
version of the same list writes only who is new, who changed and who is gone; what enumerators found stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fieldapp.domain import prelist as rules
from fieldapp.domain.names import plain
from fieldapp.services import policy
from fieldapp.services.prelist.file import Person, Taken, marks_of, read_people
from fieldapp.services.prelist.words import problem
from fieldapp.services.session import Session, iso_time
from fieldapp.services.views import area_name, member_names
from fieldapp.store import prelist as store
from fieldapp.store import queries
from fieldapp.store.db import Connection
from fieldapp.store.prelist import Import
from fieldapp.store.rows import from_json
from sync.journal import Change

if TYPE_CHECKING:
    from sync.journal import Journal

NAME_MAX: Final = 80
ROLES: Final = ("coordinator", "supervisor", "admin")
#: Registrations that are compared with a list in one go; bounds memory.
_CHUNK: Final = 25_000
#: Rows that look like a registration and are told one by one.
NEAR_TOLD: Final = 200

Progress = Callable[[int, int | None, str], None]


class _Plan(NamedTuple):
    """What an import would write: `changed` holds the item with its fields that are other now."""

    added: list[Person]
    changed: list[tuple[store.Item, dict[str, Any]]]
    gone: list[store.Item]
    unchanged: int
    refused_before: int


def import_list(
    session: Session,
    path: Path,
    *,
    name: str,
    sheet: str | None = None,
    header_line: int | None = None,
    columns: Mapping[str, str | int] | None = None,
    area: str | None = None,
    categories: Sequence[str] = (),
    dry_run: bool = False,
    errors: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Take a list in as the newest version of the list `name`.

    `columns` says which column is what (files/columns.py), `area` is where people of rows without a kelurahan live,
    `categories` are those of everybody on it, `errors` is where refused rows are written with the reason beside each.
    Answers `{"id", "list", "rows", "kept", "refused", "without_nik", "kecamatan_only", "registered", "elsewhere",
    "near": [{"row", "registration", "probability"}], "near_count", "added", "changed", "gone", "unchanged",
    "refused_before", "areas": [{"area", "area_name", "people"}], "sheet", "header", "columns", "warnings", "reasons",
    "is_same", "dry_run"}`:

    - `registered` people whose NIK is registered here, so that nobody has to visit them; `elsewhere` people who stand
      on another list of people to visit; `near` rows that look like a registration, which is only told.
    - `gone` people of the older version, in areas that the file names, who are not on it; their data are emptied.
    - `refused_before` people who refused: they are not listed anew.
    - `is_same`: nothing is new, changed or gone, so nothing is written; `id` is then that of the version in force.

    Raises Problem: not_allowed, prelist_list_name, prelist_nobody and the codes of prelist_file.read_people.
    """
    session.require_role(*ROLES, who="coordinator")
    name = _usable_name(name)
    read = read_people(
        session,
        path,
        sheet=sheet,
        header_line=header_line,
        columns=columns,
        area=area,
        categories=categories,
        errors=errors,
    )
    if not read.people:
        raise problem("prelist_nobody", {"rows": read.refused})

    def look(connection: Connection) -> dict[str, Any]:
        family = family_of(connection, name)
        plan = _plan(session, connection, name, read.people)
        niks = {person.fields["nik"] for person in read.people if "nik" in person.fields}
        registered = store.registered_niks(connection, niks)
        return {
            "id": family[-1].id if family and not _writes(plan) else None,
            **_told(name, read, plan),
            "registered": len(registered),
            "elsewhere": len(store.listed_niks(connection, niks, [each.id for each in family])),
            "is_same": bool(family) and not _writes(plan),
            "unknown": [person for person in plan.added if person.fields.get("nik") not in registered],
        }

    answer = session.read(look)
    unknown = answer.pop("unknown")
    if not dry_run and not answer["is_same"]:
        answer["id"] = session.write(lambda connection, journal: _take_in(session, connection, journal, name, read))
    # Last, since it takes longest and is only told: whoever stops it has the list all the same.
    near = _near(session, unknown, progress)
    answer.update(near=near[:NEAR_TOLD], near_count=len(near), dry_run=dry_run)
    return answer


def lists(session: Session) -> list[dict[str, Any]]:
    """Every import that was not taken back, oldest first: `{"id", "name", "by", "at", "kept", "added", "changed",
    "gone", "people"}`; `people` are those whom it wrote last and who are still to be seen on this laptop."""

    def work(connection: Connection) -> list[dict[str, Any]]:
        who = member_names(session, connection)
        here = Counter(
            each.list
            for each in store.of_lists(connection, [one.id for one in store.imports(connection)])
            if not each.is_gone
        )
        return [
            {
                "id": each.id,
                "name": each.name,
                "by": who.get(each.by, each.by),
                "at": iso_time(each.at_ms),
                **{word: _whole(each.fields.get(word)) for word in ("kept", "added", "changed", "gone")},
                "people": here[each.id],
            }
            for each in store.imports(connection)
        ]

    return session.read(work)


def family_of(connection: Connection, name: str, among: Sequence[Import] | None = None) -> list[Import]:
    """The imports of one list, oldest first: those of its name, whatever the letters' case and the spaces between."""
    known = store.imports(connection) if among is None else among
    return [each for each in known if plain(each.name) == plain(name)]


def find(connection: Connection, wanted: str) -> Import:
    """The import of this id (or its beginning), or the newest of this name.

    Raises Problem: prelist_list_unknown, prelist_list_ambiguous.
    """
    known = store.imports(connection)
    found = [each for each in known if each.id == wanted.lower()]
    found = found or family_of(connection, wanted)[-1:]
    if not found and len(wanted) >= 4:
        found = [each for each in known if each.id.startswith(wanted.lower())]
    if not found:
        raise problem("prelist_list_unknown")
    if len(found) > 1:
        raise problem("prelist_list_ambiguous", {"count": len(found)})
    return found[0]


def _usable_name(name: str) -> str:
    name = " ".join(name.split())
    if not plain(name) or len(name) > NAME_MAX or not name.isprintable():
        raise problem("prelist_list_name", {"limit": NAME_MAX})
    return name


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _writes(plan: _Plan) -> bool:
    return bool(plan.added or plan.changed or plan.gone)


def _told(name: str, read: Taken, plan: _Plan) -> dict[str, Any]:
    areas = Counter(person.scope for person in read.people)
    return {
        "list": name,
        "rows": len(read.people) + read.refused,
        "kept": len(read.people),
        "refused": read.refused,
        "without_nik": read.without_nik,
        "kecamatan_only": read.wide,
        "added": len(plan.added),
        "changed": len(plan.changed),
        "gone": len(plan.gone),
        "unchanged": plan.unchanged,
        "refused_before": plan.refused_before,
        "areas": [
            {"area": area, "area_name": area_name(area), "people": people} for area, people in sorted(areas.items())
        ],
        **read.told,
    }


# -- what is new, changed and gone


def _plan(session: Session, connection: Connection, name: str, people: Sequence[Person]) -> _Plan:
    # Who stayed when an import was taken back, having been visited, is no stranger to the list's next version.
    family = family_of(connection, name, store.imports(connection, with_void=True))
    items = [each for each in store.of_lists(connection, [one.id for one in family]) if not each.is_gone]
    known: dict[object, store.Item] = {}
    for item in items:
        values = _identity_of_refused(session, connection, item) if item.visit == rules.REFUSED else item.values
        for mark in marks_of(values, item.scope):
            known.setdefault(mark, item)
    added, changed, met = [], [], set()
    unchanged = refused_before = 0
    for person in people:
        match = next((known[mark] for mark in marks_of(person.fields, person.scope) if mark in known), None)
        if match is None or match.id in met:
            added.append(person)
        elif match.visit == rules.REFUSED:
            met.add(match.id)
            refused_before += 1
        elif match.scope != person.scope or any(match.values.get(n) != person.fields.get(n) for n in ("rt", "rw")):
            # Where somebody lives decides whose list it is: the old item goes, a new one begins.
            added.append(person)
        else:
            met.add(match.id)
            other = {n: value for n, value in person.fields.items() if match.values.get(n) != value}
            changed.extend([(match, other)] if other else [])
            unchanged += not other
    named = {person.scope for person in people}
    gone = [item for item in items if item.id not in met and item.scope in named and item.visit != rules.REFUSED]
    return _Plan(added, changed, gone, unchanged, refused_before)


def _identity_of_refused(session: Session, connection: Connection, item: store.Item) -> dict[str, Any]:
    """Who refused, out of the history that only the office still holds: so that nobody is sent there again."""
    values: dict[str, Any] = dict(item.values)
    for stored in session.journal(connection).entries_of(item.id):
        if stored.entry.k in ("new", "edit"):
            values.update({name: value for name, value in stored.entry.f.items() if value is not None})
    return values


# -- writing


def _take_in(session: Session, connection: Connection, journal: Journal, name: str, read: Taken) -> str:
    # Looked at anew: somebody may have taken the list in, or visited, since it was read.
    plan = _plan(session, connection, name, read.people)
    author = session.author()
    list_ = journal.new_record(author)
    counts = {
        "rows": len(read.people) + read.refused,
        "kept": len(read.people),
        "added": len(plan.added),
        "changed": len(plan.changed),
        "gone": len(plan.gone),
    }
    changes = [
        Change(
            record=list_,
            type=rules.LIST_TYPE,
            scope=policy.PUBLIC_SCOPE,
            kind="new",
            fields={"name": name, **counts},
        )
    ]
    # Area by area, so that whoever gets one area gets few portions of the chain and little of the others'.
    for person in sorted(plan.added, key=lambda each: (each.scope, each.number)):
        record = journal.new_record(author)
        changes.append(_item(record, person.scope, "new", {**person.fields, "list": list_}))
    for item, other in plan.changed:
        changes.append(_item(item.id, item.scope, "edit", {**other, "list": list_}))
    for item in plan.gone:
        fields = {**rules.emptied(item.values), "gone": True, "list": list_}
        changes.append(_item(item.id, item.scope, "edit", fields))
    journal.append(author, changes)
    return list_


def _item(record: str, scope: str, kind: Any, fields: Mapping[str, Any]) -> Change:
    return Change(record=record, type=rules.TYPE, scope=scope, kind=kind, fields=fields)


# -- who looks like a registration


def _near(session: Session, people: Sequence[Person], progress: Progress | None) -> list[dict[str, Any]]:
    """Rows that look like a registration under another NIK or none, likeliest first."""
    if not people or not session.read(queries.count):
        return []
    from fieldapp.matching.people import of_answers, of_row, pack
    from fieldapp.matching.sweep import against

    listed = [(str(each.number), pack(of_row(_comparable(each)))) for each in people]
    found: list[dict[str, Any]] = []

    def work(connection: Connection) -> None:
        register = _registered(connection)
        while chunk := list(islice(register, _CHUNK)):
            packed = ((id_, pack(of_answers(from_json(values), scope))) for id_, scope, values in chunk)
            for registration, number, match in against(packed, iter(listed), progress=progress):
                if match.band != "unlikely":
                    found.append(
                        {"row": int(number), "registration": registration, "probability": round(match.probability, 3)}
                    )

    session.read(work)
    return sorted(found, key=lambda each: (-each["probability"], each["row"], each["registration"]))


def _registered(connection: Connection) -> Iterator[tuple[str, str, str]]:
    for id_, state, scope, _by, _nik, values in queries.with_values(connection):
        if state not in ("void", "withdrawn"):
            yield id_, scope, values


def _comparable(person: Person) -> dict[str, str]:
    row = {name: value for name, value in person.fields.items() if isinstance(value, str)}
    return {**row, "kelurahan": person.scope}
