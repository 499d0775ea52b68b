"""What people, machines and accidents do in a simulated world, drawn at random."""

import contextlib
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from simulation_cast import AREAS, FIELDS, Actor
from simulation_line import a_trouble, damaged, seal_all, visit
from simulation_oracle import Seen, State, Truth, demand
from simulation_parts import Disk, Killed
from simulation_world import NOTHING, Laptop, Plan, Stick, World, grouped

from sync.errors import NotAllowed, NotFound, SyncError
from sync.exchange import bundle_for_member, bundle_for_office, merge_bundle, open_any
from sync.journal import Change, Journal

MOST_RECORDS = 4
HOURS = 3_600_000
NEVER = -10_000_000_000_000
SKEWS = (0, 0, 0, 45_000, -45_000, 3 * HOURS, -3 * HOURS, 400 * 24 * HOURS, -400 * 24 * HOURS, NEVER, 10**13)


class Actions:
    """The hands that move a world. Each method is one step; it does nothing where nothing can be done."""

    def __init__(self, world: World, fault_rate: float) -> None:
        self.world, self.rng = world, world.rng
        self.fault_rate = fault_rate
        self.confirms = True
        """Whether members of the office write receipts for what they merge from sticks."""
        self.backups: list[tuple[Laptop, bytes, Truth, bool, tuple[Actor, tuple[Actor, ...]]]] = []
        self.screens: list[tuple[Laptop, str, Seen, str]] = []
        self.spare = list(world.cast.spare)
        self.people: list[str] = []
        """Records that may be edited, decided and commented."""

    # -- choosing

    def some_laptop(self, *, writes: bool = False) -> Laptop:
        found = [laptop for laptop in self.world.alive if not writes or laptop.hub is None]
        # A few people do most of the work, and so meet themselves again.
        return self.rng.choice(found if self.rng.random() < 0.5 else found[:3])

    def some_pair(self, torn: bool = False) -> tuple[Laptop, str] | None:
        """A laptop and a record on it, one with conflicts when so asked."""
        oracle, pairs = self.world.oracle, []
        for laptop in self.world.alive:
            if laptop.hub is None:
                held = [r for r in self.people if not oracle.records[r].isdisjoint(laptop.truth.held)]
                pairs += [(laptop, r) for r in held if not torn or oracle.state(r, laptop.truth).conflicts]
        return self.rng.choice(pairs) if pairs else None

    def worth_it(self, pairs: list[tuple[Laptop, Laptop]]) -> tuple[Laptop, Laptop]:
        """One of some pairs of giver and taker, mostly one in which there is something to give."""
        some = [self.rng.choice(pairs) for _ in range(3)]
        return max(some, key=lambda pair: len(pair[0].truth.held - pair[1].truth.held))

    def answers(self, laptop: Laptop, count: int) -> dict[str, Any]:
        names = self.rng.sample(FIELDS[laptop.version], count)
        return {name: self.rng.choice(("a", "b", "c", None)) for name in names}

    @contextlib.contextmanager
    def trouble(self, laptop: Laptop) -> Any:
        """Maybe something happens to the disk meanwhile; whoever used the laptop then sees it or starts it again."""
        if self.rng.random() < self.fault_rate:
            laptop.disk.arm(a_trouble(self.world))
            self.world.note("   trouble:", *laptop.disk.trouble or ())
        try:
            yield
        except Killed:
            laptop.start()
        except sqlite3.OperationalError as error:
            demand("disk is full" in str(error), laptop, "a full disk was told as", error)
        finally:
            laptop.disk.arm(None)

    # -- writing

    def write(self, laptop: Laptop, plan: Plan) -> None:
        """Ask for a change; it must be written whole, or refused for the reason that the oracle knows."""
        world, oracle = self.world, self.world.oracle
        world.note("write", laptop, plan.kind, plan.type, plan.record[-6:], dict(plan.asked), plan.scope)
        refusal = self._refusal(laptop, plan)
        change = Change(
            record=plan.record,
            type=plan.type,
            scope=plan.scope,
            kind=plan.kind,  # type: ignore[arg-type]
            fields=plan.asked,
            parents=self._parents(laptop, plan) if plan.is_from_screen else None,
            of=plan.digest,
        )
        careless = self.rng.random() < 0.3
        with self.trouble(laptop):
            try:
                world.transact(
                    laptop, lambda journal: journal.append(laptop.author, [change]), plans=[plan], is_careless=careless
                )
            except NotAllowed as error:
                demand(error.code == refusal, laptop, "may not write:", error.code, "instead of", refusal)
            else:
                demand(refusal is None, laptop, "wrote what it may not:", refusal, plan)
        if plan.record in oracle.records and plan.type != "revocation" and plan.record not in self.people:
            self.people.append(plan.record)

    def _parents(self, laptop: Laptop, plan: Plan) -> Mapping[str, tuple[str, ...]]:
        if plan.kind in ("void", "decide"):
            return {"decision": plan.seen.decisions}
        groups = grouped(plan.asked, laptop.version)
        return {group: plan.seen.heads.get(group, ()) for group in groups}

    def _refusal(self, laptop: Laptop, plan: Plan) -> str | None:
        oracle, person, held = self.world.oracle, laptop.actor.person, laptop.truth.held
        gone = oracle.code_of_member(person.id, held)
        if gone:
            return gone
        state = oracle.state(plan.record, laptop.truth)
        origin = oracle.facts[state.origin] if state.origin else None
        if not person.may_read(plan.scope) or (origin is not None and not person.may_read(origin.scope)):
            return "outside_scope"
        return oracle.refused(person, plan.type, plan.kind, origin)

    def register(self) -> None:
        laptop = self.some_laptop(writes=True)
        # Mostly one area, so that people come to speak about the same.
        readable = [area for area in AREAS[:1] * 4 + AREAS if laptop.actor.person.may_read(area)] or list(AREAS)
        is_setting = laptop.is_office and self.rng.random() < 0.15
        if len(self.people) >= MOST_RECORDS:
            return self.edit()
        scope, type_ = ("*", "setting") if is_setting else (self.rng.choice(readable), "registration")
        fields = {name: value for name, value in self.answers(laptop, 3).items() if value is not None}
        record = laptop.journal.new_record(laptop.author)
        self.write(laptop, Plan(record, type_, scope, "new", fields, fields, self._seen(laptop, None)))
        return None

    def edit(self) -> None:
        pair = self.some_pair()
        if pair is not None:
            laptop, record = pair
            state = self.world.oracle.state(record, laptop.truth)
            asked = self.answers(laptop, self.rng.choice((1, 1, 2)))
            self.write(laptop, self._plan(laptop, record, "edit", asked, self._seen(laptop, state)))

    def resolve(self) -> None:
        """Settle a conflict of a record as its writer sees it."""
        pair = self.some_pair(torn=True)
        if pair is None:
            return self.edit()
        laptop, record = pair
        state = self.world.oracle.state(record, laptop.truth)
        group = self.rng.choice(state.conflicts)
        asked = dict(self.world.oracle.facts[self.rng.choice(state.heads[group])].values[group])
        self.write(laptop, self._plan(laptop, record, "resolve", asked, self._seen(laptop, state)))
        return None

    def say(self) -> None:
        """Decide, void or comment."""
        pair = self.some_pair()
        if pair is not None:
            laptop, record = pair
            kind = self.rng.choice(("decide", "decide", "decide", "void", "comment"))
            asked = {"code": self.rng.choice(("approve", "return"))}
            state = self.world.oracle.state(record, laptop.truth)
            self.write(laptop, self._plan(laptop, record, kind, asked, self._seen(laptop, state)))

    def open_screen(self) -> None:
        """Somebody looks at a record, and goes on with it only later."""
        pair = self.some_pair()
        if pair is not None:
            laptop, record = pair
            state = self.world.oracle.state(record, laptop.truth)
            found = laptop.journal.record(record)
            assert found is not None
            self.world.note("look", laptop, record[-6:])
            self.screens.append((laptop, record, self._seen(laptop, state), found.digest))

    def save_screen(self) -> None:
        """Write what was begun before, whatever came in since."""
        if not self.screens:
            return self.open_screen()
        laptop, record, seen, digest = self.screens.pop(self.rng.randrange(len(self.screens)))
        # A disk put back from a copy has not what was on the screen.
        if laptop.is_alive and seen.held <= laptop.truth.held:
            kind = self.rng.choice(("edit", "edit", "decide", "void"))
            asked = self.answers(laptop, 1) if kind == "edit" else {"code": "return"}
            self.write(laptop, self._plan(laptop, record, kind, asked, seen, digest))
        return None

    def _seen(self, laptop: Laptop, state: State | None) -> Seen:
        held = laptop.truth.held
        return state.seen(held) if state else Seen({}, (), frozenset(held))

    def _plan(
        self, laptop: Laptop, record: str, kind: str, asked: dict[str, Any], seen: Seen, digest: str | None = None
    ) -> Plan:
        oracle, fields = self.world.oracle, dict(asked)
        first = oracle.facts[min(oracle.records[record], key=lambda id_: oracle.facts[id_].order)]
        if kind in ("edit", "resolve"):
            for group in grouped(asked, laptop.version):
                for head in seen.heads.get(group, ())[:1]:
                    fields = {**oracle.facts[head].values[group], **fields}
        is_deciding = digest is not None and kind in ("decide", "void")
        return Plan(
            record,
            first.type,
            first.scope,
            kind,
            asked,
            fields,
            seen,
            is_from_screen=digest is not None,
            digest=digest if is_deciding else None,
        )

    # -- sticks

    def stick_for_office(self) -> None:
        self.write_stick(self.some_laptop(), None)

    def stick_for_member(self) -> None:
        alive = self.world.alive
        pairs = [(giver, taker) for giver in alive for taker in alive if giver is not taker and knows(giver, taker)]
        if pairs:
            giver, taker = self.worth_it(pairs)
            stick = self.write_stick(giver, taker.actor)
            if stick is not None and self.rng.random() < 0.6:
                self.merge(taker, stick)

    def write_stick(self, laptop: Laptop, receiver: Actor | None, limit: int | None = None) -> Stick | None:
        """Make a bundle and put it on a stick; None when it did not get there."""
        world, programme = self.world, self.world.cast.programme
        limit = limit or self.rng.choice((None, None, None, 1, 3))
        identity, now_ms = laptop.actor.identity, laptop.wall_ms()
        world.note("stick", laptop, "for", receiver.person.role if receiver else "office", limit or "")

        def work(journal: Journal) -> bytes:
            now = max(now_ms, 0)
            if receiver is None:
                return bundle_for_office(journal, identity, programme, now, limit=limit, random=world.noise).data
            to = receiver.member.id
            return bundle_for_member(journal, identity, programme, to, now, limit=limit, random=world.noise).data

        data = None
        with self.trouble(laptop):
            try:
                data = world.transact(laptop, work)
            except (NotFound, NotAllowed) as error:
                assert receiver is not None
                gone = world.oracle.code_of_member(receiver.member.id, laptop.truth.held)
                demand(error.code in ("member_unknown", gone), laptop, "gives nothing:", error.code)
        if data is None:
            return None
        stick = Stick(data, world.check_sent(laptop, data, receiver, tells_all=receiver is None), f"{world.number()}")
        if self.rng.random() < self.fault_rate:
            calls = self.rng.choice((None, self.rng.randrange(8)))
            world.note("   pulled out after", calls)
            if not world.medium.write("bundle", data, calls):
                return None
        world.sticks.append(stick)
        return stick

    def merge_stick(self) -> None:
        """Somebody takes in a stick that lies about: an old one or a new one, for the first time or once more."""
        if self.world.sticks:
            stick = self.rng.choice(self.world.sticks[-6:])
            readers = [laptop for laptop in self.world.alive if self.is_for(laptop, stick)]
            if readers:
                self.merge(self.rng.choice(readers), stick)

    @staticmethod
    def is_for(laptop: Laptop, stick: Stick) -> bool:
        to = stick.parcel.to
        return laptop.actor.member.id in to or ("office" in to and laptop.is_office)

    def merge(self, laptop: Laptop, stick: Stick) -> None:
        """Merge a bundle, if it is for somebody here."""
        world, parcel = self.world, stick.parcel
        if not self.is_for(laptop, stick):
            return
        world.note("merge", laptop, "stick", stick.name, len(parcel.offered), "entries")
        new = parcel.offered - laptop.truth.held
        careless = self.rng.random() < 0.15

        def work(journal: Journal) -> Any:
            if careless:
                # A caller that commits after an error has only the merge itself in its transaction.
                return journal.merge(open_any(journal, stick.data, laptop.actor.identity, to_merge=True), 0)
            received = merge_bundle(journal, stick.data, laptop.author, with_receipt=self.confirms, random=world.noise)
            return received.merged

        with self.trouble(laptop):
            merged = world.transact(laptop, work, [parcel], is_careless=careless)
            if careless:
                laptop.disk.arm(None)
                world.transact(laptop, lambda journal: self._remember(journal, stick, laptop))
            demand(merged.new == len(new), laptop, "counts new entries:", merged.new, "for", len(new))
            known = len(parcel.ids) - len(new)
            demand(merged.known == known, laptop, "counts known entries:", merged.known, "for", known)
            states = {id_: world.oracle.state(world.oracle.facts[id_].record, laptop.truth) for id_ in new}
            bad = sum(id_ in state.codes for id_, state in states.items())
            demand(merged.quarantined == bad, laptop, "counts", merged.quarantined, "in quarantine instead of", bad)

    @staticmethod
    def _remember(journal: Journal, stick: Stick, laptop: Laptop) -> None:
        opened = open_any(journal, stick.data, laptop.actor.identity, to_merge=True)
        said = opened.payload
        journal.remember_peer(opened.by.id, said.have, said.outside, said.known, said.at_ms)

    def merge_damaged(self) -> None:
        """A bundle with a flipped byte or without its end is refused whole."""
        if not self.world.sticks:
            return
        laptop, stick = self.some_laptop(), self.rng.choice(self.world.sticks)
        data = damaged(stick.data, self.world)
        self.world.note("damaged", laptop, "stick", stick.name)
        try:
            self.world.transact(laptop, lambda journal: merge_bundle(journal, data, laptop.author))
        except SyncError:
            return
        demand(False, laptop, "merged a damaged bundle")

    # -- hubs

    def visit(self) -> None:
        hubs, others = self.world.hubs(), [laptop for laptop in self.world.alive if laptop.hub is None]
        if hubs:
            laptop, hub = self.worth_it([(laptop, hub) for laptop in others for hub in hubs])
            self.world.note("visit", laptop, "to", hub)
            with self.trouble(laptop):
                # With a troubled disk nothing needs to come of it; a line that breaks often is tried anyway.
                visit(self.world, laptop, hub, max(self.fault_rate, 0.01))

    # -- machines

    def time_passes(self) -> None:
        self.world.now_ms += self.rng.randrange(1, 6 * HOURS)
        if self.rng.random() < 0.5:
            laptop = self.some_laptop()
            laptop.skew_ms = self.rng.choice(SKEWS)
            self.world.note("clock", laptop, laptop.skew_ms)

    def restart(self) -> None:
        laptop = self.some_laptop()
        self.world.note("restart", laptop)
        laptop.start()

    def rebuild(self) -> None:
        """Working everything out anew must change nothing."""
        laptop = self.some_laptop()
        self.world.note("rebuild", laptop)
        before = laptop.shown(), laptop.journal.coverage(), laptop.journal.quarantine()
        with self.trouble(laptop):
            self.world.transact(laptop, lambda journal: journal.rebuild())
        after = laptop.shown(), laptop.journal.coverage(), laptop.journal.quarantine()
        demand(before == after, laptop, "is another after a rebuild")

    def back_up(self) -> None:
        laptop = self.some_laptop()
        is_copy = self.rng.random() < 0.5
        self.world.note("backup", laptop, "by the program" if is_copy else "as an image")
        people = laptop.actor, laptop.former
        self.backups.append((laptop, laptop.disk.image(), laptop.truth.copy(), is_copy, people))

    def restore(self) -> None:
        """A disk is lost and put back from a copy; what only it held is lost with it."""
        if not self.backups:
            return self.back_up()
        laptop, image, truth, is_copy, people = self.rng.choice(self.backups)
        if laptop.is_alive:
            # The program writes copies without the right to go on; of an image it may notice what it is.
            retires = is_copy or self.rng.random() < 0.4
            self.world.note("restore", laptop, "noticed" if retires else "unnoticed")
            laptop.actor, laptop.former = people
            self.world.put_image(laptop, image, truth.copy(), retires)
        return None

    def clone(self) -> None:
        """A disk is copied, and both machines go on working."""
        laptop, world = self.some_laptop(writes=True), self.world
        if len(world.alive) >= 9:
            return
        twin = Laptop(
            world, f"{laptop.name}-twin-{world.number()}", laptop.actor, laptop.disk, laptop.device, laptop.truth.copy()
        )
        twin.skew_ms, twin.version, twin.former = laptop.skew_ms, laptop.version, laptop.former
        twin.disk = Disk(laptop.disk.image())
        world.twins = True
        twin.start()
        world.laptops.append(twin)
        world.note("clone", laptop, "as", twin)

    def destroy(self) -> None:
        """A laptop is lost for ever; what nobody else got is lost with it."""
        found = [laptop for laptop in self.world.alive if laptop.hub is None and not laptop.is_full]
        if len(found) > 1:
            laptop = self.rng.choice(found)
            laptop.is_alive = False
            self.world.note("destroy", laptop)

    # -- members

    def move(self) -> None:
        """Somebody is invited anew for other areas, and works on with the same laptop."""
        found = [laptop for laptop in self.world.alive if laptop.actor.person.role in ("enumerator", "coordinator")]
        if not found or not self.spare:
            return
        laptop, actor = self.rng.choice(found), self.spare.pop()
        self.world.note("move", laptop, "to", actor.person.scopes)
        # Each member's keys seal what it wrote, so it does that before it leaves.
        self.world.transact(laptop, lambda journal: seal_all(journal, laptop))
        laptop.former = (*laptop.former, laptop.actor)
        laptop.actor = actor
        self.world.transact(laptop, lambda journal: journal.add_certificate(actor.member.certificate))
        laptop.start()

    def revoke(self) -> None:
        """The founder ends a membership as of what is known of the member's chains."""
        world = self.world
        admins = [laptop for laptop in world.alive if laptop.actor.person.role == "admin"]
        if not admins or world.is_mixed:
            return
        admin = self.rng.choice(admins)
        known = [m for m in admin.journal.membership.active() if m.role not in ("admin", "hub")]
        full = {laptop.actor.member.id for laptop in world.alive if laptop.is_full and laptop.is_office}
        if not known:
            return
        member = self.rng.choice(known)
        if len(full) < 3 and world.cast.by_id[member.id].person.may_read("64.71"):
            return
        laptop, journal = admin, admin.journal
        if self.rng.random() < 0.6:
            fields = journal.revocation_of(member.id, "hilang")
        else:
            # As programs of before wrote it, by numbers alone; and a person may end it earlier than at what is known.
            chains = {chain: n for chain, (author, n) in journal.chains().items() if author == member.id}
            chains = {chain: max(0, n - self.rng.choice((0, 0, 1, 2))) for chain, n in chains.items()}
            fields = journal.membership.revocation_of(member.id, "hilang", chains)
        record = laptop.journal.new_record(laptop.author)
        before = {id_ for id_ in admin.truth.held if world.oracle.facts[id_].author == member.id}
        before -= world.oracle.cut_off(before, admin.truth)
        self.write(admin, Plan(record, "revocation", "*", "new", fields, fields, NOTHING))
        if "heads" in fields and record in world.oracle.records:
            gone = world.oracle.cut_off(before, admin.truth)
            demand(not gone, admin, "revoked what it held already:", sorted(gone))

    def upgrade(self) -> None:
        """A laptop gets the new form, and works everything out anew by it."""
        found = [laptop for laptop in self.world.alive if laptop.version == 0]
        if found and self.world.is_mixed:
            self.upgrade_one(self.rng.choice(found))

    def upgrade_one(self, laptop: Laptop) -> None:
        self.world.note("upgrade", laptop)
        laptop.version = 1
        laptop.start()
        self.world.transact(laptop, lambda journal: journal.rebuild())


def knows(laptop: Laptop, other: Laptop) -> bool:
    """Whether a laptop has the certificate of another's member, and nothing against it."""
    membership = laptop.journal.membership
    return membership.member(other.actor.member.id) is not None and membership.code_of(other.actor.member.id) is None


WEIGHTS: dict[Callable[[Actions], None], float] = {
    Actions.register: 5,
    Actions.edit: 12,
    Actions.resolve: 8,
    Actions.say: 5,
    Actions.open_screen: 2,
    Actions.save_screen: 3,
    Actions.stick_for_office: 3,
    Actions.stick_for_member: 5,
    Actions.merge_stick: 7,
    Actions.merge_damaged: 0.5,
    Actions.visit: 7,
    Actions.time_passes: 1.5,
    Actions.restart: 0.4,
    Actions.rebuild: 0.2,
    Actions.back_up: 1,
    Actions.restore: 1.5,
    Actions.clone: 1.2,
    Actions.destroy: 0.3,
    Actions.move: 0.8,
    Actions.revoke: 2,
    Actions.upgrade: 0.6,
}
