"""The demonstration: a made-up programme of Balikpapan with three laptops, an office and a hub.

`build` makes it with the services that people's own commands use, `open_demo` gives the screens a laptop of it, and
`headless` walks the whole road, over a real hub, to a balanced ledger and a sheet.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from fieldapp.locale import _, language
from fieldapp.services import exchange, ledger, registrations, sheets
from fieldapp.services.demo import homes as demo_homes
from fieldapp.services.demo import prelist as demo_prelist
from fieldapp.services.demo.homes import COORDINATOR, HUB, LAPTOPS, SUPERVISOR, Days, DemoHomes, Home, Role, Say
from fieldapp.services.demo.road import Road
from fieldapp.services.problems import Exit, Problem
from fieldapp.services.words import place_words

__all__ = ["DemoHomes", "Home", "build", "headless", "open_demo", "walk"]

PEOPLE: Final = 240
_HEADLESS_PEOPLE: Final = 120
_SLOTS_LEFT: Final = 20
_BEYOND_LEASE: Final = 4
_HUB_STOPS_S: Final = 10.0


def _nothing(_words: str) -> None:
    """For callers who do not want to hear how it goes."""


def build(folder: Path, *, people: int = PEOPLE, say: Say = _nothing) -> DemoHomes:
    """Make the demonstration in `folder`, or find it there complete, and return its laptops.

    It is left in the middle of the work: drafts with faults, registrations not yet carried, returned ones, conflicts,
    a NIK registered twice, approvals, some slots left, and a registration that changed after its approval.
    Raises Problem demo_folder when the folder holds other things.
    """
    return demo_homes.known(folder) or _road(folder, people, say, slots_left=_SLOTS_LEFT).homes


def open_demo(folder: Path | None, *, say: Say = _nothing) -> tuple[Path, str]:
    """The supervisor's laptop, who sees most, as (data folder, passphrase); `say` gets how to switch to the others."""
    demo = build(_place(folder), say=say)
    for line in demo_homes.instructions(demo):
        say(line)
    home = demo.home(SUPERVISOR)
    return home.folder, home.passphrase


def headless(folder: Path | None, say: Say, *, people: int = _HEADLESS_PEOPLE) -> int:
    """Walk the whole road and print it; 0 only when every laptop's ledger balances and the office's lists are equal."""
    answer = walk(folder, say, people=people)
    return 0 if answer["balanced"] and answer["same_list"] else 1


def walk(folder: Path | None, say: Say, *, people: int = _HEADLESS_PEOPLE) -> dict[str, Any]:
    """Walk the whole road: register, stick, merge, review, return bundle, network, sheet.

    Answers `{"folder", "sheet", "rows", "ledger" (the supervisor's), "balanced" (every laptop's), "same_list"}`; the
    last says whether coordinator and supervisor list the same registrations in the same states.
    """
    road = _road(_place(folder), people, say, slots_left=-_BEYOND_LEASE)
    road.answer_returned()
    road.settle()
    # The hub has the real clock; a laptop of the days before would be told that its own is wrong.
    road.clock.go_to(0)
    with _hub(road.homes) as url:
        say(_("Pusat berjalan di {url}; semua laptop bersinkron:").format(url=url))
        # Twice round: what the last one sends has to reach the first one.
        for role in (*LAPTOPS, COORDINATOR, SUPERVISOR) * 2:
            _sync(road, role, url)
    say(_("Pusat dihentikan."))
    return {"folder": str(road.homes.folder), "same_list": _compare(road), **_export(road), **_ledgers(road)}


def _place(folder: Path | None) -> Path:
    return folder if folder is not None else Path(tempfile.mkdtemp(prefix="fieldapp-demo-"))


