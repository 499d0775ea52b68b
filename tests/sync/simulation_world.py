"""A simulated world: laptops that run the product's own code over disks, clocks, links and sticks that may fail.

Whatever happens on a laptop goes through `World.transact`, which lets the product do it and then compares what is on
the disk with what the oracle knows must be there.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulation_cast import Actor, Cast, rules, the_cast
from simulation_oracle import Broken, Fact, Oracle, Seen, Truth, demand, picture, sealed_digest
from simulation_parts import Disk, Killed, Medium, Parcel, unpack

from sync.clock import Clock
from sync.dialogue import Hub
from sync.entry import Stored
from sync.fold import Record
from sync.journal import Author, Change, Journal
from sync.randomness import token

START_MS = 1_767_225_600_000 + 86_400_000
NOTHING = Seen({}, (), frozenset())


@dataclass(frozen=True)
class Plan:
    """A change that a person asks for, with what that person sees and what must come of it."""

    record: str
    type: str
    scope: str
    kind: str
    asked: Mapping[str, Any]
    fields: Mapping[str, Any]
    """What the entry must set: what was asked, and the rest of each group as it was seen."""
    seen: Seen
    is_from_screen: bool = False
    """Whether it was seen a while ago, so that the writer says what it was."""
    digest: str | None = None


@dataclass
class Stick:
    """A bundle on its way."""

    data: bytes
    parcel: Parcel
    name: str


@dataclass(eq=False)
class Laptop:
    """One machine: a disk, a clock, the program in memory, and what the oracle knows of its disk."""

    world: "World"
    name: str
    actor: Actor
    disk: Disk
    device: str
    truth: Truth
    skew_ms: int = 0
    version: int = 0
    former: tuple[Actor, ...] = ()
    is_alive: bool = True
    drafts: list[Stored] = field(default_factory=list)
    journal: Journal = None  # type: ignore[assignment]
    author: Author = None  # type: ignore[assignment]
    hub: Hub | None = None

    def start(self) -> None:
        """Begin the program anew: only what is on the disk is known."""
        world = self.world
        self.disk.start_again()
        journal = Journal(
            self.disk, rules(self.version), world.cast.programme.id, project=self.project, random=world.noise
        )
        append = journal.append

        def noted(author: Author, changes: Sequence[Change]) -> list[Stored]:
            stored = append(author, changes)
            self.drafts.extend(stored)
            return stored

        journal.append = noted  # type: ignore[method-assign]
        self.journal = journal
        self.author = Author(self.actor.identity, self.device, Clock(self.wall_ms), 1 + self.version)
        if self.actor.person.role == "hub":
            self.hub = Hub(
                lambda work: world.at_hub(self, work),
                lambda: self.author,
                world.cast.programme,
                "1",
                random=world.noise,
                members=lambda: self.journal.membership.copy(),
            )

    def wall_ms(self) -> int:
        return self.world.now_ms + self.skew_ms

    def project(self, records: Sequence[Record]) -> None:
        self.disk.executemany(
            "INSERT INTO shown (id, picture) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET picture = excluded.picture",
            [(record.id, shown_of(record)) for record in records],
        )

    @property
    def is_full(self) -> bool:
        """Whether this replica is meant to hold everything."""
        return self.actor.person.may_read("64.71") or self.actor.person.role == "admin"

    @property
    def is_office(self) -> bool:
        return bool(self.actor.identity.office_identities)

    def ids(self) -> set[str]:
        """The entries in the log, as the table has them."""
        return {bytes(row[0]).hex() for row in self.disk.raw.execute("SELECT id FROM entry")}

    def sealed(self) -> dict[str, tuple[str, ...]]:
        """The segments whose lists of hashes are here, by what names them in a revocation."""
        found = {}
        for author, chain, first, last, prev, hashes in self.disk.raw.execute(
            "SELECT hex(author), hex(chain.chain), first, last, hex(prev), hashes"
            " FROM segment JOIN chain ON chain.id = segment.chain"
        ):
            digest = sealed_digest(author, chain, first, last, prev if first > 1 else "00" * 32, hashes)
            found[digest] = (prev[:32].lower(), *(hashes[at : at + 16].hex() for at in range(0, len(hashes), 32)))
        return found

    def shown(self, records: Iterable[str] | None = None) -> dict[str, str]:
        """What the projection has of these records."""
        if records is None:
            return dict(self.disk.raw.execute("SELECT id, picture FROM shown"))
        rows = (self.disk.raw.execute("SELECT id, picture FROM shown WHERE id = ?", (r,)).fetchone() for r in records)
        return dict(row for row in rows if row is not None)

    def __str__(self) -> str:
        return self.name


class World:
    """Everything there is in one run; `rng` makes the choices, `noise` is the product's randomness."""

    def __init__(self, seed: int | str, folder: Path, is_mixed: bool = False) -> None:
        self.rng = random.Random(f"choices {seed}")
        self.noise = random.Random(f"noise {seed}").randbytes
        self.cast: Cast = the_cast()
        self.oracle = Oracle(actor.person for actor in self.cast.everybody)
        self.now_ms = START_MS
        self.is_mixed = is_mixed
        self.laptops: list[Laptop] = []
        self.sticks: list[Stick] = []
        self.medium = Medium(folder)
        self.offered: Parcel | None = None
        """The answer that the hub last gave to the laptop that is visiting it."""
        self.request: Parcel | None = None
        self.old_answers: dict[tuple[str, str], list[bytes]] = {}
        """(member, hub) -> the answers that somebody on the way may have kept."""
        self.trace: list[tuple[Any, ...]] = []
        self.count = 0
        self.twins = False
        """Whether a disk was ever copied or put back, so that what a member last said may be of another disk."""

        self.heard: dict[tuple[str, str], Laptop] = {}
        """(laptop, member) -> the laptop of the member that it heard last, once everybody meets."""

    def note(self, *what: Any) -> None:
        self.trace.append(what)

    # -- laptops

    def add(self, actor: Actor, version: int = 0) -> Laptop:
        """A new laptop, as its invitation leaves it."""
        laptop = Laptop(
            self, f"{actor.person.role}-{self.number()}", actor, Disk(self.cast.blank), token(self.noise), Truth()
        )
        laptop.version = version
        laptop.start()
        self.laptops.append(laptop)
        self.transact(laptop, lambda journal: self.introduce(journal, actor))
        return laptop

    def introduce(self, journal: Journal, actor: Actor) -> None:
        journal.add_certificate(self.cast.admin.member.certificate)
        journal.add_certificate(actor.member.certificate)

    def number(self) -> int:
        self.count += 1
        return self.count

    @property
    def alive(self) -> list[Laptop]:
        return [laptop for laptop in self.laptops if laptop.is_alive]

    def hubs(self) -> list[Laptop]:
        return [laptop for laptop in self.alive if laptop.hub is not None]

    def put_image(self, laptop: Laptop, image: bytes, truth: Truth, retires: bool) -> None:
        """Let a laptop go on from the image of a disk; `retires` says whether the product noticed or made the copy."""
        self.twins = True
        laptop.disk.raw.close()
        laptop.disk = Disk(image)
        laptop.truth = truth
        laptop.start()
        if retires:
            from fieldapp.store.incarnation import retire_own_chains

            self.transact(laptop, lambda journal: retire_own_chains(laptop.disk))
            truth.tips = dict.fromkeys(truth.tips)

    # -- everything that a laptop does

    def transact(
        self,
        laptop: Laptop,
        work: Callable[[Journal], Any],
        parcels: Sequence[Parcel] = (),
        plans: Sequence[Plan] = (),
        is_careless: bool = False,
    ) -> Any:
        """One transaction, and afterwards the comparison of the disk with what must be on it.

        `parcels` are merged and `plans` written by `work`: all of them once it committed, nothing of them otherwise,
        even where a careless caller commits after an error.
        """
        disk = laptop.disk
        commits, is_whole = disk.commits, False
        try:
            disk.execute("BEGIN IMMEDIATE")
            try:
                value = work(laptop.journal)
                is_whole = True
                laptop.journal.publish()
                disk.commit()
            except Exception:
                if disk.raw.in_transaction:
                    disk.raw.execute("COMMIT" if is_careless and not is_whole else "ROLLBACK")
                raise
            return value
        except Killed:
            self.note("   killed:", laptop.name)
            laptop.start()
            raise
        finally:
            is_done = is_whole and disk.commits > commits
            self.settle(laptop, parcels if is_done else (), plans if is_done else ())

    def at_hub(self, laptop: Laptop, work: Callable[[Journal], Any]) -> Any:
        """The hub's transactions: the request in hand is what they merge."""
        return self.transact(laptop, work, () if self.request is None else (self.request,))

    def settle(self, laptop: Laptop, parcels: Sequence[Parcel], plans: Sequence[Plan]) -> None:
        """Compare the log with the truth, and take what was rightly added into the truth."""
        truth, actual = laptop.truth, laptop.ids()
        drafts, laptop.drafts = laptop.drafts, []
        offered = {id_ for parcel in parcels for id_ in parcel.ids} - truth.held
        if not (offered or plans) and actual == truth.held and not parcels:
            return
        demand(truth.held <= actual, laptop, "lost entries:", sorted(truth.held - actual))
        new = actual - truth.held
        demand(offered <= new, laptop, "did not keep what it merged:", sorted(offered - new))
        own = [stored for stored in drafts if stored.id in new]
        demand(
            new == offered | {stored.id for stored in own}, laptop, "holds entries from nowhere:", sorted(new - offered)
        )
        truth.held |= offered
        truth.merged += len(offered)
        self._look_for_twins(truth, offered, parcels)
        self._adopt(laptop, own, plans)
        touched = {self.oracle.facts[id_].record for id_ in new}
        if not self.oracle.revocations.isdisjoint(truth.held):
            # What comes may show which entries of somebody revoked count.
            truth.sealed = laptop.sealed()
            touched = set(self.oracle.records_in(truth.held))
        self.check_shown(laptop, touched)

    def _look_for_twins(self, truth: Truth, brought: set[str], parcels: Sequence[Parcel]) -> None:
        """A chain that somebody else goes on with, too, must end here."""
        chains = {self.oracle.facts[id_].chain for id_ in brought}
        for member, tip in truth.tips.items():
            if tip is not None:
                spans = [span for parcel in parcels for span in parcel.have.get(tip[0], ())]
                if tip[0] in chains or any(head not in truth.held for _, _, head in spans):
                    truth.tips[member] = None

    def _adopt(self, laptop: Laptop, own: Sequence[Stored], plans: Sequence[Plan]) -> None:
        """Take note of own entries; each must be what was planned, or a receipt that is true."""
        waiting = list(plans)
        for stored in own:
            entry, truth = stored.entry, laptop.truth
            if entry.y == "receipt":
                proved = self.oracle.spans(entry.f["chains"])
                demand(proved <= truth.held, laptop, "confirms what it does not hold:", sorted(proved - truth.held))
                plan = Plan(entry.r, "receipt", "*", "new", {}, entry.f, NOTHING)
            else:
                demand(waiting, laptop, "wrote what nobody asked for")
                plan = waiting.pop(0)
            said = (entry.r, entry.y, entry.s, entry.k, entry.au)
            demand(
                said == (plan.record, plan.type, plan.scope, plan.kind, laptop.actor.member.id),
                laptop,
                "wrote something else than it was asked:",
                said,
            )
            expected = {**entry.f, **plan.asked} if self.is_mixed else dict(plan.fields)
            demand(dict(entry.f) == expected, laptop, "wrote other answers:", entry.f, "for", plan.fields)
            self._follow(laptop, stored)
            self.oracle.add(
                Fact(
                    id=stored.id,
                    chain=entry.ch,
                    n=entry.n,
                    previous=entry.p[:32],
                    author=entry.au,
                    record=entry.r,
                    type=entry.y,
                    scope=entry.s,
                    kind=entry.k,
                    t=entry.t,
                    values=grouped(entry.f, laptop.version),
                    seen=plan.seen,
                    fields=dict(entry.f),
                )
            )
            truth.held.add(stored.id)
            truth.written += 1
        demand(not waiting, laptop, "did not keep what it wrote:", waiting)

    def _follow(self, laptop: Laptop, stored: Stored) -> None:
        """An own entry goes on where the last one ended, or begins a chain where it must not go on."""
        entry, tips = stored.entry, laptop.truth.tips
        tip = tips.get(entry.au)
        if tip is None:
            demand(entry.ch not in self.oracle.chains, laptop, "went on with a chain that is not its own:", entry.ch)
            demand((entry.n, entry.p) == (1, ""), laptop, "began a chain with number", entry.n)
        else:
            follows = (entry.ch, entry.n, entry.p[:32])
            demand(
                follows == (tip[0], tip[1] + 1, tip[2]), laptop, "lost its place in its chain:", follows, "after", tip
            )
        self.oracle.chains.add(entry.ch)
        tips[entry.au] = (entry.ch, entry.n, stored.id)

    # -- looking

    def check_shown(self, laptop: Laptop, records: Iterable[str]) -> None:
        """What a replica shows of these records must follow from what it holds, neither less nor more."""
        wanted = sorted(records)
        shown = laptop.shown(wanted)
        for record in wanted:
            if self.is_mixed:
                found = laptop.journal.record(record)
                expected = shown_of(found) if found else None
            else:
                expected = self.oracle.picture(record, laptop.truth)
            if shown.get(record) != expected:
                raise Broken(f"{laptop} shows of {record}\n  {shown.get(record)}\ninstead of\n  {expected}")

    def check_sent(self, laptop: Laptop, data: bytes, receiver: Actor | None, tells_all: bool) -> Parcel:
        """Open what a laptop gives away: it holds it, the receiver may read it, and what it says of itself is true."""
        actor = self.cast.admin if receiver is None else receiver
        parcel = unpack(data, actor.opens)
        held = laptop.truth.held
        demand(parcel.offered <= held, laptop, "sends what it does not hold:", sorted(parcel.offered - held))
        if receiver is not None:
            hidden = parcel.offered - self.oracle.readable(receiver.person, parcel.offered)
            demand(not hidden, laptop, "sends", receiver.person.role, "what it may not read:", sorted(hidden))
        said = self.oracle.spans(parcel.have)
        demand(said <= held, laptop, "says it holds what it does not:", sorted(said - held))
        if tells_all:
            demand(said == held, laptop, "does not say that it holds:", sorted(held - said))
        return parcel


def shown_of(record: Record) -> str:
    """A record as the product makes it, in the words of `Oracle.picture`."""
    return picture(
        type_=record.type,
        scope=record.scope,
        origin=record.origin_by,
        values=record.values,
        heads={group: [stored.id for stored in heads] for group, heads in record.heads.items()},
        conflicts=record.conflicts,
        decisions=[(said.entry, said.fresh) for said in record.decisions],
        comments=[said.entry for said in record.comments],
        history=[stored.id for stored in record.history],
        codes=record.quarantined,
    )


def grouped(fields: Mapping[str, Any], version: int) -> dict[str, dict[str, Any]]:
    """Answers by the group in which they change together."""
    from simulation_cast import GROUPS

    found: dict[str, dict[str, Any]] = {}
    for name, value in fields.items():
        found.setdefault(GROUPS[version].get(name, name), {})[name] = value
    return found
