"""A registration to be read: parts to jump to, words to search for, each answer's own history, how far it has come."""

from __future__ import annotations

import re

import pytest

from fieldapp.locale import set_language
from fieldapp.services import exchange, registrations, review
from fieldapp.services.session import open_session

PASSPHRASE = "sandi rekaan"


@pytest.fixture
def corrected(town):
    """The returned registration was corrected and sent again, and nothing of that was carried yet."""
    with open_session(town.ani, PASSPHRASE) as ani:
        (second,) = registrations.ids(ani, text="dua")
        registrations.edit(ani, second, {"heir_name": "Waris Contoh Lengkap"})
    return second


async def read(hands, what: str) -> None:
    await hands.unlock()
    await hands.press("f3")
    await hands.until("Contoh Satu")
    await hands.write(what)
    await hands.until("1 pendaftaran")
    await hands.press("down", "enter")
    await hands.until("Keadaan", "Perlu" if what == "-" else "Pencacah")


async def test_rounds_receipts_and_what_is_not_carried_yet_are_told(town, at, corrected) -> None:
    async with at(town.ani) as hands:
        await read(hands, "dua")
        await hands.until("2; 1 kali dikembalikan", "dikembalikan, oleh Awas Pengawas: Periksa lagi")
        await hands.press("end")
        await hands.until("Riwayat", "mengubah dan mengirim lagi, putaran 2")
        text = " ".join(word for line in hands.app.screen.query_one("#record")._lines for word in line.text.split())
    assert "Ani Pencacah mengubah: belum dibawa" in text
    assert "Awas Pengawas memutuskan: datang dari laptop lain" in text
    assert re.search(r"Ani Pencacah mendaftarkan: dibawa [-\d]+ [\d:]+ \(paket \w{8}\); diterima Awas Pengawas", text)


async def test_a_part_is_jumped_to_and_a_word_searched_for(town, at, corrected) -> None:
    async with at(town.ani) as hands:
        await read(hands, "dua")
        lines = hands.app.screen.query_one("#record")
        await hands.press("l")
        await hands.until("Lompat ke bagian", "Ringkasan", "Perjalanan ke kantor")
        await hands.press("end", "enter")
        await hands.until("> Riwayat", gone="Lompat ke bagian")
        await hands.press("c")
        await hands.until("Cari di pendaftaran ini")
        await hands.write("tukang pijat")
        await hands.press("enter")
        await hands.until("> Pekerjaan sekarang", gone="Cari di pendaftaran ini")
        assert lines.value() == "job"


async def test_an_answers_own_history_is_one_key_on_its_line(town, at, corrected) -> None:
    async with at(town.ani) as hands:
        await read(hands, "dua")
        await hands.press("r")
        await hands.until("Pindahkan panah ke baris isian")
        lines = hands.app.screen.query_one("#record")
        lines.cursor = next(number for number, line in enumerate(lines._lines) if line.value == "heir_name")
        await hands.press("r")
        await hands.until("Nama ahli waris", "mendaftarkan: Waris Contoh", "Waris Contoh -> Waris Contoh")
        await hands.press("enter")
        lines.cursor = next(number for number, line in enumerate(lines._lines) if line.value == "nik")
        await hands.press("r")
        await hands.until("mendaftarkan: 6471********9002")
        assert hands.seen.count("9002") == hands.seen.count("********9002")


async def test_a_wide_screen_shows_what_is_odd_and_what_happened_beside_the_answers(town, at, corrected) -> None:
    async with at(town.ani, (130, 40)) as hands:
        await read(hands, "dua")
        await hands.until("Identitas", "Yang perlu diperhatikan", "Riwayat")
        row = next(line for line in hands.seen.split("\n") if "Yang perlu diperhatikan" in line)
        assert row.lstrip("> ").startswith("Keadaan")
        await hands.press("tab")
        assert hands.app.screen.focused.id == "beside"
        await hands.press("l")
        await hands.until("Lompat ke bagian")
        await hands.press("down", "down", "enter")
        await hands.until("> Identitas")
        assert hands.app.screen.focused.id == "record"
        await hands.press("tab")
        await hands.pilot.resize_terminal(80, 24)
        await hands.until("Keadaan", "2; 1 kali dikembalikan")
        assert hands.app.screen.focused.id == "record"
        row = next(line for line in hands.seen.split("\n") if "Keadaan" in line)
        assert "Yang perlu" not in row


