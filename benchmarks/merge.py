"""Merging sealed bundles of new registrations into an encrypted store, against plain inserts of the same rows.

    python benchmarks/merge.py [--records 20000] [--bundle 5000] [--repeat 3]

Prints ratios of processor time to a floor measured in the same run, which is what counts. Everything is measured in
turn; each figure is the least of the repetitions, that of a merge the sum of the least of each bundle, since another
process on the machine slows a long run more surely than a short one. The floor is one executemany of the 32 columns
into a plain sqlite3 file, without decoding, checking or encrypting anything. A merge opens each bundle (age, zstd),
checks every signature and hash, decodes strictly, folds, and writes into an sqlcipher3 file with a raw key, one
transaction a bundle; `with rows` also writes the same 32 columns there, as a projection does. The edits are by
two laptops that changed the same answer in the same tenth of the records, neither having seen the other's.
"""

import argparse
import gc
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import sqlcipher3

from sync.clock import Clock
from sync.exchange import bundle_for_office, open_any
from sync.fold import Record, Rules
from sync.journal import Author, Change, Journal, create_tables
from sync.members import Founding, Identity, KdfCost, Member, claim, found, invite, open_invitation
from sync.randomness import token, uuid7

START_MS = 1_767_225_600_000
AREA = "64.71.05.1001"
FIRST = "Siti Budi Rahmat Aminah Joko Dewi Agus Sri Yusuf Maria Putu Wayan Ahmad Nur Hendra Lestari".split()
LAST = "Rekaan Contoh Khayalan Umpama Misal Fiktif Bayangan Andaian".split()
WORK = ["pedagang keliling", "buruh cuci", "pemulung", "nelayan", "penjahit rumahan", "tukang pijat netra", "ojek"]
STREET = ["Jalan Rekaan", "Gang Contoh", "Jalan Umpama", "Perumahan Khayalan Blok C"]
YES_NO = ["ya", "tidak", "tidak_tahu"]
GROUPS = {"rt": "address", "rw": "address", "area": "address", "street": "address", "nik": "nik", "nomor_kk": "nik"}


def registration(number: int, rng: random.Random) -> dict[str, Any]:
    """32 made-up answers, about 900 bytes with the entry around them."""
    name = f"{rng.choice(FIRST)} {rng.choice(FIRST)} {rng.choice(LAST)}"
    values: dict[str, Any] = {
        "nik": f"647105{rng.randrange(10**6):06d}9{number % 1000:03d}",
        "nomor_kk": f"647105{rng.randrange(10**6):06d}9{rng.randrange(1000):03d}",
        "name": name,
        "birth_place": "Balikpapan",
        "birth_date": f"{rng.randrange(1962, 2007)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}",
        "sex": rng.choice("LP"),
        "street": f"{rng.choice(STREET)} No. {rng.randrange(200)}",
        "rt": f"{rng.randrange(60):03d}",
        "rw": f"{rng.randrange(20):03d}",
        "area": AREA,
        "phone": f"+6281{rng.randrange(10**9):09d}",
        "occupation": rng.choice(WORK),
        "income": rng.randrange(300, 3500) * 1000,
        "household": rng.randrange(1, 9),
        "note": f"Bekerja di sekitar {rng.choice(STREET)} sejak {rng.randrange(1990, 2025)}",
        "latitude": f"-1.{rng.randrange(10**6):06d}",
        "longitude": f"116.{rng.randrange(10**6):06d}",
    }
    values.update(
        {f"difficulty_{part}": rng.randrange(4) for part in ("see", "hear", "walk", "think", "care", "speak")}
    )
    values.update({f"asked_{topic}": rng.choice(YES_NO) for topic in "abcdefghi"})
    return values


