"""A walk past every screen and dialog of the program, for tests that look at all of them.

A stop begins at home (or at the locked door) and ends where something is to be looked at; nothing is changed in the
registers but a draft of the enumerator's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import people
from clocks import Yesterday

from fieldapp.locale import _
from fieldapp.services import exchange, handover, membership, registrations
from fieldapp.services.ledger import compare as ledger_compare
from fieldapp.services.ledger import file as ledger_file
from fieldapp.services.pairs import duplicates
from fieldapp.services.prelist import importing as prelist_import
from fieldapp.services.quarantine import desk as quarantine
from fieldapp.services.session import open_session
from fieldapp.tui.screens import SCREENS, screen_named
from fieldapp.tui.widgets.lines import Lines

PASSPHRASE = "sandi rekaan"
Hands = Any
Go = Callable[[Hands], Awaitable[None]]


@dataclass(frozen=True)
class Stop:
    """One thing to look at: `show` brings it up, `see` is there when it is ready, and `screen` which screen it is."""

    name: str
    show: Go
    see: tuple[str, ...]
    screen: str = ""
    stay: bool = False
    """The next stop goes on from here."""


def pressed(*keys: str) -> Go:
    async def show(hands: Hands) -> None:
        await hands.press(*keys)

    return show


def _screen(name: str, settings: Callable[[Hands], Mapping[str, Any]] = lambda hands: {}) -> Go:
    async def show(hands: Hands) -> None:
        await hands.app.push_screen(screen_named(name, **settings(hands)))

    return show


def _ids(hands: Hands) -> list[str]:
    return list(registrations.ids(hands.app.session))


def _one(name: str) -> Callable[[Hands], Mapping[str, Any]]:
    def settings(hands: Hands) -> Mapping[str, Any]:
        rows = registrations.rows(hands.app.session, _ids(hands))
        return {"registration": next(str(row["id"]) for row in rows if row["name"] == name)}

    return settings


def _two(hands: Hands) -> Mapping[str, Any]:
    rows = sorted(registrations.rows(hands.app.session, _ids(hands)), key=lambda row: str(row["name"]))
    return {"pairs": [(str(rows[0]["id"]), str(rows[1]["id"]))]}


def _typed(hands: Hands) -> Mapping[str, Any]:
    session = hands.app.session
    values = dict(registrations.show(session, _one("Contoh Tiga")(hands)["registration"])["values"])
    values = {name: value for name, value in values.items() if name not in ("nik", "phone")}
    return {"values": values, "found": duplicates.near(session, values)}


def _acknowledged(hands: Hands) -> Mapping[str, Any]:
    return {"stage": "acknowledged", "told": handover.stages(hands.app.session)["acknowledged"]}


def _of_the_ledger(hands: Hands) -> Mapping[str, Any]:
    return {"title": _("Seluruhnya"), "place": "registered"}


def _compared(hands: Hands) -> Mapping[str, Any]:
    session = hands.app.session
    file = session.home.parent / "buku"
    ledger_file.save(session, file)
    return {"compared": ledger_compare.compare(session, file)}


def people_to_visit(town: Any) -> None:
    """Brings a list of three people to visit to the enumerator's laptop."""
    path = town.stick / "daftar.csv"
    head = "No,NIK,Nama,Tgl Lahir,L/P,Alamat,RT,RW,Kelurahan"
    rows = (
        "1,6471054101909001,Contoh Tamu,01/01/1990,P,Jl. Rekaan 1,5,1,Sepinggan",
        "2,,Contoh Tetangga,02/02/1980,L,Gg. Rekaan 2,5,1,Sepinggan",
        "3,,Contoh Warga,03/03/1970,L,Gg. Rekaan 3,7,1,Sepinggan",
    )
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    clock = Yesterday(hour=11)
    with (
        open_session(town.awas, PASSPHRASE, wall_ms=clock) as awas,
        open_session(town.ani, PASSPHRASE, wall_ms=clock) as ani,
    ):
        prelist_import.import_list(awas, path, name="Rekaan", categories=["difabel"])
        exchange.write_bundle(awas, town.stick / "kunjungan", to=ani.member.id)
        exchange.merge(ani, [town.stick / "kunjungan"])


