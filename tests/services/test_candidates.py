"""Candidate pairs kept in the store: the same whatever the order in which registrations came, changed and left."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.matching.keys import block_keys
from fieldapp.matching.people import Person
from fieldapp.services.pairs import candidates, duplicates, finding
from fieldapp.store import matching
from fieldapp.store.db import Connection
from fieldapp.store.rows import to_json
from fieldapp.store.store import Store, create

KEY = bytes(range(32))
FIRST = ("Rekaan", "Contoh", "Umpama")
LAST = ("Mappanyukki", "Khayalani", "Fiktifah", "")


class Register:
    """As much of a session as finding needs: registrations put straight into the tables of an encrypted file."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.read = store.read

    def put(self, number: int, values: Mapping[str, Any] | None) -> None:
        """Registration `number` with these answers; None ends it."""
        self.store.write(lambda connection: _put(connection, number, values))

    def pairs(self) -> list[tuple[Any, ...]]:
        return [tuple(pair) for pair in self.read(lambda c: matching.known_pairs(c, duplicates.SHOWN))]


def _put(connection: Connection, number: int, values: Mapping[str, Any] | None) -> None:
    id = f"r{number:04d}"
    rid = matching.rid_of(connection, id)
    if rid is None:
        rid = connection.execute("SELECT coalesce(max(rid), 0) + 1 FROM registration").fetchone()[0]
    else:
        matching.note_changed(connection, [rid])
    columns = connection.execute("PRAGMA table_info(registration)").fetchall()
    row = {name: ("" if kind == "TEXT" else 0) if needed else None for _, name, kind, needed, *_ in columns}
    row |= {"rid": rid, "id": id, "scope": "64.71.05.1002", "state": "submitted", "live": int(values is not None)}
    marks = ", ".join("?" * len(row))
    statement = f"INSERT OR REPLACE INTO registration ({', '.join(row)}) VALUES ({marks})"  # noqa: S608
    connection.execute(statement, list(row.values()))
    connection.execute("INSERT OR REPLACE INTO registration_values VALUES (?, ?)", (rid, to_json(values or {})))


@contextmanager
def a_register() -> Iterator[Register]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "data"
        create(folder, KEY)
        with Store(folder, KEY) as store:
            yield Register(store)


def someone(chance: random.Random) -> dict[str, Any]:
    """A made-up person who is like one or two others."""
    day, year = chance.randint(1, 3), chance.choice((1980, 1981))
    serial = chance.randint(9001, 9003)
    return {
        "name": f"{chance.choice(FIRST)} {chance.choice(LAST)}".strip(),
        "birth_date": f"{year}-01-{day:02d}" if chance.random() < 0.9 else "",
        "nik": f"647105{day:02d}01{year % 100}{serial}" if chance.random() < 0.8 else "",
        "sex": chance.choice("LP"),
        "mother_name": chance.choice(("Ibu Rekaan", "Ibu Contoh", "")),
        "phone": chance.choice(("", "+6281234567890", f"+62813{chance.randint(10**7, 10**7 + 3)}")),
        "ktp_area": chance.choice(("64.71.05.1002", "64.71.01.1001")),
    }


def lived(register: Register, steps: Sequence[tuple[int, int | None]]) -> None:
    """Registrations that come, change and end in this order: (number, seed of the answers, or None); now and then
    somebody looks for pairs."""
    for number, seed in steps:
        if number < 0:
            finding.find(register)  # type: ignore[arg-type]
        else:
            register.put(number, None if seed is None else someone(random.Random(seed)))
    finding.find(register)  # type: ignore[arg-type]


def few_keys(person: Person) -> tuple[int, ...]:
    """Two broad keys a person, so that blocks fill and empty at every step."""
    return tuple(sorted({person.day, 10 + len(person.kelurahan), 20 + len(person.phones)}))


def life(chance: random.Random) -> list[tuple[int, int | None]]:
    """Some thirty steps with ten registrations: that many at once are worth more than what shrinks."""
    seeds = [*range(40), None, None, None, None]
    return [(chance.randint(-3, 9), chance.choice(seeds)) for _ in range(30)]


@pytest.mark.parametrize(
    ("keys", "limit", "growth", "many"),
    [(block_keys, 200, 10**9, 10**9), (few_keys, 3, 10**9, 10**9), (few_keys, 3, 10**9, 0), (block_keys, 2, 1.4, 2)],
)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_any_order_of_arrival_gives_the_same_pairs(keys, limit, growth, many, seed) -> None:
    chance = random.Random(seed)
    steps = life(chance)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "block_keys", keys)
        patch.setattr(candidates, "BLOCK_LIMIT", limit)
        # Beyond all growth nothing is compared twice by itself.
        patch.setattr(candidates, "GROWTH", growth)
        # From here on people are compared from memory.
        patch.setattr(candidates, "MANY", many)
        with a_register() as one, a_register() as other:
            lived(one, steps)
            last = {number: seed for number, seed in steps if number >= 0}
            shuffled = list(last.items())
            chance.shuffle(shuffled)
            lived(other, shuffled)
            assert one.pairs() == other.pairs()
            found = finding.find(one, everything=True)  # type: ignore[arg-type]
            assert found["new"] == 0
            assert one.pairs() == other.pairs()
