"""The quarantine desk: what a lost laptop brings when it turns up again, who may take it over, and what never is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fieldapp.forms.declaration import GROUPS
from fieldapp.services import changes, drafts, exchange, ledger, membership, registrations, review
from fieldapp.services.pairs import duplicates, finding
from fieldapp.services.policy import OFFICE_ROLES
from fieldapp.services.problems import Problem
from fieldapp.services.quarantine import desk as quarantine
from fieldapp.services.quota import endings
from sync.fold import Rules
from sync.journal import Change, Journal
from sync.record_id import names

AREA = "64.71.05.1002"
Person = Callable[..., dict[str, Any]]


def register(session: Any, values: dict[str, Any]) -> str:
    answer = registrations.submit(session, registrations.new_draft(session, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


class Desk:
    """An enumerator whose laptop was lost, and the office: a coordinator and a supervisor."""

    def __init__(self, town: Any) -> None:
        self.town = town
        self.lost = town.join("enumerator", "Hilang Rekaan", "64.71.05")
        self.kiki = town.join("coordinator", "Kiki", "64.71.05")
        self.wati = town.join("supervisor", "Wati", "64.71", slots=20)

    def lose(self) -> None:
        """The laptop is gone, and what is here of its member's work is all that counts."""
        self.town.carry(self.lost, self.town.admin, self.kiki, self.wati)
        membership.revoke(self.town.admin, "Hilang Rekaan", "Laptop hilang")
        self.town.carry(self.town.admin, self.kiki, self.wati)

    def find(self, *sessions: Any) -> None:
        """The laptop turns up, and its stick is merged."""
        self.town.carry(self.lost, *(sessions or (self.kiki, self.wati)))

    def meet(self) -> None:
        """Both offices know what the other one knows."""
        for _ in range(2):
            self.town.carry(self.kiki, self.wati)
            self.town.carry(self.wati, self.kiki)


@pytest.fixture
def desk(town: Any) -> Desk:
    return Desk(town)


def entries_of(items: list[dict[str, Any]]) -> list[str]:
    return [each["id"] for each in items]


def balanced(session: Any) -> dict[str, Any]:
    told = ledger.ledger(session)
    assert told["balanced"], told
    return dict(told["totals"])


def test_a_lost_laptops_work_is_taken_over_in_bulk_and_approved_by_somebody_else(desk: Desk, person: Person) -> None:
    early = register(desk.lost, person(1))
    desk.lose()
    late = [register(desk.lost, person(number)) for number in (2, 3, 4)]
    registrations.edit(desk.lost, late[0], {"work_place": "Pasar Rekaan"})
    desk.find()

    waiting = quarantine.listing(desk.kiki)
    assert [each["what"] for each in waiting] == ["registration"] * 3
    assert [len(each["entries"]) for each in waiting] == [2, 1, 1]
    first = waiting[0]
    assert (first["by"]["name"], first["by"]["role"]) == ("Hilang Rekaan", "enumerator")
    assert first["by"]["revoked_at"] is not None
    assert (first["merge"]["by"], first["code"]) == ("Hilang Rekaan", "member_revoked")
    assert (first["release"], first["refuse"]) == (None, None)
    assert desk.kiki.status()["quarantined"] == 3
    totals = balanced(desk.kiki)
    assert (totals["registered"], totals["quarantined"], totals["quarantined_handled"]) == (1, 4, 0)

    before = quarantine.preview(desk.kiki, entries_of(waiting), "released")
    assert before == {"items": 3, "states": {"submitted": 3}, "refused": {}}
    told = quarantine.release(desk.kiki, entries_of(waiting), "Laptop ditemukan, isinya benar")
    assert [answer["state"] for answer in told] == ["submitted"] * 3
    taken = [answer["registration"] for answer in told]
    assert all(names(one, desk.kiki.member.id) for one in taken)
    shown = registrations.show(desk.kiki, taken[0])
    assert shown["values"]["work_place"] == "Pasar Rekaan"
    assert shown["registered_by"] == "Kiki"
    assert "Hilang Rekaan" in shown["comments"][0]["text"]
    lost = registrations.show(desk.lost, late[0])["values"]
    assert (shown["values"]["started_at"], shown["values"]["consent_at"]) == (lost["started_at"], lost["consent_at"])
    assert quarantine.listing(desk.kiki) == []
    assert desk.kiki.status()["quarantined"] == 0

    desk.meet()
    totals = balanced(desk.wati)
    assert (totals["registered"], totals["quarantined"], totals["quarantined_handled"]) == (4, 0, 4)
    assert quarantine.listing(desk.wati) == []
    handled = quarantine.listing(desk.wati, handled=True)
    assert [(each["what"], each["decision"]) for each in handled] == [("registration", "released")] * 3
    assert {word["by"] for each in handled for word in each["words"]} == {"Kiki"}
    decided = review.decide(desk.wati, [early, *taken], "approve")
    assert [answer["state"] for answer in decided] == ["approved"] * 4

    # What the supervisor takes over, another one has to approve.
    register(desk.lost, person(5))
    desk.find(desk.wati)
    (answer,) = quarantine.release(desk.wati, entries_of(quarantine.listing(desk.wati)), "Benar")
    (decided,) = review.decide(desk.wati, [answer["registration"]], "approve")
    assert decided["code"] == "own_decision"


