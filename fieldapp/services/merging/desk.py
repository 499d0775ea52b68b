"""The merge desk: what bundles would bring, taking them in, and the reports that can be opened again.

A dry run is the merge itself, taken back at the end, so that what it tells is what a merge then does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fieldapp.services import exchange_book, found_bundles, office
from fieldapp.services.ledger import differing
from fieldapp.services.merging import arriving
from fieldapp.services.merging import counts as merging_counts
from fieldapp.services.merging.book import merges, report
from fieldapp.services.merging.counts import Bundle
from fieldapp.services.merging.undo import preview_undo
from fieldapp.services.problems import Problem, fill
from fieldapp.services.session import Session, iso_time
from fieldapp.store import exchanges, local
from fieldapp.store import merges as kept_merges
from fieldapp.store.db import Connection
from sync import errors
from sync import exchange as road
from sync.errors import SyncError
from sync.journal import Journal
from sync.merge import Merged, Tell
from sync.watching import Stopped

if TYPE_CHECKING:
    from sync.exchange import Received

__all__ = ["Progress", "forget_interrupted", "interrupted", "look", "merge", "merges", "preview_undo", "report"]

Progress = Callable[[int, int | None, str], None]
"""progress(done, total or None, what is being done)."""
NOT_FOR_US = "bundle_not_for_us"


class _TakeBack(Exception):
    """Takes a dry run back."""


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
    "duplicate"}, "besides": {"possible_duplicate", "over_quota"}, "receipts", "prerequisites_missing": [{"chain",
    "first", "last", "member", "by", "laptop"}], "differing", "files", "laptops": as in `merging_counts.laptops`,
    "quota": {"quota", "approved", "waiting", "pending", "slots_left"}}`; with `dry_run` the same answer without a merge
    id, and nothing changed.
    `progress` may raise `Stopped`; then what was merged in pieces stays and nothing else does.
    Raises Problem with the code of what is wrong with a file, named in the details; stopped.
    """
    contents = [(path, found_bundles.read(path)) for path in files]
    return _Work(session, contents, dry_run, progress or _silent, large_bytes).run()


def look(session: Session, files: Sequence[Path], progress: Progress | None = None) -> dict[str, Any]:
    """A dry run that sets aside what cannot be merged, so that one bad file among twenty keeps nobody waiting.

    Answers as `merge` with `dry_run`, of the good files, and `"good": [path]`, `"bad": [{"path", "file", "code",
    "message"}]`: a file that is no bundle, damaged, another programme's, somebody else's, or gone with its stick.
    Raises Problem: stopped, and what is wrong with this laptop's own store.
    """
    contents: list[tuple[Path, bytes]] = []
    bad: list[dict[str, Any]] = []
    for path in files:
        try:
            contents.append((path, found_bundles.read(path)))
        except Problem as problem:
            bad.append(_bad(path, problem.code, problem.message()))
    work = _Work(session, contents, True, progress or _silent, arriving.LARGE_BYTES, sorts_out=True)
    answer = work.run()
    bad += [_bad(path, error.code, fill(errors.MESSAGES[error.code], error.details)) for path, error in work.left]
    is_bad = {each["path"] for each in bad}
    return {**answer, "good": [path for path in files if path not in is_bad], "bad": bad}


def interrupted(session: Session) -> dict[str, Any] | None:
    """The merge that a power cut or a killed program ended: `{"at", "files", "entries"}`, with how many changes of it
    are here all the same, since a large bundle goes in piece by piece; None when there is none."""

    def read(connection: Connection) -> dict[str, Any] | None:
        begun = local.get(connection, kept_merges.BEGUN)
        if begun is None:
            return None
        reports = session.journal(connection).reports()
        came = [report.summary["new"] for report in reports if report.at_ms >= begun["at_ms"]]
        return {"at": iso_time(begun["at_ms"]), "files": begun["files"], "entries": sum(came)}

    return session.read(read)


def forget_interrupted(session: Session) -> None:
    """It was told to a person, or it did not break off but was refused."""
    session.write(lambda connection, _: local.remove(connection, kept_merges.BEGUN))


