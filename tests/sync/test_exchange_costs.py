"""What an exchange costs goes by what is due, not by all that is held."""

from collections.abc import Callable
from typing import Any

import pytest
import replicas

from sync.bundle import open_bundle
from sync.payload import Payload


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
