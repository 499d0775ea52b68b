"""Handing in: from a draft to entries that travel, corrections of what was handed in, and taking it out again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from fieldapp.services import answers, changes, prelist
from fieldapp.services import drafts as draft_service
from fieldapp.services.pairs import finding
from fieldapp.services.problems import Problem, fill
from fieldapp.services.quarantine.drafts import handed_in
from fieldapp.services.session import Session, iso_time
from fieldapp.store import drafts as kept
from fieldapp.store import queries
from fieldapp.store.db import Connection
from fieldapp.store.decided import joined_to
from sync.errors import SyncError
from sync.journal import Change, Journal
from sync.record_id import names

if TYPE_CHECKING:
    from fieldapp.forms.check import Checked

#: Keys that the program sets at handing in; what a file brought under these names is not believed.
_STAMPED: Final = ("id", "programme", "registered_by", "registered_on", "submitted_at", "seconds_on_form", "started_at")

_LIVES: Final = frozenset({"ktp_area", "domicile_same", "domicile_area"})


def check_values(session: Session, values: Mapping[str, Any], *, registration: str | None = None) -> Checked:
    """The answers as they would be kept, with every finding; writes nothing."""
    return session.read(lambda connection: answers.check(session, connection, values, registration))


def submit(session: Session, draft_id: str, overrides: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Hand a draft in: it becomes a registration (or a correction of one) and stops being a draft.

    `overrides` gives a reason for each warning by its code. With errors, or warnings without a reason, the draft stays
    and the answer lists them. Answers `{"id", "state", "errors", "warnings"}`; `id` is the draft's, or a
    new one where another member of this laptop had begun it. A correction is answered with its `round` too: 2 after the
    first return.
    """
    return session.write(lambda connection, journal: submit_in(session, connection, journal, draft_id, overrides or {}))


def submit_in(
    session: Session,
    connection: Connection,
    journal: Journal,
    draft_id: str,
    overrides: Mapping[str, str],
    register: answers.Register | None = None,
) -> dict[str, Any]:
    """`submit` inside a transaction of the caller's, who may have asked `register` about the draft already."""
    draft = draft_service.load(connection, draft_id)
    values = {name: value for name, value in draft.values.items() if name != draft_service.SEEN}
    given = {**_reasons(values), **{code: reason.strip() for code, reason in overrides.items() if reason.strip()}}
    if given:
        values["overrides"] = given
    finding.index_few(connection)
    checked = answers.check(session, connection, values, draft.edits, register)
    if checked.errors or checked.unexplained:
        if any(found.code == "consent_refused" for found in checked.errors):
            prelist.refused_in_form(session, connection, journal, draft.values.get("prelist_id"))
            draft_service.keep_tally_only(session, connection, draft)
        return _stays(draft.id, checked)
    registration = draft.edits or _registration_of(session, connection, journal, draft)
    if draft.edits:
        refuse_joined(connection, registration)
        _append_correction(session, journal, draft, checked.values)
    else:
        try:
            _append_new(session, journal, draft, registration, checked.values)
        except SyncError as error:
            if error.code not in ("entry_damaged", "entry_too_large"):
                raise
            return _stays(draft.id, checked, _unstorable(error))
    kept.delete(connection, draft.id)
    handed_in(session, connection, journal, draft.id, registration)
    row = queries.get(connection, registration) if draft.edits else None
    return {
        "id": registration,
        "state": "submitted" if row is None else row.state,
        "errors": [],
        "warnings": answers.told(checked.warnings),
        **({"round": row.round} if row is not None else {}),
    }


