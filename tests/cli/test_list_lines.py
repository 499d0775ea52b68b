"""The list by ear: ten at a time, found by words and filters, one read out in sentences, in both languages."""

from __future__ import annotations

import json

import pytest

from fieldapp.cli import list_lines


@pytest.fixture
def twelve(office, tools):
    """Twelve registrations at the enumerator's; their ids in the order of names."""
    people = [tools.person(number) | {"name": f"Contoh {chr(64 + number)}"} for number in range(1, 13)]
    given = "\n".join(json.dumps(each) for each in people).encode()
    answers = office.siti.done("register", "--from", "-", given=given)
    assert [each["state"] for each in answers] == ["submitted"] * 12
    return [each["id"] for each in answers]


def ear(laptop, *lines: str, **settings):
    answer = laptop("list", "--lines", given="".join(f"{line}\n" for line in lines).encode(), **settings)
    assert "Traceback" not in answer.err
    assert answer.code == 0
    return answer.out


def test_ten_are_told_at_once_in_sentences_and_enter_goes_on(office, twelve) -> None:
    told = ear(office.siti, "", "", "<", "<")
    assert told.startswith("12 pendaftaran: semua pendaftaran; menurut nama.\n1. Contoh A, NIK 6471********")
    assert "Masih ada 2; Enter untuk berikutnya." in told
    assert told.index("10. Contoh J") < told.index("11. Contoh K") < told.index("12. Contoh L")
    assert told.count("1. Contoh A,") == 2
    assert "Ini akhir daftar." in told
    assert "Ini awal daftar." in told


def test_searches_filters_and_orders_add_up_and_h_takes_them_back(office, twelve) -> None:
    told = ear(office.siti, "c contoh l", "h", "s", "1", "3", "h", "s", "3", "2")
    assert "1 pendaftaran: yang memuat contoh l; menurut nama.\n1. Contoh L," in told
    assert "0 pendaftaran: bermasalah; menurut nama.\nTidak ada yang cocok." in told
    assert told.count("12 pendaftaran: semua pendaftaran;") == 3
    turned = ear(office.siti, "u", "1", "u", "2")
    assert "12 pendaftaran: semua pendaftaran; dari belakang, menurut nama.\n1. Contoh L" in turned
    assert "; menurut waktu." in turned


def test_one_is_opened_by_its_number_read_out_and_left_for_its_neighbours(office, twelve) -> None:
    told = ear(office.siti, "?", "apa", "3", "?", "apa", "b", "", "<", "<", "r", "k", "99", ".")
    assert "Enter sepuluh berikutnya" in told
    assert "k kembali ke daftar" in told
    assert told.count("Tidak dikenal. Ketik ? untuk daftar perintah.") == 2
    assert "Pendaftaran 3 dari 12\nContoh C," in told
    assert "  Nama lengkap: Contoh C\n" in told
    assert told.index("Pendaftaran 4 dari 12") < told.index("Pendaftaran 2 dari 12")
    assert "didaftarkan" in told
    assert "Ketik nomor dari 1 sampai 12." in told


def test_names_of_anything_are_told_in_one_harmless_line() -> None:
    row = {"name": "[bold]\x1b[31mElok\u202e\n", "nik": None, "area_name": "\x07", "state": "submitted"}
    told = list_lines._sentence({**row, **dict.fromkeys(("errors", "conflicts", "duplicates", "overrides"), 1)}
        | {"near_duplicates": 1})  # fmt: skip
    assert told.startswith("[bold]")
    assert told.isprintable()
    assert "belum ber-NIK" in told
    assert told.endswith("salah 1, bertentangan 1, mirip 2, diberi alasan 1.")


def test_options_narrow_it_from_the_beginning_it_speaks_english_too_and_json_stays_as_it_was(office, twelve) -> None:
    narrowed = office.siti("list", "--lines", "--text", "contoh b", "--by", "Siti Rekaan", given=b".\n")
    assert "1 pendaftaran: yang memuat contoh b, oleh Siti Rekaan; menurut nama." in narrowed.out
    assert office.siti("list", "--lines", "--json").code == 2
    english = ear(office.siti, "1", "?", ".", language="en")
    assert english.startswith("12 registrations: all registrations; by name.")
    assert "Registration 1 of 12" in english
    rows = office.siti.done("list")
    assert [row["id"] for row in rows] == sorted(twelve)
    assert set(rows[0]) == {"id", "state", "name", "nik", "area", "categories", "submitted_at", "registered_by"}
