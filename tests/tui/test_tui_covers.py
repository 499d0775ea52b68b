"""What the screens say of a person who is on a list of people covered already."""

from __future__ import annotations

from typing import Any

from fieldapp.tui.reading import joined, record_parts
from fieldapp.tui.screens.review import why

SHOWN: dict[str, Any] = {
    "id": "01a1998e-8a50-79a3-ad00-be34d7252889",
    "state": "submitted",
    "values": {"name": "Contoh Orang"},
    "conflicts": {},
    "overrides": {},
    "comments": [],
    "area": "64.71.05.1002",
    "area_name": "Sepinggan",
    "registered_by": "Siti",
    "round": 1,
}
SAID = {"decision": "ended", "reason": "Sudah berhenti", "by": "Agus", "at": "2026-11-02T00:00:00Z"}


def lines(*standings: dict[str, Any]) -> list[str]:
    return [line.text for line in joined(record_parts({**SHOWN, "covers": list(standings)}, [], (76, 76)))]


def test_the_queue_says_in_words_that_somebody_is_covered_or_looks_like_it() -> None:
    assert why({"reasons": ["covers"]}) == "sudah terlindungi"
    assert why({"reasons": ["cover_near", "overrides"]}) == "mirip orang terlindungi, diberi alasan"
    assert why({"reasons": []}) == "-"


def test_a_record_names_the_list_and_what_was_decided_about_its_row() -> None:
    open_ = {"list": "x", "name": "Daftar [b]Rekaan", "kind": "province", "blocks": True, "by_nik": True}
    told = "\n".join(lines({**open_, "decision": None}))
    assert "Terlindungi: NIK ini ada di daftar Daftar [b]Rekaan." in told
    told = " ".join(" ".join(lines({**open_, "blocks": False, "decision": SAID})).split())
    assert "perlindungannya sudah berakhir (Agus: Sudah berhenti)" in told
    assert not any("Terlindungi" in line for line in lines())
