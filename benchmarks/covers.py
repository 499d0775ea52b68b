"""Taking in a list of people covered already, asking it, and finding who looks like somebody on it.

    python benchmarks/covers.py [--records 10000 100000] [--external 10000] [--rows 35000] [--profile city] [--seed 1]

A home of a supervisor is filled with made-up registrations (benchmarks/registrations), another programme's list of
`--external` people with NIK and name only is taken in by `sheet import`'s own service, and a list of `--rows` strangers
besides. Seconds are processor time of this process and those that it starts. "F1" is of pairs at probability 0.9, with
exact NIKs: who of the register is on the list, against who truly is.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

from homes import AREAS, CHEAP, CHUNK, PASSPHRASE, START_MS
from registrations import make
from xlsxwriter import Workbook

from fieldapp.services import covers, membership, programme, registrations
from fieldapp.services.covers import importing as cover_import
from fieldapp.services.covers import matches as cover_matches
from fieldapp.services.session import Session
from sync.invitations import KdfCost
from sync.journal import Change
from sync.randomness import uuid7

T = TypeVar("T")
THRESHOLD = 0.9
_ANSWERS = {"birth_place": "birth_place", "birth_date": "birth_date", "sex": "sex", "address": "ktp_address"}


def processor_s() -> float:
    """Processor seconds of this process and the ones it started."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def timed(what: str, work: Callable[[], T]) -> tuple[T, float]:
    before = processor_s()
    result = work()
    seconds = processor_s() - before
    print(f"{what:<70} {seconds:8.2f} s", flush=True)
    return result, seconds


def answers(row: dict[str, str]) -> dict[str, Any]:
    """A made-up row as the answers of a registration."""
    found = {answer: row[column] for column, answer in _ANSWERS.items() if row.get(column)}
    area = AREAS[crc32(row.get("kelurahan", "").encode()) % len(AREAS)]
    named = {name: row[name] for name in ("nik", "name", "phone", "mother_name", "nomor_kk") if row.get(name)}
    return {**found, **named, "ktp_area": area, "domicile_same": True}


def supervisor_home(folder: Path, rows: list[dict[str, str]]) -> tuple[Session, Session]:
    """An administrator and a supervisor whose home holds a registration for each row."""
    city = {"city": "64.71", "quota": 100, "budget": 1_000_000, "premium": 16_800, "start": "2027-01"}
    ticking = iter(range(START_MS, START_MS + 10**9))
    admin = programme.create(
        folder / "admin", PASSPHRASE, name="Program Rekaan", cost=CHEAP, wall_ms=lambda: next(ticking), **city
    )
    file = folder / "undangan"
    cheap = KdfCost(memory_kib=64, passes=1)
    membership.invite(admin, role="supervisor", name="Pengawas", areas=["64.71"], out=file, pin="246810", cost=cheap)
    home = membership.join(folder / "laptop", file, "246810", PASSPHRASE, cost=CHEAP, wall_ms=lambda: next(ticking))
    for start in range(0, len(rows), CHUNK):
        changes = []
        for place, row in enumerate(rows[start : start + CHUNK], start=start):
            fields = answers(row)
            record = uuid7(START_MS + place)
            changes.append(
                Change(record=record, type="registration", scope=fields["ktp_area"], kind="new", fields=fields)
            )
            row["id"] = record
        home.write(lambda _, journal, changes=changes: journal.append(home.author(), changes))
    return admin, home


def write_list(path: Path, rows: list[tuple[str, str]]) -> Path:
    with Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Peserta")
        for number, row in enumerate([("NO", "NIK", "NAMA PESERTA"), *((str(n), *row) for n, row in enumerate(rows))]):
            for place, value in enumerate(row):
                sheet.write_string(number, place, value)
    return path


def strangers(count: int, seed: int) -> list[tuple[str, str]]:
    """NIKs of nobody in the register (serials of 9000 and above), with names of letters."""
    dice = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [
        (
            f"6471{dice.randrange(1, 7):02}{dice.randrange(1, 29):02}{dice.randrange(1, 13):02}"
            f"{dice.randrange(60, 99)}9{dice.randrange(1000):03}",
            f"{''.join(dice.choices(letters, k=6))} {''.join(dice.choices(letters, k=8))}".title(),
        )
        for _ in range(count)
    ]


def measure(records: int, external: int, rows: int, profile: str, seed: int) -> None:
    made = make(profile, records, external=external, seed=seed)
    print(f"\n{records} registrations, a list of {external} with NIK and name ({profile}, seed {seed})")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        register = [dict(one.row) for one in made.rows]
        admin, home = supervisor_home(folder, register)
        listed = [dict(one.row) for one in made.external]
        file = write_list(folder / "luar.xlsx", [(row["nik"], row["nama"]) for row in listed])
        answer, _ = timed(
            "import, its digests written and everybody compared",
            lambda: cover_import.import_list(home, file, name="Luar"),
        )
        print({key: answer[key] for key in ("rows", "kept", "refused", "near_only", "same_nik", "near")})
        list_ = answer["id"]
        truth = {one.person: number for number, one in enumerate(made.external, start=2)}
        true = {
            (row["id"], truth[one.person]) for row, one in zip(register, made.rows, strict=True) if one.person in truth
        }
        pairs = home.read(lambda c: cover_matches.store.near_pairs(c, [list_]))
        shown = {(pair.registration, pair.number) for pair in pairs if pair.probability >= THRESHOLD}
        right = len(shown & true)
        precision, recall = right / max(1, len(shown)), right / max(1, len(true))
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        print(f"pairs at .9: {len(shown)} of {len(true)}; precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")
        timed("nothing new: find again", lambda: cover_matches.find(home, list_))
        many = write_list(folder / "banyak.xlsx", strangers(rows, seed))
        plain, _ = timed(
            f"import of {rows} strangers", lambda: cover_import.import_list(home, many, name="Banyak", kind="province")
        )
        print({key: plain[key] for key in ("rows", "kept", "refused", "same_nik", "near")})
        again = write_list(folder / "lagi.xlsx", strangers(rows, seed)[: rows - 350] + strangers(350, seed + 1))
        timed("its next version, 1 % other people", lambda: cover_import.import_list(home, again, name="Banyak"))
        nik = register[0]["nik"]
        asked = 200
        _, seconds = timed(
            f"a NIK asked at the keyboard, {asked} times",
            lambda: [home.read(lambda c: covers.names_for(home, c, nik, None)) for _ in range(asked)],
        )
        print(f"one: {seconds / asked * 1000:.2f} ms")
        timed("the list of lists with its counts", lambda: cover_import.lists(home))
        timed(
            "the queue's order and first page",
            lambda: registrations.rows(home, registrations.ids(home, order="risk")[:64]),
        )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"memory at most {peak} MB")
        home.close()
        admin.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, nargs="+", default=[10_000])
    parser.add_argument("--external", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=35_000)
    parser.add_argument("--profile", default="city")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for records in given.records:
        measure(records, given.external, given.rows, given.profile, given.seed)


if __name__ == "__main__":
    main()
