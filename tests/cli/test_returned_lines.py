"""Returned work line by line: heard with its comments, corrected where it was commented on, and sent again."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def returned(office, tools):
    """Two registrations that came back to the enumerator; the later one with two comments."""
    given = "\n".join(json.dumps(tools.person(number)) for number in (1, 2)).encode()
    ids = [each["id"] for each in office.siti.done("register", "--from", "-", given=given)]
    office.carry("siti", "agus")
    office.agus.done("review", "return", ids[0], "--reason", "Alamat tidak ditemukan")
    fields = ("--field", "heir_name=Nama lengkap?", "--field", "mother_name=Tidak terbaca")
    office.agus.done("review", "return", ids[1], "--reason", "Periksa lagi", *fields)
    office.give_back("agus", "siti")
    return ids


def ear(laptop, *lines: str, **settings):
    answer = laptop("returned", "--lines", given="".join(f"{line}\n" for line in lines).encode(), **settings)
    assert "Traceback" not in answer.err
    return answer


def test_the_list_says_who_when_why_and_which_answers(office, returned) -> None:
    answer = office.siti("returned")
    assert answer.code == 0
    assert "putaran 2, dikembalikan Agus Rekaan hari ini: Periksa lagi" in answer.out
    assert "  Catatan Agus Rekaan pada Nama ibu kandung: Tidak terbaca" in answer.out
    assert "2 pendaftaran dikembalikan kepada Anda." in answer.out
    assert {each["id"] for each in office.siti.done("returned")} == set(returned)
    assert [each["id"] for each in office.siti.done("returned", "--oldest-first")] == returned


def test_the_commented_answers_are_asked_in_the_order_of_the_form_and_sent_again(office, returned) -> None:
    answer = ear(office.siti, "p", "Ibu Rekaan Panjang", "Waris Rekaan", "", "y", ".")
    assert answer.out.index("Catatan Agus Rekaan: Tidak terbaca") < answer.out.index(
        "Catatan Agus Rekaan: Nama lengkap?"
    )
    assert "Dikirim lagi, putaran 2." in answer.out
    assert "1 pendaftaran dikirim lagi." in answer.out
    values = office.siti.done("show", returned[1])["values"]
    assert (values["mother_name"], values["heir_name"]) == ("Ibu Rekaan Panjang", "Waris Rekaan")
    assert [each["id"] for each in office.siti.done("returned")] == [returned[0]]


def test_another_answer_is_corrected_by_part_of_its_words(office, returned) -> None:
    answer = ear(office.siti, "l", "p", "alamat ktp", "1", "Gg. Rekaan No. 7", "", "y")
    assert "Dikirim lagi, putaran 2." in answer.out, answer.out
    assert office.siti.done("show", returned[0])["values"]["ktp_address"] == "Gg. Rekaan No. 7"


def test_what_is_not_sent_stays_a_draft_and_goes_on_later(office, returned) -> None:
    answer = ear(office.siti, "p", "Ibu Rekaan Panjang", "<", "", ".")
    assert "Berhenti. Yang sudah diisi tersimpan sebagai draf." in answer.out
    item = office.siti.done("returned")[0]
    assert (item["draft"] is not None, item["begin_at"]) == (True, "heir_name")
    assert "Perbaikan sudah dimulai" in office.siti("returned").out
    answer = office.siti("register", "--lines", "--resume", item["draft"], given=b".\n")
    assert "Catatan Agus Rekaan: Nama lengkap?" in answer.out or "Catatan Agus Rekaan: Tidak terbaca" in answer.out


def test_saying_no_at_the_end_sends_nothing(office, returned) -> None:
    answer = ear(office.siti, "p", "", "", "", "t", "b", "r", "l", "l")
    assert "Tersimpan sebagai draf, belum dikirim." in answer.out
    assert "Bagian Identitas" in answer.out
    assert "Semua sudah dibacakan." in answer.out
    assert len(office.siti.done("returned")) == 2


def test_edit_line_by_line_walks_the_whole_form_with_the_comments(office, returned, tools) -> None:
    # The NIK is typed again: a registration is not told to be like itself.
    given = tools.person(2)["nik"] + "\n" * 90
    answer = office.siti("edit", returned[1], "--lines", "--json", given=given.encode())
    assert answer.json["round"] == 2, answer
    assert "Catatan Agus Rekaan: Tidak terbaca" in answer.err
    assert "Mirip dengan" not in answer.err
    assert office.siti("edit", returned[1]).code == 2
    assert office.siti("edit", returned[1], "--lines", "--set", "name=X").code == 2


def test_what_somebody_else_changed_meanwhile_is_said_and_needs_no_sending(office, returned) -> None:
    office.agus.done("edit", returned[1], "--set", "heir_name=Waris Dari Kantor")
    office.give_back("agus", "siti")
    answer = office.siti("returned")
    assert "Sementara itu diubah Agus Rekaan" in answer.out
    assert "Nama ahli waris" in answer.out
    assert "tidak perlu dikirim ulang" in answer.out
    assert "1 pendaftaran dikembalikan kepada Anda." in answer.out
    assert "Yang dikembalikan 1 dari 1" in ear(office.siti, ".").out


def test_a_real_process_speaks_english(office, returned) -> None:
    answer = office.siti.process("returned", "--lines", language="en", given=b"p\nIbu Rekaan Panjang\n\n\ny\n.\n")
    assert answer.code == 0, answer
    assert "2 registrations were returned to you." in answer.out
    assert "Sent again, round 2." in answer.out
    assert answer.err == ""


def test_the_history_shows_how_far_each_change_has_come(office, returned) -> None:
    office.siti.done("edit", returned[0], "--set", "work_place=Pasar")
    told = office.siti("show", returned[0], "--history").out
    way = told[told.index("Perjalanan ke kantor:") :]
    assert "didaftarkan: dibawa " in way
    assert "; diterima Agus Rekaan, " in way
    assert "diputuskan: datang dari laptop lain" in way
    assert "diubah: belum dibawa" in way


def test_where_nothing_came_back_it_is_said(office) -> None:
    assert "Tidak ada yang dikembalikan kepada Anda." in ear(office.siti).out
    assert office.siti.done("returned") == []
