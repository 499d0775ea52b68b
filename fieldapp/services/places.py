"""Kelurahan found while somebody types, and their names as people of the programme's city read them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from fieldapp.domain import region
from fieldapp.services.session import Session
from fieldapp.store import areas
from fieldapp.store.db import Error

AT_MOST: Final = 20
"""Places offered at once; more letters narrow them."""
_VILLAGE: Final = 13
_KIND: Final = re.compile(r"^(?:Kabupaten|Kota)(?: Administrasi)? ")


@dataclass(frozen=True, slots=True)
class Places:
    """(code, name with what it lies in), the likeliest first. `more`: not all that have these words are among them;
    `beyond`: only the programme's city, or its province, was looked at."""

    found: tuple[tuple[str, str], ...] = ()
    more: bool = False
    beyond: bool = False


def find(session: Session, typed: str, city: str, limit: int = AT_MOST) -> Places:
    """Kelurahan for what was typed: a code, or words of its name and of what it lies in.

    The programme's city comes first, its province where the city has none, then the country. An empty text finds the
    member's own areas, where those are kelurahan or the kelurahan of a kecamatan.
    """
    code = region.dotted(typed.strip())
    if len(code) == _VILLAGE and region.lookup(code) is not None:
        return Places(((code, name(code, city)),))
    if not typed.strip():
        return _own(session, city, limit)
    try:
        found = areas.find(session.home, typed, city, limit)
    except (OSError, Error):
        # No room for the file of names: slower, and without the words beside the name, but it finds.
        return _in_memory(typed, city, limit)
    return Places(tuple((place.code, _shown(place.code, place.names, city)) for place in found.places), *found[1:])


def name(code: str, city: str) -> str:
    """A place with what it lies in, seen from the programme's city; empty for a code that is none."""
    return _shown(code, region.name_path(code), city)


def _shown(code: str, names: tuple[str, ...], city: str) -> str:
    # The city says nothing to people who all work in it, nor the province to those who look beyond.
    return ", ".join(names[: 2 if code.startswith(f"{city}.") else 3])


def towns(session: Session, city: str) -> tuple[str, ...]:
    """The names of all regencies without what kind they are, the one of `city` first, then its province's."""
    try:
        found = areas.regencies(session.home)
    except (OSError, Error):
        return ()
    near = sorted(found, key=lambda each: (each[0] != city, not each[0].startswith(city[:2]), each[1]))
    return tuple(dict.fromkeys(_KIND.sub("", each) for _code, each in near))


def _own(session: Session, city: str, limit: int) -> Places:
    codes: list[str] = []
    for scope in session.member.scopes:
        if len(scope) == _VILLAGE:
            codes.append(scope)
        elif len(scope) == 8:
            codes += [place.code for place in region.children(scope)]
    codes = [code for code in dict.fromkeys(codes) if region.lookup(code) is not None]
    return Places(tuple((code, name(code, city)) for code in codes[:limit]), len(codes) > limit)


def _in_memory(typed: str, city: str, limit: int) -> Places:
    for within in dict.fromkeys((city, city[:2], "")):
        found = region.search(typed, within, limit + 1)
        if found:
            shown = tuple((place.code, name(place.code, city)) for place in found[:limit])
            return Places(shown, len(found) > limit)
    return Places()
