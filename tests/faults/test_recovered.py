"""What a start says and does after a failure: once, in words, and nothing on a usual day."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fieldapp.services import programme, recovered
from fieldapp.services.session import Session, open_session
from fieldapp.store.recovery import journal_of
from fieldapp.store.store import NAME
from fieldapp.store.vault import Cost, Vault

PASSPHRASE = "kata sandi rekaan"
SETTINGS = {"city": "64.71", "quota": 20, "budget": 10_000_000, "premium": 16_800, "start": "2026-01"}


@pytest.fixture
def laptop(tmp_path: Path) -> Session:
    return programme.create(
        tmp_path / "laptop rekaan ñ", PASSPHRASE, name="Program Rekaan", cost=Cost(1, 64), **SETTINGS
    )


def power_lost(laptop: Session, folder: Path) -> Path:
    """The folder as it lies on the disk at this moment, somewhere else: what a laptop finds after a power cut."""
    shutil.copytree(laptop.home, folder)
    return folder


def run(home: Path, *arguments: str, **more: str) -> tuple[int, str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FIELDAPP_")}
    environment = kept | {"FIELDAPP_HOME": str(home), "FIELDAPP_PASSPHRASE": PASSPHRASE} | more
    done = subprocess.run(
        [sys.executable, "-m", "fieldapp", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


def test_a_start_after_a_power_cut_says_what_it_brought_back_once_and_beside_the_answer(
    laptop: Session, tmp_path: Path
) -> None:
    for number in range(3):
        laptop.set_preference("theme", f"tema {number}")
    home = power_lost(laptop, tmp_path / "sesudah")
    laptop.close()
    code, out, told = run(home, "list", "--json")
    assert (code, out) == (0, "[]\n")
    assert "berhenti mendadak" in told
    assert "3 simpanan" in told
    assert "0 pendaftaran dan 0 draf" in told
    code, out, told = run(home, "list", "--json")
    assert (code, out) == (0, "[]\n")
    assert "berhenti" not in told
    assert not journal_of(home / NAME).exists()
    with open_session(home, PASSPHRASE) as again:
        assert again.preference("theme") == "tema 2"


def test_it_is_said_in_english_too(laptop: Session, tmp_path: Path) -> None:
    laptop.set_preference("theme", "tema")
    home = power_lost(laptop, tmp_path / "sesudah")
    laptop.close()
    assert "stopped suddenly" in run(home, "members", FIELDAPP_LANG="en")[2]


def test_a_save_that_was_half_written_is_taken_back_whole_and_said_so(laptop: Session, tmp_path: Path) -> None:
    laptop.set_preference("theme", "yang selesai")
    home = power_lost(laptop, tmp_path / "sesudah")
    finished = journal_of(home / NAME).stat().st_size
    # Larger than a page, so that its transaction takes several and can be cut between them.
    laptop.set_preference("theme", "yang terpotong " * 1000)
    shutil.rmtree(home)
    power_lost(laptop, home)
    laptop.close()
    journal = journal_of(home / NAME)
    frame = 24 + 4096
    assert journal.stat().st_size >= finished + 3 * frame
    os.truncate(journal, finished + 2 * frame)
    with open_session(home, PASSPHRASE) as session:
        assert session.preference("theme") == "yang selesai"
        assert session.store.recovered is not None
        assert (session.store.recovered.saves, session.store.recovered.is_cut) == (1, True)
        assert len(recovered.words(session)) == 2


def test_what_a_living_program_has_not_folded_in_yet_is_no_failure(laptop: Session) -> None:
    laptop.set_preference("theme", "tema")
    assert journal_of(laptop.home / NAME).stat().st_size > 0
    code, _, told = run(laptop.home, "members")
    assert (code, told) == (0, "")
    with open_session(laptop.home, PASSPHRASE) as beside:
        assert beside.store.recovered is None
    assert laptop.preference("theme") == "tema"
    laptop.close()
    assert run(laptop.home, "members")[2] == ""


def test_a_journal_that_is_no_journal_stops_nobody(laptop: Session, tmp_path: Path) -> None:
    laptop.close()
    for number, rubbish in enumerate((b"x", bytes(32), b"\xff" * 5000)):
        home = power_lost(laptop, tmp_path / f"sesudah {number}")
        journal_of(home / NAME).write_bytes(rubbish)
        code, out, told = run(home, "members", "--json")
        assert code == 0, told
        assert "Administrator" in out
        assert "Traceback" not in told


def test_a_founding_that_was_cut_short_is_made_anew_and_what_was_left_is_kept_aside(
    laptop: Session, tmp_path: Path
) -> None:
    laptop.close()
    # As after a kill between the database and the vault, or with a vault that somebody mislaid.
    (laptop.home / "vault.json").unlink()
    before = (laptop.home / NAME).read_bytes()
    words = ("programme", "new", "--name", "Program Baru", "--city", "64.71", "--quota", "5", "--budget", "1000000")
    code, _, told = run(laptop.home, *words, "--premium", "16800", "--start", "2026-01")
    assert code == 0, told
    assert "terputus" in told
    (kept,) = laptop.home.glob(f"{NAME}.unfinished-*")
    assert kept.read_bytes() == before
    assert run(laptop.home, "programme", "show")[2] == ""


def test_a_founding_killed_anywhere_can_be_made_again(tmp_path: Path) -> None:
    home = tmp_path / "laptop"
    words = ["programme", "new", "--name", "Program Rekaan", "--city", "64.71", "--quota", "5", "--budget", "1000000"]
    words += ["--premium", "16800", "--start", "2026-01"]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FIELDAPP_")}
    began = time.monotonic()
    for share in (0.5, 0.7, 0.8, 0.9):
        process = subprocess.Popen(
            [sys.executable, "-m", "fieldapp", *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=kept | {"FIELDAPP_HOME": str(home), "FIELDAPP_PASSPHRASE": PASSPHRASE},
        )
        try:
            process.wait(share * max(time.monotonic() - began, 1.0))
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait(30)
        began = time.monotonic()
    code, _, told = run(home, *words)
    assert code == (1 if process.returncode == 0 or "store_exists" in told else 0), told
    code, out, told = run(home, "programme", "show", "--json")
    assert code == 0, told
    assert "Program Rekaan" in out


def test_temporary_files_of_writes_cut_short_long_ago_are_removed_and_fresh_ones_left_to_their_writers(
    laptop: Session,
) -> None:
    laptop.close()
    old, fresh = laptop.home / ".vault.json.4711.new", laptop.home / ".starts.4712.new"
    for file in (old, fresh):
        file.write_bytes(b"half")
    os.utime(old, (time.time() - 3600,) * 2)
    code, _, told = run(laptop.home, "members")
    assert code == 0
    assert "1 berkas sementara" in told
    assert not old.exists()
    assert fresh.exists()
    assert Vault(laptop.home).exists
