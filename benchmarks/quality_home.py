"""The homes that `quality.py` measures on: an office that has merged what many enumerators handed in over some months;
no claim of its own. Made once and kept."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from homes import AREAS, CHUNK, START_MS, Homes

from fieldapp.services import changes, exchange
from fieldapp.services.session import Session, iso_time
from sync.journal import Change
from sync.randomness import uuid7

#: Made-up enumerators, by number; each works in two kelurahan.
ENUMERATORS = 24
DAY_MS = 86_400_000
#: 08:00 in Balikpapan is midnight UTC, which START_MS is.
_HOUR_MS = 3_600_000
_DAYS = 80
_CODES = ("nik_sex_differs", "nik_birth_date_differs", "area_outside_city", "income_above_limit", "ktp_city_recent")
#: What the office said about how many in a thousand.
_DECIDED = (("approve", 300), ("return", 60), ("reject", 10))


def office_home(folder: Path, records: int, seed: int = 1) -> Path:
    """The supervisor's home with about `records` registrations below `folder`; made when it is not there yet."""
    done = folder / "done"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        home = _made(folder, records, seed)
        done.write_text(str(home.relative_to(folder)))
    return folder / done.read_text()


def _made(folder: Path, records: int, seed: int) -> Path:
    homes = Homes(folder)
    office = homes.join("supervisor", "Pengawas Rekaan", "64.71")
    ids: list[str] = []
    for number in range(ENUMERATORS):
        laptop = homes.join("enumerator", f"Pencacah {number + 1:02}", *_areas(number))
        ids += _register(laptop, homes, number, records // ENUMERATORS, random.Random(seed * 1000 + number))
        bundle = folder / f"paket-{number}"
        exchange.write_bundle(laptop, bundle)
        exchange.merge(office, [bundle])
    _decide(office, ids, seed)
    home = office.home
    homes.close()
    return home


def _areas(number: int) -> tuple[str, str]:
    return AREAS[number], AREAS[(number + ENUMERATORS) % len(AREAS)]


def _register(laptop: Session, homes: Homes, number: int, count: int, chance: random.Random) -> list[str]:
    """`count` people over some months of working days; the first enumerators each have a habit of their own."""
    night, hasty, explaining, one_phone = (number == place for place in range(4))
    ids = []
    for start in range(0, count, CHUNK):
        chunk = []
        for place in range(start, min(start + CHUNK, count)):
            day = START_MS + place * _DAYS // count * DAY_MS
            at_ms = day + int((chance.uniform(14, 20) if night else chance.uniform(0, 8)) * _HOUR_MS)
            area = chance.choice(_areas(number))
            values: dict[str, Any] = {
                **homes.values(area),
                "submitted_at": iso_time(at_ms),
                "seconds_on_form": int(chance.lognormvariate(3.6 if hasty else 5.2, 0.35)),
            }
            if chance.random() < (0.6 if explaining else 0.12):
                codes = chance.sample(_CODES, chance.randint(1, 2))
                values["overrides"] = dict.fromkeys(codes, "Alasan rekaan")
            if one_phone and chance.random() < 0.4:
                values["phone"] = "+6281200000000"
            fields = {name: value for name, value in values.items() if value is not None}
            record = uuid7(at_ms)
            ids.append(record)
            chunk.append(Change(record=record, type="registration", scope=area, kind="new", fields=fields))
        laptop.write(lambda _, journal, chunk=chunk: journal.append(laptop.author(), chunk))
    return ids


def _decide(office: Session, ids: list[str], seed: int) -> None:
    random.Random(seed).shuffle(ids)
    for decision, of_thousand in _DECIDED:
        count = len(ids) * of_thousand // 1000
        mine, ids = ids[:count], ids[count:]
        for start in range(0, count, CHUNK):
            chunk = mine[start : start + CHUNK]
            said = {"decision": decision, "reason": "Alasan rekaan"}
            office.write(
                lambda _, journal, chunk=chunk, said=said: journal.append(
                    office.author(), [changes.about(journal.record(one), "decide", said) for one in chunk]
                )
            )
