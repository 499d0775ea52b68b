"""A coordinator's laptop with registrations that may be of one person: made-up triples, and what they come to."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import people

from fieldapp.services import membership, programme, registrations
from fieldapp.services.pairs import duplicates
from fieldapp.services.session import Session, open_session
from fieldapp.store.vault import Cost
from sync.invitations import KdfCost

CHEAP = Cost(passes=1, memory_kib=64)
CHEAP_PIN = KdfCost(memory_kib=64, passes=1)
PIN = "246810"
PASSPHRASE = "sandi rekaan"
SYLLABLES = ("ba", "ce", "di", "fu", "go", "ha", "ja", "ku", "le", "mi", "no", "pa", "ru", "se", "ti", "wo")


def word(number: int) -> str:
    """A made-up name, another one for each number below 4096."""
    high, low = divmod(number * 2654435761 % 4096, 16)
    high, middle = divmod(high, 16)
    return (SYLLABLES[high] + SYLLABLES[middle] + SYLLABLES[low] + "n").capitalize()


def lookalikes(number: int, many: int = 3) -> list[dict[str, Any]]:
    """The same made-up person met `many` times: the name glued or in capitals, one digit of the NIK slipped."""
    born = date(1963, 1, 3) + timedelta(days=97 * number)
    first, second = word(2 * number), word(2 * number + 1)
    names = (f"{first} {second} Contoh", f"{first}{second.lower()} Contoh", f"{first} {second} Contoh".upper())
    return [
        people.person(
            0,
            names[each],
            nik=f"647105{born:%d%m%y}{9000 + 10 * number + each}",
            nomor_kk=f"64710505070{10000 + number}",
            birth_date=born.isoformat(),
            mother_name=f"Ibu {word(number + 900)}",
            ktp_address=f"Gg. Rekaan No. {number + 1}",
        )
        for each in range(many)
    ]


def hand_in(session: Session, values: list[dict[str, Any]]) -> list[str]:
    """Registers people at once, warnings explained; their ids."""
    lines = [json.dumps(each).encode() for each in values]
    answers = list(registrations.register_many(session, lines, accept_warnings="data rekaan"))
    assert {answer["state"] for answer in answers} == {"submitted"}
    return [str(answer["id"]) for answer in answers]


def found_programme(folder: Path) -> None:
    """A programme in `folder` with an enumerator's, a coordinator's and a supervisor's laptop of one area."""
    with programme.create(
        folder / "admin",
        PASSPHRASE,
        name="Program Rekaan",
        quota=300,
        budget=604_800_000,
        premium=16_800,
        start="2027-01",
        cost=CHEAP,
    ) as admin:
        for home, role in (("ani", "enumerator"), ("kory", "coordinator")):
            file = folder / f"{home}.undangan"
            name = f"{home.capitalize()} Rekaan"
            membership.invite(admin, role=role, name=name, areas=["64.71.05"], out=file, pin=PIN, cost=CHEAP_PIN)
            membership.join(folder / home, file, PIN, PASSPHRASE, cost=CHEAP).close()


def make(folder: Path, triples: int) -> Path:
    """The coordinator's laptop with so many triples, compared; its data folder."""
    found_programme(folder)
    with open_session(folder / "kory", PASSPHRASE) as kory:
        hand_in(kory, [values for number in range(triples) for values in lookalikes(number)])
        duplicates.find(kory)
    return folder / "kory"
