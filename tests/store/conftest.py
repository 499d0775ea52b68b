"""Real encrypted folders with a cheap passphrase price."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyrage
import pytest

from fieldapp.domain.prelist import emptied, refused, visited
from fieldapp.domain.programme import ProgrammeSettings
from fieldapp.services import policy
from fieldapp.store import queries
from fieldapp.store.central import schema
from fieldapp.store.central.columns import Question, columns_of
from fieldapp.store.central.projector import CentralProjector
from fieldapp.store.db import Connection
from fieldapp.store.projector import Projector
from fieldapp.store.rebuild import contents
from fieldapp.store.rows import Inspected
from fieldapp.store.store import Store, create
from fieldapp.store.vault import Cost, Secrets, Vault
from sync.entry import Entry, Stored, entry_hash
from sync.fold import Record, fold
from sync.journal import Journal
from sync.members import Identity, KdfCost, Member, Membership, claim, found, invite, open_invitation
from sync.payload import Payload
from sync.randomness import token, uuid7
from sync.segment import Segment, seal

KEY = bytes(range(32))
CHEAP = Cost(passes=1, memory_kib=8, lanes=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    create(folder, KEY)
    with Store(folder, KEY) as opened:
        yield opened


@pytest.fixture
def vault(folder: Path) -> Vault:
    return Vault(folder, cost=CHEAP)


@pytest.fixture(scope="session")
def recovery() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


@pytest.fixture
def secrets_of(recovery: pyrage.x25519.Identity) -> Callable[..., Secrets]:
    def build(member_id: str = "a" * 32, **changes: object) -> Secrets:
        usual = Secrets(
            member_id=member_id,
            db_key=KEY,
            sign_seed=b"\x07" * 32,
            age_identity="AGE-SECRET-KEY-1EXAMPLE",
            recovery_recipient=str(recovery.to_public()),
            office_identities=("AGE-SECRET-KEY-1OFFICE",),
            extra={"note": "angka 9001"},
        )
        return replace(usual, **changes)

    return build


START_MS = 1_767_225_600_000  # 2026-01-01
AREA = "64.71.05.1002"


class Town:
    """A made-up programme with real keys: members who write real chains of entries, each entry kept in `entries`."""

    def __init__(self, seed: str, quota: int = 100) -> None:
        self.random = random.Random(seed).randbytes
        self.rules = policy.rules()
        self.founding = found("Program Rekaan", "Pendiri Rekaan", "admin", token(self.random), START_MS, self.random)
        self.membership = Membership(self.founding.programme.id)
        self.membership.add(self.founding.member.certificate)
        self.people = {"admin": (self.founding.identity, self.founding.member)}
        self.entries: list[Stored] = []
        self._chains: dict[str, tuple[str, int, bytes]] = {}
        self._now = START_MS
        settings = {"name": "Program Rekaan", "start": "2026-01", "quota": quota}
        self.programme = self.write("admin", None, "new", settings, type="programme", scope="*").entry.r

    def join(self, name: str, role: str, scopes: tuple[str, ...] = (AREA[:8],)) -> Member:
        invitation = invite(
            self.founding.member, self.founding.identity, self.founding.programme, role, f"Contoh {name}", scopes,
            now_ms=START_MS, expires_ms=START_MS + 10**9, pin="471147", payload=lambda _: b"", random=self.random,
            cost=KdfCost(8, 1, 1),
        )[1]  # fmt: skip
        opened = open_invitation(invitation, "471147")
        identity, certificate = claim(opened, token(self.random), START_MS + 1000, self.random)
        self.people[name] = (identity, self.membership.add(certificate))
        return self.people[name][1]

    def identity_of(self, member: str) -> Identity:
        return next(identity for identity, known in self.people.values() if known.id == member)

    def member(self, name: str) -> Member:
        return self.people[name][1]

    def write(
        self,
        name: str,
        record: str | None,
        kind: str,
        fields: Mapping[str, object],
        *,
        type: str = "registration",
        scope: str = AREA,
        knowing: Sequence[Stored] | None = None,
        t: tuple[int, int] | None = None,
    ) -> Stored:
        """One entry by this member, who knows only `knowing` (everything by default) when writing."""
        member = self.member(name)
        self._now += 1000
        record = record or uuid7(self._now, self.random)
        chain, n, last = self._chains.get(name, (token(self.random), 0, b""))
        known = [each for each in (self.entries if knowing is None else knowing) if each.entry.r == record]
        folded = fold(record, known, self.rules, self.membership)
        parents: dict[str, tuple[str, ...]] = {}
        if kind in ("edit", "resolve"):
            groups = {self.rules.group(field) for field in fields}
            parents = {g: tuple(sorted(s.id for s in folded.heads[g])) for g in groups if g in folded.heads}
        elif kind in ("decide", "void") and folded.decisions:
            parents = {"decision": tuple(sorted(head.entry for head in folded.decisions))}
        stored = Stored.write(
            Entry(
                v=1, sv=1, ch=chain, n=n + 1, p=entry_hash(last).hex() if n else "", t=t or (self._now, 0),
                dv=member.device, au=member.id, r=record, s=scope, k=kind, y=type, f=dict(fields), b=parents,
                of=folded.digest if kind in ("decide", "void") else None, x=token(self.random),
            )
        )  # fmt: skip
        self._chains[name] = (chain, n + 1, stored.body)
        self.entries.append(stored)
        return stored

    def chain_of(self, name: str) -> tuple[str, int, bytes]:
        """Where this member's chain stands."""
        return self._chains[name]

    def go_on(self, name: str, chain: tuple[str, int, bytes]) -> None:
        """Let the member write on from there, as the clone of a laptop would."""
        self._chains[name] = chain

    def register(self, who: str, /, **values: object) -> str:
        """A registration by this member; its id."""
        number = len(self.entries)
        usual = {
            "name": f"Contoh Rekaan {number}",
            "nik": f"64710101018{number % 100:02d}{9000 + number:04d}"[:16],
            "phone": f"+62812{number:07d}",
            "birth_date": "1980-01-01",
            "sex": "L",
            "categories": ["difabel"],
            "submitted_at": "2026-01-02T03:04:05Z",
        }
        kept = {key: value for key, value in {**usual, **values}.items() if value is not None}
        return self.write(who, None, "new", kept).entry.r

    def decide(self, name: str, record: str, decision: str, **fields: object) -> Stored:
        return self.write(name, record, "decide", {"decision": decision, **fields})

    def lease(self, slots: int, **holder: str) -> str:
        fields = {"slots": slots, **holder}
        return self.write("admin", None, "new", fields, type="lease", scope="*").entry.r

    def item(self, **fields: object) -> str:
        """Somebody to visit, written by the office; the item's id."""
        usual = {"list": "01a00000-0000-7000-8000-000000000001", "name": "Contoh Didatangi", "rt": "005", "rw": "001"}
        kept = {key: value for key, value in {**usual, **fields}.items() if value is not None}
        return self.write("rina", None, "new", kept, type="prelist").entry.r

    def visit(self, name: str, item: str, fields: Mapping[str, object], **over: Any) -> Stored:
        return self.write(name, item, "edit", fields, type="prelist", **over)

    def visit_some(self) -> None:
        """People to visit of whom some were met twice at once, refused, moved on to another list, or registered."""
        items = [
            self.item(name=f"Contoh Didatangi {n}", rt=f"00{n % 3}", nik=f"64710152039090{n:02d}") for n in range(6)
        ]
        seen = list(self.entries)
        at = "2026-11-02T00:00:00Z"
        for n, item in enumerate(items):
            fields = {"name": "x", "rt": "001", "rw": "001"}
            if n % 2:
                self.visit("siti", item, visited(fields, "tidak_di_rumah", at), knowing=seen)
            if n % 3 == 0:
                self.visit("budi", item, refused(fields, at), knowing=seen)
        self.visit("rina", items[4], {**emptied({}), "gone": True})
        self.register("siti", prelist_id=items[1])
        self.write("siti", self.register("siti", prelist_id=items[2]), "void", {"decision": "void", "reason": "x"})

    def make_busy(self) -> None:
        """Every kind of trouble at once: duplicates, conflicts, decisions, leases, changed settings, receipts."""
        niks = [f"64710152038090{n:02d}" for n in range(6)]
        people = [self.register(("siti", "budi")[n % 2], nik=niks[n % 6]) for n in range(14)]
        self.lease(2, member=self.member("rina").id)
        self.lease(1, invitation=self.member("tono").invitation)
        seen = list(self.entries)
        for n, record in enumerate(people):
            if n % 2:
                self.write("siti", record, "edit", {"name": f"Nama {n}"}, knowing=seen)
            if n % 3 == 0:
                self.write("budi", record, "edit", {"name": f"Lain {n}", "monthly_income": 9_000_000}, knowing=seen)
            if n % 4 == 0:
                self.decide("rina", record, "approve")
            if n % 5 == 0:
                self.write("tono", record, "decide", {"decision": ("approve", "reject")[n % 2]}, knowing=seen)
            if n % 7 == 0:
                self.write("siti", record, "void", {"decision": "void", "reason": "x"}, knowing=seen)
        self.write("budi", self.register("budi"), "void", {"decision": "void", "reason": "x"})
        self.write("admin", self.programme, "edit", {"quota": 2}, type="programme", scope="*")
        self.visit_some()
        chains = {self.entries[3].entry.ch: [[1, 3, "a" * 32], [5, 6, "b" * 32]]}
        self.write("rina", None, "new", {"bundle": "b", "chains": chains}, type="receipt", scope="*")