def _road(folder: Path, people: int, say: Say, *, slots_left: int) -> Road:
    """From an empty folder to the middle of the work; fewer than no slots left makes a waiting list."""
    demo_homes.claim_folder(folder)
    clock = Days()
    approvals = people // 4
    homes = demo_homes.found(folder, clock, say, slots=approvals + slots_left)
    road = Road(homes, clock, say, people=people, approvals=approvals)
    road.register_all()
    say(_("Flashdisk ke koordinator, lalu ke pengawas:"))
    road.carry_to_coordinator()
    road.carry_to_supervisor()
    road.correct_apart()
    road.review()
    say(_("Flashdisk kedua:"))
    road.carry_to_coordinator(LAPTOPS[:2])
    demo_prelist.take_in(road)
    road.give_returns()
    road.carry_to_supervisor()
    road.register_later()
    demo_prelist.visit_some(road)
    road.compare()
    demo_homes.finish(road.homes)
    return road


def _sync(road: Road, role: Role, url: str) -> None:
    with road.open(role) as session:
        answer = exchange.sync(session, url)
    words = _("  {name}: {sent} perubahan dikirim, {received} diterima")
    road.say(words.format(name=role.name, sent=answer["sent"], received=answer["received"]))


@contextmanager
def _hub(homes: DemoHomes) -> Iterator[str]:
    """The hub as a process of its own on this machine, like an office's; yields its address and stops it at the end."""
    home = homes.home(HUB)
    environment = os.environ | {
        "FIELDAPP_HOME": str(home.folder),
        "FIELDAPP_PASSPHRASE": home.passphrase,
        "FIELDAPP_LANG": language(),
    }
    environment.pop("FIELDAPP_PASSPHRASE_FILE", None)
    command = [sys.executable, "-m", "fieldapp", "hub", "serve", "--listen", "127.0.0.1:0", "--json"]
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603 - this very program, with fixed arguments.
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints
        )
        try:
            yield _listening(process, complaints)
        finally:
            process.terminate()
            try:
                process.wait(_HUB_STOPS_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _listening(process: subprocess.Popen[bytes], complaints: IO[bytes]) -> str:
    """The address that the hub's first line of JSON tells; Problem hub_not_started when it ends instead."""
    line = process.stdout.readline() if process.stdout is not None else b""
    try:
        return str(json.loads(line)["listening"])
    except (ValueError, KeyError, TypeError):
        process.wait(_HUB_STOPS_S)
        complaints.seek(0)
        words = complaints.read().decode("utf-8", "replace").strip()
        raise Problem(
            "hub_not_started",
            exit_code=Exit.HUB,
            details={"words": words[-500:]},
            words=("Pusat peragaan tidak dapat dimulai: {words}", "The demonstration's hub did not start: {words}"),
        ) from None


def _compare(road: Road) -> bool:
    lists = []
    for role in (COORDINATOR, SUPERVISOR):
        with road.open(role) as session:
            lists.append(registrations.listing(session))
    same = lists[0] == lists[1]
    words = _("Daftar koordinator dan pengawas sama: {count} pendaftaran.") if same else _("Daftar keduanya BERBEDA.")
    road.say(words.format(count=len(lists[0])))
    return same


def _export(road: Road) -> dict[str, Any]:
    out = road.homes.folder / "disetujui.xlsx"
    with road.open(SUPERVISOR) as session:
        answer = sheets.export(session, out, filter={"state": "approved"})
    words = _("Lembar kerja {kind} dengan {rows} yang disetujui: {file}")
    road.say(words.format(kind=answer["kind"], rows=answer["rows"], file=out))
    return {"sheet": str(out), "rows": answer["rows"]}


def _ledgers(road: Road) -> dict[str, Any]:
    """The ledgers of everybody who holds registrations; the supervisor's is told whole."""
    books = {}
    for role in (*LAPTOPS, COORDINATOR, SUPERVISOR):
        with road.open(role) as session:
            books[role.key] = ledger.ledger(session)
    told = books[SUPERVISOR.key]
    road.say(_("Buku serah terima pengawas:"))
    for name, count in told["totals"].items():
        road.say(f"  {place_words(name):<22}{count:>6}")
    for key, book in books.items():
        road.say(
            _("  {home}: {verdict}").format(home=key, verdict=_("cocok") if book["balanced"] else _("TIDAK COCOK"))
        )
    balanced = all(book["balanced"] for book in books.values())
    road.say(f"balanced: {'true' if balanced else 'false'}")
    return {"ledger": told, "balanced": balanced}
