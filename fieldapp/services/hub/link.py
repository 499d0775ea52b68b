"""A laptop's way to a hub: what `fieldapp sync` and the exchange screen do."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from fieldapp.locale import _
from fieldapp.services import office
from fieldapp.services.ledger import differing
from fieldapp.services.problems import Exit, Problem, translated
from fieldapp.services.session import Session
from fieldapp.services.transact import transact_of
from fieldapp.store import exchanges, ledger, local
from fieldapp.store.db import Connection
from fieldapp.store.errors import StoreBusy
from sync.client import HttpLink, Signer
from sync.dialogue import read_description
from sync.errors import MESSAGES, SyncError, Unreachable
from sync.exchange import with_issuers
from sync.randomness import token
from sync.rounds import Visit, Visitor
from sync.watching import LOOK_S, Interruptible, Stopped, Timing, Watch
from sync.wire import Link

_OWN_WORDS: Final[dict[str, tuple[str, str]]] = {
    "member_revoked": (
        "Pusat tidak lagi menerima laptop ini: keanggotaan Anda sudah dicabut. Semua pekerjaan tetap ada di laptop "
        "ini; hubungi administrator.",
        "The hub no longer takes this laptop: your membership was revoked. All work is still on this laptop; tell the "
        "administrator.",
    ),
    "member_unknown": (
        "Pusat belum mengenal Anda. Bawa dulu satu paket ke kantor dengan flashdisk, atau hubungi administrator.",
        "The hub does not know you yet. First carry one bundle to the office on a stick, or tell the administrator.",
    ),
}
"""Codes that mean this member when a hub says them."""

Progress = Callable[[int, int | None, str], None]
Tell = Callable[[dict[str, Any]], None]


def sync(
    session: Session,
    url: str | None = None,
    progress: Progress | None = None,
    *,
    is_stopped: Callable[[], bool] | None = None,
    is_quiet: bool = False,
) -> dict[str, Any]:
    """Exchange with the hub at `url` (default: FIELDAPP_HUB, else the one kept here) until both hold the same.

    Answers `{"sent", "received", "quarantined", "rounds", "hub", "clock_offset_ms", "differing", "notes"}`: entries,
    this laptop's clock less the hub's, what `ledger.differing` answers, and sentences for a person about the way there.
    `progress` is told the entries exchanged so far; once `is_stopped`, the visit ends without waiting for the hub. A
    visit that `is_quiet` is only remembered among the last exchanges when it moved something.

    Raises Problem: stopped; no_hub, hub_address; hub_unreachable, hub_timeout, hub_busy, hub_failed,
    hub_answer_damaged, hub_not_found, hub_no_progress, hub_version (exit 6); hub_foreign, hub_untrusted and whatever is
    forged or damaged (exit 4); member_revoked and the like (exit 5). What was exchanged until then stays, the next call
    goes on from there.
    """
    address = _address(session, url)
    asked = is_stopped or _never
    with _link(session, address) as link:
        try:
            visit = _visit(
                session,
                Interruptible(link, asked),
                address,
                progress or _silent,
                lambda seconds: _pause(seconds, asked, time.sleep, time.monotonic),
                lambda _: None,
                is_quiet=is_quiet,
            )
        except Stopped:
            raise Problem("stopped") from None
        return _told(session, visit, address) | {"notes": _notes(session, link, address)}


def check(session: Session, url: str | None = None) -> dict[str, Any]:
    """Ask the hub who it is, and exchange nothing: `{"hub" (address), "member" (its name), "clock_offset_ms"}`.

    Raises Problem as `sync` does for a hub that cannot be reached, is of another programme, or is none.
    """
    address = _address(session, url)
    nonce, clock = token(), session.clock
    with translated(), _link(session, address) as link:
        asked_ms = clock.wall_ms()
        body = link.describe(nonce)
        middle_ms = (asked_ms + clock.wall_ms()) // 2
        said = session.read(lambda connection: read_description(body, nonce, session.journal(connection).membership))
    return {"hub": address, "member": said.member.name, "clock_offset_ms": middle_ms - said.now_ms}


def watch(
    session: Session,
    url: str | None,
    tell: Tell,
    is_stopped: Callable[[], bool],
    *,
    timing: Timing = Timing(),  # noqa: B008 - frozen
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
    wall: Callable[[], float] = time.time,
    chance: Callable[[], float] = random.random,
) -> None:
    """Exchange with the hub whenever it can be reached, until `is_stopped`; a lost connection ends nothing.

    `tell` is told one event after the other, each with its "event": `watching` with "hub"; `progress` with "entries"
    exchanged so far in a visit; `synced` with what `sync` answers and "next_s"; `waiting` with "code", "message",
    "tries" and "next_s"; `stopped`. What is written on this laptop starts the next visit soon, by whichever program.

    Raises Problem as `sync` does for what waiting cannot mend: exits 2, 4 and 5, and hub_version.
    """
    address = _address(session, url)
    _link(session, address).close()
    latest: list[int] = []

    def pause(seconds: float) -> None:
        _pause(seconds, is_stopped, sleep, monotonic)

    def look(connection: Connection) -> None:
        latest[:] = [ledger.written(connection, session.member.id)]

    def progress(done: int, _total: int | None, _what: str) -> None:
        tell({"event": "progress", "entries": done})

    told: list[dict[str, Any]] = []

    def visit() -> int:
        # A connection of its own each time: one that slept through a night may be dead without knowing.
        with _link(session, address) as link:
            made = _visit(session, Interruptible(link, is_stopped), address, progress, pause, look, is_quiet=True)
            told[:] = [_told(session, made, address) | {"notes": _notes(session, link, address)}]
        return latest[0]

    def done(wait: float) -> None:
        tell({"event": "synced", **told[0], "next_s": round(wait, 1)})

    def failed(error: Exception, tries: int, wait: float) -> None:
        said = {"code": error.code, "message": error.message()} if isinstance(error, Problem) else {}
        tell({"event": "waiting", **said, "tries": tries, "next_s": round(wait, 1)})

    tell({"event": "watching", "hub": address})
    watcher = Watch(
        visit,
        lambda: session.read(lambda connection: ledger.written(connection, session.member.id)),
        patience,
        done=done,
        failed=failed,
        sleep=pause,
        monotonic=monotonic,
        wall=wall,
        chance=chance,
        timing=timing,
    )
    try:
        watcher.run()
    except Stopped:
        tell({"event": "stopped"})


def _pause(
    seconds: float, is_stopped: Callable[[], bool], sleep: Callable[[float], None], monotonic: Callable[[], float]
) -> None:
    until = monotonic() + seconds
    while (left := until - monotonic()) > 0:
        if is_stopped():
            raise Stopped
        sleep(min(left, LOOK_S))


def patience(error: Exception) -> float | None:
    """After a visit that ended in `error`: the seconds to wait at least, or None for what waiting cannot mend."""
    cause = error.__cause__ if isinstance(error, Problem) else error
    if isinstance(cause, Unreachable):
        return cause.retry_after_s
    # Another window of this program writes for longer than usual; its merge ends.
    return 0.0 if isinstance(cause, StoreBusy) else None


def knows_hub(session: Session) -> bool:
    """Whether an address of a hub is known here."""
    return bool(os.environ.get("FIELDAPP_HUB") or session.preference(local.HUB_URL))


def _address(session: Session, url: str | None) -> str:
    address = url or os.environ.get("FIELDAPP_HUB") or session.preference(local.HUB_URL)
    if not address:
        raise Problem("no_hub")
    return str(address)


def _link(session: Session, address: str) -> HttpLink:
    try:
        return HttpLink(address, signer_of(session), ca_file=os.environ.get("FIELDAPP_HUB_CA") or None)
    except SyncError as error:
        words = MESSAGES[error.code] if error.code == "hub_ca" else None
        raise Problem(error.code, exit_code=Exit.WRONG_USE, details={"address": address}, words=words) from None


def _visit(
    session: Session,
    link: Link,
    address: str,
    progress: Progress,
    pause: Callable[[float], None],
    look: Callable[[Connection], None],
    *,
    is_quiet: bool,
) -> Visit:
    try:
        with _own_words(), translated():
            visit = Visitor(
                link, transact_of(session, look), session.author(), session.programme, progress=progress, sleep=pause
            ).run()
    finally:
        # Also after a visit that broke off: a new office key may have come with its first half.
        office.learn(session)
    session.write(lambda connection, _: _remember(connection, session, address, visit, is_quiet))
    return visit


@contextmanager
def _own_words() -> Iterator[None]:
    """What the hub refuses this member is told to this member, not about a writer of entries."""
    try:
        yield
    except Problem as problem:
        words = _OWN_WORDS.get(problem.code)
        if words is None:
            raise
        raise Problem(problem.code, exit_code=problem.exit_code, details=problem.details, words=words) from (
            problem.__cause__
        )


def _told(session: Session, visit: Visit, address: str) -> dict[str, Any]:
    return {
        "sent": visit.sent,
        "received": visit.received,
        "quarantined": visit.quarantined,
        "rounds": visit.rounds,
        "hub": address,
        "clock_offset_ms": visit.offset_ms,
        "differing": session.read(lambda connection: differing(session, connection)),
    }


def _notes(session: Session, link: HttpLink, address: str) -> list[str]:
    """What a person should know about the way to the hub; that it is open, once for each address."""
    notes = []
    if link.is_time_blind:
        notes.append(
            _("Menurut jam laptop ini, sertifikat TLS pusat tidak berlaku. Periksa jamnya; pertukaran tetap terjadi.")
        )
    if link.is_plain and session.preference(local.PLAIN_TOLD) != address:
        session.set_preference(local.PLAIN_TOLD, address)
        notes.append(
            _(
                "Alamat pusat memakai http tanpa TLS. Isinya tetap tersegel dan bertanda tangan, tetapi di jaringan "
                "terlihat siapa yang bertukar, kapan, dan seberapa banyak."
            )
        )
    return notes


def signer_of(session: Session) -> Signer:
    """Who signs this laptop's requests, and how a hub that does not know the member gets to know it."""

    def certificates(connection: Connection) -> list[bytes]:
        known = session.journal(connection).membership
        return [member.certificate for member in with_issuers(known, [session.identity.member_id])]

    return Signer(session.identity, lambda: session.read(certificates))


def _remember(connection: Connection, session: Session, address: str, visit: Visit, is_quiet: bool) -> None:
    if visit.sent or visit.received or not is_quiet:
        told = {"sent": visit.sent, "received": visit.received, "quarantined": visit.quarantined}
        exchanges.remember(connection, "synced", session.now_ms(), told)
    local.put(connection, local.LAST_SYNC_MS, session.now_ms())
    local.put(connection, local.CLOCK_OFFSET_MS, visit.offset_ms)
    if local.get(connection, local.HUB_URL) is None:
        local.put(connection, local.HUB_URL, address)


def _never() -> bool:
    return False


def _silent(done: int, total: int | None, what: str) -> None:
    return None
