"""Conflicts: one answer with two values written by people who did not know of each other. A person chooses.

What the desk shows of them is told by `disputes`; many of them are settled at once by `settling`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from fieldapp.services import answers, changes
from fieldapp.services.conflicts import disputes
from fieldapp.services.problems import Problem
from fieldapp.services.session import Session, iso_time
from fieldapp.services.submission import scope_of_change
from fieldapp.services.views import member_names
from fieldapp.store import queries
from fieldapp.store.db import Connection
from fieldapp.store.queries import Filter
from sync.journal import Change, Journal

if TYPE_CHECKING:
    from sync.fold import Head, Record

Take = Literal["base", "newest"]
_MISSING: Any = object()


def listing(session: Session) -> list[dict[str, Any]]:
    """Every conflict: `{"id", "field", "base", "values": [{"entry", "value", "by", "at"}]}`, by id and field.

    A group of fields that changes as one (an address) is listed under each of its fields that differ.
    """

    def read(connection: Connection) -> list[dict[str, Any]]:
        journal = session.journal(connection)
        found = []
        who = member_names(session, connection)
        for registration in queries.ids(connection, Filter(conflicting=True)):
            record = journal.record(registration)
            if record is not None:
                found += [{"id": registration, **conflict} for conflict in of_record(record, who)]
        return found

    return session.read(read)


def of_record(record: Record, who: Mapping[str, str]) -> list[dict[str, Any]]:
    """The conflicts of one record, by field."""
    found = []
    for group in record.conflicts:
        heads = record.groups[group]
        base = _base(record, group)
        for field in sorted({name for head in heads for name in head.values}):
            values = [_value(head, field, who) for head in heads]
            if any(value["value"] != values[0]["value"] for value in values):
                found.append({"field": field, "group": group, "base": base.get(field), "values": values})
    return sorted(found, key=lambda conflict: str(conflict["field"]))


def resolve(
    session: Session, registration: str, field: str, *, keep: str | None = None, value: Any = _MISSING
) -> dict[str, Any]:
    """Settle a conflict: `keep` the value of one of its entries, or write another `value`. Names all heads.

    The whole group is settled. Raises Problem: registration_not_found, no_conflict, entry_not_found, not_allowed,
    outside_area, joined, findings (a rule refuses the value).
    """

    def write(connection: Connection, journal: Journal) -> dict[str, Any]:
        record = _record(session, connection, journal, registration)
        group = _group(field)
        if group not in record.conflicts:
            raise Problem("no_conflict", details={"field": field})
        settled = _settled(record, group, field, keep, value)
        refuse_wrong(session, connection, record, settled)
        journal.append(session.author(), [resolution(record, group, settled, session.member.scopes)])
        return {"id": registration, "field": field, "state": queries.state_of(connection, registration)}

    return session.write(write)


def choose(
    session: Session,
    registration: str,
    field: str,
    *,
    seen: Sequence[str],
    keep: str | None = None,
    take: Take | None = None,
    values: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Settle what a person sees, or settle it anew: `keep` one side, `take` what was before or the newest side (where
    that is not a person's to judge), or write `values`, answers for the whole group.

    `seen` are the heads that were shown: where they are others by now, nothing is written. Answers `{"id", "field",
    "state", "entry" (None where that was in force already), "warnings"}`. Raises what `resolve` raises, and Problem
    conflict_changed, person_decides, base_unknown.
    """

    def write(connection: Connection, journal: Journal) -> dict[str, Any]:
        record = _record(session, connection, journal, registration)
        group = _group(field)
        heads = record.heads.get(group, ())
        if {head.id for head in heads} != set(seen):
            raise Problem("conflict_changed", details={"field": field})
        if group not in record.conflicts and (not heads or heads[0].entry.k != "resolve"):
            raise Problem("no_conflict", details={"field": field})
        settled = _chosen(session, connection, record, group, keep, take, values)
        warnings = refuse_wrong(session, connection, record, settled)
        entry = None
        if group in record.conflicts or settled != {name: record.values.get(name) for name in settled}:
            (stored,) = journal.append(session.author(), [resolution(record, group, settled, session.member.scopes)])
            entry = stored.id
        state = queries.state_of(connection, registration)
        return {"id": registration, "field": field, "state": state, "entry": entry, "warnings": warnings}

    return session.write(write)