def test_what_the_rules_refuse_becomes_a_draft_with_its_findings_and_stays_open_until_it_is_handed_in(
    desk: Desk, person: Person
) -> None:
    desk.lose()
    register(desk.lost, person(1))
    twin = register(desk.kiki, person(1))
    desk.find()
    (held,) = quarantine.listing(desk.kiki)
    (answer,) = quarantine.release(desk.kiki, [held["id"]], "Laptop ditemukan")
    assert (answer["state"], answer["words"]) == ("draft", [])
    assert "duplicate_nik" in {each["code"] for each in answer["errors"]}
    (again,) = quarantine.listing(desk.kiki)
    assert (again["draft"], again["release"]["code"]) == (answer["draft"], "held_in_draft")
    assert drafts.draft(desk.kiki, answer["draft"]).values["name"] == person(1)["name"]

    drafts.discard_draft(desk.kiki, answer["draft"])
    assert quarantine.listing(desk.kiki)[0]["release"] is None
    registrations.void(desk.kiki, twin, "Terdaftar ganda")
    (answer,) = quarantine.release(desk.kiki, [held["id"]], "Laptop ditemukan")
    assert answer["state"] == "submitted"


def test_a_draft_that_was_put_right_says_at_handing_in_where_it_came_from(desk: Desk, person: Person) -> None:
    desk.lose()
    register(desk.lost, person(1))
    register(desk.kiki, person(1))
    desk.find()
    (held,) = quarantine.listing(desk.kiki)
    (answer,) = quarantine.release(desk.kiki, [held["id"]], "Laptop ditemukan")
    drafts.save_draft(desk.kiki, answer["draft"], {**person(1), "nik": person(9)["nik"], "name": "Nama Lain Rekaan"})
    handed = registrations.submit(desk.kiki, answer["draft"], {"duplicate_near": "Orang lain"})
    assert handed["state"] == "submitted", handed
    (done,) = quarantine.listing(desk.kiki, handled=True)
    assert (done["registration"], done["words"][0]["reason"]) == (handed["id"], "Laptop ditemukan")
    assert "Hilang Rekaan" in registrations.show(desk.kiki, handed["id"])["comments"][0]["text"]
    assert quarantine.listing(desk.kiki) == []


def test_a_held_change_is_shown_beside_what_is_there_now_and_taken_over_as_an_edit(desk: Desk, person: Person) -> None:
    here = register(desk.lost, person(1))
    desk.lose()
    registrations.edit(desk.lost, here, {"work_place": "Terminal"})
    registrations.edit(desk.kiki, here, {"job_description": "Pijat"})
    desk.find()
    (held,) = quarantine.listing(desk.kiki)
    assert (held["what"], held["registration"]) == ("changes", here)
    shown = quarantine.show(desk.kiki, held["id"][:10])
    differing = {each["field"]: (each["now"], each["held"]) for each in shown["fields"] if each["differs"]}
    assert differing["work_place"] == ("Rumah", "Terminal")
    # Somebody changes it between the look and the decision.
    registrations.edit(desk.kiki, here, {"organisation": "Pertuni"})
    (answer,) = quarantine.release(desk.kiki, [held["id"]], "Benar", seen={here: shown["digest"]})
    assert answer["code"] == "changed_meanwhile"
    seen = quarantine.show(desk.kiki, held["id"])["digest"]
    (answer,) = quarantine.release(desk.kiki, [held["id"]], "Benar", seen={here: seen})
    assert (answer["state"], answer["registration"]) == ("changed", here)
    values = registrations.show(desk.kiki, here)["values"]
    assert (values["work_place"], values["job_description"], values["organisation"]) == (
        "Terminal", "Pijat", "Pertuni",
    )  # fmt: skip
    assert registrations.show(desk.kiki, here)["conflicts"] == {}


