"""Exchanging with a hub by itself: a real hub that comes and goes, a person who types on, and nothing in the way."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hubs import HubProcess, serving
from textual.screen import ModalScreen
from textual.widgets import Input

from fieldapp.services import exchange, membership, registrations, review
from fieldapp.services.session import Session, open_session
from fieldapp.store.vault import Cost
from sync.invitations import KdfCost
from sync.watching import Timing

PASSPHRASE = "sandi rekaan"
PIN = "246810"
QUICK = Timing(every_s=0.4, least_s=0.1, first_s=0.2, most_s=0.4)


@pytest.fixture
def pusat(town: Any) -> Path:
    """The home of a member of the role hub, whom Ani's laptop knows by its address alone."""
    file = town.stick / "pusat.undangan"
    with open_session(town.folder / "admin", PASSPHRASE) as admin:
        membership.invite(
            admin,
            role="hub",
            name="Pusat Rekaan",
            areas=["*"],
            out=file,
            pin=PIN,
            cost=KdfCost(memory_kib=64, passes=1),
        )
    home = Path(town.folder / "pusat")
    membership.join(home, file, PIN, PASSPHRASE, cost=Cost(passes=1, memory_kib=64)).close()
    return home


@pytest.fixture
def hub(town: Any, pusat: Path) -> Iterator[HubProcess]:
    process = HubProcess(pusat, PASSPHRASE)
    know(town, process.url)
    yield process
    process.kill()


def know(town: Any, url: str) -> None:
    for home in (town.ani, town.awas, town.folder / "admin"):
        with open_session(home, PASSPHRASE) as session:
            session.set_preference("hub_url", url)


def hurry(hands: Any, timing: Timing = QUICK) -> None:
    quiet = hands.app.quiet
    quiet.timing, quiet.first_s, quiet.soon_s = timing, 0.1, 0.1


async def visited(hands: Any, more: int = 1) -> None:
    """Waits until so many visits more have ended."""
    wanted = hands.app.quiet.visits + more
    while hands.app.quiet.visits < wanted:
        await hands.pilot.pause(0.02)


async def test_it_goes_on_with_a_hub_that_comes_is_killed_and_comes_back(
    town: Any, at: Any, hub: HubProcess, person: Callable[..., Any]
) -> None:
    async with at(town.ani) as hands:
        hurry(hands)
        await hands.unlock()
        await hands.until("Luring", "Belum pernah sinkron")
        hub.start()
        await hands.until("Daring", "Sinkron ", gone="Belum pernah sinkron")

        # What is written here goes without a key, and home says that it arrived.
        session = hands.app.session
        values = person(4, "Contoh Empat")
        new = await hands.app.desk.ask("pen", lambda: registrations.new_draft(session, values).id)
        await hands.app.desk.ask("pen", partial(registrations.submit, session, new))
        hands.app.refresh_status()
        await hands.until("Semua pekerjaan sudah sampai di kantor")
        hub.kill()
        await hands.until("Luring")
        hub.start()
        await hands.until("Daring")

        # What others decide comes without a key.
        with open_session(town.awas, PASSPHRASE) as awas:
            exchange.sync(awas)
            (known,) = [row["id"] for row in registrations.listing(awas) if row["name"] == "Contoh Empat"]
            review.decide(awas, [known], "return", reason="Periksa lagi", fields={"heir_name": "Lengkapi"})
            exchange.sync(awas)
        await hands.until("Dikembalikan 2")
        assert not isinstance(hands.app.screen, ModalScreen)


async def test_whoever_types_while_it_exchanges_loses_no_letter_and_is_asked_nothing(
    town: Any, at: Any, hub: HubProcess
) -> None:
    hub.start()
    text = "Contoh Diketik Selagi Bertukar"
    async with at(town.ani) as hands:
        hurry(hands, Timing(every_s=0.1, least_s=0.1, first_s=0.1, most_s=0.1))
        await hands.unlock()
        await hands.press("f2")
        await hands.until("1/9 Identitas")
        await hands.press("enter", "enter")
        field = hands.app.screen.focused
        assert isinstance(field, Input)
        before = hands.app.quiet.visits
        for letter in text:
            await hands.press("space" if letter == " " else letter)
            assert hands.app.screen.focused is field
        await visited(hands)
        assert field.value == text
        assert hands.app.quiet.visits > before
        assert not hands.app._notifications


async def test_while_a_question_stands_open_it_stands_aside(town: Any, at: Any, hub: HubProcess) -> None:
    hub.start()
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("ctrl+p")
        await hands.until("ketik untuk mencari")
        hurry(hands)
        hands.app.quiet.begin(hands.app.session)
        await hands.pilot.pause(0.5)
        assert hands.app.quiet.visits == 0
        await hands.press("escape")
        hands.app.quiet.begin(hands.app.session)
        await hands.until("Daring")


