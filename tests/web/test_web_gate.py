"""Which requests the browsers' server listens to."""

from __future__ import annotations

import socket

import pytest

from fieldapp.web.gate import Gate, host_and_port, is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1:8421", "localhost:8421", "LOCALHOST:8421", "[::1]:8421", "127.0.0.7:8421"])
def test_a_server_on_loopback_is_known_by_loopbacks_names(host) -> None:
    assert Gate("127.0.0.1", 8421).knows(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "127.0.0.1",
        "127.0.0.1:80",
        "rekaan.example:8421",
        "localhost.rekaan.example:8421",
        "127.0.0.1.rekaan.example:8421",
        "10.0.0.5:8421",
        "127.0.0.1:8421@rekaan.example",
        "rekaan.example@127.0.0.1:8421",
        "127.0.0.1:8421/x",
        "127.0.0.1:99999999",
        "[::1",
        ":8421",
    ],
)
def test_a_name_that_leads_here_from_outside_is_refused(host) -> None:
    assert not Gate("127.0.0.1", 8421).knows(host)


def test_on_a_network_any_bare_address_this_machines_name_and_given_names_are_known() -> None:
    gate = Gate("0.0.0.0", 8421, ["Pendataan.kantor.example"])  # noqa: S104 - such an address is the point.
    own = socket.gethostname().lower()
    for host in ("10.0.0.5:8421", "[fe80::1]:8421", f"{own}:8421", "pendataan.kantor.example", "localhost:8421"):
        assert gate.knows(host), host
    for host in ("rekaan.example:8421", "10.0.0.5", "10.0.0.5:8420", "kantor.example"):
        assert not gate.knows(host), host


def test_without_a_port_only_the_usual_ones_are_meant() -> None:
    assert Gate("127.0.0.1", 80).knows("localhost")
    assert Gate("127.0.0.1", 443).knows("localhost")


@pytest.mark.parametrize(
    ("origin", "is_own"),
    [
        ("http://127.0.0.1:8421", True),
        ("https://127.0.0.1:8421", True),
        (None, False),
        ("null", False),
        ("", False),
        ("http://127.0.0.1:8422", False),
        ("http://localhost:8421", False),
        ("http://rekaan.example", False),
        ("file://127.0.0.1:8421", False),
        ("http://127.0.0.1:8421@rekaan.example", False),
    ],
)
def test_only_the_page_from_the_same_address_opens_a_socket(origin, is_own) -> None:
    assert Gate("127.0.0.1", 8421).is_own_page(origin, "127.0.0.1:8421") is is_own


def test_loopback_is_told_from_the_rest() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "Localhost")] == [True] * 4
    assert [is_loopback(host) for host in ("0.0.0.0", "::", "10.0.0.5", "rekaan.example", "")] == [False] * 5  # noqa: S104
    assert host_and_port("[::1]:80") == ("::1", 80)
