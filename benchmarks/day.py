"""A returning day: laptops with some new registrations each visit a hub that holds the whole city.

    python benchmarks/day.py [--held 100000] [--chains 1000] [--laptops 100] [--visits 100] [--fresh 50] [--folder KEPT]

The hub is a real process (`fieldapp hub serve`), each laptop a real encrypted home that wrote its share of what the hub
holds; every laptop has begun several chains, as laptops do that were restored or moved. Laptops visit one after the
other: three times with nothing new (the first brings what others did since), then with a day's registrations, then
once more. Told is the processor time of the hub and of the laptop for one visit. `--folder` keeps the homes for the
next run.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import homes

from fieldapp.services import exchange
from fieldapp.services.hub.link import signer_of
from fieldapp.services.session import Session, open_session
from fieldapp.services.transact import transact_of
from fieldapp.store.incarnation import retire_own_chains
from sync.client import HttpLink
from sync.rounds import Visit, Visitor

HUB = "hub-1"


def build(folder: Path, held: int, chains: int, laptops: int) -> None:
    """The homes as they are before the day: everything is at the hub, and every laptop knows it."""
    made = homes.Homes(folder)
    hub = made.join("hub", "Pusat", "*")
    for place in range(laptops):
        area = homes.area_of(place)
        person = made.join("enumerator", f"Pencacah {place}", area)
        parts = max(chains // laptops, 1)
        for part in range(parts):
            if part:
                person.write(lambda connection, journal: retire_own_chains(connection))
            made.register(person, area, held // laptops // parts)
        bundle = folder / "paket"
        exchange.write_bundle(person, bundle)
        exchange.merge(hub, [bundle])
        made.sessions.remove(person)
        person.close()
    made.close()


class Day:
    """The laptops, opened one after the other, and the hub's process."""

    def __init__(self, folder: Path, visits: int, server: homes.HubProcess) -> None:
        made = sorted(folder.glob("enumerator-*"), key=lambda home: int(home.name.rpartition("-")[2]))
        self._homes = made[:visits]
        self._server = server

    def round(self, what: str, prepare: Callable[[Session, int], object] = lambda session, place: None) -> None:
        """A visit of every laptop."""
        hub_s = laptop_s = wall_s = 0.0
        visits: list[Visit] = []
        for place, home in enumerate(self._homes):
            with (
                open_session(home, homes.PASSPHRASE) as session,
                HttpLink(self._server.url, signer_of(session)) as link,
            ):
                prepare(session, place)
                session.write(lambda connection, journal: None)
                before_s, began_s, cpu_s = self._server.cpu_s(), time.perf_counter(), time.process_time()
                visits.append(Visitor(link, transact_of(session), session.author(), session.programme).run())
                wall_s += time.perf_counter() - began_s
                laptop_s += time.process_time() - cpu_s
                hub_s += self._server.cpu_s() - before_s
        count = len(visits)
        sums = [sum(getattr(visit, name) for visit in visits) / count for name in ("sent", "received", "rounds")]
        print(
            f"{what:34} {hub_s * 1000 / count:7.1f} ms of the hub's processor {laptop_s * 1000 / count:7.1f} of the "
            f"laptop's {wall_s * 1000 / count:7.1f} ms wall; {sums[0]:.0f} sent {sums[1]:.0f} received "
            f"in {sums[2]:.1f} rounds"
        )


@contextlib.contextmanager
def kept(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
    else:
        with tempfile.TemporaryDirectory() as temporary:
            yield Path(temporary)


def run(folder: Path, held: int, chains: int, laptops: int, visits: int, fresh: int, under: tuple[str, ...]) -> None:
    if not (folder / HUB).exists():
        build(folder, held, chains, laptops)
    maker = homes.Writer(seed=time.monotonic_ns())
    with homes.hub_at(folder / HUB, under=under) as server:
        day = Day(folder, visits, server)
        print(f"the hub holds {held} registrations in {chains} chains of {laptops} laptops")
        day.round("the first visit")
        day.round("a visit with nothing but receipts")
        day.round("a visit with nothing new")
        day.round(
            f"a visit with {fresh} new ones",
            lambda session, place: maker.register(session, homes.area_of(place), fresh),
        )
        day.round("a visit after it")
        print(f"memory of the hub: {server.peak_mib():.0f} MiB at most")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--held", type=int, default=100_000)
    parser.add_argument("--chains", type=int, default=1_000)
    parser.add_argument("--laptops", type=int, default=100)
    parser.add_argument("--visits", type=int, help="how many of the laptops visit; all of them by default")
    parser.add_argument("--fresh", type=int, default=50)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--under", default="", help="a profiler's command line to run the hub under")
    given = parser.parse_args()
    with kept(given.folder) as place:
        visits = min(given.visits or given.laptops, given.laptops)
        run(place, given.held, given.chains, given.laptops, visits, given.fresh, tuple(given.under.split()))
