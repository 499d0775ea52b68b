"""Exchange over a network: `sync` with a hub, and `hub serve`."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from fieldapp.cli.base import FILE, address, command, group, option, wrong_use
from fieldapp.cli.output import Output, as_json_text, pairs, write
from fieldapp.cli.unlock import unlocked
from fieldapp.locale import N_, _


@command(
    "sync",
    N_("Kirim dan ambil perubahan lewat pusat. Sambungan putus tidak menghilangkan apa pun."),
    option("--hub", "hub_url", envvar="FIELDAPP_HUB", show_envvar=True, metavar="URL", help=N_("Alamat pusat.")),
    option(
        "--watch",
        is_flag=True,
        help=N_("Terus berjalan: bertukar setiap kali tersambung, sampai dihentikan dengan Ctrl+C."),
    ),
)
def sync(out: Output, hub_url: str | None, watch: bool) -> None:
    if watch:
        _watch(out, hub_url)
        return
    from fieldapp.services import exchange

    with unlocked() as session:
        answer = exchange.sync(session, hub_url, progress=out.progress)
    out.answer(
        answer,
        pairs(
            [
                (_("Pusat"), answer["hub"]),
                (_("Dikirim"), answer["sent"]),
                (_("Diterima"), answer["received"]),
                (_("Selisih jam (ms)"), answer["clock_offset_ms"]),
                (_("Isi wilayah berbeda"), answer["differing"]),
            ]
        ),
    )
    for note in answer["notes"]:
        out.say(note)
    if not answer["sent"] and not answer["received"]:
        out.say(_("Sinkron selesai. Tidak ada yang baru di kedua pihak."))
    else:
        out.say(_("Sinkron selesai."))


def _watch(out: Output, hub_url: str | None) -> None:
    from fieldapp.services.hub.link import watch

    told = _Told(out)
    with unlocked() as session, _asked_to_stop() as is_stopped:
        watch(session, hub_url, told, is_stopped)


class _Told:
    """Events of a watch as words; with `--json` also each as one line of JSON. Visits without news stay silent."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._is_news = True
        self._noted: set[str] = set()

    def __call__(self, event: dict[str, Any]) -> None:
        if self._out.as_json:
            write(sys.stdout, as_json_text(event))
        kind = event["event"]
        if kind == "progress":
            self._out.progress(event["entries"], None, "sync")
            return
        for note in event.get("notes", ()):
            if note not in self._noted:
                self._noted.add(note)
                self._out.say(note)
        words = self._words(kind, event)
        if words:
            self._out.say(words)
        self._is_news = kind != "synced"

    def _words(self, kind: str, event: dict[str, Any]) -> str:
        at = time.strftime("%H:%M:%S")
        if kind == "watching":
            return _("Bertukar dengan {hub} setiap kali tersambung. Ctrl+C menghentikannya.").format(hub=event["hub"])
        if kind == "synced":
            if not (self._is_news or event["sent"] or event["received"]):
                return ""
            words = _("{at} Sinkron: {sent} dikirim, {received} diterima.")
            return words.format(at=at, sent=event["sent"], received=event["received"])
        if kind == "waiting":
            words = _("{at} {why} Dicoba lagi dalam {seconds} detik (percobaan ke-{tries} gagal).")
            return words.format(at=at, why=event["message"], seconds=round(event["next_s"]), tries=event["tries"])
        return _("Dihentikan. Yang sudah disimpan tetap tersimpan.")


@contextmanager
def _asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl+C, SIGTERM or (on Windows) Ctrl+Break came; a second one does not wait any longer."""
    asked: list[int] = []

    def ask(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        if len(asked) > 1:
            raise KeyboardInterrupt

    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        numbers.append(signal.SIGBREAK)
    before = {number: signal.signal(number, ask) for number in numbers}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@command(
    "serve",
    N_("Jalankan pusat di laptop atau server ini sampai dihentikan dengan Ctrl+C."),
    option("--listen", required=True, metavar="HOST:PORT", help=N_("Alamat dan porta, misalnya 0.0.0.0:8420.")),
    option("--tls-cert", type=FILE, metavar="FILE", help=N_("Sertifikat TLS pusat (PEM), bersama --tls-key.")),
    option("--tls-key", type=FILE, metavar="FILE", help=N_("Kunci TLS pusat (PEM), tanpa kata sandi.")),
    option(
        "--metrics-listen",
        metavar="HOST:PORT",
        help=N_("Alamat tersendiri untuk Prometheus, misalnya 127.0.0.1:9420."),
    ),
    option(
        "--database",
        metavar="URL",
        help=N_(
            "Tempat penyimpanan pusat: sqlite atau postgresql://... Tanpa ini dipakai isi berkas"
            " FIELDAPP_DATABASE_FILE, lalu FIELDAPP_DATABASE, lalu sqlite. Jangan tulis sandi di sini."
        ),
    ),
)
def serve(
    out: Output,
    listen: str,
    tls_cert: Path | None,
    tls_key: Path | None,
    metrics_listen: str | None,
    database: str | None,
) -> None:
    host, port = address(listen)
    metrics = address(metrics_listen) if metrics_listen is not None else None
    if (tls_cert is None) != (tls_key is None):
        wrong_use(_("--tls-cert dan --tls-key hanya dipakai bersama."))
    from fieldapp.services import hub as hubs
    from fieldapp.services import keeper
    from fieldapp.services.listening import Tls

    where = keeper.database_of(database)

    def ready(server: hubs.HubServer) -> None:
        # The answer comes when the hub can be reached, not when it ends: scripts wait for this line.
        if out.as_json:
            told = {"listening": server.url, "database": keeper.kind_of(where)}
            write(sys.stdout, as_json_text(told | ({"metrics": server.metrics_url} if server.metrics_url else {})))
        out.say(_("Pusat siap di {url}. Ctrl+C menghentikannya.").format(url=server.url))

    tls = Tls(tls_cert, tls_key) if tls_cert is not None and tls_key is not None else None
    with unlocked() as session:
        hubs.serve(session, host, port, ready, tls=tls, metrics=metrics, database=where)


@command(
    "rebuild",
    N_("Susun ulang tabel-tabel pusat dari jurnalnya; hasilnya harus sama."),
    option("--database", metavar="URL", help=N_("Tempat penyimpanan pusat, seperti pada hub serve.")),
)
def rebuild(out: Output, database: str | None) -> int:
    from fieldapp.services import keeper

    where = keeper.database_of(database)
    with unlocked() as session:
        answer = keeper.rebuild(session, where)
    same = _("sama") if answer["identical"] else _("BERBEDA")
    out.answer(
        answer, pairs([(_("Jumlah pendaftaran"), answer["registrations"]), (_("Dibandingkan sebelumnya"), same)])
    )
    return 0 if answer["identical"] else 1


hub = group("hub", N_("Pusat: tempat laptop-laptop bertukar lewat jaringan."), serve, rebuild)
