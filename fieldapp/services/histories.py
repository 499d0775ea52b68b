"""What happened to a registration: who did what, when, and what replaced what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from fieldapp.domain.review import ASSIGN
from fieldapp.services.pairs import words as pair_words
from fieldapp.services.problems import Problem
from fieldapp.services.returns.charges import assignee_name
from fieldapp.services.session import Session, iso_time
from fieldapp.services.views import member_names
from fieldapp.store.db import Connection

if TYPE_CHECKING:
    from sync.fold import Record
    from sync.journal import Journal

#: Stands for an answer that this laptop let go, since it was replaced.
AWAY: Final = "…"


def history(session: Session, registration: str) -> list[dict[str, Any]]:
    """Who did what, oldest first: `{"entry", "at", "by", "kind", "changes": [{"field", "from", "to"}], …}`.

    Where a laptop let go of replaced answers, `dropped` is true and they read "…"; the next exchange brings them. What
    was said about this registration and another one is of kind `same_as`: `decision`, `with`, `survivor`, `reason`.
    The first change after a return says with `round` that it was handed in again. A comment that gives the registration
    to somebody names that member in `assigned_to`, or nobody where it takes that back.
    """

    def read(connection: Connection) -> list[dict[str, Any]]:
        journal = session.journal(connection)
        record = journal.record(registration)
        if record is None or record.type != "registration":
            raise Problem("registration_not_found", details={"id": registration})
        return told(session, connection, journal, record, member_names(session, connection))

    found = session.read(read)
    ask_for_dropped(session, registration, found)
    return found


def of_field(history: Sequence[Mapping[str, Any]], field: str) -> list[dict[str, Any]]:
    """What became of one answer, oldest first: `{"entry", "at", "by", "kind", "from", "to"}`, out of a `history`."""
    return [
        {**{name: item[name] for name in ("entry", "at", "by", "kind")}, "from": change["from"], "to": change["to"]}
        for item in history
        for change in item.get("changes") or ()
        if change["field"] == field
    ]


def ask_for_dropped(session: Session, registration: str, history: Sequence[Mapping[str, Any]]) -> None:
    """Who looks at a history gets it whole with the next exchange."""
    if any(item.get("dropped") for item in history):
        session.write(lambda _, journal: journal.attic.ask_for(registration))


def told(
    session: Session, connection: Connection, journal: Journal, record: Record, who: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The history of a record, as `history` answers it, within the caller's reading."""
    items = [(stored.entry.t, item) for stored, item in zip(record.history, own(record, who), strict=True)]
    both = [*items, *pair_words.history(session, connection, journal, record.id)]
    return [item for _, item in sorted(both, key=lambda one: one[0])]


def own(record: Record, who: Mapping[str, str]) -> list[dict[str, Any]]:
    """The items of a history that the record's own entries make, in their order."""
    items = []
    known: dict[str, Any] = {}
    returns, answered = 0, 0
    for stored in record.history:
        entry = stored.entry
        item: dict[str, Any] = {
            "entry": stored.id,
            "at": iso_time(entry.t[0]),
            "by": who.get(entry.au, entry.au),
            "kind": entry.k,
        }
        if entry.k in ("new", "edit", "resolve"):
            if stored.is_dropped:
                item["dropped"] = True
            if entry.k == "edit" and returns > answered:
                answered = returns
                item["round"] = 1 + returns
            values = dict.fromkeys(entry.f, AWAY) if stored.is_dropped else entry.f
            item["changes"] = [
                {"field": name, "from": known.get(name), "to": value}
                for name, value in sorted(values.items())
                if known.get(name) != value or value == AWAY
            ]
            known.update(values)
        else:
            returns += entry.k == "decide" and entry.f.get("decision") == "return"
            item.update({name: value for name, value in entry.f.items() if name not in item})
            if entry.k == "comment" and isinstance(entry.f.get(ASSIGN), str):
                to = entry.f[ASSIGN]
                item["assigned_to"] = who.get(to) or assignee_name(entry.f) or to or None
        items.append(item)
    return items
