"""The conflict desk by keyboard: the list, every side with its writer and what it changed, and one key that settles."""

from __future__ import annotations

import pytest

from fieldapp.services import changes, conflicts, exchange, registrations
from fieldapp.services.conflicts import disputes
from fieldapp.services.session import open_session
from fieldapp.store.disclosures import all_disclosures

PASSPHRASE = "sandi rekaan"


@pytest.fixture
def apart(town):
    """Beside the occupation of one: address, NIK and place of work of another were changed on both sides."""
    with open_session(town.ani, PASSPHRASE) as ani, open_session(town.awas, PASSPHRASE) as awas:
        (third,) = registrations.ids(ani, text="tiga")
        for session, street, rt, nik in (
            (ani, "Gg. Melati No. 9", "041", "6471052806749093"),
            (awas, "Gg. Melati No. 90", "014", "6471052806749039"),
        ):
            registrations.edit(session, third, {"ktp_address": street, "ktp_rt": rt})
            registrations.edit(session, third, {"nik": nik})
            registrations.edit(session, third, {"work_place": f"dekat {street}"})
        exchange.write_bundle(ani, town.stick / "ani-9")
        exchange.merge(awas, [town.stick / "ani-9"])
    return third


async def desk_of(hands, name: str) -> None:
    """From home to the desk of the registration of that name."""
    await hands.unlock()
    await hands.press("k")
    await hands.until("pendaftaran bertentangan", name)
    await hands.write("")
    records = hands.app.screen.records
    rows = [records.row(index) for index in range(records.count())]
    records.cursor = next(index for index, row in enumerate(rows) if row and row["name"] == name)
    await hands.press("enter")
    await hands.until("selesai", name)


def stand_at(hands, text: str) -> None:
    lines = hands.app.screen.query_one("#conflict")
    lines.cursor = next(index for index, line in enumerate(lines._lines) if text in line.text)


def told(hands) -> str:
    return "\n".join(line.text for line in hands.app.screen.query_one("#conflict")._lines)


async def test_a_day_at_the_desk_by_one_key_each(town, at, apart) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.until("Pertentangan", "Pendaftaran dengan nilai yang berbeda", "2")
        await hands.press("k")
        await hands.until(
            "2 pendaftaran bertentangan", "Contoh Satu", "1: Pekerjaan", "3: NIK", "Sejak", "Awas Pengawas +1"
        )
        await hands.press("enter")
        await hands.until("Sepinggan: 1 bertentangan, 0 selesai", "! Pekerjaan sekarang: 2 nilai", "Tukang pijat")
        await hands.until(
            "1  Di sini, oleh Awas Pengawas", "~ Kurir (diubah)", "2  Dari laptop lain, oleh Ani Pencacah"
        )
        # An occupation decides who may take part, so nobody takes its newest value unseen.
        await hands.press("n")
        await hands.until("menyangkut jati diri, kelayakan, atau uang")
        hands.app.clear_notifications()
        await hands.press("2")
        await hands.until("v Pekerjaan sekarang: selesai", "Dipakai: Ojek pangkalan", "Tidak dipakai: Kurir")
        await hands.press("u")
        await hands.until("pilih lagi", "Sampai dipilih lagi, yang berlaku: Ojek")
        await hands.press("1")
        await hands.until("Dipakai: Kurir", "(nilai terbaru;", "Tidak dipakai: Ojek")
        await hands.press("enter")
        await hands.until("Contoh Tiga", "3 bertentangan, 0 selesai", "Harus dipilih orang")
        await hands.press("enter")
        await hands.until("Boleh memakai yang terbaru: N.", "~ RT (KTP): 014 (diubah)")
        # Typed ahead: keys wait for what they are meant for.
        await hands.press("b", "enter", "n", "u", "u")
        await hands.until("1 bertentangan, 2 selesai", "v Tempat bekerja: selesai", "kembali ke semula")
        await hands.press("enter", "enter")
        await hands.until("Tidak ada pendaftaran lain yang bertentangan")
        await hands.press("escape")
        await hands.until("1 pendaftaran bertentangan", gone="Contoh Satu")
        await hands.press("h")
        await hands.until("Baru diselesaikan", "> Contoh Tiga", "Contoh Satu")
        await hands.press("down", "enter")
        await hands.until("0 bertentangan, 1 selesai", "Dipakai: Kurir")
    with open_session(town.awas, PASSPHRASE) as awas:
        values = registrations.show(awas, apart)["values"]
        assert (values["ktp_address"], values["work_place"]) == ("Gg. Rekaan No. 1", "dekat Gg. Melati No. 90")
        assert {each["field"] for each in conflicts.listing(awas)} == {"nik"}


