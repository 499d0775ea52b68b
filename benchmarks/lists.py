"""Lists of 100,000 registrations at the keyboard: the real program in a pseudo-terminal, from key to painted result.

    python benchmarks/lists.py FOLDER [--records 100000] [--rounds 3] [--width 80] [--height 24] [--plain]

FOLDER keeps the home between runs (made once, some minutes; `--plain` without pairs' cover list). A time is from the
key's bytes written to the arrival of the bytes after which the screen, read back through a terminal emulator, shows
what it has to: the letter typed and the first rows of the right answer. "floor" is the echo of a letter in another
line of the same program, in the same run. Processor time is the program's own, a key; memory is what it holds. Linux.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyte
from homes import PASSPHRASE, environment
from list_home import office_home

from fieldapp.domain.review import PENDING_STATES
from fieldapp.services import lists
from fieldapp.services.lists import Wanted
from fieldapp.services.session import Session, open_session
from fieldapp.tui.text import plain

#: What people type: common and rare names, two words, NIK digits, a phone, nobody.
TYPED = ("siti nur", "muhammad", "andi", "a", "s", "zul", "nurhayati", "647101", "64710152", "0812", "wx")
KEYS = {
    "esc": "\x1b", "enter": "\r", "down": "\x1b[B", "pagedown": "\x1b[6~", "end": "\x1b[F", "home": "\x1b[H",
    "f3": "\x1bOR", "f4": "\x1bOS", "ctrl+f": "\x06", "ctrl+o": "\x0f", "ctrl+b": "\x02", "ctrl+p": "\x10",
    "backspace": "\x7f",
}  # fmt: skip
PATIENCE_S = 20.0
#: A fast typist's pause between two letters.
BETWEEN_S = 0.12
FIRST_ROW = 4
"""The line of the screen where the list's rows begin, below title, search, filter and heading."""
#: Letters of a name that are compared; the column may cut the rest.
LETTERS = 8


@dataclass
class Timed:
    """Wall times in ms and the program's processor time a key, in ms."""

    wall_ms: list[float]
    cpu_ms: float

    def line(self) -> str:
        ordered = sorted(self.wall_ms)
        p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        return f"{statistics.median(ordered):8.1f} {p95:8.1f} {ordered[-1]:8.1f} {self.cpu_ms:10.1f} {len(ordered):6}"


