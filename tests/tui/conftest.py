"""Real laptops of a made-up programme, and a pair of hands on their screens."""

from __future__ import annotations

import asyncio
import inspect
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import people
import pytest
from clocks import Yesterday
from terminals import Terminal
from textual import events
from textual.pilot import Pilot

from fieldapp.locale import set_language
from fieldapp.services import exchange, membership, programme, registrations, review
from fieldapp.services.session import Session
from fieldapp.store.vault import Cost
from fieldapp.tui.app import FieldApp
from fieldapp.tui.screens.home import HomeScreen
from sync.invitations import KdfCost

CHEAP = Cost(passes=1, memory_kib=64)
CHEAP_PIN = KdfCost(memory_kib=64, passes=1)
PIN = "246810"
PASSPHRASE = "sandi rekaan"


def register(session: Session, values: dict[str, Any]) -> str:
    """Registers a person through the services; the registration's id."""
    answer = registrations.submit(session, registrations.new_draft(session, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


@dataclass(frozen=True)
class Town:
    """Data folders of a programme: an enumerator's, an office's, and a stick between them."""

    folder: Path

    @property
    def ani(self) -> Path:
        """The enumerator's laptop, with three registrations and one returned."""
        return self.folder / "ani"

    @property
    def awas(self) -> Path:
        """The supervisor's laptop, which has merged the enumerators' packets; one answer is in conflict."""
        return self.folder / "awas"

    @property
    def stick(self) -> Path:
        return self.folder / "stick"


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    stick = folder / "stick"
    stick.mkdir()
    clock = Yesterday()
    admin = programme.create(
        folder / "admin",
        PASSPHRASE,
        name="Program Rekaan",
        quota=100,
        budget=201_600_000,
        premium=16_800,
        start="2027-01",
        cost=CHEAP,
        wall_ms=clock,
    )
    for home, role, name, area in (
        ("ani", "enumerator", "Ani Pencacah", "64.71.05"),
        ("budi", "enumerator", "Budi Pencacah", "64.71.05"),
        ("awas", "supervisor", "Awas Pengawas", "64.71"),
    ):
        file = stick / f"{home}.undangan"
        membership.invite(admin, role=role, name=name, areas=[area], out=file, pin=PIN, cost=CHEAP_PIN)
        with membership.join(folder / home, file, PIN, PASSPHRASE, cost=CHEAP, wall_ms=clock) as member:
            # These have been at work for long; tests of the first day take this away.
            member.set_own_preference("toured", True)
    membership.invite(
        admin, role="enumerator", name="Baru Rekaan", areas=["64.71.05"], out=stick / "baru.undangan", pin=PIN,
        cost=CHEAP_PIN,
    )  # fmt: skip
    admin.close()
    _work(folder, stick, clock)
    return folder


def _work(folder: Path, stick: Path, clock: Yesterday) -> None:
    from fieldapp.services.session import open_session

    with (
        open_session(folder / "ani", PASSPHRASE, wall_ms=clock) as ani,
        open_session(folder / "awas", PASSPHRASE, wall_ms=clock) as awas,
    ):
        first, second, _third = (
            register(ani, people.person(number, name))
            for number, name in ((1, "Contoh Satu"), (2, "Contoh Dua"), (3, "Contoh Tiga"))
        )
        exchange.write_bundle(ani, stick / "ani-1")
        exchange.merge(awas, [stick / "ani-1"])
        # The same answer changed on both sides without knowing of each other.
        registrations.edit(ani, first, {"job": "ojek"})
        registrations.edit(awas, first, {"job": "kurir"})
        review.decide(awas, [second], "return", reason="Periksa lagi", fields={"heir_name": "Nama lengkap ahli waris"})
        exchange.write_bundle(ani, stick / "ani-2")
        exchange.merge(awas, [stick / "ani-2"])
        exchange.write_bundle(awas, stick / "balasan", to=ani.member.id)
        exchange.merge(ani, [stick / "balasan"])


@pytest.fixture
def town(_made: Path, tmp_path: Path) -> Town:
    """A copy of the made-up programme that a test may change."""
    shutil.copytree(_made, tmp_path / "town")
    return Town(tmp_path / "town")


class Hands:
    """What a person does at the keyboard and sees on the screen."""

    def __init__(self, app: FieldApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def seen(self) -> str:
        """The text of the screen, line by line."""
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def write(self, text: str) -> None:
        """Puts text into the field at hand at once, as a paste does."""
        focused = self.app.screen.focused
        assert focused is not None, self.seen
        focused.post_message(events.Paste(text))
        await self.pilot.pause()

    async def until(self, *texts: str, gone: str = "") -> None:
        """Waits until the screen holds all of `texts` (and no longer `gone`)."""
        for _ in range(500):
            seen = self.seen
            if all(text in seen for text in texts) and not (gone and gone in seen):
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"never saw {texts} (gone: {gone!r}):\n{self.seen}")

    async def unlock(self, passphrase: str = PASSPHRASE) -> None:
        """From the passphrase to home."""
        await self.until("Kata sandi")
        await self.write(passphrase)
        await self.press("enter")
        await self.until("Daftarkan orang baru", "Belum dibawa")


@asynccontextmanager
async def _at(home: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Hands]:
    app = FieldApp(home)
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            yield Hands(app, pilot)
    finally:
        app.close_all()


At = Callable[..., Any]


@pytest.fixture
def at() -> At:
    """`async with at(home) as hands:` sits down at a laptop."""
    return _at


@pytest.fixture
def sit_down() -> Iterator[Callable[..., Terminal]]:
    """Opens terminals and closes them at the end."""
    opened: list[Terminal] = []

    def open_at(home: Path, **settings: Any) -> Terminal:
        opened.append(Terminal(home, **settings))
        return opened[-1]

    yield open_at
    for terminal in opened:
        terminal.close()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs a test that is a coroutine to its end; one that hangs fails, long ones after their own `patience_s`."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    patience_s = getattr(pyfuncitem.obj, "patience_s", 90)
    asyncio.run(asyncio.wait_for(pyfuncitem.obj(**wanted), patience_s))
    return True


@pytest.fixture(autouse=True)
def _no_tour_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Members of other made-up laptops are at work for the first time; only the tests of the tour want it offered."""
    monkeypatch.setattr(HomeScreen, "OFFERS_TOUR", False)


@pytest.fixture(autouse=True)
def _indonesian() -> Iterator[None]:
    set_language("id")
    yield
    set_language("id")


@dataclass(frozen=True)
class Step:
    """One thing a person does: type `text`, or press `key`, or wait to see `see`."""

    text: str = ""
    key: str = ""
    see: str = ""


def _form() -> list[Step]:
    def typed(text: str = "") -> list[Step]:
        return [*([Step(text=text)] if text else []), Step(key="enter")]

    def chosen(letter: str = "") -> list[Step]:
        return [*([Step(key=letter)] if letter else []), Step(key="enter")]

    def ticked(letter: str) -> list[Step]:
        return [Step(key=letter), Step(key="space"), Step(key="enter")]

    skip = [Step(key="enter")]
    return [
        Step(see="1/9 Identitas"),
        *typed("6471.0545.0688.9009"), *skip, *typed("Uji Papan Ketik"), *typed("Balikpapan"),
        Step(see="05-06-1988"), *skip, *skip, *typed("Ibu Rekaan"), *skip, *chosen("y"), *chosen("w"), *skip, *skip,
        Step(see="2/9 Alamat"),
        *typed("Jl. Rekaan 3"), *typed("5"), *skip, Step(text="sepinggan b"), Step(see="> Sepinggan Baru"), *skip,
        *chosen("y"), *typed("0812 3456 7890"), *chosen("s"), *chosen("y"), *skip, *skip,
        Step(see="3/9 Disabilitas"),
        *ticked("n"), *(step for _ in range(6) for step in chosen("t")), *skip, *skip, *ticked("p"), *skip,
        Step(see="4/9 Pekerjaan"),
        *chosen("y"), *chosen("t"), *skip, *typed("Rumah"), *skip, *skip, *skip, *typed("900.000"), *skip, *skip,
        Step(see="5/9 Kepesertaan"),
        *ticked("p"), *ticked("b"), *skip, *skip, *skip,
        Step(see="6/9 Ahli waris"),
        *typed("Waris Rekaan"), *chosen("a"), *skip, *skip, *skip,
        Step(see="7/9 Dokumen"),
        *(skip * 6),
        Step(see="8/9 Persetujuan"),
        *skip, *chosen("y"), *chosen("t"), *chosen("s"), *ticked("l"), *skip,
        Step(see="Siap dikirim"),
    ]  # fmt: skip


@pytest.fixture
def form_steps() -> list[Step]:
    """How one person is registered, from the first question to the page that sends."""
    return _form()


@pytest.fixture
def person() -> Callable[..., dict[str, Any]]:
    """Makes answers of a made-up person without any fault: a number, a name, and what differs."""
    return people.person
