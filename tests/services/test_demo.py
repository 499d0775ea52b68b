"""The demonstration, made and walked with the real services, files, processes and a real hub."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from fieldapp.locale import set_language
from fieldapp.services import conflicts, demo, drafts, ledger, prelist, registrations, review, sheets
from fieldapp.services.demo.homes import (
    ADMIN,
    COORDINATOR,
    EVERYBODY,
    HUB,
    LAPTOPS,
    MARK,
    README,
    SUPERVISOR,
    open_home,
)
from fieldapp.services.pairs import duplicates
from fieldapp.services.prelist import importing as prelist_import
from fieldapp.services.problems import Problem
from fieldapp.services.quota import budget
from fieldapp.services.words import place_words

ANI, BUDI, CITRA = LAPTOPS


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> demo.DemoHomes:
    return demo.build(tmp_path_factory.mktemp("demo"), people=120)


class Walked:
    """One walk of the whole road: what it answered and what it said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.answer: dict[str, Any] = demo.walk(folder, self.said.append, people=60)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Walked:
    return Walked(tmp_path_factory.mktemp("walk"))


@pytest.fixture
def english() -> Iterator[None]:
    set_language("en")
    yield
    set_language("id")


def states(homes: demo.DemoHomes, role: Any) -> Counter[str]:
    with open_home(homes, role) as session:
        return Counter(str(row["state"]) for row in registrations.listing(session))


def test_the_supervisor_opens_a_programme_in_the_middle_of_its_work(built: demo.DemoHomes) -> None:
    found = states(built, SUPERVISOR)
    # Thirty were approved; one of them changed afterwards.
    assert found["approved"] == 29
    assert found["waiting"] == 0
    assert found["returned"] == 4
    assert found["rejected"] == 2
    assert found["changed_after_review"] == 1
    assert found["submitted"] > 50
    # Two conflicts, two people who were registered twice, and two who use one NIK.
    assert found["has_issues"] == 2 + 4 + 2
    with open_home(built, SUPERVISOR) as session:
        cases = duplicates.listing(session)
    assert sorted(pair["band"] for case in cases for pair in case["pairs"]) == [
        *["almost_certain"] * 3,
        "same_nik",
        "to_review",
    ]


def test_every_replica_lists_what_it_holds_as_the_supervisor_does(built: demo.DemoHomes) -> None:
    with open_home(built, SUPERVISOR) as session:
        whole = {row["id"]: row for row in registrations.listing(session)}
    with open_home(built, COORDINATOR) as session:
        assert registrations.listing(session) == [whole[id] for id in sorted(whole)]
    for laptop in (ANI, BUDI):
        with open_home(built, laptop) as session:
            for row in registrations.listing(session):
                # Who waits for a slot and who was registered in another area too is known at the office alone.
                assert {**row, "state": ""} == {**whole[row["id"]], "state": ""}, laptop.key


def test_drafts_hold_what_was_wrong_and_nothing_of_it_travels(built: demo.DemoHomes) -> None:
    for laptop in LAPTOPS:
        with open_home(built, laptop) as session:
            kept = drafts.drafts(session)
            assert kept
            assert all(draft.errors or draft.warnings for draft in kept)
    assert "draft" not in states(built, COORDINATOR)


def test_what_was_met_after_the_stick_left_is_not_carried_yet(built: demo.DemoHomes) -> None:
    with open_home(built, CITRA) as session:
        assert session.status()["not_carried"] == 6


def test_conflicts_keep_both_values_and_name_both_writers(built: demo.DemoHomes) -> None:
    with open_home(built, COORDINATOR) as session:
        found = {conflict["field"]: conflict for conflict in conflicts.listing(session)}
    assert set(found) == {"heir_name", "work_place"}
    assert {value["by"] for value in found["heir_name"]["values"]} == {COORDINATOR.name, ANI.name}
    assert len({value["value"] for value in found["heir_name"]["values"]}) == 2