async def test_locking_and_leaving_wait_for_no_hub_that_says_nothing(town: Any, at: Any) -> None:
    asked = threading.Event()
    taken: list[socket.socket] = []

    def take() -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            taken.append(connection)
            asked.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        know(town, f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        async with at(town.ani) as hands:
            for _ in range(2):
                hurry(hands)
                await hands.unlock()
                while not asked.is_set():
                    await hands.pilot.pause(0.02)
                asked.clear()
                await hands.press("l")
                await hands.until("Kata sandi")
            # The lane is free again although nobody ever answered, so the program can end.
            await hands.app.desk.ask("cart", lambda: None)
            assert taken
        listener.shutdown(socket.SHUT_RDWR)
    for connection in taken:
        connection.close()
    thread.join(10)


test_locking_and_leaving_wait_for_no_hub_that_says_nothing.patience_s = 40  # type: ignore[attr-defined]
"""Less than the silence that a link waits out, so that waiting for it fails this test."""


async def test_a_member_who_was_revoked_is_told_once_and_not_over_a_form(town: Any, at: Any, hub: HubProcess) -> None:
    hub.start()
    with open_session(town.folder / "admin", PASSPHRASE) as admin, open_session(town.ani, PASSPHRASE) as ani:
        for laptop in (ani, admin):
            exchange.sync(laptop)
        membership.revoke(admin, "Ani Pencacah", "laptop hilang")
        exchange.sync(admin)
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f2")
        await hands.until("1/9 Identitas")
        hurry(hands)
        hands.app.quiet.begin(hands.app.session)
        await hands.until("Sinkron berhenti (T)")
        assert "dicabut" not in hands.seen
        await hands.press("escape")
        await hands.until("keanggotaan Anda", "sudah dicabut", "Semua pekerjaan tetap")
        assert len(hands.app._notifications) == 1
        # By hand the same is said in full.
        await hands.press("t")
        await hands.until("Sinkron dengan pusat")
        await hands.press("s")
        await hands.until("tidak berhasil", "hubungi administrator")


async def test_a_wrong_clock_is_told_once_and_keeps_nothing_back(
    town: Any, at: Any, pusat: Path, person: Callable[..., Any]
) -> None:
    early = open_session(pusat, PASSPHRASE)
    early.clock = type(early.clock)(lambda: open_now() + 3 * 3_600_000)
    with early, serving(early) as url:
        know(town, url)
        with open_session(town.ani, PASSPHRASE) as ani:
            submitted(ani, person(4, "Contoh Empat"))
        async with at(town.ani) as hands:
            hurry(hands)
            await hands.unlock()
            await hands.until("meleset 180 menit dari jam pusat")
            await visited(hands, 3)
            assert len(hands.app._notifications) == 1
            await hands.until("Semua pekerjaan sudah sampai di kantor")


async def test_who_switched_it_off_is_left_alone(town: Any, at: Any, hub: HubProcess) -> None:
    hub.start()
    with open_session(town.ani, PASSPHRASE) as ani:
        ani.set_preference("auto_sync", False)
    async with at(town.ani) as hands:
        hurry(hands)
        await hands.unlock()
        await hands.pilot.pause(0.5)
        assert hands.app.quiet.visits == 0
        assert "Daring" not in hands.seen
        await hands.press("t", "s")
        await hands.until("Sinkron selesai", "Daring")


async def test_an_address_that_is_put_right_is_tried_at_once(town: Any, at: Any, hub: HubProcess) -> None:
    hub.start()
    know(town, "http://127.0.0.1:9")
    async with at(town.ani) as hands:
        hurry(hands, Timing(every_s=600.0, least_s=0.1, first_s=600.0, most_s=600.0))
        await hands.unlock()
        await hands.until("Luring")
        await hands.press("a")
        await hands.until("Alamat pusat")
        for _ in range(20):
            if ">   Alamat pusat" in hands.seen:
                break
            await hands.press("down")
        assert ">   Alamat pusat" in hands.seen, hands.seen
        await hands.press("enter")
        await hands.until("Kosongkan bila tidak ada pusat")
        hands.app.screen.focused.value = hub.url
        await hands.press("enter")
        await hands.until("Daring")


def open_now() -> int:
    from sync.clock import system_wall_ms

    return system_wall_ms()


def submitted(session: Session, values: dict[str, Any]) -> None:
    assert registrations.submit(session, registrations.new_draft(session, values).id)["state"] == "submitted"
