"""Staying with a hub: when visits are made, how a lost connection is waited out, and where a broken visit goes on."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import replicas
from callers import CALLERS_SIGNER
from hypothesis import given
from hypothesis import strategies as st

from sync.client import HttpLink
from sync.dialogue import Hub
from sync.errors import NotAllowed, Unreachable
from sync.exchange import open_any
from sync.rounds import QUICK_S, SLOW_S, Pace, Visitor
from sync.watching import Interruptible, Stopped, Timing, Watch
from sync.wire import LEAST_ENTRIES, MOST_ENTRIES

DAY_S = 86_400.0


class World:
    """A day on a laptop: clocks that move only while somebody sleeps, a hub that is there or not, and own writing.

    `plan` is asked before each visit and may raise; `happenings` are done at their second of the monotonic clock.
    """

    def __init__(self, plan: Callable[["World"], None] = lambda world: None, end_s: float = 3600.0) -> None:
        self.plan = plan
        self.end_s = end_s
        self.monotonic_s = 1000.0
        self.wall_s = 1_767_225_600.0
        self.began_s = self.monotonic_s
        self.written = 0
        self.visits: list[float] = []
        self.waits: list[float] = []
        self.failures: list[tuple[str, int, float]] = []
        self.happenings: list[tuple[float, Callable[[World], None]]] = []

    @property
    def now_s(self) -> float:
        return self.monotonic_s - self.began_s

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.monotonic_s += seconds
        self.wall_s += seconds
        while self.happenings and self.happenings[0][0] <= self.now_s:
            self.happenings.pop(0)[1](self)
        if self.now_s > self.end_s:
            raise Stopped

    def visit(self) -> int:
        self.visits.append(self.now_s)
        seen = self.written
        self.plan(self)
        return seen

    def run(self, chance: Callable[[], float] = lambda: 0.5, timing: Timing | None = None) -> None:
        def failed(error: Exception, failures: int, wait: float) -> None:
            assert isinstance(error, Unreachable)
            self.failures.append((error.code, failures, wait))

        watch = Watch(
            self.visit,
            lambda: self.written,
            lambda error: error.retry_after_s if isinstance(error, Unreachable) else None,
            done=self.waits.append,
            failed=failed,
            sleep=self.sleep,
            monotonic=lambda: self.monotonic_s,
            wall=lambda: self.wall_s,
            chance=chance,
            timing=timing or Timing(),
        )
        with pytest.raises(Stopped):
            watch.run()

    def writes(self) -> None:
        self.written += 1

    def gaps(self) -> list[float]:
        return [later - earlier for earlier, later in zip(self.visits, self.visits[1:], strict=False)]


def away(world: World) -> None:
    raise Unreachable("hub_unreachable")


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_waiting_grows_and_stays_within_its_bounds_after_however_many_failures(failures: int, chance: float) -> None:
    timing = Timing()
    wait = timing.after_failures(failures, chance)
    assert timing.first_s / 2 <= wait <= timing.most_s
    assert timing.after_failures(failures + 1, chance) >= wait
    assert timing.after_failures(failures, 0) < timing.after_failures(failures, 0.9)


def test_a_hub_that_is_away_for_days_is_asked_for_seldom_and_found_when_it_comes_back() -> None:
    world = World(away, end_s=9 * DAY_S)
    back = 7 * DAY_S + 1
    world.happenings = [(back, lambda world: setattr(world, "plan", lambda world: None))]
    world.run()
    tries = [at for at in world.visits if at < back]
    assert 7 * DAY_S / 300 * 0.9 < len(tries) < 7 * DAY_S / 300 * 2
    assert next(at for at in world.visits if at >= back) < back + 300
    assert [failed[1] for failed in world.failures] == list(range(1, len(tries) + 1))
    # Once it is back, waiting starts anew.
    assert len(world.visits) > len(tries) + 2 * DAY_S / 60 * 0.7


def test_the_first_failures_are_tried_again_within_seconds() -> None:
    world = World(away, end_s=60)
    world.run(chance=lambda: 0.99)
    assert world.gaps()[:4] == pytest.approx([1.99, 3.98, 7.96, 15.92], abs=0.01)


def test_without_news_there_is_a_visit_a_minute_and_never_two_laptops_in_step() -> None:
    world = World(end_s=600)
    chances = iter([0.0, 0.999] * 20)
    world.run(chance=lambda: next(chances))
    assert min(world.gaps()) == pytest.approx(45, abs=1.1)
    assert max(world.gaps()) == pytest.approx(75, abs=1.1)


def test_what_is_written_here_starts_a_visit_soon() -> None:
    world = World(end_s=100)
    world.happenings = [(20.0, World.writes), (30.0, World.writes)]
    world.run()
    assert world.visits[:3] == [0, pytest.approx(20, abs=1.5), pytest.approx(30, abs=1.5)]


def test_what_is_written_during_a_visit_is_carried_by_the_next_one_soon() -> None:
    def writes_once(world: World) -> None:
        if world.written == 0:
            world.written += 1

    world = World(writes_once, end_s=50)
    world.run()
    assert world.visits == [0, pytest.approx(2, abs=1.1)]


def test_somebody_who_writes_without_a_pause_does_not_make_visits_without_a_pause() -> None:
    world = World(World.writes, end_s=100)
    world.happenings = [(float(second), World.writes) for second in range(1, 100)]
    world.run()
    assert min(world.gaps()) >= 2
    assert len(world.visits) <= 51


def test_what_is_written_while_the_hub_is_away_is_tried_at_once_but_not_at_a_hub_that_asked_for_peace() -> None:
    world = World(away, end_s=400)
    world.happenings = [(200.0, World.writes)]
    world.run()
    assert any(200 <= at <= 203 for at in world.visits)

    def busy(world: World) -> None:
        error = Unreachable("hub_busy")
        error.retry_after_s = 120.0
        raise error

    patient = World(busy, end_s=400)
    patient.happenings = [(float(second), World.writes) for second in range(10, 300, 10)]
    patient.run()
    assert min(patient.gaps()) >= 120


@pytest.mark.parametrize("does_monotonic_jump", [False, True])
def test_a_laptop_that_wakes_up_visits_at_once(does_monotonic_jump: bool) -> None:
    def sleeps(world: World) -> None:
        world.wall_s += 8 * 3600
        if does_monotonic_jump:
            world.monotonic_s += 8 * 3600
            world.began_s += 8 * 3600

    world = World(end_s=60)
    world.happenings = [(10.0, sleeps)]
    world.run()
    assert world.visits[1] == pytest.approx(10, abs=1.5)
    # The night counts as waiting: a hub that asked for a minute was given one.
    after = World(away, end_s=500)
    after.happenings = [(400.0, sleeps)]
    after.run()
    assert any(400 <= at <= 403 for at in after.visits)


def test_a_clock_that_is_set_back_changes_nothing() -> None:
    world, other = World(end_s=300), World(end_s=300)
    world.happenings = [(10.0, lambda world: setattr(world, "wall_s", world.wall_s - DAY_S))]
    world.run()
    other.run()
    assert world.visits == other.visits


def test_what_waiting_cannot_mend_ends_it() -> None:
    def revoked(world: World) -> None:
        raise NotAllowed("member_revoked", member="0" * 32)

    world = World(revoked)
    with pytest.raises(NotAllowed, match="member_revoked"):
        world.run()
    assert len(world.visits) == 1


def test_a_request_to_stop_does_not_wait_for_a_silent_network() -> None:
    asked, silent = threading.Event(), threading.Event()

    class Silent:
        def describe(self, nonce: str) -> bytes:
            asked.set()
            silent.wait(20)
            return b""

        def exchange(self, request: bytes, entries: int) -> bytes:
            return request

    is_stopped = False
    link = Interruptible(Silent(), lambda: is_stopped)
    assert link.exchange(b"there and back", 1) == b"there and back"

    def stop() -> None:
        nonlocal is_stopped
        asked.wait(5)
        is_stopped = True

    stopper = threading.Thread(target=stop)
    stopper.start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        link.describe("")
    assert time.monotonic() - began < 5
    silent.set()
    stopper.join()
    with pytest.raises(Stopped):
        link.exchange(b"", 1)


def test_what_a_link_raises_comes_through() -> None:
    class Broken:
        def describe(self, nonce: str) -> bytes:
            raise TimeoutError

        def exchange(self, request: bytes, entries: int) -> bytes:
            raise Unreachable("hub_timeout")

    link = Interruptible(Broken(), lambda: False)
    with pytest.raises(TimeoutError):
        link.describe("")
    with pytest.raises(Unreachable, match="hub_timeout"):
        link.exchange(b"", 1)


# -- where a broken visit goes on


class CutLink:
    """A hub beside it, and a link that dies once so many segments went up. `late` dies after the hub's commit."""

    def __init__(self, hub: Any, *, late: bool) -> None:
        self._hub = hub
        self._answerer = Hub(transact_of(hub), lambda: hub.author, hub.programme, "1", random=hub.office.random)
        self._late = late
        self.lives_for: int | None = None
        self.sent: list[tuple[str, int]] = []
        self.arrived: set[tuple[str, int]] = set()
        self.again: list[tuple[str, int]] = []
        self.began_empty: list[bool] = []
        self.took_s: Callable[[int], float] = lambda count: 0.0
        self.monotonic_s = 0.0
        self.asked: list[int] = []

    def describe(self, nonce: str) -> bytes:
        return self._answerer.describe(nonce)

    def exchange(self, request: bytes, entries: int) -> bytes:
        opened = open_any(self._hub.journal, request, self._hub.identity)
        segments = [(segment.ch, segment.first) for segment in opened.payload.segments]
        self.asked.append(entries)
        self.monotonic_s += self.took_s(opened.payload.entries)
        self.began_empty.append(not segments)
        self.again += [segment for segment in segments if segment in self.arrived]
        self.sent += segments
        is_cut = self.lives_for is not None and len(self.sent) > self.lives_for
        if is_cut and not self._late:
            raise Unreachable("hub_unreachable")
        answer = self._answerer.answer(request, entries)
        self.arrived |= set(segments)
        if is_cut:
            raise Unreachable("hub_timeout")
        return answer


