"""The HTTP half of hub and laptop, over real sockets, with a plain object where the journal would be."""

import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from callers import CALLERS_SIGNER, OneMember, description, post, signed
from hypothesis import example, given
from hypothesis import strategies as st

from sync.client import HttpLink, _refused
from sync.errors import MESSAGES, NotAllowed, SyncError, Unreachable, Untrusted
from sync.hub import application
from sync.serving import Bounds, Server
from sync.wire import BUNDLE_TYPE, EXCHANGE_PATH, HUB_PATH, Admitted, Answerer


class Reverser:
    """Answers every request with its bytes turned round, after doing what a test asked for."""

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self.before = before
        self.entries: list[int] = []

    def describe(self, nonce: str) -> bytes:
        return description(nonce)

    def check(self) -> None:
        self.before()

    def answer(self, request: bytes, entries: int, admitted: Admitted | None = None) -> bytes:
        self.entries.append(entries)
        self.before()
        return request[::-1]


@contextlib.contextmanager
def serving(answerer: Answerer, socket_bounds: Bounds = Bounds(), **bounds: Any) -> Iterator[str]:  # noqa: B008 - frozen
    """A hub on a free port of this machine, in a thread; yields its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(application(answerer, OneMember(), **bounds), bounds=socket_bounds)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextlib.contextmanager
def saying(words: bytes, *, hold: threading.Event | None = None) -> Iterator[str]:
    """A server that says the same bytes to everybody and hangs up (or, with `hold`, stays silent until it is set)."""
    listener = socket.create_server(("127.0.0.1", 0))

    def speak() -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer:
                peer.recv(65536)
                peer.sendall(words)
                if hold is not None:
                    hold.wait(10)

    thread = threading.Thread(target=speak, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        if hold is not None:
            hold.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def with_leave(link: HttpLink) -> HttpLink:
    """The same link, which takes it that it asked the hub for a challenge just now."""
    link._challenge = ("any", time.monotonic(), 0)
    return link


def refused(work: Callable[[], object]) -> SyncError:
    with pytest.raises(SyncError) as caught:
        work()
    return caught.value


def test_a_bundle_goes_there_and_its_answer_comes_back() -> None:
    answerer = Reverser()
    with serving(answerer) as url, HttpLink(url, CALLERS_SIGNER) as link:
        assert json.loads(link.describe("abc"))["nonce"] == "abc"
        assert link.exchange(b"\x00bundle", 120) == b"eldnub\x00"
        assert link.exchange(b"", 10**6) == b""
    assert answerer.entries == [120, 5_000]


def test_an_address_with_a_path_is_kept() -> None:
    with (
        saying(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n") as url,
        HttpLink(url + "/pusat/", CALLERS_SIGNER) as link,
    ):
        assert str(link._url.copy_with(path=link._url.path.rstrip("/") + HUB_PATH)).endswith("/pusat/v1/hub")
        assert refused(lambda: link.describe("")).code == "hub_not_found"


@pytest.mark.parametrize("address", ["", "10.0.0.1:8765", "ftp://hub", "http://", "http://[::1", "file:///etc/passwd"])
def test_what_is_no_address_of_a_hub_is_refused_as_such(address: str) -> None:
    assert refused(lambda: HttpLink(address, CALLERS_SIGNER)).code == "hub_address"


def test_a_body_over_the_bound_is_refused_with_413_stated_or_not() -> None:
    answerer = Reverser()
    with serving(answerer, max_body_bytes=1000) as url, HttpLink(url, CALLERS_SIGNER) as link:
        error = refused(lambda: link.exchange(b"x" * 1001, 50))
        assert (type(error), error.code, error.details) == (Untrusted, "bundle_too_large", {"limit": 1000})
        assert refused(lambda: link.exchange(b"x" * 10**7, 50)).code in ("bundle_too_large", "hub_unreachable")
        chunked = post(url, iter([b"x" * 600] * 3), signed(b"x" * 1800))
        assert (chunked.status_code, chunked.json()["code"]) == (413, "bundle_too_large")
        assert link.exchange(b"x" * 1000, 50) == b"x" * 1000
    assert len(answerer.entries) == 1


def test_a_sender_who_falls_silent_loses_its_place() -> None:
    with serving(Reverser(), idle_s=0.2) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as peer:
            head = "".join(f"{name}: {value}\r\n" for name, value in signed(b"half", query="").items())
            peer.sendall(b"POST /v1/exchange HTTP/1.1\r\nhost: a\r\ncontent-length: 50\r\n%s\r\nhalf" % head.encode())
            peer.settimeout(5)
            assert peer.recv(65536).startswith(b"HTTP/1.1 408 ")


def test_more_senders_than_the_bound_are_told_to_come_again() -> None:
    inside, leave = threading.Event(), threading.Event()

    def wait() -> None:
        inside.set()
        leave.wait(10)

    with (
        serving(Reverser(wait), max_at_once=1) as url,
        HttpLink(url, CALLERS_SIGNER) as one,
        HttpLink(url, CALLERS_SIGNER) as other,
    ):
        other.describe("")
        first = threading.Thread(target=one.exchange, args=(b"1", 50))
        first.start()
        assert inside.wait(5)
        error = refused(lambda: other.exchange(b"2", 50))
        leave.set()
        first.join(5)
        assert (type(error), error.code) == (Unreachable, "hub_busy")
        assert other.exchange(b"ab", 50) == b"ba"


def test_refusals_of_the_hub_arrive_as_what_they_are(caplog: pytest.LogCaptureFixture) -> None:
    errors: list[SyncError] = [
        Untrusted("bundle_forged"),
        Untrusted("bundle_foreign"),
        NotAllowed("member_revoked"),
        NotAllowed("role_not_allowed"),
        NotAllowed("outside_scope"),
    ]
    caplog.set_level(logging.INFO, "sync.hub")
    pending = iter(errors)

    def fail() -> None:
        raise next(pending)

    with serving(Reverser(fail)) as url, HttpLink(url, CALLERS_SIGNER) as link:
        found = [refused(lambda: link.exchange(b"", 50)) for _ in errors]
    kinds = [Untrusted, Untrusted, NotAllowed, NotAllowed, NotAllowed]
    assert [(type(error), error.code) for error in found] == list(
        zip(kinds, [error.code for error in errors], strict=True)
    )
    told = [json.loads(record.getMessage()) for record in caplog.records if record.name == "sync.hub"]
    statuses = [line["status"] for line in told if line["path"] == EXCHANGE_PATH]
    assert statuses == [400, 409, 403, 403, 403]


def test_an_unforeseen_failure_tells_nobody_what_was_in_it(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise RuntimeError("Siti Contoh 6471010101909001")

    caplog.set_level(logging.DEBUG)
    with serving(Reverser(fail)) as url:
        answer = post(url, b"", signed(b""))
    assert (answer.status_code, answer.json()) == (500, {"code": "hub_failed", "details": {}})
    assert "builtins.RuntimeError" in caplog.text
    assert "Siti" not in caplog.text
    assert "9001" not in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", EXCHANGE_PATH, 405),
        ("POST", HUB_PATH, 405),
        ("GET", "/v1/../etc/passwd", 404),
        ("GET", HUB_PATH + "/", 404),
    ],
)
def test_other_paths_and_methods_answer_with_a_code_too(method: str, path: str, status: int) -> None:
    with serving(Reverser()) as url:
        answer = httpx.request(method, url + path, trust_env=False)
    assert (answer.status_code, answer.json()) == (status, {"code": "hub_path", "details": {}})


def test_nobody_at_the_address_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with HttpLink(f"http://127.0.0.1:{port}", CALLERS_SIGNER) as link:
        error = refused(lambda: link.describe(""))
    assert (type(error), error.code) == (Unreachable, "hub_unreachable")


def test_a_page_that_asks_to_log_in_is_no_hub() -> None:
    page = b"<html>Selamat datang</html>"
    words = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/html\r\ncontent-length: 27\r\n\r\n" + page
    with saying(words) as url, HttpLink(url, CALLERS_SIGNER) as link:
        assert refused(lambda: link.describe("")).code == "hub_not_found"
        assert refused(lambda: with_leave(link).exchange(b"", 50)).code == "hub_answer_damaged"


@pytest.mark.parametrize(
    "words",
    [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf", b"HTTP/1.1 502 X\r\n\r\n"],
)
def test_a_broken_answer_is_as_good_as_none(words: bytes) -> None:
    with saying(words) as url, HttpLink(url, CALLERS_SIGNER) as link:
        assert type(refused(lambda: with_leave(link).exchange(b"", 50))) is Unreachable


def test_a_silent_hub_is_not_waited_for_without_end() -> None:
    began = time.monotonic()
    with saying(b"", hold=threading.Event()) as url, HttpLink(url, CALLERS_SIGNER, silence_s=0.2) as link:
        assert refused(lambda: with_leave(link).exchange(b"", 50)).code == "hub_timeout"
    assert time.monotonic() - began < 5


def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.client.MAX_ANSWER_BYTES", 1000)
    words = b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\n\r\n" % BUNDLE_TYPE.encode() + b"x" * 5000
    with saying(words) as url, HttpLink(url, CALLERS_SIGNER) as link:
        assert refused(lambda: with_leave(link).exchange(b"", 50)).code == "hub_answer_damaged"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(sorted(MESSAGES)),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["code", "details", "self", "left"]), inner),
)


@given(
    status=st.integers(100, 599),
    code=st.sampled_from(sorted(MESSAGES)) | st.text(),
    details=st.dictionaries(st.sampled_from(["code", "self", "left", "minimum", "{", "0"]), st.integers() | st.text())
    | _json,
    rest=st.binary(max_size=20),
)
@example(400, "hub_no_progress", {}, b"")
@example(400, "bundle_damaged", {"code": 1, "self": 2}, b"")
def test_whatever_a_stranger_writes_as_a_refusal_can_be_told(
    status: int, code: str, details: object, rest: bytes
) -> None:
    for body in (json.dumps({"code": code, "details": details}).encode(), json.dumps(details).encode(), rest):
        error = _refused(status, body)
        if error is not None:
            assert error.message("id")
            assert error.message("en")
            assert all(type(value) in (int, str, bool) for value in error.details.values())
