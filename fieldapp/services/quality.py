"""How people register: figures for a talk among colleagues, worked out on this laptop without any server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fieldapp.domain import quality
from fieldapp.domain.quality import Tally
from fieldapp.locale import N_, _
from fieldapp.services.session import Session
from fieldapp.store import quality as store
from fieldapp.store.db import Connection
from fieldapp.store.quality import Worked

_FLAGS: Final = "quality_flags"
#: Of so many entries one may be new before the flags are worked out again: shares of hundreds do not turn on it.
_NEW_ENTRY_OF: Final = 1000

#: Flag -> how it is said in a row. Nothing here blames: it names what is worth asking about.
FLAG_WORDS: Final = {
    "returns_high": N_("sering dikembalikan"),
    "overrides_high": N_("sering memberi alasan atas peringatan"),
    "fast": N_("pengisian sangat cepat"),
    "odd_hours": N_("sering mendaftar larut malam"),
    "phones_repeat": N_("nomor telepon sering sama"),
}


def flags(session: Session) -> dict[str, tuple[str, ...]]:
    """Member -> what stands out in the way this member registers (`domain.quality.FLAGS`), of those of whom anything
    does. Remembered until a thousandth of the register's entries are new."""
    return session.read(lambda connection: flags_in(session, connection))


def flags_in(session: Session, connection: Connection) -> dict[str, tuple[str, ...]]:
    """The same within a reading that was begun already."""
    entries = store.entries(connection)
    known = session.remembered.get(_FLAGS)
    if known is None or abs(entries - known[0]) > entries // _NEW_ENTRY_OF:
        known = (entries, quality.flags(_counted(connection)))
        session.remembered[_FLAGS] = known
    found: dict[str, tuple[str, ...]] = known[1]
    return found


def flag_words(flag: str) -> str:
    """A flag in the language in force."""
    return _(FLAG_WORDS[flag])


def _counted(connection: Connection) -> dict[str, dict[str, Tally]]:
    """Member -> flag -> counts."""
    worked = store.worked(connection)
    fast_below = quality.fast_below(quality.middle_of(_times(worked)))
    shared = store.shared_phones(connection)
    rows: dict[str, list[Worked]] = {}
    for row in worked:
        rows.setdefault(row.member, []).append(row)
    return {member: _tallies(mine, fast_below, shared.get(member, 0)) for member, mine in rows.items()}


def _tallies(rows: list[Worked], fast_below: float, shared: int) -> dict[str, Tally]:
    people = sum(row.people for row in rows)
    times = _times(rows)
    return {
        "returns_high": Tally(sum(row.returned for row in rows), people),
        "overrides_high": Tally(sum(row.explained for row in rows), people),
        "fast": Tally(sum(often for s, often in times if s < fast_below), sum(often for _, often in times)),
        "odd_hours": Tally(sum(row.odd for row in rows), people),
        "phones_repeat": Tally(sum(row.serial for row in rows) + shared, sum(row.phones for row in rows)),
    }


def _times(rows: Iterable[Worked]) -> list[tuple[int, int]]:
    """(seconds, how often) in ascending order; what came out of a file was never on the form and took 0 seconds."""
    counts: dict[int, int] = {}
    for row in rows:
        if row.seconds:
            counts[row.seconds] = counts.get(row.seconds, 0) + row.people
    return sorted(counts.items())
