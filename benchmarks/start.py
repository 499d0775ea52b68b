"""How long a person waits at the start: for the screen that asks for the passphrase, for home, and for the form.

    python benchmarks/start.py [--runs 9] [--modules] [--source]

Builds a wheel of this folder, installs it compiled into an environment of its own (the libraries are this Python's),
and runs the installed program in a pseudo-terminal of 80x24 on a laptop with ten registrations; Linux and macOS. Each
figure is the median over the runs, the best in brackets: wall time until the last byte of that screen had come, and
processor time of the program until then (Linux only).

    start    from exec to the painted screen that asks for the passphrase
    home     from Enter behind the passphrase to the painted home, one second after the first paint; the passphrase's
             own price (Argon2id) is made next to nothing in this vault and told in a line of its own
    form     from `b` at home, once it has warmed up, to the painted form

"floor": the same interpreter starting an application of the framework with one line of text. --modules tells how many
modules are loaded at each point and which cost most to import; --source measures this folder as it lies here.
"""

from __future__ import annotations

import argparse
import os
import pty
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

PASSPHRASE = "sandi rekaan"
PATIENCE_S = 60.0
SETTLED_S = 0.06
"""A screen is painted when nothing more of it comes for so long."""

FLOOR = """
from textual.app import App
from textual.widgets import Static
class Floor(App):
    def compose(self):
        yield Static("Kata sandi")
    async def on_key(self):
        self.exit()
Floor().run()
"""


@dataclass
class Figures:
    """Milliseconds of each run."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def told(self) -> str:
        """Median and best of both."""
        parts = [f"{statistics.median(self.wall):7.0f} ({min(self.wall):.0f})"]
        parts.append(f"{statistics.median(self.processor):7.0f} ({min(self.processor):.0f})" if self.processor else "-")
        return " | ".join(parts)


class Program:
    """The program in a pseudo-terminal; what it writes is only looked at for words, not drawn."""

    def __init__(self, command: Sequence[str], home: Path) -> None:
        import fcntl
        import termios

        self._side, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FIELDAPP_", "PYTHON"))}
        environment = {**kept, "FIELDAPP_HOME": str(home), "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
        self._began = time.perf_counter()
        self._before = 0.0
        self.process = subprocess.Popen(
            command, stdin=inside, stdout=inside, stderr=inside, start_new_session=True, env=environment
        )
        os.close(inside)
        self._seen = b""

    def press(self, keys: str) -> None:
        """Sends keys; `painted` counts from here."""
        while select.select([self._side], [], [], 0)[0]:
            os.read(self._side, 65536)
        self._seen, self._before, self._began = b"", self._processor_ms(), time.perf_counter()
        os.write(self._side, keys.encode())

    def painted(self, words: str, into: Figures | None = None) -> None:
        """Waits until `words` have come and the screen stands still; keeps how long it took until its last byte."""
        until = time.perf_counter() + PATIENCE_S
        last, spent = 0.0, 0.0
        wanted = words.encode()
        while True:
            found = wanted in self._seen
            if not select.select([self._side], [], [], SETTLED_S if found else 1.0)[0]:
                if found:
                    break
                if time.perf_counter() > until:
                    raise TimeoutError(f"never saw {words!r}: {self._seen[-2000:]!r}")
                continue
            self._seen += os.read(self._side, 65536)
            last, spent = time.perf_counter(), self._processor_ms()
        if into is not None:
            into.wall.append((last - self._began) * 1000)
            if spent:
                into.processor.append(spent - self._before)

    def _processor_ms(self) -> float:
        # Of all its threads, in nanoseconds; the usual counters of a process are kept in hundredths of a second.
        total = 0
        try:
            for task in Path(f"/proc/{self.process.pid}/task").iterdir():
                total += int((task / "schedstat").read_text().split()[0])
        except OSError:
            return 0.0
        return total / 1e6

    def end(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._side)


def installed(folder: Path) -> Path:
    """An environment with the compiled wheel; its Python. The libraries come from this Python's folder."""
    import textual

    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT)],
        check=True,
    )
    (wheel,) = folder.glob("fieldapp-*.whl")
    venv.create(folder / "env", with_pip=False)
    python = folder / "env" / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index", str(wheel)],
        check=True,
    )
    (site,) = (folder / "env" / "lib").glob("python*/site-packages")
    (site / "libraries.pth").write_text(str(Path(textual.__file__).parents[1]) + "\n")
    compiled = list((site / "fieldapp" / "tui").glob("__pycache__/app.*.pyc"))
    assert compiled, "the installed package is not compiled"
    return python


