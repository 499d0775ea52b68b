"""The real program with a fault of one kind planted behind F1: what is on the screen goes into the exception's text.

python faulty.py KIND, where KIND is a name of FAULTS.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import Any

from textual.widgets import Static

from fieldapp.tui.app import FieldApp


def told(app: FieldApp) -> str:
    """Everything that the screen shows."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


class Planted(Exception):
    """The fault of these tests."""


def fail(text: str) -> None:
    copied = [text]
    raise Planted(f"{text} {copied}")


class Drawing(Static):
    """Cannot be drawn."""

    def render(self) -> Any:
        fail(told(self.app))  # type: ignore[arg-type]


async def in_action(app: FieldApp) -> None:
    fail(told(app))


async def in_drawing(app: FieldApp) -> None:
    await app.screen.mount(Drawing(" "))


async def in_worker(app: FieldApp) -> None:
    text = told(app)

    async def work() -> None:
        fail(text)

    app.screen.run_worker(work())


async def in_service(app: FieldApp) -> None:
    text = told(app)
    app.screen.ask(lambda: fail(text), lambda _found: None)  # type: ignore[attr-defined]


async def in_thread(app: FieldApp) -> None:
    text = told(app)
    threading.Thread(target=fail, args=(text,)).start()


async def in_task(app: FieldApp) -> None:
    text = told(app)

    async def work() -> None:
        fail(text)

    asyncio.get_running_loop().create_task(work())


FAULTS = {
    "action": in_action,
    "drawing": in_drawing,
    "worker": in_worker,
    "service": in_service,
    "thread": in_thread,
    "task": in_task,
}
ENDING = ("action", "drawing", "worker")
"""Faults that end the program; the others are survived."""


def main() -> int:
    """Runs the program as it is started, with the planted fault."""
    fault = FAULTS[sys.argv.pop()]

    async def plant(app: FieldApp) -> None:
        await fault(app)

    FieldApp.action_help = plant  # type: ignore[method-assign,assignment]
    from fieldapp.cli.main import run

    return run()


if __name__ == "__main__":
    raise SystemExit(main())
