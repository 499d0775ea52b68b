"""Finding registrations that may be one person: what is new is compared, in the foreground or a little at a time.

Who is indexed when: `find` brings everything up to date; the screens do so in the background; before a registration is
checked, those handed in just before enter the index in the same transaction, so that the next one is compared with
them. A merge leaves what it brought to these, so that it takes no longer. Comparing is loaded only when something is
compared.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, TypeVar

from fieldapp.services.problems import translated
from fieldapp.services.session import Session
from fieldapp.store import matching
from fieldapp.store.db import Connection
from fieldapp.store.matching import SHOWN

T = TypeVar("T")

Progress = Callable[[int, int | None, str], None]
"""progress(done, total or None, what is being done: `index`, `compare` or `weigh`)."""
Cancelled = Callable[[], bool]

#: Transactions of a find are kept this short, so that a registration that is handed in meanwhile waits unnoticed.
_INDEX_CHUNK: Final = 500
_LARGEST_INDEX_CHUNK: Final = 10_000
_COMPARE_CHUNK: Final = 50
_WEIGH_CHUNK: Final = 1000
#: Those of the background, where somebody may be typing.
_INDEX_QUIETLY: Final = 100
_COMPARE_QUIETLY: Final = 25
#: Of a backlog, so many registrations are indexed before a file is taken in; more wait for a find.
_MOST_BEFORE: Final = 5000
_A_FEW: Final = 50
#: Of a full block, so many people are looked at to say what they have in common.
_LOOKED_AT: Final = 50


def find(
    session: Session,
    *,
    everything: bool = False,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    processes: int | None = None,
) -> dict[str, Any]:
    """Compare what is new since the last time with everybody; with `everything`, everybody with everybody.

    Answers `{"compared", "new", "pairs", "almost_certain", "to_review", "same_nik", "left", "skipped"}`: registrations
    that were compared, how many more pairs are shown than before, pairs known in all and by band, registrations left
    over when `cancelled` said so (the next find goes on there), and for blocks with too many people
    `{"people", "alike"}`: the size, and in which fields those people agree, the largest first.
    `processes`: how many work at a large find, by default what the machine has.
    """
    before = session.read(_shown)
    run = _Run(session, progress or _silent, cancelled or _never)
    if run.index():
        run.compare(everything, processes)
        run.weigh()
    return {"compared": run.compared, "new": max(0, session.read(_shown) - before), **session.read(_standing)}


def catch_up(session: Session, *, cancelled: Cancelled | None = None, pause: Callable[[], None] | None = None) -> int:
    """Index and compare what waits, a little at a time, so that drafts are checked against it; how many were compared.

    For the background: `pause` is called between two transactions. Weights follow the register at the next find.
    """
    stop, rest = cancelled or _never, pause or _nothing
    if not any(session.read(matching.left)):
        return 0
    from fieldapp.services.pairs import candidates

    while not stop() and _write(session, lambda connection: candidates.index_some(connection, _INDEX_QUIETLY)):
        rest()
    done = 0
    while not stop():
        count = _write(session, lambda connection: candidates.compare_some(connection, _COMPARE_QUIETLY))
        if not count:
            break
        done += count
        rest()
    return done


def left(session: Session) -> int:
    """How many registrations wait to be compared."""
    waiting = session.read(matching.left)
    return waiting.to_index + waiting.to_compare


def index_before(session: Session) -> int:
    """Let what waits enter the index before many are checked, at most some thousand; how many are left over."""
    left = session.read(matching.left).to_index
    if left:
        from fieldapp.services.pairs import candidates

        _write(session, lambda connection: candidates.index_some(connection, _MOST_BEFORE))
    return max(0, left - _MOST_BEFORE)


def index_few(connection: Connection) -> None:
    """Inside a transaction that checks a registration: index those handed in just before, so that it is checked against
    them too. A backlog is left to others."""
    if 0 < matching.left(connection).to_index <= _A_FEW:
        from fieldapp.services.pairs import candidates

        candidates.index_some(connection, _A_FEW)


class _Run:
    """One find."""

    def __init__(self, session: Session, tell: Progress, cancelled: Cancelled) -> None:
        self._session = session
        self._tell = tell
        self._cancelled = cancelled
        self.compared = 0

    def index(self) -> bool:
        """Index what waits; whether nobody cancelled."""
        from fieldapp.services.pairs import candidates

        total = self._session.read(matching.left).to_index
        # Indexing many at once touches each page of the key table once, and not once for every few hundred.
        chunk = min(max(_INDEX_CHUNK, total // 10), _LARGEST_INDEX_CHUNK)
        done = 0
        while not self._cancelled():
            count = _write(self._session, lambda connection: candidates.index_some(connection, chunk))
            if not count:
                return True
            done += count
            self._tell(min(done, total), total, "index")
        return False

    def compare(self, everything: bool, processes: int | None) -> None:
        """Compare whoever waits for it."""
        from fieldapp.services.pairs import candidates

        _write(self._session, lambda connection: candidates.begin_round(connection, everything))
        total = self._session.read(matching.left).to_compare
        if total > candidates.MANY:
            from fieldapp.services.pairs.sweeping import compare_all

            with translated():
                self.compared += compare_all(self._session, self._tell, self._cancelled, processes)
        while not self._cancelled():
            count = _write(self._session, lambda connection: candidates.compare_some(connection, _COMPARE_CHUNK))
            if not count:
                break
            self.compared += count
            self._tell(min(self.compared, total), total, "compare")
        _write(self._session, matching.end_round)

    def weigh(self) -> None:
        """Give every kept pair the weight that it has in the register as it is now."""
        from fieldapp.services.pairs import candidates

        changes = self._session.read(matching.unweighed)
        if changes is None:
            return
        rarity, total = self._session.read(lambda connection: (candidates.loaded(connection), _kept(connection)))
        after: tuple[int, int] | None = (0, 0)
        done = 0
        while after is not None:
            if self._cancelled():
                return
            after = _write(self._session, partial(candidates.weigh_some, after=after, most=_WEIGH_CHUNK, rarity=rarity))
            done = min(done + _WEIGH_CHUNK, total)
            self._tell(done, total, "weigh")
        _write(self._session, lambda connection: matching.note_weighed(connection, changes))


def _kept(connection: Connection) -> int:
    return sum(matching.bands(connection).values())


def _shown(connection: Connection) -> int:
    known = matching.bands(connection)
    return sum(known.get(band, 0) for band in SHOWN)


def _standing(connection: Connection) -> dict[str, Any]:
    """The pairs that are known, what is left to do, and the blocks in which nobody was compared."""
    known = matching.bands(connection)
    left = matching.left(connection)
    return {
        "pairs": sum(known.get(band, 0) for band in SHOWN),
        **{band: known.get(band, 0) for band in SHOWN},
        "left": left.to_index + left.to_compare,
        "skipped": _skipped(connection),
    }


def _skipped(connection: Connection) -> list[dict[str, Any]]:
    """Blocks beyond the limit: size and what their people agree in, the largest of those that agree in the same."""
    sizes = matching.block_sizes(connection, matching.full_blocks(connection))
    if not sizes:
        return []
    from fieldapp.services.pairs import candidates

    told: dict[tuple[str, ...], int] = {}
    for key in sorted(sizes):
        some = matching.people(connection, matching.of_block(connection, key, _LOOKED_AT))
        alike = candidates.alike(kept.person for kept in some.values())
        told[alike] = max(sizes[key], told.get(alike, 0))
    return [
        {"people": size, "alike": list(alike)}
        for alike, size in sorted(told.items(), key=lambda each: (-each[1], each[0]))
    ]


def _write(session: Session, work: Callable[[Connection], T]) -> T:
    """One transaction on tables that are no part of the journal, so nothing of it needs to be prepared."""
    with translated():
        return session.store.write(work)


def _silent(done: int, total: int | None, what: str) -> None:
    return None


def _never() -> bool:
    return False


def _nothing() -> None:
    return None
