"""What an exchange costs goes by what is due, not by all that is held."""

from collections.abc import Callable
from typing import Any

import pytest
import replicas

from sync.bundle import open_bundle
from sync.coverage import MAX_NUMBER, runs
from sync.payload import Payload
from sync.reach import Reach, Written
from sync.scoped import Scoped


@pytest.fixture
def many(office: Any, rules: Any) -> Callable[[int], Any]:
    """Makes a coordinator, an enumerator whom it knows, and a number of enumerators of another area, all merged."""

    def make(others: int) -> tuple[Any, Any]:
        role = f"enumerator:{replicas.OTHER_AREA}"
        coordinator, siti, *rest = replicas.make_team(office, rules, ["coordinator", "enumerator", *[role] * others])
        for replica in (siti, *rest):
            for _ in range(3):
                replica.register(replica.member.scopes[0])
            coordinator.merge(replica.to_office().data)
        siti.merge(coordinator.to_member(siti).data)
        siti.register()
        coordinator.merge(siti.to_office().data)
        return coordinator, siti

    return make


def opened(replica: Any, data: bytes) -> Payload:
    return open_bundle(data, [replica.identity.age_identity], replica.journal.membership, replica.programme.id).payload


def test_a_bundle_says_nothing_of_chains_that_do_not_concern_its_receiver(many: Callable[[int], Any]) -> None:
    coordinator, siti = many(3)
    said = opened(siti, coordinator.to_member(siti).data)
    concerned = {*siti.journal.coverage(), *(segment.ch for segment in said.segments)}
    assert set(said.have) == concerned
    assert set(said.outside) <= concerned
    assert len(coordinator.journal.coverage()) == 5
    assert coordinator.journal.coverage(concerned) == said.have


def test_what_lies_outside_is_still_told_of_chains_that_concern_the_receiver(office: Any, rules: Any) -> None:
    coordinator, siti, rudi = replicas.make_team(
        office, rules, ["coordinator", "enumerator", f"enumerator:{replicas.AREA}+{replicas.OTHER_AREA}"]
    )
    for area in (replicas.AREA, replicas.OTHER_AREA, replicas.AREA):
        rudi.register(area)
        coordinator.merge(rudi.to_office().data)
    coordinator.merge(siti.to_office().data)
    siti.merge(coordinator.to_member(siti).data)
    assert len(siti.folded()) == 2 + 3
    assert siti.journal.missing() == {}


def test_choosing_what_a_member_lacks_costs_what_is_due_and_not_what_is_held(many: Callable[[int], Any]) -> None:
    def steps(others: int) -> int:
        coordinator, siti = many(others)
        counted = 0

        def count() -> int:
            nonlocal counted
            counted += 1
            return 0

        coordinator.connection.set_progress_handler(count, 10)
        try:
            selection = coordinator.journal.select([{}], siti.member.scopes, coordinator.member.id)
            said = coordinator.journal.sums.said(siti.member.scopes)
        finally:
            coordinator.connection.set_progress_handler(None, 0)
        assert said.scopes[replicas.AREA].entries == 4
        assert {segment.author for segment in selection.segments} >= {siti.member.id}
        assert len(coordinator.journal.chains()) == others + 2
        return counted

    few, more = steps(2), steps(14)
    # The receipts of twelve merges more, a row of the table of counts for each chain; none of the others' entries.
    assert more - few < 12 * 5


def test_what_may_be_read_by_the_counts_is_what_may_be_read_entry_by_entry(office: Any, rules: Any) -> None:
    both = f"coordinator:{replicas.AREA}+{replicas.OTHER_AREA}"
    siti, rudi, dewi, kiki = replicas.make_team(
        office, rules, ["enumerator", f"enumerator:{replicas.OTHER_AREA}", both, "coordinator"]
    )
    here, there = siti.register(), rudi.register(replicas.OTHER_AREA)
    for replica in (siti, rudi):
        dewi.merge(replica.to_office().data)
    dewi.edit(here, replicas.OTHER_AREA, rt="007")
    dewi.edit(there, replicas.OTHER_AREA, rt="008")
    dewi.register(replicas.AREA)
    kiki.merge(dewi.to_office().data)
    log, chains = kiki.journal._log, kiki.journal._chains
    for scopes in ((replicas.AREA,), (replicas.OTHER_AREA,), ("64.71.06",), (replicas.AREA, replicas.OTHER_AREA)):
        readable, reach = Reach(log, scopes).readable(), Reach(log, scopes)
        for lanes in chains.all().values():
            for lane in lanes:
                rows = [Written(*row) for row in Scoped(log.connection).scopes(lane.row, 1, MAX_NUMBER)]
                assert readable is not None
                assert readable.get(lane.row, ()) == runs(sorted(reach.visible(rows)))
    assert Reach(log, ("*",)).readable() is None
    before = kiki.rows()["tally"]
    with kiki.transaction():
        kiki.journal.rebuild()
    assert kiki.rows()["tally"] == before
