"""Further steps of the schema, for what the office's desks ask; their order stands in `migrations`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def sent_back(db: Database) -> None:
    """Whose work is open, until when, found among the few registrations that were sent back or given to somebody."""
    # The next one answers what it answered.
    db.conn.execute("DROP INDEX registration_returned")
    db.conn.execute(
        """CREATE INDEX registration_sent_back ON registration (state, coalesce(assigned_to, registered_by), due,
            decision_ms, decision_code, scope, assigned_to, registered_by, id)
            WHERE round > 1 OR assigned_to IS NOT NULL"""
    )


def held_words(db: Database) -> None:
    """What people of the office said of entries in quarantine."""
    from fieldapp.store import held

    statements = (
        *held.TABLES,
        # What a newer laptop said while this one had no word for it is worked out when the store is next opened.
        """INSERT OR IGNORE INTO local (key, value) SELECT 'rebuild', 'true'
            WHERE EXISTS (SELECT 1 FROM label WHERE text = 'quarantine_word')""",
    )
    for statement in statements:
        db.conn.execute(statement)


def by_risk(db: Database) -> None:
    """The queue stands in its order; who was endorsed, few in any register, is found without the others."""
    from fieldapp.store.risk import INDEX

    db.conn.execute(INDEX)
    db.conn.execute("CREATE INDEX registration_endorsed ON registration (endorsed_by) WHERE endorsed_by IS NOT NULL")