async def test_niks_are_masked_until_one_is_chosen_and_that_they_were_seen_is_kept(town, at, apart) -> None:
    async with at(town.awas) as hands:
        await desk_of(hands, "Contoh Tiga")
        await hands.until("1  Di sini", "~ 6471********9039 (diubah)")
        assert "6471052806749039" not in hands.seen
        await hands.press("7")
        await hands.until("Tidak ada sisi 7 di sini")
        await hands.press("1")
        await hands.until("Dipakai: 6471052806749039", "Tidak dipakai: 6471052806749093")
        await hands.press("escape")
        await hands.until("3 bertentangan", gone="Tidak dipakai")
        await hands.press("1", "enter")
        await hands.until("2 bertentangan, 1 selesai")
    with open_session(town.awas, PASSPHRASE) as awas:
        seen = awas.read(all_disclosures)
        assert {(kind, registration) for kind, _member, _at, registration, _people in seen} == {("nik", apart)}
        assert registrations.show(awas, apart)["values"]["nik"] == "6471052806749039"


async def test_a_value_of_ones_own_is_asked_by_the_forms_questions_and_outlives_a_refusal(town, at, apart) -> None:
    async with at(town.awas) as hands:
        await desk_of(hands, "Contoh Tiga")
        stand_at(hands, "Alamat KTP, RT (KTP)")
        await hands.press("t")
        await hands.until("Nilai ini menggantikan semua sisi", "RW (KTP)", "Kelurahan KTP")
        await hands.press("ctrl+u")
        await hands.write("Gg. Mawar No. 3")
        await hands.press("enter", "ctrl+u", "x")
        await hands.press("ctrl+s")
        await hands.until("Salah:")
        await hands.press("ctrl+u")
        await hands.write("7")
        # A late value arrives while this one is being typed.
        session = hands.app.session
        with open_session(town.ani, PASSPHRASE) as ani:
            registrations.edit(ani, apart, {"ktp_rt": "050"})
            exchange.write_bundle(ani, town.stick / "ani-10")
        exchange.merge(session, [town.stick / "ani-10"])
        await hands.press("ctrl+s")
        await hands.until("Pertentangan ini berubah sejak ditampilkan")
        assert "~ RT (KTP): 050 (diubah)" in told(hands)
        hands.app.clear_notifications()
        await hands.press("t")
        await hands.until("Gg. Mawar No. 3")
        await hands.press("ctrl+s")
        await hands.until("v Alamat KTP, RT (KTP): selesai", "Gg. Mawar No. 3; RT (KTP): 007")
    with open_session(town.awas, PASSPHRASE) as awas:
        values = registrations.show(awas, apart)["values"]
        assert (values["ktp_address"], values["ktp_rt"]) == ("Gg. Mawar No. 3", "007")


async def test_all_that_may_take_the_newest_after_the_losers_were_shown(town, at, apart) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("k")
        await hands.until("2 pendaftaran bertentangan")
        await hands.press("n")
        await hands.until(
            "2 isian pada 1 pendaftaran memakai nilai terbaru; 2 tetap", "Ani Pencacah 2", "Tidak dipakai"
        )
        await hands.press("down", "enter")
        await hands.until("2 pendaftaran bertentangan", gone="Ya, pakai")
        await hands.press("n")
        await hands.until("Ya, pakai yang terbaru untuk 2 isian")
        await hands.press("enter")
        await hands.until("2 isian memakai nilai terbaru pada 1 pendaftaran")
    with open_session(town.awas, PASSPHRASE) as awas:
        assert {each["field"] for each in conflicts.listing(awas)} == {"job", "nik"}
        assert [each["how"] for each in disputes.desk(awas, apart)["settled"]] == ["newest", "newest"]


