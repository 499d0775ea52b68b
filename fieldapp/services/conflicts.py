"""Conflicts: one answer with two values written by people who did not know of each other. A person chooses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fieldapp.domain import roles
from fieldapp.services import answers, changes
from fieldapp.services.problems import Problem
from fieldapp.services.session import Session, iso_time
from fieldapp.services.submission import covers, refuse_joined
from fieldapp.services.views import member_names
from fieldapp.store import queries
from fieldapp.store.db import Connection
from fieldapp.store.queries import Filter
from sync.journal import Journal

if TYPE_CHECKING:
    from sync.fold import Head, Record

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
    outside_area, findings (a rule refuses the value).
    """

    def write(connection: Connection, journal: Journal) -> dict[str, Any]:
        from fieldapp.forms.declaration import GROUPS

        record = journal.record(registration)
        if record is None or record.type != "registration":
            raise Problem("registration_not_found", details={"id": registration})
        group = GROUPS.get(field, field)
        if group not in record.conflicts:
            raise Problem("no_conflict", details={"field": field})
        _may_resolve(session, record)
        refuse_joined(connection, registration)
        settled = _settled(record, group, field, keep, value)
        _refuse_wrong(session, connection, record, settled)
        parents = {group: [head.entry for head in record.groups[group]]}
        journal.append(session.author(), [changes.about(record, "resolve", settled, parents=parents)])
        return {"id": registration, "field": field, "state": queries.state_of(connection, registration)}

    return session.write(write)


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


def _refuse_wrong(session: Session, connection: Connection, record: Record, settled: dict[str, Any]) -> None:
    checked = answers.check(session, connection, {**record.values, **settled}, record.id)
    wrong = [finding for finding in checked.errors if finding.field in settled]
    if wrong:
        raise Problem("findings", findings=answers.told(wrong))
    settled.update({name: checked.values.get(name) for name in settled})


def _may_resolve(session: Session, record: Record) -> None:
    own = record.origin_by == session.member.id
    if roles.may(session.member.role, "registration", "resolve", own_record=own) is not None:
        raise Problem("not_allowed", details={"role": session.member.role, "who": "coordinator"})
    if not any(covers(scope, record.scope) for scope in session.member.scopes):
        raise Problem("outside_area")


def _value(head: Head, field: str, who: Mapping[str, str]) -> dict[str, Any]:
    return {
        "entry": head.entry,
        "value": head.values.get(field),
        "by": who.get(head.by, head.by),
        "at": iso_time(head.t[0]),
    }


def _base(record: Record, group: str) -> dict[str, object]:
    """The group's values that the writers of the heads started from: the latest entry that one of them replaces."""
    replaced = {parent for stored in record.heads[group] for parent in stored.entry.b.get(group, ())}
    for stored in reversed(record.history):
        if stored.id in replaced:
            layout = record.rules.layout(stored.entry.f).fields.get(group, ())
            return {name: stored.entry.f[name] for name in layout}
    return {}