@dataclass
class _Work:
    """One merge, dry or not. `sorts_out`: what cannot be merged is left aside instead of stopping all."""

    session: Session
    contents: Sequence[tuple[Path, bytes]]
    dry_run: bool
    tell: Progress
    large_bytes: int
    sorts_out: bool = False
    received: list[tuple[Path, Received]] = field(default_factory=list)
    left: list[tuple[Path, SyncError]] = field(default_factory=list)
    pieces: dict[Path, list[Merged]] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """The answer of `merge`."""
        if not self.dry_run:
            begun = {"at_ms": self.session.now_ms(), "files": len(self.contents)}
            self.session.write(lambda connection, _: local.put(connection, kept_merges.BEGUN, begun))
        try:
            return self._run()
        except BaseException as error:
            if not self.dry_run:
                # What stopped the merge, such as a full disk, may stop this too, and is the one to tell of.
                with suppress(Problem):
                    forget_interrupted(self.session)
            if isinstance(error, Stopped):
                raise Problem("stopped") from None
            raise

    def _run(self) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        for path, data in self.contents:
            self.pieces[path] = (
                [] if self.dry_run else arriving.bring_in(self.session, data, self._count, self.large_bytes)
            )

        def write(connection: Connection, journal: Journal) -> None:
            self._take_in(journal)
            answer.update(self._report(connection, journal))
            if self.dry_run:
                raise _TakeBack
            self._keep(connection, answer)

        try:
            self.session.write(write)
        except _TakeBack:
            return {**answer, "merge_id": None}
        office.learn(self.session)
        whole = sum(len(data) for _, data in self.contents)
        self.tell(whole, whole, "merge")
        return answer

    def _count(self, done: int, of: int) -> None:
        self.tell(done, of, "merge")

    def _take_in(self, journal: Journal) -> None:
        """Merge every file; one that is refused is tried again after the others, which may bring what it needs."""
        waiting = list(self.contents)
        passed: list[tuple[Path, SyncError]] = []
        while waiting:
            refused: list[tuple[Path, SyncError]] = []
            for path, data in waiting:
                try:
                    self.received.append((path, self._merge_one(journal, path, data)))
                except SyncError as error:
                    # Which of twenty sticks it was is the first thing that a coordinator asks.
                    error.details.setdefault("file", path.name)
                    (passed if error.code == NOT_FOR_US else refused).append((path, error))
            self.left = [*refused, *passed]
            again = {path for path, _ in refused}
            waiting = [each for each in waiting if each[0] in again] if len(refused) < len(waiting) else []
        stops = self.left if not self.received else [each for each in self.left if each[1].code != NOT_FOR_US]
        if stops and not self.sorts_out:
            raise stops[0][1]

    def _merge_one(self, journal: Journal, path: Path, data: bytes) -> Received:
        brought = sum(piece.new - piece.new_receipts for piece in self.pieces[path])
        return road.merge_bundle(journal, data, self.session.author(), brought=brought, tell=self._share(path))

    def _share(self, path: Path) -> Tell:
        """Tells how far all files are while one of them goes in, each by its bytes."""
        sizes = {each: len(data) for each, data in self.contents}
        before = sum(sizes[each] for each, _ in self.received)
        whole = sum(sizes.values())

        def tell_one(done: int, of: int) -> None:
            self.tell(before + sizes[path] * done // max(1, of), whole, "merge")

        return tell_one

    def _report(self, connection: Connection, journal: Journal) -> dict[str, Any]:
        bundles = [
            Bundle(
                path.name,
                each.opened.by,
                each.opened.payload.segments,
                (*self.pieces[path], each.merged),
                # What a piece brought is known by the time that the whole is merged.
                each.merged.known - sum(piece.new for piece in self.pieces[path]),
            )
            for path, each in self.received
        ]
        merged = [merged for bundle in bundles for merged in bundle.merges]
        first = next((each for each in merged if each.new), merged[0] if merged else None)
        counted = merging_counts.counted(self.session, connection, journal, bundles)
        passed = [path for path, error in self.left if error.code == NOT_FOR_US]
        return {
            "merge_id": first.merge if first else None,
            **counted,
            "receipts": sum(1 for _, each in self.received if each.receipt is not None),
            "prerequisites_missing": merging_counts.missing(journal, bundles),
            "differing": differing(self.session, connection),
            "files": [*counted["files"], *({"file": path.name, "skipped": NOT_FOR_US} for path in passed)],
        }

    def _keep(self, connection: Connection, answer: Mapping[str, Any]) -> None:
        now_ms = self.session.now_ms()
        merge_id = answer["merge_id"]
        if merge_id is not None:
            whole = [(*self.pieces[path], each.merged) for path, each in self.received]
            parts = [merged.merge for bundle in whole for merged in bundle if merged.new]
            kept_merges.remember_parts(connection, merge_id, parts)
            kept_merges.keep(connection, merge_id, now_ms, merging_counts.to_keep(answer))
        exchanges.remember_seen(connection, [each.opened.head.bundle for _, each in self.received], now_ms)
        exchanges.remember(connection, "merged", now_ms, exchange_book.numbers(answer))
        local.remove(connection, kept_merges.BEGUN)


_OF_ALL: Final = ("Tidak ada yang digabungkan. ", "Nothing was merged. ")


def _bad(path: Path, code: str, message: str) -> dict[str, Any]:
    # The words are those of a merge that stops at it; here the others go on without it.
    for sentence in _OF_ALL:
        message = message.replace(sentence, "")
    return {"path": path, "file": path.name, "code": code, "message": message}


def _silent(done: int, total: int | None, what: str) -> None:
    return None
