"""Conflicts at the command line: many settled by the newest, and the desk by ear."""

from __future__ import annotations

import pytest


@pytest.fixture
def apart(office, tools):
    """Place of work and mother's name of one registration, changed by Siti and by Rudi; the office and its id."""
    (known,) = tools.registered(office.siti, tools.person(1))
    office.carry("siti", "dewi")
    office.carry("rudi", "dewi")
    office.give_back("dewi", "siti", "rudi")
    for laptop, place, mother in ((office.siti, "pasar", "Ibu Siti"), (office.rudi, "pelabuhan", "Ibu Rudi")):
        laptop.done("edit", known, "--set", f"work_place={place} rekaan", "--set", f"mother_name={mother}")
    office.carry("siti", "dewi")
    office.carry("rudi", "dewi")
    return office, known


def test_what_may_take_the_newest_is_settled_at_once_after_a_dry_run(apart) -> None:
    office, known = apart
    plan = office.dewi.done("conflicts", "settle", "--newest", "--dry-run")
    assert (plan["registrations"], plan["conflicts"], plan["dry_run"]) == (1, 1, True)
    assert plan["losers"] == {"Siti Rekaan": 1}
    assert len(office.dewi.done("conflicts", "list")) == 2
    told = office.dewi("conflicts", "settle", "--newest", "--filter", "area=64.71", "--dry-run")
    assert told.code == 0
    assert "  Dipakai: Tempat bekerja: pelabuhan rekaan, oleh Rudi Rekaan" in told.out
    assert "  Tidak dipakai: Tempat bekerja: pasar rekaan, oleh Siti Rekaan" in told.out
    assert "Akan: 1 isian pada 1 pendaftaran memakai nilai terbaru; 1 tetap menunggu orang." in told.out + told.err
    assert office.dewi.done("conflicts", "settle", "--newest", "--filter", "area=64.72")["conflicts"] == 0
    done = office.dewi.done("conflicts", "settle", known, "--newest")
    assert [(item["group"], item["values"]) for item in done["settled"]] == [
        ("work_place", {"work_place": "pelabuhan rekaan"})
    ]
    assert [(item["group"], item["code"]) for item in done["left"]] == [("mother_name", "person_decides")]
    answer = office.dewi("conflicts", "settle", known, "--newest", "--json")
    assert (answer.code, answer.json["conflicts"]) == (1, 0)
    history = office.dewi.done("show", known, "--history")["history"]
    assert [item["by"] for item in history if item["kind"] == "resolve"] == ["Dewi Rekaan"]


@pytest.mark.parametrize(
    ("arguments", "indonesian", "english"),
    [
        (("settle",), "Sebutkan --newest.", "Say --newest."),
        (("settle", "x", "--newest", "--filter", "area=64"), "Sebutkan nomor pendaftaran", "registration"),
        (("list", "--lines", "--json"), "--json tanpa --lines", "--json goes without --lines"),
    ],
)
def test_what_cannot_be_meant_is_said_in_both_languages(office, arguments, indonesian, english) -> None:
    assert indonesian in office.dewi("conflicts", *arguments).err
    answer = office.dewi("conflicts", *arguments, language="en")
    assert (answer.code, english in answer.err) == (2, True)


def test_who_is_not_there_is_not_found(office) -> None:
    unknown = "0192f000-0000-7000-8000-000000000000"
    assert office.dewi.refused(3, "conflicts", "settle", unknown, "--newest")["code"] == "registration_not_found"


def ear(laptop, *lines: str, **settings):
    answer = laptop("conflicts", "list", "--lines", given="".join(f"{line}\n" for line in lines).encode(), **settings)
    assert "Traceback" not in answer.err
    assert answer.code == 0
    return answer.out


def test_the_desk_by_ear_tells_every_side_takes_one_word_and_offers_the_last_anew(apart) -> None:
    office, known = apart
    told = ear(office.dewi, "?", "9", "n", "u", "1", "u", "t Ibu Ketiga", "", "2", ".")
    assert told.startswith("1 pendaftaran bertentangan.\nKetik: angka memilih satu sisi")
    assert "Bertentangan: Nama ibu kandung" in told
    assert "  b, semula: Ibu" in told
    assert "  1, dari laptop lain, oleh Rudi Rekaan," in told
    assert "terbaru: Ibu Rudi (diubah)\n" in told
    assert "Tidak dikenal. Ketik ? untuk daftar perintah." in told
    assert "menyangkut jati diri, kelayakan, atau uang" in told
    assert "Belum ada yang diselesaikan di sini." in told
    assert told.index("Selesai.") < told.index("Bertentangan: Tempat bekerja")
    assert "Sudah diselesaikan; yang berlaku: Ibu Rudi." in told
    assert told.endswith("2 isian diselesaikan.\n")
    told = ear(office.dewi, "2", "x")
    assert "1 isian diselesaikan." in told
    assert office.dewi.done("conflicts", "list") == []
    values = office.dewi.done("show", known)["values"]
    assert (values["mother_name"], values["work_place"]) == ("Ibu Ketiga", "pasar rekaan")
    assert ear(office.dewi, language="en") == "There are no conflicts.\n"
