"""The file of a list of people to visit: who is in which kelurahan and RT, and which rows cannot be used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fieldapp.domain import region
from fieldapp.domain.names import plain
from fieldapp.locale import language
from fieldapp.services.covers.files import Read, read_table_of, write_refused
from fieldapp.services.prelist.words import problem
from fieldapp.services.session import Session
from fieldapp.services.submission import covers

if TYPE_CHECKING:
    from fieldapp.files.people import PersonRow
    from fieldapp.files.table import Table

_TAKEN: Final = ("name", "nik", "birth_date", "birth_place", "sex", "address", "phone")
_LONGEST: Final = 300
_KIND_OF_PLACE: Final = re.compile(r"^\s*(?:kelurahan|kel\b|desa|kecamatan|kec\b)[.\s]*", re.IGNORECASE)
_CODE: Final = re.compile(r"[0-9]{2}(?:\.[0-9]{2}){2}(?:\.[0-9]{4})?")
_RT: Final = re.compile(r"\bRT\W{0,3}([0-9]{1,3})\b(?:\s*/\s*(?:RW\W{0,3})?([0-9]{1,3})\b)?", re.IGNORECASE)
_RW: Final = re.compile(r"\bRW\W{0,3}([0-9]{1,3})\b", re.IGNORECASE)
#: What the fold allows an enumerator to set again when somebody refuses.
_PLACE: Final = re.compile(r"[0-9A-Za-z]{1,8}")


@dataclass(frozen=True, slots=True)
class Person:
    """A row that can be used: `fields` as an item of the prelist has them, without its list."""

    number: int
    scope: str
    fields: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Taken:
    """A file as it was understood; `told` is what is said of its columns, and of rows that were refused."""

    table: Table
    people: list[Person]
    refused: int
    without_nik: int
    wide: int
    """People of whom only the kecamatan is known."""
    told: dict[str, Any]


def read_people(
    session: Session,
    path: Path,
    *,
    sheet: str | None,
    header_line: int | None,
    columns: Mapping[str, str | int] | None,
    area: str | None,
    categories: Sequence[str],
    errors: Path | None,
) -> Taken:
    """Read a file; rows that cannot be used are written to `errors` with the reason beside each.

    Raises Problem: prelist_area, prelist_category, prelist_errors_target, and those of reading a file.
    """
    from fieldapp.files.people import findings_of, people, words_of

    settings = session.settings
    for category in categories:
        if category not in settings.categories:
            raise problem("prelist_category", {"category": category})
    if errors is not None and errors.resolve() == path.resolve():
        raise problem("prelist_errors_target")
    places = _Places(settings.city, session.member.scopes, area)
    table = read_table_of(path, sheet, header_line, columns)
    found = list(people(table, session.today()))
    kept: list[Person] = []
    refused: list[tuple[PersonRow, list[str]]] = []
    seen: set[object] = set()
    holders: dict[str, dict[str, Any]] = {}
    without_nik = 0
    for row in found:
        scope, code = places.of(row.values)
        if "name" not in row.values:
            code = "row_nobody" if any(fault.code == "row_nobody" for fault in row.faults) else "row_no_name"
        fields = _fields(row.values, categories)
        if not code and _is_somebody_else(fields, holders.get(fields.get("nik", ""))):
            # One of the two numbers is wrong, and nobody here can tell which; both people are to be visited.
            del fields["nik"]
        marks = marks_of(fields, scope) if not code else []
        if not code and seen.intersection(marks):
            code = "row_repeated"
        if code:
            refused.append((row, [code]))
            continue
        seen.update(marks)
        if "nik" in fields:
            holders[fields["nik"]] = fields
        without_nik += "nik" not in fields
        kept.append(Person(row.number, scope, fields))
    reasons = Counter(codes[0] for _row, codes in refused)
    if errors is not None:
        write_refused(errors, Read(table, [], refused, [], 0, {}))
    told = {
        "sheet": table.sheet,
        "header": table.header_line,
        "columns": table.columns.described(),
        "warnings": [{"code": each.code, "message": words_of(each, language())} for each in findings_of(table, found)],
        "reasons": dict(sorted(reasons.items())),
    }
    wide = sum(1 for person in kept if len(person.scope) < 13)
    return Taken(table, kept, len(refused), without_nik, wide, told)


def marks_of(fields: Mapping[str, Any], scope: str) -> list[object]:
    """What makes two rows the same person: the NIK; name and birth date in one area; without a birth date the name and
    where it is. The surest first."""
    name = plain(str(fields.get("name", "")))
    marks: list[object] = [fields["nik"]] if fields.get("nik") else []
    if fields.get("birth_date"):
        return [*marks, (scope, name, fields["birth_date"])]
    return [*marks, (scope, name, fields.get("rt", ""), plain(str(fields.get("address", ""))))] if name else marks


def _is_somebody_else(fields: Mapping[str, Any], holder: Mapping[str, Any] | None) -> bool:
    """Whether a NIK that stands in an earlier row stands there for somebody who has no word of the name in common, and
    another birth date."""
    if holder is None or ("birth_date" in fields and fields["birth_date"] == holder.get("birth_date")):
        return False
    names = [{plain(word) for word in str(each.get("name", "")).split()} for each in (fields, holder)]
    return not names[0] & names[1]


def _fields(values: Mapping[str, str], categories: Sequence[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {name: values[name][:_LONGEST] for name in _TAKEN if values.get(name)}
    if categories:
        fields["categories"] = list(categories)
    address = values.get("address", "")
    said = _RT.search(address)
    rt, rw = values.get("rt"), values.get("rw")
    if not rt and said is not None:
        rt, rw = said[1], rw or said[2]
    if not rw and (by_itself := _RW.search(address)) is not None:
        rw = by_itself[1]
    for name, place in (("rt", rt), ("rw", rw)):
        text = place.zfill(3) if place and place.isascii() and place.isdigit() else place or ""
        if _PLACE.fullmatch(text):
            fields[name] = text
    return fields


class _Places:
    """Finds the kelurahan of a row within a member's areas, by the words of a list."""

    def __init__(self, city: str, scopes: Sequence[str], area: str | None) -> None:
        self._scopes = scopes
        self._villages = _by_name(city, 13)
        self._districts = _by_name(city, 8)
        if area is not None and (region.lookup(area) is None or len(area) < 8 or not self._own(area)):
            raise problem("prelist_area", {"area": area})
        only = scopes[0] if len(scopes) == 1 and len(scopes[0]) >= 8 else None
        self._otherwise = area or only

    def _own(self, code: str) -> bool:
        return any(covers(scope, code) for scope in self._scopes)

    def of(self, values: Mapping[str, str]) -> tuple[str, str]:
        """(the area's code, "") or ("", why not): row_no_area, row_outside_area."""
        village, district = values.get("kelurahan", ""), values.get("kecamatan", "")
        districts = _codes(district, self._districts)
        villages = _codes(village, self._villages)
        if districts:
            villages = [code for code in villages if code[:8] in districts] or (villages if len(villages) == 1 else [])
        found = villages or districts
        if not village and not district and self._otherwise:
            found = [self._otherwise]
        if len(found) != 1:
            return "", "row_no_area"
        return (found[0], "") if self._own(found[0]) else ("", "row_outside_area")


def _by_name(within: str, length: int) -> dict[str, list[str]]:
    """Folded name -> codes of that length within a city."""
    found: dict[str, list[str]] = {}
    districts = region.children(within) if len(within) == 5 else ()
    places = districts if length == 8 else [each for district in districts for each in region.children(district.code)]
    for place in places:
        found.setdefault(plain(place.name), []).append(place.code)
    return found


def _codes(said: str, by_name: Mapping[str, list[str]]) -> list[str]:
    code = region.dotted(said.strip())
    if _CODE.fullmatch(code):
        return [code] if region.lookup(code) is not None else []
    return by_name.get(plain(_KIND_OF_PLACE.sub("", said)), [])
