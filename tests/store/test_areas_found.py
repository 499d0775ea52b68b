"""Kelurahan found while somebody types: the nearest first, narrowed by what they lie in."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldapp.store import areas

CITY = "64.71"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wilayah")


def names(folder: Path, typed: str, limit: int = 20) -> list[str]:
    return [", ".join(place.names[:3]) for place in areas.find(folder, typed, CITY, limit).places]


def test_the_programmes_city_comes_first_then_its_province_then_the_country(folder: Path) -> None:
    assert names(folder, "damai")[0] == "Damai, Balikpapan Kota, Kota Balikpapan"
    found = areas.find(folder, "sukamaju", CITY, 20)
    assert {place.code[:2] for place in found.places} == {"64"}
    assert found.beyond
    assert {place.code[:2] for place in areas.find(folder, "klojen", CITY, 20).places} == {"35"}


def test_a_second_word_narrows_by_kecamatan_or_city(folder: Path) -> None:
    assert names(folder, "klandasan ulu kota") == ["Klandasan Ulu, Balikpapan Kota, Kota Balikpapan"]
    assert all("Bogor" in each for each in names(folder, "sukamaju bogor"))
    assert names(folder, "sukamaju bogor")
    assert names(folder, "suka maju bogor")
    assert all("Balikpapan Selatan" in each for each in names(folder, "balikpapan selatan"))


def test_names_that_are_the_text_come_before_those_that_begin_with_or_hold_it(folder: Path) -> None:
    found = [each.split(",")[0] for each in names(folder, "sepinggan")]
    assert found == ["Sepinggan", "Sepinggan Baru", "Sepinggan Raya"]
    assert names(folder, "sepinggan b")[0].startswith("Sepinggan Baru,")
    assert names(folder, "NGGAN bar")[0].startswith("Sepinggan Baru,")


def test_more_than_the_limit_is_told_and_not_shown(folder: Path) -> None:
    found = areas.find(folder, "a", CITY, 5)
    assert len(found.places) == 5
    assert found.more
    assert not areas.find(folder, "klandasan ulu kota", CITY, 5).more


@pytest.mark.parametrize(
    "typed", ["", "   ", "'", "%", "_", "zzzz", "\x00", "\ud800", "x" * 1_000_000, "' OR 1=1 --", "\u0627"]
)
def test_whatever_is_typed_finds_nothing_rather_than_failing(folder: Path, typed: str) -> None:
    assert areas.find(folder, typed, CITY, 5).places == ()


def test_a_damaged_or_an_older_file_of_names_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "wilayah-00000000.db").write_bytes(b"older")
    assert names(tmp_path, "sepinggan raya")
    [made] = tmp_path.iterdir()
    made.write_bytes(b"cut short by a dead battery")
    assert names(tmp_path, "sepinggan raya")
    assert [each.name for each in tmp_path.iterdir()] == [made.name]
