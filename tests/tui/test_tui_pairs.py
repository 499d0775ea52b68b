"""The desk of pairs, by keyboard, on real encrypted stores: two keys a decision, undone, and told line by line."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import lookalikes
import pytest
from lookalikes import PASSPHRASE
from textual import events

from fieldapp.locale import set_language
from fieldapp.services import exchange, registrations
from fieldapp.services.pairs import duplicates, same_as
from fieldapp.services.session import open_session
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.pair import Loaded, _is_open
from fieldapp.tui.screens.pair_deciding import READY

TRIPLES = 36
DECISIONS = 100


@pytest.fixture(scope="session")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lookalikes.make(tmp_path_factory.mktemp("mirip"), TRIPLES)


@pytest.fixture
def kory(compared: Path, tmp_path: Path) -> Path:
    """A copy of the coordinator's laptop with 36 cases of three that a test may decide."""
    shutil.copytree(compared, tmp_path / "kory")
    return tmp_path / "kory"


def _keys(number: int) -> str:
    """The two keys of a decision: now and then one person or unsure, mostly different people for each ready reason."""
    if number in (0, 20, 40):
        return "s1"
    return "r2" if number % 10 == 5 else f"b{1 + number % 5}"


async def test_a_hundred_pairs_are_decided_with_two_keys_each(kory, at) -> None:
    async with at(kory) as hands:
        await hands.unlock()
        await hands.press("f7")
        await hands.until("36 kasus", "Hampir pasti 36")
        await hands.press("enter")
        await hands.until("Mengapa diajukan", "1 dari 108")
        # All at once, as by somebody far ahead of the screen: each key still meets the pair that it was meant for.
        for key in "".join(_keys(number) for number in range(DECISIONS)):
            hands.app.post_message(events.Key(key, key))
        pairs = hands.app.screen
        while len(pairs._done) < DECISIONS:
            await hands.pilot.pause(0.1)
    with open_session(kory, PASSPHRASE) as session:
        told = [duplicates.pair(session, *ids)["decision"] for ids in pairs._done]
        gone = registrations.ids(session, state="void")
    letters = {"same": "s", "different": "b", "unsure": "r"}
    keys = Counter(letters[each["decision"]] + str(1 + READY[each["decision"]].index(each["reason"])) for each in told)
    assert keys == Counter(_keys(number) for number in range(DECISIONS))
    assert len(gone) == keys["s1"] == 3


# Under load the framework's drawing of two hundred screens takes its time.
test_a_hundred_pairs_are_decided_with_two_keys_each.patience_s = 400


async def test_a_decision_is_undone_with_its_reason_and_a_nik_is_shown_whole_only_when_asked(kory, at) -> None:
    async with at(kory) as hands:
        await hands.unlock()
        await hands.press("o", "enter")
        await hands.until("Mengapa diajukan", "6471********90", "pasangan 1 dari 3")
        first = hands.app.screen._pairs[0]
        await hands.press("n")
        # Places that differ are bracketed; which pair of the three comes first is for the weights to say.
        await hands.until("! NIK              647105030163900[", "] ", " | 647105030163900[")
        await hands.press("s")
        await hands.until("Alasannya: tekan angkanya", "Tetap:", "Menjadi batal:", "( )", "(*)")
        await hands.press("2")
        await hands.until("Tadi: Orang yang sama", "U Tarik")
        await hands.press("u")
        await hands.until("Tarik putusan tentang pasangan ini", "Salah tekan")
        await hands.press("1")
        await hands.until("Putusan ditarik.", "1 dari 108", gone="Alasannya")
    with open_session(kory, PASSPHRASE) as session:
        decision = duplicates.pair(session, *first)["decision"]
        assert decision is not None
        assert (decision["decision"], decision["reason"]) == ("unsure", "Salah tekan")
        assert registrations.ids(session, state="void") == []


async def test_the_queue_is_filtered_by_band_and_by_what_was_decided(kory, at) -> None:
    async with at(kory) as hands:
        await hands.unlock()
        await hands.press("f7")
        await hands.until("36 kasus", "(3) ")
        await hands.press("ctrl+f")
        await hands.until("Saring kasus", "Perlu dilihat")
        await hands.write("perlu")
        await hands.press("enter")
        await hands.until("0 kasus", "Disaring: Perlu dilihat.", "Tidak ada kasus di sini.")
        await hands.press("ctrl+f")
        await hands.until("Sepinggan, Balikpapan Selatan: 36")
        await hands.write("semua yang")
        await hands.press("enter")
        await hands.until("36 kasus")
        await hands.press("enter")
        await hands.until("Mengapa diajukan")
        await hands.press("b", "3", "escape")
        await hands.until("36 kasus")
        await hands.press("ctrl+f")
        await hands.until("Saring kasus")
        await hands.write("sudah")
        await hands.press("enter")
        await hands.until("1 kasus", "Yang sudah diputuskan")


