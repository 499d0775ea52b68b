"""How far the register is, counted by day, area, category and state: reads only."""

from __future__ import annotations

from typing import Final

from fieldapp.store.db import Connection
from fieldapp.store.quality import DAY, FROM, Part, where_of

#: Milliseconds from midnight UTC back to midnight in Balikpapan (UTC+8), and of a day.
_ZONE_MS: Final = 8 * 3_600_000
_DAY_MS: Final = 86_400_000


def handed_in(connection: Connection, part: Part) -> list[tuple[str, str, str, int]]:
    """(area, state, half of a day as in `quality.days`, registrations)."""
    where, arguments = where_of(part)
    found = connection.execute(
        f"SELECT scope, state, {DAY} AS day, count(*) {FROM} {where} GROUP BY scope, state, day", arguments
    )
    return found.fetchall()


def categories(connection: Connection, part: Part) -> list[tuple[str, str, int]]:
    """(categories as JSON, state, registrations)."""
    where, arguments = where_of(part)
    found = connection.execute(
        f"""SELECT categories, state, count(*) FROM registration INDEXED BY registration_listed {where}
        GROUP BY categories, state""",  # noqa: S608 - our words
        arguments,
    )
    return found.fetchall()


def decided(connection: Connection, part: Part) -> list[tuple[str, int, int]]:
    """(code of the decision in force, day in Balikpapan in days since 1970, registrations)."""
    where, arguments = where_of(part, "decision_ms IS NOT NULL")
    found = connection.execute(
        f"""SELECT decision_code, (decision_ms + {_ZONE_MS}) / {_DAY_MS} AS day, count(*) FROM registration {where}
        GROUP BY decision_code, day""",  # noqa: S608 - our words
        arguments,
    )
    return found.fetchall()
