"""The homes that `lists.py` measures on: an office that has merged everything its enumerators registered; no claim of
its own. They are made once and kept, since a hundred thousand registrations take some minutes to write and merge.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from covers import answers, strangers, write_list
from homes import AREAS, CHUNK, START_MS, Homes
from registrations import make

from fieldapp.services import changes, exchange, review
from fieldapp.services.covers import importing as cover_import
from fieldapp.services.pairs import duplicates
from fieldapp.services.session import Session, iso_time
from sync.journal import Change
from sync.randomness import uuid7

#: Made-up enumerators, one a kecamatan.
NAMES = ("Ani", "Budi", "Citra", "Dewi", "Eko", "Fitri")
_DISTRICTS = tuple(f"64.71.{number:02}" for number in range(1, 7))
_CATEGORIES = (["difabel"], ["difabel", "nelayan"], ["ojek"], ["petani"], ["pedagang"], ["perempuan_kepala_keluarga"])
_REASONS = {"nik_sex_differs": "KTP lama", "phone_shared": "Telepon keluarga"}
#: What the office said about how many in a thousand.
_DECIDED = (("approve", 120), ("return", 40), ("reject", 10))
_CONFLICTS = 300
_MINUTE_MS = 60_000


def office_home(folder: Path, records: int, seed: int = 1, *, covered: bool = True) -> Path:
    """The supervisor's home with `records` registrations below `folder`; made when it is not there yet."""
    done = folder / "done"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        home = _made(folder, records, seed, covered)
        done.write_text(str(home.relative_to(folder)))
    return folder / done.read_text()


def _made(folder: Path, records: int, seed: int, covered: bool) -> Path:
    made = make("city", records, external=10_000 if covered else 1, seed=seed)
    homes = Homes(folder)
    office = homes.join("supervisor", "Pengawas Rekaan", "64.71")
    laptops = [homes.join("enumerator", f"{name} Pencacah", area) for name, area in zip(NAMES, _DISTRICTS, strict=True)]
    written = [_register(laptop, homes, _rows_of(made, area)) for laptop, area in zip(laptops, _DISTRICTS, strict=True)]
    bundles = [folder / f"paket-{place}" for place in range(len(laptops))]
    for laptop, bundle in zip(laptops, bundles, strict=True):
        exchange.write_bundle(laptop, bundle)
        exchange.merge(office, [bundle])
    for laptop, mine, bundle in zip(laptops, written, bundles, strict=True):
        _disagree(laptop, office, mine[: _CONFLICTS // len(laptops)])
        exchange.write_bundle(laptop, bundle)
        exchange.merge(office, [bundle])
    _decide(office, [one for mine in written for one in mine], seed)
    duplicates.find(office)
    if covered:
        listed = [dict(one.row) for one in made.external]
        rows = [(row["nik"], row["nama"]) for row in listed] + strangers(35_000, seed)
        cover_import.import_list(office, write_list(folder / "luar.xlsx", rows), name="Daftar Luar Rekaan")
    # Whoever has so many registrations has been at work for long.
    office.set_own_preference("toured", True)
    home = office.home
    homes.close()
    return home


def _rows_of(made: object, district: str) -> list[dict[str, object]]:
    rows = (answers(dict(one.row)) for one in made.rows)  # type: ignore[attr-defined]
    return [row for row in rows if str(row["ktp_area"]).startswith(f"{district}.")]


def _register(laptop: Session, homes: Homes, rows: Sequence[dict[str, object]]) -> list[str]:
    """Everybody of `rows` into the laptop's journal, handed in over some months; the ids."""
    chance = random.Random(len(rows))
    ids = []
    for start in range(0, len(rows), CHUNK):
        chunk = []
        for place, row in enumerate(rows[start : start + CHUNK], start=start):
            area = str(row["ktp_area"])
            at_ms = START_MS + place * 5 * _MINUTE_MS
            values = {**homes.values(area), **row, "categories": chance.choice(_CATEGORIES)}
            values["submitted_at"] = iso_time(at_ms)
            if chance.random() < 0.06:
                values["overrides"] = dict(chance.sample(sorted(_REASONS.items()), chance.randint(1, 2)))
            fields = {name: value for name, value in values.items() if value is not None}
            record = uuid7(at_ms)
            ids.append(record)
            chunk.append(Change(record=record, type="registration", scope=area, kind="new", fields=fields))
        laptop.write(lambda _, journal, chunk=chunk: journal.append(laptop.author(), chunk))
    return ids


def _disagree(laptop: Session, office: Session, ids: Sequence[str]) -> None:
    """Both sides change the same answer without knowing of each other."""
    for session, job in ((laptop, "ojek"), (office, "kurir")):
        session.write(
            lambda _, journal, session=session, job=job: journal.append(
                session.author(),
                [changes.about(journal.record(one), "edit", {"job": job}) for one in ids],
            )
        )


def _decide(office: Session, ids: Sequence[str], seed: int) -> None:
    chance = random.Random(seed)
    assert AREAS
    left = list(ids)
    chance.shuffle(left)
    for decision, of_thousand in _DECIDED:
        count = len(ids) * of_thousand // 1000
        mine, left = left[:count], left[count:]
        for start in range(0, count, CHUNK):
            chunk = mine[start : start + CHUNK]
            said = {"decision": decision, "reason": "Alasan rekaan"}
            office.write(
                lambda _, journal, chunk=chunk, said=said: journal.append(
                    office.author(), [changes.about(journal.record(one), "decide", said) for one in chunk]
                )
            )
    assert review.DECISIONS
