"""How an area field asks for kelurahan."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from fieldapp.domain import region
from fieldapp.tui.text import area_text
from fieldapp.tui.widgets.area import AT_MOST, Areas, Found


def areas_near(city: str, submit: Callable[[Callable[[], None]], Future[None]]) -> Areas:
    """Areas as a programme of `city` (a dotted regency code) sees them; `submit` runs a search off the loop."""
    return Areas(partial(search_areas, city), partial(area_name, city), submit)


def search_areas(city: str, typed: str) -> Found:
    """Kelurahan whose name holds `typed`: the programme's city first, its province and the country when it has none."""
    for within in dict.fromkeys((city, city[:2], "")):
        found = region.search(typed, within, AT_MOST)
        if found:
            return [(place.code, area_text(place.code, city)) for place in found]
    return []


def area_name(city: str, code: str) -> str:
    """A kelurahan with what it lies in, seen from the programme's city; empty for a code that is none."""
    return area_text(code, city) if region.lookup(code) is not None else ""
