"""What people and other laptops bring along: brackets, control characters, faults. Nothing crashes, nothing leaks."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import Static

from fieldapp.services.session import open_session
from fieldapp.tui import crash
from fieldapp.tui.app import CRASHED, FieldApp
from fieldapp.tui.text import plain
from fieldapp.tui.widgets.typed_line import LONGEST_TYPED, cleaned
from sync.journal import Change
from sync.randomness import uuid7

PASSPHRASE = "sandi rekaan"
STRANGE = "Nama [/x] [bold]tebal \x1b[31mmerah\x07 \u202eterbalik"


async def test_a_name_with_brackets_and_escapes_shows_as_it_is_on_every_screen(town, at, person) -> None:
    with open_session(town.awas, PASSPHRASE) as awas:
        # The form refuses such a name, so it can only come from a laptop with another version of the rules.
        values = {**person(8, STRANGE), "mother_name": "[/]", "domicile_same": True}
        change = Change(
            record=uuid7(awas.now_ms()), type="registration", scope="64.71.05.1002", kind="new", fields=values
        )
        awas.write(lambda connection, journal: journal.append(awas.author(), [change]))

    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f3")
        await hands.until("Nama [/x] [bold]te")
        await hands.write("terbalik")
        await hands.until("1 pendaftaran")
        await hands.press("down", "enter")
        await hands.until("Nama [/x] [bold]tebal ·[31mmerah· ·terbalik")
        await hands.press("pagedown", "pagedown")
        await hands.until("[/]")
        await hands.press("v")
        await hands.until("Nama [/x] [bold]tebal")
        await hands.write("percobaan [/y]")
        await hands.press("enter")
        await hands.until("Dibatalkan")
        await hands.press("home")
        await hands.until("percobaan [/y]")
        assert "\x1b" not in hands.seen
        assert "\u202e" not in hands.seen


async def test_brackets_typed_into_the_form_stay_text(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f2")
        await hands.until("1/9 Identitas")
        await hands.press("enter", "enter", "enter")
        await hands.write("Orang [/x]")
        await hands.press("enter")
        await hands.until("Daftarkan orang baru: Orang [/x]", "Orang [/x]", "Salah: Nama hanya boleh huruf")
        await hands.press("escape", "d")
        await hands.until("Orang [/x]", "1 draf")


async def test_a_pasted_megabyte_is_one_short_line(town, at) -> None:
    assert cleaned("6471\t0102\r\n0304\x1b[31m\x00") == "6471 0102 0304[31m"
    assert len(cleaned("x" * 1_000_000)) == LONGEST_TYPED

    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f2")
        await hands.until("1/9 Identitas")
        await hands.write("9" * 1_000_000)
        await hands.press("enter")
        await hands.until("Salah: NIK")


@pytest.mark.parametrize("columns", [20, 40])
async def test_a_tiny_window_and_back_loses_nothing(town, at, columns) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f2")
        await hands.until("1/9 Identitas")
        await hands.write("6471054506889009")
        await hands.pilot.resize_terminal(columns, 5)
        await hands.press("enter", "pagedown", "pagedown", "down", "pageup", "pageup")
        await hands.pilot.resize_terminal(80, 24)
        await hands.until("1/9 Identitas", "6471054506889009", "05-06-1988")


def test_plain_text_shows_control_characters_as_marks() -> None:
    assert plain("a\nb\x1bc\u202ed") == "a b·c·d"
    assert plain("x" * 50, 10) == "x" * 10 + "…"
    assert plain(None) == "None"


def test_a_crash_report_has_frames_and_no_values(tmp_path) -> None:
    def fail(name: str) -> None:
        nik = "6471054506889009"
        raise ValueError(f"{name} {nik}")

    try:
        fail("Siti Contoh")
    except ValueError as error:
        path = crash.write_report(tmp_path, error)
    assert path is not None
    text = path.read_text(encoding="utf-8")
    assert "builtins.ValueError" in text
    assert "test_tui_bad_input.py" in text
    assert "fail" in text
    assert "Siti" not in text
    assert "6471054506889009" not in text


async def test_a_fault_in_a_handler_ends_with_a_report_and_the_exit_code_not_with_values(town, at, capsys) -> None:
    app = FieldApp(town.ani)

    class Faulty(Static):
        def on_mount(self) -> None:
            name = "Siti Contoh"
            raise RuntimeError(name)

    async def meet_the_fault() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            await app.screen.mount(Faulty())
            await pilot.pause()

    with pytest.raises(RuntimeError):
        await meet_the_fault()
    app.close_all()
    assert app.crashed
    assert app.return_code == CRASHED
    (report,) = (town.ani / "crash").glob("*.txt")
    assert "Siti" not in report.read_text(encoding="utf-8")
    shown = capsys.readouterr()
    assert "Siti" not in shown.out + shown.err


async def test_keys_typed_ahead_of_the_screen_reach_the_fields_they_were_meant_for(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        # All at once, as from a person who knows the form and a laptop that is behind.
        for key, letter in [("f2", None), *_typed("6471054506889009"), *[("enter", "\r")] * 2, *_typed("Cepat")]:
            hands.app.post_message(events.Key(key, letter))
        await hands.until("NIK *                       6471054506889009", "Nama lengkap *              Cepat")


def _typed(text: str) -> list[tuple[str, str]]:
    return [(letter, letter) for letter in text]
