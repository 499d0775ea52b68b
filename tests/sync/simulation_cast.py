"""The people of the simulated worlds: one made-up programme, its members with real keys, and their empty laptops.

Made once in each process: keys, certificates and tables cost more than a whole small world and are the same in all.
"""

import functools
import random
import sqlite3
from dataclasses import dataclass
from typing import Any

import pyrage
from conftest import CHEAP, START_MS
from simulation_oracle import OFFICE, Person

from sync.entry import Entry
from sync.fold import Rules
from sync.invitations import claim, found, invite, open_invitation
from sync.journal import create_tables
from sync.keys import Identity
from sync.members import Member, Programme
from sync.randomness import token

AREAS = ("64.71.05.1001", "64.71.05.1002", "64.71.06.1001")
DAY_MS = 86_400_000

#: Old and new form: the new one asks two questions more, whose answers change together. It leaves the groups of the old
#: one as they are, as every form has to (GUARANTEES.md, what is not promised).
GROUPS = (
    {"rt": "address", "rw": "address"},
    {"rt": "address", "rw": "address", "whatsapp": "online", "email": "online"},
)
FIELDS = (("name", "rt", "rw", "phone", "note"), ("name", "rt", "rw", "phone", "note", "whatsapp", "email"))

#: Who there is: role and scopes. A world takes a few of them.
FULL = (("supervisor", ("64.71",)), ("coordinator", ("64.71",)), ("supervisor", ("*",)))
FIELD = (
    ("enumerator", (AREAS[0],)),
    ("enumerator", (AREAS[0], AREAS[1])),
    ("enumerator", ("64.71",)),
    ("enumerator", (AREAS[1],)),
    ("enumerator", ("64.71.05",)),
    ("coordinator", ("64.71.05",)),
    ("enumerator", (AREAS[2],)),
    ("enumerator", (AREAS[0],)),
)
#: Certificates for people who move to other areas.
SPARE = (
    ("enumerator", (AREAS[1], AREAS[2])),
    ("enumerator", ("64.71",)),
    ("enumerator", (AREAS[2],)),
    ("coordinator", ("64.71",)),
)


@dataclass(frozen=True)
class Actor:
    """A member with keys."""

    identity: Identity
    member: Member
    person: Person
    opens: tuple[Any, ...]
    """age identities, ready for use."""


@dataclass(frozen=True)
class Cast:
    """The programme and everybody in it."""

    programme: Programme
    admin: Actor
    hubs: tuple[Actor, ...]
    full: tuple[Actor, ...]
    field: tuple[Actor, ...]
    spare: tuple[Actor, ...]
    blank: bytes
    """The image of a laptop with tables and nothing in them."""

    @property
    def everybody(self) -> tuple[Actor, ...]:
        return (self.admin, *self.hubs, *self.full, *self.field, *self.spare)

    @functools.cached_property
    def by_id(self) -> dict[str, Actor]:
        return {actor.member.id: actor for actor in self.everybody}


def may(member: Member, entry: Entry, origin: Entry | None) -> str | None:
    """The rules of the programme as the product is given them."""
    if entry.y == "revocation":
        return None if member.role == "admin" else "role_not_allowed"
    if entry.y == "receipt":
        return None if member.role in OFFICE else "role_not_allowed"
    if entry.k == "decide" and member.role != "supervisor":
        return "role_not_allowed"
    if entry.k == "decide" and origin is not None and origin.au == entry.au:
        return "own_decision"
    return None


@functools.cache
def rules(version: int) -> Rules:
    """What laptops with the form of this version go by."""
    return Rules(group_of=GROUPS[version], may=may, office_roles=frozenset(OFFICE))


@functools.cache
def the_cast() -> Cast:
    """The people; the same in every process."""
    noise = random.Random("the cast").randbytes
    founding = found("Program Rekaan", "Pendiri Rekaan", "admin", token(noise), START_MS, noise)
    programme, office = founding.programme, founding.office_identity

    def actor(identity: Identity, member: Member) -> Actor:
        texts = [identity.age_identity, *identity.office_identities]
        opens = tuple(pyrage.x25519.Identity.from_str(text) for text in texts)
        return Actor(identity, member, Person(member.id, member.role, member.scopes), opens)

    def join(role: str, scopes: tuple[str, ...]) -> Actor:
        from sync.certificates import read_certificate

        given = (office,) if role in OFFICE else ()
        _, file = invite(
            founding.member,
            founding.identity,
            programme,
            role,
            "Contoh Rekaan",
            scopes,
            START_MS,
            START_MS + DAY_MS,
            "4711",
            lambda _: b"",
            given,
            random=noise,
            cost=CHEAP,
        )
        identity, certificate = claim(open_invitation(file, "4711"), token(noise), START_MS + 60_000, noise)
        return actor(identity, read_certificate(certificate, programme.id).member)

    return Cast(
        programme=programme,
        admin=actor(founding.identity, founding.member),
        hubs=(join("hub", ("*",)), join("hub", ("*",))),
        full=tuple(join(*who) for who in FULL),
        field=tuple(join(*who) for who in FIELD),
        spare=tuple(join(*who) for who in SPARE),
        blank=_blank(),
    )


def _blank() -> bytes:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    create_tables(connection)
    connection.execute("CREATE TABLE shown (id TEXT PRIMARY KEY, picture TEXT)")
    return connection.serialize()