def test_a_returned_registration_reaches_its_enumerator_with_the_comments(built: demo.DemoHomes) -> None:
    reached = 0
    for laptop in LAPTOPS:
        with open_home(built, laptop) as session:
            for row in registrations.listing(session, state="returned"):
                shown = registrations.show(session, row["id"], history=True)
                assert "kartu keluarga" in json.dumps(shown, ensure_ascii=False)
                reached += 1
    assert reached == 4


def test_every_ledger_balances(built: demo.DemoHomes) -> None:
    for role in EVERYBODY:
        with open_home(built, role) as session:
            book = ledger.ledger(session)
        assert book["balanced"], (role.key, book["missing"])


def test_nothing_on_the_stick_or_in_a_home_can_be_read_without_its_keys(built: demo.DemoHomes) -> None:
    files = [path for path in built.folder.rglob("*") if path.is_file() and path.name not in (MARK, README)]
    assert len(files) > 20
    for path in files:
        content = path.read_bytes()
        assert not content.startswith(b"SQLite format 3"), path.name
        for text in (b"Contoh", b"64710", b"Klandasan", b"mother_name"):
            assert text not in content, path.name


def test_a_finished_demonstration_is_opened_again_instead_of_made_again(built: demo.DemoHomes) -> None:
    before = (built.home(SUPERVISOR).folder / "vault.json").read_bytes()
    said: list[str] = []
    home, passphrase = demo.open_demo(built.folder, say=said.append)
    assert home == built.home(SUPERVISOR).folder
    assert (home / "vault.json").read_bytes() == before
    whole = "\n".join(said)
    assert passphrase in whole
    for role in EVERYBODY:
        assert built.home(role).passphrase in whole
        assert built.home(role).key in whole
    assert (built.folder / README).read_text(encoding="utf-8") == whole + "\n"


def test_the_supervisor_can_still_approve(built: demo.DemoHomes) -> None:
    with open_home(built, SUPERVISOR) as session:
        fit = [row["id"] for row in review.queue(session) if row["nik"] and not row["reasons"]]
        outlook = budget.outlook(session, fit[:1], "approve")
    assert outlook["slots_left"] == 21
    assert outlook["after"]["within_budget"]


def test_passphrases_stay_out_of_what_a_program_might_print(built: demo.DemoHomes) -> None:
    assert "contoh-pengawas" not in repr(built)


@pytest.mark.parametrize("name", ["tesis.docx", MARK])
def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("milik orang lain")
    with pytest.raises(Problem) as refused:
        demo.build(tmp_path)
    assert refused.value.code == "demo_folder"
    assert "--dir" in refused.value.message()
    assert os.listdir(tmp_path) == [name]


def test_a_file_in_the_place_of_the_folder_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("")
    with pytest.raises(Problem) as refused:
        demo.build(tmp_path / "demo")
    assert refused.value.code == "file_not_written"


def test_the_road_ends_with_balanced_ledgers_and_equal_lists(walked: Walked) -> None:
    assert walked.answer["balanced"] is True
    assert walked.answer["same_list"] is True
    totals = walked.answer["ledger"]["totals"]
    places = {key: count for key, count in totals.items() if key not in ("registered", "unreadable", "quarantined")}
    assert totals["registered"] == sum(places.values()) > 50
    assert not [name for name in totals if place_words(name) == name]
    assert walked.said[-1] == "balanced: true"


def test_the_road_leaves_no_conflict_and_nothing_uncarried(walked: Walked) -> None:
    homes = demo.build(walked.folder)
    for role in (*LAPTOPS, COORDINATOR, SUPERVISOR):
        with open_home(homes, role) as session:
            assert session.status()["not_carried"] == 0, role.key
            assert conflicts.listing(session) == [], role.key
            assert session.status()["returned"] == 0, role.key
            # Whoever tries the demonstration is not told that the laptop's clock is wrong.
            assert abs(session.status()["clock_offset_ms"]) < 60_000, role.key


def test_the_hub_of_the_road_held_everything_and_is_gone(walked: Walked) -> None:
    url = next(line for line in walked.said if "http://127.0.0.1:" in line)
    port = int(url.split("http://127.0.0.1:")[1].split(";")[0])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    homes = demo.build(walked.folder)
    assert states(homes, HUB) == states(homes, SUPERVISOR)


