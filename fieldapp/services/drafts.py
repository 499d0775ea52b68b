"""Drafts: what is being filled in on this laptop. Saving never refuses; only handing in does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from fieldapp.services import answers
from fieldapp.services.problems import Problem
from fieldapp.services.session import Session
from fieldapp.store import drafts as kept
from fieldapp.store import queries
from fieldapp.store.db import Connection
from fieldapp.store.decided import joined_to

if TYPE_CHECKING:
    from fieldapp.forms.check import Checked
    from sync.journal import Journal

#: Where a draft that corrects a registration keeps what its writer saw: the answers, and the entries they came from.
SEEN: Final = "_seen"

#: What neighbours have in common.
ADDRESS: Final = (
    *("ktp_address", "ktp_rt", "ktp_rw", "ktp_area"),
    *("domicile_address", "domicile_rt", "domicile_rw", "domicile_area"),
)
_HOUSE_NUMBER: Final = re.compile(r"((?:\b(?:no|nomor|nomer)\b\.?\s*)?)[0-9]+\s?[a-z]?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DraftView:
    """One draft. Times in ms since 1970 UTC; `registration` is the one it corrects, or None for a new person;
    `passed_to` who has to put that right now, where it was this member's work when the draft was begun."""

    id: str
    values: dict[str, Any] = field(repr=False)
    position: tuple[str, str] | None
    started_at: int
    updated_at: int
    registration: str | None
    errors: int
    warnings: int
    seconds: int
    passed_to: str | None = None


def new_draft(session: Session, values: Mapping[str, Any] | None = None) -> DraftView:
    """A fresh draft, kept at once; what the program sets (consent text version) is already in it."""
    from fieldapp.forms.consent import version_for

    now = session.now_ms()
    started = {"consent_text_version": version_for(session.settings), **(values or {})}

    def begin(connection: Connection, journal: Journal) -> kept.Draft:
        record = fresh_id(session, connection, journal)
        draft = kept.Draft(record, session.member.id, started, started_ms=now, updated_ms=now)
        kept.save(connection, draft)
        return draft

    return view(session.write(begin))


def fresh_id(session: Session, connection: Connection, journal: Journal) -> str:
    """An id for what this member begins, as a draft and as the registration that it becomes."""
    return journal.new_record(session.author(), is_taken=lambda record: kept.get(connection, record) is not None)


def correction(session: Session, registration: str) -> DraftView:
    """A draft that corrects a submitted registration; the open one when there is one already.

    Raises Problem registration_not_found, or joined where another registration stands for the person.
    """

    def begin(connection: Connection, journal: Journal) -> kept.Draft:
        known = next((d for d in kept.all_drafts(connection, session.member.id) if d.edits == registration), None)
        if known is not None:
            return known
        record = journal.record(registration)
        if record is None or record.type != "registration":
            raise Problem("registration_not_found", details={"id": registration})
        survivor = joined_to(connection, registration)
        if survivor is not None:
            raise Problem("joined", details={"survivor": survivor})
        now = session.now_ms()
        seen = {
            "values": record.values,
            "heads": {group: [head.entry for head in heads] for group, heads in record.groups.items()},
        }
        draft = kept.Draft(
            fresh_id(session, connection, journal),
            session.member.id,
            {**record.values, SEEN: seen},
            started_ms=now,
            updated_ms=now,
            edits=registration,
        )
        kept.save(connection, draft)
        return draft

    return view(session.write(begin))


def draft(session: Session, draft_id: str) -> DraftView:
    """The draft; Problem draft_not_found."""
    return view(session.read(lambda connection: load(connection, draft_id)))


def drafts(session: Session) -> list[DraftView]:
    """The member's own drafts, by id, so the oldest first."""

    def read(connection: Connection) -> list[DraftView]:
        found = kept.all_drafts(connection, session.member.id)
        return [replace(view(each), passed_to=_passed_to(session, connection, each.edits)) for each in found]

    return session.read(read)


