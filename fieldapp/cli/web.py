"""`web`: the screens in the browsers of an office, served from this computer."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from fieldapp.cli.base import FILE, Number, address, command, option, split_list, wrong_use
from fieldapp.cli.errors import keep_crash_report
from fieldapp.cli.output import Output, as_json_text, write
from fieldapp.locale import N_, _, language_of_environment, set_language

LISTEN = "127.0.0.1:8421"


@command(
    "web",
    N_(
        "Layani tampilan layar ini di peramban: satu sesi tiap peramban, dibuka dengan kata sandi masing-masing."
        " Hanya untuk komputer ini, kecuali dengan --network. Ctrl+C menghentikannya."
    ),
    option("--listen", default=LISTEN, show_default=True, metavar="HOST:PORT", help=N_("Alamat dan porta.")),
    option(
        "--network",
        is_flag=True,
        help=N_("Izinkan komputer lain di jaringan membukanya. Pakailah bersama --tls-cert dan --tls-key."),
    ),
    option(
        "--name",
        "names",
        multiple=True,
        metavar="HOST",
        help=N_("Nama lain komputer ini di jaringan, misalnya nama yang dipakai proksi."),
    ),
    option("--tls-cert", type=FILE, metavar="FILE", help=N_("Sertifikat TLS (PEM), bersama --tls-key.")),
    option("--tls-key", type=FILE, metavar="FILE", help=N_("Kunci TLS (PEM), tanpa kata sandi.")),
    option("--sessions", type=Number(1), default=8, show_default=True, help=N_("Banyaknya sesi yang boleh terbuka.")),
    option(
        "--idle",
        "idle_min",
        type=Number(1),
        default=30,
        show_default=True,
        help=N_("Menit tanpa ketikan sebelum sebuah sesi diakhiri; drafnya disimpan."),
    ),
)
def web(
    out: Output,
    listen: str,
    network: bool,
    names: tuple[str, ...],
    tls_cert: Path | None,
    tls_key: Path | None,
    sessions: int,
    idle_min: int,
) -> None:
    host, port = address(listen)
    if language_of_environment() is None:
        from fieldapp.services import looks
        from fieldapp.services.homes import default_home

        # The page around the screens speaks as they do.
        set_language(looks.read(default_home()).language)
    if (tls_cert is None) != (tls_key is None):
        wrong_use(_("--tls-cert dan --tls-key hanya dipakai bersama."))
    from fieldapp.services.listening import Tls, tls_context, url_of
    from fieldapp.services.listening import listen as bind
    from fieldapp.web.gate import Gate, is_loopback

    local = is_loopback(host)
    if not local:
        _check_network(network)
    context = tls_context(Tls(tls_cert, tls_key)) if tls_cert is not None and tls_key is not None else None
    with bind(host, port, "web_listen") as listening:
        from fieldapp.web.server import Limits, OfficeServer, serve

        url = url_of(listening, "https" if context else "http")
        server = OfficeServer(
            listening,
            Gate(host, listening.getsockname()[1], split_list(names)),
            limits=Limits(sessions, idle_min * 60.0),
            tls=context,
            told=_Told(out),
            report=lambda error: keep_crash_report(error, error.__traceback__),
        )

        def ready() -> None:
            if out.as_json:
                write(sys.stdout, as_json_text({"listening": url}))
            if not local:
                out.say(_network_words(context is not None))
            out.say(_("Buka {url} di peramban. Ctrl+C menghentikannya.").format(url=url))

        serve(server, ready)
    out.say(_("Dihentikan. Yang sudah disimpan tetap tersimpan."))


def _check_network(network: bool) -> None:
    """Another address than loopback is meant and known, and there is a programme that a passphrase guards."""
    if not network:
        wrong_use(
            _(
                "Alamat itu dapat dibuka komputer lain di jaringan: siapa pun di sana dapat mencoba kata sandi, dan"
                " tanpa TLS kata sandi serta isian dapat dibaca di jalan. Bila itu memang dimaksud,"
                " tambahkan --network."
            )
        )
    from fieldapp.services.homes import default_home, has_store
    from fieldapp.services.problems import Exit, Problem

    if not has_store(default_home()):
        words = (
            "Folder data ini belum memuat program. Bergabunglah dulu di komputer ini, supaya bukan orang lain di"
            " jaringan yang mengisinya.",
            "This data folder holds no programme yet. Join on this computer first, so that nobody else on the"
            " network does.",
        )
        raise Problem("web_no_programme", exit_code=Exit.REFUSED, words=words)


def _network_words(has_tls: bool) -> str:
    if has_tls:
        return _("Komputer lain di jaringan dapat membuka layar kata sandi. Isinya lewat dengan TLS.")
    return _(
        "PERHATIAN: komputer lain di jaringan dapat membuka layar kata sandi, dan tanpa --tls-cert kata sandi serta"
        " isian orang dapat dibaca di jalan. Pakailah hanya pada jaringan yang dipercaya."
    )


class _Told:
    """Sessions that open and close: how many, never whose or from where."""

    def __init__(self, out: Output) -> None:
        self._out = out

    def __call__(self, event: dict[str, Any]) -> None:
        if self._out.as_json:
            write(sys.stdout, as_json_text(event))
        words = (
            _("{at} Sesi {session} dibuka; {open} dari {limit} terpakai.")
            if event["event"] == "opened"
            else _("{at} Sesi {session} berakhir; {open} dari {limit} terpakai.")
        )
        self._out.say(words.format(at=time.strftime("%H:%M:%S"), **event))
