"""Making the derived tables anew from the journal, and proving that they come out the same."""

from __future__ import annotations

import hashlib
from typing import Final

from fieldapp.store import covers, held, matching, prelist, same_as, slots
from fieldapp.store.db import Connection
from fieldapp.store.rows import RegistrationRow
from sync.journal import Journal

#: Every projected table with its columns, without the row numbers that depend on the order of arrival.
_CONTENTS: Final = {
    "registration": " ".join(
        [
            "SELECT",
            ", ".join((*RegistrationRow._fields, "values_json")),
            "FROM registration LEFT JOIN registration_values USING (rid) ORDER BY id",
        ]
    ),
    "other_record": """SELECT id, type, scope, registered_by, at_ms, void, values_json FROM other_record ORDER BY id""",
    "incomplete": "SELECT id, type, scope FROM incomplete ORDER BY id",
    "lease": "SELECT id, member, invitation, slots FROM lease ORDER BY id",
    "acknowledged": "SELECT receipt, by, chain, first, last, head FROM acknowledged ORDER BY 1, 3, 4, 5, 6",
    **same_as.CONTENTS,
    **covers.CONTENTS,
    **prelist.CONTENTS,
    **slots.CONTENTS,
    **held.CONTENTS,
}
_CLEAR: Final = (
    "DELETE FROM registration",
    "DELETE FROM registration_values",
    "INSERT INTO search (search) VALUES ('delete-all')",
    "DELETE FROM other_record",
    "DELETE FROM incomplete",
    "DELETE FROM lease",
    "DELETE FROM acknowledged",
    *same_as.CLEAR,
    *covers.CLEAR,
    *prelist.CLEAR,
    *slots.CLEAR,
    *held.CLEAR,
)


def rebuild(connection: Connection, journal: Journal) -> bool:
    """Empty every derived table and fill it from the journal's entries; whether it came out as it was.

    `journal` is one of `projector.journal`, over the same connection; the caller owns the transaction.
    """
    before = fingerprint(connection)
    clear(connection)
    journal.rebuild()
    return fingerprint(connection) == before


def clear(connection: Connection) -> None:
    """Empty every projected table."""
    # Whoever may be one person with whom goes by row numbers, which come out anew: everybody waits to be compared.
    for statement in (*_CLEAR, *matching.CLEAR):
        connection.execute(statement)


def fingerprint(connection: Connection) -> str:
    """A digest of all projected rows, equal on replicas with the same entries."""
    digest = hashlib.sha256()
    for name, statement in _CONTENTS.items():
        digest.update(name.encode())
        for row in connection.execute(statement):
            digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def contents(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every projected row by table, in an order that does not depend on the order of arrival."""
    return {name: connection.execute(statement).fetchall() for name, statement in _CONTENTS.items()}
