"""Serving a hub: the same bundles as on a stick, over HTTP, from the encrypted store of a member of the role hub."""

from __future__ import annotations

import logging
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from prometheus_client import start_http_server

from fieldapp.services import known, office
from fieldapp.services.keeper import SQLITE, keeper_of
from fieldapp.services.listening import Tls, cannot_listen, listen, tls_context, url_of
from fieldapp.services.problems import Problem
from fieldapp.services.session import Session
from sync.dialogue import Hub
from sync.gate import KnownMembers, SignatureGate
from sync.hub import MAX_BODY_BYTES, application
from sync.measures import Measures
from sync.members import Membership
from sync.merge import Merged
from sync.office import OFFICE_KEY
from sync.serving import Bounds, Server

T = TypeVar("T")


def serve(
    session: Session,
    host: str,
    port: int,
    ready: Callable[[HubServer], None],
    *,
    tls: Tls | None = None,
    metrics: tuple[str, int] | None = None,
    database: str = SQLITE,
) -> None:
    """Serve until SIGINT or SIGTERM (Windows: Ctrl+C or Ctrl+Break); exchanges in hand are finished first.

    `ready` is told once the hub can be reached; port 0 takes a free one. `metrics` is an address of its own for
    Prometheus. `database` is what `keeper.database_of` gives. Each request becomes a line of JSON on standard error.
    Raises Problem: hub_only, hub_listen, hub_tls, and what `keeper.keeper_of` raises.
    """
    log, lines = logging.getLogger("sync.hub"), logging.StreamHandler(sys.stderr)
    log.addHandler(lines)
    log.setLevel(logging.INFO)
    try:
        server = HubServer(session, host, port, tls=tls, metrics=metrics, database=database)
        server.run(lambda _: ready(server))
    finally:
        log.removeHandler(lines)


class HubServer:
    """A hub on one address of this machine. `run` blocks; `stop` may be called from any thread.

    Raises Problem from the constructor: hub_only, hub_listen, hub_tls.
    """

    def __init__(
        self,
        session: Session,
        host: str,
        port: int,
        *,
        tls: Tls | None = None,
        metrics: tuple[str, int] | None = None,
        database: str = SQLITE,
        max_body_bytes: int = MAX_BODY_BYTES,
        bounds: Bounds = Bounds(),  # noqa: B008 - frozen
        look_s: float = known.LOOK_S,
    ) -> None:
        if session.member.role != "hub":
            raise Problem("hub_only")
        context = tls_context(tls) if tls else None
        self._session = session
        self._keeper = keeper_of(session, database)
        self._learning = threading.Lock()
        self._learn()
        members = KnownMembers(self._members)
        gate = SignatureGate(session.identity, members, wall_ms=session.now_ms)
        hub = Hub(
            self._keeper.write,
            session.author,
            session.programme,
            self._keeper.epoch(),
            merged=self._merged,
            members=members,
            known=self._known,
            challenge=gate.challenge,
            prepare=known.Preparer(session, self._keeper.tables, look_s),
        )
        self._measures = Measures()
        try:
            self._socket = listen(host, port, "hub_listen")
            self._metrics = _Metrics(metrics, self._measures, self._socket) if metrics else None
        except Problem:
            self._keeper.close()
            raise
        self.url = url_of(self._socket, "https" if context else "http")
        self.metrics_url = self._metrics.url if self._metrics else None
        self._tell: Callable[[str], None] = lambda url: None
        self._server = Server(
            application(hub, gate, measures=self._measures, max_body_bytes=max_body_bytes),
            tls=context,
            bounds=bounds,
            ready=lambda: self._tell(self.url),
        )

    def run(self, ready: Callable[[str], None] = lambda url: None) -> None:
        """Serve until stopped."""
        self._tell = ready
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()
            if self._metrics is not None:
                self._metrics.close()
            self._keeper.close()

    def stop(self) -> None:
        """Finish the exchanges in hand and let `run` return."""
        self._server.should_exit = True

    def _members(self) -> Membership:
        """Who belongs to the programme, without waiting for whoever is writing."""
        return self._keeper.read(lambda journal: journal.membership.copy())

    def _known(self, *segment: Any) -> bytes | None:
        """Whether a segment is here already (`sync.payload.Known`), so that one that comes again costs little."""
        return self._keeper.read(lambda journal: journal.known_segments(*segment))

    def _merged(self, merged: Merged) -> None:
        self._measures.merged(merged)
        if any(touched.type == OFFICE_KEY for touched in merged.touched):
            self._learn()

    def _learn(self) -> None:
        with self._learning:
            office.learn(self._session, self._keeper.read)


class _Metrics:
    """The counters on an address of their own, where only the office's machines should reach it."""

    def __init__(self, address: tuple[str, int], measures: Measures, beside: socket.socket) -> None:
        host, port = address
        try:
            self._server, self._thread = start_http_server(port, host, registry=measures.registry)
        except (OSError, OverflowError, UnicodeError) as error:
            beside.close()
            raise cannot_listen(host, port, "hub_listen", error) from None
        self.url = url_of(self._server.socket, "http") + "/metrics"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
