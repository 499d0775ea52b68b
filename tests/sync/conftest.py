"""A made-up programme: members with real keys and certificates, and pens that write real chains of entries."""

import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import settings

from sync.clock import Time
from sync.entry import Entry, Stored, entry_hash
from sync.fold import Rules
from sync.members import Founding, Identity, KdfCost, Member, Membership, claim, found, invite, open_invitation
from sync.randomness import Random, token, uuid7

# The same examples in every run, and no failure because another process held the processor.
settings.register_profile("sync", derandomize=True, deadline=None)
settings.load_profile("sync")

CHEAP = KdfCost(8, 1, 1)
DAY_MS = 24 * 3600 * 1000
START_MS = 1_767_225_600_000  # 2026-01-01


def seeded(seed: int | str) -> Random:
    """Random bytes that are the same in every run."""
    return random.Random(seed).randbytes


@dataclass
class Pen:
    """Writes one member's chain; `t` may be set to anything, as a member's laptop may."""

    identity: Identity
    random: Random
    chain: str
    scope: str = "64.71.05.1001"
    now: Time = (START_MS, 0)
    last: bytes = b""
    n: int = 0

    def write(self, record: str, kind: str, f: Mapping[str, Any] | None = None, **over: Any) -> Stored:
        self.now = over.pop("t", (self.now[0] + 1000, 0))
        self.n += 1
        entry = {
            "v": 1,
            "sv": 1,
            "ch": self.chain,
            "n": self.n,
            "p": entry_hash(self.last).hex() if self.n > 1 else "",
            "t": self.now,
            "dv": "d" * 32,
            "au": self.identity.member_id,
            "r": record,
            "s": self.scope,
            "k": kind,
            "y": "registration",
            "f": dict(f or {}),
            "b": {group: tuple(sorted(ids)) for group, ids in over.pop("b", {}).items() if ids},
            "x": token(self.random),
        }
        stored = Stored.write(Entry(**(entry | over)))
        self.last = stored.body
        return stored


@dataclass
class Office:
    """A programme and its members; `membership` knows the certificates of all who joined through it."""

    founding: Founding
    random: Random
    membership: Membership

    def invitation(
        self,
        role: str = "enumerator",
        name: str = "Contoh Rekaan",
        scopes: Sequence[str] = ("64.71.05.1001",),
        issuer: tuple[Identity, Member] | None = None,
        **over: Any,
    ) -> bytes:
        identity, member = issuer or (self.founding.identity, self.founding.member)
        given = {
            "now_ms": START_MS,
            "expires_ms": START_MS + DAY_MS,
            "pin": "4711",
            "payload": lambda _: b"",
            "cost": CHEAP,
        } | over
        return invite(member, identity, self.founding.programme, role, name, scopes, random=self.random, **given)[1]

    def join(
        self, role: str = "enumerator", scopes: Sequence[str] = ("64.71.05.1001",), **over: Any
    ) -> tuple[Identity, Member]:
        """Invite and claim, at `joined_ms` when given; the certificate is known to `membership` at once."""
        joined_ms = over.pop("joined_ms", START_MS + 60_000)
        opened = open_invitation(self.invitation(role=role, scopes=scopes, **over), "4711")
        identity, certificate = claim(opened, token(self.random), joined_ms, self.random)
        return identity, self.membership.add(certificate)

    def join_twice(self) -> tuple[tuple[Identity, Member], tuple[Identity, Member]]:
        """One invitation claimed on two laptops, the first a second before the other."""
        opened = open_invitation(self.invitation(), "4711")
        claims = [claim(opened, token(self.random), START_MS + 1000 * later, self.random) for later in (1, 2)]
        first, second = [(identity, self.membership.add(certificate)) for identity, certificate in claims]
        return first, second

    def pen(self, identity: Identity, scope: str = "64.71.05.1001", chain: str | None = None) -> Pen:
        return Pen(identity, self.random, chain or token(self.random), scope)

    def record(self) -> str:
        return uuid7(START_MS, self.random)


def make_office(seed: int | str) -> Office:
    randomness = seeded(seed)
    founding = found("Program Rekaan", "Pendiri Rekaan", "admin", token(randomness), START_MS, randomness)
    membership = Membership(founding.programme.id)
    membership.add(founding.member.certificate)
    return Office(founding, randomness, membership)


def may(member: Member, entry: Entry, origin: Entry | None) -> str | None:
    """A small table of roles, enough to see the fold ask and obey."""
    if entry.y == "revocation":
        return None if member.role == "admin" else "role_not_allowed"
    if entry.k == "decide" and member.role != "supervisor":
        return "role_not_allowed"
    if entry.k == "decide" and origin is not None and origin.au == entry.au:
        return "own_decision"
    return None


#: Whatever keeps a journal must pass these.
CONTRACT = ("test_journal_append", "test_journal_merge", "test_journal_convergence", "test_journal_forks")
CONTRACT += ("test_exchange_roads", "test_hub_visits", "test_feed", "test_papers")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.module.__name__.rpartition(".")[2] in CONTRACT:
        # Properties are of the rules above the engine; their hundreds of replicas would take minutes there.
        is_property = hasattr(metafunc.function, "hypothesis")
        is_for_sqlite = is_property or metafunc.definition.get_closest_marker("sqlite") is not None
        engines = ["sqlite3"] if is_for_sqlite else ["sqlite3", "postgres"]
        metafunc.parametrize("engine_in_use", engines, indirect=True, scope="module")


@pytest.fixture(scope="module", autouse=True)
def engine_in_use(request: pytest.FixtureRequest) -> Iterator[None]:
    """Which engine keeps the replicas of a test that names none."""
    import replicas

    replicas.engine_in_use = getattr(request, "param", "sqlite3")
    yield
    replicas.engine_in_use = "sqlite3"


@pytest.fixture(scope="session", autouse=True)
def _stops_the_server() -> Iterator[None]:
    yield
    if "servers" in sys.modules:
        sys.modules["servers"].at_exit()


@pytest.fixture
def office(request: pytest.FixtureRequest) -> Office:
    """A fresh programme, the same in every run of this test."""
    return make_office(request.node.name)


@pytest.fixture(scope="session")
def office_of() -> Callable[[int | str], Office]:
    """Makes a programme from a seed; for tests that need several, or one for many examples."""
    return make_office


@pytest.fixture(scope="session")
def rules() -> Rules:
    groups = {"rt": "address", "rw": "address", "area": "address", "nik": "nik", "nomor_kk": "nik"}
    return Rules(group_of=groups, may=may, office_roles=frozenset({"admin", "supervisor", "coordinator"}))