async def test_what_is_new_is_compared_and_what_is_left_is_told(kory, at) -> None:
    with open_session(kory, PASSPHRASE) as session:
        lookalikes.hand_in(session, lookalikes.lookalikes(50, many=2))
    async with at(kory) as hands:
        await hands.unlock()
        await hands.press("f7")
        await hands.until("36 kasus")
        await hands.press("c")
        await hands.until("2 pendaftaran dibandingkan, 1 pasangan baru", "Tidak ada sisa", "37 kasus")


async def test_a_record_names_who_it_is_like_and_leads_to_the_pair(kory, at) -> None:
    async with at(kory) as hands:
        await hands.unlock()
        await hands.press("f3")
        await hands.until("108 pendaftaran")
        await hands.press("down", "enter")
        await hands.until("Mirip dengan:", "SANGAT KUAT", "D Bandingkan")
        await hands.press("d")
        await hands.until("Mengapa diajukan", "1 dari 2")
        await hands.press("escape")
        await hands.until("Mirip dengan:")


async def test_one_that_gave_way_says_so_and_leads_back_to_the_pair(kory, at) -> None:
    with open_session(kory, PASSPHRASE) as session:
        pair = duplicates.listing(session)[0]["pairs"][0]
        answer = same_as.decide(session, pair["a"], pair["b"], "same", reason="Orangnya ditanya")
        (gone,) = (one for one in (pair["a"], pair["b"]) if one != answer["survivor"])
    async with at(kory) as hands:
        await hands.unlock()
        await hands.press("f3")
        await hands.until("108 pendaftaran")
        hands.app.screen.app.push_screen(screen_named("record", registration=gone))
        await hands.until("Dibatalkan", "diwakili pendaftaran lain, menurut Kory Rekaan", "D Bandingkan")
        await hands.press("end")
        await hands.until("memutuskan tentang pendaftaran yang mirip", "(Orang yang sama): Orangnya ditanya")
        await hands.press("d")
        await hands.until("Putusan: Orang yang sama, oleh Kory Rekaan", "U Tarik")


async def test_who_may_not_decide_is_told_whom_to_ask(compared, at, tmp_path) -> None:
    shutil.copytree(compared.parent, tmp_path / "laptops")
    ani, kory = tmp_path / "laptops" / "ani", tmp_path / "laptops" / "kory"
    with open_session(ani, PASSPHRASE) as session:
        exchange.write_bundle(session, tmp_path / "kenal")
        ani_id = session.member.id
    with open_session(kory, PASSPHRASE) as session:
        exchange.merge(session, [tmp_path / "kenal"])
        exchange.write_bundle(session, tmp_path / "balasan", to=ani_id)
    with open_session(ani, PASSPHRASE) as session:
        exchange.merge(session, [tmp_path / "balasan"])
    async with at(ani) as hands:
        await hands.unlock()
        await hands.press("f7")
        await hands.until("108 pendaftaran belum dibandingkan: tekan C.", "Tidak ada kasus di sini.")
        await hands.press("c")
        await hands.until("108 pasangan baru. Tidak ada sisa.", "36 kasus")
        await hands.press("enter")
        await hands.until("Mengapa diajukan", "Mintalah bantuan koordinator")
        await hands.press("s")
        await hands.until("Belum dapat dilakukan")
        assert "Alasannya" not in hands.seen


async def test_the_desk_speaks_english_too(kory, at, monkeypatch) -> None:
    monkeypatch.setenv("FIELDAPP_LANG", "en")
    set_language("en")
    async with at(kory, (120, 40)) as hands:
        await hands.until("F1")
        await hands.write(PASSPHRASE)
        await hands.press("enter")
        await hands.until("O  The same person?")
        await hands.press("o")
        await hands.until("The same person?", "36 cases", "almost certain", "Registrations that are alike")
        seen = hands.seen
        await hands.press("enter")
        await hands.until("Why this pair is shown", "supports", "Signs: = equal", "1 of 108")
        seen += hands.seen
        await hands.press("s")
        await hands.until("The reason: press its number", "Stays:", "The person was asked")
        seen += hands.seen
    assert not {"yang", "dengan", "sama", "beda", "pilih", "orang", "tidak"} & set(re.findall(r"[a-z]+", seen.lower()))


def test_a_disputed_pair_waits_even_while_one_of_the_two_gives_way() -> None:
    rows = [{"state": "submitted"}, {"state": "void"}]
    assert _is_open(Loaded(0, {"decision": {"decision": "disputed"}}, rows, ""))
    assert not _is_open(Loaded(0, {"decision": {"decision": "same"}}, rows, ""))
    assert not _is_open(Loaded(0, {"decision": None}, rows, ""))
    assert _is_open(Loaded(0, {"decision": {"decision": "different", "is_current": False}}, rows[:1] * 2, ""))
    assert not _is_open(Loaded(0, {"decision": {"decision": "different", "is_current": True}}, rows[:1] * 2, ""))