class Programme:
    """An administrator who merges and an enumerator who writes."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        bits = self.random.randbytes
        self.founding: Founding = found("Program Rekaan", "Pendiri Rekaan", "admin", token(bits), START_MS, bits)
        self.rules = Rules(GROUPS, lambda member, entry, origin: None, frozenset({"admin"}))
        admin, programme = self.founding.member, self.founding.programme
        expires = START_MS + 86_400_000
        _, file = invite(
            admin, self.founding.identity, programme, "enumerator", "Contoh", [AREA], START_MS, expires,
            "4711", lambda _: b"", random=bits, cost=KdfCost(8, 1, 1),
        )  # fmt: skip
        self.writer, self.writer_certificate = claim(open_invitation(file, "4711"), token(bits), START_MS, bits)
        _, file = invite(
            admin, self.founding.identity, programme, "enumerator", "Umpama", [AREA], START_MS, expires,
            "4712", lambda _: b"", random=bits, cost=KdfCost(8, 1, 1),
        )  # fmt: skip
        self.other, self.other_certificate = claim(open_invitation(file, "4712"), token(bits), START_MS, bits)

    def journal(self, connection: Any, project: Callable[[Sequence[Record]], None] = lambda records: None) -> Journal:
        journal = Journal(connection, self.rules, self.founding.programme.id, project=project)
        connection.execute("BEGIN IMMEDIATE")
        create_tables(connection)
        for certificate in (self.founding.member.certificate, self.writer_certificate, self.other_certificate):
            journal.add_certificate(certificate)
        connection.execute("COMMIT")
        return journal

    def admin(self) -> tuple[Identity, Member]:
        return self.founding.identity, self.founding.member


def bundles(programme: Programme, rows: list[dict[str, Any]], size: int) -> tuple[list[bytes], float, Any]:
    """Bundles of `size` registrations each, the processor time for writing the entries, in seconds, and the laptop's
    database."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    journal = programme.journal(connection)
    now = [START_MS]
    author = Author(programme.writer, "d" * 32, Clock(lambda: now[0]), 1)
    made, spent = [], 0.0
    for start in range(0, len(rows), size):
        connection.execute("BEGIN")
        began = time.process_time()
        for first in range(start, min(start + size, len(rows)), 500):
            changes = []
            for values in rows[first : min(first + 500, start + size)]:
                now[0] += 60_000
                record = uuid7(now[0], programme.random.randbytes)
                changes.append(Change(record=record, type="registration", scope=AREA, kind="new", fields=values))
            journal.append(author, changes)
        spent += time.process_time() - began
        made.append(next_bundle(programme, journal, programme.writer, now[0]))
        connection.execute("COMMIT")
    return made, spent, connection


def next_bundle(programme: Programme, journal: Journal, writer: Identity, now_ms: int) -> bytes:
    data = bundle_for_office(journal, writer, programme.founding.programme, now_ms).data
    # As if the office had confirmed it, so that the next bundle brings only what is new.
    journal.remember_peer(programme.founding.member.id, journal.coverage())
    return data


def conflicting(programme: Programme, laptop: Any) -> tuple[list[bytes], int]:
    """A bundle each of two laptops that hold everything and changed one answer in the same tenth of it; the edits."""
    twin = sqlite3.connect(":memory:", isolation_level=None)
    laptop.backup(twin)
    ids = [row[0] for row in laptop.execute("SELECT DISTINCT record FROM entry WHERE type > 3 ORDER BY record")]
    records = [str(UUID(bytes=bytes(id_))) for id_ in ids[::10]]
    made = []
    for connection, writer, device in ((laptop, programme.writer, "d" * 32), (twin, programme.other, "e" * 32)):
        journal = Journal(connection, programme.rules, programme.founding.programme.id)
        now = START_MS + 60_000 * (len(ids) + 1)
        author = Author(writer, device, Clock(lambda now=now: now), 1)
        connection.execute("BEGIN")
        for first in range(0, len(records), 500):
            changes = [
                Change(
                    record=record,
                    type="registration",
                    scope=AREA,
                    kind="edit",
                    fields={"phone": f"+62812{device[0]}{n}"},
                )
                for n, record in enumerate(records[first : first + 500], first)
            ]
            journal.append(author, changes)
        made.append(next_bundle(programme, journal, writer, now))
        connection.execute("COMMIT")
    return made, 2 * len(records)


def encrypted(path: Path) -> Any:
    """As the application opens its store."""
    connection = sqlcipher3.connect(str(path), isolation_level=None)
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{'ab' * 32}'\"")
    connection.execute("PRAGMA cache_size = -65536")
    return tuned(connection)


def tuned(connection: Any) -> Any:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def cpu_s(work: Callable[[], object]) -> float:
    gc.collect()
    began = time.process_time()
    work()
    return time.process_time() - began


def insert_plain(folder: Path, rows: list[dict[str, Any]], name: str) -> None:
    connection = tuned(sqlite3.connect(folder / name, isolation_level=None))
    columns = list(rows[0])
    connection.execute(f"CREATE TABLE registration (id TEXT PRIMARY KEY, {', '.join(columns)})")
    connection.execute("BEGIN")
    marks = ", ".join("?" * (len(columns) + 1))
    connection.executemany(
        f"INSERT INTO registration VALUES ({marks})",
        [(uuid7(START_MS + number * 60_000, zeros), *values.values()) for number, values in enumerate(rows)],
    )
    connection.execute("COMMIT")
    connection.close()


def zeros(count: int) -> bytes:
    return bytes(count)


def decode_and_hash(bodies: list[bytes]) -> None:
    decode = msgspec.json.Decoder().decode
    for body in bodies:
        sha256(body).digest()
        decode(body)


