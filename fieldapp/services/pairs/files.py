"""Looking for the same person twice in plain CSV lists, without a programme: nothing is kept, nothing is unlocked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fieldapp.domain import nik as niks
from fieldapp.files.errors import MESSAGES, SheetError
from fieldapp.files.people_list import PeopleList, Row, Told
from fieldapp.locale.reasons import os_reason
from fieldapp.services.problems import Exit, Problem

if TYPE_CHECKING:
    from fieldapp.matching.sweep import Found, Report

#: The columns that name a row: of the list that is searched, and of another programme's list beside it.
OWN_ID: Final = "rec_id"
LISTED_ID: Final = "no"

Source = Path | bytes


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a pair as a person is shown it; `nik` is masked."""

    name: str
    nik: str
    birth_date: str


class PairFiles:
    """One list, or a list and another programme's beside it.

    Raises Problem when a file is not there (`file_not_found`), cannot be read (`file_not_read`) or is no such list
    (`list_empty`, `list_not_text`, `list_without_column`).
    """

    def __init__(self, source: Source, listed: Source | None = None) -> None:
        self._own = _opened(source, OWN_ID)
        self._listed = None if listed is None else _opened(listed, LISTED_ID)

    def pairs(
        self,
        *,
        progress: Callable[[int, int | None, str], None] | None = None,
        processes: int | None = None,
        report: Report | None = None,
    ) -> list[tuple[str, str, Found]]:
        """Every pair worth showing, sorted by its two ids: two rows of the list (the lower id first), or a row of the
        list and one of the other's. Raises Problem `file_not_read`, and `compare_ended` when a process was lost."""
        from fieldapp.matching.crew import CrewLostError
        from fieldapp.matching.sweep import sweep_rows

        listed = self._listed
        try:
            return sweep_rows(
                self._own.fields,
                _rows(self._own),
                () if listed is None else listed.fields,
                None if listed is None else _rows(listed),
                progress=progress,
                processes=processes,
                report=report,
            )
        except (CrewLostError, MemoryError) as error:
            raise Problem("compare_ended") from error
        except OSError as error:
            raise Problem("file_not_read", details={"file": "CSV", "reason": os_reason(error)}) from error

    @property
    def told(self) -> list[tuple[str, Told]]:
        """What was wrong with which lines, by the column that names a file's rows; complete once `pairs` has run."""
        lists = [(OWN_ID, self._own)] if self._listed is None else [(OWN_ID, self._own), (LISTED_ID, self._listed)]
        return [(name, each.told) for name, each in lists if each.told.lines]

    def shown(self, pairs: list[tuple[str, str, Found]]) -> list[tuple[Side, Side]]:
        """Both sides of some pairs in the words of the files, read from them once more."""
        own = _sides(self._own, {each for a, b, _found in pairs for each in ((a, b) if self._listed is None else (a,))})
        listed = own if self._listed is None else _sides(self._listed, {b for _a, b, _found in pairs})
        return [(own[a], listed[b]) for a, b, _found in pairs]


def _opened(source: Source, id_column: str) -> PeopleList:
    file = source.name if isinstance(source, Path) else "-"
    try:
        return PeopleList(source, id_column)
    except SheetError as error:
        raise Problem(
            error.code,
            exit_code=Exit.UNTRUSTED,
            details={**error.details, "file": file},
            words=MESSAGES.get(error.code),
        ) from error
    except FileNotFoundError as error:
        raise Problem("file_not_found", details={"file": file}) from error
    except OSError as error:
        raise Problem("file_not_read", details={"file": file, "reason": os_reason(error)}) from error


def _rows(people: PeopleList) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The rows for comparing; an id that comes again is told, and compared like any other."""
    met: set[str] = set()
    rows = people.rows()
    for row in rows:
        if row.id in met:
            people.told.add("row_repeats_id", row.line)
        met.add(row.id)
        yield row.id, row.values


def _sides(people: PeopleList, wanted: set[str]) -> dict[str, Side]:
    found: dict[str, Side] = {}
    for row in people.rows() if wanted else ():
        if row.id in wanted and row.id not in found:
            found[row.id] = _side(people, row)
    return found


def _side(people: PeopleList, row: Row) -> Side:
    values: Mapping[str, str] = dict(zip(people.fields, row.values, strict=True))
    return Side(
        values.get("name", "").strip(),
        niks.masked(niks.clean(values.get("nik", ""))),
        values.get("birth_date", "").strip(),
    )
