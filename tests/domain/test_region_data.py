"""The shipped region file holds exactly what the two lists hold, and one look-up reads little of it."""

from __future__ import annotations

import builtins
import csv
import io
import lzma
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain import region
from fieldapp.domain.data.build import packed, rows_of

DATA = Path(__file__).parent / "data"
CURRENT = DATA / "wilayah.csv.xz"
RETIRED = DATA / "wilayah_retired.csv.xz"

steady = settings(derandomize=True, deadline=None, max_examples=200, database=None)


@pytest.fixture(scope="module")
def current() -> dict[str, str]:
    text = io.StringIO(lzma.decompress(CURRENT.read_bytes()).decode("utf-8"))
    return {row["code"]: row["name"] for row in csv.DictReader(text)}


@pytest.fixture(scope="module")
def retired() -> dict[str, tuple[str, str]]:
    text = io.StringIO(lzma.decompress(RETIRED.read_bytes()).decode("utf-8"))
    return {row["code"]: (row["name"], row["last_list"]) for row in csv.DictReader(text)}


def test_every_code_of_both_lists_is_found_under_its_name(current, retired) -> None:
    assert len(current) == 91_599
    assert len(retired) == 1_037
    look_up = region.lookup.__wrapped__
    for code, name in current.items():
        found = look_up(code)
        assert found is not None
        assert (found.name, found.retired) == (name, False)
    for code, (name, last_list) in retired.items():
        found = look_up(code)
        assert found is not None
        assert (found.name, found.last_list, found.retired) == (name, last_list, True)


def test_the_shipped_file_holds_no_code_that_the_lists_do_not(current) -> None:
    assert dict(region.current("")) == current


def test_a_rebuilt_file_says_the_same_as_the_shipped_one(tmp_path, monkeypatch, current) -> None:
    # Bytes are not compared: another zlib may pack the same lines differently.
    again = tmp_path / "regions.bin"
    again.write_bytes(packed(rows_of(CURRENT), rows_of(RETIRED)))
    monkeypatch.setattr(region, "FILE", again)
    region._index.cache_clear()
    try:
        assert dict(region.current("")) == current
    finally:
        region._index.cache_clear()


def test_the_packer_refuses_names_that_its_layout_cannot_hold() -> None:
    for name in ("", "=Baru", "#Baru", "Ba\tru", "Ba\nru"):
        with pytest.raises(ValueError, match=r"64\.71"):
            packed([("64", "Kalimantan Timur", ""), ("64.71", name, "")], [])


def test_a_damaged_file_is_told_and_not_read(tmp_path, monkeypatch) -> None:
    damaged = tmp_path / "regions.bin"
    damaged.write_bytes(b"something else entirely")
    monkeypatch.setattr(region, "FILE", damaged)
    region._index.cache_clear()
    try:
        with pytest.raises(ValueError, match="damaged"):
            region._index()
    finally:
        region._index.cache_clear()


def test_one_look_up_in_a_fresh_process_reads_a_hundredth_of_the_file() -> None:
    script = """
import io, pathlib
from fieldapp.domain import region
read = 0
class Counted(io.FileIO):
    def read(self, size=-1):
        global read
        got = super().read(size)
        read += len(got)
        return got
class Path:
    def open(self, mode, buffering):
        return Counted(real, "rb")
real, region.FILE = str(region.FILE), Path()
assert region.lookup("64.71.05.1002").name == "Sepinggan"
print(read)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert int(done.stdout) < region.FILE.stat().st_size / 100


def test_no_handle_stays_open_after_a_look_up(monkeypatch) -> None:
    opened = []
    real = builtins.open

    def counted(*args: object, **kwargs: object) -> object:
        file = real(*args, **kwargs)
        opened.append(file)
        return file

    monkeypatch.setattr(io, "open", counted)
    region._read_block(6471)
    assert opened
    assert all(file.closed for file in opened)


@steady
@given(st.text(max_size=20))
def test_a_text_that_is_no_code_is_no_place(text) -> None:
    found = region.lookup(text)
    assert found is None or found.code == text


def test_levels_paths_and_children_of_balikpapan() -> None:
    sepinggan = region.lookup("64.71.05.1002")
    assert sepinggan == region.Region("64.71.05.1002", "Sepinggan", "village")
    assert region.name_path("64.71.05.1002") == (
        "Sepinggan",
        "Balikpapan Selatan",
        "Kota Balikpapan",
        "Kalimantan Timur",
    )
    assert region.name_path("64.71.99") == ()
    assert [district.name for district in region.children("64.71")] == [
        "Balikpapan Timur",
        "Balikpapan Barat",
        "Balikpapan Utara",
        "Balikpapan Tengah",
        "Balikpapan Selatan",
        "Balikpapan Kota",
    ]
    assert len(region.children("")) == 38
    assert len(region.children("64")) == 10
    assert len(region.children("64.71.05")) == 7
    assert region.children("64.71.05.1002") == ()


def test_codes_without_dots_are_dotted_and_other_texts_stay() -> None:
    assert region.dotted("6471051002") == "64.71.05.1002"
    assert region.dotted("647105") == "64.71.05"
    assert region.dotted("64") == "64"
    for text in ("", "647", "64.71", "abcdef", "٦٤٧١٠٥"):
        assert region.dotted(text) == text


def test_search_ignores_case_and_spaces_and_stays_within_the_city() -> None:
    for typed in ("sungai nangka", "SungaiNangka", "NANGKA", "  nangka "):
        assert [place.code for place in region.search(typed)] == ["64.71.05.1010"]
    assert len(region.search("", limit=100)) == 34
    assert {place.level for place in region.search("", limit=100)} == {"village"}
    assert region.search("suka maju") == []


def test_search_puts_the_name_itself_first_and_then_names_that_begin_with_it() -> None:
    names = [place.name for place in region.search("damai", limit=3)]
    assert names == ["Damai", "Damai Bahagia", "Damai Baru"]
    # By the alphabet alone "Air Damai" and its like would come first.
    anywhere = [place.name for place in region.search("damai", within="", limit=500)]
    assert anywhere[0] == "Damai"
    beginning = [name.startswith("Damai") for name in anywhere]
    assert beginning == sorted(beginning, reverse=True)
    assert False in beginning
    found = [place.name for place in region.search("baru")]
    assert found[:3] == ["Baru Ilir", "Baru Tengah", "Baru Ulu"]
    assert "Manggar Baru" in found


def test_search_reaches_all_of_indonesia_and_keeps_to_its_limit(current) -> None:
    found = region.search("suka maju", within="", limit=1000)
    assert len(found) == sum(
        1 for code, name in current.items() if len(code) == 13 and "sukamaju" in name.lower().replace(" ", "")
    )
    assert len(region.search("a", within="", limit=5)) == 5
    assert [place.name for place in region.search("balikpapan", within="", level="regency")] == ["Kota Balikpapan"]
    assert region.search("x", within="99.99") == []
    assert region.search("x", within="no code") == []


@steady
@given(st.text(max_size=8), st.sampled_from(["64.71", "64.71.05", "64", ""]))
def test_every_place_found_holds_the_text_and_lies_within(text, within) -> None:
    from fieldapp.domain.names import plain

    for place in region.search(text, within=within):
        assert plain(text) in plain(place.name)
        assert place.code.startswith(within)
        assert region.lookup(place.code) == place
