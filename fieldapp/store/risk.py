"""The order by risk (`fieldapp.domain.risk`): what follows from the entries stands in one index, in that order, so that
a queue is read and never sorted; what only this laptop knows of some registrations is put in front while reading."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping
from typing import Final

from fieldapp.domain.risk import BITS, FAST_S, ODD_HOURS_UTC, SLOW_S, bit, shift
from fieldapp.store.db import Connection
from fieldapp.store.rows import to_json

_WHEN: Final = {
    "decisions_differ": "state = 'has_issues' AND instr(decision_heads, ' ') > 0",
    "changed_after_review": "state = 'changed_after_review'",
    "no_nik": "nik IS NULL",
    "errors": "error_count > 0",
    "conflicts": "conflict_count > 0",
    "duplicates": "duplicate_count > 0",
    "overrides": "override_count > 0",
    "odd_hours": f"substr(submitted_at, 12, 2) IN {ODD_HOURS_UTC}",
    "fast": f"coalesce(seconds BETWEEN 1 AND {FAST_S - 1}, 0)",
    "slow": f"coalesce(seconds > {SLOW_S}, 0)",
    "again": "round > 1",
}

#: SQL of the reasons that follow from the entries, as one number. The index is made of this very text, so another rule
#: needs another step of migrations.py that makes it anew.
RISK: Final = "(" + " | ".join(f"(({when}) << {shift(reason)})" for reason, when in _WHEN.items()) + ")"
INDEX: Final = (
    f"CREATE INDEX registration_by_risk ON registration ({RISK} DESC, submitted_at, id, state, registered_by)"
)

_FLAGGED: Final = f"| ((registered_by IN (SELECT value FROM json_each(:flagged))) * {bit('enumerator')})"  # noqa: S608 - our words


def numbers(
    connection: Connection,
    states: Collection[str] | None = None,
    *,
    beside: Mapping[int, int] | None = None,
    flagged: Collection[str] = (),
) -> array[int]:
    """Row numbers of all registrations (in these states), the riskiest first.

    `beside`: row number -> bits of reasons that the entries do not tell; `flagged` are members of whom every
    registration has the reason `enumerator`.
    """
    where = "" if states is None else "WHERE state IN (SELECT value FROM json_each(:states))"
    more = _FLAGGED if flagged else ""
    statement = f"""SELECT group_concat(packed) FROM (
        SELECT (rid << {BITS}) | {RISK} {more} AS packed FROM registration INDEXED BY registration_by_risk {where}
        ORDER BY {RISK} DESC, submitted_at, id)"""  # noqa: S608 - our words
    arguments = {"states": to_json(sorted(states or ())), "flagged": to_json(sorted(flagged))}
    given = {name: text for name, text in arguments.items() if f":{name}" in statement}
    found = connection.execute(statement, given).fetchone()[0]
    return _ordered(map(int, found.split(",")) if found else (), beside or {})


def _ordered(packed: Collection[int] | map[int], beside: Mapping[int, int]) -> array[int]:
    """From (row number, bits of the entries) in the index's order: no bit of `beside` is one of those, so whoever has
    the same bits in sum stands in the right order already."""
    groups: dict[int, array[int]] = {}
    low = (1 << BITS) - 1
    for one in packed:
        number = one >> BITS
        risk = (one & low) | beside.get(number, 0)
        group = groups.get(risk)
        if group is None:
            group = groups[risk] = array("q")
        group.append(number)
    found = array("q")
    for risk in sorted(groups, reverse=True):
        found.extend(groups[risk])
    return found
