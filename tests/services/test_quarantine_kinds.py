"""What else may be held: comments, visits, forged beginnings, what a newer program said; and the hub's road."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hubs import serving

from fieldapp.domain import prelist as visits
from fieldapp.domain.quarantine import read
from fieldapp.forms.declaration import GROUPS
from fieldapp.services import changes, exchange, ledger, membership, prelist, registrations, review
from fieldapp.services.policy import OFFICE_ROLES
from fieldapp.services.quarantine import desk as quarantine
from fieldapp.services.session import open_session
from fieldapp.store import migrations
from fieldapp.store.desk_steps import held_words
from fieldapp.store.rebuild import rebuild
from sync.fold import Rules
from sync.journal import Change, Journal
from sync.record_id import begun_anew, names

AREA = "64.71.05.1002"
Person = Callable[..., dict[str, Any]]


def register(session: Any, values: dict[str, Any]) -> str:
    answer = registrations.submit(session, registrations.new_draft(session, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


def forge(session: Any, *wanted: Change) -> None:
    """What a changed program on a laptop writes, which asks no rules first."""

    def write(connection: Any) -> None:
        rules = Rules(
            group_of={**GROUPS, **visits.GROUPS}, may=lambda member, entry, origin: None, office_roles=OFFICE_ROLES
        )
        journal = Journal(connection, rules, session.programme.id)
        journal.append(session.author(), list(wanted))
        journal.publish()

    session.store.write(write)


def revoke(town: Any, laptop: Any, *offices: Any) -> None:
    town.carry(laptop, town.admin, *offices)
    membership.revoke(town.admin, laptop.member.id, "Laptop hilang")
    town.carry(town.admin, *offices)


def test_comments_and_visits_of_a_lost_laptop_are_taken_over_as_what_they_are(town: Any, person: Person) -> None:
    laptop, kiki = town.join("enumerator", "Hilang", "64.71.05"), town.join("coordinator", "Kiki", "64.71.05")
    here = register(laptop, person(1))

    def put(_: Any, journal: Any) -> str:
        item = str(journal.new_record(kiki.author()))
        fields = {"list": item, "name": "Contoh Tamu", "rt": "005", "rw": "001"}
        journal.append(kiki.author(), [Change(record=item, type="prelist", scope=AREA, kind="new", fields=fields)])
        return item

    item = kiki.write(put)
    town.carry(laptop, kiki, town.admin)
    town.carry(kiki, laptop, to=laptop.member.id)
    revoke(town, laptop, kiki)
    prelist.visit(laptop, item, "tidak_di_rumah", "Pagi")

    record = laptop.read(lambda connection: laptop.journal(connection).record(here))
    forge(
        laptop,
        changes.about(record, "comment", {"text": "Ahli waris pindah", "field": "heir_name"}),
        changes.about(record, "comment", {"assign_to": laptop.member.id, "reason": "-"}),
    )
    town.carry(laptop, kiki)
    held = {each["what"]: each for each in quarantine.listing(kiki)}
    assert set(held) == {"visit", "comment", "decision"}
    told = quarantine.release(kiki, [held["visit"]["id"], held["comment"]["id"], held["decision"]["id"]], "Benar")
    assert [(each["state"], each.get("code")) for each in told] == [
        ("visit", None), ("comment", None), ("", "held_decision"),
    ]  # fmt: skip
    assert prelist.rows(kiki, [item])[0]["state"] == "tidak_di_rumah"
    comments = registrations.show(kiki, here)["comments"]
    assert ("heir_name", "Ahli waris pindah") in {(each["field"], each["text"]) for each in comments}


def test_a_forged_beginning_of_a_registration_that_is_here_is_a_change_and_takes_over_nothing_by_itself(
    town: Any, person: Person
) -> None:
    laptop, kiki = town.join("enumerator", "Siti", "64.71.05"), town.join("coordinator", "Kiki", "64.71")
    stranger = town.join("enumerator", "Usil", "64.71.05")
    here = register(laptop, person(1))
    town.carry(laptop, kiki)
    revoke(town, stranger, kiki)
    forged = {**person(1), "heir_name": "Penipu Rekaan", "registered_by": "x", "id": "y", "asing": {"a": [1]}}
    forge(stranger, Change(record=here, type="registration", scope=AREA, kind="new", fields=forged))
    town.carry(stranger, kiki)
    (held,) = quarantine.listing(kiki)
    assert (held["what"], held["code"], held["registration"]) == ("changes", "member_revoked", here)
    shown = quarantine.show(kiki, held["id"])
    assert [each["field"] for each in shown["fields"] if each["differs"]] == ["heir_name"]
    assert not {"registered_by", "asing", "id"} & {each["field"] for each in shown["fields"]}
    assert registrations.show(kiki, here)["values"]["heir_name"] == "Waris Contoh"
    (answer,) = quarantine.refuse(kiki, [held["id"]], "Palsu")
    assert answer["ok"]


def test_of_changes_by_two_laptops_that_are_taken_over_together_neither_replaces_the_other(
    town: Any, person: Person
) -> None:
    one, other = (town.join("enumerator", name, "64.71.05") for name in ("Satu", "Dua"))
    kiki = town.join("coordinator", "Kiki", "64.71.05")
    here = register(one, person(1))
    town.carry(one, kiki, town.admin)
    town.carry(other, kiki, town.admin)
    town.carry(kiki, other, to=other.member.id)
    for laptop in (one, other):
        membership.revoke(town.admin, laptop.member.id, "Laptop hilang")
    town.carry(town.admin, kiki)
    registrations.edit(one, here, {"work_place": "Pasar"})
    registrations.edit(other, here, {"work_place": "Terminal"})
    town.carry(one, kiki)
    town.carry(other, kiki)
    told = quarantine.release(kiki, [each["id"] for each in quarantine.listing(kiki)], "Benar")
    assert [each["state"] for each in told] == ["changed", "changed"]
    assert {each["value"] for each in registrations.show(kiki, here)["conflicts"]["work_place"]} == {
        "Pasar", "Terminal",
    }  # fmt: skip


def test_the_same_story_over_the_hub_ends_the_same(town: Any, person: Person) -> None:
    hub = town.join("hub", "Pusat", "*")
    lost = town.join("enumerator", "Hilang Rekaan", "64.71.05")
    kiki, wati = town.join("coordinator", "Kiki", "64.71.05"), town.join("supervisor", "Wati", "64.71", slots=5)
    revoke(town, lost, kiki, wati)
    register(lost, person(1))
    town.carry(lost, kiki)
    with serving(hub) as url:
        exchange.sync(kiki, url)
        exchange.sync(wati, url)
        # Both offices hold it; what one makes of it, the other learns from the hub.
        (held,) = quarantine.listing(wati)
        (answer,) = quarantine.release(kiki, [held["id"]], "Laptop ditemukan")
        exchange.sync(kiki, url)
        exchange.sync(wati, url)
    assert quarantine.listing(wati) == []
    (decided,) = review.decide(wati, [answer["registration"]], "approve")
    assert decided["state"] == "approved"
    told = ledger.ledger(wati)
    assert (told["balanced"], told["totals"]["quarantined_handled"]) == (True, 1)


def test_words_that_came_before_this_version_of_the_program_count_once_it_is_there(town: Any, person: Person) -> None:
    lost, kiki = town.join("enumerator", "Hilang", "64.71.05"), town.join("coordinator", "Kiki", "64.71.05")
    revoke(town, lost, kiki)
    register(lost, person(1))
    town.carry(lost, kiki)
    (held,) = quarantine.listing(kiki)
    quarantine.refuse(kiki, [held["id"]], "Tidak ada orangnya")

    def as_before(connection: Any) -> None:
        connection.execute("DROP TABLE held_word")
        held_words(migrations.Database(connection))

    kiki.store.write(as_before)
    kiki.close()
    with open_session(kiki.home, "sandi-Kiki", wall_ms=town.time) as again:
        assert quarantine.listing(again) == []
        assert quarantine.listing(again, handled=True)[0]["words"][0]["reason"] == "Tidak ada orangnya"
        assert again.write(rebuild)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"entry": 7, "decision": "released"},
        {"entry": "0" * 32, "decision": "approve"},
        {"entry": "0" * 31, "decision": "refused"},
        {"entry": ["0" * 32], "decision": ["refused"]},
    ],
)
def test_a_word_that_says_nothing_is_none(fields: dict[str, Any]) -> None:
    assert read(fields) is None


def test_an_id_begun_anew_names_who_begins_it_and_stands_where_it_stood() -> None:
    held, one, other = "01a1998e-ff80-7399-ac77-0a080bbf3e86", "a" * 32, "b" * 32
    taken = begun_anew(held, one)
    assert names(taken, one)
    assert not names(taken, other)
    assert taken[:18] == held[:18]
    assert begun_anew(held, one) == taken != begun_anew(held, other)
    with pytest.raises(ValueError, match="version"):
        begun_anew("01a1998e-ff80-4399-ac77-0a080bbf3e86", one)


def test_a_draft_handed_in_by_somebody_who_may_not_say_so_leaves_what_is_held_open(town: Any, person: Person) -> None:
    lost, kiki = town.join("enumerator", "Hilang", "64.71.05"), town.join("coordinator", "Kiki", "64.71.05")
    helper = town.join("enumerator", "Pembantu", "64.71.05", host=kiki)
    revoke(town, lost, kiki)
    late = register(lost, person(1))
    registrations.edit(lost, late, {"heir_name": "Waris Lain"})
    double = register(kiki, person(1))
    town.carry(lost, kiki)
    (held,) = quarantine.listing(kiki)
    (answer,) = quarantine.release(kiki, [held["id"]], "Benar")
    assert answer["state"] == "draft"
    registrations.void(kiki, double, "Ganda")
    handed = registrations.submit(helper, answer["draft"])
    assert handed["state"] == "submitted", handed
    assert registrations.show(kiki, handed["id"])["values"]["heir_name"] == "Waris Lain"
    # It stays open for the coordinator, who sees the double.
    (held,) = quarantine.listing(kiki)
    assert held["draft"] is None


def test_times_and_counts_that_are_none_are_not_taken_over(town: Any, person: Person) -> None:
    lost, kiki = town.join("enumerator", "Hilang", "64.71.05"), town.join("coordinator", "Kiki", "64.71.05")
    revoke(town, lost, kiki)
    record = lost.write(lambda _, journal: journal.new_record(lost.author()))
    fields = {**person(1), "started_at": {"a": 1}, "seconds_on_form": -7}
    forge(lost, Change(record=record, type="registration", scope=AREA, kind="new", fields=fields))
    town.carry(lost, kiki)
    (held,) = quarantine.listing(kiki)
    (answer,) = quarantine.release(kiki, [held["id"]], "Benar")
    assert answer["state"] == "submitted", answer
    values = registrations.show(kiki, answer["registration"])["values"]
    assert "started_at" not in values
    assert "seconds_on_form" not in values
