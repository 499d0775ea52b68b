"""Makes the guide's pictures from the real program: `python docs/screenshots.py [NAME...]`.

They show the demonstration's programme.
The clock stands still, the people are made up from one seed and what is random comes from another, so a picture changes
only when its screen does. Needs the extra `docs` and DejaVu Sans Mono.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import pkgutil
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fieldapp.services.demo.homes import DemoHomes

PICTURES = Path(__file__).parent / "panduan" / "gambar"
WITA = timezone(timedelta(hours=8))
NOW = datetime(2026, 10, 12, 9, 30, tzinfo=WITA)
"""A Monday morning in Balikpapan."""
SEED = 640_000
PEOPLE = 120
PATIENCE_S = 60.0


@dataclass(frozen=True)
class See:
    """Waits until the screen shows `text`."""

    text: str


@dataclass(frozen=True)
class Write:
    """Types `text` into the field at hand."""

    text: str


Step = See | Write | str
"""A string is a key by Textual's name."""


@dataclass(frozen=True)
class Shot:
    """One picture: whose laptop, what is done after unlocking, and how large the terminal is."""

    name: str
    laptop: str
    steps: tuple[Step, ...] = ()
    size: tuple[int, int] = (80, 24)
    locked: bool = False


_FORM: tuple[Step, ...] = ("f2", See("1/9 Identitas"))
_IDENTITY: tuple[Step, ...] = (*_FORM, Write("6471054506889009"), "enter")
_WRONG: tuple[Step, ...] = (*_FORM, Write("6471053208909103"), "enter", "enter", Write("Contoh Latihan Tiga"), "enter")

SHOTS = (
    Shot("kunci", "pencacah-citra", (See("Kata sandi"),), locked=True),
    Shot("awal-pencacah", "pencacah-citra"),
    Shot("kunjungan", "pencacah-citra", ("j", See("Daftar kunjungan"))),
    Shot("formulir", "pencacah-citra", (*_IDENTITY, See("05-06-1988"))),
    Shot("kesalahan", "pencacah-citra", (*_WRONG, "ctrl+l", See("Yang perlu diperbaiki"))),
    Shot("dikembalikan", "pencacah-citra", ("r", See("terbaru dulu"))),
    Shot("tukar", "pencacah-citra", ("t", See("Sudah sampai di kantor"))),
    Shot("daftar", "pencacah-citra", ("c", See("Daftar pendaftaran"), Write("rahm"), See("rahm"))),
    Shot("pengaturan", "pencacah-citra", ("a", See("Pengaturan"))),
    Shot("awal-pengawas", "pengawas"),
    Shot("periksa", "pengawas", ("p", See("Tempat Anda"), "down", See("Yang perlu diperhatikan")), size=(120, 30)),
    Shot("pendaftaran", "pengawas", ("p", See("Tempat Anda"), "enter", See("M Catatan")), size=(100, 30)),
    Shot("orang-sama", "koordinator", ("o", See("hampir pasti"), "enter", See("Mengapa diajukan")), size=(100, 30)),
    Shot("pertentangan", "koordinator", ("k", See("Sejak"), "enter", See("Semula"))),
)
"""Every picture of the guide."""


def main(names: list[str]) -> None:
    """Makes all pictures, or those named."""
    with _made_equal():
        from fieldapp.services import demo

        _stand_still()
        with tempfile.TemporaryDirectory() as folder:
            homes = demo.build(Path(folder) / "peragaan", people=PEOPLE)
            PICTURES.mkdir(exist_ok=True)
            for shot in SHOTS:
                if not names or shot.name in names:
                    png = asyncio.run(_taken(shot, homes))
                    (PICTURES / f"{shot.name}.png").write_bytes(png)
                    print(f"{shot.name}.png {len(png) / 1000:.0f} kB")


async def _taken(shot: Shot, homes: DemoHomes) -> bytes:
    from drawing import picture
    from textual import events
    from textual.widgets import Input

    from fieldapp.tui.app import FieldApp

    Input.cursor_blink = False
    home = homes.homes[shot.laptop]
    # A laptop of its own, so that no picture shows what was done for another.
    folder = home.folder.with_name(f"gambar-{shot.name}")
    shutil.copytree(home.folder, folder)
    app = FieldApp(folder)
    try:
        async with app.run_test(size=shot.size) as pilot:

            async def until(text: str) -> None:
                end = time.monotonic() + PATIENCE_S
                while text not in _seen(app):
                    if time.monotonic() > end:
                        raise SystemExit(f"{shot.name}: never saw {text!r}:\n{_seen(app)}")
                    await pilot.pause(0.05)

            steps = shot.steps
            if not shot.locked:
                steps = (See("Kata sandi"), Write(home.passphrase), "enter", See("Daftarkan orang baru"), *steps)
            for step in steps:
                if isinstance(step, See):
                    await until(step.text)
                elif isinstance(step, Write):
                    (app.screen.focused or app.screen).post_message(events.Paste(step.text))
                    await pilot.pause()
                else:
                    await pilot.press(step)
            await _settled(app, pilot)
            return picture(list(strip) for strip in app.screen._compositor.render_strips())
    finally:
        app.close_all()


def _seen(app: Any) -> str:
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


async def _settled(app: Any, pilot: Any) -> None:
    """Waits until nothing on the screen has changed for a while: counts and previews come after the screen."""
    before, since = "", time.monotonic()
    while time.monotonic() - since < 1.0:
        await pilot.pause(0.1)
        now = _seen(app)
        if now != before:
            before, since = now, time.monotonic()


@contextmanager
def _made_equal() -> Iterator[None]:
    """Time stands still and chance is counted from SEED, before anything of the program is loaded."""
    for name in [name for name in os.environ if name.startswith(("FIELDAPP_", "TEXTUAL")) or name == "NO_COLOR"]:
        del os.environ[name]
    os.environ["TZ"] = "Asia/Makassar"
    time.tzset()
    os.urandom = random.Random(SEED).randbytes  # noqa: S311 - the demonstration has no secrets.
    import sync.clock

    sync.clock.system_wall_ms = lambda: int(NOW.timestamp() * 1000)
    yield


class _Still(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return NOW if tz is None else NOW.astimezone(tz)


def _stand_still() -> None:
    """The wall clock of every module of the screens that looks at it by itself."""
    import fieldapp.tui

    for found in pkgutil.walk_packages(fieldapp.tui.__path__, "fieldapp.tui."):
        module = importlib.import_module(found.name)
        if getattr(module, "datetime", None) is datetime:
            vars(module)["datetime"] = _Still


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The order of sets is chance as well.
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | {"PYTHONHASHSEED": "0"})  # noqa: S606
    main(sys.argv[1:])