def lax(session: Any, *wanted: Callable[[Journal], Change]) -> None:
    """What a changed program on a laptop writes, which asks no rules first."""

    def forge(connection: Any, journal: Any) -> None:
        rules = Rules(group_of=GROUPS, may=lambda member, entry, origin: None, office_roles=OFFICE_ROLES)
        forger = Journal(connection, rules, journal.programme_id)
        forger.append(session.author(), [make(forger) for make in wanted])

    session.write(forge)


def test_what_only_somebody_else_may_do_is_never_released(desk: Desk, town: Any, person: Person) -> None:
    here = register(desk.lost, person(1))
    other = town.join("enumerator", "Usil", "64.71.05")
    town.carry(other, desk.kiki)
    town.carry(desk.lost, desk.kiki)
    town.carry(desk.kiki, other, to=other.member.id)
    # To settle a conflict is the owner's or the office's.
    lax(other, lambda journal: changes.about(journal.record(here), "resolve", {"heir_name": "Penipu"}))
    town.carry(other, desk.kiki)
    (held,) = quarantine.listing(desk.kiki)
    assert (held["what"], held["code"], held["release"]["code"]) == ("changes", "role_not_allowed", "held_role")
    (answer,) = quarantine.release(desk.kiki, [held["id"]], "Benar")
    assert answer["code"] == "held_role"
    assert registrations.show(desk.kiki, here)["values"]["heir_name"] == "Waris Contoh"
    (answer,) = quarantine.refuse(desk.kiki, [held["id"]], "Bukan wewenangnya")
    assert answer["ok"]


def test_decisions_are_never_released_and_may_only_be_refused(desk: Desk, person: Person) -> None:
    here = register(desk.lost, person(1))
    lax(desk.lost, lambda j: changes.about(j.record(here), "decide", {"decision": "approve", "reason": ""}))
    desk.find()
    (held,) = quarantine.listing(desk.wati)
    assert (held["what"], held["release"]["code"], held["refuse"]) == ("decision", "held_decision", None)
    (answer,) = quarantine.release(desk.wati, [held["id"]], "Benar")
    assert (answer["ok"], answer["code"]) == (False, "held_decision")
    assert registrations.show(desk.wati, here)["state"] == "submitted"
    (answer,) = quarantine.refuse(desk.wati, [held["id"]], "Bukan wewenangnya")
    assert answer["ok"]
    assert quarantine.listing(desk.wati) == []
    (word,) = quarantine.listing(desk.wati, handled=True)[0]["words"]
    assert quarantine.take_back(desk.wati, word["id"])["decision"] == "refused"
    assert [each["id"] for each in quarantine.listing(desk.wati)] == [held["id"]]
    with pytest.raises(Problem, match="held_word_unknown"):
        quarantine.take_back(desk.wati, word["id"])


def test_nobody_releases_anything_by_a_forged_word(desk: Desk, town: Any, person: Person) -> None:
    other = town.join("enumerator", "Usil Rekaan", "64.71.05")
    far = town.join("coordinator", "Jauh", "64.71.01")
    desk.lose()
    register(desk.lost, person(1))
    desk.find()
    (held,) = quarantine.listing(desk.kiki)
    said = {"entry": held["id"], "record": held["record"], "decision": "refused", "reason": "", "as": ""}

    def word(session: Any, scope: str, fields: dict[str, Any]) -> Callable[[Journal], Change]:
        def make(journal: Journal) -> Change:
            record = journal.new_record(session.author())
            return Change(record=record, type="quarantine_word", scope=scope, kind="new", fields=fields)

        return make

    lax(other, word(other, AREA, said), word(other, "*", said))
    # A coordinator of another area may write words, but not about what is held here; nor may nonsense do harm.
    lax(far, word(far, "64.71.01.1001", said), word(far, "64.71.01.1001", {"entry": 7, "decision": "x"}))
    town.carry(other, desk.kiki)
    town.carry(far, desk.kiki)
    open_ = quarantine.listing(desk.kiki)
    assert held["id"] in entries_of(open_)
    assert sorted(each["code"] for each in open_) == ["member_revoked", "role_not_allowed", "role_not_allowed"]
    assert {each["release"]["code"] for each in open_ if each["type"] == "quarantine_word"} == {"held_other"}