def test_the_sheet_holds_the_approved_with_their_numbers_as_text(walked: Walked) -> None:
    rows = CalamineWorkbook.from_path(walked.answer["sheet"]).get_sheet_by_index(0).to_python()
    header, people = rows[0], rows[1:]
    assert len(people) == walked.answer["rows"] == walked.answer["ledger"]["totals"]["approved"] == 11
    nik, state = header.index("nik"), header.index("state")
    for row in people:
        assert isinstance(row[nik], str)
        assert len(row[nik]) == 16
        assert int(row[nik][-4:]) >= 9000
        assert row[state] == "approved"


def test_the_sheet_is_the_same_people_as_csv(walked: Walked, tmp_path: Path) -> None:
    homes = demo.build(walked.folder)
    with open_home(homes, SUPERVISOR) as session:
        answer = sheets.export(session, tmp_path / "a.csv", filter={"state": "approved"})
    assert answer["rows"] == walked.answer["rows"]


def test_approvals_beyond_the_lease_wait_in_line(walked: Walked) -> None:
    # Fifteen approvals on eleven slots; one changed afterwards, and its slot went to the first in line.
    totals = walked.answer["ledger"]["totals"]
    assert (totals["approved"], totals["waiting"]) == (11, 3)


def test_every_step_is_said_in_order(walked: Walked) -> None:
    whole = "\n".join(walked.said)
    steps = ["Pendataan", "Flashdisk ke koordinator", "Pemeriksaan", "Paket balasan", "Pusat berjalan", "Lembar kerja"]
    places = [whole.index(step) for step in steps]
    assert places == sorted(places)
    assert "{" not in whole


def test_the_road_is_said_in_english_too(tmp_path: Path, english: None) -> None:
    said: list[str] = []
    assert demo.headless(tmp_path / "en", said.append, people=36) == 0
    whole = "\n".join(said)
    for word in ("Registering", "stick", "Review", "Return bundles", "hub", "Sheet", "ledger"):
        assert word in whole
    for word in ("pendaftaran", "menulis", "perubahan"):
        assert word not in whole


def test_the_main_command_walks_the_road_in_a_process_of_its_own(tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FIELDAPP_")}
    run = subprocess.run(
        [sys.executable, "-m", "fieldapp", "demo", "--headless", "--json", "--dir", str(tmp_path / "road")],
        cwd=Path(__file__).parents[2],
        env=clean | {"FIELDAPP_HOME": str(tmp_path / "own"), "FIELDAPP_LANG": "en"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert json.loads(run.stdout)["balanced"] is True
    assert "balanced: true" in run.stderr
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "own").exists(), "the demonstration stays in its own folder"


def test_the_admin_sees_the_programme_and_nobody_registered(built: demo.DemoHomes) -> None:
    with open_home(built, ADMIN) as session:
        assert session.settings.quota == 200
        assert registrations.listing(session) == []


def test_every_laptop_has_people_to_visit_and_the_office_gets_the_sum_over_the_network(
    built: demo.DemoHomes, walked: Walked
) -> None:
    for laptop in LAPTOPS:
        with open_home(built, laptop) as session:
            states = Counter(row["state"] for row in prelist.rows(session, prelist.ids(session)))
        assert states["belum"] >= 5
        assert states["terdaftar"] >= 1
        assert [states[state] for state in ("tidak_di_rumah", "pindah", "menolak")] == [1, 1, 1]
    with open_home(built, COORDINATOR) as session:
        assert {row["state"] for row in prelist.rows(session, prelist.ids(session))} == {"belum", "terdaftar"}
        # The office's own sheet is still known.
        again = prelist_import.import_list(session, built.folder / "daftar-kunjungan.xlsx", name="Difabel 2026")
        assert (again["added"], again["gone"], again["refused"]) == (0, 0, 0)
    homes = demo.build(walked.folder)
    with open_home(homes, COORDINATOR) as session:
        found = prelist.tally(session)
    assert sum(each["states"].get("menolak", 0) for each in found) == len(LAPTOPS)
    assert len([line for line in walked.said if line.endswith(" dikunjungi")]) == len(LAPTOPS)
