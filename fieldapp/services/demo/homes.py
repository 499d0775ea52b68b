"""The data folders of the demonstration: its members, how their laptops are made, and how one is opened again."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fieldapp.domain import months
from fieldapp.locale import _
from fieldapp.locale.reasons import os_reason
from fieldapp.services import membership, programme
from fieldapp.services.demo.people import Town
from fieldapp.services.files import write_bytes
from fieldapp.services.problems import Exit, Problem
from fieldapp.services.session import Session, local_date, open_session
from fieldapp.store.vault import Cost
from sync.clock import system_wall_ms
from sync.invitations import KdfCost

Say = Callable[[str], None]

MARK: Final = "peragaan.json"
"""The file that tells a folder of the demonstration from a folder with somebody's work."""
README: Final = "BACA-SAYA.txt"

DEMO_COST: Final = Cost(passes=1, memory_kib=8 * 1024)
"""Cheap on purpose: nobody in the demonstration is real, and seven laptops are opened in a few seconds."""
_DEMO_PIN_COST: Final = KdfCost(memory_kib=8 * 1024, passes=1)

_DAY_MS: Final = 24 * 3600 * 1000
_TICK_MS: Final = 11_000


@dataclass(frozen=True, slots=True)
class Role:
    """One member of the demonstration. `key` names the folder; `areas` are dotted codes."""

    key: str
    role: str
    name: str
    areas: tuple[str, ...]


ADMIN: Final = Role("administrator", "admin", "Uji Administrator", ("*",))
HUB: Final = Role("pusat", "hub", "Uji Pusat", ("*",))
LAPTOPS: Final = (
    Role("pencacah-ani", "enumerator", "Contoh Ani", ("64.71.05.1002", "64.71.05.1008", "64.71.05.1009")),
    Role("pencacah-budi", "enumerator", "Contoh Budi", ("64.71.05.1006", "64.71.05.1011", "64.71.05.1012")),
    Role("pencacah-citra", "enumerator", "Contoh Citra", ("64.71.01.1001", "64.71.01.1002", "64.71.01.1003")),
)
COORDINATOR: Final = Role("koordinator", "coordinator", "Contoh Dewi", ("64.71.01", "64.71.05"))
SUPERVISOR: Final = Role("pengawas", "supervisor", "Contoh Eko", ("64.71",))
INVITED: Final = (SUPERVISOR, HUB, COORDINATOR, *LAPTOPS)
"""In this order, since an invitation tells what was settled before it: the supervisor's slots, for one."""
EVERYBODY: Final = (ADMIN, *INVITED)

QUOTA: Final = 200
PREMIUM: Final = 16_800


class Days:
    """The demonstration's clock: it lies in the days before now, moves on with every look, and never passes now."""

    def __init__(self, now_ms: Callable[[], int] = system_wall_ms) -> None:
        self._now_ms = now_ms
        self._ms = now_ms() - 6 * _DAY_MS

    def __call__(self) -> int:
        self._ms = min(self._ms + _TICK_MS, self._now_ms())
        return self._ms

    def go_to(self, days_ago: int) -> None:
        """Move on to `days_ago` days before now; never back."""
        self._ms = max(self._ms, self._now_ms() - days_ago * _DAY_MS)


@dataclass(frozen=True, slots=True)
class Home:
    """One laptop: its data folder and what unlocks it."""

    key: str
    role: str
    name: str
    folder: Path
    passphrase: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DemoHomes:
    """The demonstration in `folder`: homes by key (pencacah-ani, koordinator, pengawas, ...) and the stick's folder."""

    folder: Path
    homes: dict[str, Home]

    @property
    def stick(self) -> Path:
        """The folder that stands for the stick carried between laptops."""
        return self.folder / "flashdisk"

    def home(self, role: Role) -> Home:
        """The home of one of this module's roles."""
        return self.homes[role.key]


def passphrase_for(role: Role) -> str:
    """The passphrase that everybody may know."""
    return f"contoh-{role.key}"


def town_of(laptops: Iterable[Role], now_ms: int) -> Town:
    """The kelurahan that laptops visit; ages are measured on the first day of cover."""
    areas = tuple(area for laptop in laptops for area in laptop.areas)
    return Town(areas, months.first_day(first_month(now_ms)))


def first_month(now_ms: int) -> str:
    """Cover starts in the January after now, as the programme's yearly list does."""
    return f"{local_date(now_ms).year + 1}-01"


