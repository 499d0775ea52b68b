"""Who may ask: a browser that was pointed here by a person, not a page from elsewhere that reaches for this address.

A page of a stranger's host can make a browser open connections to this machine, and can let its own name lead to this
address (DNS rebinding). The first shows in `Origin`, the second in `Host`, and no page can write either.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

_LOOPBACK_NAMES: Final = ("localhost",)
_DEFAULT_PORTS: Final = (80, 443)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`, an address or a name; a name other than localhost counts as not."""
    address = _address(host)
    return host.lower() in _LOOPBACK_NAMES if address is None else address.is_loopback


def host_and_port(text: str) -> tuple[str, int | None]:
    """`host:port` as in a Host header, in small letters and without brackets. ValueError for what is none."""
    parts = urlsplit("//" + text)
    if parts.path or parts.query or parts.fragment or parts.username is not None or not parts.hostname:
        raise ValueError("no host")
    return parts.hostname, parts.port


class Gate:
    """Checks of what a request says about itself, for a server that listens on `host` and `port`.

    On loopback it is known by loopback's addresses and names. Beyond, it is known by any bare address, which no foreign
    name can pretend to be, and by this machine's own name. `names` are further ones, at whatever port (a proxy's).
    """

    def __init__(self, host: str, port: int, names: Iterable[str] = ()) -> None:
        self._port = port
        self._only_loopback = is_loopback(host)
        self._names = {name.lower() for name in names}
        own = socket.gethostname().lower()
        self._own = {*_LOOPBACK_NAMES} | (set() if self._only_loopback else {own, f"{own}.local"})

    def knows(self, host: str) -> bool:
        """Whether a Host header names this server."""
        try:
            name, port = host_and_port(host)
        except ValueError:
            return False
        if name in self._names:
            return True
        if port != self._port and not (port is None and self._port in _DEFAULT_PORTS):
            return False
        address = _address(name)
        if address is None:
            return name in self._own
        return address.is_loopback or not self._only_loopback

    def is_own_page(self, origin: str | None, host: str) -> bool:
        """Whether a socket is asked for by the page that this server gave under the same Host."""
        if origin is None:
            return False
        parts = urlsplit(origin)
        return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
