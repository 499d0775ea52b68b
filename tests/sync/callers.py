"""Those who call a hub over HTTP in the tests: how they sign, and a gate that knows one of them."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from sync.challenges import answering
from sync.client import HttpLink, Signer
from sync.dialogue import Hub
from sync.gate import KnownMembers, SignatureGate
from sync.hub import application
from sync.keys import Identity, new_age_identity
from sync.randomness import system_random
from sync.rounds import Visit, Visitor
from sync.serving import Server
from sync.signatures import Asked, sign_request, verify_request
from sync.wire import EXCHANGE_PATH, HUB_PATH, Admitted

CALLER = Identity(sign_seed=b"\x07" * 32, age_identity=new_age_identity(lambda count: b"\x07" * count))


def signer_of(identity: Identity, certificates: Sequence[bytes] = ()) -> Signer:
    return Signer(identity, lambda: certificates)


CALLERS_SIGNER = signer_of(CALLER)


#: One connection each time: what a hub refused may have been its last words on it.
_client = httpx.Client(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))


class OneMember:
    """Lets in whoever signed with the key of CALLER, to whatever challenge, as often as it likes."""

    def admit(self, asked: Asked) -> Admitted:
        signed = verify_request(asked, lambda claim: CALLER.sign_key)
        return Admitted(signed.member, signed.digest, "00000000", b"", 0)


def description(nonce: str) -> bytes:
    """As much of a hub's description as HTTP itself needs."""
    return json.dumps({"nonce": nonce, "challenge": "any", "now_ms": 1_767_225_600_000}).encode()


def gate_of(replica: Any, transact: Any, **over: Any) -> SignatureGate:
    """The gate of a hub on a replica of the tests."""
    members = KnownMembers(lambda: transact(lambda journal: journal.membership.copy()), fresh_s=0.0)
    return SignatureGate(replica.identity, members, wall_ms=lambda: replica.now_ms, **over)


def challenge_of(url: str) -> str:
    return str(_client.get(url + HUB_PATH, params={"nonce": "n"}).json()["challenge"])


def signed(
    body: bytes, identity: Identity = CALLER, challenge: str = "any", query: str = "entries=50"
) -> dict[str, str]:
    """The headers of a request by `identity`."""
    return sign_request(identity, EXCHANGE_PATH, query, body, answering(challenge, system_random), 1_767_225_600)


def post(url: str, body: Any, headers: dict[str, str], query: str = "entries=50") -> httpx.Response:
    return _client.post(f"{url}{EXCHANGE_PATH}?{query}", content=body, headers=headers)


@contextlib.contextmanager
def served(make: Callable[[], Any], **bounds: Any) -> Iterator[tuple[Any, str, int, Callable[..., Any]]]:
    """A hub in threads of its own: the replica, its address, and how to look at it on the thread that owns it."""
    with ThreadPoolExecutor(1) as writer:

        def on_writer(work: Callable[..., Any], *given: Any) -> Any:
            return writer.submit(work, *given).result()

        replica = on_writer(make)

        def transact(work: Any) -> Any:
            def whole() -> Any:
                with replica.transaction():
                    return work(replica.journal)

            return on_writer(whole)

        gate = gate_of(replica, transact, **bounds)
        hub = Hub(transact, lambda: replica.author, replica.programme, "1", challenge=gate.challenge)
        listener = socket.create_server(("127.0.0.1", 0))
        server = Server(application(hub, gate))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield replica, *listener.getsockname(), on_writer
        finally:
            server.should_exit = True
            thread.join(15)
            on_writer(replica.connection.close)


def visit(replica: Any, url: str) -> Visit:
    replica.now_ms += 1000

    def transact(work: Any) -> Any:
        with replica.transaction():
            return work(replica.journal)

    signer = signer_of(replica.identity, [replica.member.certificate])
    with HttpLink(url, signer, connect_s=5, silence_s=5) as link:
        visitor = Visitor(link, transact, replica.author, replica.programme, sleep=lambda seconds: None)
        return visitor.run()
