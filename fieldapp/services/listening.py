"""An address of this machine to listen on, and what it is proved with; for the hub and for the browsers' server."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fieldapp.locale.reasons import os_reason
from fieldapp.services.problems import Exit, Problem

_LAST_PORT: Final = 65535


@dataclass(frozen=True)
class Tls:
    """What a server proves its address with: PEM files, the key without a passphrase."""

    certificate: Path
    """The server's own certificate, then those that lead to it."""
    key: Path


def listen(host: str, port: int, code: str) -> socket.socket:
    """A socket bound to the address; port 0 takes a free one. Raises Problem `code` with the system's reason."""
    try:
        if not 0 <= port <= _LAST_PORT:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except (OSError, UnicodeError) as error:
        raise cannot_listen(host, port, code, error) from None


def cannot_listen(host: str, port: int, code: str, error: Exception) -> Problem:
    """The refusal `code` of an address that could not be listened on."""
    reason = os_reason(error) if isinstance(error, OSError) else type(error).__name__
    return Problem(
        code,
        exit_code=Exit.WRONG_USE,
        details={"address": f"{host}:{port}", "reason": reason},
        words=(
            "Alamat {address} tidak dapat dipakai: {reason}. Pilih porta lain.",
            "The address {address} cannot be used: {reason}. Choose another port.",
        ),
    )


def url_of(listening: socket.socket, scheme: str) -> str:
    """The address of a bound socket as people type it."""
    host, port = listening.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def tls_context(tls: Tls) -> ssl.SSLContext:
    """TLS 1.2 and later with these files; raises Problem hub_tls for files that cannot be used."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # A key with a passphrase would otherwise ask for it on the terminal, where nobody may sit.
        context.load_cert_chain(tls.certificate, tls.key, password=lambda: b"")
    except (ssl.SSLError, ValueError):
        raise Problem("hub_tls", details={"reason": "PEM"}) from None
    except OSError as error:
        raise Problem("hub_tls", details={"reason": os_reason(error)}) from None
    return context
