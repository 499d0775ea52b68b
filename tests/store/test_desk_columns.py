"""What the office's desks read of a registration beside its state: who has to mend it until when, who left and why."""

from __future__ import annotations

import random

import pytest

from sync.fold import fold

AREA = "64.71.05.1002"


def assign(town, name, record, member, reason="pindah tugas"):
    return town.write(name, record, "comment", {"assign_to": member, "reason": reason})


def test_a_return_in_force_has_a_day_by_which_it_is_to_be_answered(town, replica_of) -> None:
    record = town.register("siti")
    town.decide("rina", record, "return", reason="foto buram", due="2026-02-09")
    assert replica_of(town).row(record).due == "2026-02-09"
    town.write("siti", record, "edit", {"name": "Dewi Contoh Baru"})
    assert replica_of(town).row(record).due is None


@pytest.mark.parametrize("due", ["besok", 7, None, "2026-02-31"])
def test_a_day_that_is_none_is_left_out(town, replica_of, due) -> None:
    record = town.register("siti")
    town.decide("rina", record, "return", reason="foto buram", due=due)
    row = replica_of(town).row(record)
    assert (row.state, row.due) == ("returned", None)


@pytest.mark.parametrize(
    ("said", "ended"),
    [({}, "consent"), ({"cause": "deceased", "on": "2026-01-31"}, "deceased"), ({"cause": "bosan"}, "consent")],
)
def test_whoever_left_did_so_for_a_reason_and_on_a_day(town, replica_of, said, ended) -> None:
    record = town.register("siti")
    town.decide("siti", record, "withdraw", reason="keluarga memberi tahu", **said)
    row = replica_of(town).row(record)
    assert (row.state, row.ended, row.ended_on) == ("withdrawn", ended, said.get("on"))


def test_the_latest_who_is_assigned_has_to_put_it_right_whatever_arrives_first(town, replica_of) -> None:
    town.join("lina", "coordinator")
    record = town.register("siti")
    assign(town, "rina", record, town.member("siti").id)
    assign(town, "lina", record, town.member("budi").id)
    entries = list(town.entries)
    random.Random(3).shuffle(entries)
    assert replica_of(town, entries).row(record).assigned_to == town.member("budi").id
    assign(town, "rina", record, "")
    assert replica_of(town).row(record).assigned_to is None


def test_nobody_but_the_office_assigns(town, replica_of) -> None:
    record = town.register("siti")
    refused = assign(town, "siti", record, town.member("siti").id)
    assert replica_of(town).row(record).assigned_to is None
    folded = fold(record, [one for one in town.entries if one.entry.r == record], town.rules, town.membership)
    assert folded.quarantined == ((refused.id, "role_not_allowed"),)


def test_an_endorsement_counts_for_the_answers_as_they_were_and_for_another_decider(town, replica_of) -> None:
    record = town.register("siti")
    said = town.decide("rina", record, "endorse")
    assert replica_of(town).row(record).endorsed_by == town.member("rina").id
    town.decide("rina", record, "approve", endorsed=said.id)
    assert replica_of(town).row(record).endorsed_by is None
    town.decide("tono", record, "approve", endorsed=said.id)
    assert replica_of(town).row(record).endorsed_by == town.member("rina").id
    town.write("siti", record, "edit", {"name": "Dewi Contoh Baru"})
    town.decide("tono", record, "approve", endorsed=said.id)
    assert replica_of(town).row(record).endorsed_by is None


def test_a_registration_keeps_the_seconds_that_were_spent_on_its_form(town, replica_of) -> None:
    timed, untimed, odd = (town.register("siti", seconds_on_form=given) for given in (240, None, -4))
    replica = replica_of(town)
    assert [replica.row(record).seconds for record in (timed, untimed, odd)] == [240, None, None]