async def _fill_in(hands, name: str, born: str) -> None:
    """A new form with a name and a birth date, the cursor on the birth date."""
    await hands.press("f2")
    await hands.until("1/9 Identitas")
    await hands.press("enter", "enter", "enter")
    await hands.write(name)
    await hands.press("enter", "enter")
    await hands.write(born)


async def test_while_a_person_is_typed_those_alike_are_shown_and_one_key_compares(kory, at) -> None:
    first = lookalikes.lookalikes(7)[0]
    async with at(kory) as hands:
        await hands.unlock()
        await _fill_in(hands, first["name"].lower(), first["birth_date"])
        await hands.until("Mirip dengan 3 pendaftaran. F7 membandingkan.", "- Hampir pasti: ")
        await hands.press("f7")
        await hands.until("Sudah terdaftar?", "1 dari 3", "- NIK", "(kosong)", "Menunggu putusan", "Mengapa diajukan")
        await hands.press("right")
        await hands.until("2 dari 3")
        await hands.press("b")
        await hands.until("Alasan ini ikut dengan pendaftarannya")
        await hands.press("2")
        await hands.until("sudah dijelaskan: Kembar atau saudara", "1/9 Identitas")
        assert hands.app.screen.focused.field == "birth_date"
        await hands.press("escape")
        await hands.until("Pilihan")
    with open_session(kory, PASSPHRASE) as session:
        (draft,) = registrations.drafts(session)
        assert draft.values["overrides"] == {"duplicate_near": "Kembar atau saudara"}


async def test_the_reason_given_beside_the_other_one_is_not_asked_for_again(kory, at) -> None:
    first, second = lookalikes.lookalikes(60, many=2)
    with open_session(kory, PASSPHRASE) as session:
        lookalikes.hand_in(session, [first])
        draft = registrations.new_draft(session, second).id
    async with at(kory) as hands:
        await hands.unlock()
        hands.app.push_screen(screen_named("form", draft=draft))
        await hands.until("Mirip dengan 1 pendaftaran. F7 membandingkan.")
        await hands.press("ctrl+s")
        await hands.until("9/9", "1 hal perlu diperiksa", "Ada 1 pendaftaran lain yang mirip orang ini")
        await hands.press("f7")
        await hands.until("Sudah terdaftar?", "Mengapa diajukan")
        await hands.press("b", "2")
        await hands.until("9/9", "sudah dijelaskan: Kembar atau saudara", "    Kembar atau saudara")
        await hands.press("ctrl+s")
        await hands.until("Pendaftaran tersimpan")
    with open_session(kory, PASSPHRASE) as session:
        assert registrations.show(session, draft)["overrides"] == {"duplicate_near": "Kembar atau saudara"}


async def test_nobody_alike_shows_nothing_and_what_was_typed_before_is_forgotten(kory, at) -> None:
    first = lookalikes.lookalikes(7)[0]
    async with at(kory) as hands:
        await hands.unlock()
        await _fill_in(hands, first["name"], first["birth_date"])
        await hands.until("Mirip dengan 3 pendaftaran")
        await hands.press("ctrl+u")
        await hands.write("30-12-1999")
        await hands.press("up", "up", "ctrl+u")
        await hands.write("Zzyzx Qwert")
        await hands.until("Zzyzx Qwert", gone="Mirip dengan")


async def test_somebody_who_is_registered_already_is_opened_instead(kory, at) -> None:
    first = lookalikes.lookalikes(7)[0]
    async with at(kory) as hands:
        await hands.unlock()
        await _fill_in(hands, first["name"], first["birth_date"])
        await hands.until("Mirip dengan 3 pendaftaran")
        await hands.press("f7")
        await hands.until("Mengapa diajukan")
        await hands.press("s")
        await hands.until("Draf ini disimpan, tidak dikirim")
        await hands.press("enter")
        await hands.until("Keadaan", "Menunggu putusan", "E Perbaiki", gone="1/9 Identitas")
        await hands.press("escape")
        await hands.until("Yang menunggu Anda", "Draf 1 |")


def test_the_side_by_side_view_is_read_on_80_by_24_without_colour(kory, sit_down) -> None:
    terminal = sit_down(kory, NO_COLOR="1")
    terminal.unlock()
    terminal.press("f7")
    terminal.until("36 kasus", "hampir pasti")
    terminal.press("enter")
    terminal.until("Mengapa diajukan", "menguatkan")
    lines = terminal.seen.split("\n")
    assert len(lines) == 24
    assert any("SANGAT KUAT (99,9 %)" in line for line in lines)
    assert any("! NIK " in line and line.count("6471********90") == line.count("[") == 2 for line in lines)
    assert any("= Lahir " in line and line.count("Balikpapan") == 2 for line in lines)
    assert any("+++" in line and line.rstrip().endswith("menguatkan") for line in lines)
    # Typed ahead of the screen: every key still meets its own pair.
    terminal.type("b1r2")
    terminal.until("3 dari 108", "Tadi: Belum pasti")