def something_held(town: Any) -> None:
    """Brings to the office what a revoked enumerator's laptop wrote after that: somebody new, and a changed answer."""
    clock = Yesterday(hour=12)
    with (
        open_session(town.folder / "admin", PASSPHRASE, wall_ms=clock) as admin,
        open_session(town.folder / "budi", PASSPHRASE, wall_ms=clock) as budi,
        open_session(town.awas, PASSPHRASE, wall_ms=clock) as awas,
    ):
        early = _registered(budi, people.person(21, "Contoh Lama"))
        exchange.write_bundle(budi, town.stick / "budi-1")
        for office in (admin, awas):
            exchange.merge(office, [town.stick / "budi-1"])
        membership.revoke(admin, "Budi Pencacah", "Laptop hilang")
        exchange.write_bundle(admin, town.stick / "dicabut")
        exchange.merge(awas, [town.stick / "dicabut"])
        registrations.edit(budi, early, {"work_place": "Terminal"})
        for number, name in ((22, "Contoh Hilang"), (23, "Contoh Temuan")):
            _registered(budi, people.person(number, name))
        exchange.write_bundle(budi, town.stick / "budi-2")
        exchange.merge(awas, [town.stick / "budi-2"])


def _registered(session: Any, values: dict[str, Any]) -> str:
    answer = registrations.submit(session, registrations.new_draft(session, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


def _held(hands: Hands) -> Mapping[str, Any]:
    found = quarantine.listing(hands.app.session)
    return {"entry": next(each["id"] for each in found if each["what"] == "changes")}


def _dialog(module: str, name: str, *settings: str) -> Go:
    async def show(hands: Hands) -> None:
        made = getattr(import_module(f"fieldapp.tui.screens.{module}"), name)
        await hands.app.push_screen(made(*settings))

    return show


def _settings_line(value: str) -> Go:
    async def show(hands: Hands) -> None:
        await hands.app.push_screen(screen_named("settings"))
        lines = hands.app.screen.query_one(Lines)
        lines.cursor = next(index for index in range(lines.count()) if lines.line(index, 80).value == value)
        await hands.press("enter")

    return show


async def _failed(hands: Hands) -> None:
    hands.app.screen.complain(_("Ada kesalahan di dalam program. Laporannya disimpan; pekerjaan Anda tidak hilang."))
    await hands.pilot.pause()


async def _next_page(hands: Hands) -> None:
    # The text to be read out is paged through before the page turns.
    await hands.press("end", "pagedown")


FIRST: tuple[Stop, ...] = (
    Stop("unlock", pressed(), ("Kata sandi", "Buka"), "unlock"),
    Stop("unlock-help", pressed("f1"), ("Tombol di layar ini",)),
)
"""Before anybody has unlocked the laptop."""

NOBODY: tuple[Stop, ...] = (
    Stop("wizard", pressed(), ("Bergabung dengan berkas undangan",), "wizard"),
    Stop("wizard-join", pressed("enter"), ("Ctrl+O untuk mencarinya",)),
    Stop("wizard-found", pressed("down", "enter"), ("Kode kota", "Bulan mulai")),
)
"""On a laptop without a programme."""

FORM: tuple[Stop, ...] = (
    Stop("form-1", pressed("f2"), ("1/9 Identitas",), "form", stay=True),
    Stop("form-jump", pressed("ctrl+g"), ("Lompat ke isian",), stay=True),
    Stop("form-help", pressed("escape", "f1"), ("Tombol di layar ini",), stay=True),
    Stop("form-letters", pressed("escape", "ctrl+o"), ("Tekan huruf di depan isian",), stay=True),
    Stop("form-2", pressed("escape", "pagedown"), ("2/9 Alamat",), stay=True),
    Stop("form-3", pressed("pagedown"), ("3/9 Disabilitas",), stay=True),
    Stop("form-4", pressed("pagedown"), ("4/9 Pekerjaan",), stay=True),
    Stop("form-5", pressed("pagedown"), ("5/9 Kepesertaan",), stay=True),
    Stop("form-6", pressed("pagedown"), ("6/9 Ahli waris",), stay=True),
    Stop("form-7", pressed("pagedown"), ("7/9 Dokumen",), stay=True),
    Stop("form-8", pressed("pagedown"), ("8/9 Persetujuan",), stay=True),
    Stop("form-9", _next_page, ("9/9 Periksa dan kirim", "belum benar"), stay=True),
    Stop("form-findings", pressed("ctrl+l"), ("Yang perlu diperbaiki",), stay=True),
    Stop("form-back", pressed("escape", *["pageup"] * 8), ("1/9 Identitas", "Belum diisi")),
)

ENUMERATOR: tuple[Stop, ...] = (
    Stop("home", pressed(), ("Daftarkan orang baru",), "home"),
    Stop("home-help", pressed("f1"), ("Tombol di layar ini",)),
    Stop("palette", pressed("ctrl+p"), ("ketik untuk mencari",)),
    Stop("toast", pressed("ctrl+c"), ("Untuk keluar",)),
    Stop("refusal", _failed, ("Belum dapat dilakukan",)),
    *FORM,
    Stop("drafts", _screen("drafts"), ("Draf", "Enter"), "drafts", stay=True),
    Stop("draft-discard", pressed("delete"), ("Ya, buang",)),
    Stop("returned", _screen("returned"), ("Contoh Dua",), "returned"),
    Stop("registrations", pressed("f3"), ("Contoh Tiga", "3 pendaftaran"), "registrations", stay=True),
    Stop("registrations-filter", pressed("ctrl+f"), ("Saring",), stay=True),
    Stop("registrations-order", pressed("escape", "ctrl+o"), ("Urutkan menurut",)),
    Stop("record-returned", _screen("record", _one("Contoh Dua")), ("Identitas",), "record"),
    Stop("conflicts", _screen("conflicts"), ("Contoh Satu", "Sejak"), "conflicts", stay=True),
    Stop("conflicts-newest", pressed("n"), ("Tetap menunggu orang",), stay=True),
    Stop("conflict", pressed("escape", "enter"), ("0 selesai",), "conflict", stay=True),
    Stop("conflict-third", pressed("t"), ("menggantikan semua sisi",)),
    Stop("duplicates", pressed("f7"), ("kasus",), "duplicates"),
    Stop("pair", _screen("pair", _two), ("Mengapa diajukan",), "pair"),
    Stop("draft-pair", _screen("draft_pair", _typed), ("Contoh Tiga",), "draft_pair"),
    Stop("prelist", _screen("prelist"), ("Contoh Tamu",), "prelist", stay=True),
    Stop("prelist-result", pressed("v"), ("tidak di rumah",), stay=True),
    Stop("prelist-filter", pressed("escape", "ctrl+f"), ("Saring daftar kunjungan",)),
    Stop("exchange", pressed("f5"), ("Tukar data",), "exchange"),
    Stop("handover", _screen("handover", _acknowledged), ("Siapa saja", "Contoh Satu"), "handover"),
    Stop("reports-own", pressed("f8"), ("Keadaan sekarang",), "reports"),
    Stop("settings", _screen("settings"), ("Bahasa Indonesia",), "settings"),
    Stop("settings-theme", _settings_line("theme"), ("Kontras tinggi",)),
    Stop("settings-passphrase", _dialog("passphrase", "PassphraseDialog"), ("Kata sandi lama",)),
    Stop("settings-keys", _dialog("keys", "KeysDialog"), ("Enter mengganti tombol",)),
    Stop("tour", _dialog("tour", "TourDialog", "enumerator"), ("1/",)),
)

OFFICE: tuple[Stop, ...] = (
    Stop("office-home", pressed(), ("Daftarkan orang baru",), "home"),
    Stop("review", pressed("f4"), ("Periksa karena",), "review", stay=True),
    Stop("review-approve", pressed("down", "s"), ("sesudahnya",), stay=True),
    Stop("review-return", pressed("escape", "k"), ("Alasannya (dibaca",), stay=True),
    Stop("review-filter", pressed("escape", "ctrl+f"), ("Saring daftar",)),
    Stop("budget", _screen("budget"), ("Kuota dan anggaran", "Tempat tiap pengawas"), "budget", stay=True),
    Stop("budget-what-if", pressed("b"), ("Bagaimana jika",)),
    Stop("reports", pressed("f8"), ("Keadaan sekarang",), "reports", stay=True),
    Stop("reports-bars", pressed("right", "right", "right", "right"), ("Per hari",), stay=True),
    Stop("reports-quality", pressed("2"), ("Per pencacah", "Ani Pencacah"), stay=True),
    Stop("reports-figures", pressed("enter"), ("Kali dikembalikan",)),
    Stop("backcheck", _screen("backcheck"), ("Daftar ini memuat",), "backcheck", stay=True),
    Stop("backcheck-take", pressed("t"), ("Ya, lanjutkan",)),
    Stop("office-record", _screen("record", _one("Contoh Tiga")), ("Identitas",), "record"),
    Stop("out", _screen("out"), ("Contoh Dua", "Ani Pencacah"), "out", stay=True),
    Stop("out-assign", pressed("a"), ("Alihkan kepada siapa?", "Awas Pengawas")),
    Stop("office-conflicts", _screen("conflicts"), ("Contoh Satu",), "conflicts"),
    Stop("quarantine", _screen("quarantine"), ("Contoh Hilang", "Budi Pencacah"), "quarantine", stay=True),
    Stop("quarantine-release", pressed("l"), ("Alasannya (dibaca semua",)),
    Stop("held", _screen("held", _held), ("Rumah", "Terminal"), "held"),
    Stop("office-exchange", pressed("f5"), ("Tukar data",), "exchange"),
    Stop("ledger", pressed("u"), ("Buku serah terima cocok",), "ledger"),
    Stop("ledger-people", _screen("ledger_people", _of_the_ledger), ("Contoh Satu", "Contoh Tiga"), "ledger_people"),
    Stop("ledger-compared", _screen("ledger_compared", _compared), ("Kedua buku cocok",), "ledger_compared"),
    Stop("merge-packets", pressed("f6"), ("Tambahkan semua paket dari sebuah folder",), "merge", stay=True),
    Stop("merge", pressed("escape"), ("Yang pernah digabungkan", "Ani Pencacah"), stay=True),
    Stop("merge-report", pressed("down", "down", "down", "enter"), ("Digabungkan", "Sepinggan"), stay=True),
    Stop("merge-undo", pressed("u"), ("Tidak jadi, kembali ke daftar",)),
)

GROUPS: Mapping[str, tuple[Stop, ...]] = {
    "locked": FIRST,
    "nobody": NOBODY,
    "enumerator": ENUMERATOR,
    "office": OFFICE,
}
"""Stops by whose laptop they are on."""


def unvisited() -> set[str]:
    """Screens of the program that no stop shows."""
    return set(SCREENS) - {stop.screen for stops in GROUPS.values() for stop in stops}


@asynccontextmanager
async def laptop(
    at: Callable[..., Any], town: Any, empty: Path, group: str, say: Callable[[str], str] = str
) -> AsyncIterator[Hands]:
    """Sits down at the laptop of a group of stops and unlocks it, if its stops are behind the lock."""
    if group == "enumerator":
        people_to_visit(town)
    if group == "office":
        something_held(town)
    async with at({"nobody": empty, "office": town.awas}.get(group, town.ani)) as hands:
        if group in ("enumerator", "office"):
            await hands.until(say("Kata sandi"))
            await hands.write(PASSPHRASE)
            await hands.press("enter")
            await hands.until(say("Daftarkan orang baru"), say("Belum dibawa"))
        yield hands


async def walk(hands: Hands, group: str, say: Callable[[str], str] = str) -> AsyncIterator[Stop]:
    """Goes from stop to stop of a group; `say` is how the screens write the texts to wait for."""
    app = hands.app
    depth = len(app.screen_stack)
    for stop in GROUPS[group]:
        await stop.show(hands)
        await _come_up(hands, stop, say)
        await settled(hands)
        yield stop
        if not stop.stay:
            # What is typed is on the disk before another screen tells of it.
            app.keep_all()
            await app.desk.ask("pen", lambda: None)
            while len(app.screen_stack) > depth:
                await app.pop_screen()
            app.clear_notifications()
            await hands.pilot.pause()


async def _come_up(hands: Hands, stop: Stop, say: Callable[[str], str]) -> None:
    # What comes from data stands there as it is, in whatever language.
    for _round in range(1000):
        seen = hands.seen
        if all(text in seen or say(text) in seen for text in stop.see):
            return
        await hands.pilot.pause(0.02)
    raise AssertionError(f"{stop.name}: never saw {stop.see}:\n{hands.seen}")


async def settled(hands: Hands) -> None:
    """Waits until the screen is as it was a moment ago."""
    before = ""
    for _round in range(100):
        await hands.pilot.pause(0.03)
        now = hands.seen
        if now == before:
            return
        before = now


_GIVE_WAY = ("scroll_", "page_", "page(")
"""Actions that leave their key to the screen where there is nothing to scroll."""
_SAME = ("submit", "search")
"""Actions that tell the screen of their key, or are what the key is told to be."""


def _bare(binding: Any) -> str:
    return str(binding.action).removeprefix("screen.").removeprefix("app.")


def false_keys(app: Any) -> list[str]:
    """Keys that the screen at hand tells of, but that do something else there: a field takes them first."""
    screen = app.screen
    told = {name: active.binding for name, active in screen.active_bindings.items() if active.binding.show}
    first: dict[str, Any] = {}
    for node, bindings in screen._modal_binding_chain:
        for name, binding in bindings:
            if app._check_action_state(binding.action, node) is not False and not binding.action.startswith(_GIVE_WAY):
                first.setdefault(name, binding)
    found = [name for name, binding in told.items() if _bare(first.get(name, binding)) not in (_bare(binding), *_SAME)]
    focused = screen.focused
    typed = [name for name in told if len(name) == 1 and focused is not None and focused.check_consume_key(name, name)]
    return [f"{type(screen).__name__}: {name}: {told[name].description}" for name in (*found, *typed)]
