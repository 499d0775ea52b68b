"""Carrying changes between laptops: writing a bundle, merging bundles, and the hub; the same bytes on every way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fieldapp.locale.reasons import os_reason
from fieldapp.services import arriving, exchange_book, found_bundles, known, office, sticks
from fieldapp.services.ledger import differing
from fieldapp.services.membership import find_member
from fieldapp.services.policy import OFFICE_ROLES
from fieldapp.services.problems import Problem, translated
from fieldapp.services.session import Session, iso_time
from fieldapp.services.undo import remember_parts, undo
from fieldapp.store import exchanges, ledger, queries
from fieldapp.store.db import Connection
from fieldapp.store.recovery import clear_leftovers
from sync import errors
from sync import exchange as road
from sync.bundle import OFFICE, PART_BEGINS, PART_ENDS, inspect_head
from sync.errors import Untrusted
from sync.journal import Journal
from sync.merge import Merged, Tell
from sync.watching import Stopped

if TYPE_CHECKING:
    from sync.exchange import Outgoing, Received

__all__ = ["Progress", "Stopped", "inspect", "merge", "quarantine", "sync", "undo", "write_bundle", "write_returns"]

Progress = Callable[[int, int | None, str], None]
"""progress(done, total or None, what is being done)."""

EXTENSION: Final = ".fieldapp"


def write_bundle(session: Session, out: Path, to: str = OFFICE, progress: Progress | None = None) -> dict[str, Any]:
    """Write what the office, or one member, does not yet hold, to a file that only they can open.

    The file is read back and verified before this returns. Answers `{"file", "to", "entries", "segments", "bytes",
    "bundle", "leftovers"}`: leftovers are halves of bundles whose writing in that folder broke off long ago; they are
    removed, since a stick may be full of them. Raises Problem: member_not_found, member_revoked, bundle_not_written.
    """
    tell = progress or _silent
    tell(0, 2, "seal")
    answer = _write_one(session, out, to, tell)
    told = {"entries": answer["entries"], "bytes": answer["bytes"], "to_office": to == OFFICE}
    _remember(session, "written", told)
    tell(2, 2, "write")
    return answer


def write_returns(session: Session, folder: Path, progress: Progress | None = None) -> list[dict[str, Any]]:
    """Write a return bundle for every other laptop's member: decisions, corrections, receipts, within their areas.

    Files are named by the member's id, since a name on a stick would tell who works where. Answers one `write_bundle`
    answer a member, with "name". Raises Problem: not_allowed, file_not_written.
    """
    session.require_role(*sorted(OFFICE_ROLES), who="coordinator")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem("file_not_written", details={"file": folder.name, "reason": os_reason(error)}) from error
    tell = progress or _silent
    active = session.read(lambda connection: session.journal(connection).membership.active())
    receivers = [member for member in active if member.device != session.device and member.role != "hub"]
    told = []
    for done, member in enumerate(receivers):
        tell(done, len(receivers), "write")
        path = folder / f"balasan-{member.id[:12]}{EXTENSION}"
        told.append({**_write_one(session, path, member.id, _silent), "name": member.name})
    _remember(session, "returns", {"bundles": len(told), "entries": sum(each["entries"] for each in told)})
    tell(len(receivers), len(receivers), "write")
    return told


def _write_one(session: Session, out: Path, to: str, tell: Progress) -> dict[str, Any]:
    receiver = None if to == OFFICE else find_member(session, to).id

    def make(connection: Connection, journal: Journal) -> Outgoing:
        programme = office.current_programme(session, connection)
        if receiver is None:
            return road.bundle_for_office(journal, session.identity, programme, session.now_ms())
        known.prepare(session, journal)
        return road.bundle_for_member(journal, session.identity, programme, receiver, session.now_ms())

    made = session.write(make)
    tell(1, 2, "write")
    leftovers = clear_leftovers(out.parent, (f"{PART_BEGINS}*{PART_ENDS}",))
    sticks.put(out, made.data)

    def remember(connection: Connection, journal: Journal) -> None:
        # Only now: a stick that refused the file must not count as having carried it.
        now_ms = session.now_ms()
        ledger.remember_carried(connection, made.bundle, made.carried, now_ms)
        if receiver is not None:
            exchanges.remember_handed(connection, receiver, made.bundle, now_ms, made.entries, made.brought)

    session.write(remember)
    return {
        "file": str(out),
        "to": to,
        "entries": made.entries,
        "segments": made.segments,
        "bytes": len(made.data),
        "bundle": made.bundle,
        "leftovers": leftovers,
    }


def _remember(session: Session, kind: str, told: Mapping[str, Any]) -> None:
    session.write(lambda connection, _: exchanges.remember(connection, kind, session.now_ms(), told))


def inspect(file: Path, session: Session | None = None) -> dict[str, Any]:
    """What a bundle says of itself, without merging it; with a session also whether it opens here and what is inside.

    Raises Problem for a file that is no bundle, damaged, foreign or forged.
    """
    data = found_bundles.read(file)
    with translated():
        head = inspect_head(data)
        told: dict[str, Any] = {
            "bundle": head.bundle,
            "programme": head.programme,
            "by": head.by,
            "to": list(head.to),
            "bytes": len(data),
            "readable": None,
        }
        if session is None:
            return told
        return session.store.read(lambda connection: {**told, **_inside(session, connection, data)})


def merge(
    session: Session,
    files: Sequence[Path],
    dry_run: bool = False,
    progress: Progress | None = None,
    large_bytes: int = arriving.LARGE_BYTES,
) -> dict[str, Any]:
    """Merge bundles, all of them or none, in any order and however often. Of several, those sealed to somebody else are
    passed over and named, since a stick carries the return bundles of many. A member's bundle of at least `large_bytes`
    goes in piece by piece, each whole, so that lists show early and an interrupted merge goes on where it stopped.

    Answers `{"merge_id", "entries": {"new", "known", "quarantined"}, "registrations": {"new", "changed", "conflicting",
    "duplicate"}, "receipts", "prerequisites_missing", "differing", "files"}`; with `dry_run` the same answer and
    nothing changed.
    `progress` may raise `Stopped`; then what was merged in pieces stays and nothing else does.
    Raises Problem with the code of what is wrong with a file, named in the details; stopped.
    """
    tell = progress or _silent
    contents = [(path, found_bundles.read(path)) for path in files]
    try:
        return _merge_read(session, contents, dry_run, tell, large_bytes)
    except Stopped:
        raise Problem("stopped") from None


def _merge_read(
    session: Session, contents: Sequence[tuple[Path, bytes]], dry_run: bool, tell: Progress, large_bytes: int
) -> dict[str, Any]:
    answer: dict[str, Any] = {}

    def count(done: int, of: int) -> None:
        tell(done, of, "merge")

    pieces = {path: [] if dry_run else arriving.bring_in(session, data, count, large_bytes) for path, data in contents}

    def write(connection: Connection, journal: Journal) -> None:
        received, passed = _merge_all(session, journal, contents, pieces, tell)
        answer.update(_report(session, connection, journal, received, pieces))
        answer["files"] += [{"file": path.name, "skipped": "bundle_not_for_us"} for path in passed]
        parts = [merged.merge for path in pieces for merged in pieces[path]]
        parts += [each.merged.merge for _, each in received if each.merged.new]
        remember_parts(connection, str(answer["merge_id"]), parts)
        if dry_run:
            raise _TakeBack
        now_ms = session.now_ms()
        exchanges.remember_seen(connection, [each.opened.head.bundle for _, each in received], now_ms)
        exchanges.remember(connection, "merged", now_ms, exchange_book.numbers(answer))

    try:
        session.write(write)
    except _TakeBack:
        return {**answer, "merge_id": None}
    office.learn(session)
    whole = sum(len(data) for _, data in contents)
    tell(whole, whole, "merge")
    return answer


def quarantine(session: Session) -> list[dict[str, Any]]:
    """Changes that do not count, whether or not somebody said something of them: `quarantine.entries`."""
    from fieldapp.services.quarantine import entries

    return entries(session)


def sync(
    session: Session,
    hub_url: str | None = None,
    progress: Progress | None = None,
    *,
    is_stopped: Callable[[], bool] | None = None,
    is_quiet: bool = False,
) -> dict[str, Any]:
    """Exchange with a hub over HTTP: `{"sent", "received", "rounds", "hub", "clock_offset_ms"}`.

    `is_stopped` may end it at any time; `is_quiet`: nobody asked for it, so one that moved nothing is not remembered.
    Raises Problem: no_hub, hub_address, hub_unreachable and other hub_* codes (exit 6), stopped; nothing is lost by
    any of them.
    """
    from fieldapp.services.hub_link import sync as run

    return run(session, hub_url, progress, is_stopped=is_stopped, is_quiet=is_quiet)


class _TakeBack(Exception):
    """Takes a dry run back."""


def _silent(done: int, total: int | None, what: str) -> None:
    return None


def _merge_all(
    session: Session,
    journal: Journal,
    contents: Sequence[tuple[Path, bytes]],
    pieces: Mapping[Path, Sequence[Merged]],
    tell: Progress,
) -> tuple[list[tuple[Path, Received]], list[Path]]:
    received: list[tuple[Path, Received]] = []
    passed: list[Path] = []
    refusal: errors.SyncError | None = None
    whole = sum(len(data) for _, data in contents)
    before = 0
    for path, data in contents:
        try:
            received.append(
                (path, _merge_one(session, journal, path, data, pieces[path], _share(tell, before, data, whole)))
            )
        except Untrusted as error:
            if error.code != "bundle_not_for_us":
                raise
            refusal = error
            passed.append(path)
        before += len(data)
    if refusal is not None and not received:
        raise refusal
    return received, passed


def _share(tell: Progress, before: int, data: bytes, whole: int) -> Tell:
    """Tells how far all files are while one of them goes in, each by its bytes."""

    def tell_one(done: int, of: int) -> None:
        tell(before + len(data) * done // max(1, of), whole, "merge")

    return tell_one


def _merge_one(
    session: Session, journal: Journal, path: Path, data: bytes, pieces: Sequence[Merged], tell: Tell
) -> Received:
    brought = sum(piece.new - piece.new_receipts for piece in pieces)
    try:
        return road.merge_bundle(journal, data, session.author(), brought=brought, tell=tell)
    except errors.SyncError as error:
        # Which of twenty sticks it was is the first thing that a coordinator asks.
        error.details.setdefault("file", path.name)
        raise


def _report(
    session: Session,
    connection: Connection,
    journal: Journal,
    received: Sequence[tuple[Path, Received]],
    pieces: Mapping[Path, Sequence[Merged]],
) -> dict[str, Any]:
    wholes = [each.merged for _, each in received]
    parts = [piece for each in pieces.values() for piece in each]
    merges = [*parts, *wholes]
    new = {touched.record for merged in merges for touched in merged.touched if _counts(touched) and touched.is_new}
    changed = {touched.record for merged in merges for touched in merged.touched if _counts(touched)} - new
    conflicting = [row.id for row in queries.rows(connection, sorted(new | changed)) if row.conflicts]
    missing = {chain for merged in wholes for chain in merged.missing}
    still = journal.missing()
    return {
        "merge_id": next((merged.merge for merged in merges if merged.new), merges[0].merge if merges else None),
        "entries": {
            "new": sum(merged.new for merged in merges),
            # What a piece brought is known by the time that the whole is merged.
            "known": sum(merged.known for merged in wholes) - sum(piece.new for piece in parts),
            "quarantined": sum(merged.quarantined for merged in merges),
        },
        "registrations": {
            "new": len(new),
            "changed": len(changed),
            "conflicting": len(conflicting),
            "duplicate": len(queries.duplicated_among(connection, new | changed)),
        },
        "receipts": sum(1 for _, each in received if each.receipt is not None),
        "prerequisites_missing": [
            {"chain": chain, "first": first, "last": last}
            for chain in sorted(missing)
            for first, last in still.get(chain, ())
        ],
        "differing": differing(session, connection),
        "files": [_file(path, each, pieces[path]) for path, each in received],
    }


def _file(path: Path, received: Received, pieces: Sequence[Merged]) -> dict[str, Any]:
    whole = received.merged
    return {
        "file": path.name,
        "merge_id": pieces[0].merge if pieces else whole.merge,
        "by": whole.by,
        "by_name": received.opened.by.name,
        "new": whole.new + sum(piece.new for piece in pieces),
        "known": whole.known - sum(piece.new for piece in pieces),
        "quarantined": whole.quarantined + sum(piece.quarantined for piece in pieces),
    }


def _counts(touched: Any) -> bool:
    return bool(touched.type == "registration")


def _inside(session: Session, connection: Connection, data: bytes) -> dict[str, Any]:
    journal = session.journal(connection)
    try:
        opened = road.open_any(journal, data, session.identity)
    except Untrusted as error:
        if error.code != "bundle_not_for_us":
            raise
        return {"readable": False}
    return {
        "readable": True,
        "by_name": opened.by.name,
        "entries": opened.payload.entries,
        "segments": len(opened.payload.segments),
        "written_at": iso_time(opened.payload.at_ms),
        "chains": [
            {"chain": segment.ch, "first": segment.first, "last": segment.last} for segment in opened.payload.segments
        ],
    }
