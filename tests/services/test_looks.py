"""The look of a laptop, which is read before anything is unlocked and by whatever version comes later."""

from __future__ import annotations

import json
import os

import pytest

from fieldapp.services import looks
from fieldapp.services.looks import Looks
from fieldapp.services.problems import Problem

ENGLISH = Looks(language="en", theme="kontras", density="lega", glyphs="ascii")


def test_a_look_is_read_as_it_was_written(tmp_path) -> None:
    home = tmp_path / "belum ada"
    assert looks.read(home) == Looks("id", "terang", "padat", "unicode")
    assert not looks.is_chosen(home)
    looks.write(home, ENGLISH)
    assert looks.read(home) == ENGLISH
    assert looks.is_chosen(home)
    assert [file.name for file in home.iterdir()] == [looks.NAME]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[]", b"null", b'"terang"', b"[" * 100_000, b'{"language": ["en"], "theme": {"a": 1}}'],
)
def test_a_damaged_look_is_the_usual_one(tmp_path, content) -> None:
    (tmp_path / looks.NAME).write_bytes(content)
    assert looks.read(tmp_path) == Looks()


def test_what_another_version_chose_and_this_one_does_not_know_is_as_usual(tmp_path) -> None:
    kept = {"language": "en", "theme": "senja", "density": 3, "glyphs": "ascii", "sound": "on"}
    (tmp_path / looks.NAME).write_text(json.dumps(kept))
    assert looks.read(tmp_path) == Looks(language="en", glyphs="ascii")


def test_a_folder_in_the_place_of_the_file_is_told_and_read_as_usual(tmp_path) -> None:
    (tmp_path / looks.NAME).mkdir()
    assert looks.read(tmp_path) == Looks()
    with pytest.raises(Problem) as refused:
        looks.write(tmp_path, ENGLISH)
    assert refused.value.code == "file_not_written"


def test_what_stood_in_the_store_is_taken_over_as_far_as_it_is_known(tmp_path) -> None:
    stored = {"language": "en", "theme": "senja"}
    assert looks.take_over(tmp_path, stored.get) == Looks(language="en")
    assert looks.read(tmp_path) == Looks(language="en")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="rights that bind this user")
def test_a_folder_that_cannot_be_written_leaves_the_look_in_force(tmp_path) -> None:
    tmp_path.chmod(0o500)
    assert looks.take_over(tmp_path, {"language": "en"}.get) == Looks(language="en")
    tmp_path.chmod(0o700)
