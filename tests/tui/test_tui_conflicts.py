"""Conflicts: each side with its writer, a group settled as one, NIKs whole only where one is chosen, neither right."""

from __future__ import annotations

import pytest

from fieldapp.services import conflicts, exchange, registrations
from fieldapp.services.session import open_session
from fieldapp.store.disclosures import all_disclosures

PASSPHRASE = "sandi rekaan"


@pytest.fixture
def apart(town):
    """Beside the occupation of one: address and NIK of another were changed on both sides."""
    with open_session(town.ani, PASSPHRASE) as ani, open_session(town.awas, PASSPHRASE) as awas:
        (third,) = registrations.ids(ani, text="tiga")
        for session, street, rt, nik in (
            (ani, "Gg. Melati No. 9", "041", "6471052806749093"),
            (awas, "Gg. Melati No. 90", "014", "6471052806749039"),
        ):
            registrations.edit(session, third, {"ktp_address": street, "ktp_rt": rt})
            registrations.edit(session, third, {"nik": nik})
        exchange.write_bundle(ani, town.stick / "ani-9")
        exchange.merge(awas, [town.stick / "ani-9"])
    return third


def line_of(hands, text: str) -> int:
    lines = hands.app.screen.query_one("#conflicts")._lines
    return next(number for number, line in enumerate(lines) if text in line.text)


async def test_answers_that_change_together_are_one_conflict_settled_by_two_keys(town, at, apart) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("k")
        await hands.until("3 pertentangan", "Contoh Tiga: Alamat KTP, RT (KTP)")
        await hands.until("Alamat KTP: Gg. Melati No. 9; RT (KTP): 041", "oleh Ani Pencacah", "Semula: Alamat KTP: Gg.")
        lines = hands.app.screen.query_one("#conflicts")
        lines.cursor = line_of(hands, "RT (KTP): 041")
        await hands.press("enter")
        await hands.until("Yang dipakai:", "RT (KTP): 014")
        await hands.press("enter")
        await hands.until("2 pertentangan", "Pertentangan selesai")
    with open_session(town.awas, PASSPHRASE) as awas:
        values = registrations.show(awas, apart)["values"]
        assert (values["ktp_address"], values["ktp_rt"]) == ("Gg. Melati No. 9", "041")
        assert {each["field"] for each in conflicts.listing(awas)} == {"job", "nik"}


async def test_niks_are_masked_until_one_is_chosen_and_that_they_were_seen_is_kept(town, at, apart) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("k")
        await hands.until("Contoh Tiga: NIK", "1  6471********9039")
        assert "6471052806749039" not in hands.seen
        hands.app.screen.query_one("#conflicts").cursor = line_of(hands, "Contoh Tiga: NIK")
        await hands.press("enter")
        await hands.until("Pindahkan panah ke nilai yang benar")
        await hands.press("7", "1")
        await hands.until("6471052806749039   oleh Awas Pengawas", "Tidak dipakai: 6471052806749093")
        await hands.press("escape")
        await hands.until("3 pertentangan", gone="Tidak dipakai")
    with open_session(town.awas, PASSPHRASE) as awas:
        seen = awas.read(all_disclosures)
        assert [(kind, registration) for kind, _member, _at, registration, _people in seen] == [("nik", apart)]
        assert len(conflicts.listing(awas)) == 4


async def test_where_neither_side_is_right_the_form_opens_at_the_answer_and_settles_it(town, at) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("k")
        await hands.until("1 pertentangan")
        await hands.press("b")
        await hands.until("Contoh Satu", "Keadaan")
        await hands.press("escape")
        await hands.until("1 pertentangan")
        await hands.press("e")
        await hands.until("Perbaikan: Contoh Satu", "4/9 Pekerjaan")
        assert hands.app.screen.focused.id == "field-job"


async def test_a_wide_and_a_tiny_screen_lose_no_side(town, at, apart) -> None:
    async with at(town.awas, (130, 30)) as hands:
        await hands.unlock()
        await hands.press("k")
        await hands.until("3 pertentangan")
        await hands.pilot.resize_terminal(40, 12)
        await hands.until("Contoh Satu: Pekerjaan")
        text = " ".join(line.text for line in hands.app.screen.query_one("#conflicts")._lines)
        assert "Kurir" in text
        assert "Ojek pangkalan" in text
