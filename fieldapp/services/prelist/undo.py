"""Taking an import of people to visit back as a unit: whom it brought, what it changed, and who was gone by it.

What somebody has built upon since stays and is named. Nothing is removed from the history of the office.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fieldapp.domain import prelist as rules
from fieldapp.services import policy
from fieldapp.services.prelist import importing as prelist_import
from fieldapp.services.prelist.words import left_words
from fieldapp.services.session import Session
from fieldapp.services.submission import covers
from fieldapp.store import prelist as store
from fieldapp.store.db import Connection
from sync.fold import fold
from sync.journal import Change

if TYPE_CHECKING:
    from sync.fold import Record
    from sync.journal import Journal


class _Stays(Exception):
    """Why an item stays as it is, as a code."""


def is_list(session: Session, wanted: str) -> bool:
    """Whether an import of people to visit has this id, its beginning, or this name."""
    from fieldapp.services.problems import Problem

    def look(connection: Connection) -> bool:
        try:
            return bool(prelist_import.find(connection, wanted))
        except Problem as found:
            return found.code == "prelist_list_ambiguous"

    return session.read(look)


def undo_list(session: Session, list_: str, reason: str = "") -> dict[str, Any]:
    """Take the import of this id (or the newest of this name) back, in one transaction.

    Answers `{"id", "list", "removed", "restored", "left": [{"id", "code", "message"}]}`: people whom it brought and who
    are to be visited no more, people who are again as they were before it, and those who stay with the reason. The
    import itself stands as long as anybody outside the member's areas came by it. Raises Problem: not_allowed,
    prelist_list_unknown, prelist_list_ambiguous.
    """
    session.require_role(*prelist_import.ROLES, who="coordinator")

    def write(connection: Connection, journal: Journal) -> dict[str, Any]:
        found = prelist_import.find(connection, list_)
        told: dict[str, Any] = {"id": found.id, "list": found.name, "removed": 0, "restored": 0, "left": []}
        changes: list[Change] = []
        for item in store.of_lists(connection, [found.id]):
            try:
                fields, what = _taken_back(session, connection, journal, item, found.id)
            except _Stays as stays:
                code = str(stays)
                told["left"].append({"id": item.id, "code": code, "message": left_words(code)})
                continue
            if fields:
                told[what] += 1
                changes.append(Change(record=item.id, type=rules.TYPE, scope=item.scope, kind="edit", fields=fields))
        if not any(each["code"] == "outside_area" for each in told["left"]):
            said = {"decision": "void", "reason": reason.strip() or "dibatalkan"}
            changes.append(
                Change(record=found.id, type=rules.LIST_TYPE, scope=policy.PUBLIC_SCOPE, kind="void", fields=said)
            )
        journal.append(session.author(), changes)
        return told

    return session.write(write)


def _taken_back(
    session: Session, connection: Connection, journal: Journal, item: store.Item, list_: str
) -> tuple[dict[str, Any], str]:
    """The fields that put an item back to what it was before the import, and under which count; none where nothing is
    left to do."""
    if not any(covers(scope, item.scope) for scope in session.member.scopes):
        raise _Stays("outside_area")
    record = journal.record(item.id)
    if record is None or not record.complete:
        raise _Stays("history_away")
    # A refusal says the list again too, and is nobody's import.
    written = [stored for stored in record.history if stored.entry.f.get("list") == list_]
    made = [stored for stored in written if "visit" not in stored.entry.f]
    begun = [stored for stored in made if stored.entry.k == "new"]
    if begun:
        if item.is_gone:
            return {}, "removed"
        if item.visit is not None:
            raise _Stays("visited")
        if store.registration_of(connection, item.id) is not None:
            raise _Stays("registered")
        return {**rules.emptied(item.values), "gone": True}, "removed"
    return _restored(journal, record, {stored.id for stored in made}), "restored"


def _restored(journal: Journal, record: Record, made: set[str]) -> dict[str, Any]:
    """What the fields that the import set said before it."""
    before = fold(
        record.id,
        [stored for stored in journal.entries_of(record.id) if stored.id not in made],
        journal.rules,
        journal.membership,
    )
    if before.dropped:
        raise _Stays("history_away")
    names = {name for stored in record.history if stored.id in made for name in stored.entry.f}
    groups = {journal.rules.group(name) for name in names}
    if any(head.entry not in made for group in groups for head in record.groups.get(group, ())):
        raise _Stays("built_upon")
    return {name: before.values.get(name) for name in sorted(names)}
