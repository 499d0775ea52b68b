"""How an area field asks for kelurahan."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING

from fieldapp.services import places
from fieldapp.tui.widgets.area import Areas

if TYPE_CHECKING:
    from fieldapp.services.session import Session


def areas_near(session: Session, city: str, submit: Callable[[Callable[[], None]], Future[None]]) -> Areas:
    """Areas as a programme of `city` (a dotted regency code) sees them; `submit` runs a search off the loop."""
    return Areas(partial(_search, session, city), partial(_name, city), submit)


def _search(session: Session, city: str, typed: str) -> places.Places:
    return places.find(session, typed, city)


def _name(city: str, code: str) -> str:
    return places.name(code, city)
