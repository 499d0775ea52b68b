"""The commands as an unfriendly stranger calls them: many at once, interrupted, with forged and odd input."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fieldapp.services import exchange, session

PIN = "246810"
PASSPHRASE = "kata sandi rekaan"


def test_twenty_processes_on_one_home_lose_nothing_and_never_show_a_lock(office: Any, tools: Any) -> None:
    def one(number: int) -> Any:
        kind = number % 4
        if kind == 0:
            return office.siti.process("register", "--from", "-", given=tools.lines(tools.person(number + 1)))
        if kind == 1:
            return office.siti.process("bundle", "write", str(office.folder / f"paket-{number}"), "--json")
        return office.siti.process("list" if kind == 2 else "ledger", "--json")

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(one, range(20)))
    for answer in answers:
        assert answer.code == 0, answer
        assert "locked" not in answer.err
        assert "berhenti mendadak" not in answer.err, "a program beside it is no failure"
    acknowledged = {line.split()[-1] for number in range(0, 20, 4) for line in answers[number].out.splitlines()[:1]}
    assert {row["id"] for row in office.siti.done("list")} == acknowledged
    told = office.siti.done("ledger")
    assert (told["balanced"], told["totals"]["registered"]) == (True, 5)
    office.dewi.done("bundle", "merge", *(office.folder / f"paket-{number}" for number in range(1, 20, 4)))
    office.carry("siti", "dewi")
    assert office.siti("list", "--json").out == office.dewi("list", "--json").out


@pytest.mark.parametrize("where", ["tidak/ada/undangan", "", "siti/vault.json/undangan"])
def test_an_invitation_that_cannot_be_written_leases_nothing(office: Any, where: str) -> None:
    before = office.admin.done("members"), (office.admin.home / "fieldapp.db").stat().st_size
    words = ("--role", "supervisor", "--name", "Tuti Rekaan", "--area", "64.71", "--pin", PIN)
    free = office.admin.refused(1, "invite", *words, "--slots", 1, "--out", office.folder / "x")
    assert free["code"] == "slots_exceeded"
    office.admin.done("programme", "set", "quota", "25")
    told = office.admin.refused(1, "invite", *words, "--slots", 5, "--out", office.folder / where)
    assert told["code"] == "file_not_written"
    assert [path.name for path in office.folder.glob(".*")] == []
    # All five are still there for somebody who gets the invitation.
    assert office.admin.done("invite", *words, "--slots", 5, "--out", office.folder / "tuti")["slots"] == 5
    assert office.admin.done("members") == before[0]


def test_why_a_file_was_refused_is_said_in_the_language_in_force(office: Any) -> None:
    target = office.folder / "tidak" / "ada"
    words = ("invite", "--role", "admin", "--name", "X", "--out", target, "--pin", PIN)
    assert "foldernya tidak ada" in office.admin(*words).err
    assert "its folder does not exist" in office.admin(*words, language="en").err


def test_joining_killed_anywhere_is_simply_done_again(office: Any, laptop: Any) -> None:
    file = office.invite("tono", "enumerator", "Tono Rekaan", "64.71.05")
    environment = {**os.environ, "FIELDAPP_HOME": str(laptop.home), "FIELDAPP_PASSPHRASE": PASSPHRASE}
    chance = random.Random(5)
    for _ in range(5):
        process = subprocess.Popen(
            [sys.executable, "-m", "fieldapp", "join", str(file), "--pin", PIN],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.3, 1.2))
        process.kill()
        process.wait(30)
    answer = laptop("join", file, "--pin", PIN, "--json", FIELDAPP_NEW_PASSPHRASE="sandi lain")
    assert answer.code == 0 or answer.json["error"]["code"] in ("passphrase_in_use", "invitation_used"), answer
    (me,) = [each for each in laptop.done("members") if each["name"] == "Tono Rekaan"]
    assert (me["state"], me["this_laptop"]) == ("active", True)


def test_a_second_member_whose_joining_was_refused_half_way_can_still_use_the_invitation(office: Any) -> None:
    file = office.invite("tono", "enumerator", "Tono Rekaan", "64.71.05")
    join = ("join", file, "--pin", PIN)
    assert office.siti.refused(5, *join, FIELDAPP_NEW_PASSPHRASE=PASSPHRASE)["code"] == "passphrase_in_use"
    # As after a kill between the keys and the certificate: the keys are there, the member is not.
    before = (office.siti.home / "fieldapp.db").read_bytes()
    office.siti.done(*join, FIELDAPP_NEW_PASSPHRASE="sandi milik tono")
    (office.siti.home / "fieldapp.db").write_bytes(before)
    tono = {"passphrase": "sandi milik tono"}
    assert office.siti.refused(5, "list", **tono)["code"] == "join_unfinished"
    office.siti.done(*join, FIELDAPP_NEW_PASSPHRASE="sandi milik tono")
    assert office.siti.done("list", **tono) == []
    for laptop, more in ((office.siti, tono), (office.siti, {})):
        (me,) = [each for each in laptop.done("members", **more) if each["name"] == "Tono Rekaan"]
        assert me["state"] == "active"
    office.carry("siti", "dewi")
    stick = office.folder / "tono.paket"
    office.siti.done("bundle", "write", stick, **tono)
    office.dewi.done("bundle", "merge", stick)
    assert {each["name"]: each["state"] for each in office.dewi.done("members")}["Tono Rekaan"] == "active"


def test_an_invitation_makes_one_member_of_a_laptop_whatever_passphrase_comes_with_it(office: Any) -> None:
    file = office.invite("tono", "enumerator", "Tono Rekaan", "64.71.05")
    join = ("join", file, "--pin", PIN)
    office.siti.done(*join, FIELDAPP_NEW_PASSPHRASE="sandi milik tono")
    assert office.siti.refused(5, *join, FIELDAPP_NEW_PASSPHRASE="sandi yang lain")["code"] == "invitation_used"
    assert office.siti("list", passphrase="sandi yang lain").code == 5
    (me,) = [each for each in office.siti.done("members") if each["name"] == "Tono Rekaan"]
    assert me["state"] == "active"


def _picture(laptop: Any) -> list[str]:
    """Everything that a merge could change, as bytes to compare."""
    shown = [laptop(*words, "--json").out for words in (("list",), ("ledger",), ("members",), ("quarantine", "list"))]
    with session.open_session(laptop.home, PASSPHRASE) as opened:
        rows = opened.read(
            lambda connection: {
                table: connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()  # noqa: S608 - a constant
                for table in ("entry", "segment", "chain", "peer", "merge_report", "own_chain", "unsealed", "carried")
            }
        )
    return [*shown, repr(rows)]


def test_a_dry_run_tells_what_a_merge_would_do_and_changes_nothing_at_all(office: Any, tools: Any) -> None:
    tools.registered(office.siti, tools.person(1), tools.person(2))
    stick = office.folder / "paket"
    office.siti.done("bundle", "write", stick)
    office.dewi.done("bundle", "write", office.folder / "sebelumnya")
    before = _picture(office.dewi)
    dry = office.dewi.done("bundle", "merge", stick, "--dry-run")
    assert _picture(office.dewi) == before
    done = office.dewi.done("bundle", "merge", stick)
    assert dry["merge_id"] is None
    assert {key: dry[key] for key in ("entries", "registrations", "receipts")} == {
        key: done[key] for key in ("entries", "registrations", "receipts")
    }
    assert _picture(office.dewi) != before


def test_half_a_bundle_that_broke_off_long_ago_is_removed_from_the_stick_and_said_so(office: Any) -> None:
    stick = office.folder / "stick"
    stick.mkdir()
    old, fresh = stick / ".bundle-abc.part", stick / ".bundle-def.part"
    for half in (old, fresh):
        half.write_bytes(b"FIELDAPP BUNDLE 1")
    os.utime(old, (time.time() - 3600,) * 2)
    answer = office.siti("bundle", "write", stick / "paket", "--json")
    assert answer.json["leftovers"] == 1
    assert "1 sisa paket" in answer.err
    # Somebody may still be writing the other one.
    assert sorted(path.name for path in stick.iterdir()) == [fresh.name, "paket"]


def test_own_old_foreign_and_repeated_bundles_change_nothing_that_counts(office: Any, tools: Any) -> None:
    tools.registered(office.siti, tools.person(1))
    old = office.carry("siti", "dewi")
    (known,) = [row["id"] for row in office.siti.done("list")]
    office.siti.done("edit", known, "--set", "work_place=pasar baru")
    office.carry("siti", "dewi")
    own = office.folder / "dewi-own"
    office.dewi.done("bundle", "write", own)
    to_siti = office.folder / "untuk-siti"
    office.dewi.done("bundle", "write", to_siti, "--to", "Siti Rekaan")
    before = office.dewi("list", "--json").out
    for file in (old, own, old):
        office.dewi.done("bundle", "merge", file)
    assert office.rudi.refused(4, "bundle", "merge", to_siti)["code"] == "bundle_not_for_us"
    assert office.siti.refused(4, "bundle", "merge", old)["code"] == "bundle_not_for_us"
    office.siti.done("bundle", "merge", to_siti, to_siti)
    assert office.dewi("list", "--json").out == before == office.siti("list", "--json").out
    assert office.dewi.done("show", known)["values"]["work_place"] == "pasar baru"
    assert office.dewi.done("ledger")["balanced"] is True


def test_a_coordinator_who_claims_to_hold_what_it_lacks_loses_nothing(office: Any, tools: Any) -> None:
    """A member with a changed program says that it holds everything, and confirms it with a receipt."""
    office.carry("siti", "dewi")
    people = tools.registered(office.siti, tools.person(1), tools.person(2))
    stick = office.folder / "paket"
    office.siti.done("bundle", "write", stick)
    liar = shutil.copytree(office.dewi.home, office.folder / "pembohong")
    with session.open_session(liar, PASSPHRASE) as opened:
        exchange.merge(opened, [stick])
        exchange.write_bundle(opened, office.folder / "balasan", to="Siti Rekaan")
    # The coordinator's real laptop never saw the stick; the answer says that it did, and is genuinely signed.
    office.siti.done("bundle", "merge", office.folder / "balasan")
    assert {row["id"] for row in office.siti.done("list")} == set(people)
    # The laptop keeps it and the ledger keeps saying so; the coordinator's own next bundle tells the truth, and then
    # everything is carried again, to that office and to any other.
    assert office.siti.done("ledger")["totals"]["registered"] == 2
    honest = office.folder / "jujur"
    office.dewi.done("bundle", "write", honest, "--to", "Siti Rekaan")
    office.siti.done("bundle", "merge", honest)
    again = office.folder / "lagi"
    office.siti.done("bundle", "write", again)
    for office_laptop in (office.dewi, office.agus):
        office_laptop.done("bundle", "merge", again)
        assert {row["id"] for row in office_laptop.done("list")} == set(people)
        assert office_laptop.done("ledger")["balanced"] is True


ODD = (
    (3, "show", "{id}\n"),
    (3, "show", "{ID}"),
    (3, "show", "x" * 100_000),
    (3, "show", "../../vault.json"),
    (3, "edit", "{ID}", "--set", "name=A"),
    (2, "sync", "--hub", "http://" + "a" * 300),
    (2, "sync", "--hub", "http://pusat rekaan/"),
    (2, "sync", "--hub", "http://127.0.0.1:99999"),
    (2, "sync", "--watch", "--hub", "http://127.0.0.1:0"),
    (1, "bundle", "write", "x" * 5000),
    (1, "bundle", "write", "tidak/ada/paket"),
    (3, "bundle", "merge", "nihil"),
    (4, "bundle", "merge", "{home}"),
    (5, "bundle", "returns", "{home}/vault.json/x"),
    (1, "edit", "{id}", "--set", "monthly_income=1e400"),
    (1, "edit", "{id}", "--set", "name=" + "x" * 100_000),
    (3, "register", "--submit", "{ID}"),
    (3, "bundle", "inspect", "nihil"),
    (5, "bundle", "undo", "0" * 32),
)
INDONESIAN = {"tidak", "berkas", "belum", "dengan", "sudah", "yang", "untuk", "bukan", "pendaftaran", "galat", "peran"}


def test_odd_arguments_end_in_words_of_either_language_and_the_right_code(office: Any, tools: Any) -> None:
    (known,) = tools.registered(office.siti, tools.person(1))
    gaps = {"id": known, "ID": known.upper(), "home": office.siti.home}
    for code, *words in ODD:
        filled = [word.format(**gaps) if "{" in word else word for word in words]
        for language in ("id", "en"):
            answer = office.siti(*filled, "--json", language=language)
            assert answer.code == code, (words, answer)
            message = answer.json["error"]["message"]
            assert len(message) < 500
            assert message in answer.err
            assert language == "id" or not INDONESIAN & set(answer.err.lower().split()), answer.err
    assert len(office.siti.done("list")) == 1


def test_returns_to_a_place_that_is_none_are_refused_in_words(office: Any, tools: Any) -> None:
    for target in (office.dewi.home / "vault.json", office.dewi.home / "vault.json" / "x"):
        assert office.dewi.refused(1, "bundle", "returns", target)["code"] == "file_not_written"


@pytest.mark.parametrize(
    "words", [("list",), ("join", "undangan", "--pin", PIN), ("doctor",)], ids=lambda words: words[0]
)
def test_a_home_that_is_a_file_is_told_in_words(tmp_path: Path, laptop: Any, office: Any, words: Any) -> None:
    laptop.home.write_bytes(b"bukan folder")
    shutil.copy(office.invite("tono", "enumerator", "Tono Rekaan", "64.71.05"), tmp_path / "undangan")
    answer = laptop(*(str(tmp_path / word) if word == "undangan" else word for word in words), "--json")
    assert answer.code in (1, 5), answer
    assert "internal" not in answer.out
    assert laptop.home.read_bytes() == b"bukan folder"


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps no such permissions")
def test_a_home_that_cannot_be_written_is_told_in_words_and_keeps_every_byte(office: Any, tools: Any) -> None:
    before_caps = _without_rights_over_files()
    if before_caps is None:
        pytest.skip("the superuser may write anywhere, and there is no tool to do without that right")
    tools.registered(office.siti, tools.person(1))
    home = office.siti.home
    contents = {path.name: path.read_bytes() for path in home.iterdir()}
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FIELDAPP_")}
    for path in (*home.iterdir(), home):
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        for words in (["list"], ["register", "--from", "-"], ["bundle", "write", str(office.folder / "p")], ["doctor"]):
            done = subprocess.run(
                [*before_caps, sys.executable, "-m", "fieldapp", *words, "--json"],
                input=tools.lines(tools.person(2)),
                capture_output=True,
                env={**kept, "FIELDAPP_HOME": str(home), "FIELDAPP_PASSPHRASE": PASSPHRASE},
                timeout=60,
                check=False,
            )
            assert done.returncode == 5, (words, done)
            assert json.loads(done.stdout)["error"]["code"] == "store_unwritable"
            assert b"Periksa izin" in done.stderr
    finally:
        for path in (home, *home.iterdir()):
            path.chmod(path.stat().st_mode | 0o700)
    assert {path.name: path.read_bytes() for path in home.iterdir()} == contents
    assert len(office.siti.done("list")) == 1


def _without_rights_over_files() -> list[str] | None:
    """What to put before a command so that permissions of files hold for it; None where that cannot be had."""
    if os.geteuid() != 0:
        return []
    tool = shutil.which("setpriv")
    return [tool, "--bounding-set=-all", "--inh-caps=-all"] if tool else None


def test_a_home_with_spaces_and_foreign_letters_is_a_home(office: Any, tools: Any) -> None:
    home = office.folder / "rumah Ñandú 日本 (salinan)"
    office.siti.home.rename(home)
    moved = type(office.siti)(home)
    registered = moved.process("register", "--from", "-", given=tools.lines(tools.person(1)), LC_ALL="C", LANG="C")
    assert registered.code == 0, registered
    stick = office.folder / "paket ü"
    assert moved.process("bundle", "write", str(stick), LC_ALL="C", LANG="C").code == 0
    office.dewi.done("bundle", "merge", stick)
    assert office.dewi("list", "--json").out == moved("list", "--json").out
