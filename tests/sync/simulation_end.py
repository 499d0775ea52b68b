"""The end of a run: everybody meets everybody, and then nothing may be missing, doubled, hidden or told otherwise."""

import random

from simulation_actions import Actions, knows
from simulation_cast import FIELDS, GROUPS, Actor
from simulation_line import seal_all, visit
from simulation_oracle import Broken, demand
from simulation_world import Laptop, World

from sync.fold import fold

MOST_ROUNDS = 8


def meet(world: World, actions: Actions) -> None:
    """Bring everything to everybody, by sticks or by the hub, until all have come to rest."""
    actions.fault_rate = 0.0
    actions.confirms = world.rng.random() < 0.3
    if world.is_mixed:
        for laptop in world.alive:
            if laptop.version == 0:
                actions.upgrade_one(laptop)
    for laptop in world.alive:
        if laptop.former:
            world.transact(laptop, lambda journal, laptop=laptop: seal_all(journal, laptop))
    for stick in [s for s in world.sticks if world.rng.random() < 0.15]:
        for laptop in world.alive:
            actions.merge(laptop, stick)
    centres = [laptop for laptop in world.alive if laptop.is_full and laptop.is_office and _may_get(world, laptop)]
    if not centres:
        return
    centre = world.rng.choice(centres)
    for turn in range(MOST_ROUNDS):
        world.note("everybody meets at", centre, "turn", turn + 1)
        _gather(world, actions, centre, has_to_speak=turn > 0)
        # Members of the office confirm what they get, so they go first, and everybody gets all confirmations at once.
        office = [laptop for laptop in world.alive if laptop.is_office]
        for laptop in office:
            if _lacking(world, laptop):
                _take(world, actions, laptop, centre, turn > 0)
        _gather(world, actions, centre, has_to_speak=False)
        for laptop in world.alive:
            if _lacking(world, laptop):
                _take(world, actions, laptop, centre, turn > 0)
        if not any(_lacking(world, laptop) for laptop in world.alive):
            break
    else:
        raise Broken(f"they never come to rest: { {str(x): sorted(_lacking(world, x)) for x in world.alive} }")
    for laptop in world.alive:
        # Whoever asked before the centre had everything is told now which of its gaps are of other areas.
        if laptop.journal.missing() and _may_get(world, laptop):
            _take(world, actions, laptop, centre, True)


def _gather(world: World, actions: Actions, centre: Laptop, has_to_speak: bool) -> None:
    """Bring the centre what the others hold."""
    for laptop in world.alive:
        if not laptop.truth.held <= centre.truth.held:
            if has_to_speak and _may_get(world, laptop):
                # The centre itself may have been set back, which nobody knows before it says what it holds.
                _carry(world, actions, centre, laptop, laptop.actor)
            _give(world, actions, laptop, centre)


def _give(world: World, actions: Actions, laptop: Laptop, centre: Laptop) -> None:
    """Bring the centre what a laptop holds, by whatever way there is."""
    if _may_visit(world, laptop, centre):
        visit(world, laptop, centre)
        return
    _carry(world, actions, laptop, centre, centre.actor if knows(laptop, centre) else None)


def _take(world: World, actions: Actions, laptop: Laptop, centre: Laptop, has_to_speak: bool) -> None:
    """Bring a laptop what the centre holds."""
    if laptop is centre:
        return
    if _may_visit(world, laptop, centre):
        visit(world, laptop, centre)
        return
    # What a member last said may have been said by a twin, or before the disk was put back.
    if not knows(centre, laptop) or (world.twins and (has_to_speak or not _was_heard(world, centre, laptop))):
        _give(world, actions, laptop, centre)
    _carry(world, actions, centre, laptop, laptop.actor)


def _was_heard(world: World, centre: Laptop, laptop: Laptop) -> bool:
    return world.heard.get((centre.name, laptop.actor.member.id)) is laptop


