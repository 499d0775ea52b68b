"""Keys of commands that a person chooses, help everywhere, the tour of the first day."""

from __future__ import annotations

from importlib import import_module

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

from fieldapp.services.session import open_session
from fieldapp.tui import keymap
from fieldapp.tui.commands import COMMANDS
from fieldapp.tui.keys import binding_id, key
from fieldapp.tui.screens import SCREENS
from fieldapp.tui.screens.home import HomeScreen
from fieldapp.tui.screens.tour import PAGES

PASSPHRASE = "sandi rekaan"
NEW = next(command for command in COMMANDS if command.name == "new")


async def _open_keys(hands) -> None:
    await hands.press("a")
    await hands.until("Tampilan laptop ini", "sedang bekerja")
    lines = hands.app.screen.query_one("#settings")
    lines.cursor = next(number for number, line in enumerate(lines._lines) if line.value == "keys")
    await hands.press("enter")
    await hands.until("Enter mengganti tombol")


async def test_a_command_gets_another_key_which_every_screen_shows_and_the_next_start_knows(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await _open_keys(hands)
        await hands.press("enter")
        await hands.until("Tekan tombol yang Anda inginkan")
        for pressed, told in (
            ("x", "X tidak dapat dipakai"),
            ("ctrl+i", "tidak dapat membedakan Ctrl+I dari"),
            ("ctrl+w", "Ctrl+W sering diambil"),
            ("f11", "F11 sering diambil"),
            ("f3", "F3 sudah dipakai untuk: Cari dan daftar"),
            ("ctrl+p", "Ctrl+P sudah dipakai untuk: Perintah"),
            ("ctrl+g", "Ctrl+G sudah dipakai di dalam layar: Lompat"),
            ("ctrl+k", "Ctrl+K sudah dipakai di dalam layar"),
        ):
            await hands.press(pressed)
            await hands.until(told)
        await hands.press("f12")
        await hands.until("F12", "(semula F2)", gone="Tekan tombol")
        await hands.press("escape", "escape")
        await hands.until("B  Daftarkan orang baru F12", "F12 Baru")
        await hands.press("ctrl+p")
        await hands.until("Daftarkan orang baru   F12")
        await hands.press("escape", "f1")
        await hands.until("F12       Baru")
        await hands.press("escape", "f2")
        await hands.press("f12")
        await hands.until("1/9 Identitas")
        await hands.press("escape")
        await hands.until("Pilihan")
        await hands.press("l")
        await hands.until("Dikunci atas permintaan")
        assert hands.app.keys == {}

    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.until("B  Daftarkan orang baru F12")
        await _open_keys(hands)
        await hands.press("end", "enter")
        await hands.until("Enter mengganti tombol", gone="(semula F2)")
        await hands.press("escape", "escape")
        await hands.until("B  Daftarkan orang baru F2 ")
    with open_session(town.ani, PASSPHRASE) as ani:
        assert ani.own_preference("keys") == {}


def _nodes(node: type[DOMNode]) -> list[type[DOMNode]]:
    return [each for child in node.__subclasses__() for each in (child, *_nodes(child))]


def test_every_key_of_the_program_has_a_name_by_which_it_can_be_changed() -> None:
    for module, _name in SCREENS.values():
        import_module(f"fieldapp.tui.screens.{module}")
    ours = [node for node in _nodes(DOMNode) if node.__module__.startswith("fieldapp.")]
    found = 0
    for node in ours:
        for binding in Binding.make_bindings(vars(node).get("BINDINGS", ())):
            assert binding.id == binding_id(binding.action), (node, binding)
            found += 1
    assert found > 60
    assert key("f3", "go('registrations')").id == binding_id("app.go('registrations')") == "go.registrations"


@pytest.mark.parametrize(
    ("kept", "sound"),
    [
        (None, {}),
        ([], {}),
        ({"new": 5, "nothing": "f12", "merge": "ctrl+i", "lock": "ctrl+p"}, {}),
        ({"new": "f3"}, {}),
        ({"new": "f3", "go.registrations": "f2"}, {"new": "f3", "go.registrations": "f2"}),
        ({"new": "f12", "merge": "f12", "lock": "ctrl+b"}, {"lock": "ctrl+b"}),
        # What the first one leaves is free only as long as it is really left.
        ({"new": "f3", "go.registrations": "f4"}, {}),
    ],
)
def test_of_kept_keys_only_those_hold_that_can_hold_together(kept, sound) -> None:
    assert keymap.sound(kept) == sound


def test_a_key_that_one_command_gave_up_is_free_for_another() -> None:
    assert keymap.refusal("f5", NEW, {"go.exchange": "f12"}) == ""
    assert "Daftarkan" in keymap.refusal("f12", COMMANDS[-2], {"new": "f12"})


@pytest.mark.parametrize("name", ["f12"])
def test_keys_that_every_terminal_sends_may_be_chosen(name) -> None:
    assert keymap.refusal(name, NEW, {}) == ""


async def test_f1_explains_every_screen_and_dialog_the_locked_one_and_the_first_one_too(town, at, tmp_path) -> None:
    async with at(town.ani) as hands:
        await hands.until("Kata sandi")
        await hands.press("f1")
        await hands.until("Bantuan", "administrator memulihkannya: data tidak hilang", gone="Perkenalan")
        # There is no help for help.
        await hands.press("f1", "escape")
        await hands.until("Kata sandi", gone="║")
        await hands.unlock()
        await hands.press("ctrl+p", "f1")
        await hands.until("Esc menutup kotak ini")
        await hands.press("escape", "escape")
        await _open_keys(hands)
        await hands.press("f1")
        await hands.until("Setiap perintah mempunyai satu tombol")
        await hands.press("escape", "escape", "f1")
        # The line at hand comes first.
        await hands.until("> Tombol perintah dapat diganti", "Enter mengubah pengaturan di baris ini")
        await hands.press("p")
        await hands.until("Perkenalan untuk pencacah", "1/7")

    async with at(tmp_path / "kosong") as hands:
        await hands.until("Bergabung dengan berkas undangan")
        await hands.press("f1")
        await hands.until("sekali saja, di laptopnya sendiri")
        await hands.press("escape", "enter")
        await hands.until("Ctrl+O untuk mencarinya")
        await hands.press("enter", "f1")
        await hands.until("> PIN", "Anda sendiri yang tentukan")


async def test_the_first_unlocking_offers_a_tour_once_and_esc_is_an_answer(town, at, monkeypatch) -> None:
    monkeypatch.setattr(HomeScreen, "OFFERS_TOUR", True)
    with open_session(town.ani, PASSPHRASE) as ani:
        ani.set_own_preference("toured", None)
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.until("Pertama kali di sini?")
        await hands.press("enter")
        pages = PAGES["enumerator"]
        for number, (title, _words) in enumerate(pages, 1):
            await hands.until(f"{number}/{len(pages)}  {title}")
            await hands.press("enter")
        await hands.until("Pilihan", gone="║")
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.pilot.pause(0.3)
        assert "Pertama kali" not in hands.seen
        await hands.press("ctrl+p")
        await hands.until("ketik untuk mencari")
        await hands.write("perkenalan")
        await hands.press("enter")
        await hands.until("1/7")
        await hands.press("right", "left", "left", "right")
        await hands.until("2/7  Layar awal")
        await hands.press("escape")
        await hands.until("Pilihan", gone="║")


async def test_a_form_that_was_cut_off_comes_before_the_tour(town, at, monkeypatch) -> None:
    monkeypatch.setattr(HomeScreen, "OFFERS_TOUR", True)
    with open_session(town.ani, PASSPHRASE) as ani:
        ani.set_own_preference("toured", None)
        from fieldapp.services import drafts

        draft = drafts.new_draft(ani, {"name": "Contoh Terputus"})
        ani.set_preference(f"open_draft:{ani.member.id}", draft.id)
    async with at(town.ani) as hands:
        await hands.until("Kata sandi")
        await hands.write(PASSPHRASE)
        await hands.press("enter")
        await hands.until("1/9 Identitas", "Contoh Terputus")
        await hands.pilot.pause(0.2)
        assert "Pertama kali" not in hands.seen
    with open_session(town.ani, PASSPHRASE) as ani:
        assert not ani.own_preference("toured")


@pytest.mark.parametrize("role", sorted(PAGES))
def test_each_role_has_a_short_tour_of_its_own_work(role) -> None:
    assert 5 <= len(PAGES[role]) <= 7
    assert all(len(words) < 260 for _title, words in PAGES[role])
    letters = {command.letter.upper() for command in COMMANDS if command.allowed(role)}
    for title, words in PAGES[role]:
        named = {word.strip(".,;") for word in words.split() if word[:1].isupper() and len(word.strip(".,;")) == 1}
        # S, K and U at the review are keys of that screen.
        assert named <= letters | ({"S", "K", "U"} if title == "Memeriksa" else set()), (title, named)
