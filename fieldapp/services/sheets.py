"""Registrations out as a spreadsheet: the list that an office works with and that goes on to BPJS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from fieldapp.files.errors import MESSAGES, SheetError
from fieldapp.files.sheet import Column, write_sheet
from fieldapp.services.problems import Exit, Problem
from fieldapp.services.session import Session
from fieldapp.services.views import area_name, ids, member_names
from fieldapp.store import disclosures, queries
from fieldapp.store.db import Connection

#: What comes before the answers.
_OWN: Final = (
    ("id", "id"),
    ("state", "state"),
    ("area", "area"),
    ("area_name", "area_name"),
    ("registered_by", "registered_by"),
)
_NUMBERS: Final = frozenset({"int"})
_CHUNK: Final = 500


def export(session: Session, out: Path, *, filter: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Write registrations, one a row with every answer, to `out` (.xlsx or .csv). Answers `{"file", "rows", "kind"}`.

    `filter`: state, area, category, registered_by, text. Column headers are the names of the form's fields, so that the
    file can come back in. People without a NIK are left out: they are never exported (FORM.md). That an export was
    made, by whom and of how many, is kept on this laptop.
    """
    narrowed: dict[str, Any] = dict(filter or {})
    wanted = ids(session, **narrowed)
    columns = _columns()
    try:
        count = write_sheet(out, columns, _rows(session, wanted))
    except SheetError as error:
        raise Problem(
            error.code, exit_code=Exit.REFUSED, details=error.details, words=MESSAGES.get(error.code)
        ) from error
    session.write(lambda connection, _: disclosures.keep_export(connection, session.member.id, session.now_ms(), count))
    return {"file": str(out), "rows": count, "kind": out.suffix.lower().lstrip(".")}


def _columns() -> list[Column]:
    from fieldapp.forms.declaration import QUESTIONS

    asked = [
        Column(question.name, question.name, "number" if question.kind in _NUMBERS else "text")
        for question in QUESTIONS.values()
    ]
    return [*(Column(key, title) for key, title in _OWN), *asked]


def _rows(session: Session, wanted: list[str]) -> Iterator[Mapping[str, object]]:
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]

        def read(connection: Connection, chunk: list[str] = chunk) -> list[dict[str, object]]:
            who = member_names(session, connection)
            return [
                {
                    **(queries.values_of(connection, row.id) or {}),
                    "id": row.id,
                    "state": row.state,
                    "area": row.scope,
                    "area_name": area_name(row.scope),
                    "registered_by": who.get(row.registered_by, row.registered_by),
                }
                for row in queries.rows(connection, chunk)
                if row.nik
            ]

        yield from session.read(read)
