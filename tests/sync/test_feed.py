"""The feed of what became durable, in an order in which a reader can go on."""

from typing import Any

import pytest
import replicas

from sync.feed import Batch
from sync.fold import Rules
from sync.journal import Change


def everything(replica: Any) -> list[Batch]:
    """What a reader gets that asks for two batches at a time."""
    found: list[Batch] = []
    while more := replica.journal.batches_after(found[-1].pos if found else 0, 2):
        found.extend(more)
    return found


def test_a_reader_gets_every_entry_once_in_the_order_of_the_transactions(office: Any, rules: Rules) -> None:
    siti, dewi = replicas.make_team(office, rules, ["enumerator", "coordinator"])
    siti.register()
    siti.register()
    dewi.merge(siti.to_office().data)
    siti.register()
    dewi.merge(siti.to_office().data)
    dewi.merge(siti.to_office().data)
    batches = everything(dewi)
    assert [batch.pos for batch in batches] == list(range(1, len(batches) + 1))
    merged = {report.merge for report in dewi.journal.reports() if report.summary["new"]}
    assert {batch.id for batch in batches if batch.member == siti.member.id} == merged
    got = [stored.id for batch in batches for stored in dewi.journal.batch_entries(batch)]
    held = {stored.id for record in dewi.folded() for stored in dewi.journal.entries_of(record)}
    assert (len(got), set(got)) == (len(set(got)), held)
    assert [batch.entries for batch in batches] == [len(dewi.journal.batch_entries(batch)) for batch in batches]
    # What was written here is in the feed as well: registrations there, confirmations here.
    assert [batch.entries for batch in everything(siti)] == [1, 1, 1]


def test_what_is_rolled_back_leaves_no_hole(office: Any, rules: Rules) -> None:
    (siti,) = replicas.make_team(office, rules, ["enumerator"])
    siti.register()

    def register_and_fail() -> None:
        with siti.transaction():
            record = siti.journal.new_record(siti.author)
            change = Change(record=record, type="registration", scope=replicas.AREA, kind="new", fields={})
            siti.journal.append(siti.author, [change])
            siti.journal.publish()
            raise ConnectionError

    for _ in range(3):
        with pytest.raises(ConnectionError):
            register_and_fail()
    siti.register()
    assert [batch.pos for batch in everything(siti)] == [1, 2]


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM entry WHERE place = (SELECT max(place) FROM entry)",
        "UPDATE batch SET digest = (SELECT digest FROM batch WHERE pos = 1) WHERE pos = 2",
        "UPDATE batch SET pos = 9 WHERE pos = 2",
    ],
)
def test_a_reader_stops_before_what_is_not_all_there(office: Any, rules: Rules, damage: str) -> None:
    (siti,) = replicas.make_team(office, rules, ["enumerator"])
    siti.register()
    siti.register()
    assert [batch.pos for batch in everything(siti)] == [1, 2]
    with siti.transaction():
        siti.connection.execute(damage)
    assert [batch.pos for batch in everything(siti)] == [1]
