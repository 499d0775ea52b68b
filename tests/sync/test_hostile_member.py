"""A member with a changed program signs what it likes: that is refused whole, or changes nobody else's record."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from replicas import AREA, OTHER_AREA, START_MS, bundle_of, make_team, picture

from sync.coverage import Span
from sync.entry import entry_hash
from sync.errors import SyncError
from sync.randomness import token
from sync.segment import seal

HEX = "0123456789abcdef"
TIMES = st.tuples(st.sampled_from([0, 1, START_MS, 2**53 - 1]), st.sampled_from([0, 2**31 - 1]))
PLAIN = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8)
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(min_size=1), inner))
#: What no entry may hold, beside what it may: floats, huge numbers, wrong kinds, unknown keys.
ODD = VALUES | st.floats() | st.integers() | st.dictionaries(st.text(max_size=2), st.floats(), max_size=2)


@st.composite
def forgeries(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Changes of the fields of plausible entries, one dict an entry."""
    made = []
    for _ in range(draw(st.integers(1, 4))):
        change: dict[str, Any] = {
            "k": draw(st.sampled_from(["new", "edit", "resolve", "void", "decide", "comment"])),
            "y": draw(st.sampled_from(["registration", "revocation", "receipt", "office_key", "programme", "lease"])),
            "s": draw(st.sampled_from([OTHER_AREA, AREA, "*", "64", "64.71.05"])),
            "t": draw(TIMES),
            "f": draw(st.dictionaries(st.sampled_from(["name", "rt", "member", "chains", "bundle", "x"]), VALUES)),
        }
        if change["k"] in ("void", "decide"):
            change["of"] = "f" * 32
        if change["k"] in ("edit", "resolve"):
            change["f"].setdefault("name", "Rampasan")
        if draw(st.integers(0, 7)) == 0:
            change[draw(st.sampled_from(["sv", "o", "of", "b", "f", "t", "v", "x", "dv", "z"]))] = draw(ODD)
        made.append(change)
    return made


@pytest.fixture(scope="module")
def town(office_of: Any, rules: Any) -> Any:
    office = office_of("hostile")
    return office, rules


@settings(max_examples=120)
@given(forgeries(), st.booleans(), st.dictionaries(st.text(HEX, min_size=32, max_size=32), st.integers(1, 9)))
def test_whatever_a_member_signs_is_refused_whole_or_changes_nobody_elses_record(
    town: Any, forged: list[dict[str, Any]], names_victim: bool, have: dict[str, int]
) -> None:
    office, rules = town
    honest, hostile, coordinator = make_team(office, rules, ["enumerator", f"enumerator:{OTHER_AREA}", "coordinator"])
    victim = honest.register()
    coordinator.merge(honest.to_office().data)
    before = picture(coordinator.journal.record(victim))

    chain, bodies, last = token(office.random), [], ""
    for n, change in enumerate(forged, 1):
        whole = {
            "v": 1, "sv": 1, "ch": chain, "n": n, "p": last, "dv": "d" * 32, "au": hostile.member.id,
            "r": victim if names_victim else office.record(), "x": token(office.random),
        } | change  # fmt: skip
        try:
            bodies.append(json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
        except UnicodeEncodeError:
            return
        last = entry_hash(bodies[-1]).hex()
    segment = seal(hostile.identity, chain, 1, "", bodies)
    said = {known: (Span(1, n, "e" * 32),) for known, n in have.items()}
    data = bundle_of(office, hostile.identity, [segment], have=said, outside={k: ((1, n),) for k, n in have.items()})

    rows = coordinator.rows()
    try:
        coordinator.merge(data)
    except SyncError:
        assert coordinator.rows() == rows
    after = picture(coordinator.journal.record(victim))
    assert after | {"quarantined": ()} == before | {"quarantined": ()}
    coordinator.dump()

    # Work goes on: what the honest laptop writes next arrives, and it gets its answer.
    honest.edit(victim, rt="009")
    assert coordinator.merge(honest.to_office().data).merged.new == 1
    assert coordinator.journal.record(victim).values["rt"] == "009"
    honest.merge(coordinator.to_member(honest).data)
    assert picture(honest.journal.record(victim))["digest"] == coordinator.journal.record(victim).digest