def transact_of(replica: Any) -> Any:
    def transact(work: Any) -> Any:
        with replica.transaction():
            return work(replica.journal)

    return transact


def visitor(replica: Any, link: Any, **over: Any) -> Visitor:
    replica.now_ms += 1000
    return Visitor(
        link,
        transact_of(replica),
        replica.author,
        replica.programme,
        random=replica.office.random,
        **({"sleep": lambda seconds: None} | over),
    )


def many_segments(replica: Any, segments: int, entries: int) -> None:
    for _ in range(segments):
        for _ in range(entries):
            replica.register()
        with replica.transaction():
            replica.journal.seal(replica.identity)


@pytest.fixture
def pair(office: Any, rules: Any) -> tuple[Any, Any]:
    known = replace(rules, office_roles=rules.office_roles | {"hub"})
    hub, siti = replicas.make_team(office, known, ["hub:*", "enumerator"])
    return hub, siti


@pytest.mark.parametrize("late", [False, True], ids=["before the hub's commit", "after it"])
@pytest.mark.parametrize("lives_for", [0, 1, 3, 5])
def test_a_visit_that_died_in_the_middle_of_its_segments_goes_on_there_and_sends_none_twice(
    pair: tuple[Any, Any], lives_for: int, late: bool
) -> None:
    hub, siti = pair
    many_segments(siti, segments=15, entries=LEAST_ENTRIES)
    link = CutLink(hub, late=late)
    link.lives_for = lives_for
    with pytest.raises(Unreachable):
        visitor(siti, link).run()
    held = len(link.arrived)
    assert held < 15
    link.lives_for = None
    link.again.clear()
    lost = len(link.sent) - held
    visit = visitor(siti, link).run()
    # Each visit asks first, so what the hub holds, also by a request whose answer was lost, is not sent again.
    assert link.began_empty[0] is True
    assert link.again == []
    assert len(link.sent) == 15 + lost
    assert visit.sent == (15 - held) * LEAST_ENTRIES
    assert hub.dump() == siti.dump()
    assert visitor(siti, link).run().sent == 0


