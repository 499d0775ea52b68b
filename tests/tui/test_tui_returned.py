"""Returned work: the list says why, the form opens where it was commented on, and sending tells the round."""

from __future__ import annotations

import pytest

from fieldapp.locale import set_language
from fieldapp.services import drafts, exchange, registrations, review
from fieldapp.services.returns import returned
from fieldapp.services.session import open_session

PASSPHRASE = "sandi rekaan"


@pytest.fixture
def third_returned(town):
    """The third registration of the enumerator was returned too, with comments on two questions."""
    with open_session(town.awas, PASSPHRASE) as awas, open_session(town.ani, PASSPHRASE) as ani:
        (third,) = registrations.ids(awas, text="tiga")
        comments = {"heir_name": "Sama dengan di KK?", "mother_name": "Tidak terbaca"}
        review.decide(awas, [third], "return", reason="Belum lengkap", fields=comments)
        exchange.write_bundle(awas, town.stick / "balasan-2", to=ani.member.id)
        exchange.merge(ani, [town.stick / "balasan-2"])
    return third


async def test_what_came_back_says_why_opens_at_the_comment_and_is_sent_again_with_its_round(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("r")
        await hands.until("1 pendaftaran, terbaru dulu", "Contoh Dua   putaran 2, dikembalikan", "Periksa lagi")
        assert "Nama lengkap ahli waris" in hands.seen
        assert "Awas Pengawas" in hands.seen
        await hands.press("enter")
        await hands.until("Perbaikan: Contoh Dua", "6/9 Ahli waris", "Catatan Awas Pengawas: Nama lengkap ahli waris")
        assert hands.app.screen.focused.id == "field-heir_name"
        await hands.write(" Lengkap")
        await hands.until("Catatan Awas Pengawas: Nama lengkap ahli waris")
        await hands.press("ctrl+s")
        await hands.until("Siap dikirim")
        await hands.press("enter")
        await hands.until("Contoh Dua: dikirim lagi, putaran 2", "Tidak ada yang dikembalikan")
    with open_session(town.ani, PASSPHRASE) as ani:
        (second,) = registrations.ids(ani, text="dua")
        shown = registrations.show(ani, second, history=True)
    assert (shown["values"]["heir_name"], shown["state"], shown["round"]) == ("Waris Contoh Lengkap", "submitted", 2)
    assert shown["history"][-1]["round"] == 2


async def test_all_comments_stand_in_the_list_that_jumps_and_the_first_question_is_opened(
    town, at, third_returned
) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("r")
        await hands.until("2 pendaftaran, terbaru dulu")
        assert hands.seen.index("Contoh Tiga") < hands.seen.index("Contoh Dua")
        await hands.press("u")
        await hands.until("2 pendaftaran, terlama dulu")
        assert hands.seen.index("Contoh Dua") < hands.seen.index("Contoh Tiga")
        await hands.press("u")
        await hands.until("batas terdekat dulu")
        await hands.press("u")
        await hands.until("terbaru dulu")
        await hands.press("home", "enter")
        await hands.until("Perbaikan: Contoh Tiga", "1/9 Identitas", "Catatan Awas Pengawas: Tidak terbaca")
        assert hands.app.screen.focused.id == "field-mother_name"
        await hands.press("ctrl+l")
        await hands.until("Tidak terbaca", "Sama dengan di KK?", "Yang perlu diperbaiki")
        await hands.press("down", "enter")
        await hands.until("6/9 Ahli waris", "Catatan Awas Pengawas: Sama dengan di KK?")
        assert hands.app.screen.focused.id == "field-heir_name"


async def test_a_registration_that_others_changed_meanwhile_says_so_in_the_list_and_in_the_form(
    town, at, third_returned
) -> None:
    with open_session(town.awas, PASSPHRASE) as awas, open_session(town.ani, PASSPHRASE) as ani:
        draft = drafts.correction(ani, third_returned)
        registrations.edit(awas, third_returned, {"heir_name": "Waris Dari Kantor"})
        exchange.write_bundle(awas, town.stick / "balasan-3", to=ani.member.id)
        exchange.merge(ani, [town.stick / "balasan-3"])
        assert returned.beside(ani, third_returned, draft.id)["changed"]["fields"] == ["heir_name"]
    async with at(town.ani, (100, 40)) as hands:
        await hands.unlock()
        await hands.press("r")
        await hands.until("Sudah diubah sesudah dikembalikan", "Sementara itu diubah Awas Pengawas")
        assert "Perbaikan sudah dimulai" in hands.seen
        await hands.press("escape")
        await hands.press("d")
        await hands.until("1 draf", "perbaikan")
        await hands.press("enter")
        await hands.until("Perbaikan: Contoh Tiga", "Diubah sementara itu", "keduanya disimpan")


async def test_b_reads_the_whole_registration(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("r")
        await hands.until("Contoh Dua")
        await hands.press("b")
        await hands.until("Contoh Dua", "Keadaan", "Dikembalikan")


async def test_where_nothing_came_back_it_is_said_and_the_keys_do_no_harm(town, at) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("r")
        await hands.until("Tidak ada yang dikembalikan kepada Anda")
        await hands.press("enter", "b", "u")
        await hands.until("terlama dulu")


async def test_another_language_is_spoken_at_once(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("r")
        await hands.until("putaran 2, dikembalikan")
        set_language("en")
        hands.app.screen.relabel()
        await hands.until("round 2, returned yesterday", "newest first", gone="terbaru dulu")
