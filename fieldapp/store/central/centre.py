"""The central store: one programme's journal and its readable tables on PostgreSQL, shared by several hub processes."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from fieldapp.store.central import schema
from fieldapp.store.central.columns import Question, columns_of
from fieldapp.store.central.projector import CentralProjector, settle_members
from fieldapp.store.projector import journal_of
from fieldapp.store.rows import Inspect
from sync.errors import SyncError, Untrusted
from sync.fold import Rules
from sync.journal import LOCK_WRITERS, Journal
from sync.postgres import MOST_CONNECTIONS, Database, PostgresConnection
from sync.randomness import token

T = TypeVar("T")

PROGRAMME: Final = "programme"
EPOCH: Final = "epoch"
_ATTEMPTS: Final = 8
#: Two that make the same tables at the same time: one of them fails, and finds them made when it tries again.
_MADE_AT_ONCE: Final = frozenset({"23505", "42P07", "42710", "XX000"})
_CONTENTS: Final = {
    "registration": "registration JOIN registration_values USING (rid)",
    "decision": "decision",
    "comment": "comment",
    "conflict": "conflict",
    "other_record": "other_record",
    "incomplete": "incomplete",
    "lease": "lease",
    "receipt": "receipt",
    "programme": "programme",
    "same_as": "same_as",
    "decided_pair": "decided_pair",
    "entered": "entered",
    "unfounded": "unfounded",
    "slot_past": "slot_past",
    "slot_change": "slot_change",
}


class Centre:
    """An open central store; it may be shared between threads. Nothing of it is kept in this process but connections.

    `questions` are those of the form, as columns. Raises from the constructor: SyncError database_address,
    database_newer; Unreachable and NotAllowed of sync.postgres; Untrusted database_foreign.
    """

    def __init__(
        self,
        address: str,
        programme_id: str,
        rules: Rules,
        questions: Iterable[Question],
        inspect: Inspect,
        *,
        most: int = MOST_CONNECTIONS,
    ) -> None:
        self._database = Database(address, most=most, lock_statement=LOCK_WRITERS)
        self._programme_id = programme_id
        self._rules = rules
        self._columns = columns_of(questions)
        self._inspect = inspect
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def write(self, work: Callable[[Journal], T]) -> T:
        """Run `work` on the journal in one durable transaction; it may be run again, see `Database.write`."""

        def write(connection: PostgresConnection) -> T:
            journal = self._journal(connection)
            result = work(journal)
            if connection.is_locked:
                settle_members(connection, journal)
                journal.publish()
            return result

        return self._database.write(write)

    def read(self, work: Callable[[Journal], T]) -> T:
        """Run `work` on one moment of the journal."""
        return self._database.read(lambda connection: work(self._journal(connection)))

    def meta(self, key: str) -> str | None:
        """What is kept under a key for all processes; None when nothing is."""
        return self._database.read(lambda connection: _meta(connection, key))

    def keep_meta(self, key: str, value: str) -> str:
        """Keep a value under a key unless there is one; the one that holds."""

        def keep(connection: PostgresConnection) -> str:
            connection.execute("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", (key, value))
            return _meta(connection, key) or value

        return self._database.write(keep)

    def epoch(self) -> str:
        """Names this life of the database for laptops; made when it is first asked for."""
        return self.meta(EPOCH) or self.keep_meta(EPOCH, token())

    def position(self) -> int:
        """How many batches became durable here."""
        return self._database.read(_position)

    def begin_anew(self) -> None:
        """Begin another life after a restore: a new epoch, and new chains for whoever writes here.

        Laptops then learn that the hub may lack what it once confirmed, and nobody goes on with a chain of which the
        lost part may still exist elsewhere.
        """

        def work(connection: PostgresConnection) -> None:
            connection.lock()
            connection.execute("UPDATE own_chain SET is_retired = 1")
            connection.execute("UPDATE meta SET value = ? WHERE key = ?", (token(), EPOCH))

        self._database.write(work)

    def rebuild(self) -> bool:
        """Fill every readable table anew from the journal's entries; whether they came out as they were."""

        def work(connection: PostgresConnection) -> bool:
            connection.lock()
            before = self._fingerprint(connection)
            self._fill(connection)
            return self._fingerprint(connection) == before

        return self._database.write(work)

    def close(self) -> None:
        """Close the connections. Calling again does nothing."""
        self._database.close()

    def _journal(self, connection: PostgresConnection) -> Journal:
        if connection.companion is None:
            projector = CentralProjector(connection, self._columns, inspect=self._inspect)
            connection.companion = journal_of(
                connection, self._rules, self._programme_id, projector, lock=connection.lock
            )
        journal: Journal = connection.companion
        return journal

    def _prepare(self) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._database.write(self._bring_up)
                return
            except SyncError as error:
                if attempt == _ATTEMPTS or error.details.get("state") not in _MADE_AT_ONCE:
                    raise
                time.sleep(random.uniform(0, 0.2 * attempt))  # noqa: S311 - no secret

    def _bring_up(self, connection: PostgresConnection) -> None:
        made = connection.execute(
            "SELECT count(*) FROM information_schema.tables"
            " WHERE table_name = 'schema_version' AND table_schema = current_schema()"
        ).fetchall()[0][0]
        if not (made and schema.is_current(connection, self._columns)):
            if made:
                connection.lock()
            if schema.prepare(connection, self._columns):
                self._fill(connection)
        known = _meta(connection, PROGRAMME)
        if known is None:
            connection.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (PROGRAMME, self._programme_id))
        elif known != self._programme_id:
            raise Untrusted("database_foreign")

    def _fill(self, connection: PostgresConnection) -> None:
        for table in (*_CONTENTS, "registration_values"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        journal = self._journal(connection)
        journal.rebuild()
        connection.execute("DELETE FROM member")
        connection.execute("DELETE FROM meta WHERE key = 'members_seen'")
        settle_members(connection, journal)

    def _fingerprint(self, connection: PostgresConnection) -> str:
        """A digest of all projected rows, without the row numbers that depend on the order of arrival."""
        digest = hashlib.sha256()
        for table, source in _CONTENTS.items():
            cursor = connection.execute(f"SELECT * FROM {source}")  # noqa: S608 - names of ours
            names = [column.name for column in cursor.description]
            rows = (repr([v for name, v in zip(names, row, strict=True) if name != "rid"]) for row in cursor.fetchall())
            digest.update(f"{table}\n{sorted(rows)}".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


def _position(connection: PostgresConnection) -> int:
    return int(connection.execute("SELECT n FROM counter WHERE name = 'batch'").fetchall()[0][0])


def _meta(connection: PostgresConnection, key: str) -> str | None:
    found = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchall()
    return found[0][0] if found else None