def test_on_a_slow_link_requests_stay_small_and_on_a_quick_one_they_grow(pair: tuple[Any, Any]) -> None:
    hub, siti = pair
    many_segments(siti, segments=40, entries=LEAST_ENTRIES)
    slow = CutLink(hub, late=False)
    # Ten entries a second: 200 of them take the twenty seconds that still count as quick.
    slow.took_s = lambda count: 2.0 + count / 10
    visitor(siti, slow, monotonic=lambda: slow.monotonic_s).run()
    assert max(slow.asked) == 4 * LEAST_ENTRIES
    many_segments(siti, segments=40, entries=LEAST_ENTRIES)
    quick = CutLink(hub, late=False)
    quick.took_s = lambda count: 0.2
    visitor(siti, quick, monotonic=lambda: quick.monotonic_s).run()
    assert max(quick.asked) >= 16 * LEAST_ENTRIES
    assert len(quick.asked) < len(slow.asked)


def test_a_link_that_becomes_slow_makes_requests_smaller_again() -> None:
    pace = Pace()
    for _ in range(10):
        pace.answered(1.0, has_moved=True)
    assert pace.entries == MOST_ENTRIES
    pace.answered((QUICK_S + SLOW_S) / 2, has_moved=True)
    assert pace.entries == MOST_ENTRIES
    pace.answered(SLOW_S + 1, has_moved=True)
    assert pace.entries == MOST_ENTRIES // 2
    for _ in range(20):
        pace.answered(600.0, has_moved=True)
    assert pace.entries == LEAST_ENTRIES


