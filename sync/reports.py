"""What each merge that brought something new did, told to people afterwards."""

import json
from typing import Any, NamedTuple

from sync.merge import Merged
from sync.tables import Connection


class Report(NamedTuple):
    """A merge that brought something new."""

    merge: str
    bundle: str
    by: str
    at_ms: int
    summary: dict[str, Any]
    """Counts by name; no ids of records and nothing of a person."""


class Reports:
    """Reads and writes reports over one connection; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, merged: Merged, at_ms: int) -> None:
        """Keep the report of a merge."""
        summary = {
            "conflicts": len(merged.conflicts),
            "forked": list(merged.forked),
            "judged_anew": merged.judged_anew,
            "known": merged.known,
            "members": len(merged.members),
            "new": merged.new,
            "places": merged.places,
            "quarantined": merged.quarantined,
            "records_changed": len(merged.changed),
            "records_new": len(merged.created),
        }
        self._connection.execute(
            "INSERT INTO merge_report (id, bundle, member, at, summary, seq)"
            " SELECT ?, ?, ?, ?, ?, coalesce(max(seq), 0) + 1 FROM merge_report",
            (
                bytes.fromhex(merged.merge),
                bytes.fromhex(merged.bundle),
                bytes.fromhex(merged.by),
                at_ms,
                json.dumps(summary, sort_keys=True),
            ),
        )

    def all(self) -> list[Report]:
        """All reports, in order of their time."""
        found = self._connection.execute("SELECT id, bundle, member, at, summary FROM merge_report ORDER BY at, seq")
        return [
            Report(bytes(id_).hex(), bytes(bundle).hex(), bytes(by).hex(), at_ms, json.loads(summary))
            for id_, bundle, by, at_ms, summary in found
        ]