def resolution(record: Record, group: str, settled: Mapping[str, Any], scopes: tuple[str, ...] = ()) -> Change:
    """The entry that settles a group: it names every head, so that none of them comes up again.

    `scopes` are its writer's; somebody who lives elsewhere by what was chosen enters the list of there too.
    """
    parents = {group: [head.id for head in record.heads[group]]}
    scope = scope_of_change(record, settled, {**record.values, **settled}, scopes)
    return changes.about(record, "resolve", settled, parents=parents, scope=scope)


def refuse_wrong(
    session: Session, connection: Connection, record: Record, settled: dict[str, Any]
) -> list[dict[str, str]]:
    """Bring `settled` into the form in which answers are kept; Problem findings where a rule refuses one of them.

    Answers the warnings about them that nobody gave a reason for.
    """
    whole = {**record.values, **settled}
    register = answers.Register(session, connection, record.id, looks_near=False)
    checked = answers.check(session, connection, whole, record.id, register)
    wrong = [finding for finding in checked.errors if finding.field in settled]
    if wrong:
        raise Problem("findings", findings=answers.told(wrong))
    settled.update({name: checked.values.get(name) for name in settled})
    return answers.told(finding for finding in checked.unexplained if finding.field in settled)


def _record(session: Session, connection: Connection, journal: Journal, registration: str) -> Record:
    record = journal.record(registration)
    if record is None or record.type != "registration":
        raise Problem("registration_not_found", details={"id": registration})
    disputes.refuse_settling(session, connection, record)
    return record


def _group(field: str) -> str:
    from fieldapp.forms.declaration import GROUPS

    return GROUPS.get(field, field)


def _chosen(
    session: Session,
    connection: Connection,
    record: Record,
    group: str,
    keep: str | None,
    take: Take | None,
    values: Mapping[str, Any] | None,
) -> dict[str, Any]:
    told = disputes.Teller(session, connection, record).of_group(group)
    sides = told["sides"]
    if values is not None:
        unknown = next((name for name in values if _group(name) != group), None)
        if unknown is not None:
            raise Problem("field_unknown", details={"field": unknown})
        shown = {name: record.values.get(name) for name in told["fields"]}
        return {**shown, **values}
    if take == "base":
        if told["base"] is None:
            return dict.fromkeys(told["fields"])
        side = told["base"]
    elif take == "newest":
        if told["rule"] != "newest":
            raise Problem("person_decides")
        side = sides[0]
    else:
        side = next((each for each in sides if keep is not None and each["entry"].startswith(keep)), None)
        if side is None:
            raise Problem("entry_not_found", details={"entry": keep or ""})
    if not side["known"]:
        raise Problem("base_unknown")
    return dict(side["values"])


def _settled(record: Record, group: str, field: str, keep: str | None, value: Any) -> dict[str, Any]:
    heads = record.groups[group]
    fields = {name for head in heads for name in head.values}
    if keep is not None:
        chosen = next((head for head in heads if head.entry == keep or head.entry.startswith(keep)), None)
        if chosen is None:
            raise Problem("entry_not_found", details={"entry": keep})
        return {name: chosen.values.get(name) for name in fields}
    if value is _MISSING:
        raise Problem("value_needed")
    return {**{name: heads[0].values.get(name) for name in fields}, field: value}


def _value(head: Head, field: str, who: Mapping[str, str]) -> dict[str, Any]:
    return {
        "entry": head.entry,
        "value": head.values.get(field),
        "by": who.get(head.by, head.by),
        "at": iso_time(head.t[0]),
    }


def _base(record: Record, group: str) -> dict[str, object]:
    """The group's values that the writers of the heads started from; nothing where this laptop let them go."""
    stored = disputes.base_of(record, group, record.heads[group])
    if stored is None or stored.is_dropped:
        return {}
    layout = record.rules.layout(stored.entry.f).fields.get(group, ())
    return {name: stored.entry.f[name] for name in layout}
