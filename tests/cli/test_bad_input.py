"""Bad input: each kind has its own clear message and exit code, changes nothing and loses nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest


def _contents(folder: Path) -> dict[str, bytes]:
    """Every file of a data folder, the crash reports included: there must never be one."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def stick(office, tools) -> Path:
    """A bundle of Siti's for the office with two people in it, not merged anywhere yet."""
    tools.registered(office.siti, tools.person(1), tools.person(2))
    return office.carry("siti")


def _damaged(stick: Path, name: str, content: bytes) -> Path:
    file = stick.with_name(name)
    file.write_bytes(content)
    return file


def test_every_kind_of_bad_bundle_is_refused_with_its_own_code_and_changes_nothing(office, stick) -> None:
    whole = stick.read_bytes()
    first, second, third, rest = whole.split(b"\n", 3)
    flipped = bytearray(whole)
    flipped[-100] ^= 1
    kinds = {
        "bundle_unknown": b"PK\x03\x04 no bundle at all",
        "bundle_version": whole.replace(b"BUNDLE 1", b"BUNDLE 9", 1),
        "bundle_truncated": whole[: len(whole) * 2 // 3],
        "bundle_damaged": bytes(flipped),
        "bundle_forged": b"\n".join([first, second, (b"0" if third[:1] != b"0" else b"1") + third[1:], rest]),
    }
    before = office.dewi("list", "--json").out
    told = {}
    for code, content in kinds.items():
        error = office.dewi.refused(4, "bundle", "merge", _damaged(stick, f"{code}.bundle", content))
        assert error["code"] == code
        told[error["message"]] = code
    assert len(told) == len(kinds)
    assert office.dewi("list", "--json").out == before
    assert office.dewi.done("bundle", "merge", stick)["registrations"]["new"] == 2


def test_any_flipped_or_missing_byte_of_a_bundle_is_refused_in_words(office, stick) -> None:
    whole = stick.read_bytes()
    for at in range(0, len(whole), max(1, len(whole) // 12)):
        flipped = bytearray(whole)
        flipped[at] ^= 0x20
        for content in (bytes(flipped), whole[:at]):
            for language in ("id", "en"):
                answer = office.dewi("bundle", "merge", _damaged(stick, "rusak.bundle", content), language=language)
                assert answer.code == 4, (at, answer)
                assert "Traceback" not in answer.err
    assert office.dewi.done("list") == []


def test_a_bundle_of_another_programme_is_refused(office, stick, tmp_path, laptop) -> None:
    words = ("--city", "64.71", "--quota", 5, "--budget", 1000000, "--premium", 16800, "--start", "2026-01")
    laptop.done("programme", "new", "--name", "Program Lain", *words)
    assert laptop.refused(4, "bundle", "merge", stick)["code"] == "bundle_foreign"
    assert laptop.done("list") == []


def test_a_bundle_for_somebody_else_is_refused(office, stick) -> None:
    office.dewi.done("bundle", "merge", stick)
    office.carry("rudi", "dewi")
    returned = office.folder / "untuk-siti.bundle"
    office.dewi.done("bundle", "write", returned, "--to", "Siti Rekaan")
    assert office.rudi.refused(4, "bundle", "merge", returned)["code"] == "bundle_not_for_us"
    assert office.rudi.done("list") == []


def test_several_bundles_are_merged_all_or_none(office, stick) -> None:
    bad = _damaged(stick, "rusak.bundle", stick.read_bytes()[:-50])
    error = office.dewi.refused(4, "bundle", "merge", stick, bad)
    assert error["code"] == "bundle_truncated"
    assert "rusak.bundle" in error["message"]
    assert office.dewi.done("list") == []


def test_a_bundle_can_be_looked_at_without_merging_it(office, stick) -> None:
    looked = office.dewi.done("bundle", "inspect", stick)
    assert looked["readable"] is True
    assert office.dewi.done("list") == []
    assert office.dewi.refused(4, "bundle", "inspect", _damaged(stick, "x.bundle", b"x"))["code"] == "bundle_unknown"


@pytest.mark.parametrize(
    "words",
    [
        ("bundle", "merge", "tidak-ada.bundle"),
        ("bundle", "inspect", "tidak-ada.bundle"),
        ("register", "--from", "tidak-ada.ndjson"),
        ("show", "0192f000-0000-7000-8000-000000000000"),
        ("edit", "0192f000-0000-7000-8000-000000000000", "--set", "name=Rekaan"),
        ("conflicts", "resolve", "0192f000-0000-7000-8000-000000000000", "name", "--value", "Rekaan"),
        ("bundle", "write", "keluar.bundle", "--to", "Tidak Dikenal"),
        ("register", "--submit", "0192f000-0000-7000-8000-000000000000"),
        ("register", "--lines", "--resume", "0192f000-0000-7000-8000-000000000000"),
    ],
)
def test_what_is_not_there_ends_with_exit_code_three(office, words) -> None:
    error = office.siti.refused(3, *words)
    assert error["message"]


def test_a_late_change_of_a_revoked_member_waits_in_quarantine(office, tools) -> None:
    (early,) = tools.registered(office.siti, tools.person(1))
    office.carry("siti", "admin")
    office.admin.done("revoke", "Siti Rekaan", "--reason", "laptop hilang")
    (late,) = tools.registered(office.siti, tools.person(2))
    stick = office.carry("siti")
    merged = office.admin.done("bundle", "merge", stick)
    assert merged["entries"]["quarantined"] >= 1
    assert [each["id"] for each in office.admin.done("list")] == [early]
    waiting = office.admin.done("quarantine", "list")
    assert {each["code"] for each in waiting} == {"member_revoked"}
    assert late in {each["id"] for each in waiting}
    assert all(each["message"] for each in waiting)


def test_a_wrong_passphrase_is_refused_and_nothing_on_disk_changes(office) -> None:
    before = _contents(office.siti.home)
    error = office.siti.refused(5, "list", passphrase="bukan kata sandinya")
    assert error["code"] == "wrong_passphrase"
    assert _contents(office.siti.home) == before


def test_without_a_passphrase_and_a_terminal_the_laptop_stays_locked(office) -> None:
    assert office.siti.refused(5, "list", passphrase=None)["code"] == "locked"


def test_without_a_programme_there_is_nothing_to_unlock(laptop) -> None:
    assert laptop.refused(5, "list")["code"] == "no_store"
    assert not (laptop.home / "crash").exists()


def test_the_passphrase_file_goes_before_the_variable(office, tmp_path) -> None:
    file = tmp_path / "sandi.txt"
    file.write_text("kata sandi rekaan\n", encoding="utf-8")
    assert office.siti.done("list", passphrase="salah sekali", FIELDAPP_PASSPHRASE_FILE=str(file)) == []
    assert office.siti.refused(5, "list", FIELDAPP_PASSPHRASE_FILE=str(tmp_path / "tidak-ada"))["message"]


def test_the_file_on_disk_and_the_bundle_show_nobody_s_data(office, tools, stick) -> None:
    someone = tools.person(1)
    files = {**_contents(office.siti.home), "stick": stick.read_bytes()}
    assert not [name for name, content in files.items() if content.startswith(b"SQLite format 3")]
    for value in (someone["nik"], someone["name"], someone["ktp_address"], "12345600"):
        assert not [name for name, content in files.items() if value.encode() in content]


# Lines of `register --from`. What is no answer to a question becomes a draft with its findings; nothing is dropped.


def _answer(office, tools, line: bytes) -> dict:
    answer = office.siti("register", "--from", "-", "--json", given=line)
    assert answer.code == 1, answer
    (only,) = answer.json
    return only


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"nik": "6.47105281274900E+15"}, "nik"),
        ({"nik": 6.47105281274900e15}, "nik"),
        ({"nik": 6471052812749001}, "nik"),
        ({"name": "Rekaan\x00\x1b[31m"}, "name"),
        ({"name": "R" * 10_000_000}, "name"),
        ({"name": ["Rekaan"]}, "name"),
        ({"works": "barangkali"}, "works"),
        ({"kinds": {"a": 1}}, "kinds"),
        ({"monthly_income": 1e300}, "monthly_income"),
        ({"birth_date": "2999-01-01"}, "birth_date"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_answer_that_cannot_be_right_keeps_the_line_as_a_draft(office, tools, changes, field) -> None:
    answer = _answer(office, tools, tools.lines(tools.person(1, **changes)))
    assert answer["state"] == "draft"
    assert field in [each["field"] for each in answer["errors"]], answer
    assert all(each["message"] and each["code"] for each in answer["errors"])
    kept = office.siti.done("show", answer["id"])["values"]
    assert kept["mother_name"] == "Ibu Rekaan"
    if isinstance(changes[field], str):
        assert kept[field] == changes[field]


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe\x00 no text\n",
        b'{"name": "Rekaan \xff"}\n',
        b"[1, 2]\n",
        b'"a text"\n',
        b'{"name": \n',
        b"[" * 200_000 + b"\n",
        b'{"name": ' + b"[" * 100_000 + b"\n",
    ],
    ids=lambda value: repr(value[:20]),
)
def test_a_line_that_is_no_object_is_answered_and_kept(office, tools, line) -> None:
    whole = tools.lines(tools.person(1)) + line + tools.lines(tools.person(2))
    answer = office.siti("register", "--from", "-", "--json", given=whole)
    assert answer.code == 1
    assert [each["state"] for each in answer.json] == ["submitted", "unreadable", "submitted"]
    assert [each["line"] for each in answer.json] == [1, 2, 3]
    assert answer.json[1]["errors"][0]["message"]


