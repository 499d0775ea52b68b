"""Looking after a laptop: is everything in order, and can what is derived be made anew?"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final

from fieldapp.services.ledger import differing
from fieldapp.services.policy import OFFICE_ROLES
from fieldapp.services.problems import Problem, fill, translated
from fieldapp.services.session import Session, iso_time
from fieldapp.store import health, held
from fieldapp.store import rebuild as rebuilding
from fieldapp.store import store as stores
from fieldapp.store.db import Connection
from fieldapp.store.vault import Vault
from sync.journal import Journal

#: Below this a laptop may fail to save a day's work; a city's whole register takes less.
_LEAST_FREE_BYTES: Final = 200 * 1024 * 1024
#: A clock this far from the hub's dates registrations on the wrong day.
_CLOCK_LIMIT_MS: Final = 10 * 60 * 1000

_PLAIN_SQLITE: Final = b"SQLite format 3"

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "folder": ("Folder data ada.", "The data folder is there."),
    "folder_missing": (
        "Belum ada program di folder ini. Mulai dengan 'fieldapp join' atau 'fieldapp programme new'.",
        "There is no programme in this folder. Begin with 'fieldapp join' or 'fieldapp programme new'.",
    ),
    "encrypted": ("Berkas data tersandi.", "The data file is encrypted."),
    "not_encrypted": (
        "Berkas data TIDAK tersandi. Jangan pakai laptop ini; hubungi administrator.",
        "The data file is NOT encrypted. Do not use this laptop; call the administrator.",
    ),
    "space": ("Sisa ruang {free} MiB.", "{free} MiB of space are free."),
    "space_low": (
        "Sisa ruang tinggal {free} MiB. Kosongkan ruang sebelum mendata.",
        "Only {free} MiB of space are free. Make room before registering people.",
    ),
    "database": ("Berkas data utuh.", "The data file is whole."),
    "database_damaged": (
        "Berkas data rusak ({what}). Jangan dipakai; hubungi administrator dengan cadangannya.",
        "The data file is damaged ({what}). Do not use it; call the administrator with a backup.",
    ),
    "projections": ("Semua daftar sesuai riwayat.", "All lists agree with the history."),
    "projections_differ": (
        "Sebagian daftar tidak sesuai riwayat. Jalankan 'fieldapp rebuild'.",
        "Some lists do not agree with the history. Run 'fieldapp rebuild'.",
    ),
    "clock": ("Jam laptop sesuai pusat.", "The laptop's clock agrees with the hub's."),
    "clock_unknown": (
        "Jam laptop belum dibandingkan dengan pusat: {now}.",
        "The laptop's clock has not been compared with a hub's yet: {now}.",
    ),
    "clock_off": (
        "Jam laptop berbeda {minutes} menit dari pusat. Betulkan tanggal dan jamnya.",
        "The laptop's clock differs from the hub's by {minutes} minutes. Set its date and time.",
    ),
    "ledger": ("Neraca seimbang: tidak ada yang hilang.", "The ledger balances: nothing is missing."),
    "ledger_open": (
        "Neraca belum seimbang: {count} hal belum tiba. Lihat 'fieldapp ledger'.",
        "The ledger does not balance: {count} things have not arrived. See 'fieldapp ledger'.",
    ),
    "areas": ("Isi semua wilayah sama dengan di kantor.", "All areas agree with the office."),
    "areas_differ": (
        "Isi {count} wilayah berbeda dari kantor. Tukarkan paket atau sinkronkan; bila tetap, hubungi administrator.",
        "{count} areas differ from the office's. Exchange bundles or sync; if that stays so, call the administrator.",
    ),
    "areas_lost": (
        "{count} entri hilang dari berkas data. Jalankan 'fieldapp rebuild', lalu tukarkan paket atau sinkronkan.",
        "{count} entries are gone from the data file. Run 'fieldapp rebuild', then exchange bundles or sync.",
    ),
    "quarantine": ("Karantina kosong.", "The quarantine is empty."),
    "quarantine_some": (
        "{count} perubahan dikarantina. Lihat 'fieldapp quarantine list'.",
        "{count} changes are in quarantine. See 'fieldapp quarantine list'.",
    ),
}


def doctor(where: Session | Path) -> list[dict[str, Any]]:
    """Check a laptop: `{"check", "ok", "message"}` each; without an open session only what needs no key."""
    if isinstance(where, Path):
        return _outside(where)
    return [*_outside(where.home), *_inside(where)]


def rebuild(session: Session) -> dict[str, Any]:
    """Make every list anew from the history: `{"registrations", "identical"}`. False means a list was wrong before."""

    def write(connection: Connection, journal: Journal) -> dict[str, Any]:
        identical = rebuilding.rebuild(connection, journal)
        return {"registrations": int(journal.count("registration")), "identical": identical}

    return session.write(write)


def compact(session: Session) -> dict[str, Any]:
    """Let go of answers that were replaced and that the office holds: `{"entries"}`, of how many changes.

    Lists, conflicts, decisions and later merges stay the same; a history that somebody opens comes back with the next
    exchange. Raises Problem compact_office where a member of the office works on this laptop: others rely on it.
    """

    def write(connection: Connection, journal: Journal) -> int:
        members = journal.membership.all()
        if any(member.device == session.device and member.role in OFFICE_ROLES for member in members):
            raise Problem("compact_office")
        return journal.attic.compact()

    return {"entries": session.write(write)}


def _outside(home: Path) -> list[dict[str, Any]]:
    if not Vault(home).exists:
        return [_told("folder", False, "folder_missing")]
    free = shutil.disk_usage(home).free
    checks = [
        _told("folder", True, "folder"),
        _told("space", *((True, "space") if free >= _LEAST_FREE_BYTES else (False, "space_low")), free=free >> 20),
    ]
    path = home / stores.NAME
    if not path.exists():
        return [*checks, _told("encryption", False, "database_damaged", what=stores.NAME)]
    with path.open("rb") as file:
        plain = file.read(len(_PLAIN_SQLITE)) == _PLAIN_SQLITE
    return [*checks, _told("encryption", not plain, "not_encrypted" if plain else "encrypted")]


def _inside(session: Session) -> list[dict[str, Any]]:
    from fieldapp.services.ledger import ledger

    fault = session.read(health.fault)
    checks = [
        _told("database", True, "database")
        if fault is None
        else _told("database", False, "database_damaged", what=fault)
    ]
    same = _projections_agree(session)
    checks.append(_told("lists", same, "projections" if same else "projections_differ"))
    checks.append(_areas(session))
    checks.append(_clock(session))
    found = ledger(session)
    checks.append(
        _told("ledger", True, "ledger")
        if found["balanced"]
        else _told("ledger", False, "ledger_open", count=len(found["missing"]) or 1)
    )
    waiting = session.read(held.count_open)[0]
    checks.append(_told("quarantine", not waiting, "quarantine_some" if waiting else "quarantine", count=waiting))
    return checks


def _areas(session: Session) -> dict[str, Any]:
    """Whether every entry counted is there, and as many as the office has of each area."""

    def read(connection: Connection) -> tuple[int, int]:
        gone = session.journal(connection).sums.lost()
        lost = sum(last - first + 1 for ranges in gone.values() for first, last in ranges)
        return lost, len(differing(session, connection))

    lost, unlike = session.read(read)
    if lost:
        return _told("areas", False, "areas_lost", count=lost)
    return _told("areas", not unlike, "areas_differ" if unlike else "areas", count=unlike)


class _Undo(Exception):
    """Takes a trial rebuild back."""


def _projections_agree(session: Session) -> bool:
    agreed = False

    def write(connection: Connection, journal: Journal) -> None:
        nonlocal agreed
        agreed = rebuilding.rebuild(connection, journal)
        raise _Undo

    try:
        with translated():
            session.write(write)
    except _Undo:
        return agreed
    raise Problem("internal")


def _clock(session: Session) -> dict[str, Any]:
    offset = session.status()["clock_offset_ms"]
    if not isinstance(offset, int):
        return _told("clock", True, "clock_unknown", now=iso_time(session.now_ms()))
    if abs(offset) > _CLOCK_LIMIT_MS:
        return _told("clock", False, "clock_off", minutes=round(offset / 60_000))
    return _told("clock", True, "clock")


def _told(check: str, ok: bool, words: str, **details: object) -> dict[str, Any]:
    return {"check": check, "ok": ok, "message": fill(_WORDS[words], details)}
