"""Merging sealed bundles of new registrations into an encrypted store, against plain inserts of the same rows.

    python benchmarks/merge.py [--records 20000] [--bundle 5000]

Prints ratios of processor time to a floor measured in the same run, which is what counts. The floor is one executemany
of the 32 columns into a plain sqlite3 file, without decoding, checking or encrypting anything. A merge opens each
bundle (age, zstd), checks every signature and hash, decodes strictly, folds, and writes into an sqlcipher3 file with a
raw key, one transaction a bundle; `with rows` also writes the same 32 columns there, as a projection does.
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

    def journal(self, connection: Any, project: Callable[[Sequence[Record]], None] = lambda records: None) -> Journal:
        journal = Journal(connection, self.rules, self.founding.programme.id, project=project)
        connection.execute("BEGIN IMMEDIATE")
        create_tables(connection)
        for certificate in (self.founding.member.certificate, self.writer_certificate):
            journal.add_certificate(certificate)
        connection.execute("COMMIT")
        return journal

    def admin(self) -> tuple[Identity, Member]:
        return self.founding.identity, self.founding.member


def bundles(programme: Programme, rows: list[dict[str, Any]], size: int) -> tuple[list[bytes], float]:
    """Bundles of `size` registrations each, and the processor time for writing the entries, in seconds."""
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
        made.append(bundle_for_office(journal, programme.writer, programme.founding.programme, now[0]).data)
        connection.execute("COMMIT")
        # As if the office had confirmed it, so that the next bundle brings only what is new.
        journal.remember_peer(programme.founding.member.id, journal.coverage())
    return made, spent


def encrypted(path: Path) -> Any:
    connection = sqlcipher3.connect(str(path), isolation_level=None)
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{'ab' * 32}'\"")
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


def merge_all(programme: Programme, journal: Journal, connection: Any, files: list[bytes]) -> tuple[int, int]:
    new = known = 0
    identity, _ = programme.admin()
    for file in files:
        connection.execute("BEGIN IMMEDIATE")
        merged = journal.merge(open_any(journal, file, identity, to_merge=True))
        connection.execute("COMMIT")
        new, known = new + merged.new, known + merged.known
    return new, known


def run(count: int, size: int) -> None:
    programme = Programme(7)
    rng = random.Random(11)
    rows = [registration(number, rng) for number in range(count)]
    files, writing_s = bundles(programme, rows, size)
    columns = list(rows[0])
    marks = ", ".join("?" * (len(columns) + 1))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        floor_s = min(cpu_s(lambda n=n: insert_plain(folder, rows, f"plain{n}.db")) for n in range(3))
        connection = encrypted(folder / "log.db")
        journal = programme.journal(connection)
        log_s = cpu_s(lambda: merge_all(programme, journal, connection, files))
        again_s = cpu_s(lambda: merge_all(programme, journal, connection, files))
        bodies = [stored.body for record in journal.records("registration") for stored in record.history]
        read_s = cpu_s(lambda: decode_and_hash(bodies))
        open_s = cpu_s(lambda: [open_any(journal, file, programme.founding.identity) for file in files])
        log_mb = connection.execute("PRAGMA page_count").fetchone()[0] * 4096 / 1e6
        connection.close()

        connection = encrypted(folder / "rows.db")
        connection.execute(f"CREATE TABLE registration (id TEXT PRIMARY KEY, {', '.join(columns)})")
        insert = f"INSERT OR REPLACE INTO registration VALUES ({marks})"

        def project(records: Sequence[Record]) -> None:
            connection.executemany(insert, [(r.id, *(r.values.get(column) for column in columns)) for r in records])

        journal = programme.journal(connection, project)
        rows_s = cpu_s(lambda: merge_all(programme, journal, connection, files))
        assert connection.execute("SELECT count(*) FROM registration").fetchone()[0] == count
        connection.close()

    size_b = sum(map(len, bodies)) / len(bodies)
    print(f"{count} registrations of {size_b:.0f} bytes in {len(files)} bundles, {sum(map(len, files)) / 1e6:.1f} MB")
    for what, seconds in (
        ("floor: plain sqlite3 executemany of the 32 columns", floor_s),
        ("honest floor: decode + sha256 + the same insert", floor_s + read_s),
        ("write the entries (journal.append, 500 a call)", writing_s),
        ("open the bundles only (decrypt, unpack, check)", open_s),
        ("merge into sqlcipher3, log only", log_s),
        ("merge into sqlcipher3, log with rows", rows_s),
        ("merge again, nothing new", again_s),
    ):
        print(f"{what:52} {seconds:7.3f} s  {seconds / floor_s:5.2f} x  {count / seconds:9.0f}/s")
    print(f"the log alone takes {log_mb:.1f} MB, encrypted")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--bundle", type=int, default=5_000, help="registrations a bundle")
    arguments = parser.parse_args()
    run(arguments.records, arguments.bundle)