def _passed_to(session: Session, connection: Connection, registration: str | None) -> str | None:
    """Who puts a registration right that was this member's to put right; None where it still is, or never was."""
    if registration is None:
        return None
    row = queries.get(connection, registration)
    if row is None or row.assigned_to is None:
        return None
    from fieldapp.services.returns.charges import Charges, assigned_words, given, had

    workers, record = Charges(session, connection), session.journal(connection).record(registration)
    if record is None or workers.follow(row.assigned_to) == session.member.id:
        return None
    words = assigned_words(given(record), {}, workers)
    return str(words["to"]) if words and had(record, workers.of(session.member.id)) else None


def save_draft(
    session: Session,
    draft_id: str,
    values: Mapping[str, Any],
    *,
    position: tuple[str, str] | None = None,
    seconds: int = 0,
) -> Checked:
    """Keep the answers as they stand, and say what is not right yet. `seconds` more were spent on the form."""

    def save(connection: Connection, _: Any) -> Checked:
        before = load(connection, draft_id)
        checked = answers.check(session, connection, values, before.edits)
        seen = {SEEN: before.values[SEEN]} if SEEN in before.values else {}
        section, at = position or (before.section, before.field)
        after = replace(
            before,
            values={**checked.values, **seen},
            section=section,
            field=at,
            errors=len(checked.errors),
            warnings=len(checked.unexplained),
            seconds=before.seconds + seconds,
            updated_ms=session.now_ms(),
        )
        kept.save(connection, after)
        return checked

    return session.write(save)


def last_address(session: Session, besides: str) -> dict[str, Any]:
    """Where the person lives whom this member wrote down last before the draft `besides`; empty when there is nobody.

    Neighbours are visited one after another. The answers of `ADDRESS` that there are; the house number at the end of
    the street line is left out, since it is the neighbour's.
    """

    def newest(connection: Connection) -> Mapping[str, Any]:
        draft = kept.newest(connection, session.member.id, besides)
        found = queries.newest_by(connection, session.member.id)
        if draft is not None and (found is None or draft.updated_ms >= found[0]):
            return draft.values
        return found[1] if found is not None else {}

    values = session.read(newest)
    taken = {name: values[name] for name in ADDRESS if isinstance(values.get(name), str)}
    for name in ("ktp_address", "domicile_address"):
        if name in taken:
            taken[name] = _HOUSE_NUMBER.sub(r"\1", taken[name])
    return taken


def discard_draft(session: Session, draft_id: str) -> None:
    """Throw a draft away, as a person asked; Problem draft_not_found."""
    if not session.write(lambda connection, _: kept.delete(connection, draft_id)):
        raise Problem("draft_not_found", details={"id": draft_id})


def discard_drafts(session: Session, draft_ids: Iterable[str]) -> int:
    """Throw several drafts away at once, as a person asked; how many there still were."""
    return session.write(lambda connection, _: sum(kept.delete(connection, draft_id) for draft_id in draft_ids))


def keep_tally_only(session: Session, connection: Connection, refused: kept.Draft) -> None:
    """A person said no: nothing of the person stays, only that a visit took place (UU 27/2022)."""
    from fieldapp.forms.consent import tally_of_visit

    left = replace(refused, values=tally_of_visit(refused.values), errors=1, warnings=0, updated_ms=session.now_ms())
    kept.save(connection, left)


def load(connection: Connection, draft_id: str) -> kept.Draft:
    """The draft as it is kept; Problem draft_not_found."""
    found = kept.get(connection, draft_id)
    if found is None:
        raise Problem("draft_not_found", details={"id": draft_id})
    return found


def view(draft: kept.Draft) -> DraftView:
    """The draft as callers see it."""
    return DraftView(
        id=draft.id,
        values={name: value for name, value in draft.values.items() if name != SEEN},
        position=(draft.section, draft.field) if draft.section else None,
        started_at=draft.started_ms,
        updated_at=draft.updated_ms,
        registration=draft.edits,
        errors=draft.errors,
        warnings=draft.warnings,
        seconds=draft.seconds,
    )