def merge_all(programme: Programme, journal: Journal, connection: Any, files: list[bytes]) -> list[float]:
    """Merge bundles, one transaction each; the processor time of each, in seconds."""
    identity, _ = programme.admin()
    took = []
    for file in files:
        began = time.process_time()
        connection.execute("BEGIN IMMEDIATE")
        journal.merge(open_any(journal, file, identity, to_merge=True))
        connection.execute("COMMIT")
        took.append(time.process_time() - began)
    return took


class Bench:
    """What is merged, and the least time that each thing took so far, in seconds."""

    def __init__(self, count: int, size: int) -> None:
        self.programme = Programme(7)
        rng = random.Random(11)
        self.rows = [registration(number, rng) for number in range(count)]
        self.files, writing_s, laptop = bundles(self.programme, self.rows, size)
        self.least: dict[str, list[float]] = {"write": [writing_s]}
        self.edits, self.edited = conflicting(self.programme, laptop)
        self.bodies: list[bytes] = []
        self.log_mb = 0.0
        # What the benchmark holds is no part of a merge, so the garbage collector need not walk it meanwhile.
        gc.collect()
        gc.freeze()

    def measure(self, what: str, work: Callable[[], object]) -> None:
        self._note(what, [cpu_s(work)])

    def _note(self, what: str, took: list[float]) -> None:
        self.least[what] = [min(pair) for pair in zip(self.least.get(what, took), took, strict=True)]

    def once(self, folder: Path) -> None:
        """One repetition, in a folder of its own."""
        self.measure("floor", lambda: insert_plain(folder, self.rows, "plain.db"))
        self.measure("floor", lambda: insert_plain(folder, self.rows, "plain again.db"))
        self._merge(folder / "log.db", "log", with_rows=False)
        self._merge(folder / "rows.db", "rows", with_rows=True)

    def _merge(self, path: Path, name: str, *, with_rows: bool) -> None:
        connection, programme = encrypted(path), self.programme
        columns = list(self.rows[0])
        project: Callable[[Sequence[Record]], None] = lambda records: None  # noqa: E731 - replaced where rows are kept
        if with_rows:
            connection.execute(f"CREATE TABLE registration (id TEXT PRIMARY KEY, {', '.join(columns)})")
            insert = f"INSERT OR REPLACE INTO registration VALUES ({', '.join('?' * (len(columns) + 1))})"

            def project(records: Sequence[Record]) -> None:
                connection.executemany(insert, [(r.id, *map(r.values.get, columns)) for r in records])

        journal = programme.journal(connection, project)
        self._note(name, merge_all(programme, journal, connection, self.files))
        self.log_mb = (
            connection.execute("PRAGMA page_count").fetchone()[0] * 4096 / 1e6 if not with_rows else self.log_mb
        )
        self._note(f"{name} again", merge_all(programme, journal, connection, self.files))
        if not with_rows:
            identity = programme.founding.identity
            self.measure("open", lambda: [open_any(journal, file, identity) for file in self.files])
            self.bodies = [stored.body for record in journal.records("registration") for stored in record.history]
            self.measure("read", lambda: decode_and_hash(self.bodies))
        self._note(f"{name} edits", merge_all(programme, journal, connection, self.edits))
        found = [record for record in journal.records("registration") if record.conflicts]
        assert len(found) == self.edited // 2
        connection.close()

    def print(self) -> None:
        least, count = {what: sum(took) for what, took in self.least.items()}, len(self.rows)
        size_b = sum(map(len, self.bodies)) / len(self.bodies)
        print(f"{count} registrations of {size_b:.0f} bytes, {sum(map(len, self.files)) / 1e6:.1f} MB in bundles")
        for what, seconds, things in (
            ("floor: plain sqlite3 executemany of the 32 columns", least["floor"], count),
            ("honest floor: decode + sha256 + the same insert", least["floor"] + least["read"], count),
            ("write the entries (journal.append, 500 a call)", least["write"], count),
            ("open the bundles only (decrypt, unpack, check)", least["open"], count),
            ("merge into sqlcipher3, log only", least["log"], count),
            ("merge into sqlcipher3, log with rows", least["rows"], count),
            ("merge again, nothing new", least["log again"], count),
            ("merge edits in conflict, log only", least["log edits"], self.edited),
            ("merge edits in conflict, log with rows", least["rows edits"], self.edited),
        ):
            print(f"{what:52} {seconds:7.3f} s  {seconds / least['floor']:5.2f} x  {things / seconds:9.0f}/s")
        print(f"the log alone takes {self.log_mb:.1f} MB, encrypted")


def run(count: int, size: int, repeat: int) -> None:
    bench = Bench(count, size)
    for _ in range(repeat):
        with tempfile.TemporaryDirectory() as temporary:
            bench.once(Path(temporary))
    bench.print()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--bundle", type=int, default=5_000, help="registrations a bundle")
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    run(arguments.records, arguments.bundle, arguments.repeat)
