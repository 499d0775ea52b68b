"""How many candidate pairs of each registration wait for a decision: asked for every list, so made without reading the
wide table. What a pair is and when it is open stands in `fieldapp.store.matching`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fieldapp.store.db import Connection
from fieldapp.store.listed import listed
from fieldapp.store.matching import SHOWN

_BANDS: Final = ", ".join(f"'{band}'" for band in SHOWN)
#: Pairs about which somebody decided for sure, and about the answers that there still are.
_SETTLED: Final = """settled AS MATERIALIZED (SELECT min(x.rid, y.rid) AS lo, max(x.rid, y.rid) AS hi
    FROM decided_pair AS d JOIN registration AS x ON x.id = d.a JOIN registration AS y ON y.id = d.b
    LEFT JOIN match_person AS s ON s.rid = x.rid LEFT JOIN match_person AS t ON t.rid = y.rid
    WHERE d.decision NOT IN ('unsure', 'disputed')
        AND (d.decision <> 'different' OR (d.stamp_a IS s.stamp AND d.stamp_b IS t.stamp)))"""
#: Who stands for nobody any more, while the pairs do not know it: only who changed lately has to be looked at.
_STANDS: Final = """NOT EXISTS (SELECT 1 FROM match_todo AS todo WHERE todo.rid = {side}
    AND NOT EXISTS (SELECT 1 FROM registration AS r WHERE r.rid = todo.rid AND r.live = 1))"""
_OPEN: Final = f"""band IN ({_BANDS}) AND (lo, hi) NOT IN (SELECT lo, hi FROM settled)
    AND {_STANDS.format(side="lo")} AND {_STANDS.format(side="hi")}"""  # noqa: S608 - our words


def waiting(connection: Connection, rids: Sequence[int] | None = None) -> dict[int, int]:
    """Row number of a registration -> how many of its pairs wait, of those that have any; of all by default."""
    if rids is not None:
        return _among(connection, rids)
    found = connection.execute(
        f"""WITH {_SETTLED}, open AS MATERIALIZED (SELECT lo, hi FROM match_pair WHERE {_OPEN})
        SELECT rid, count(*) FROM (SELECT lo AS rid FROM open UNION ALL SELECT hi FROM open) GROUP BY rid"""  # noqa: S608
    )
    return dict(found.fetchall())


def count(connection: Connection) -> int:
    """How many pairs wait."""
    found = connection.execute(f"WITH {_SETTLED} SELECT count(*) FROM match_pair WHERE {_OPEN}")  # noqa: S608
    return int(found.fetchone()[0])


def _among(connection: Connection, rids: Sequence[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for side in ("lo", "hi"):
        statement = f"""WITH {_SETTLED} SELECT {side}, count(*) FROM match_pair
            WHERE {side} IN ({{}}) AND {_OPEN} GROUP BY {side}"""  # noqa: S608 - our words
        for rid, count in listed(connection, statement, rids):
            counts[rid] = counts.get(rid, 0) + count
    return counts