def test_a_word_cannot_be_changed_or_begun_again_by_somebody_else(desk: Desk, person: Person) -> None:
    desk.lose()
    register(desk.lost, person(1))
    desk.find()
    (held,) = quarantine.listing(desk.kiki)
    (answer,) = quarantine.refuse(desk.kiki, [held["id"]], "Bukan orang sungguhan")
    (word,) = answer["words"]
    desk.meet()
    fields = {"entry": held["id"], "record": "", "decision": "released", "reason": "lain", "as": ""}

    def about(kind: Any) -> Callable[[Journal], Change]:
        return lambda journal: Change(record=word, type="quarantine_word", scope=AREA, kind=kind, fields=fields)

    lax(desk.wati, about("edit"), about("new"))
    desk.meet()
    (handled,) = [each for each in quarantine.listing(desk.kiki, handled=True) if each["id"] == held["id"]]
    assert [(one["decision"], one["by"]) for one in handled["words"]] == [("refused", "Kiki")]


def test_who_may_do_what_at_the_desk(desk: Desk, town: Any, person: Person) -> None:
    far = town.join("coordinator", "Jauh", "64.71.01")
    other = town.join("enumerator", "Lain", "64.71.05")
    desk.lose()
    town.carry(town.admin, far)
    register(desk.lost, person(1))
    desk.find(desk.kiki, far, town.admin)
    # An enumerator hears of what is held by an office bundle of the own area at most.
    town.carry(other, desk.kiki)
    town.carry(desk.kiki, other, to=other.member.id)
    for session, release, refuse in (
        (other, "not_allowed", "not_allowed"),
        (far, "outside_area", "outside_area"),
        (town.admin, "not_allowed", None),
    ):
        (held,) = quarantine.listing(session)
        # Nobody is called for what is not theirs to decide.
        assert session.status()["quarantined"] == (0 if session is far else 1)
        assert held["release"]["code"] == release
        assert (held["refuse"] or {}).get("code") == refuse
        (answer,) = quarantine.release(session, [held["id"]], "Benar")
        assert answer["code"] == release
        (answer,) = quarantine.refuse(session, [held["id"]], "Salah")
        assert answer.get("code") == refuse


def test_two_offices_that_take_one_thing_over_apart_meet_it_as_a_pair(desk: Desk, person: Person) -> None:
    desk.lose()
    register(desk.lost, person(1))
    register(desk.lost, person(2, nik=None, nik_absent_reason="hilang"))
    desk.find()
    ones = [quarantine.release(s, entries_of(quarantine.listing(s)), "Benar") for s in (desk.kiki, desk.wati)]
    desk.meet()
    for session in (desk.kiki, desk.wati):
        finding.catch_up(session)
        proposed = {(pair["a"], pair["b"]) for case in duplicates.listing(session) for pair in case["pairs"]}
        wanted = {tuple(sorted(pair)) for pair in zip(*[[a["registration"] for a in one] for one in ones], strict=True)}
        assert wanted <= proposed
        handled = quarantine.listing(session, handled=True)
        assert all(len(each["words"]) == 2 and len(each["twice"]) == 1 for each in handled)
        for a, b in wanted:
            assert "kiriman karantina yang sama" in duplicates.pair(session, a, b)["quarantine"]
    assert balanced(desk.kiki)["registered"] == balanced(desk.wati)["registered"] == 4


