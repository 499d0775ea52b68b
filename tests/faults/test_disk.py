"""Disks that are full and sticks that are pulled out, for real: a limit set by the system, a folder that goes away."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import killing
import pytest

from fieldapp.services import care, exchange, registrations
from fieldapp.services.ledger import ledger
from fieldapp.services.problems import Problem
from fieldapp.services.session import open_session

PASSPHRASE = killing.PASSPHRASE


@pytest.fixture
def field(tmp_path: Path) -> Iterator[killing.Field]:
    made = killing.Field(tmp_path, seed=1)
    yield made
    made.close()


def limited(field: killing.Field, most_bytes: int, *arguments: str, given: bytes = b"") -> tuple[int, str, str]:
    """A command of Siti's laptop on a disk that takes no file larger than so many bytes."""
    import resource

    kept = {key: value for key, value in os.environ.items() if not key.startswith("FIELDAPP_")}
    done = subprocess.run(
        [sys.executable, "-m", "fieldapp", *arguments],
        input=given,
        capture_output=True,
        env=kept | {"FIELDAPP_HOME": str(field.homes["siti"].folder), "FIELDAPP_PASSPHRASE": PASSPHRASE},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes)),
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


def lines(*numbers: int) -> bytes:
    return "".join(json.dumps(killing.person(number)) + "\n" for number in numbers).encode()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of a process for the size of files")
def test_a_disk_that_becomes_full_keeps_what_was_acknowledged_and_nothing_else(field: killing.Field) -> None:
    home = field.homes["siti"]
    numbers = list(range(40))
    # The journal file of the database reaches this after some registrations; the database itself is smaller.
    room = (home.folder / "fieldapp.db").stat().st_size + 200_000
    code, out, told = limited(field, room, "register", "--from", "-", given=lines(*numbers))
    for line in out.splitlines():
        field._answer(home, numbers, (line + "\n").encode())
    assert code == 5, (code, told)
    assert "store_full" in told or "store_unwritable" in told, told
    assert "Traceback" not in told
    assert 0 < len(home.submitted) < 40
    with open_session(home.folder, PASSPHRASE) as session:
        rows = registrations.listing(session)
        assert sorted(row["id"] for row in rows) == sorted(home.submitted.values())
        assert ledger(session)["balanced"] is True
        assert not [check for check in care.doctor(session) if not check["ok"] and check["check"] != "space"]
    # With room again, work goes on where it stopped.
    code, out, _ = limited(field, 1 << 30, "register", "--from", "-", given=lines(*numbers[len(home.submitted) :]))
    assert code == 0
    with open_session(home.folder, PASSPHRASE) as session:
        assert len(registrations.listing(session)) == 40


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of a process for the size of files")
def test_a_full_stick_keeps_the_bundle_that_was_there_and_nothing_half_written(field: killing.Field) -> None:
    stick = field.folder / "stick"
    stick.mkdir()
    assert limited(field, 1 << 30, "bundle", "write", str(stick / "paket"))[0] == 0
    before = (stick / "paket").read_bytes()
    assert limited(field, 1 << 30, "register", "--from", "-", given=lines(*range(30)))[0] == 0
    with open_session(field.homes["siti"].folder, PASSPHRASE) as session:
        exchange.write_bundle(session, field.folder / "utuh")
    whole = (field.folder / "utuh").stat().st_size
    code, out, told = limited(field, whole // 2, "bundle", "write", str(stick / "paket"), "--json")
    assert code in (1, 5), told
    assert json.loads(out)["error"]["code"] in ("bundle_not_written", "store_full", "store_unwritable")
    assert "Traceback" not in told
    assert [path.name for path in stick.iterdir()] == ["paket"]
    assert (stick / "paket").read_bytes() == before


def test_a_stick_pulled_out_and_put_in_again_holds_whole_bundles_or_none(field: killing.Field) -> None:
    stick = field.folder / "stick"
    gone = threading.Event()

    def pull() -> None:
        while not gone.wait(0.01):
            shutil.rmtree(stick, ignore_errors=True)
            stick.mkdir(exist_ok=True)

    stick.mkdir()
    hand = threading.Thread(target=pull)
    hand.start()
    codes = set()
    try:
        with open_session(field.homes["siti"].folder, PASSPHRASE) as session:
            for number in range(40):
                try:
                    exchange.write_bundle(session, stick / f"paket-{number}")
                    codes.add("done")
                except Problem as problem:
                    codes.add(problem.code)
    finally:
        gone.set()
        hand.join()
    assert codes <= {"done", "bundle_not_written"}
    kept = field.folder / "kept"
    shutil.copytree(stick, kept)
    shutil.rmtree(stick)
    with (
        open_session(field.homes["siti"].folder, PASSPHRASE) as session,
        pytest.raises(Problem, match="bundle_not_written"),
    ):
        exchange.write_bundle(session, stick / "paket")
    with open_session(field.homes["dewi"].folder, PASSPHRASE) as dewi:
        for file in kept.glob("paket-*"):
            exchange.merge(dewi, [file])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the superuser may mount a small disk")
def test_a_disk_with_no_room_left_is_told_in_words_and_goes_on_once_there_is_room(field: killing.Field) -> None:
    disk = field.folder / "cakram"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("no small disk may be mounted here")
    try:
        home = field.homes["siti"]
        shutil.copytree(home.folder, disk / "siti")
        home.folder = disk / "siti"
        filler = disk / "isi"
        filler.write_bytes(bytes(300_000))
        code, _, told = limited(field, 1 << 30, "register", "--from", "-", given=lines(*range(80)))
        assert code == 5, told
        assert "Disk penuh" in told or "tidak bisa ditulisi" in told
        filler.unlink()
        with open_session(home.folder, PASSPHRASE) as session:
            kept = len(registrations.listing(session))
            assert ledger(session)["balanced"] is True
        assert limited(field, 1 << 30, "register", "--from", "-", given=lines(100))[0] == 0
        with open_session(home.folder, PASSPHRASE) as session:
            assert len(registrations.listing(session)) == kept + 1
    finally:
        subprocess.run(["umount", str(disk)], check=False)