def inspect(values: Mapping[str, object], settings: ProgrammeSettings, at_ms: int) -> Inspected:
    """A small form: one rule inside a registration, one across two fields, one that asks the settings."""
    errors = [code for code, broken in (
        ("name_needed", not values.get("name")),
        ("no_proof", values.get("categories") == ["difabel"] and values.get("kinds") == ["tidak_ada"]),
        ("too_old", str(values.get("birth_date", "9999")) < f"{2026 - settings.max_age}"),
    ) if broken]  # fmt: skip
    return Inspected(tuple(errors), ("income_above_limit",) if values.get("monthly_income") == 9_000_000 else ())


class Replica:
    """A store that learns entries in whatever order, folds what they touch and projects it, as the journal does."""

    def __init__(self, folder: Path, town: Town) -> None:
        create(folder, KEY)
        self.store = Store(folder, KEY)
        self.town = town
        self.known: dict[str, dict[str, Stored]] = {}

    def receive(self, entries: Iterable[Stored]) -> None:
        entries = list(entries)
        segments = tuple(
            seal(self.town.identity_of(each.entry.au), each.entry.ch, each.entry.n, each.entry.p, [each.body])
            for each in entries
        )
        touched = {}
        for stored in entries:
            self.known.setdefault(stored.entry.r, {})[stored.id] = stored
            touched[stored.entry.r] = True
        records = [
            fold(record, self.known[record].values(), self.town.rules, self.town.membership) for record in touched
        ]
        self.keep(segments, records)

    def keep(self, segments: tuple[Segment, ...], records: Sequence[Record]) -> None:
        def write(connection: Connection) -> None:
            journal = Journal(connection, self.town.rules, self.town.membership.programme)
            journal.merge_payload(Payload(at_ms=0, segments=segments), self.town.member("admin").id)
            self.projector(connection).project(records)

        self.store.write(write)

    def projector(self, connection: Connection) -> Projector:
        projector = Projector(connection, inspect=inspect, membership=lambda: self.town.membership)
        projector.records = self.folded
        return projector

    def folded(self, ids: Iterable[str]) -> dict[str, Record]:
        """Those of these records that are known."""
        return {
            each: fold(each, self.known[each].values(), self.town.rules, self.town.membership)
            for each in ids
            if each in self.known
        }

    def state(self, record: str) -> str | None:
        return self.store.read(lambda connection: queries.state_of(connection, record))

    def row(self, record: str) -> queries.Row:
        found = self.store.read(lambda connection: queries.get(connection, record))
        assert found is not None
        return found

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        return self.store.read(contents)


