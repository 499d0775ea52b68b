"""Taking in a list of people who are covered already, and taking it back.

Names and NIKs stay in this laptop's own tables; what travels is how many there are and keyed digests. A newer version
of a list replaces the older one, and carries only the digests that are new and those that are gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fieldapp.services import covers, policy
from fieldapp.services.covers import CoverList
from fieldapp.services.covers import matches as cover_matches
from fieldapp.services.covers.digest_keys import nik_digest, row_digest, writing_key
from fieldapp.services.covers.files import Read, read_list, write_refused
from fieldapp.services.covers.words import problem
from fieldapp.services.session import Session
from fieldapp.store import covers as store
from fieldapp.store.covers import ListRow, Taken
from fieldapp.store.db import Connection
from sync.journal import Change, Journal

if TYPE_CHECKING:
    from fieldapp.services.covers.matches import Progress

NAME_MAX: Final = 80
#: Digests in one entry: some 90 KB of base64, far below what an entry may hold.
_CHUNK: Final = 8_000
#: Of so many digests that are gone, against those that stay, a list is written whole again.
_GONE_SHARE: Final = 0.5


class _Plan(NamedTuple):
    """What an import would write."""

    name: str
    kind: str
    key: str
    digests: frozenset[bytes]
    older: list[CoverList]
    chunks: tuple[str, ...]
    added: frozenset[bytes]
    removed: frozenset[bytes]


def import_list(
    session: Session,
    path: Path,
    *,
    name: str,
    kind: str = "other",
    sheet: str | None = None,
    header_line: int | None = None,
    columns: Mapping[str, str | int] | None = None,
    dry_run: bool = False,
    errors: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Take a list in as the version in force of the list `name`; `kind` is one of covers.KINDS.

    `columns` says which column is what (files/columns.py), `errors` is where refused rows are written with the reason
    beside each. Answers `{"id", "list", "kind", "rows", "kept", "refused", "repeated", "near_only", "same_nik", "near",
    "before", "after", "replaces", "columns", "warnings", "reasons", "is_same", "dry_run"}`:

    - `rows` all rows below the header; `refused` those that cannot be asked by NIK, with `reasons` code -> count;
      `near_only` refused rows that are compared by likeness all the same; `repeated` kept rows with a NIK of an earlier
      one.
    - `same_nik` registrations whose NIK stands on it; `near` rows that look like a registration and wait for a decision
      (None in a dry run); `before` and `after` counts of the list and of registrations on it.

    Raises Problem: not_allowed, cover_list_name, cover_nobody, cover_key_missing, cover_errors_target, file_not_found,
    and the codes of files/errors.py.
    """
    session.require_role("supervisor", "admin", who="supervisor")
    name = _usable_name(name)
    if errors is not None and errors.resolve() == path.resolve():
        # What is written there would replace the list itself.
        raise problem("cover_errors_target")
    read = read_list(session, path, sheet, header_line, columns)
    if errors is not None:
        write_refused(errors, read)
    if not read.kept:
        raise problem("cover_nobody", {"rows": len(read.refused)})

    def look(connection: Connection) -> tuple[_Plan, CoverList | None, dict[str, Any], dict[str, Any]]:
        key_id, key = writing_key(session, connection)
        digests = frozenset(nik_digest(key, row.values["nik"]) for row in read.kept if "nik" in row.values)
        plan = _plan(connection, name, kind, key_id, digests)
        before = _counts(session, connection, plan.older)
        return plan, _same(connection, plan, read), before, _counts_after(session, connection, plan, key, read)

    plan, same, before, after = session.read(look)
    answer = _told(plan, read, same, before, after)
    answer["dry_run"] = dry_run
    if dry_run:
        return answer
    if same is None:
        answer["id"] = session.write(
            lambda connection, journal: _take_in(session, connection, journal, plan, read, answer)
        )
    cover_matches.find(session, answer["id"], progress=progress)
    answer["near"] = session.read(lambda connection: cover_matches.count(session, connection, answer["id"]))
    # Whoever opens the queue next would wait for what the list says of everybody.
    cover_matches.keep_ranks(session)
    return answer


def _usable_name(name: str) -> str:
    name = " ".join(name.split())
    if not covers.family_of(name) or len(name) > NAME_MAX or not name.isprintable():
        raise problem("cover_list_name", {"limit": NAME_MAX})
    return name


def _told(
    plan: _Plan, read: Read, same: CoverList | None, before: Mapping[str, int], after: Mapping[str, int]
) -> dict[str, Any]:
    """What an import answers, before anything is written."""
    return {
        "id": same.id if same else None,
        "list": plan.name,
        "kind": plan.kind,
        "rows": len(read.kept) + len(read.refused),
        "kept": len(read.kept),
        "refused": len(read.refused),
        "repeated": read.repeated,
        "near_only": len(read.near_only),
        "same_nik": after["registered"],
        "near": None,
        "before": dict(before),
        "after": dict(after),
        "replaces": [each.id for each in plan.older],
        **read.told,
        "is_same": same is not None,
    }


