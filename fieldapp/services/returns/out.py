"""What is out with others to be put right: with whom, since when, until when, and whether it got there."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fieldapp.domain.nik import masked
from fieldapp.locale import _
from fieldapp.services.policy import OFFICE_ROLES
from fieldapp.services.problems import Exit, Problem
from fieldapp.services.returns.charges import Charges, Given, Worker, assigned_words, given
from fieldapp.services.returns.returned import days_late, last_return
from fieldapp.services.session import Session, iso_time
from fieldapp.services.views import area_name, member_names
from fieldapp.store import charges, exchanges, queries
from fieldapp.store.db import Connection
from sync.coverage import Ranges, holds, numbers_of
from sync.entry import SETTING_KINDS

if TYPE_CHECKING:
    from sync.entry import Stored
    from sync.fold import Record
    from sync.journal import Journal

#: How far what was said of a registration has come, as `carried` names it.
STEPS: Final = ("here", "fetched", "hub", "written", "not_written", "not_joined", "gone")


class Found(NamedTuple):
    """The row numbers of what is out, overdue ones first; how many are still awaited, and how many of them overdue."""

    numbers: array[int]
    awaited: int
    overdue: int


def find(session: Session, *, overdue: bool = False) -> Found:
    """Everything in this member's areas that was returned or given to somebody and is not decided yet.

    What is awaited comes first, by the day it is due; then what was answered and waits for a decision. `overdue`: only
    what should have come by now. Raises Problem not_allowed for whoever is not of the office.
    """
    session.require_role(*sorted(OFFICE_ROLES), who="coordinator")
    today = session.today().isoformat()

    def order(one: charges.Out) -> tuple[object, ...]:
        return one.state != "returned", one.due is None, one.due or "", one.since_ms or 0, one.id

    found = session.read(lambda connection: charges.out(connection, session.member.scopes))
    awaited = [one for one in found if one.state == "returned"]
    late = [one for one in awaited if one.due is not None and one.due < today]
    shown = sorted(late if overdue else found, key=order)
    return Found(array("q", [one.number for one in shown]), len(awaited), len(late))


def rows(session: Session, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """What is told of these row numbers, in the order asked.

    `{"number", "id", "name", "nik" (masked), "area", "area_name", "state", "round", "worker": {"id", "name", "state"},
    "by", "at", "reason", "due", "late", "assigned", "carried": {"code", "at"}, "answered": {"by", "at"} or None}`.
    `worker` is who has to put it right (`charges.Worker`), `carried` how far the latest word about it has come: `code`
    is one of STEPS, `at` when the bundle was written or the laptop was last heard of, or None. `answered`: what was
    written since by whoever has to.
    """

    def read(connection: Connection) -> list[dict[str, Any]]:
        teller = _Teller(session, connection)
        return [told for row in queries.rows_at(connection, numbers) if (told := teller.told(row)) is not None]

    return session.read(read)


def ids(session: Session, numbers: Sequence[int]) -> list[str]:
    """The ids behind row numbers, in their order."""
    return session.read(lambda connection: queries.ids_at(connection, numbers))


def listing(session: Session, *, overdue: bool = False) -> list[dict[str, Any]]:
    """All of them, as `rows` tells each."""
    return rows(session, find(session, overdue=overdue).numbers)


def write_reminders(session: Session, path: Path, *, overdue: bool = False) -> dict[str, Any]:
    """Write what is out as a sheet (.xlsx or .csv) to be printed and handed round, by whoever has it; NIKs are masked.

    Answers `{"file", "rows"}`. Raises Problem: not_allowed, sheet_kind, sheet_target.
    """
    from fieldapp.files.errors import MESSAGES, SheetError
    from fieldapp.files.sheet import Column, write_sheet
    from fieldapp.services.returns.words import carried_words, until_words

    found = sorted(listing(session, overdue=overdue), key=lambda each: str(each["worker"]["name"]).casefold())
    columns = [
        Column("worker", _("Pada"), width=24),
        Column("name", _("Nama"), width=28),
        Column("nik", _("NIK"), width=20),
        Column("area_name", _("Wilayah"), width=20),
        Column("at", _("Dikembalikan"), "date", 14),
        Column("due", _("Batas"), "date", 14),
        Column("until", _("Sisa waktu"), width=14),
        Column("round", _("Putaran"), "number", 8),
        Column("reason", _("Alasan"), width=40),
        Column("carried", _("Perjalanan"), width=28),
        Column("id", _("Nomor"), width=40),
    ]
    today = session.today()
    told = (
        {
            **each,
            "worker": each["worker"]["name"],
            "at": str(each["at"] or "")[:10],
            "until": until_words(each, today),
            "carried": carried_words(each),
        }
        for each in found
    )
    try:
        rows = write_sheet(path, columns, told)
    except SheetError as error:
        exit_code = Exit.WRONG_USE if error.code == "sheet_kind" else Exit.REFUSED
        raise Problem(error.code, exit_code=exit_code, details=error.details, words=MESSAGES.get(error.code)) from error
    return {"file": str(path), "rows": rows}


class _Teller:
    """What telling of one registration needs of all of them, asked once for each laptop."""

    def __init__(self, session: Session, connection: Connection) -> None:
        self._device = session.device
        self._journal: Journal = session.journal(connection)
        self._today = session.today().isoformat()
        self._who = member_names(session, connection)
        self._workers = Charges(session, connection)
        self._handed = exchanges.handed(connection)
        self._held: dict[str, Mapping[str, Ranges]] = {}
        self._hubs = [member.id for member in self._journal.membership.active() if member.role == "hub"]

    def told(self, row: queries.Row) -> dict[str, Any] | None:
        """One item of `rows`; None where the registration is gone by now."""
        record = self._journal.record(row.id)
        if record is None:
            return None
        back, word = last_return(record), given(record)
        worker = self._workers.worker(row.assigned_to or row.registered_by)
        said = self._latest(record, word)
        at = iso_time(said.entry.t[0]) if said is not None else None
        reason = back.reason if back is not None else word.reason if word is not None else ""
        by = back.by if back is not None else word.by if word is not None else ""
        return {
            "number": row.number,
            "id": row.id,
            "name": row.name,
            "nik": masked(row.nik) if row.nik else None,
            "area": row.scope,
            "area_name": area_name(row.scope),
            "state": row.state,
            "round": row.round,
            "worker": {"id": worker.id, "name": worker.name, "state": worker.state},
            "by": self._who.get(by, by),
            "at": iso_time(back.t[0]) if back is not None else at,
            "reason": reason,
            "due": row.due,
            "late": days_late(row.due, self._today),
            "assigned": assigned_words(word, self._who, self._workers),
            "carried": self._carried(worker, said),
            "answered": self._answered(record, worker, back.t if back is not None else word.t if word else None),
        }

    def _latest(self, record: Record, word: Given | None) -> Stored | None:
        """The entry that the laptop has to have: the return in force, or that it was given to somebody since."""
        wanted = {back.entry for back in [last_return(record)] if back is not None}
        if word is not None:
            wanted.add(word.entry)
        return next((stored for stored in reversed(record.history) if stored.id in wanted), None)

    def _answered(self, record: Record, worker: Worker, since: tuple[int, int] | None) -> dict[str, Any] | None:
        if since is None:
            return None
        own = self._workers.of(worker.id)
        later = [
            stored
            for stored in record.history
            if stored.entry.k in SETTING_KINDS and stored.entry.t > since and stored.entry.au in own
        ]
        if not later:
            return None
        last = later[-1].entry
        return {"by": self._who.get(last.au, last.au), "at": iso_time(last.t[0])}

    def _carried(self, worker: Worker, said: Stored | None) -> dict[str, Any]:
        if worker.member is None:
            return {"code": "not_joined", "at": None}
        if worker.state == "revoked":
            return {"code": "gone", "at": None}
        if worker.member.device == self._device:
            return {"code": "here", "at": None}
        peer = self._journal.peer(worker.id)
        if said is None or self._has(worker.id, said):
            return {"code": "fetched", "at": iso_time(peer.at_ms) if peer is not None else None}
        handed = self._handed.get(worker.id)
        if handed is not None and holds(handed.brought.get(said.entry.ch, ()), said.entry.n):
            return {"code": "written", "at": iso_time(handed.written_ms)}
        if any(self._has(hub, said) for hub in self._hubs):
            return {"code": "hub", "at": None}
        return {"code": "not_written", "at": None}

    def _has(self, member: str, said: Stored) -> bool:
        """Whether a member's latest bundle or receipts showed that it holds an entry."""
        held = self._held.get(member)
        if held is None:
            known = self._journal.known_of(member)
            held = self._held[member] = {chain: numbers_of(spans) for chain, spans in known.items()}
        return holds(held.get(said.entry.ch, ()), said.entry.n)
