"""Review by ear: the odd is told first, one letter decides, comments are pinned, the last decision is taken back."""

from __future__ import annotations

import pytest


@pytest.fixture
def queue(office, tools):
    """Three registrations at the supervisor's, the second with a warning that was explained."""
    import json

    people = [tools.person(number) for number in (1, 2, 3)]
    people[1]["monthly_income"] = 9_000_000
    given = "\n".join(json.dumps(each) for each in people).encode()
    answers = office.siti.done("register", "--from", "-", "--accept-warnings", "Panen raya", given=given)
    assert [each["state"] for each in answers] == ["submitted"] * 3
    office.carry("siti", "agus", "dewi")
    return [each["id"] for each in answers]


def states(laptop) -> dict[str, str]:
    return {row["id"]: row["state"] for row in laptop.done("list")}


def ear(laptop, *lines: str, **settings):
    answer = laptop("review", "--lines", given="".join(f"{line}\n" for line in lines).encode(), **settings)
    assert "Traceback" not in answer.err
    return answer


def test_the_riskiest_is_told_first_with_its_warning_and_its_reason(office, queue) -> None:
    told = ear(office.agus, ".").out
    assert "3 pendaftaran menunggu" in told
    assert "Sisa tempat Anda 20." in told
    first = told[told.index("Pendaftaran 1 dari 3") :]
    assert "didaftarkan Siti Rekaan, dikirim hari ini" in first
    assert first.index("Periksa: Penghasilan sebulan") < first.index("Alasan pencacah: Panen raya")
    assert "Pendaftaran 2" not in told


def test_approving_says_what_it_does_to_slots_and_money_and_asks_before(office, queue) -> None:
    told = ear(office.agus, "s", "t", "s", "y", ".").out
    assert told.count("Sesudah putusan ini: sisa tempat 19") == 2
    assert "Tidak jadi. Belum diputuskan." in told
    assert "disetujui 1, dikembalikan 0" in told
    assert sorted(states(office.agus).values()) == ["approved", "submitted", "submitted"]
    assert states(office.agus)[queue[1]] == "approved"


def test_a_return_pins_comments_found_by_part_of_a_question_and_reaches_the_enumerator(office, queue) -> None:
    answer = ear(office.agus, "k", "ibu kandung", "Tidak terbaca", "heir_name", "Lengkap?", "", "", "y", ".")
    assert "Kembalikan" in answer.out
    assert "kepada Siti Rekaan?" in answer.out
    office.give_back("agus", "siti")
    (item,) = office.siti.done("returned")
    assert item["id"] == queue[1]
    assert [(each["field"], each["text"]) for each in item["comments"]] == [
        ("mother_name", "Tidak terbaca"),
        ("heir_name", "Lengkap?"),
    ]


def test_a_word_of_many_questions_is_asked_about_and_one_of_none_is_said(office, queue) -> None:
    told = ear(office.agus, "k", "tidakadaitu", "nama", "99", "2", "Tulis lengkap", "", "", "y", ".").out
    assert "Tidak ada isian dengan nama itu." in told
    assert "  2 Nama ibu kandung" in told
    assert "Ketik angka dari 1" in told
    shown = office.agus.done("show", queue[1])
    assert [each["field"] for each in shown["comments"]] == ["mother_name"]


def test_without_a_reason_nothing_is_rejected_and_with_one_it_can_be_taken_back(office, queue) -> None:
    told = ear(office.agus, "t", "", "t", "Pindah", "y", "u", "", "u", "Salah orang", "u", ".").out
    assert "Tidak jadi" in told
    assert "ditolak." in told
    assert "putusan ditarik, sekarang terkirim" in told
    assert "Belum ada putusan yang dapat ditarik" in told
    assert set(states(office.agus).values()) == {"submitted"}
    history = office.agus.done("show", queue[1], "--history")["history"]
    assert [item.get("decision") for item in history] == [None, "reject", "undo"]


def test_skipping_going_back_and_hearing_more_decide_nothing(office, queue) -> None:
    told = ear(office.agus, "<", "l", "<", "b", "r", "d", "n", "x", "?", "l", "l", "l").out
    assert "Ini yang pertama." in told
    assert told.count("Pendaftaran 1 dari 3") == 2
    assert "Bagian Identitas" in told
    assert "Penghasilan sebulan (rupiah): 9000000" in told
    assert "Siti Rekaan: didaftarkan" in told
    assert "NIK utuh: 6471" in told
    assert "Tidak dikenal" in told
    assert "Antrean selesai." in told
    assert "dilewati 4" in told
    assert set(states(office.agus).values()) == {"submitted"}


