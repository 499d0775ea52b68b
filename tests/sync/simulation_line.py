"""Visits to a hub over a line that breaks, repeats itself and brings old answers."""

import sqlite3
from typing import Any

from simulation_oracle import demand
from simulation_parts import Killed, Parcel
from simulation_world import Laptop, World

from sync.errors import NotAllowed, Unreachable
from sync.journal import Journal
from sync.rounds import Visitor

FAULTS = ("before", "after", "damaged", "stale", "twice", "hub")


class Line:
    """The way from one laptop to one hub; `fault_rate` of the exchanges go wrong in some way."""

    def __init__(self, world: World, hub: Laptop, laptop: Laptop, fault_rate: float) -> None:
        self.world, self.hub, self.laptop, self.fault_rate = world, hub, laptop, fault_rate
        self.delivered: Parcel | None = None
        """What the laptop is about to merge."""
        self.old = world.old_answers.setdefault((laptop.actor.member.id, hub.name), [])

    def describe(self, nonce: str) -> bytes:
        if self._strikes() and self.world.rng.random() < 0.3:
            raise Unreachable("hub_unreachable")
        assert self.hub.hub is not None
        return self.hub.hub.describe(nonce)

    def exchange(self, request: bytes, entries: int) -> bytes:
        self.delivered = None
        parcel = self.world.check_sent(self.laptop, request, self.hub.actor, tells_all=True)
        fault = self.world.rng.choice(FAULTS) if self._strikes() else ""
        self.world.note("   exchange", parcel.segments, "segments", fault)
        if fault == "before":
            raise Unreachable("hub_unreachable")
        if fault == "stale" and self.old:
            return self.world.rng.choice(self.old)
        if fault == "twice":
            self.old.append(self._answer(request, entries, parcel, ""))
        answer = self._answer(request, entries, parcel, fault)
        if fault == "twice" and self.world.rng.random() < 0.5:
            answer = self.old[-1]
        if fault == "after":
            raise Unreachable("hub_timeout")
        if fault == "damaged":
            return damaged(answer, self.world)
        self.old.append(answer)
        self.delivered = self.world.check_sent(self.hub, answer, self.laptop.actor, tells_all=False)
        return answer

    def _strikes(self) -> bool:
        return self.world.rng.random() < self.fault_rate

    def _answer(self, request: bytes, entries: int, parcel: Parcel, fault: str) -> bytes:
        world, hub = self.world, self.hub
        if fault == "hub":
            hub.disk.arm(a_trouble(world))
        world.request = parcel
        try:
            assert hub.hub is not None
            return hub.hub.answer(request, entries)
        except Killed:
            # It may have died while it opened the request, before any transaction.
            hub.start()
            raise Unreachable("hub_unreachable") from None
        except sqlite3.OperationalError:
            # As `fieldapp.services.hub` says it.
            raise Unreachable("hub_failed") from None
        finally:
            world.request = None
            hub.disk.arm(None)

    def transact(self, work: Any, /) -> Any:
        """The laptop's transactions during the visit: what was delivered is merged by the next one."""
        parcel, self.delivered = self.delivered, None
        return self.world.transact(self.laptop, work, () if parcel is None else (parcel,))


def a_trouble(world: World) -> tuple[str, int]:
    """Something that may happen to a disk."""
    kind = world.rng.choice(("kill", "kill", "kill_after", "full", "full_hard"))
    return kind, int(world.rng.expovariate(1 / 18)) + 1


def damaged(data: bytes, world: World) -> bytes:
    """The same bytes with one changed or the end missing.

    The changed one is no ASCII any more: the ciphers' bytes are others in every run, and whether a flipped digit of a
    signature is still a digit would decide between two refusals.
    """
    at = world.rng.randrange(len(data))
    if world.rng.random() < 0.3:
        return data[:at]
    return data[:at] + bytes([data[at] ^ (world.rng.randrange(1, 256) | 0x80)]) + data[at + 1 :]


def visit(world: World, laptop: Laptop, hub: Laptop, fault_rate: float = 0.0) -> bool:
    """A visit; True when it was finished, which means that neither lacks anything of the other."""
    line = Line(world, hub, laptop, fault_rate)
    visitor = Visitor(
        line,
        line.transact,
        laptop.author,
        world.cast.programme,
        random=world.noise,
        sleep=lambda seconds: None,
        monotonic=lambda: world.now_ms / 1000,
    )
    oracle = world.oracle
    code = oracle.code_of_member(laptop.actor.member.id, hub.truth.held)
    try:
        found = visitor.run()
    except Killed:
        return False
    except NotAllowed as error:
        demand(error.code == code, laptop, "was refused by", hub, "as", error.code, "and not as", code)
        return False
    except Unreachable as error:
        demand(fault_rate, laptop, "does not reach", hub, "on a whole line:", error.code)
        return False
    except sqlite3.OperationalError:
        return False
    person, held = laptop.actor.person, hub.truth.held
    lacking = laptop.truth.held - held
    demand(not lacking, "after a whole visit", hub, "lacks of", laptop, sorted(lacking))
    lacking = oracle.readable(person, held) - laptop.truth.held
    demand(not lacking, "after a whole visit", laptop, "lacks of", hub, sorted(lacking))
    world.note("   visit of", found.rounds, "rounds:", found.sent, "sent", found.received, "received")
    return True


def seal_all(journal: Journal, laptop: Laptop) -> None:
    """Seal what every member wrote on this laptop, as each does when leaving it to the next."""
    for actor in (*laptop.former, laptop.actor):
        journal.seal(actor.identity)