def _carry(world: World, actions: Actions, giver: Laptop, taker: Laptop, receiver: Actor | None) -> None:
    stick = actions.write_stick(giver, receiver, limit=10**6)
    demand(stick is not None, giver, "has nothing for", taker)
    assert stick is not None
    actions.merge(taker, stick)
    world.heard[taker.name, giver.actor.member.id] = giver


def _may_visit(world: World, laptop: Laptop, centre: Laptop) -> bool:
    is_possible = centre.hub is not None and laptop.hub is None and _may_get(world, laptop)
    return is_possible and world.rng.random() < 0.7


def _may_get(world: World, laptop: Laptop) -> bool:
    """Whether anybody still gives this laptop anything."""
    everything = everything_of(world)
    return world.oracle.code_of_member(laptop.actor.member.id, everything) is None


def everything_of(world: World) -> set[str]:
    """Every entry that some disk still holds."""
    return set().union(*(laptop.truth.held for laptop in world.alive))


def _given(world: World) -> set[str]:
    """What can be asked of those who are alive.

    Who is revoked is told nothing, not even that the office was put back and lacks again what it once confirmed.
    """
    givers = [giver for giver in world.alive if not world.twins or _may_get(world, giver)]
    return set().union(*(giver.truth.held for giver in givers))


def _lacking(world: World, laptop: Laptop) -> set[str]:
    """What a laptop that still gets anything should hold and does not."""
    if not _may_get(world, laptop):
        return set()
    given = _given(world)
    part = given if laptop.is_full else world.oracle.readable(laptop.actor.person, given)
    return part - laptop.truth.held


def inspect(world: World) -> None:
    """All that must hold once everybody met everybody."""
    everything = everything_of(world)
    most = max((laptop.truth.held for laptop in world.alive), key=len)
    full = [laptop for laptop in world.alive if laptop.truth.held == most]
    for laptop in world.alive:
        inspect_one(world, laptop)
        _inspect_part(world, laptop, everything)
        _inspect_doubts(world, laptop)
    says = {(str(laptop.journal.coverage()), laptop.journal.forked()) for laptop in full}
    demand(len(says) <= 1, "full replicas say unlike things of what they hold")
    if full and world.is_mixed:
        demand(len({str(sorted(laptop.shown().items())) for laptop in full}) == 1, "full replicas show unlike records")
        _inspect_values(world, full[0])
    _inspect_anew(world, world.rng.choice(world.alive))


def _inspect_doubts(world: World, laptop: Laptop) -> None:
    """Counts and sums by scope, which every complete bundle brings, found nothing missing.

    Where a disk was copied or put back they may, and rightly: what a member confirmed is not what its twin holds.
    """
    doubts = laptop.journal.doubts.all()
    demand(world.twins or not doubts, laptop, "doubts that it has everything:", doubts)


def inspect_one(world: World, laptop: Laptop) -> None:
    """What a replica says of itself must follow from its log, entry by entry."""
    truth, oracle, journal = laptop.truth, world.oracle, laptop.journal
    demand(laptop.ids() == truth.held, laptop, "holds other entries than it should")
    records = oracle.records_in(truth.held)
    world.check_shown(laptop, records)
    demand(set(laptop.shown()) == set(records), laptop, "shows records that it should not")
    demand(oracle.spans(journal.coverage()) == truth.held, laptop, "tells wrongly what it holds")
    # A fork may be known from a list of hashes alone, where the entry itself is withheld.
    forked = set(journal.forked())
    demand(oracle.forked(truth.held) <= forked <= oracle.forked(oracle.facts), laptop, "names wrong chains as forked")
    if not world.is_mixed:
        codes = {id_: code for record in records for id_, code in oracle.state(record, truth).codes.items()}
        found = {bad.stored.id: bad.code for bad in journal.quarantine()}
        demand(found == codes, laptop, "has in quarantine", found, "instead of", codes)
        begun = sum(
            oracle.facts[origin].type == "registration"
            for origin in (oracle.state(record, truth).origin for record in records)
            if origin
        )
        demand(journal.count("registration") == begun, laptop, "counts", journal.count("registration"), "for", begun)
    _inspect_feed(world, laptop)
    brought = sum(report.summary["new"] for report in journal.reports())
    demand(brought == truth.merged, laptop, "reports", brought, "merged entries instead of", truth.merged)
    demand(truth.merged + truth.written == len(truth.held), laptop, "its ledger does not balance")


