"""Drafts, handing in, many at once, corrections."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldapp.services import registrations
from fieldapp.services.problems import Problem
from fieldapp.services.quota import endings

SAMPLE = Path(__file__).parents[1] / "forms" / "data"


def register(session: Any, values: dict[str, Any]) -> str:
    draft = registrations.new_draft(session, values)
    answer = registrations.submit(session, draft.id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


def test_a_finished_draft_becomes_a_registration_and_stops_being_a_draft(town: Any, person: Callable[..., Any]) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    draft = registrations.new_draft(laptop, person())
    answer = registrations.submit(laptop, draft.id)
    assert answer == {"id": draft.id, "state": "submitted", "errors": [], "warnings": []}
    assert registrations.drafts(laptop) == []
    (listed,) = registrations.listing(laptop)
    assert listed["nik"] == "6471********9001"
    assert listed["area"] == "64.71.05.1002"


def test_a_draft_with_errors_stays_and_says_what_is_wrong(town: Any, person: Callable[..., Any]) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    draft = registrations.new_draft(laptop, person(nik="64710528067490", mother_name=None))
    answer = registrations.submit(laptop, draft.id)
    assert answer["state"] == "draft"
    assert [(e["code"], e["field"]) for e in answer["errors"]] == [("nik_length", "nik"), ("required", "mother_name")]
    assert registrations.draft(laptop, draft.id).values["nik"] == "64710528067490"


def test_a_warning_asks_for_a_reason_which_is_kept(town: Any, person: Callable[..., Any]) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    draft = registrations.new_draft(laptop, person(sex="P"))
    first = registrations.submit(laptop, draft.id)
    assert [w["code"] for w in first["warnings"]] == ["nik_sex_differs"]
    assert first["state"] == "draft"
    registrations.submit(laptop, draft.id, {"nik_sex_differs": "KTP salah cetak"})
    assert registrations.show(laptop, draft.id)["overrides"] == {"nik_sex_differs": "KTP salah cetak"}


def test_the_second_person_of_a_nik_is_refused_and_kept_as_a_draft(town: Any, person: Callable[..., Any]) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    register(laptop, person())
    answer = registrations.submit(laptop, registrations.new_draft(laptop, person(name="Contoh Lain")).id)
    assert [e["code"] for e in answer["errors"]] == ["duplicate_nik"]
    assert len(registrations.drafts(laptop)) == 1


def test_of_a_person_who_refuses_nothing_but_the_visit_is_kept(town: Any, person: Callable[..., Any]) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    draft = registrations.new_draft(laptop, person(consent_given=False))
    answer = registrations.submit(laptop, draft.id)
    assert [e["code"] for e in answer["errors"]] == ["consent_refused"]
    kept = registrations.draft(laptop, draft.id).values
    assert kept["visit"] == "menolak"
    assert not {"nik", "name", "mother_name", "kinds"} & set(kept)


def test_every_line_of_the_field_sample_is_answered_and_nothing_is_dropped(town: Any) -> None:
    laptop = town.join("enumerator", "Sari", "64.71")
    lines = (SAMPLE / "registrations.ndjson").read_bytes().splitlines(keepends=True)
    answers = list(registrations.register_many(laptop, lines))
    assert [a["line"] for a in answers] == list(range(1, len(lines) + 1))
    submitted = {a["id"] for a in answers if a["state"] == "submitted"}
    drafts = {a["id"] for a in answers if a["state"] == "draft"}
    assert len(submitted) + len(drafts) == len(lines)
    assert {row["id"] for row in registrations.listing(laptop)} == submitted
    assert {draft.id for draft in registrations.drafts(laptop)} == drafts
    expected = (SAMPLE / "expected.csv").read_text(encoding="utf-8").splitlines()[1:]
    faulty = {int(line.split(",")[0]) for line in expected if line.split(",")[1] == "draft"}
    assert faulty <= {a["line"] for a in answers if a["errors"]}


def test_lines_that_hold_no_registration_are_answered_and_kept_word_for_word(town: Any) -> None:
    laptop = town.join("enumerator", "Sari", "64.71")
    lines = [b"\xff\xfe nonsense\n", b"[1, 2]\n", b'{"a": 1, "a": 2}\n', b"\n", b"{" * 3000, b"not json"]
    answers = list(registrations.register_many(laptop, lines))
    assert [a["line"] for a in answers] == [1, 2, 3, 5, 6]
    assert {a["state"] for a in answers} == {"unreadable"}
    from fieldapp.store import drafts as kept

    assert [line.content for line in laptop.read(kept.unreadable_lines)] == [
        line.rstrip(b"\n") for line in lines if line.strip()
    ]


@pytest.mark.parametrize(
    "odd",
    [
        {"nik": "6,47105E+15"},
        {"name": "Contoh\x07\x00"},
        {"name": "x" * 10_000_000},
        {"name": "Contoh [/x]"},
        {"monthly_income": 1.5},
        {"unknown": {"deep": [[[[[[[[[[1.5]]]]]]]]]]}},
        {"kinds": {"a": 1}},
        {"documents": 7},
        {"overrides": "ya"},
        {"ktp_rt": "\ud800"},
    ],
    ids=lambda odd: next(iter(odd)),
)
def test_odd_answers_are_findings_and_never_lost(town: Any, person: Callable[..., Any], odd: dict[str, Any]) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    line = json.dumps({**person(), **odd}).encode()
    (answer,) = registrations.register_many(laptop, [line])
    assert answer["state"] == "draft"
    assert answer["errors"]
    ((name, value),) = odd.items()
    kept = registrations.draft(laptop, answer["id"]).values
    assert kept[name] == value


def test_a_correction_changes_only_what_its_writer_changed(town: Any, person: Callable[..., Any]) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    registration = register(laptop, person())
    draft = registrations.correction(laptop, registration)
    values = {**draft.values, "work_place": "Pasar"}
    registrations.save_draft(laptop, draft.id, values)
    assert registrations.submit(laptop, draft.id)["id"] == registration
    last = registrations.history(laptop, registration)[-1]
    assert [(c["field"], c["from"], c["to"]) for c in last["changes"]] == [("work_place", "Rumah", "Pasar")]


def test_an_edit_that_a_rule_refuses_changes_nothing(town: Any, person: Callable[..., Any]) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    registration = register(laptop, person())
    with pytest.raises(Problem) as refused:
        registrations.edit(laptop, registration, {"nik": "1111111111111111"})
    assert refused.value.exit_code == 1
    assert [f["code"] for f in refused.value.findings] == ["nik_filler"]
    assert registrations.show(laptop, registration)["values"]["nik"] == "6471052806749001"
    assert len(registrations.history(laptop, registration)) == 1


def test_a_withdrawn_consent_takes_the_person_off_the_list(town: Any, person: Callable[..., Any]) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    registration = register(laptop, person())
    [told] = endings.end(laptop, [registration], "consent", None, "Menarik persetujuan")["registrations"]
    assert told["state"] == "withdrawn"
    assert register(laptop, person()) != registration


def test_a_whole_nik_is_shown_on_request_and_that_is_kept(town: Any, person: Callable[..., Any]) -> None:
    from fieldapp.store import disclosures

    laptop = town.join("enumerator", "Sari", "64.71.05")
    registration = register(laptop, person())
    assert registrations.unmasked_nik(laptop, registration) == "6471052806749001"
    ((kind, member, _, shown, people),) = laptop.read(disclosures.all_disclosures)
    assert (kind, member, shown, people) == ("nik", laptop.member.id, registration, 1)
