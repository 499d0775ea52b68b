"""Sticks that are found, filled and read: real folders laid out as the system lays out its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldapp.services import exchange, found_bundles, registrations, sticks
from fieldapp.services.problems import Exit, Problem
from fieldapp.services.session import Session
from sync.bundle import FILE_LIMIT

AREA = "64.71.05"


def register(laptop: Session, values: dict[str, Any]) -> None:
    answer = registrations.submit(laptop, registrations.new_draft(laptop, values).id)
    assert answer["state"] == "submitted", answer


def machine(root: Path) -> Path:
    """A machine with a disk, a USB stick of one part called "DATA SIT I", a card without a label, and a package."""
    devices = root / "sys/devices"
    for place, removable in (("pci0/ata1/sda", "0"), ("pci0/usb1/1-1/sdb", "1"), ("pci0/mmc0/mmcblk0", "0")):
        disk = devices / place
        (disk / f"{disk.name}1").mkdir(parents=True)
        (disk / "removable").write_text(f"{removable}\n")
        (root / "sys/class/block").mkdir(parents=True, exist_ok=True)
        os.symlink(disk / f"{disk.name}1", root / "sys/class/block" / f"{disk.name}1")
    (root / "dev/disk/by-label").mkdir(parents=True)
    (root / "dev/sdb1").touch()
    os.symlink(root / "dev/sdb1", root / "dev/disk/by-label/DATA\\x20SIT\\x20I")
    lines = [
        "/dev/sda1 / ext4 rw,relatime 0 0",
        "proc /proc proc rw 0 0",
        "/dev/sdb1 /media/siti/DATA\\040SIT\\040I vfat rw,nosuid 0 0",
        "/dev/mmcblk0p1 /run/media/siti/KARTU exfat ro,nosuid 0 0",
        "/dev/loop3 /media/siti/paket squashfs ro 0 0",
        "/dev/sdc1 /media/siti/tercabut vfat rw 0 0",
        "garbled",
    ]
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/mounts").write_text("\n".join(lines) + "\n")
    for place in ("media/siti/DATA SIT I", "run/media/siti/KARTU", "media/siti/paket"):
        (root / place).mkdir(parents=True)
    return root


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights there")
def test_on_linux_what_can_be_taken_away_is_found_by_the_kernels_own_word(tmp_path: Path) -> None:
    root = machine(tmp_path)
    found = {stick.path.relative_to(root).as_posix(): stick for stick in sticks.linux(root)}
    assert set(found) == {"media/siti/DATA SIT I", "run/media/siti/KARTU"}
    stick = found["media/siti/DATA SIT I"]
    assert (stick.label, stick.is_read_only) == ("DATA SIT I", False)
    assert stick.free_bytes > 0
    assert (found["run/media/siti/KARTU"].label, found["run/media/siti/KARTU"].is_read_only) == ("KARTU", True)
    assert list(sticks.linux(tmp_path / "tidak ada")) == []


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights there")
def test_on_a_mac_the_disk_it_started_from_is_no_stick(tmp_path: Path) -> None:
    (tmp_path / "Volumes/FLASH SITI").mkdir(parents=True)
    os.symlink("/", tmp_path / "Volumes/Macintosh HD")
    assert [stick.label for stick in sticks.mac(tmp_path)] == ["FLASH SITI"]
    assert list(sticks.mac(tmp_path / "tidak ada")) == []


def test_a_shared_folder_counts_as_a_stick_while_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = tmp_path / "antaran"
    monkeypatch.setenv(sticks.SHARED, f"{shared}{os.pathsep}{os.pathsep}")
    assert shared not in [stick.path for stick in sticks.sticks()]
    shared.mkdir()
    assert shared in [stick.path for stick in sticks.sticks()]


def test_a_stick_that_refuses_is_told_in_words_that_say_what_to_do(tmp_path: Path) -> None:
    gone = tmp_path / "tercabut" / "paket.fieldapp"
    with pytest.raises(Problem) as caught:
        sticks.put(gone, b"x")
    assert (caught.value.code, caught.value.exit_code) == ("bundle_not_written", Exit.REFUSED)
    assert "tercabut" in caught.value.message()
    assert "Tidak ada yang hilang" in caught.value.message()
    (tmp_path / "paket.fieldapp").mkdir()
    with pytest.raises(Problem, match="bundle_not_written"):
        sticks.put(tmp_path / "paket.fieldapp", b"x")
    assert list(tmp_path.iterdir()) == [tmp_path / "paket.fieldapp"]


def test_a_full_stick_is_known_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        sticks.put(tmp_path / "paket.fieldapp", _Huge())
    assert "penuh" in caught.value.message()
    assert list(tmp_path.iterdir()) == []


class _Huge(bytes):
    """Claims to be larger than any disk, so that the room on one is what decides."""

    def __len__(self) -> int:
        return 1 << 50


def test_sizes_are_told_as_people_say_them() -> None:
    assert [sticks.size_text(count) for count in (0, 1, 12_400, 3_440_000, 14_900_000_000)] == [
        "0 kB",
        "1 kB",
        "12 kB",
        "3,4 MB",
        "14,9 GB",
    ]


def test_bundles_on_a_stick_are_told_by_whose_they_are_and_what_became_of_them(
    town: Any, person: Callable[..., Any], tmp_path: Path
) -> None:
    sari, rudi = town.join("enumerator", "Sari", AREA), town.join("enumerator", "Rudi", AREA)
    kiki = town.join("coordinator", "Kiki", "64.71")
    stick = tmp_path / "flashdisk"
    (stick / "folder").mkdir(parents=True)
    for number, (laptop, name) in enumerate(((sari, "satu.fieldapp"), (rudi, "folder/dua"))):
        register(laptop, person(number + 1))
        exchange.write_bundle(laptop, stick / name)
        os.utime(stick / name, (1_700_000_000 + number * 60,) * 2)
    (stick / "setengah.fieldapp").write_bytes((stick / "satu.fieldapp").read_bytes()[:-5])
    os.utime(stick / "setengah.fieldapp", (1_600_000_000,) * 2)
    (stick / "foto.jpg").write_bytes(b"\xff\xd8" * 5000)
    (stick / "kosong.fieldapp").touch()

    def found(laptop: Session) -> list[tuple[str, str | None, bool, bool]]:
        return [
            (each["path"].name, each["by_name"], found_bundles.is_new(each), each["is_whole"])
            for each in found_bundles.found(laptop, [stick])
        ]

    assert found(kiki) == [
        ("dua", None, True, True),
        ("satu.fieldapp", None, True, True),
        ("setengah.fieldapp", None, False, False),
    ]
    exchange.merge(kiki, [stick / "satu.fieldapp"])
    assert found(kiki) == [
        ("dua", None, True, True),
        ("satu.fieldapp", "Sari", False, True),
        ("setengah.fieldapp", "Sari", False, False),
    ]
    # What brings nothing new was merged all the same.
    exchange.write_bundle(kiki, stick / "balasan.fieldapp", to=sari.member.id)
    exchange.merge(sari, [stick / "balasan.fieldapp"])
    own = {each["path"].name: each for each in found_bundles.found(sari, [stick])}
    assert own["balasan.fieldapp"]["merged_at"] is not None
    assert own["satu.fieldapp"]["is_own"]
    assert not own["dua"]["is_for_us"]
    assert found_bundles.found(kiki, [tmp_path / "tercabut"]) == []


def test_what_is_no_bundle_is_refused_before_it_is_read(town: Any, tmp_path: Path) -> None:
    film = tmp_path / "film.fieldapp"
    with film.open("wb") as file:
        file.write(b"\0" * 64)
        file.truncate(FILE_LIMIT * 8)
    with pytest.raises(Problem, match="bundle_unknown"):
        exchange.merge(town.admin, [film])
    with film.open("r+b") as file:
        file.write(b"FIELDAPP BUNDLE 1\n")
    with pytest.raises(Problem, match="bundle_too_large") as caught:
        exchange.merge(town.admin, [film])
    assert caught.value.details["file"] == "film.fieldapp"