async def test_reasons_that_the_answers_no_longer_call_for_stay_to_be_read(town, at, person) -> None:
    values = person(7, "Contoh Tujuh", monthly_income=9_000_000, overrides={"income_above_limit": "Panen raya"})
    with open_session(town.ani, PASSPHRASE) as ani:
        checked = registrations.check_values(ani, values)
        (code,) = {each.code for each in checked.warnings if each.field == "monthly_income"}
        reasons = {each.code: "Panen raya" for each in checked.warnings}
        answer = registrations.submit(ani, registrations.new_draft(ani, values).id, reasons)
        assert answer["state"] == "submitted", answer
        registrations.edit(ani, answer["id"], {"monthly_income": 800_000})
        assert registrations.show(ani, answer["id"])["overrides"][code] == "Panen raya"
    async with at(town.ani) as hands:
        await read(hands, "tujuh")
        await hands.press("l")
        await hands.until("Alasan yang pernah diberikan")
        await hands.press("escape", "c")
        await hands.until("Cari di")
        await hands.write("panen raya")
        await hands.press("enter")
        await hands.until("Alasan yang pernah diberikan", "Panen raya", gone="Cari di")


def test_how_far_an_entry_has_come_is_proved_by_bundles_and_receipts(town) -> None:
    with open_session(town.ani, PASSPHRASE) as ani, open_session(town.awas, PASSPHRASE) as awas:
        (third,) = registrations.ids(ani, text="tiga")
        (step,) = registrations.show(ani, third, history=True)["journey"]
        assert step["here"]
        assert len(step["carried"]["bundle"]) >= 8
        assert [each["by"] for each in step["received"]] == ["Awas Pengawas"]
        # A later packet and a later receipt do not change when it first left.
        registrations.edit(ani, third, {"work_place": "Pasar"})
        before = step
        step, edit = registrations.show(ani, third, history=True)["journey"]
        assert (step, edit["carried"], edit["received"]) == (before, None, [])
        exchange.write_bundle(ani, town.stick / "ani-3")
        edit = registrations.show(ani, third, history=True)["journey"][1]
        assert edit["carried"] is not None
        assert edit["received"] == []
        exchange.merge(awas, [town.stick / "ani-3"])
        review.decide(awas, [third], "return", reason="Lagi")
        exchange.write_bundle(awas, town.stick / "balasan-3", to=ani.member.id)
        exchange.merge(ani, [town.stick / "balasan-3"])
        step, edit, decision = registrations.show(ani, third, history=True)["journey"]
        assert step == before
        assert [each["by"] for each in edit["received"]] == ["Awas Pengawas"]
        assert (decision["here"], decision["carried"]) == (False, None)
        # Whoever wrote an entry proves nothing by having it.
        steps = registrations.show(awas, third, history=True)["journey"]
        assert [[each["by"] for each in step["received"]] for step in steps] == [["Awas Pengawas"]] * 2 + [[]]


async def test_another_language_is_spoken_at_once_and_the_line_at_hand_stays(town, at, corrected) -> None:
    async with at(town.ani) as hands:
        await read(hands, "dua")
        lines = hands.app.screen.query_one("#record")
        lines.cursor = next(number for number, line in enumerate(lines._lines) if line.value == "heir_name")
        set_language("en")
        hands.app.screen.relabel()
        await hands.until("Awaits decision", "> Comment: Heir's name", gone="Kemungkinan orang")
        assert lines.value() == "heir_name"
        assert "Contoh Dua" in hands.seen
