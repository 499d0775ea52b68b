"""What keeps a hub's journal: the hub's own encrypted home, or a PostgreSQL that several hub processes share."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from fieldapp.locale.reasons import os_reason
from fieldapp.services import care, policy
from fieldapp.services.problems import Exit, Problem, translated
from fieldapp.services.session import Session
from fieldapp.services.transact import transact_of
from fieldapp.store import local
from fieldapp.store.db import Connection
from fieldapp.store.errors import StoreBusy, StoreError
from sync.errors import SyncError, Unreachable
from sync.journal import Journal
from sync.payload import Payload
from sync.randomness import token

if TYPE_CHECKING:
    from fieldapp.store.central.centre import Centre
    from fieldapp.store.known import Tables

T = TypeVar("T")

SQLITE: Final = "sqlite"
_SCHEMES: Final = ("postgresql://", "postgres://")
_STEP: Final = 5_000
"""Entries that are brought over in one transaction."""
_MARK_EVERY_S: Final = 60.0
_log = logging.getLogger("sync.hub")


class Keeper(Protocol):
    """Keeps a hub's journal. `write` and `read` raise SyncError only, such as a laptop can be told."""

    tables: Tables
    """Which tables stand beside the journal."""

    def write(self, work: Callable[[Journal], T], /) -> T: ...

    def read(self, work: Callable[[Journal], T], /) -> T: ...

    def epoch(self) -> str:
        """Names this life of what is kept."""
        ...

    def close(self) -> None:
        """What this keeper opened is closed."""
        ...


def database_of(asked: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """`sqlite`, or the address of a PostgreSQL: as asked for, else what FIELDAPP_DATABASE_FILE holds, else
    FIELDAPP_DATABASE.

    Raises Problem: file_not_read, hub_database; neither tells the address, which may hold a password.
    """
    found = asked or _in_file(environment) or environment.get("FIELDAPP_DATABASE") or SQLITE
    if found != SQLITE and not found.startswith(_SCHEMES):
        raise Problem("hub_database")
    return found


def kind_of(database: str) -> str:
    """What may be told of where the journal is kept: `sqlite` or `postgresql`."""
    return SQLITE if database == SQLITE else "postgresql"


def keeper_of(session: Session, database: str = SQLITE) -> Keeper:
    """The keeper for `database`. Raises Problem for a database that cannot be used."""
    return HomeKeeper(session) if database == SQLITE else CentralKeeper(session, open_centre(session, database))


def open_centre(session: Session, address: str) -> Centre:
    """The central store of this session's programme. Raises Problem: hub_driver, and what the database refuses."""
    try:
        from fieldapp.services.questionnaire import columns
        from fieldapp.store.central.centre import Centre
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] != "psycopg":
            raise
        raise Problem("hub_driver") from None
    from fieldapp.services.inspection import inspect

    with translated():
        return Centre(address, session.programme.id, policy.rules(), columns(), inspect)


class HomeKeeper:
    """The hub's own home: one process, one encrypted file."""

    tables: Tables = "home"

    def __init__(self, session: Session) -> None:
        self._session = session
        self._write = transact_of(session)
        # Before the first of many threads: a hub put back from a copy begins a chain of its own.
        self._write(lambda journal: None)

    def write(self, work: Callable[[Journal], T], /) -> T:
        """One durable transaction."""
        try:
            return self._write(work)
        except StoreBusy:
            raise Unreachable("hub_busy") from None
        except StoreError:
            # A full disk, say: the laptop keeps everything and tries again; doctor tells the hub's keeper why.
            raise Unreachable("hub_failed") from None

    def read(self, work: Callable[[Journal], T], /) -> T:
        """Without waiting for whoever is writing."""
        try:
            return self._session.read(lambda connection: work(self._session.journal(connection)))
        except Problem:
            raise Unreachable("hub_failed") from None

    def epoch(self) -> str:
        """Kept in the home; a copy that is put back begins another."""
        epoch = self._session.preference(local.HUB_EPOCH)
        if not isinstance(epoch, str):
            epoch = token()
            self._session.set_preference(local.HUB_EPOCH, epoch)
        return epoch

    def close(self) -> None:
        """Nothing: the session belongs to whoever opened it."""