QUESTIONS = (
    Question("nik", "digits", "NIK"),
    Question("name", "text", "Nama sesuai KTP"),
    Question("phone", "text", "Nomor telepon"),
    Question("birth_date", "date", "Tanggal lahir"),
    Question("sex", "one", "Jenis kelamin"),
    Question("categories", "many", "Kelompok"),
    Question("kinds", "many", "Ragam disabilitas"),
    Question("monthly_income", "int", "Penghasilan sebulan"),
    Question("works", "bool", "Bekerja"),
    Question("overrides", "object", "Alasan"),
    Question("submitted_at", "datetime", "Dikirim"),
)


class CentralReplica(Replica):
    """The same on PostgreSQL, in the central tables."""

    def __init__(self, town: Town, questions: Sequence[Question] = QUESTIONS) -> None:
        import servers

        self.town = town
        self.known = {}
        self.columns = columns_of(questions)
        self.connection = servers.borrow()
        self.connection.begin()
        schema.prepare(self.connection, self.columns)
        self.connection.commit()

    def receive(self, entries: Iterable[Stored]) -> None:
        self.connection.begin()
        super().receive(entries)
        self.connection.commit()

    def keep(self, segments: tuple[Segment, ...], records: Sequence[Record]) -> None:
        projector = CentralProjector(
            self.connection, self.columns, inspect=inspect, membership=lambda: self.town.membership
        )
        projector.records = self.folded
        projector.project(records)

    def ask(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        return self.connection.execute(sql, parameters).fetchall()


@pytest.fixture
def centre_of() -> Callable[..., CentralReplica]:
    def build(town: Town, entries: Iterable[Stored] | None = None, **over: object) -> CentralReplica:
        made = CentralReplica(town, **over)
        made.receive(town.entries if entries is None else entries)
        return made

    return build


@pytest.fixture(scope="session", autouse=True)
def _stops_the_server() -> Iterator[None]:
    yield
    if "servers" in sys.modules:
        sys.modules["servers"].at_exit()


@pytest.fixture
def town(request: pytest.FixtureRequest) -> Town:
    """Two enumerators and two supervisors, the same in every run of this test."""
    made = Town(request.node.name)
    made.join("siti", "enumerator")
    made.join("budi", "enumerator")
    made.join("rina", "supervisor", ("64.71",))
    made.join("tono", "supervisor", ("64.71",))
    return made


@pytest.fixture
def replica_of(tmp_path: Path) -> Iterator[Callable[[Town], Replica]]:
    made: list[Replica] = []

    def build(town: Town, entries: Iterable[Stored] | None = None) -> Replica:
        made.append(Replica(tmp_path / f"replica{len(made)}", town))
        made[-1].receive(town.entries if entries is None else entries)
        return made[-1]

    yield build
    for replica in made:
        replica.store.close()