def _inspect_feed(world: World, laptop: Laptop) -> None:
    """Whoever follows the feed from one position to the next gets every entry once."""
    journal, cursor, got = laptop.journal, 0, []
    while batches := journal.batches_after(cursor, world.rng.choice((1, 2, 100))):
        demand([batch.pos for batch in batches] == list(range(cursor + 1, cursor + 1 + len(batches))), "a hole")
        got.extend(stored.id for batch in batches for stored in journal.batch_entries(batch))
        cursor = batches[-1].pos
    demand(sorted(got) == sorted(laptop.truth.held), laptop, "its feed brings other entries than it holds")


def _inspect_part(world: World, laptop: Laptop, everything: set[str]) -> None:
    """A replica holds its part, and whoever is not of the office nothing beyond."""
    oracle, person = world.oracle, laptop.actor.person
    allowed = oracle.readable(person, everything)
    for former in laptop.former:
        allowed |= oracle.readable(former.person, everything)
    if not any(actor.identity.office_identities for actor in (laptop.actor, *laptop.former)):
        demand(laptop.truth.held <= allowed, laptop, "holds what it may not:", sorted(laptop.truth.held - allowed))
    gaps = {chain: set(numbers) for chain, numbers in oracle.gaps(_given(world)).items()}
    missing = {c: {n for a, b in r for n in range(a, b + 1)} for c, r in laptop.journal.missing().items()}
    if _may_get(world, laptop):
        for chain, numbers in missing.items():
            beyond = numbers - gaps.get(chain, set())
            demand(not beyond, laptop, "misses what is at hand:", chain, sorted(beyond))


def _inspect_values(world: World, laptop: Laptop) -> None:
    """With whatever forms: no answer is out of sight unless somebody who had it in sight gave another."""
    groups = {name: {of.get(name, name) for of in GROUPS} for name in FIELDS[-1]}
    for record in world.oracle.records_in(laptop.truth.held):
        found = laptop.journal.record(record)
        assert found is not None
        if found.type == "receipt":
            continue
        visible: dict[str, set[str]] = {}
        for heads in found.groups.values():
            for head in heads:
                for name, value in head.values.items():
                    visible.setdefault(name, set()).add(_text(value))
        for name, values in world.oracle.standing_values(record, laptop.truth.held, groups).items():
            hidden = values - visible.get(name, set())
            demand(not hidden, laptop, "hides of", record, name, sorted(hidden), "behind", visible.get(name))


def _text(value: object) -> str:
    import json

    return json.dumps(value, sort_keys=True)


def _inspect_anew(world: World, laptop: Laptop) -> None:
    """Order means nothing to the fold, bytes say who they are, and a rebuild changes nothing."""
    oracle, journal, rng = world.oracle, laptop.journal, random.Random(world.now_ms)
    for record in oracle.records_in(laptop.truth.held):
        entries = journal.entries_of(record)
        for stored in entries:
            fact = oracle.facts[stored.id]
            said = (stored.entry.ch, stored.entry.n, stored.entry.p[:32], stored.entry.au, dict(stored.entry.f))
            expected = (fact.chain, fact.n, fact.previous, fact.author, fact.fields)
            demand(said == expected, laptop, "holds a changed entry", stored.id)
        rng.shuffle(entries)
        anew = fold(record, entries + entries[:2], journal.rules, journal.membership)
        demand(anew == journal.record(record), laptop, "folds by the order of entries:", record)
    before = laptop.shown(), journal.coverage(), journal.quarantine()
    world.transact(laptop, lambda journal: journal.rebuild())
    demand(before == (laptop.shown(), journal.coverage(), journal.quarantine()), laptop, "is another after a rebuild")