def laptop(folder: Path) -> Path:
    """A laptop with ten registrations and a cheap passphrase; its data folder."""
    import people

    from fieldapp.services import programme, registrations
    from fieldapp.store.vault import Cost

    made = {"quota": 100, "budget": 201_600_000, "premium": 16_800, "start": "2027-01"}
    cheap = Cost(passes=1, memory_kib=64)
    with programme.create(folder / "home", PASSPHRASE, name="Program Rekaan", cost=cheap, **made) as admin:
        admin.set_own_preference("toured", True)
        from fieldapp.services import membership
        from sync.invitations import KdfCost

        file = folder / "ani.undangan"
        asked = {"role": "enumerator", "name": "Ani Rekaan", "areas": ["64.71.05"]}
        membership.invite(admin, out=file, pin="246810", cost=KdfCost(memory_kib=64, passes=1), **asked)
    with membership.join(folder / "ani", file, "246810", PASSPHRASE, cost=cheap) as ani:
        ani.set_own_preference("toured", True)
        for number in range(10):
            registrations.submit(ani, registrations.new_draft(ani, people.person(number, "Contoh Awal")).id)
    return folder / "ani"


def argon2_ms() -> float:
    """What the usual price of a passphrase takes here, best of three."""
    from fieldapp.store import vault

    def once() -> float:
        began = time.perf_counter()
        vault._derive(PASSPHRASE, bytes(16), vault.Cost())
        return (time.perf_counter() - began) * 1000

    return min(once() for _ in range(3))


def measure(python: Path, home: Path, runs: int) -> dict[str, Figures]:
    """Every figure, run after run; the first run is not counted, since it brings the files into memory."""
    names = ("floor", "start", "home", "form")
    found = {name: Figures() for name in names}
    for run in range(runs + 1):
        into = found if run else {name: Figures() for name in names}
        floor = Program([str(python), "-c", FLOOR], home)
        floor.painted("Kata sandi", into["floor"])
        floor.end()
        # The program is killed with a form open, which the next one would open again.
        fresh = shutil.copytree(home, home.with_name(f"run-{run}"))
        program = Program([str(python), "-m", "fieldapp"], fresh)
        try:
            program.painted("Buka", into["start"])
            time.sleep(1.0)
            program.press(PASSPHRASE)
            program.painted("\u2022" * len(PASSPHRASE))
            program.press("\r")
            program.painted("Yang menunggu Anda", into["home"])
            time.sleep(2.0)
            program.press("b")
            program.painted("Nama lengkap", into["form"])
        finally:
            program.end()
    return found


MODULES = """
import sys
from pathlib import Path
from fieldapp.cli.main import fieldapp
{more}
names = [name for name in sys.modules]
print(len(names), len([n for n in names if n.startswith(("fieldapp", "sync"))]))
"""
POINTS: dict[str, str] = {
    "start": "from fieldapp.services.homes import default_home, has_store\nfrom fieldapp.tui.app import FieldApp\n"
    "from fieldapp.tui.screens import screen_named\nscreen_named('unlock')",
}
POINTS["home"] = POINTS["start"] + "\nimport fieldapp.services.session\nscreen_named('home')"
POINTS["form"] = POINTS["home"] + "\nimport fieldapp.services.registrations\nscreen_named('form')"


def tell_modules(python: Path) -> None:
    """How many modules are loaded at each point, and the dearest imports of our own."""
    for name, code in POINTS.items():
        told = subprocess.run(
            [str(python), "-X", "importtime", "-c", MODULES.format(more=code)],
            capture_output=True,
            text=True,
            check=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        )
        everything, ours = told.stdout.split()
        print(f"\n{name}: {everything} modules, {ours} of them ours; self time of the dearest (µs)")
        rows = [line.removeprefix("import time:").split("|") for line in told.stderr.splitlines() if "|" in line]
        dear = sorted(((int(row[0]), row[2].strip()) for row in rows if row[0].strip().isdigit()), reverse=True)[:15]
        for cost, module in dear:
            print(f"  {cost:7} {module}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--modules", action="store_true")
    parser.add_argument("--source", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = Path(sys.executable) if asked.source else installed(folder)
        if asked.modules:
            tell_modules(python)
            return
        found = measure(python, laptop(folder), asked.runs)
        print(f"Argon2id at its usual price: {argon2_ms():.0f} ms (not in the figures below)")
        print(f"{'':6} | wall ms, best    | processor ms, best    | load {os.getloadavg()[0]:.1f}")
        for each, figures in found.items():
            print(f"{each:6} | {figures.told()}")


if __name__ == "__main__":
    main()
