"""The store against its floors, measured in the same run on the same encrypted file; ratios count, seconds do not.

    python benchmarks/store.py [registrations, 20000 by default]

Each line is the median of several runs. `bulk` is the price of lists, search and counts for registrations that are
already folded, in batches as a merge hands them over; its floor puts the same ids and answers into one plain table
with one executemany.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fieldapp.domain.programme import ProgrammeSettings
from fieldapp.services import policy
from fieldapp.store import ledger, queries, search
from fieldapp.store.db import Connection
from fieldapp.store.projector import Projector
from fieldapp.store.queries import Filter
from fieldapp.store.rebuild import clear
from fieldapp.store.rows import Inspected, to_json
from fieldapp.store.store import Store, create
from sync.entry import Entry, Stored
from sync.fold import Record, fold
from sync.members import Membership, found
from sync.merge import BATCH
from sync.randomness import token, uuid7

START_MS = 1_767_225_600_000
SYLLABLES = ("a", "be", "ci", "do", "ju", "la", "ma", "ni", "pu", "ra", "sa", "ti", "wa", "yu")


def main(count: int) -> None:
    records = made_up(count)
    rows = [(record.id, to_json(record.values)) for record in records]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "data"
        create(folder, bytes(32))
        with Store(folder, bytes(32)) as store:
            floor = timed(3, lambda: store.write(lambda c: plain_insert(c, rows)))
            bulk = timed(3, lambda: store.write(lambda c: project(c, records)))
            again = timed(3, lambda: store.write(lambda c: projector(c).project(records)))
            one = timed(20, lambda: store.write(lambda c: projector(c).project(records[:1])))
            print(f"{count} registrations; floor: one executemany {floor:.3f} s")
            print(f"bulk projection of new ones     {bulk / floor:6.2f} x the floor")
            print(f"bulk projection of known ones   {again / floor:6.2f} x the floor")
            print(f"one registration among them     {one * 1000:6.2f} ms, with its durable commit")
            lists(store, count)


def lists(store: Store, count: int) -> None:
    everyone = store.read(lambda c: queries.ids(c))
    scan = timed(5, lambda: store.read(lambda c: c.execute("SELECT id FROM registration ORDER BY id").fetchall()))
    by_key = timed(20, lambda: store.read(lambda c: by_keys(c, everyone[:64])))
    like = timed(5, lambda: store.read(lambda c: like_scan(c, "juma")))
    for name, floor, unit, action in (
        ("ids of the whole list", scan, "a bare SELECT", lambda c: queries.ids(c)),
        ("first page, 64 rows", by_key, "64 look-ups by key", lambda c: queries.page(c, limit=64)),
        ("last page, 64 rows", by_key, "64 look-ups by key", lambda c: queries.page(c, after=everyone[-65], limit=64)),
        ("search, one word", like, "LIKE over names", lambda c: search.find(c, "juma")),
        ("search, two letters", like, "LIKE over names", lambda c: search.find(c, "ju")),
        ("search, NIK digits", like, "LIKE over names", lambda c: search.find(c, "64710152")),
        ("filtered ids", scan, "a bare SELECT", lambda c: queries.ids(c, Filter(states=["submitted"], area="64.71"))),
        ("ledger of all", scan, "a bare SELECT", lambda c: ledger.tallies(c, "0" * 32)),
    ):
        took = timed(7, lambda action=action: store.read(action))
        print(f"{name:24} {took * 1000:8.2f} ms {took / floor:8.2f} x {unit}")


def timed(times: int, action: Callable[[], object]) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def plain_insert(connection: Connection, rows: list[tuple[str, str]]) -> None:
    connection.execute("DROP TABLE IF EXISTS plain")
    connection.execute("CREATE TABLE plain (id TEXT PRIMARY KEY, values_json TEXT NOT NULL)")
    connection.executemany("INSERT INTO plain (id, values_json) VALUES (?, ?)", rows)


def by_keys(connection: Connection, ids: list[str]) -> None:
    for each in ids:
        connection.execute("SELECT * FROM registration WHERE id = ?", (each,)).fetchone()


def like_scan(connection: Connection, text: str) -> list[object]:
    return connection.execute("SELECT id FROM registration WHERE name LIKE ?", (f"%{text}%",)).fetchall()


def projector(connection: Connection) -> Projector:
    return Projector(connection, inspect=inspect)


def project(connection: Connection, records: list[Record]) -> None:
    clear(connection)
    for start in range(0, len(records), BATCH):
        projector(connection).project(records[start : start + BATCH])


def inspect(values: object, settings: ProgrammeSettings, at_ms: int) -> Inspected:
    return Inspected()


def made_up(count: int) -> list[Record]:
    """Folded registrations of fictitious people, some of them twice."""
    chance = random.Random(5)
    rules = policy.rules()
    founding = found("Program Rekaan", "Pendiri Rekaan", "supervisor", token(chance.randbytes), START_MS)
    membership = Membership(founding.programme.id)
    author = membership.add(founding.member.certificate).id
    chain, records = token(chance.randbytes), []
    for number in range(count):
        name = " ".join("".join(chance.choices(SYLLABLES, k=3)) for _ in range(2)) + " contoh"
        serial = number % 9500 if number % 50 == 0 else number
        fields = {
            "name": name,
            "nik": f"6471{serial // 1000 % 100:02d}{chance.randint(1, 28):02d}0180{9000 + serial % 1000:04d}",
            "phone": f"+62812{number:07d}",
            "birth_date": f"{1960 + number % 40}-01-{number % 28 + 1:02d}",
            "sex": "LP"[number % 2],
            "categories": ["difabel"],
            "submitted_at": "2026-01-02T03:04:05Z",
            "ktp_address": "Jalan Contoh Rekaan nomor " + str(number),
            **{f"question_{n}": "jawaban rekaan" for n in range(24)},
        }
        entry = Entry(
            v=1, sv=1, ch=chain, n=number + 1, p="0" * 64 if number else "", t=(START_MS + number, 0), dv="0" * 32,
            au=author, r=uuid7(START_MS + number, chance.randbytes), s=f"64.71.0{number % 6 + 1}.1001", k="new",
            y="registration", f=fields, x=token(chance.randbytes),
        )  # fmt: skip
        records.append(fold(entry.r, [Stored.write(entry)], rules, membership))
    return records


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