def test_a_name_with_markup_is_a_name(office, tools) -> None:
    (known,) = tools.registered(office.siti, tools.person(1, work_place="[/x] [bold]pasar"))
    assert office.siti.done("show", known)["values"]["work_place"] == "[/x] [bold]pasar"
    assert "[/x] [bold]pasar" in office.siti("show", known).out


def test_an_unknown_key_is_told_and_its_value_kept(office, tools) -> None:
    answer = office.siti("register", "--from", "-", "--json", given=tools.lines(tools.person(1, hobi="memancing")))
    (only,) = answer.json
    told = [*only["errors"], *only["warnings"]]
    assert "unknown_key" in [each["code"] for each in told]
    assert office.siti.done("show", only["id"])["values"]["hobi"] == "memancing"


def test_warnings_are_explained_for_all_lines_or_by_the_line_itself(office, tools) -> None:
    doubtful = tools.person(1, monthly_income=9_000_000)
    (asked,) = office.siti("register", "--from", "-", "--json", given=tools.lines(doubtful)).json
    assert asked["state"] == "draft"
    code = asked["warnings"][0]["code"]
    explained = tools.person(2, monthly_income=9_000_000, overrides={code: "penghasilan musiman"})
    (known,) = tools.registered(office.siti, explained)
    assert office.siti.done("show", known)["overrides"] == {code: "penghasilan musiman"}
    accepted = office.siti.done(
        "register",
        "--from",
        "-",
        "--accept-warnings",
        "diperiksa",
        given=tools.lines(
            tools.person(3, **{**doubtful, "nik": tools.person(3)["nik"], "birth_date": tools.person(3)["birth_date"]})
        ),
    )
    assert accepted[0]["state"] == "submitted"
    (sent,) = office.siti.done("register", "--submit", asked["id"], "--accept-warnings", "diperiksa")
    assert sent == {**sent, "id": asked["id"], "state": "submitted"}