def undo(session: Session, list_: str, reason: str = "") -> dict[str, Any]:
    """Take a version of a list back; the one that it replaced is in force again.

    Answers `{"id", "list", "before", "after", "restored": [ids]}`. Raises Problem: not_allowed, cover_list_unknown.
    """
    session.require_role("supervisor", "admin", who="supervisor")

    def write(connection: Connection, journal: Journal) -> dict[str, Any]:
        found = find(connection, list_)
        lists = covers.all_lists(connection)
        family = [each for each in covers.in_force(lists) if each.family == found.family]
        before = _counts(session, connection, family)
        journal.append(
            session.author(),
            [
                Change(
                    record=found.id,
                    type=store.LIST,
                    scope=policy.PUBLIC_SCOPE,
                    kind="void",
                    fields={"decision": "void", "reason": reason.strip() or "dibatalkan"},
                )
            ],
        )
        store.forget_import(connection, found.id)
        left = [each for each in covers.in_force(covers.all_lists(connection)) if each.family == found.family]
        return {
            "id": found.id,
            "list": found.name,
            "before": before,
            "after": _counts(session, connection, left),
            "restored": [each.id for each in left if each.id in found.replaces],
        }

    return session.write(write)


def lists(session: Session) -> list[dict[str, Any]]:
    """Every list in force by name: `{"id", "name", "kind", "by", "at", "rows", "kept", "refused", "niks", "before",
    "after", "now", "is_checked", "is_here", "near"}`.

    `before` and `after` are the counts when it was taken in, `now` those of today; `is_checked` is whether this laptop
    holds the key to ask it, `is_here` whether its rows are on this laptop; `near` how many rows wait for a decision,
    None elsewhere.
    """
    from fieldapp.services.session import iso_time
    from fieldapp.services.views import member_names

    def work(connection: Connection) -> list[dict[str, Any]]:
        reading = covers.Covers(session, connection)
        who = member_names(session, connection)
        here = {each.list for each in store.imports(connection)}
        people = list(store.living(connection)) if reading.lists else []
        standings = reading.standings(people)
        unchecked = {each.id for each in reading.unchecked}
        told = []
        for each in sorted(reading.lists, key=lambda one: (one.family, one.at_ms, one.id)):
            on_it = {
                id_: any(s.blocks for s in all_ if s.list.id == each.id)
                for id_, all_ in standings.items()
                if any(s.list.id == each.id for s in all_)
            }
            counts = {name: _whole(each.fields.get(name)) for name in ("rows", "kept", "refused", "niks")}
            told.append(
                {
                    "id": each.id,
                    "name": each.name,
                    "kind": each.kind,
                    "by": who.get(each.by, each.by),
                    "at": iso_time(each.at_ms),
                    **counts,
                    "before": _told_counts(each.fields.get("before")),
                    "after": _told_counts(each.fields.get("after")),
                    "now": {"rows": counts["kept"], "niks": counts["niks"], **covers.counted(people, on_it)},
                    "is_checked": each.id not in unchecked,
                    "is_here": each.id in here,
                    "near": cover_matches.count(session, connection, each.id),
                }
            )
        return told

    return session.read(work)


def find(connection: Connection, wanted: str) -> CoverList:
    """The list of this id (or its beginning), or the one in force of this name.

    Raises Problem: cover_list_unknown, cover_list_ambiguous.
    """
    known = covers.all_lists(connection)
    found = [each for each in known if each.id == wanted]
    if not found:
        found = [each for each in covers.in_force(known) if each.family == covers.family_of(wanted)]
    if not found and len(wanted) >= 4:
        found = [each for each in known if each.id.startswith(wanted.lower())]
    if not found:
        raise problem("cover_list_unknown")
    if len(found) > 1:
        raise problem("cover_list_ambiguous", {"count": len(found)})
    return found[0]


def is_list(session: Session, wanted: str) -> bool:
    """Whether a list of people covered already has this id, its beginning, or this name."""
    from fieldapp.services.problems import Problem

    def look(connection: Connection) -> bool:
        try:
            return bool(find(connection, wanted))
        except Problem as found:
            return found.code == "cover_list_ambiguous"

    return session.read(look)


# -- writing


def _plan(connection: Connection, name: str, kind: str, key: str, digests: frozenset[bytes]) -> _Plan:
    family = covers.family_of(name)
    older = [each for each in covers.in_force(covers.all_lists(connection)) if each.family == family]
    if len(older) == 1 and older[0].key == key and store.key_of_chunks(connection, older[0].chunks) <= {key}:
        chunks = older[0].chunks
        there = store.digests_of(connection, chunks)
        removed = there - digests
        if len(removed) <= len(digests) * _GONE_SHARE:
            return _Plan(name, kind, key, digests, older, chunks, digests - there, frozenset(removed))
    return _Plan(name, kind, key, digests, older, (), digests, frozenset())


