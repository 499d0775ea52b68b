"""People to visit: what an item holds, what a visit finds, and what stays of a person who refused.

An item is one record of type `prelist`, written by the office. A visit sets the fields of VISIT in one edit; a refusal
empties every field of PERSONAL in the same edit and sets those of KEPT again, so that it replaces all that the item
said before and the old values can be let go (docs/decisions/0014).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

TYPE: Final = "prelist"
LIST_TYPE: Final = "prelist_list"
"""One import: the name of its list and what it did. Holds nothing about anybody."""

REFUSED: Final = "menolak"
RESULTS: Final = ("tidak_di_rumah", "pindah", "meninggal", REFUSED)
"""What a visit without a registration can find."""

STATES: Final = ("belum", "draf", "tidak_di_rumah", "pindah", "meninggal", REFUSED, "terdaftar")
"""What an item can be: a result, or what follows from the drafts and registrations on this laptop."""
OPEN_STATES: Final = ("belum", "tidak_di_rumah")
"""States of people whom somebody still has to visit."""
UNVISITED_STATES: Final = ("belum", "draf")

PERSONAL: Final = ("name", "nik", "birth_date", "birth_place", "sex", "address", "phone", "note", "categories")
"""What tells who somebody is; a refusal leaves none of it."""
KEPT: Final = ("list", "rt", "rw")
"""What a refusal leaves beside the area: enough to count it."""
VISIT: Final = ("visit", "visited_at", "visit_note", "visits")
"""What a visit sets; they change as one. `visits` counts them: older visits are let go sooner or later."""
GROUPS: Final = dict.fromkeys(VISIT[1:], VISIT[0])

NOTE_MAX: Final = 200
VISITS_MAX: Final = 999

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_PLACE: Final = re.compile(r"[0-9A-Za-z]{1,8}")
_RECORD: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def visited(values: Mapping[str, Any], result: str, at: str, note: str = "") -> dict[str, Any]:
    """The fields of an edit by which a visit found `result`; `values` are the item's. Of a refusal see `refused`."""
    return {"visit": result, "visited_at": at, "visit_note": note or None, "visits": visits_of(values) + 1}


def visits_of(values: Mapping[str, Any]) -> int:
    """How many visits were made."""
    count = values.get("visits")
    return min(count, VISITS_MAX - 1) if isinstance(count, int) and _is_count(count) else 0


def refused(values: Mapping[str, Any], at: str) -> dict[str, Any]:
    """The fields of the edit by which nothing of a person stays but where, in which list and that there was a visit."""
    return {**visited(values, REFUSED, at), **emptied(values)}


def emptied(values: Mapping[str, Any]) -> dict[str, Any]:
    """Every personal field emptied, and what is kept set again, so that no older entry is needed any more."""
    return {**dict.fromkeys(PERSONAL), **{name: values.get(name) for name in KEPT}}


def is_visit(fields: Mapping[str, Any], *, is_stub: bool = False) -> bool:
    """Whether an edit does no more than say what a visit found: all that an enumerator may write about an item.

    Personal fields may only be emptied, and only by a refusal. `is_stub`: the values were let go here, so that only the
    names are left; what counted before must count still.
    """
    allowed = {*VISIT, *PERSONAL, *KEPT}
    if "visit" not in fields or not fields.keys() <= allowed:
        return False
    if is_stub:
        return True
    touched = fields.keys() - set(VISIT)
    result = fields["visit"]
    if touched and (result != REFUSED or any(fields[name] is not None for name in touched - set(KEPT))):
        return False
    if result is not None and result not in RESULTS:
        return False
    # A refusal leaves no word in which the person could be named.
    note = fields.get("visit_note")
    if note is not None and (result == REFUSED or not isinstance(note, str) or len(note) > NOTE_MAX):
        return False
    return (
        _fits(_TIME, fields.get("visited_at"))
        and (fields.get("visits") is None or _is_count(fields["visits"]))
        and _fits(_RECORD, fields.get("list"))
        and _fits(_PLACE, fields.get("rt"))
        and _fits(_PLACE, fields.get("rw"))
    )


def _fits(pattern: re.Pattern[str], value: object) -> bool:
    return value is None or (isinstance(value, str) and pattern.fullmatch(value) is not None)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= VISITS_MAX
