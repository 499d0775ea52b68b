"""Locking: by a key, by itself, over a form, with a full disk; and several members of one laptop."""

from __future__ import annotations

import threading
import time

import pytest
from textual import events

from fieldapp.services import drafts, membership
from fieldapp.services.problems import translated
from fieldapp.services.session import open_session
from fieldapp.store.errors import StoreFull
from fieldapp.store.vault import Cost
from fieldapp.tui.locking import LOCK_AFTER, Idle, minutes_of

PASSPHRASE = "sandi rekaan"
OTHER = "sandi orang kedua"
CHEAP = Cost(passes=1, memory_kib=64)


@pytest.fixture
def shared(town):
    """Ani's laptop, on which a second member works too."""
    with open_session(town.ani, PASSPHRASE) as ani:
        membership.join(town.ani, town.stick / "baru.undangan", "246810", OTHER, host=ani, cost=CHEAP).close()
    return town.ani


class Clock:
    """Both clocks of a laptop, put forward by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _wind(app, clock: Clock) -> None:
    app.idle.monotonic = app.idle.wall = clock
    app.idle.stir()


async def _half_a_form(hands) -> None:
    await hands.press("f2")
    await hands.until("1/9 Identitas")
    await hands.press("pagedown")
    await hands.until("2/9 Alamat")
    await hands.write("Gg. Terkunci 7")
    await hands.press("enter")
    # Left in the middle of a field.
    await hands.write("01")


async def test_a_laptop_left_alone_locks_keeps_the_form_and_opens_it_on_the_same_field(town, at) -> None:
    clock = Clock()
    async with at(town.ani) as hands:
        await hands.unlock()
        _wind(hands.app, clock)
        await _half_a_form(hands)
        clock.now += 9 * 60
        await hands.app.look_idle()
        await hands.until("2/9 Alamat")
        # A key counts, so ten more minutes begin.
        await hands.press("2")
        clock.now += 9 * 60
        await hands.app.look_idle()
        await hands.until("2/9 Alamat")
        clock.now += 2 * 60
        await hands.app.look_idle()
        await hands.until("Terkunci sendiri setelah 10 menit tanpa ketikan", "disimpan sebagai draf")
        assert "Gg. Terkunci" not in hands.seen
        assert "orang bekerja di laptop ini" not in hands.seen
        assert hands.app.session is None
        await hands.write(PASSPHRASE)
        await hands.press("enter")
        await hands.until("Formulir dibuka kembali", "2/9 Alamat", "Gg. Terkunci 7", "012")
        assert hands.app.screen.focused.id == "field-ktp_rt"


async def test_a_laptop_that_slept_is_locked_before_the_first_key_does_anything(town, at) -> None:
    clock = Clock()
    async with at(town.ani) as hands:
        await hands.unlock()
        _wind(hands.app, clock)
        # The lid was closed: one of the clocks stood still, the other one did not.
        hands.app.idle.monotonic = lambda: 1000.0
        clock.now += 3600
        hands.app.post_message(events.Key("x", "x"))
        await hands.until("Terkunci sendiri", "Kata sandi")
        assert hands.app.is_running
        await hands.unlock()


async def test_ctrl_y_and_l_lock_at_once_and_what_was_told_before_is_not_seen_any_more(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        hands.app.copy_to_clipboard("6471054506889009")
        hands.app.notify("Contoh Satu sudah terdaftar", timeout=60)
        await hands.until("Contoh Satu")
        await hands.press("ctrl+y")
        await hands.until("Dikunci atas permintaan Anda", gone="Contoh Satu")
        assert hands.app.clipboard == ""
        await hands.unlock()
        await hands.press("l")
        await hands.until("Dikunci atas permintaan Anda")
        await hands.press("ctrl+y", "f3", "f2")
        await hands.until("Kata sandi", gone="Daftar pendaftaran")


async def test_the_locked_screen_says_how_many_work_here_and_each_opens_the_own_work_only(shared, at) -> None:
    async with at(shared) as hands:
        await hands.until("2 orang bekerja di laptop ini")
        await hands.unlock()
        await hands.until("Ani Pencacah (pencacah)")
        await _half_a_form(hands)
        await hands.press("ctrl+y")
        await hands.until("Dikunci atas permintaan", "2 orang bekerja")
        await hands.write(OTHER)
        await hands.press("enter")
        await hands.until("Daftarkan orang baru", "Baru Rekaan (pencacah)", "Draf 0 |")
        await hands.press("d")
        await hands.until("Tidak ada draf", gone="Gg. Terkunci")
        await hands.press("escape", "l")
        await hands.until("Dikunci atas permintaan")
        await hands.write(PASSPHRASE)
        await hands.press("enter")
        await hands.until("2/9 Alamat", "Gg. Terkunci 7", "01")


async def test_a_full_disk_leaves_the_form_on_the_screen_instead_of_locking_or_ending(town, at, monkeypatch) -> None:
    real = drafts.save_draft
    full = True

    def save(*given, **named):
        if full:
            with translated():
                raise StoreFull
        return real(*given, **named)

    monkeypatch.setattr(drafts, "save_draft", save)
    async with at(town.ani) as hands:
        await hands.unlock()
        await _half_a_form(hands)
        await hands.press("ctrl+y")
        await hands.until("Belum dapat dikunci", "2/9 Alamat", "Gg. Terkunci 7")
        await hands.press("ctrl+q")
        await hands.until("Tetap di formulir")
        await hands.press("enter")
        await hands.until("2/9 Alamat", gone="Tetap di formulir")
        # Also from a screen that stands over the form.
        await hands.app.action_go("settings")
        await hands.until("Tampilan laptop ini")
        await hands.press("ctrl+q")
        await hands.until("belum dapat disimpan", "tetap di sini dan coba lagi")
        await hands.press("enter", "escape")
        await hands.until("2/9 Alamat", gone="tetap di sini")
        full = False
        await hands.press("ctrl+y")
        await hands.until("Dikunci atas permintaan")
    with open_session(town.ani, PASSPHRASE) as ani:
        assert [draft.values["ktp_address"] for draft in drafts.drafts(ani)] == ["Gg. Terkunci 7"]


async def test_a_member_who_never_wants_to_be_locked_out_is_not(town, at) -> None:
    with open_session(town.ani, PASSPHRASE) as ani:
        ani.set_own_preference(LOCK_AFTER, 0)
    clock = Clock()
    async with at(town.ani) as hands:
        await hands.unlock()
        _wind(hands.app, clock)
        clock.now += 1e6
        await hands.app.look_idle()
        await hands.press("f3")
        await hands.until("Contoh Dua")


def test_a_long_exchange_puts_the_lock_off_but_not_for_ever() -> None:
    clock = Clock()
    idle = Idle(monotonic=clock, wall=clock)
    clock.now += 11 * 60
    assert idle.is_due()
    assert not idle.is_due(is_busy=True)
    clock.now += 30 * 60
    assert idle.is_due(is_busy=True)


@pytest.mark.parametrize("kept", [None, "10", -1, True, [5], float("nan")])
def test_a_strange_setting_of_the_lock_is_the_usual_one(kept) -> None:
    assert minutes_of(kept) == 10
    assert minutes_of(0.5) == 0.5


@pytest.mark.parametrize("way_out", ["ctrl+y", "ctrl+q"])
async def test_locking_or_leaving_while_a_slow_save_is_under_way_loses_nothing(town, at, monkeypatch, way_out) -> None:
    real = drafts.save_draft
    begun = threading.Event()

    def slowly(*given, **named):
        begun.set()
        time.sleep(0.4)
        return real(*given, **named)

    async with at(town.ani) as hands:
        await hands.unlock()
        await _half_a_form(hands)
        monkeypatch.setattr(drafts, "save_draft", slowly)
        await hands.press("3")
        hands.app.screen.save()
        while not begun.is_set():
            await hands.pilot.pause(0.01)
        # Typed while the save runs, and gone from the screen before it is over.
        await hands.press("backspace", "backspace", "7", way_out)
        if way_out == "ctrl+y":
            await hands.until("Dikunci atas permintaan")
    with open_session(town.ani, PASSPHRASE) as ani:
        (kept,) = drafts.drafts(ani)
        assert kept.values["ktp_address"] == "Gg. Terkunci 7"
        assert kept.values["ktp_rt"].lstrip("0") == "7"
        assert kept.position == ("address_contact", "ktp_rt")


async def test_a_session_that_is_closed_late_does_not_close_the_next_ones_store(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        going_on = threading.Event()
        first = hands.app.session
        hands.app.desk.submit("cart", going_on.wait)
        await hands.press("ctrl+y")
        await hands.until("Dikunci atas permintaan")
        await hands.unlock()
        # The first one's exchange is still at work, on a store that stays open for it.
        assert first.status()["role"] == "enumerator"
        going_on.set()
        await hands.press("f3")
        await hands.until("Contoh Dua", "3 pendaftaran")