def test_draft_keeps_every_line_as_a_draft(office, tools) -> None:
    answers = office.siti.done("register", "--from", "-", "--draft", given=tools.lines(tools.person(1), {}))
    assert [each["state"] for each in answers] == ["draft", "draft"]
    assert office.siti.done("list") == []
    assert len(office.siti.done("list", "--state", "draft")) == 2


def test_a_draft_is_corrected_and_submitted_by_commands(office, tools) -> None:
    (draft,) = office.siti("register", "--from", "-", "--json", given=tools.lines(tools.person(1, nik="123"))).json
    edited = office.siti.done("edit", draft["id"], "--set", f"nik={tools.person(1)['nik']}")
    assert edited["errors"] == []
    (sent,) = office.siti.done("register", "--submit", draft["id"])
    assert sent["state"] == "submitted"


def test_an_edit_that_a_rule_refuses_changes_nothing(office, tools) -> None:
    (known,) = tools.registered(office.siti, tools.person(1))
    before = office.siti("show", known, "--json", "--history").out
    error = office.siti.refused(1, "edit", known, "--set", "birth_date=2999-01-01")
    assert [each["field"] for each in error["findings"]] == ["birth_date"]
    assert office.siti("show", known, "--json", "--history").out == before
    assert office.siti.refused(2, "edit", known, "--set", "tidak_ada=1")["code"] == "field_unknown"


def test_the_sample_from_the_field_is_taken_as_it_is(office, tools) -> None:
    """One answer a line, faults as drafts with their findings, the rest submitted, nothing dropped."""
    data = Path(__file__).parents[1] / "forms" / "data" / "registrations.ndjson"
    verdicts = (data.parent / "expected.csv").read_text(encoding="utf-8").splitlines()[1:]
    given = data.read_bytes().splitlines()
    answer = office.agus("register", "--from", data, "--json")
    assert answer.code == 1
    answers = answer.json
    assert [each["line"] for each in answers] == list(range(1, len(given) + 1))
    for verdict, each in zip(verdicts, answers, strict=True):
        _line, wanted, fault = verdict.split(",")
        assert each["state"] in ("submitted", "draft")
        if wanted:
            assert each["state"] == wanted, (each["line"], fault)
            assert each["errors"] or each["warnings"]
        if each["state"] == "draft":
            assert each["errors"] or each["warnings"], each
    kept = len(office.agus.done("list")) + len(office.agus.done("list", "--state", "draft"))
    assert kept == len(given)
    assert sum(each["state"] == "submitted" for each in answers) > 150


def test_a_copied_folder_is_still_locked(office, tmp_path) -> None:
    shutil.copytree(office.siti.home, tmp_path / "curian")
    stolen = type(office.siti)(tmp_path / "curian")
    assert stolen.refused(5, "list", passphrase="tebakan saja")["code"] == "wrong_passphrase"
    assert json.loads(stolen("list", "--json").out) == []
