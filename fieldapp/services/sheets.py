"""Registrations out as a spreadsheet: the list that an office works with and that goes on to BPJS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from fieldapp.files.errors import MESSAGES, SheetError
from fieldapp.files.sheet import Column, write_sheet
from fieldapp.services.problems import Exit, Problem
from fieldapp.services.session import Session
from fieldapp.services.views import area_name, filter_of, member_names
from fieldapp.store import disclosures, queries
from fieldapp.store.db import Connection
from fieldapp.store.queries import Filter
from fieldapp.store.rows import from_json

#: What comes before the answers.
_OWN: Final = (
    ("id", "id"),
    ("state", "state"),
    ("area", "area"),
    ("area_name", "area_name"),
    ("registered_by", "registered_by"),
)
_NUMBERS: Final = frozenset({"int"})


def export(
    session: Session, out: Path, *, filter: Mapping[str, str] | None = None, ids: Sequence[str] | None = None
) -> dict[str, Any]:
    """Write registrations, one a row with every answer, to `out` (.xlsx or .csv). Answers `{"file", "rows", "kind"}`.

    `filter`: state, area, category, registered_by, text. Column headers are the names of the form's fields, so that the
    file can come back in. People without a NIK are left out: they are never exported (FORM.md). That an export was
    made, by whom and of how many, is kept on this laptop. `ids`: only these; of an enumerator only the own ones.
    """
    wanted = filter_of(session, **(filter or {}))
    if ids is not None:
        own = session.member.id if session.member.role == "enumerator" else wanted.registered_by
        wanted = replace(wanted, ids=ids, registered_by=own)
    columns = _columns()
    try:
        # In one reading: a sheet shows the register as it stood at one moment.
        count = session.read(lambda connection: write_sheet(out, columns, _rows(session, connection, wanted)))
    except SheetError as error:
        exit_code = Exit.WRONG_USE if error.code == "sheet_kind" else Exit.REFUSED
        raise Problem(error.code, exit_code=exit_code, details=error.details, words=MESSAGES.get(error.code)) from error
    session.write(lambda connection, _: disclosures.keep_export(connection, session.member.id, session.now_ms(), count))
    return {"file": str(out), "rows": count, "kind": out.suffix.lower().lstrip(".")}


def _columns() -> list[Column]:
    from fieldapp.forms.declaration import QUESTIONS

    asked = [
        Column(question.name, question.name, "number" if question.kind in _NUMBERS else "text")
        for question in QUESTIONS.values()
    ]
    return [*(Column(key, title) for key, title in _OWN), *asked]


def _rows(session: Session, connection: Connection, wanted: Filter) -> Iterator[Mapping[str, object]]:
    who = member_names(session, connection)
    names: dict[str, str] = {}
    for id_, state, scope, by, nik, values_json in queries.with_values(connection, wanted):
        if not nik:
            continue
        if scope not in names:
            names[scope] = area_name(scope)
        row: dict[str, object] = from_json(values_json)
        row["id"], row["state"], row["area"], row["area_name"] = id_, state, scope, names[scope]
        row["registered_by"] = who.get(by, by)
        yield row
