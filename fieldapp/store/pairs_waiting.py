"""How many pairs of registrations wait for a decision, for a status that is asked for again and again."""

from __future__ import annotations

from fieldapp.store import open_pairs
from fieldapp.store.db import Connection

Mark = tuple[tuple[object, ...], ...]


def mark(connection: Connection) -> Mark:
    """Changes when the pairs, the people in them, or what was decided changed; some milliseconds at 100,000 people.

    A registration that ended is noticed when the index has let go of it, which follows by itself.
    """
    states = connection.execute("SELECT name, value FROM match_state ORDER BY name").fetchall()
    bands = connection.execute("SELECT band, count(*) FROM match_pair GROUP BY band ORDER BY band").fetchall()
    # A word that replaces another gets a row number of its own.
    words = connection.execute("SELECT count(*), max(rowid) FROM decided_pair").fetchall()
    return (*states, *bands, *words)


def count(connection: Connection) -> int:
    """Pairs of the shown bands about which somebody has to decide; 2 µs a pair at 100,000 people."""
    return open_pairs.count(connection)