# -- a hub that asks to be left alone


@contextmanager
def refusing(status: int, after: str | None, body: bytes) -> Iterator[str]:
    """Something at an address that answers every request like this."""

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if after is not None:
                self.send_header("Retry-After", after)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return None

    server = HTTPServer(("127.0.0.1", 0), Refusing)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


BUSY = b'{"code": "hub_busy", "details": {}}'
IN_TWO_MINUTES = "a date in two minutes"


@pytest.mark.parametrize(
    ("status", "after", "body", "code", "seconds"),
    [
        (503, "7", BUSY, "hub_busy", (7, 7)),
        (429, "90", b"slow down", "hub_busy", (90, 90)),
        (503, IN_TWO_MINUTES, b"<html>", "hub_unreachable", (60, 120)),
        (503, "Sun, 06 Nov 1994 08:49:37 GMT", BUSY, "hub_busy", (0, 0)),
        (503, "99999999999999999999", BUSY, "hub_busy", (3600, 3600)),
        (503, "-5", BUSY, "hub_busy", (0, 0)),
        (503, "soon", BUSY, "hub_busy", (0, 0)),
        (503, None, BUSY, "hub_busy", (0, 0)),
    ],
)
def test_how_long_a_hub_asks_to_be_left_alone_is_understood(
    status: int, after: str | None, body: bytes, code: str, seconds: tuple[float, float]
) -> None:
    if after == IN_TWO_MINUTES:
        after = format_datetime(datetime.now(UTC) + timedelta(minutes=2), usegmt=True)
    with (
        refusing(status, after, body) as url,
        HttpLink(url, CALLERS_SIGNER) as link,
        pytest.raises(Unreachable) as caught,
    ):
        link.describe("0" * 32)
    assert caught.value.code == code
    assert seconds[0] <= caught.value.retry_after_s <= seconds[1]


def test_a_visit_waits_as_long_as_a_busy_hub_asks_and_leaves_a_longer_wait_to_the_next_visit(
    pair: tuple[Any, Any],
) -> None:
    hub, siti = pair
    siti.register()
    link = CutLink(hub, late=False)
    asked: list[float] = [4.0, 9.0]
    waited: list[float] = []

    class Busy:
        describe = link.describe

        def exchange(self, request: bytes, entries: int) -> bytes:
            if asked:
                error = Unreachable("hub_busy")
                error.retry_after_s = asked.pop(0)
                raise error
            return link.exchange(request, entries)

    assert visitor(siti, Busy(), sleep=waited.append).run().sent == 1
    assert waited == [4.0, 9.0]
    asked.append(600.0)
    siti.register()
    with pytest.raises(Unreachable, match="hub_busy"):
        visitor(siti, Busy(), sleep=waited.append).run()
    assert waited == [4.0, 9.0]
