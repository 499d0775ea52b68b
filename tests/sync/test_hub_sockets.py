"""A hub's sockets under those who are slow, silent, many, or speak no HTTP; and a hub behind TLS."""

import asyncio
import contextlib
import json
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from callers import CALLER, CALLERS_SIGNER, OneMember, description, post, signed
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.client import HttpLink
from sync.errors import MESSAGES, SyncError, Unreachable
from sync.hub import application
from sync.measures import Measures, memory_bytes
from sync.merge import Merged
from sync.serving import HEADER_BYTES, Bounds, Server
from sync.wire import EXCHANGE_PATH, HEALTH_PATH, HUB_PATH, Admitted

QUICK = Bounds(headers_s=0.3, handshake_s=1.0, idle_s=1, answer_s=1.0, connections=40, stop_s=2)


class Echo:
    """Answers with what it was asked, after doing what a test asked for."""

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self.before = before
        self.asked = 0

    def describe(self, nonce: str) -> bytes:
        return description(nonce)

    def check(self) -> None:
        self.before()

    def answer(self, request: bytes, entries: int, admitted: Admitted | None = None) -> bytes:
        self.asked += 1
        self.before()
        return request


class Hub:
    """A hub in a thread, with its address and everything that a test may look at."""

    def __init__(self, echo: Echo, bounds: Bounds = QUICK, tls: ssl.SSLContext | None = None, **over: Any) -> None:
        self.measures = Measures()
        self.echo = echo
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        app = application(echo, OneMember(), measures=self.measures, **over)
        self.server = Server(app, bounds=bounds, tls=tls)
        self._thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self._listener]})
        self._thread.start()

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive()

    def connect(self) -> socket.socket:
        peer = socket.create_connection(("127.0.0.1", self.port))
        peer.settimeout(10)
        return peer

    def say(self, words: bytes) -> bytes:
        """Everything that the hub answers to these bytes, until it hangs up."""
        with self.connect() as peer, contextlib.suppress(ConnectionError):
            peer.sendall(words)
            return read_all(peer)
        return b""


def read_all(peer: socket.socket) -> bytes:
    found = b""
    with contextlib.suppress(ConnectionError):
        while part := peer.recv(65536):
            found += part
    return found


@contextlib.contextmanager
def hub_of(echo: Echo | None = None, **over: Any) -> Iterator[Hub]:
    hub = Hub(echo or Echo(), **over)
    try:
        yield hub
    finally:
        hub.stop()


def code_in(answer: bytes) -> tuple[int, str]:
    """Status and code of an answer as it came over the wire."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/json" in head.lower()
    return int(head.split()[1]), json.loads(body)["code"]


def raw(body: bytes, headers: dict[str, str] | None = None) -> bytes:
    """A signed request to exchange, as bytes."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or signed(body)).items())
    return (
        f"POST {EXCHANGE_PATH}?entries=50 HTTP/1.1\r\nHost: hub\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode()
        + body
    )


# -- slow, silent, many


def test_headers_that_trickle_end_in_time_and_are_told_why() -> None:
    with hub_of() as hub, hub.connect() as peer:
        began = time.monotonic()
        with contextlib.suppress(ConnectionError):
            for byte in b"GET /v1/hub HTTP/1.1\r\n" + b"x: y\r\n" * 1000:
                peer.sendall(bytes([byte]))
                time.sleep(0.05)
                if time.monotonic() - began > 5:
                    break
        assert time.monotonic() - began < 3
        assert code_in(read_all(peer)) == (408, "hub_timeout")


def test_a_silent_connection_is_closed_and_a_kept_one_after_a_pause() -> None:
    with hub_of() as hub:
        began = time.monotonic()
        assert hub.say(b"") == b""
        assert hub.say(b"GET /v1/health HTTP/1.1\r\nHost: hub\r\n\r\n").startswith(b"HTTP/1.1 200 ")
        assert time.monotonic() - began < 4


def test_the_second_request_of_a_connection_is_timed_as_the_first() -> None:
    with hub_of() as hub, hub.connect() as peer:
        peer.sendall(b"GET /v1/health HTTP/1.1\r\nHost: hub\r\n\r\n")
        assert peer.recv(65536).startswith(b"HTTP/1.1 200 ")
        began = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - began < 5:
                peer.sendall(b"G" if time.monotonic() - began < 0.1 else b"E")
                time.sleep(0.05)
        assert time.monotonic() - began < 2