class Screen:
    """The program in a terminal; `press` measures until the screen satisfies a condition."""

    def __init__(self, home: Path, width: int, height: int) -> None:
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self.screen)
        self._side, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        named = {"TERM": "xterm-256color", "COLUMNS": str(width), "LINES": str(height), "FIELDAPP_LANG": "id"}
        given = {name: value for name, value in environment(home).items() if name != "FIELDAPP_PASSPHRASE"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fieldapp"],
            stdin=inside, stdout=inside, stderr=inside, start_new_session=True, env=given | named,
        )  # fmt: skip
        os.close(inside)

    def rows(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]

    def until(self, shows: Callable[[], bool], sent: float) -> float:
        """ms from `sent` to the arrival of the bytes after which `shows` holds."""
        arrived = sent
        while not shows():
            left = sent + PATIENCE_S - time.perf_counter()
            if left <= 0 or not select.select([self._side], [], [], left)[0]:
                raise SystemExit("never saw it:\n" + "\n".join(self.rows()))
            part = os.read(self._side, 65536)
            arrived = time.perf_counter()
            self._stream.feed(part)
        return (arrived - sent) * 1000

    def press(self, keys: str, shows: Callable[[], bool]) -> float:
        sent = time.perf_counter()
        os.write(self._side, KEYS.get(keys, keys).encode())
        return self.until(shows, sent)

    def settle(self, seconds: float = BETWEEN_S) -> None:
        """Lets the program finish what it still does, and takes what it draws meanwhile."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if select.select([self._side], [], [], left)[0]:
                self._stream.feed(os.read(self._side, 65536))

    def idle(self) -> None:
        """Waits until the program does nothing any more."""
        before = -1.0
        while self.cpu_s() - before > 0.02:
            before = self.cpu_s()
            self.settle(1.0)

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self, what: str) -> float:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(f"{what}:"):
                return int(line.split()[1]) / 1024
        raise AssertionError(what)

    def close(self) -> None:
        self.process.kill()
        self.process.wait(20)
        os.close(self._side)


class Run:
    """One sitting; `expected` asks the services what the screen has to show."""

    def __init__(self, screen: Screen, session: Session) -> None:
        self.screen = screen
        self.session = session

    def names(self, wanted: Wanted, first: int = 0, count: int = 5) -> list[str]:
        numbers = lists.numbers(self.session, wanted)
        assert numbers is not None
        rows = lists.rows(self.session, numbers[first : first + count])
        return [plain(row["name"] or "(belum bernama)", 200).split("  ")[0][:LETTERS].strip() for row in rows]

    def shown(self, names: Sequence[str], top: int = FIRST_ROW) -> Callable[[], bool]:
        """Whether the list shows these names at its top."""

        def shows() -> bool:
            rows = self.screen.rows()[top : top + max(1, len(names))]
            if not names:
                return all("[ ]" not in row for row in rows)
            return all(name in row[:16] for name, row in zip(names, (row[6:] for row in rows), strict=False))

        return shows

    def timed(self, presses: Iterable[tuple[str, Callable[[], bool]]]) -> Timed:
        wall, cpu = [], 0.0
        for key, shows in presses:
            before = self.screen.cpu_s()
            wall.append(self.screen.press(key, shows))
            self.screen.settle()
            cpu += self.screen.cpu_s() - before
        return Timed(wall, cpu * 1000 / max(1, len(wall)))


def has(screen: Screen, *texts: str) -> Callable[[], bool]:
    return lambda: all(any(text in row for row in screen.rows()) for text in texts)


def measure(run: Run, rounds: int) -> None:
    screen = run.screen
    print(f"{'':34} {'median':>8} {'p95':>8} {'most':>8} {'processor':>10} {'keys':>6}   (ms)")

    def told(what: str, timed: Timed) -> None:
        print(f"{what:34} {timed.line()}", flush=True)

    told("floor: echo of a letter", run.timed(echo(screen, rounds)))
    queue = Wanted(states=PENDING_STATES, order="risk")
    riskiest = run.shown(run.names(queue), FIRST_ROW + 1)
    told("the queue by risk opens (F4)", run.timed(opening(run, "f4", riskiest, rounds)))
    # What lists say of everybody was worked out for the first of them, and is kept since.
    screen.idle()
    everyone = Wanted()
    told("the list opens (F3)", run.timed(opening(run, "f3", run.shown(run.names(everyone)), rounds)))
    screen.press("f3", run.shown(run.names(everyone)))
    screen.settle(0.5)
    told("a letter of a search", run.timed(searching(run, rounds)))
    screen.press("down", has(screen, "> [ ]"))
    told("down", run.timed(moving(run, "down", 1, 40)))
    told("page down", run.timed(moving(run, "pagedown", visible(screen) - 1, 20)))
    told("end, home", run.timed(edges(run, rounds)))
    for what, dialog, wanted in choices(run):
        told(what, run.timed(choosing(run, dialog, wanted)))
    screen.idle()
    resident, most = screen.memory_mib("VmRSS"), screen.memory_mib("VmHWM")
    print(f"memory: {resident:.0f} MiB held, {most:.0f} MiB at most")


def visible(screen: Screen) -> int:
    return sum("[ ]" in row for row in screen.rows())


def echo(screen: Screen, rounds: int) -> Iterable[tuple[str, Callable[[], bool]]]:
    screen.press("ctrl+p", has(screen, "╔"))
    screen.settle(0.5)
    for _ in range(rounds):
        for place in range(1, 11):
            yield "q", has(screen, "q" * place)
        for place in range(9, -1, -1):
            yield "backspace", lambda place=place: not has(screen, "q" * (place + 1))()  # type: ignore[misc]
    screen.press("esc", lambda: not has(screen, "╔")())


def opening(run: Run, key: str, shows: Callable[[], bool], rounds: int) -> Iterable[tuple[str, Callable[[], bool]]]:
    for _ in range(rounds * 3):
        yield key, shows
        run.screen.settle(0.6)
        run.screen.press("esc", has(run.screen, "Daftarkan orang baru"))
        run.screen.settle(0.6)


def searching(run: Run, rounds: int) -> Iterable[tuple[str, Callable[[], bool]]]:
    begun = {text[:end].strip() for text in TYPED for end in range(len(text) + 1)}
    answers = {text: run.names(Wanted(text=text)) for text in begun}
    for _ in range(rounds):
        for text in TYPED:
            for end in range(1, len(text) + 1):
                yield text[end - 1], typed_and_found(run, text[:end], answers[text[:end].strip()])
            for end in range(len(text) - 1, -1, -1):
                yield "backspace", typed_and_found(run, text[:end], answers[text[:end].strip()])


def typed_and_found(run: Run, text: str, names: Sequence[str]) -> Callable[[], bool]:
    """Whether the search holds `text` and the list its answer."""
    found = run.shown(names)
    line = text.strip() or "cari nama"

    def shows() -> bool:
        search = run.screen.rows()[1].strip()
        return (search == line if text.strip() else search.startswith(line)) and found()

    return shows


def moving(run: Run, key: str, by: int, times: int) -> Iterable[tuple[str, Callable[[], bool]]]:
    numbers = lists.numbers(run.session, Wanted())
    assert numbers is not None
    at = getattr(run, "at", 0)
    for _ in range(times):
        at += by
        [name] = run.names(Wanted(), at, 1)
        yield key, at_hand(run.screen, name)
    run.at = at  # type: ignore[attr-defined]


def edges(run: Run, rounds: int) -> Iterable[tuple[str, Callable[[], bool]]]:
    numbers = lists.numbers(run.session, Wanted())
    assert numbers is not None
    [first], [last] = run.names(Wanted(), 0, 1), run.names(Wanted(), len(numbers) - 1, 1)
    for _ in range(rounds * 2):
        yield "end", at_hand(run.screen, last)
        yield "home", at_hand(run.screen, first)


def at_hand(screen: Screen, name: str) -> Callable[[], bool]:
    """Whether the line at hand is of this name, and no row is still on its way."""

    def shows() -> bool:
        rows = screen.rows()[FIRST_ROW:-3]
        is_drawn = not any(row.strip() == "…" for row in rows)
        return is_drawn and any(row.startswith("> [") and name in row for row in rows)

    return shows


def choices(run: Run) -> Iterable[tuple[str, Sequence[str], Wanted]]:
    """(what, keys that lead to the last Enter, what is then shown)."""
    everyone = Wanted()
    for place, order in enumerate(("name", "submitted_at", "area", "state", "risk")):
        if order != "name":
            yield f"order by {order}", ("ctrl+o", *["down"] * place), replace(everyone, order=order)  # type: ignore[arg-type]
    yield "filter: returned", ("ctrl+f", "enter", *["down"] * 4), replace(everyone, states=frozenset({"returned"}))
    area = lists.areas(run.session)[0][0]
    yield f"filter: {area}", ("ctrl+f", "down", "enter", "down"), replace(everyone, area=area)
    category = run.session.settings.categories[0]
    yield "filter: category", ("ctrl+f", *["down"] * 2, "enter", "down"), replace(everyone, category=category)
    own = run.session.member.id
    by = sorted(lists.enumerators(run.session), key=lambda each: each[0] != own)[0][0]
    yield "filter: enumerator", ("ctrl+f", *["down"] * 3, "enter", "down"), replace(everyone, by=by)
    for place, name in enumerate(("explained", "faulty", "conflicting", "alike"), start=4):
        yield f"filter: {name}", ("ctrl+f", *["down"] * place), replace(everyone, **{name: True})  # type: ignore[arg-type]


def choosing(run: Run, keys: Sequence[str], wanted: Wanted) -> Iterable[tuple[str, Callable[[], bool]]]:
    """The whole list, then the dialogs, and last the Enter that is measured."""
    screen = run.screen
    clear(run)
    asked = {"ctrl+f": "Saring daftar", "ctrl+o": "Urutkan menurut", "enter": "Saring menurut"}
    for key in keys:
        os.write(screen._side, KEYS[key].encode())
        if key in asked:
            screen.until(has(screen, asked[key]), time.perf_counter())
        screen.settle(0.35)
    right = run.shown(run.names(wanted))
    yield "enter", lambda: "╔" not in "".join(screen.rows()) and right()


def clear(run: Run) -> None:
    """Back to everybody by name: filter, then order."""
    screen = run.screen
    os.write(screen._side, KEYS["ctrl+b"].encode())
    screen.settle(0.5)
    if "urut nama" not in screen.rows()[2]:
        for key in ("ctrl+o", "home", "enter"):
            os.write(screen._side, KEYS[key].encode())
            screen.settle(0.35)
    screen.until(has(screen, "Semua pendaftaran; urut nama."), time.perf_counter())
    screen.settle(0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--width", type=int, default=80)
    parser.add_argument("--height", type=int, default=24)
    parser.add_argument("--plain", action="store_true")
    asked = parser.parse_args()
    home = office_home(asked.folder, asked.records, covered=not asked.plain)
    with open_session(home, PASSPHRASE) as session:
        screen = Screen(home, asked.width, asked.height)
        try:
            screen.until(has(screen, "Kata sandi", "Buka"), time.perf_counter())
            screen.press(PASSPHRASE + "\r", has(screen, "Daftarkan orang baru"))
            screen.idle()
            size = f"{asked.width}x{asked.height}"
            print(f"{asked.records} registrations, {size}; at home {screen.memory_mib('VmRSS'):.0f} MiB")
            measure(Run(screen, session), asked.rounds)
        finally:
            screen.close()


if __name__ == "__main__":
    main()
