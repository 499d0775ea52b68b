"""Many registrations at once from a file of lines: good ones are handed in, the rest kept, nothing is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from fieldapp.domain.findings import error
from fieldapp.forms.lines import Line, read_line
from fieldapp.services import answers, prelist
from fieldapp.services.drafts import fresh_id
from fieldapp.services.pairs import finding
from fieldapp.services.session import Session
from fieldapp.services.submission import submit_in
from fieldapp.store import drafts as kept
from fieldapp.store.db import Connection
from sync.journal import Journal
from sync.randomness import token, uuid7

#: Keys that only the program sets: what a file brings under these names says nothing about this register.
_OURS: Final = frozenset({"id", "programme", "registered_by", "registered_on", "submitted_at"})


def register_many(
    session: Session,
    lines: Iterable[bytes],
    *,
    draft: bool = False,
    accept_warnings: str | None = None,
) -> Iterator[dict[str, Any]]:
    """Take one JSON object a line; answer each `{"line", "id", "state", "errors", "warnings"}` as it is done.

    `state` is submitted, draft (with what is wrong), or unreadable (the line is kept word for word). Every line is a
    transaction of its own, so a cut in the middle keeps what was answered. `draft` hands nothing in; `accept_warnings`
    is the reason written for every warning that the line itself does not explain. Blank lines hold nothing and are
    passed over.
    """
    source = token()
    finding.index_before(session)
    for number, line in enumerate(lines, start=1):
        content = line.rstrip(b"\r\n")
        if number == 1:
            content = content.removeprefix(b"\xef\xbb\xbf")
        if content.strip():
            yield {"line": number, **_take(session, source, number, content, draft, accept_warnings)}


def _take(
    session: Session, source: str, number: int, content: bytes, draft: bool, accept_warnings: str | None
) -> dict[str, Any]:
    line = read_line(content, number)
    if line.values is None:
        return _keep_unreadable(session, source, line)
    return _register(session, line.values, draft, accept_warnings)


def _keep_unreadable(session: Session, source: str, line: Line) -> dict[str, Any]:
    now = session.now_ms()
    kept_line = kept.Unreadable(uuid7(now), session.member.id, source, line.number, line.raw, now)
    session.write(lambda connection, _: kept.keep_unreadable(connection, [kept_line]))
    fault = error(line.fault or "not_json", "", line=str(line.number))
    return {"id": kept_line.id, "state": "unreadable", "errors": answers.told([fault]), "warnings": []}


def _register(session: Session, values: Mapping[str, Any], draft: bool, accept_warnings: str | None) -> dict[str, Any]:
    from fieldapp.forms.consent import tally_of_visit, version_for

    now = session.now_ms()
    answered = {name: value for name, value in values.items() if name not in _OURS}
    answered.setdefault("consent_text_version", version_for(session.settings))

    def write(connection: Connection, journal: Journal) -> dict[str, Any]:
        finding.index_few(connection)
        register = answers.Register(session, connection, None)
        checked = answers.check(session, connection, answered, None, register)
        refused = any(finding.code == "consent_refused" for finding in checked.errors)
        fresh = kept.Draft(
            id=fresh_id(session, connection, journal),
            member=session.member.id,
            # What the rules could not read stays as it came, so that a person can; of who refused nothing stays.
            values=tally_of_visit(answered) if refused else checked.values,
            started_ms=now,
            updated_ms=now,
            errors=len(checked.errors),
            warnings=len(checked.unexplained),
        )
        if refused:
            prelist.refused_in_form(session, connection, journal, answered.get("prelist_id"))
        kept.save(connection, fresh)
        if draft:
            return {
                "id": fresh.id,
                "state": "draft",
                "errors": answers.told(checked.errors),
                "warnings": answers.told(checked.unexplained),
            }
        reasons = {finding.code: accept_warnings for finding in checked.unexplained} if accept_warnings else {}
        return submit_in(session, connection, journal, fresh.id, reasons, register)

    return session.write(write)
