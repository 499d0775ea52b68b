"""The fold is a function of the set of entries that count: order, repetition, split and bad company change nothing."""

import hashlib
import json
import random
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sync.entry import Stored, decode_kept, stub
from sync.fold import Record, Rules, fold, fold_new
from sync.record_id import RecordIds

AREA, NEIGHBOUR = "64.71.05.1001", "64.71.05.1002"
RECORD = "019b7777-aaaa-7bbb-8ccc-0123456789ab"
AUTHORS = ("ani", "budi", "supervisor", "outsider", "revoked", "stranger", "second")
HONEST = ("ani", "budi", "supervisor")
FIELDS = ("name", "phone", "rt", "rw", "nik", "nomor_kk")


@pytest.fixture(scope="session")
def cast(office_of: Callable[[str], Any]) -> Any:
    """Members of every standing: two of the area, one above it, one beside it, one revoked after two entries, one whom
    nobody knows, one who claimed a used invitation."""
    office = office_of("cast")
    other = office_of("other programme")
    identities = {
        "ani": office.join()[0],
        "budi": office.join()[0],
        "supervisor": office.join("supervisor", ["64.71"])[0],
        "outsider": office.join(scopes=[NEIGHBOUR])[0],
        "revoked": office.join()[0],
        "stranger": other.founding.identity,
        "second": office.join_twice()[1][0],
    }
    chains = {name: f"{number:032x}" for number, name in enumerate(AUTHORS)}
    fields = office.membership.revocation_of(identities["revoked"].member_id, "hilang", {chains["revoked"]: 2})
    pen = office.pen(office.founding.identity, "*")
    assert office.membership.add_revocation(pen.write(office.record(), "new", fields, y="revocation"))
    named = [names_of(identities[name].member_id) for name in ("ani", "budi", "outsider", "revoked")]
    return SimpleNamespace(
        office=office,
        identities=identities,
        chains=chains,
        membership=office.membership,
        records=[RECORD, *named],
    )


def names_of(member: str) -> str:
    """A record id that names this member, the same in every run."""
    return RecordIds().next(member, 5, bytes)


def folded(told: Any, rules: Rules, membership: Any) -> Record:
    return fold(told[0].entry.r, told, rules, membership)


values = st.sampled_from([None, "a", "b", 1, True])


def pens_of(cast: Any, authors: tuple[str, ...]) -> dict[str, Any]:
    """Pens at the start of their chains, with the same random bytes in every example."""
    pens = {name: cast.office.pen(cast.identities[name], AREA, chain=cast.chains[name]) for name in authors}
    for name, pen in pens.items():
        pen.random = random.Random(name).randbytes
    return pens


@st.composite
def stories(draw: st.DrawFn, cast: Any, rules: Rules, authors: tuple[str, ...] = AUTHORS) -> list[Any]:
    """Entries about one record, each by somebody who knew some of the earlier ones; true, careless and forged ones."""
    pens = pens_of(cast, authors)
    record_id = draw(st.sampled_from(cast.records))
    told: list[Any] = []
    for step in range(draw(st.integers(1, 10))):
        seen = fold(record_id, [s for s in told if draw(st.integers(0, 3))], rules, cast.membership)
        kind = (
            "new"
            if step == 0 and draw(st.integers(0, 4))
            else draw(st.sampled_from(["edit", "edit", "edit", "resolve", "new", "decide", "void", "comment"]))
        )
        fields = draw(st.dictionaries(st.sampled_from(FIELDS), values, min_size=1, max_size=3))
        over: dict[str, Any] = {"t": (draw(st.integers(0, 4)), draw(st.integers(0, 1)))}
        forged = draw(st.lists(st.sampled_from([s.id for s in told] + ["0" * 32]), max_size=2, unique=True))
        careless = draw(st.integers(0, 3)) == 0
        if kind in ("edit", "resolve"):
            true = {group: [head.entry for head in heads] for group, heads in seen.groups.items()}
            groups = {rules.group_of.get(name, name) for name in fields}
            over["b"] = {group: forged if careless else true.get(group, []) for group in groups}
        elif kind in ("decide", "void"):
            over["of"] = "f" * 32 if careless else seen.digest
            over["b"] = {"decision": forged if careless else [d.entry for d in seen.decisions]}
        if draw(st.integers(0, 5)) == 0:
            over["s"] = draw(st.sampled_from([NEIGHBOUR, "*", "64.71"]))
        if draw(st.integers(0, 9)) == 0:
            over["y"] = "decree"
        told.append(pens[draw(st.sampled_from(authors))].write(record_id, kind, fields, **over))
    return told


