"""A real hub over real sockets, and a wire that is cut after so many bytes in one direction or the other."""

import dataclasses
import random
import selectors
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import replicas
from callers import challenge_of, post, served, signed, visit

from sync.errors import SyncError, Unreachable
from sync.fold import Rules


class Wire:
    """Carries bytes between a laptop and a hub. `cut` = ("up" or "down", bytes) breaks each connection there."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self.cut: tuple[str, int] | None = None
        self.carried = {"up": 0, "down": 0}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._is_closing = False
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        self._is_closing = True
        socket.create_connection(self._listener.getsockname()).close()
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _accept(self) -> None:
        while not self._is_closing:
            near, _ = self._listener.accept()
            thread = threading.Thread(target=self._carry, args=(near, self.cut))
            self._threads.append(thread)
            thread.start()

    def _carry(self, near: socket.socket, cut: tuple[str, int] | None) -> None:
        left = {"up": 1 << 60, "down": 1 << 60} | dict([cut] if cut else [])
        with near, socket.create_connection(self._target) as far, selectors.DefaultSelector() as ready:
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ready.register(near, selectors.EVENT_READ, ("up", far))
            ready.register(far, selectors.EVENT_READ, ("down", near))
            while not self._is_closing and all(left.values()):
                for key, _ in ready.select(0.1):
                    way, target = key.data
                    try:
                        data = key.fileobj.recv(min(left[way], 65536))  # type: ignore[union-attr]
                        target.sendall(data)
                    except OSError:
                        data = b""
                    left[way] -= len(data)
                    self.carried[way] += len(data)
                    if not data:
                        return
            for end in (near, far):
                # What is on its way is dropped; either end learns only that the connection is gone.
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.fixture
def town(office: Any, rules: Rules, tmp_path: Path) -> Iterator[tuple[Any, ...]]:
    """A hub on an encrypted file, a wire to it, and two enumerators and a coordinator who use it."""
    known = dataclasses.replace(rules, office_roles=rules.office_roles | {"hub"})
    laptops = replicas.make_team(
        office, known, ["enumerator", "enumerator", "coordinator"], path=":memory:", engine="sqlcipher3"
    )

    def make() -> Any:
        return replicas.make_team(office, known, ["hub:*"], path=tmp_path / "hub.db", engine="sqlcipher3")[0]

    # Hundreds of visits in a second are what this test is about, not how often a member may come.
    with served(make, burst=100_000) as (hub, host, port, on_writer):
        wire = Wire(host, port)
        try:
            yield hub, on_writer, wire, *laptops
        finally:
            wire.close()


def test_a_wire_cut_after_any_byte_loses_nothing_and_doubles_nothing(town: tuple[Any, ...]) -> None:
    hub, on_writer, wire, siti, rudi, dewi = town
    places = random.Random(1)
    people, broken = [], 0
    visit(siti, wire.url)
    wire.carried.update(up=0, down=0)
    people.append(siti.register(name="Contoh Rekaan"))
    visit(siti, wire.url)
    lengths = dict(wire.carried)
    assert lengths["up"] > 1000 < lengths["down"]
    for way in ("up", "down"):
        for share in range(24):
            people.append(siti.register(name=f"Contoh {places.randbytes(300).hex()}"))
            wire.cut = (way, share * lengths[way] // 24 + places.randrange(lengths[way] // 24))
            try:
                visit(siti, wire.url)
            except Unreachable:
                broken += 1
            if share % 2:
                wire.cut = None
                visit(siti, wire.url)
                assert on_writer(hub.journal.record, people[-1]) is not None
    assert broken > 24
    wire.cut = None
    for laptop in (rudi, siti, dewi, rudi, siti):
        visit(laptop, wire.url)
    assert [(told.sent, told.received) for told in (visit(siti, wire.url), visit(rudi, wire.url))] == [(0, 0), (0, 0)]
    pictures = {siti.dump(), rudi.dump(), dewi.dump(), on_writer(hub.dump)}
    assert len(pictures) == 1
    assert set(people) <= set(siti.folded())
    ids = [row[2] for row in on_writer(hub.rows)["entry"]]
    assert len(ids) == len(set(ids))


def test_laptops_that_come_all_at_once_all_get_through(town: tuple[Any, ...], office: Any) -> None:
    hub, on_writer, wire, *_ = town
    barrier = threading.Barrier(6)

    def work(number: int, made: list[Any]) -> None:
        laptop = made[0]()
        people = [laptop.register(name=f"Contoh {number} {person}") for person in range(20)]
        barrier.wait(20)
        visit(laptop, wire.url)
        made.append(people)
        laptop.connection.close()

    # Keys and certificates come from one seeded source, so they are drawn before the threads start.
    members = [office.join(scopes=(replicas.AREA,)) for _ in range(6)]
    rules = hub.rules
    made: list[list[Any]] = [
        [lambda member=member: replicas.Replica(Fresh(office), member, rules)] for member in members
    ]
    threads = [threading.Thread(target=work, args=(number, each)) for number, each in enumerate(made)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    people = {person for each in made for person in each[1]}
    assert len(people) == 120
    assert people <= set(on_writer(hub.folded))


class Fresh:
    """An office whose randomness may be drawn from several threads."""

    def __init__(self, office: Any) -> None:
        self.founding = office.founding
        self.random = random.SystemRandom().randbytes


def test_a_strangers_bundle_and_what_is_none_are_refused_over_http(
    town: tuple[Any, ...], office_of: Callable[..., Any]
) -> None:
    hub, on_writer, wire, siti, *_ = town
    (stranger,) = replicas.make_team(office_of("stranger"), hub.rules, ["enumerator"])
    visit(siti, wire.url)
    genuine = siti.to_office().data
    before = on_writer(hub.rows)
    for body, status, code in [
        (stranger.to_office().data, 409, "bundle_foreign"),
        (b"", 400, "bundle_unknown"),
        (b"NIK,nama\n", 400, "bundle_unknown"),
        (genuine[:-1], 400, "bundle_truncated"),
        (genuine[:-1] + bytes([genuine[-1] ^ 1]), 400, "bundle_damaged"),
        (genuine.replace(siti.member.id.encode(), stranger.member.id.encode(), 1), 400, "bundle_forged"),
        (genuine[:200], 400, "bundle_truncated"),
    ]:
        answer = post(wire.url, body, signed(body, siti.identity, challenge_of(wire.url)))
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert on_writer(hub.rows) == before
    with pytest.raises(SyncError, match="hub_foreign"):
        visit(stranger, wire.url)