class CentralKeeper:
    """A PostgreSQL. The home keeps the hub's keys, and how far the database had come when it was last looked at."""

    tables: Tables = "centre"

    def __init__(self, session: Session, centre: Centre) -> None:
        self._session = session
        self._centre = centre
        self._marking = threading.Lock()
        self._marked_at = 0.0
        try:
            self._notice_a_restore()
            bring_over(session, centre)
            self._mark()
        except BaseException:
            centre.close()
            raise

    def write(self, work: Callable[[Journal], T], /) -> T:
        """One durable transaction, begun anew when another hub's came between."""
        result = _told(lambda: self._centre.write(work))
        if time.monotonic() - self._marked_at > _MARK_EVERY_S and self._marking.acquire(blocking=False):
            try:
                self._mark()
            finally:
                self._marking.release()
        return result

    def read(self, work: Callable[[Journal], T], /) -> T:
        """One moment of the database."""
        return _told(lambda: self._centre.read(work))

    def epoch(self) -> str:
        """Kept in the database, the same for all hubs that share it."""
        with translated():
            return self._centre.epoch()

    def close(self) -> None:
        """Close the connections."""
        try:
            self._mark()
        except (SyncError, Problem):
            # It only serves to notice a restore; the next start marks anew.
            _log.warning(json.dumps({"event": "database", "code": "not_marked"}))
        self._centre.close()

    def _notice_a_restore(self) -> None:
        """A database put back from a copy is behind what this home saw of it: it begins another life."""
        mark = self._session.preference(local.CENTRE_MARK)
        if isinstance(mark, list) and len(mark) == 2:
            with translated():
                if self._centre.epoch() == mark[0] and self._centre.position() < mark[1]:
                    self._centre.begin_anew()

    def _mark(self) -> None:
        self._marked_at = time.monotonic()
        with translated():
            mark = [self._centre.epoch(), self._centre.position()]
        if mark != self._session.preference(local.CENTRE_MARK):
            self._session.set_preference(local.CENTRE_MARK, mark)


def rebuild(session: Session, database: str) -> dict[str, object]:
    """Fill every readable table of where a hub keeps its journal anew: `{"registrations", "identical"}`.

    Raises Problem: hub_only, and what `keeper_of` raises.
    """
    if session.member.role != "hub":
        raise Problem("hub_only")
    if database == SQLITE:
        return care.rebuild(session)
    centre = open_centre(session, database)
    try:
        with translated():
            identical = centre.rebuild()
            return {"registrations": centre.read(lambda journal: journal.count("registration")), "identical": identical}
    finally:
        centre.close()


def bring_over(session: Session, centre: Centre) -> int:
    """Bring what the hub's home holds into the centre, as far as the centre lacks it; returns how many entries.

    So a hub that began on its own file, or has just joined, goes on with everything it knew.
    """
    with translated():
        session.write(lambda _, journal: journal.seal(session.identity))
        brought = 0
        while True:
            payload, is_all = _lacking(session, centre)
            if payload is None:
                return brought
            new = centre.write(partial(_merge, payload=payload, by=session.member.id))
            brought += new
            if is_all or not new:
                return brought


def _lacking(session: Session, centre: Centre) -> tuple[Payload | None, bool]:
    """(what the centre lacks, whether that is all of it); None when it lacks nothing."""
    have = centre.read(lambda journal: journal.coverage())

    def choose(connection: Connection) -> tuple[Payload, bool]:
        journal = session.journal(connection)
        selection = journal.select([have], None, limit=_STEP)
        certificates = journal.membership.certificates()
        payload = Payload(at_ms=session.now_ms(), certificates=certificates, segments=selection.segments)
        return payload, selection.is_all

    payload, is_all = session.read(choose)
    knows_all = centre.read(lambda journal: all(map(journal.membership.knows, payload.certificates)))
    return (None if knows_all and not payload.segments else payload), is_all


def _merge(journal: Journal, *, payload: Payload, by: str) -> int:
    return journal.merge_payload(payload, by).new


def _told(work: Callable[[], T]) -> T:
    """Failures of the database as a laptop may be told them; their codes go into the hub's log."""
    try:
        return work()
    except SyncError as error:
        if not error.code.startswith("database_"):
            raise
        _log.warning(json.dumps({"event": "database", "code": error.code, **error.details}, sort_keys=True))
        raise Unreachable("hub_failed") from None


def _in_file(environment: Mapping[str, str]) -> str | None:
    path = environment.get("FIELDAPP_DATABASE_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        reason = os_reason(error) if isinstance(error, OSError) else "UTF-8"
        raise Problem(
            "file_not_read",
            exit_code=Exit.NOT_ALLOWED,
            details={"file": "FIELDAPP_DATABASE_FILE", "reason": reason},
        ) from error