async def test_a_change_beside_a_void_is_settled_here_and_unlike_decisions_are_named(town, at) -> None:
    with open_session(town.ani, PASSPHRASE) as ani, open_session(town.awas, PASSPHRASE) as awas:
        (third,) = registrations.ids(ani, text="tiga")
        registrations.void(awas, third, "salah orang")
        registrations.edit(ani, third, {"work_place": "Pasar"})
        exchange.write_bundle(ani, town.stick / "ani-9")
        exchange.merge(awas, [town.stick / "ani-9"])
    async with at(town.awas) as hands:
        await desk_of(hands, "Contoh Tiga")
        await hands.until("Dibatalkan, tetapi diubah di tempat lain", "salah orang", "Diubah oleh Ani Pencacah")
        await hands.press("b")
        await hands.until("Tentang putusan, tekan angkanya")
        await hands.press("2")
        await hands.until("Dipakai lagi", "Alasannya:")
        await hands.write("orangnya datang")
        await hands.press("enter")
        await hands.until("0 bertentangan", "Tidak ada pertentangan di pendaftaran ini")
    with open_session(town.awas, PASSPHRASE) as awas:
        shown = registrations.show(awas, third)
        assert (shown["state"], shown["values"]["work_place"]) == ("submitted", "Pasar")


async def test_unlike_decisions_are_named_and_a_supervisor_decides_again_by_their_number(town, at) -> None:
    with open_session(town.awas, PASSPHRASE) as awas:
        (third,) = registrations.ids(awas, text="tiga")
        record = awas.read(lambda connection: awas.journal(connection).record(third))
        for said in ({"decision": "reject", "reason": "bukan warga"}, {"decision": "approve"}):
            # Each as if the other had not been there.
            change = changes.about(record, "decide", said, parents={})
            awas.write(lambda _, journal, change=change: journal.append(awas.author(), [change]))
    async with at(town.awas) as hands:
        await desk_of(hands, "Contoh Tiga")
        await hands.until("Putusan yang berbeda", "1  Disetujui (di sini, oleh Awas", "2  Ditolak: bukan warga")
        await hands.press("2")
        await hands.until("Tolak", "Alasannya:")
        await hands.write("KTP kota lain")
        await hands.press("enter")
        await hands.until("Tidak ada pertentangan di pendaftaran ini")
    with open_session(town.awas, PASSPHRASE) as awas:
        assert registrations.show(awas, third)["state"] == "rejected"


async def test_the_form_and_the_registration_open_from_the_desk_and_no_side_is_lost_on_any_screen(
    town, at, apart
) -> None:
    async with at(town.awas, (120, 40)) as hands:
        await desk_of(hands, "Contoh Satu")
        await hands.press("l")
        await hands.until("Contoh Satu", "Keadaan")
        await hands.press("x")
        await hands.until("! Pekerjaan sekarang")
        await hands.press("escape", "escape")
        await hands.until("! Pekerjaan sekarang")
        await hands.press("e")
        await hands.until("Perbaikan: Contoh Satu", "4/9 Pekerjaan")
        assert hands.app.screen.focused.id == "field-job"
        await hands.press("escape")
        await hands.until("! Pekerjaan sekarang")
        await hands.pilot.resize_terminal(40, 12)
        await hands.pilot.pause()
        assert "Kurir" in told(hands)
        assert "Ojek pangkalan" in told(hands)


async def test_an_enumerator_settles_what_is_the_own(town, at) -> None:
    with open_session(town.awas, PASSPHRASE) as awas, open_session(town.ani, PASSPHRASE) as ani:
        (first,) = registrations.ids(awas, text="satu")
        exchange.write_bundle(awas, town.stick / "untuk-ani", to=ani.member.id)
        exchange.merge(ani, [town.stick / "untuk-ani"])
    async with at(town.ani) as hands:
        await desk_of(hands, "Contoh Satu")
        await hands.press("1")
        await hands.until("0 bertentangan, 1 selesai")
    with open_session(town.ani, PASSPHRASE) as ani:
        assert conflicts.listing(ani) == []
        assert disputes.desk(ani, first)["settled"][0]["by"] == "Ani Pencacah"
