"""Later steps of the database's shape, in the order in which `migrations` names them; what holds there holds here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def run(db: Database, *statements: str) -> None:
    """Run statements in the step's transaction."""
    for statement in statements:
        db.conn.execute(statement)


def slots(db: Database) -> None:
    """What there is to give and when that changed, and approvals that have ended: who moves up depends on both. Money
    is counted along an index of those who were approved."""
    run(
        db,
        """CREATE TABLE slot_past (
            entry TEXT PRIMARY KEY,
            registration TEXT NOT NULL,
            decider TEXT NOT NULL,
            ms INTEGER NOT NULL,
            counter INTEGER NOT NULL,
            until_ms INTEGER NOT NULL,
            until_counter INTEGER NOT NULL,
            until_entry TEXT NOT NULL,
            categories TEXT NOT NULL,
            held INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX slot_past_by_registration ON slot_past (registration)",
        "CREATE INDEX slot_past_by_decider ON slot_past (decider)",
        """CREATE TABLE slot_change (
            entry TEXT PRIMARY KEY,
            record TEXT NOT NULL,
            type TEXT NOT NULL,
            ms INTEGER NOT NULL,
            counter INTEGER NOT NULL,
            values_json TEXT NOT NULL
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX slot_change_by_record ON slot_change (record)",
        """CREATE INDEX registration_committed ON registration (state, scope, categories, approval_ms, birth_date)
            WHERE approval_ms IS NOT NULL""",
        # Both tables come from entries that are here already.
        """INSERT OR IGNORE INTO local (key, value) SELECT 'rebuild', 'true'
            WHERE EXISTS (SELECT 1 FROM other_record WHERE type IN ('lease', 'programme'))""",
    )
