"""How many pairs of registrations wait for a decision, for a status that is asked for again and again."""

from __future__ import annotations

from typing import Final

from fieldapp.store.db import Connection
from fieldapp.store.matching import SHOWN

#: The same pairs as `matching.known_pairs` that are `matching.is_open`, counted where they lie.
_COUNT: Final = f"""SELECT count(*) FROM match_pair AS p
    JOIN registration AS x ON x.rid = p.lo AND x.live = 1 JOIN registration AS y ON y.rid = p.hi AND y.live = 1
    JOIN match_person AS s ON s.rid = p.lo JOIN match_person AS t ON t.rid = p.hi
    LEFT JOIN decided_pair AS d ON d.a = min(x.id, y.id) AND d.b = max(x.id, y.id)
    WHERE p.band IN ({", ".join("?" * len(SHOWN))}) AND (d.a IS NULL OR d.decision IN ('unsure', 'disputed')
        OR d.decision = 'different' AND CASE WHEN x.id < y.id THEN (d.stamp_a, d.stamp_b) <> (s.stamp, t.stamp)
            ELSE (d.stamp_a, d.stamp_b) <> (t.stamp, s.stamp) END)"""  # noqa: S608 - marks and constants

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
    """Pairs of the shown bands about which somebody has to decide; 25 µs a pair at 100,000 people."""
    return int(connection.execute(_COUNT, SHOWN).fetchone()[0])