def test_a_body_that_nobody_reads_any_more_cannot_trickle_for_ever() -> None:
    with hub_of() as hub, hub.connect() as peer:
        began = time.monotonic()
        peer.sendall(b"GET /v1/health HTTP/1.1\r\nHost: hub\r\nContent-Length: 1000000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - began < 5:
                peer.sendall(b"x")
                time.sleep(0.05)
        assert time.monotonic() - began < 2


def test_three_hundred_idle_connections_keep_no_laptop_out() -> None:
    with hub_of(bounds=Bounds(headers_s=30.0, connections=40)) as hub:
        idle = [hub.connect() for _ in range(300)]
        try:
            with HttpLink(hub.url, CALLERS_SIGNER) as link:
                assert link.exchange(b"bundle", 50) == b"bundle"
            assert len(hub.server.server_state.connections) <= 41
        finally:
            for peer in idle:
                peer.close()


def test_no_connection_with_an_exchange_in_hand_makes_room_for_others() -> None:
    inside, leave = threading.Event(), threading.Event()

    def wait() -> None:
        inside.set()
        leave.wait(10)

    with hub_of(Echo(wait), bounds=Bounds(connections=1)) as hub, hub.connect() as first:
        first.sendall(raw(b"bundle"))
        assert inside.wait(5)
        assert code_in(hub.say(b"")) == (503, "hub_busy")
        leave.set()
        assert first.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_who_does_not_fetch_its_answer_loses_it() -> None:
    body = b"x" * (24 << 20)
    with hub_of(max_body_bytes=64 << 20) as hub, hub.connect() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.sendall(raw(body))
        until = time.monotonic() + 20
        while hub.server.server_state.connections and time.monotonic() < until:
            time.sleep(0.05)
        assert hub.echo.asked == 1
        assert time.monotonic() < until


# -- what is no HTTP


@pytest.mark.parametrize(
    "words",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 50,
        b"GET /v1/hub HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST /v1/exchange HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/exchange HTTP/1.1\r\nHost: a\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"POST /v1/exchange HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST /v1/exchange HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"GET /v1/hub HTTP/1.1\r\nHost: a\r\nx: " + b"y" * (HEADER_BYTES + 10) + b"\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused_in_words_of_ours(words: bytes) -> None:
    with hub_of() as hub:
        assert code_in(hub.say(words)) == (400, "hub_path")
        assert httpx.get(hub.url + HEALTH_PATH, trust_env=False).status_code == 200


def test_a_body_whose_framing_breaks_is_dropped_with_its_connection() -> None:
    with hub_of() as hub:
        head = raw(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
        assert b" 200 " not in hub.say(head + b"5\r\nhello\r\nZZ\r\n")
        assert hub.echo.asked == 0
        assert httpx.get(hub.url + HEALTH_PATH, trust_env=False).status_code == 200


# -- health, measures, log


def test_health_says_whether_the_journal_can_be_read() -> None:
    troubles: list[SyncError] = []

    def check() -> None:
        for trouble in troubles:
            raise trouble

    with hub_of(Echo(check)) as hub:
        answer = httpx.get(hub.url + HEALTH_PATH, trust_env=False)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        troubles.append(Unreachable("hub_failed"))
        answer = httpx.get(hub.url + HEALTH_PATH, trust_env=False)
        assert (answer.status_code, answer.json()["code"]) == (503, "hub_failed")


def test_measures_count_requests_and_entries_and_name_nobody() -> None:
    with hub_of() as hub:
        post(hub.url, b"bundle", signed(b"bundle"))
        post(hub.url, b"other", signed(b"bundle"))
        post(hub.url, b"", {})
        httpx.get(hub.url + "/siti/6471010101909001", trust_env=False)
        hub.measures.merged(merged(new=5, known=3, quarantined=2))
    text = hub.measures.text().decode()
    for line in (
        'fieldapp_hub_requests_total{code="done",path="/v1/exchange",status="200"} 1.0',
        'fieldapp_hub_requests_total{code="hub_digest",path="/v1/exchange",status="400"} 1.0',
        'fieldapp_hub_requests_total{code="hub_unsigned",path="/v1/exchange",status="401"} 1.0',
        'fieldapp_hub_requests_total{code="hub_path",path="other",status="404"} 1.0',
        'fieldapp_hub_request_seconds_count{path="/v1/exchange"} 3.0',
        "fieldapp_hub_received_bytes_total 11.0",
        'fieldapp_hub_entries_total{outcome="new"} 5.0',
        'fieldapp_hub_entries_total{outcome="known"} 3.0',
        'fieldapp_hub_entries_total{outcome="quarantined"} 2.0',
        "fieldapp_hub_in_hand 0.0",
    ):
        assert line in text
    assert "process_cpu_seconds_total" in text
    assert 10 << 20 < memory_bytes() < 10 << 30
    assert CALLER.member_id not in text
    assert "siti" not in text
    assert "909001" not in text


def merged(**counts: int) -> Merged:
    empty: dict[str, Any] = dict.fromkeys(Merged.__dataclass_fields__, ())
    return Merged(**(empty | {"judged_anew": 0, "new_receipts": 0, "missing": {}} | counts))


def test_each_request_is_a_line_of_json_that_names_nobody(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with hub_of() as hub:
        answer = post(hub.url, b"bundle", signed(b"bundle"))
        httpx.get(hub.url + "/siti/6471010101909001?nik=6471010101909001", trust_env=False)
        hub.say(b"nonsense\r\n\r\n")
    lines = [record.getMessage() for record in caplog.records if record.name == "sync.hub"]
    done, lost = map(json.loads, lines)
    assert done["request"] == answer.headers["request-id"]
    assert {key: done[key] for key in ("path", "status", "code", "received", "sent", "member")} == {
        "path": EXCHANGE_PATH,
        "status": 200,
        "code": "done",
        "received": 6,
        "sent": 6,
        "member": "00000000",
    }
    assert abs((datetime.now(UTC) - datetime.fromisoformat(done["time"])).total_seconds()) < 60
    assert (lost["path"], lost["status"], lost["code"]) == ("other", 404, "hub_path")
    for somebodys in ("127.0.0.1", "909001", CALLER.member_id):
        assert somebodys not in "".join(lines)


# -- a stop


def test_a_stop_finishes_what_is_in_hand_and_takes_nothing_more() -> None:
    inside = threading.Event()

    def slow() -> None:
        inside.set()
        time.sleep(0.5)

    hub = Hub(Echo(slow))
    with hub.connect() as working, hub.connect() as idle:
        working.sendall(raw(b"bundle"))
        assert inside.wait(5)
        hub.stop()
        assert read_all(working).endswith(b"bundle")
        assert read_all(idle) == b""
    with pytest.raises(ConnectionError):
        hub.connect()


def test_a_stop_does_not_wait_for_a_body_without_end() -> None:
    hub = Hub(Echo())
    with hub.connect() as peer:
        peer.sendall(raw(b"bundle")[:-3])
        time.sleep(0.2)
        began = time.monotonic()
        hub.stop()
        assert time.monotonic() - began < QUICK.stop_s + 3
        assert code_in(read_all(peer)) == (503, "hub_busy")
    assert hub.echo.asked == 0


# -- TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def behind(authority: trustme.CA, not_after: datetime | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", not_after=not_after).configure_cert(context)
    return context


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


def test_a_hub_behind_tls_is_reached_by_who_trusts_its_certificate(authority: trustme.CA, ca_file: str) -> None:
    with hub_of(tls=behind(authority)) as hub:
        with HttpLink(hub.url, CALLERS_SIGNER, ca_file=ca_file) as link:
            assert link.exchange(b"bundle", 50) == b"bundle"
            assert not link.is_time_blind
            assert not link.is_plain
        with HttpLink(hub.url, CALLERS_SIGNER) as link:
            with pytest.raises(Unreachable, match="hub_certificate"):
                link.describe("")
            assert not link.is_time_blind
        with (
            HttpLink(hub.url.replace("127.0.0.1", "localhost"), CALLERS_SIGNER, ca_file=ca_file) as link,
            pytest.raises(Unreachable, match="hub_certificate"),
        ):
            link.describe("")
        with HttpLink(hub.url.replace("https", "http"), CALLERS_SIGNER) as link, pytest.raises(Unreachable):
            link.describe("")
    assert hub.echo.asked == 1


def test_a_certificate_out_of_its_dates_is_noted_and_keeps_nobody_away(authority: trustme.CA, ca_file: str) -> None:
    old = behind(authority, datetime(2020, 1, 1, tzinfo=UTC))
    with hub_of(tls=old) as hub:
        with HttpLink(hub.url, CALLERS_SIGNER, ca_file=ca_file) as link:
            assert link.exchange(b"bundle", 50) == b"bundle"
            assert link.is_time_blind
        # Out of its dates or not, it has to be one of ours.
        with HttpLink(hub.url, CALLERS_SIGNER) as link, pytest.raises(Unreachable, match="hub_certificate"):
            link.describe("")


def test_the_hubs_own_certificate_is_enough_to_trust_it_and_no_other(authority: trustme.CA, tmp_path: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    own, other = authority.issue_cert("127.0.0.1"), authority.issue_cert("127.0.0.1")
    own.configure_cert(context)
    for name, proof in (("own.pem", own), ("other.pem", other)):
        proof.cert_chain_pems[0].write_to_path(str(tmp_path / name))
    with hub_of(tls=context) as hub:
        with HttpLink(hub.url, CALLERS_SIGNER, ca_file=str(tmp_path / "own.pem")) as link:
            assert link.exchange(b"bundle", 50) == b"bundle"
        with (
            HttpLink(hub.url, CALLERS_SIGNER, ca_file=str(tmp_path / "other.pem")) as link,
            pytest.raises(Unreachable, match="hub_certificate"),
        ):
            link.describe("")


def test_a_file_without_certificates_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "text").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    for name in ("empty", "text", "missing"):
        with pytest.raises(SyncError, match="hub_ca"):
            HttpLink("https://127.0.0.1:1", CALLERS_SIGNER, ca_file=str(tmp_path / name))


def test_handshakes_that_never_end_are_ended(authority: trustme.CA, ca_file: str) -> None:
    with hub_of(tls=behind(authority)) as hub:
        began = time.monotonic()
        assert hub.say(b"\x16\x03\x01") == b""
        assert time.monotonic() - began < QUICK.handshake_s + 3
        with HttpLink(hub.url, CALLERS_SIGNER, ca_file=ca_file) as link:
            assert link.exchange(b"bundle", 50) == b"bundle"


# -- anything at all

_paths = st.sampled_from([HUB_PATH, EXCHANGE_PATH, HEALTH_PATH, "/", "/v1", "*", ""]) | st.text(max_size=30)
_headers = st.lists(
    st.tuples(
        st.sampled_from(
            [b"content-type", b"signature", b"signature-input", b"content-digest", b"fieldapp-certificates", b"range"]
        )
        | st.sampled_from([b"content-length", b"content-encoding", b"expect", b"cookie", b"host", b"upgrade"])
        | st.binary(min_size=1, max_size=12),
        st.binary(max_size=40),
    ),
    max_size=6,
)


def call(app: Any, scope: dict[str, Any], body: list[bytes]) -> tuple[int, str, bytes]:
    """Status, kind and body of what an ASGI application answers; the last part of the body may never come."""
    parts = [*({"type": "http.request", "body": part, "more_body": True} for part in body)]
    parts += [{"type": "http.request", "body": b"", "more_body": False}]
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        return parts.pop(0) if parts else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    kinds = [value.decode() for name, value in sent[0]["headers"] if name == b"content-type"]
    return sent[0]["status"], kinds[0], b"".join(message.get("body", b"") for message in sent[1:])


def test_a_stated_length_beyond_all_numbers_is_too_large() -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in signed(b"").items()]
    scope = {
        "type": "http",
        "method": "POST",
        "path": EXCHANGE_PATH,
        "query_string": b"entries=50",
        "headers": [*headers, (b"content-length", b"9" * 5000)],
    }
    status, _, answer = call(application(Echo(), OneMember()), scope, [])
    assert (status, json.loads(answer)["code"]) == (413, "bundle_too_large")


@pytest.fixture(scope="module")
def target() -> Iterator[Hub]:
    with hub_of() as hub:
        yield hub


def is_ours(status: int, kind: str, body: bytes, method: str) -> bool:
    """Whether an answer is one that a hub gives: its description, its health, or a refusal with a known code."""
    if kind != "application/json":
        return False
    if method == "HEAD":
        return True
    told = json.loads(body)
    return status == 200 or (400 <= status < 500 and told["code"] in MESSAGES and set(told) == {"code", "details"})


@settings(max_examples=300)
@given(
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"]) | st.text(max_size=8),
    path=_paths,
    query=st.binary(max_size=20) | st.just(b"entries=50"),
    headers=_headers,
    body=st.lists(st.binary(max_size=50), max_size=3),
    is_signed=st.booleans(),
)
def test_any_request_gets_an_answer_of_ours_and_changes_nothing(
    method: str, path: str, query: bytes, headers: list[tuple[bytes, bytes]], body: list[bytes], is_signed: bool
) -> None:
    echo = Echo()
    app = application(echo, OneMember(), max_body_bytes=100)
    made = [(name.lower().encode(), value.encode()) for name, value in signed(b"other").items()] if is_signed else []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 9),
        "method": method,
        "root_path": "",
        "path": path,
        "raw_path": path.encode("utf-8", "surrogateescape"),
        "query_string": query,
        "headers": [*made, *headers],
    }
    status, kind, answer = call(app, scope, body)
    assert is_ours(status, kind, answer, method)
    assert not echo.asked


@settings(max_examples=100)
@given(st.binary(max_size=60) | st.lists(st.sampled_from(raw(b"bundle").split(b"\r\n")), max_size=12).map(b"\r\n".join))
def test_any_bytes_on_the_wire_get_an_answer_of_ours_or_none(target: Hub, words: bytes) -> None:
    answer = target.say(words + b"\r\n\r\n" + b"Connection: close\r\n\r\n")
    while answer:
        head, _, rest = answer.partition(b"\r\n\r\n")
        lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        length = int(lines[b"content-length"])
        assert is_ours(int(head.split()[1]), lines[b"content-type"].decode(), rest[:length], "GET")
        answer = rest[length:]
    assert httpx.get(target.url + HEALTH_PATH, trust_env=False).status_code == 200