@pytest.fixture(scope="session")
def story(cast: Any, rules: Rules) -> st.SearchStrategy[list[Any]]:
    return stories(cast, rules)


def test_order_and_repetition_change_nothing(cast: Any, rules: Rules, story: st.SearchStrategy[list[Any]]) -> None:
    @settings(max_examples=120)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        told = data.draw(story)
        again = data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told), max_size=4))))
        assert folded(again, rules, cast.membership) == folded(told, rules, cast.membership)

    check()


def test_arrival_in_batches_changes_nothing(cast: Any, rules: Rules, story: st.SearchStrategy[list[Any]]) -> None:
    @settings(max_examples=80)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        told = data.draw(story)
        waiting = data.draw(st.permutations(told))
        kept: list[Any] = []
        record = None
        while waiting:
            size = data.draw(st.integers(1, len(waiting)))
            batch, waiting = waiting[:size], waiting[size:]
            # A replica holds what counts and what is in quarantine, and folds both again with what arrives.
            kept = [*batch, *kept, *batch[:1]]
            record = folded(kept, rules, cast.membership)
        assert record == folded(told, rules, cast.membership)

    check()


def test_what_is_in_quarantine_influences_nothing(cast: Any, rules: Rules, story: st.SearchStrategy[list[Any]]) -> None:
    @settings(max_examples=120)
    @given(story)
    def check(told: list[Any]) -> None:
        record = folded(told, rules, cast.membership)
        assert replace(record, quarantined=()) == fold(record.id, record.history, rules, cast.membership)
        counted = {stored.id for stored in record.history} | {entry for entry, _ in record.quarantined}
        assert counted == {stored.id for stored in told}

    check()


def test_a_beginning_alone_folds_the_short_way_as_it_folds_the_long_way(
    cast: Any, rules: Rules, story: st.SearchStrategy[list[Any]]
) -> None:
    @settings(max_examples=120)
    @given(story)
    def check(told: list[Any]) -> None:
        for stored in told:
            if stored.entry.k == "new":
                short, long = fold_new(stored, rules, cast.membership), folded([stored], rules, cast.membership)
                assert short == long
                assert described(short) == plainly([stored], rules, cast.membership)

    check()


def test_the_fold_says_what_the_plain_rules_say(cast: Any, rules: Rules, story: st.SearchStrategy[list[Any]]) -> None:
    @settings(max_examples=200)
    @given(story)
    def check(told: list[Any]) -> None:
        assert described(folded(told, rules, cast.membership)) == plainly(told, rules, cast.membership)

    check()


def test_heads_are_exactly_what_no_later_writer_had_seen(cast: Any, rules: Rules) -> None:
    """Laptops that exchange all they hold: an oracle of who knew what says which values are heads."""
    writers = st.integers(0, len(HONEST) - 1)

    @settings(max_examples=80)
    @given(st.lists(st.tuples(writers, st.none() | writers, st.sampled_from(FIELDS), values), max_size=12))
    def check(steps: list[tuple[int, int | None, str, Any]]) -> None:
        pens = list(pens_of(cast, HONEST).values())
        first = pens[0].write(RECORD, "new", dict.fromkeys(FIELDS, "a"))
        held = [{first.id: first} for _ in pens]
        knew: dict[str, set[str]] = {first.id: set()}
        for writer, peer, name, value in steps:
            if peer is not None:
                held[writer].update(held[peer])
                continue
            seen = fold(RECORD, held[writer].values(), rules, cast.membership)
            group = rules.group(name)
            parents = {group: [head.entry for head in seen.groups[group]]}
            fields = dict.fromkeys([n for n in FIELDS if rules.group(n) == group], value)
            edit = pens[writer].write(RECORD, "edit", fields, b=parents)
            knew[edit.id] = set(held[writer])
            held[writer][edit.id] = edit
        everything = {stored.id: stored for kept in held for stored in kept.values()}
        record = fold(RECORD, everything.values(), rules, cast.membership)
        for group in record.groups:
            setters = [s for s in everything.values() if any(rules.group(name) == group for name in s.entry.f)]
            heads = {s.id for s in setters if not any(s.id in knew[later.id] for later in setters)}
            assert {head.entry for head in record.groups[group]} == heads

    check()


def described(record: Record) -> dict[str, Any]:
    return {
        "values": record.values,
        "heads": [(group, [head.entry for head in heads]) for group, heads in record.groups.items()],
        "conflicts": list(record.conflicts),
        "digest": record.digest,
        "decisions": [(d.entry, d.kind, d.fresh) for d in record.decisions],
        "comments": [c.entry for c in record.comments],
        "history": [stored.id for stored in record.history],
        "quarantined": list(record.quarantined),
        "origin": (record.origin_by, record.origin_t, record.complete),
        "what": (record.type, record.scope),
    }