def claim_folder(folder: Path) -> None:
    """Take an empty or new folder for the demonstration. Raises Problem demo_folder for one with other things in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        strangers = any(folder.iterdir())
    except OSError as error:
        raise Problem("file_not_written", details={"file": folder.name, "reason": os_reason(error)}) from error
    if strangers:
        raise Problem(
            "demo_folder",
            exit_code=Exit.REFUSED,
            words=(
                "Folder ini sudah berisi sesuatu. Pilih folder kosong untuk peragaan (--dir).",
                "This folder already holds something. Choose an empty folder for the demonstration (--dir).",
            ),
        )


def known(folder: Path) -> DemoHomes | None:
    """The finished demonstration in `folder`, or None."""
    try:
        kept = json.loads((folder / MARK).read_text(encoding="utf-8"))
        if kept["kind"] != "fieldapp-demo":
            return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return _homes(folder)


def _homes(folder: Path) -> DemoHomes:
    homes = {
        role.key: Home(role.key, role.role, role.name, folder / role.key, passphrase_for(role)) for role in EVERYBODY
    }
    return DemoHomes(folder, homes)


def found(folder: Path, clock: Days, say: Say, *, slots: int) -> DemoHomes:
    """Make the programme and every member's laptop, each joined by an invitation file and a PIN, as in the field.

    The supervisor is leased `slots` of the quota.
    """
    homes = _homes(folder)
    start = first_month(clock())
    (folder / "undangan").mkdir()
    homes.stick.mkdir()
    with programme.create(
        homes.home(ADMIN).folder,
        passphrase_for(ADMIN),
        name="Peragaan Jaminan Pekerja Rentan Balikpapan",
        city="64.71",
        quota=QUOTA,
        budget=QUOTA * 12 * PREMIUM,
        premium=PREMIUM,
        start=start,
        member_name=ADMIN.name,
        cost=DEMO_COST,
        wall_ms=clock,
    ) as admin:
        say(_("Program rekaan dibuat; kuota {quota} orang, mulai {month}.").format(quota=QUOTA, month=start))
        for role in INVITED:
            _invite_and_join(admin, homes, role, clock, slots)
            words = _("  {name} bergabung sebagai {role} dengan berkas undangan dan PIN.")
            say(words.format(name=role.name, role=role_word(role)))
    return homes


def _invite_and_join(admin: Session, homes: DemoHomes, role: Role, clock: Days, slots: int) -> None:
    file = homes.folder / "undangan" / f"{role.key}.fieldapp"
    pin = f"{secrets.randbelow(10**6):06d}"
    membership.invite(
        admin,
        role=role.role,
        name=role.name,
        areas=list(role.areas),
        out=file,
        pin=pin,
        slots=slots if role.role == "supervisor" else None,
        cost=_DEMO_PIN_COST,
    )
    with membership.join(
        homes.home(role).folder, file, pin, passphrase_for(role), cost=DEMO_COST, wall_ms=clock
    ) as session:
        # Whoever looks around here came for the work itself; F1 shows the tour too.
        session.set_own_preference("toured", True)


def role_word(role: Role) -> str:
    """What people call the role."""
    words = {
        "enumerator": _("pencacah"),
        "coordinator": _("koordinator"),
        "supervisor": _("pengawas"),
        "admin": _("administrator"),
        "hub": _("pusat"),
    }
    return words[role.role]


def open_home(homes: DemoHomes, role: Role, clock: Callable[[], int] = system_wall_ms) -> Session:
    """Unlock one of the laptops."""
    home = homes.home(role)
    return open_session(home.folder, home.passphrase, wall_ms=clock)


def finish(homes: DemoHomes) -> None:
    """Write what tells people how to go on; its mark says that the folder is complete and can be opened again."""
    write_bytes(homes.folder / README, ("\n".join(instructions(homes)) + "\n").encode("utf-8"))
    write_bytes(homes.folder / MARK, json.dumps({"kind": "fieldapp-demo", "version": 1}).encode("ascii"))


def instructions(homes: DemoHomes) -> list[str]:
    """Lines that list the laptops with their passphrases and say how to switch between them."""
    lines = [
        _("Peragaan Fieldapp. Semua orang di dalamnya rekaan; kata sandinya boleh diketahui siapa saja."),
        "",
        *(
            f"  {home.key:<16}{role_word(role):<15}{_('kata sandi')} {home.passphrase}"
            for role in EVERYBODY
            for home in [homes.home(role)]
        ),
        "",
        _("Ganti laptop: jalankan Fieldapp dengan FIELDAPP_HOME menunjuk ke folder laptop itu, misalnya"),
        f"  FIELDAPP_HOME={homes.home(COORDINATOR).folder} fieldapp",
        _("atau di PowerShell:"),
        f"  $env:FIELDAPP_HOME='{homes.home(COORDINATOR).folder}'; fieldapp",
        _("Pusat: jalankan di terminal lain, lalu sinkronkan dengan http://127.0.0.1:8420."),
        f"  FIELDAPP_HOME={homes.home(HUB).folder} fieldapp hub serve --listen 127.0.0.1:8420",
    ]
    return lines
