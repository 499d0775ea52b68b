"""Exchange over a network: `sync` with a hub, and `hub serve`."""

from __future__ import annotations

import sys

from fieldapp.cli.base import Choice, command, group, option, quoted, wrong_use
from fieldapp.cli.output import Output, as_json_text, pairs, write
from fieldapp.cli.unlock import unlocked
from fieldapp.locale import N_, _


@command(
    "sync",
    N_("Kirim dan ambil perubahan lewat pusat. Sambungan putus tidak menghilangkan apa pun."),
    option("--hub", "hub_url", envvar="FIELDAPP_HUB", show_envvar=True, metavar="URL", help=N_("Alamat pusat.")),
)
def sync(out: Output, hub_url: str | None) -> None:
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
            ]
        ),
    )
    out.say(_("Sinkron."))


@command(
    "serve",
    N_("Jalankan pusat di laptop atau server ini sampai dihentikan dengan Ctrl+C."),
    option("--listen", required=True, metavar="HOST:PORT", help=N_("Alamat dan porta, misalnya 0.0.0.0:8420.")),
    option(
        "--database",
        type=Choice(("sqlite",)),
        default="sqlite",
        show_default=True,
        help=N_("Tempat penyimpanan pusat."),
    ),
)
def serve(out: Output, listen: str, database: str) -> None:
    host, port = _address(listen)
    from fieldapp.services import hub as hubs

    def ready(url: str) -> None:
        # The answer comes when the hub can be reached, not when it ends: scripts wait for this line.
        if out.as_json:
            write(sys.stdout, as_json_text({"listening": url, "database": database}))
        out.say(_("Pusat siap di {url}. Ctrl+C menghentikannya.").format(url=url))

    with unlocked() as session:
        hubs.serve(session, host, port, ready)


def _address(listen: str) -> tuple[str, int]:
    host, separator, port = listen.rpartition(":")
    if not separator or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        words = _("{what} bukan HOST:PORT, misalnya 0.0.0.0:8420.")
        wrong_use(words.format(what=quoted(listen)))
    return host.strip("[]"), int(port)


hub = group("hub", N_("Pusat: tempat laptop-laptop bertukar lewat jaringan."), serve)
