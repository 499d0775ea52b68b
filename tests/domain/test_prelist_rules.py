"""What an enumerator may write about somebody on the prelist, and what stays of a person who refused."""

from __future__ import annotations

from typing import Any

import pytest

from fieldapp.domain import prelist, roles

AT = "2026-11-02T00:00:00Z"
LIST = "01a00000-0000-7000-8000-000000000001"
HELD: dict[str, Any] = {
    "list": LIST, "name": "Contoh Rekaan", "nik": "6471050101909001", "address": "Jl. Rekaan 1", "rt": "005",
    "rw": "001", "note": "tetangga Contoh Dua",
}  # fmt: skip


@pytest.mark.parametrize("result", prelist.RESULTS[:-1])
def test_what_a_visit_found_may_be_said_with_a_note(result: str) -> None:
    assert prelist.is_visit(prelist.visited(HELD, result, AT, "pagar terkunci"))


def test_visits_are_counted_on() -> None:
    first = prelist.visited(HELD, "tidak_di_rumah", AT)
    assert prelist.visited(first, "pindah", AT)["visits"] == 2
    assert prelist.is_visit(prelist.visited({"visits": 999}, "pindah", AT))


def test_a_visit_may_be_taken_back() -> None:
    assert prelist.is_visit(dict.fromkeys(prelist.VISIT))


def test_a_refusal_empties_everything_that_tells_who_it_was_and_keeps_where() -> None:
    fields = prelist.refused(HELD, AT)
    assert prelist.is_visit(fields)
    left = {name: value for name, value in fields.items() if value is not None}
    assert left == {"list": LIST, "rt": "005", "rw": "001", "visit": "menolak", "visited_at": AT, "visits": 1}
    # Every field that the item had is set again, or the entry that began it could never be let go.
    assert fields.keys() >= HELD.keys()


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "Orang Lain"},
        {"visit": "tidak_di_rumah", "name": "Orang Lain"},
        {"visit": "tidak_di_rumah", "name": None},
        {"visit": None, "nik": None},
        {"name": None, "nik": None},
        {"visit": "menolak", "name": "Orang Lain"},
        {"visit": "menolak", "visit_note": "Contoh Rekaan marah"},
        {"visit": "pindah", "rt": "006"},
        {"visit": "menolak", "rt": "Contoh Rekaan"},
        {"visit": "menolak", "list": "Contoh Rekaan"},
        {"visit": "terdaftar"},
        {"visit": ["pindah"]},
        {"visit": "pindah", "visited_at": "Contoh Rekaan"},
        {"visit": "pindah", "visit_note": "x" * (prelist.NOTE_MAX + 1)},
        {"visit": "pindah", "visits": "Contoh Rekaan"},
        {"visit": "pindah", "visits": True},
        {"visit": "pindah", "visits": 1000},
        {"visit": "pindah", "gone": LIST},
        {"visit": "pindah", "anything": 1},
        {"visited_at": AT},
        {},
    ],
)
def test_nothing_else_may_be_written(changed: dict[str, Any]) -> None:
    assert not prelist.is_visit(changed)


def test_an_edit_whose_values_were_let_go_still_counts_by_its_names() -> None:
    stub = dict.fromkeys(prelist.refused(HELD, AT))
    assert prelist.is_visit(stub, is_stub=True)
    assert not prelist.is_visit(stub)
    assert not prelist.is_visit({"visit": None, "gone": None}, is_stub=True)


def test_the_office_writes_items_whole_and_enumerators_only_what_is_open_in_part() -> None:
    for role in ("coordinator", "supervisor", "admin"):
        for type in (prelist.TYPE, prelist.LIST_TYPE):
            for kind in ("new", "edit", "void"):
                assert roles.may(role, type, kind, own_record=False) is None
    for kind in ("new", "edit", "resolve", "void", "decide", "comment"):
        assert roles.may("enumerator", prelist.TYPE, kind, own_record=False) == "role_not_allowed"
        assert roles.may("enumerator", prelist.LIST_TYPE, kind, own_record=False, part=True) == "role_not_allowed"
    assert roles.may("enumerator", prelist.TYPE, "edit", own_record=False, part=True) is None
    assert roles.may("enumerator", prelist.TYPE, "new", own_record=False, part=True) == "role_not_allowed"
    assert roles.may("hub", prelist.TYPE, "edit", own_record=False, part=True) == "role_not_allowed"
