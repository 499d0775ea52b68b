"""Whole replicas for the tests: a journal on a real database, a member's keys, a clock that may be set."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlcipher3

from sync.bundle import open_bundle, seal_packed
from sync.clock import Clock
from sync.exchange import Outgoing, Received, bundle_for_member, bundle_for_office, merge_bundle
from sync.fold import Record, Rules
from sync.journal import Author, Change, Journal, create_tables
from sync.members import Identity, Member
from sync.payload import Payload, pack
from sync.randomness import token
from sync.segment import Segment
from sync.segment import seal as seal_segment
from sync.tables import POSTGRES_TYPES, SQLITE_TYPES

START_MS = 1_767_225_600_000
AREA = "64.71.05.1001"
OTHER_AREA = "64.71.05.1002"
RAW_KEY = "ab" * 32


#: The engine of replicas for which a test names none; conftest.py runs the contract tests once with each.
engine_in_use = "sqlite3"


def open_database(path: str | Path = ":memory:", engine: str = "sqlite3") -> Any:
    """A connection of any kind; sqlcipher3 files are encrypted, on PostgreSQL each has a schema of its own."""
    if engine == "postgres":
        import servers

        return servers.borrow(with_tables=True)
    if engine == "sqlite3":
        return sqlite3.connect(path, isolation_level=None)
    connection = sqlcipher3.connect(str(path), isolation_level=None)
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{RAW_KEY}'\"")
    return connection


def picture(record: Record) -> dict[str, Any]:
    """Everything of a record that two replicas must agree on."""
    return {
        "id": record.id,
        "type": record.type,
        "scope": record.scope,
        "values": record.values,
        "groups": {group: [asdict(head) for head in heads] for group, heads in record.groups.items()},
        "conflicts": record.conflicts,
        "digest": record.digest,
        "decisions": [asdict(said) for said in record.decisions],
        "comments": [asdict(said) for said in record.comments],
        "origin": [record.origin_by, record.origin_t],
        "history": [stored.id for stored in record.history],
        "quarantined": record.quarantined,
        "complete": record.complete,
    }


class Replica:
    """One laptop with one member. Its projection is a table that holds the picture of every record."""

    def __init__(
        self,
        office: Any,
        member: tuple[Identity, Member],
        rules: Rules,
        *,
        path: str | Path = ":memory:",
        engine: str | None = None,
        admin_roles: frozenset[str] = frozenset({"admin"}),
    ) -> None:
        self.office, self.rules, self.path, self.engine = office, rules, path, engine or engine_in_use
        self.identity, self.member = member
        self.programme = office.founding.programme
        self.now_ms = START_MS + 3_600_000
        self.device = token(office.random)
        self.journal: Journal | None = None
        self.connection = open_database(path, self.engine)
        if "entry" not in self.tables():
            with self.transaction():
                create_tables(self.connection, types=POSTGRES_TYPES if self.engine == "postgres" else SQLITE_TYPES)
                self.connection.execute("CREATE TABLE shown (id TEXT PRIMARY KEY, picture TEXT)")
        self.journal = self.new_journal()
        self.author = Author(self.identity, self.device, Clock(lambda: self.now_ms), 1)
        with self.transaction():
            self.journal.add_certificate(office.founding.member.certificate)
            self.journal.add_certificate(self.member.certificate)

    def new_journal(self) -> Journal:
        return Journal(
            self.connection,
            self.rules,
            self.programme.id,
            project=self.project,
            random=self.office.random,
            lock=self.connection.lock if self.engine == "postgres" else lambda: None,
        )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        if self.engine == "postgres":
            self.connection.begin()
        else:
            self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            if self.journal is not None:
                self.journal.publish()
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def project(self, records: Sequence[Record]) -> None:
        self.connection.executemany(
            "INSERT INTO shown (id, picture) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET picture = excluded.picture",
            [(record.id, json.dumps(picture(record), sort_keys=True)) for record in records],
        )

    # -- writing

    def write(self, *changes: Change) -> list[Any]:
        self.now_ms += 1000
        with self.transaction():
            return self.journal.append(self.author, changes)

    def change(self, record: str, kind: str, fields: Mapping[str, Any], scope: str = AREA, **over: Any) -> Any:
        over = {"type": "registration"} | over
        return self.write(Change(record=record, kind=kind, fields=fields, scope=scope, **over))[0]

    def register(self, scope: str = AREA, record: str | None = None, **fields: Any) -> str:
        record = record or self.journal.new_record(self.author)
        self.change(record, "new", {"name": "Contoh Rekaan", "rt": "001", "rw": "002", **fields}, scope)
        return record

    def edit(self, record: str, scope: str = AREA, **fields: Any) -> Any:
        return self.change(record, "edit", fields, scope)

    def decide(self, record: str, code: str = "approve", scope: str = AREA, **over: Any) -> Any:
        return self.change(record, "decide", {"code": code}, scope, **over)

    # -- exchange

    def to_office(self, **over: Any) -> Outgoing:
        with self.transaction():
            return bundle_for_office(
                self.journal, self.identity, self.programme, self.now_ms, random=self.office.random, **over
            )

    def to_member(self, other: "Replica", **over: Any) -> Outgoing:
        with self.transaction():
            return bundle_for_member(
                self.journal,
                self.identity,
                self.programme,
                other.member.id,
                self.now_ms,
                random=self.office.random,
                **over,
            )

    def to_member_by_certificate(self, other: "Replica") -> bytes:
        """A bundle for a member whose certificate nobody carried here yet."""
        with self.transaction():
            self.journal.add_certificate(other.member.certificate)
        return self.to_member(other).data

    def merge(self, data: bytes, **over: Any) -> Received:
        self.now_ms += 1000
        with self.transaction():
            return merge_bundle(self.journal, data, self.author, random=self.office.random, **over)

    def open(self, data: bytes) -> Any:
        identities = [self.identity.age_identity, *self.identity.office_identities]
        return open_bundle(data, identities, self.journal.membership, self.programme.id)

    def open_own(self) -> Payload:
        """What this replica would put into its next bundle for the office."""
        office_identity = self.office.founding.office_identity
        return open_bundle(self.to_office().data, [office_identity], self.journal.membership, self.programme.id).payload

    # -- looking

    def shown(self) -> dict[str, Any]:
        """What the projection has."""
        return {id_: json.loads(text) for id_, text in self.connection.execute("SELECT * FROM shown ORDER BY id")}

    def folded(self) -> dict[str, Any]:
        """What a fold of the whole log gives."""
        keys = [bytes(row[0]) for row in self.connection.execute("SELECT DISTINCT record FROM entry ORDER BY record")]
        texts = [f"{k[:8]}-{k[8:12]}-{k[12:16]}-{k[16:20]}-{k[20:]}" for k in (key.hex() for key in keys)]
        found = {text: self.journal.record(text) for text in texts}
        return json.loads(json.dumps({text: picture(record) for text, record in found.items() if record}))

    def dump(self) -> str:
        """All that two replicas with the same entries must agree on, as bytes to compare."""
        assert self.shown() == self.folded()
        quarantine = [(q.stored.id, q.code) for q in self.journal.quarantine()]
        return json.dumps([self.folded(), self.journal.coverage(), self.journal.forked(), quarantine], sort_keys=True)

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, to see that nothing changed."""
        found = {t: self.connection.execute(f"SELECT * FROM {t}").fetchall() for t in self.tables()}  # noqa: S608
        rows = {table: sorted(each, key=repr) for table, each in found.items()}
        # How often the write lock was taken is nobody's state.
        return rows | {"counter": [row for row in rows["counter"] if row[0] != "writer"]}

    def tables(self) -> list[str]:
        """The names of all tables, sorted."""
        if self.engine == "postgres":
            names = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
        else:
            names = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"
        return [row[0] for row in self.connection.execute(names)]


