"""The changes that services ask the journal for, by what they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fieldapp.services.policy import PUBLIC_SCOPE
from sync.journal import Change

if TYPE_CHECKING:
    from fieldapp.services.session import Session
    from sync.entry import Kind
    from sync.fold import Record
    from sync.journal import Journal


def new_registration(registration: str, scope: str, values: Mapping[str, Any]) -> Change:
    """The first entry of a registration, with all its answers."""
    return Change(record=registration, type="registration", scope=scope, kind="new", fields=values)


def about(
    record: Record,
    kind: Kind,
    fields: Mapping[str, Any],
    *,
    parents: Mapping[str, Sequence[str]] | None = None,
    scope: str | None = None,
) -> Change:
    """A change of a registration that is known here; `parents` None means that the writer saw what is here now.

    `scope` is the area whose list the person enters by it; None for the one that they are in.
    """
    return Change(
        record=record.id,
        type="registration",
        scope=scope or record.scope,
        kind=kind,
        fields=fields,
        parents=parents,
    )


def public(session: Session, journal: Journal, type: str, fields: Mapping[str, Any]) -> Change:
    """A new record for everybody: a setting, a lease, a revocation, an office key."""
    record = journal.new_record(session.author())
    return Change(record=record, type=type, scope=PUBLIC_SCOPE, kind="new", fields=fields)


def public_edit(record: str, type: str, fields: Mapping[str, Any]) -> Change:
    """A change of a record for everybody."""
    return Change(record=record, type=type, scope=PUBLIC_SCOPE, kind="edit", fields=fields)