def test_a_nik_is_masked_until_it_is_asked_for(office, queue, tools) -> None:
    nik = tools.person(2)["nik"]
    told = ear(office.agus, "b", ".").out
    assert "NIK: 6471********" in told
    assert nik not in told.replace(" ", "")
    assert nik in ear(office.agus, "n", ".").out.replace(" ", "")


def test_alike_registrations_are_compared_answer_by_answer(office, tools) -> None:
    import json

    first = tools.person(1)
    second = {**first, "nik": "6471050202809011", "job": "ojek", "overrides": {"duplicate_near": "kembar"}}
    for values in (first, second):
        given = json.dumps(values).encode()
        (answer,) = office.siti.done("register", "--from", "-", "--accept-warnings", "kembar", given=given)
        assert answer["state"] == "submitted", answer
    office.carry("siti", "agus")
    told = ear(office.agus, "d", ".").out
    assert "Mirip dengan pendaftaran yang sudah ada" in told
    assert "Dibandingkan dengan" in told
    assert "di sini " in told
    assert "Ojek" in told


def test_what_the_rules_refuse_is_said_and_stays_undecided(office, tools) -> None:
    import json

    values = tools.person(1)
    values["nik_absent_reason"] = "belum_rekam"
    del values["nik"]
    (answer,) = office.siti.done(
        "register", "--from", "-", "--accept-warnings", "ya", given=json.dumps(values).encode()
    )
    assert answer["state"] == "submitted", answer
    office.carry("siti", "agus")
    told = ear(office.agus, "s", "y", ".").out
    assert "Perhatikan: belum ada NIK" in told
    assert "Tidak dapat: " in told
    assert states(office.agus)[answer["id"]] == "submitted"


def test_a_coordinator_may_only_return_and_an_enumerator_nothing(office, queue) -> None:
    told = ear(office.dewi, "s", "u", "k", "", "Periksa lagi", "y", ".").out
    assert "k kembalikan" in told
    assert "s setuju" not in told
    assert "Peran Anda tidak dapat memutuskan itu" in told
    assert "dikembalikan." in told
    assert ear(office.siti).code == 5


def test_a_filter_narrows_the_queue_and_an_empty_one_is_said(office, queue) -> None:
    assert "3 pendaftaran menunggu" in ear(office.agus, ".").out
    answer = office.agus("review", "--lines", "--filter", "state=has_issues")
    assert (answer.code, "Tidak ada yang menunggu pemeriksaan." in answer.out) == (0, True)
    assert office.agus("review").code == 2


def test_a_real_process_speaks_english_and_ends_at_the_end_of_its_input(office, queue) -> None:
    answer = office.agus.process("review", "--lines", language="en", given=b"s\ny\nu\nwrong person\n")
    assert answer.code == 0, answer
    assert "3 registrations wait" in answer.out
    assert "Registration 1 of 3" in answer.out
    assert "Approve " in answer.out
    assert "decision taken back" in answer.out
    assert "approved 1" in answer.out
    assert answer.err == ""
    assert set(states(office.agus).values()) == {"submitted"}


def test_what_came_in_meanwhile_is_told_before_it_can_be_decided(office, queue, monkeypatch) -> None:
    from fieldapp.cli import review_lines
    from fieldapp.services import registrations

    asked = review_lines.ReviewTalk.agreed

    def change_first(talk, question):
        if talk.done["changed"] == 0:
            talk.done["changed"] = 1
            registrations.edit(talk.session, talk.shown["id"], {"work_place": "Pasar"})
        return asked(talk, question)

    monkeypatch.setattr(review_lines.ReviewTalk, "agreed", change_first)
    told = ear(office.agus, "s", "y", "s", "y", ".").out
    assert "baru saja berubah" in told
    assert states(office.agus)[queue[1]] == "approved"


def test_a_return_by_ear_says_until_when_and_takes_another_day(office, queue) -> None:
    told = ear(office.agus, "w 2020-01-01", "w 2027-01-31", "k", "ibu kandung", "Tidak terbaca", "", "", "y", ".").out
    assert "Batas waktu harus tanggal" in told
    assert "Diperbaiki paling lambat 2027-01-31; putaran 2 dimulai." in told
    assert office.agus.done("show", queue[1])["due"] == "2027-01-31"
    office.give_back("agus", "siti")
    office.siti.done("edit", queue[1], "--set", "mother_name=Ibu Rekaan Baru")
    office.carry("siti", "agus")
    told = ear(office.agus, "l", "l", ".").out
    assert "Nama ibu kandung: Tidak terbaca (sudah diubah sesudahnya)" in told