def make_team(office: Any, rules: Rules, roles: Sequence[str], **over: Any) -> list[Replica]:
    """One replica for each role ("enumerator", "coordinator:64.71.05", ...); "admin" is the founder."""
    team = []
    for role in roles:
        name, _, scope = role.partition(":")
        if name == "admin":
            member = office.founding.identity, office.founding.member
        else:
            scope = scope or (AREA if name == "enumerator" else "64.71")
            given = {"office_identities": (office.founding.office_identity,)} if name in rules.office_roles else {}
            member = office.join(role=name, scopes=scope.split("+"), **given)
        team.append(Replica(office, member, rules, **over))
    return team


def mirror(replica: Replica, make: Callable[[], Any] | None = None) -> Replica:
    """A clone of a laptop, as a copied disk makes it: same member, same device, same chain."""
    twin = Replica(replica.office, (replica.identity, replica.member), replica.rules)
    if replica.engine == "postgres":
        _copy_rows(replica, twin)
    else:
        twin.connection.close()
        twin.connection = open_database()
        replica.connection.backup(twin.connection)
        twin.connection.isolation_level = None
    twin.device, twin.now_ms = replica.device, replica.now_ms
    twin.journal = twin.new_journal()
    twin.author = Author(twin.identity, twin.device, Clock(lambda: twin.now_ms), 1)
    return twin


def _copy_rows(source: Replica, target: Replica) -> None:
    (there,) = source.connection.execute("SELECT current_schema()").fetchone()
    target.connection.execute(f"TRUNCATE {', '.join(target.tables())}")
    for table in target.tables():
        target.connection.execute(f"INSERT INTO {table} SELECT * FROM {there}.{table}")  # noqa: S608 - names of ours


def sealed_chain(identity: Identity, *stored: Any) -> Segment:
    """A segment of entries that a pen wrote, without asking any rule."""
    first = stored[0].entry
    return seal_segment(identity, first.ch, first.n, first.p, [one.body for one in stored])


def bundle_of(office: Any, identity: Identity, segments: Sequence[Segment], **over: Any) -> bytes:
    """A bundle for the office with whatever one likes in it, as a program that knows no rules would write it."""
    given = {"at_ms": START_MS, "certificates": office.membership.certificates(), "segments": tuple(segments)}
    programme = over.pop("programme", office.founding.programme)
    recipients = over.pop("recipients", [office.founding.programme.office_recipient])
    caps = over.pop("caps", ())
    packed = over.pop("packed", None) or pack(Payload(**(given | over)), links="links" in caps)
    return seal_packed(identity, programme, token(office.random), ("office",), recipients, packed, caps)
