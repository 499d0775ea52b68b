"""Putting a bundle on a stick: whole and read back, or not at all."""

import os
import sys

import pytest

from sync.bundle import write_bundle
from sync.errors import SyncError


def test_a_written_bundle_is_exactly_its_bytes_and_nothing_lies_beside_it(tmp_path):
    path = tmp_path / "stik.paket"
    write_bundle(path, b"satu")
    write_bundle(str(path), b"dua")
    assert path.read_bytes() == b"dua"
    assert os.listdir(tmp_path) == ["stik.paket"]


def test_a_folder_that_is_not_there_is_named_by_a_code(tmp_path):
    with pytest.raises(SyncError, match="bundle_not_written"):
        write_bundle(tmp_path / "dicabut" / "stik.paket", b"satu")


def test_a_target_that_cannot_be_replaced_leaves_nothing_behind(tmp_path):
    path = tmp_path / "stik.paket"
    path.mkdir()
    (path / "isi").write_bytes(b"x")
    with pytest.raises(SyncError, match="bundle_not_written"):
        write_bundle(path, b"satu")
    assert os.listdir(tmp_path) == ["stik.paket"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on file sizes to run into")
def test_a_stick_that_is_full_keeps_the_bundle_that_was_there(tmp_path):
    import resource
    import signal

    path = tmp_path / "stik.paket"
    write_bundle(path, b"yang lama")
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
        with pytest.raises(SyncError) as refusal:
            write_bundle(path, bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert (refusal.value.code, refusal.value.details["errno"] > 0) == ("bundle_not_written", True)
    assert path.read_bytes() == b"yang lama"
    assert os.listdir(tmp_path) == ["stik.paket"]


def test_a_stick_that_keeps_other_bytes_than_it_was_given_is_found_out(tmp_path, monkeypatch):
    """A worn stick takes every byte without a word; only reading back tells. os.fsync stands for its firmware."""
    path = tmp_path / "stik.paket"
    write_bundle(path, b"yang lama")
    fsync = os.fsync

    def worn(descriptor):
        fsync(descriptor)
        os.pwrite(descriptor, b"?", 2) if hasattr(os, "pwrite") else (
            os.lseek(descriptor, 2, 0),
            os.write(descriptor, b"?"),
        )

    monkeypatch.setattr("os.fsync", worn)
    with pytest.raises(SyncError, match="bundle_not_written"):
        write_bundle(path, b"yang baru")
    assert path.read_bytes() == b"yang lama"
    assert os.listdir(tmp_path) == ["stik.paket"]