def mark(record: str, member: str) -> str:
    """The record id with its last 62 bits put as FORMAT.md section 1 has them for this member."""
    value = uuid.UUID(record).bytes
    digest = hashlib.sha256(b"fieldapp record 1\n" + bytes.fromhex(member) + value[:8]).digest()
    bits = "10" + "".join(f"{byte:08b}" for byte in digest)[:62]
    return str(uuid.UUID(bytes=value[:8] + int(bits, 2).to_bytes(8, "big")))


def plainly(told: list[Any], rules: Rules, membership: Any) -> dict[str, Any]:
    """The rules of FORMAT.md section 4, one after the other, without any regard to speed."""
    told = sorted({s.id: s for s in told}.values(), key=lambda s: (s.entry.t, s.entry.ch, s.id))

    def within(scopes: tuple[str, ...], scope: str) -> bool:
        return scope == "*" or any(own == "*" or (scope + ".").startswith(own + ".") for own in scopes)

    def code(stored: Any, origin: Any) -> str | None:
        if refused := membership.why_not(stored):
            return refused
        member = membership.member(stored.entry.au)
        if not within(member.scopes, stored.entry.s):
            return "outside_scope"
        if origin and origin.entry.y != stored.entry.y:
            return "type_differs"
        if origin and not within(member.scopes, origin.entry.s):
            return "outside_scope"
        return rules.may(member, stored.entry, origin.entry if origin else None)

    begun = [s for s in told if s.entry.k == "new" and code(s, None) is None]
    origin = next((s for s in begun if s.entry.r == mark(s.entry.r, s.entry.au)), begun[0] if begun else None)
    codes = {s.id: None if s is origin else code(s, origin) for s in told}
    valid = [s for s in told if codes[s.id] is None]
    setting = [s for s in valid if s.entry.k in ("new", "edit", "resolve")]

    def part(stored: Any, group: str) -> dict[str, Any]:
        return {name: v for name, v in stored.entry.f.items() if rules.group_of.get(name, name) == group}

    heads: dict[str, list[Any]] = {}
    for group in {rules.group_of.get(name, name) for s in setting for name in s.entry.f}:
        setters = [s for s in setting if part(s, group)]
        named = {parent for s in setters for parent in s.entry.b.get(group, ())}
        heads[group] = [s for s in reversed(setters) if s.id not in named]

    def kept(stored: Any, group: str) -> str:
        return json.dumps({n: v for n, v in part(stored, group).items() if v is not None}, sort_keys=True)

    sets: dict[tuple[str, ...], list[str]] = {}
    for group in sorted(heads):
        sets.setdefault(tuple(sorted(s.id for s in heads[group])), []).append(group)
    listed = json.dumps(sorted(sets.items()), separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(b"fieldapp heads 1\n" + listed.encode()).hexdigest()[:32]
    spoken = [s for s in valid if s.entry.k in ("decide", "void")]
    replaced = {parent for s in spoken for parent in s.entry.b.get("decision", ())}
    first = origin or (valid[0] if valid else None)
    return {
        "values": {n: v for g, shown in heads.items() for n, v in part(shown[0], g).items() if v is not None},
        "heads": sorted((group, [s.id for s in shown]) for group, shown in heads.items()),
        "conflicts": sorted(group for group, shown in heads.items() if len({kept(s, group) for s in shown}) > 1),
        "digest": digest,
        "decisions": [(s.id, s.entry.k, s.entry.of == digest) for s in reversed(spoken) if s.id not in replaced],
        "comments": [s.id for s in valid if s.entry.k == "comment"],
        "history": [s.id for s in valid],
        "quarantined": sorted((entry, refused) for entry, refused in codes.items() if refused),
        "origin": (origin.entry.au, origin.entry.t, True) if origin else ("", (0, 0), False),
        "what": (first.entry.y, first.entry.s) if first else ("", ""),
    }


def test_a_value_that_was_let_go_is_no_cleared_value_and_shows_as_nothing(cast: Any, rules: Rules) -> None:
    pen = pens_of(cast, ("ani",))["ani"]
    new = pen.write(RECORD, "new", {"name": "a", "phone": "b"})
    gone = Stored(new.id, b"", decode_kept(stub(new.entry)))
    assert fold(RECORD, [gone], rules, cast.membership).values == {}
    edit = pen.write(RECORD, "edit", {"name": "c"}, b={"name": (new.id,)})
    assert fold(RECORD, [gone, edit], rules, cast.membership).values == {"name": "c"}