def edit(session: Session, registration: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Change answers of a draft or of a submitted registration; None empties one.

    A submitted registration with an answer that a rule refuses is not written: Problem findings, nothing changed.
    """
    from fieldapp.forms.declaration import APP_FIELDS, QUESTIONS

    for name in wanted:
        if name not in QUESTIONS and name != "overrides":
            raise Problem("field_unknown" if name not in APP_FIELDS else "not_allowed_field", details={"field": name})

    def change(connection: Connection, journal: Journal) -> dict[str, Any]:
        draft = kept.get(connection, registration)
        if draft is not None:
            return _edit_draft(session, connection, draft, wanted)
        return _edit_submitted(session, connection, journal, registration, wanted)

    return session.write(change)


def void(session: Session, registration: str, reason: str) -> dict[str, Any]:
    """Take out a registration that should not be (entered twice, a test); it stays in the history."""
    if not reason.strip():
        raise Problem("reason_needed")

    def write(connection: Connection, journal: Journal) -> dict[str, Any]:
        record = _record(journal, registration)
        if queries.state_of(connection, registration) == "frozen":
            raise Problem("frozen")
        refuse_joined(connection, registration)
        said = {"decision": "void", "reason": reason.strip()}
        journal.append(session.author(), [changes.about(record, "void", said)])
        return {"id": registration, "state": queries.state_of(connection, registration)}

    return session.write(write)


def _stays(draft_id: str, checked: Checked, *more: dict[str, str]) -> dict[str, Any]:
    return {
        "id": draft_id,
        "state": "draft",
        "errors": [*answers.told(checked.errors), *more],
        "warnings": answers.told(checked.unexplained),
    }


def _unstorable(error: SyncError) -> dict[str, str]:
    words = (
        "Ada isian yang tidak dapat disimpan (bilangan pecahan atau terlalu panjang). Tulis sebagai teks biasa.",
        "One answer cannot be kept (a fraction, or too long). Write it as plain text.",
    )
    return {"code": error.code, "field": "", "message": fill(words, {})}


def _reasons(values: Mapping[str, Any]) -> dict[str, str]:
    given = values.get("overrides")
    if not isinstance(given, dict):
        return {}
    return {str(code): reason for code, reason in given.items() if isinstance(reason, str) and reason.strip()}


def _registration_of(session: Session, connection: Connection, journal: Journal, draft: kept.Draft) -> str:
    """The id under which a draft is handed in: its own, unless somebody else of this laptop began it.

    A registration's id names who hands it in: under any other, a member of the area could pass as its origin.
    """
    if names(draft.id, session.member.id):
        return draft.id
    return draft_service.fresh_id(session, connection, journal)


def _append_new(
    session: Session, journal: Journal, draft: kept.Draft, registration: str, values: Mapping[str, Any]
) -> None:
    answered = {name: value for name, value in values.items() if value is not None and name not in _STAMPED}
    now = iso_time(session.now_ms())
    stamped = {
        **answered,
        "programme": session.programme.id,
        "registered_by": session.member.id,
        "registered_on": session.device,
        "started_at": iso_time(draft.started_ms),
        "submitted_at": now,
        "seconds_on_form": draft.seconds,
    }
    stamped.setdefault("consent_at", now)
    stamped.setdefault("visit", "bertemu")
    scope = scope_of(values, session.member.scopes)
    journal.append(session.author(), [changes.new_registration(registration, scope, stamped)])


def _append_correction(session: Session, journal: Journal, draft: kept.Draft, values: Mapping[str, Any]) -> None:
    """Write only what its writer changed, naming what the writer saw, so that a change made meanwhile is not lost."""
    record = _record(journal, str(draft.edits))
    seen = draft.values.get(draft_service.SEEN) or {"values": record.values, "heads": {}}
    before = seen["values"]
    names = {name for name in {*before, *values} if before.get(name) != values.get(name)} - set(_STAMPED)
    if not names:
        # Handing in unchanged answers the return: the record is sent again as it stands.
        names = {"submitted_at"}
        values = {**values, "submitted_at": iso_time(session.now_ms())}
    fields = {name: values.get(name) for name in names}
    append_fields(session, journal, record, fields, values, seen["heads"])


def append_fields(
    session: Session,
    journal: Journal,
    record: Any,
    fields: Mapping[str, Any],
    whole: Mapping[str, Any],
    heads: Mapping[str, list[str]] | None,
) -> str:
    """Append one edit: every field of a touched group goes along, since the group is what conflicts; the entry's id."""
    (stored,) = journal.append(session.author(), [edit_of(session, record, fields, whole, heads)])
    return stored.id


def edit_of(
    session: Session,
    record: Any,
    fields: Mapping[str, Any],
    whole: Mapping[str, Any],
    heads: Mapping[str, list[str]] | None,
) -> Change:
    """The edit that `append_fields` appends; `heads` are those that its writer saw, None for the present ones."""
    from fieldapp.forms.declaration import GROUPS

    touched = {GROUPS.get(name, name) for name in fields}
    full = dict(fields)
    for name, group in GROUPS.items():
        if group in touched and (name in whole or name in record.values):
            full.setdefault(name, whole.get(name))
    parents = {group: list(heads[group]) for group in touched if group in heads} if heads else None
    scope = scope_of_change(record, fields, whole, session.member.scopes)
    return changes.about(record, "edit", full, parents=parents, scope=scope)


def scope_of_change(record: Any, fields: Iterable[str], whole: Mapping[str, Any], scopes: tuple[str, ...]) -> str:
    """The area whose list a change of these answers is of: who moved to another kelurahan enters its list too, with the
    whole history. `whole` are the answers after it, `scopes` its writer's."""
    lived = lives_in(whole) if _LIVES & set(fields) else ""
    return lived if any(covers(own, lived) for own in scopes) else str(record.scope)


def _edit_draft(
    session: Session, connection: Connection, draft: kept.Draft, wanted: Mapping[str, Any]
) -> dict[str, Any]:
    from dataclasses import replace

    values = {**draft.values, **wanted}
    checked = answers.check(
        session, connection, {k: v for k, v in values.items() if k != draft_service.SEEN}, draft.edits
    )
    seen = {k: v for k, v in values.items() if k == draft_service.SEEN}
    kept.save(
        connection,
        replace(
            draft,
            values={**checked.values, **seen},
            errors=len(checked.errors),
            warnings=len(checked.unexplained),
            updated_ms=session.now_ms(),
        ),
    )
    return _stays(draft.id, checked)


def _edit_submitted(
    session: Session, connection: Connection, journal: Journal, registration: str, wanted: Mapping[str, Any]
) -> dict[str, Any]:
    record = _record(journal, registration)
    if queries.state_of(connection, registration) == "frozen":
        raise Problem("frozen")
    refuse_joined(connection, registration)
    whole = {**record.values, **wanted}
    if isinstance(wanted.get("overrides"), dict):
        whole["overrides"] = {**_reasons(record.values), **_reasons(wanted)}
    finding.index_few(connection)
    checked = answers.check(session, connection, whole, registration)
    fresh = [found for found in checked.errors if concerns(found.field, wanted)]
    unexplained = [found for found in checked.unexplained if concerns(found.field, wanted)]
    if fresh or unexplained:
        raise Problem("findings", findings=answers.told([*fresh, *unexplained]))
    fields = {name: checked.values.get(name) for name in wanted if checked.values.get(name) != record.values.get(name)}
    if fields:
        append_fields(session, journal, record, fields, checked.values, None)
    return {
        "id": registration,
        "state": queries.state_of(connection, registration),
        "errors": answers.told(checked.errors),
        "warnings": answers.told(checked.warnings),
    }


def concerns(field: str, wanted: Mapping[str, Any]) -> bool:
    """Whether a finding is about what is being changed: an old fault elsewhere must not stop a correction."""
    from fieldapp.forms.declaration import GROUPS

    touched = {GROUPS.get(name, name) for name in wanted}
    # NIK, birth date and sex are judged against each other, and with the name against other people.
    if {"nik", "birth_date", "sex"} & set(wanted):
        touched |= {GROUPS.get(name, name) for name in ("nik", "birth_date", "sex", "name")}
    return not field or GROUPS.get(field, field) in touched


def _record(journal: Journal, registration: str) -> Any:
    record = journal.record(registration)
    if record is None or record.type != "registration":
        raise Problem("registration_not_found", details={"id": registration})
    return record


def refuse_joined(connection: Connection, registration: str) -> None:
    """Raises Problem joined for a registration that gives way to another of the same person: work on it would be lost
    from sight."""
    survivor = joined_to(connection, registration)
    if survivor is not None:
        raise Problem("joined", details={"survivor": survivor})


def scope_of(values: Mapping[str, Any], scopes: tuple[str, ...]) -> str:
    """The kelurahan whose list a person belongs to: where they live, when its enumerator may write there.

    A person whose card is of another place is kept in the enumerator's own area: the scope says who works on the
    registration, and never where the person is from.
    """
    for area in (lives_in(values), values.get("domicile_area"), values.get("ktp_area")):
        if isinstance(area, str) and area and any(covers(scope, area) for scope in scopes):
            return area
    return scopes[0]


def lives_in(values: Mapping[str, Any]) -> str:
    """The kelurahan where a person lives, by the answers; empty when they do not say."""
    lived = values.get("ktp_area") if values.get("domicile_same") is not False else values.get("domicile_area")
    return lived if isinstance(lived, str) else ""


def covers(scope: str, area: str) -> bool:
    """Whether a member's area holds `area`: the same code, or one below it."""
    return scope == "*" or area == scope or area.startswith(f"{scope}.")