def test_what_counts_by_itself_later_is_no_longer_held_and_shows_beside_what_was_taken_over(
    desk: Desk, town: Any, person: Person
) -> None:
    # A second administrator revokes the enumerator, and is revoked for it by the first one, who never heard of it.
    deputy = town.join("admin", "Wakil")
    early = register(desk.lost, person(1))
    town.carry(desk.lost, deputy, town.admin, desk.kiki)
    town.carry(deputy, town.admin)
    town.carry(desk.kiki, town.admin, deputy)
    membership.revoke(deputy, "Hilang Rekaan", "Laptop hilang")
    town.carry(deputy, desk.kiki)
    late = register(desk.lost, person(2))
    desk.find(desk.kiki)
    (held,) = quarantine.listing(desk.kiki)
    assert (held["record"], held["code"]) == (late, "member_revoked")
    (answer,) = quarantine.release(desk.kiki, [held["id"]], "Benar")
    assert quarantine.listing(desk.kiki) == []

    membership.revoke(town.admin, "Wakil", "Salah cabut")
    town.carry(town.admin, desk.kiki, to=desk.kiki.member.id)
    assert {row["id"] for row in registrations.listing(desk.kiki)} == {early, late, answer["registration"]}
    (counts,) = [each for each in quarantine.listing(desk.kiki, handled=True) if each["state"] == "counts"]
    assert (counts["registration"], counts["twice"]) == (answer["registration"], [late])
    assert "dihitung sendiri" in duplicates.pair(desk.kiki, late, answer["registration"])["quarantine"]
    # What is held now is the late revocation itself.
    assert [each["type"] for each in quarantine.listing(desk.kiki)] == ["revocation"]


def test_a_release_is_taken_back_once_what_it_made_is_out_and_can_be_done_again(desk: Desk, person: Person) -> None:
    desk.lose()
    register(desk.lost, person(1))
    desk.find()
    (held,) = quarantine.listing(desk.kiki)
    (first,) = quarantine.release(desk.kiki, [held["id"]], "Benar")
    with pytest.raises(Problem, match="held_released"):
        quarantine.take_back(desk.kiki, first["words"][0])
    registrations.void(desk.kiki, first["registration"], "Keliru")
    quarantine.take_back(desk.kiki, first["words"][0][:13])
    (again,) = quarantine.release(desk.kiki, [held["id"]], "Benar")
    assert again["ok"]
    assert again["registration"] != first["registration"]
    assert balanced(desk.kiki)["void"] == 1


def test_a_change_that_comes_after_its_registration_was_taken_over_goes_to_what_it_became(
    desk: Desk, person: Person
) -> None:
    desk.lose()
    late = register(desk.lost, person(1))
    desk.find()
    (one,) = quarantine.release(desk.kiki, entries_of(quarantine.listing(desk.kiki)), "Benar")
    registrations.edit(desk.lost, late, {"work_place": "Pelabuhan"})
    desk.find(desk.kiki)
    (held,) = quarantine.listing(desk.kiki)
    assert (held["what"], held["registration"]) == ("changes", one["registration"])
    (answer,) = quarantine.release(desk.kiki, [held["id"]], "Benar")
    assert answer["state"] == "changed"
    assert registrations.show(desk.kiki, one["registration"])["values"]["work_place"] == "Pelabuhan"


def test_what_its_writer_took_out_again_is_not_taken_over(desk: Desk, person: Person) -> None:
    desk.lose()
    late = register(desk.lost, person(1))
    endings.end(desk.lost, [late], "consent", None, "Menarik persetujuan")
    desk.find()
    told = quarantine.release(desk.kiki, entries_of(quarantine.listing(desk.kiki)), "Benar")
    assert [answer["code"] for answer in told] == ["held_ended", "held_decision"]
    assert registrations.listing(desk.kiki) == []


def test_what_is_not_held_is_named_and_stops_nothing_else(desk: Desk, person: Person) -> None:
    desk.lose()
    register(desk.lost, person(1))
    desk.find()
    (held,) = quarantine.listing(desk.kiki)
    told = quarantine.release(desk.kiki, ["0" * 32, held["id"], held["id"]], "Benar")
    assert [(answer["ok"], answer.get("code")) for answer in told] == [(False, "held_not_found"), (True, None)]
    with pytest.raises(Problem, match="reason_needed"):
        quarantine.refuse(desk.kiki, [held["id"]], " ")
    (answer,) = quarantine.refuse(desk.kiki, [held["id"]], "Lain")
    assert answer["code"] == "held_handled"
    assert exchange.quarantine(desk.kiki)[0]["decision"] == "released"
    # Nothing of a person is in what is refused, nor in the list that a script reads.
    for value in (person(1)["nik"], person(1)["name"], person(1)["mother_name"]):
        assert value not in repr([told, quarantine.entries(desk.kiki)])