def _same(connection: Connection, plan: _Plan, read: Read) -> CoverList | None:
    """The version in force that was made here of the very same file, read in the same way."""
    made = {each.list: each for each in store.imports(connection)}
    for each in plan.older:
        taken = made.get(each.id)
        if taken is None or taken.file_digest != read.table.digest or each.kind != plan.kind:
            continue
        if taken.told == _how(read) and each.key == plan.key:
            return each
    return None


def _how(read: Read) -> dict[str, Any]:
    """How a file was understood: the same file read otherwise is another list."""
    return {
        "sheet": read.table.sheet,
        "header": read.table.header_line,
        "places": dict(sorted(read.table.columns.places.items())),
        "kept": len(read.kept),
    }


def _take_in(
    session: Session, connection: Connection, journal: Journal, plan: _Plan, read: Read, answer: Mapping[str, Any]
) -> str:
    key_id, key = writing_key(session, connection)
    # Looked at anew: somebody may have taken the list in, or back, since it was read.
    plan = _plan(connection, plan.name, plan.kind, key_id, plan.digests) if key_id == plan.key else plan
    changes, chunks = [], list(plan.chunks)
    added = sorted(plan.added)
    for start in range(0, len(added), _CHUNK):
        record = journal.new_record(session.author())
        chunks.append(record)
        fields: dict[str, Any] = {"key": plan.key, "digests": store.pack(added[start : start + _CHUNK])}
        changes.append(_new(record, store.CHUNK, fields))
    record = journal.new_record(session.author())
    fields = {
        "name": plan.name,
        "kind": plan.kind,
        "key": plan.key,
        "chunks": chunks,
        "removed": store.pack(plan.removed),
        "replaces": [each.id for each in plan.older],
        **{name: answer[name] for name in ("rows", "kept", "refused", "before", "after")},
        "niks": len(plan.digests),
    }
    changes.append(_new(record, store.LIST, fields))
    journal.append(session.author(), changes)
    _forget_old(connection, plan)
    store.keep_import(
        connection,
        Taken(record, read.table.digest, _how(read), session.now_ms()),
        (
            ListRow(record, row.number, row_digest(key, row_text(row.values)), row.values)
            for row in (*read.kept, *read.near_only)
        ),
    )
    return record


def _forget_old(connection: Connection, plan: _Plan) -> None:
    """Keep rows of the version that is being replaced, for an undo, and of nothing older."""
    in_force = covers.in_force(covers.all_lists(connection))
    for list_ in store.old_imports(connection, (each.id for each in (*plan.older, *in_force))):
        store.forget_import(connection, list_)


def _new(record: str, type: str, fields: Mapping[str, Any]) -> Change:
    return Change(record=record, type=type, scope=policy.PUBLIC_SCOPE, kind="new", fields=fields)


def row_text(values: Mapping[str, str]) -> str:
    """What of a row makes it the same row in the next version of its list."""
    from fieldapp.domain.names import plain

    parts = (
        values.get("nik") or values.get("nik_as_written", ""),
        plain(values.get("name", "")),
        values.get("birth_date", ""),
    )
    return "\x1f".join((*parts, plain(values.get("mother_name", ""))))


# -- counting


def _counts(session: Session, connection: Connection, lists: Sequence[CoverList]) -> dict[str, int]:
    """Rows and NIKs of these lists in sum, and registrations that stand on any of them."""
    sums = {name: sum(_whole(each.fields.get(name)) for each in lists) for name in ("kept", "niks")}
    people = list(store.living(connection)) if lists else []
    wanted = {each.id for each in lists}
    standings = covers.Covers(session, connection).standings(people) if lists else {}
    on_them = {
        id_: any(each.blocks for each in here if each.list.id in wanted)
        for id_, here in standings.items()
        if any(each.list.id in wanted for each in here)
    }
    return {"rows": sums["kept"], "niks": sums["niks"], **covers.counted(people, on_them)}


def _counts_after(session: Session, connection: Connection, plan: _Plan, key: bytes, read: Read) -> dict[str, int]:
    """The same of the list that is being taken in, before anything of it is written."""
    people = list(store.living(connection))
    reading = covers.Covers(session, connection)
    family = covers.family_of(plan.name)
    on_it = {}
    for person in people:
        if person.nik and (digest := nik_digest(key, person.nik)) in plan.digests:
            said = [each for each in reading.decisions_about(person.id, family) if each.nik == digest]
            on_it[person.id] = not said or any(each.decision not in covers.FREEING for each in said)
    return {"rows": len(read.kept), "niks": len(plan.digests), **covers.counted(people, on_it)}


def _told_counts(value: object) -> dict[str, int]:
    """Counts as an entry brought them."""
    known = ("rows", "niks", "registered", "pending", "approved", "freed")
    return {name: _whole(value.get(name)) if isinstance(value, dict) else 0 for name in known}


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
