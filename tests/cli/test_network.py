"""Exchange through a hub that is a process of its own, started and stopped by commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

PASSPHRASE = "kata sandi rekaan"


@pytest.fixture
def hub(office) -> Iterator[str]:
    """A hub of the programme on this machine; yields its address."""
    file = office.invite("pusat", "hub", "Pusat Rekaan", "64.71")
    office.pusat.done("join", file, "--pin", "246810")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FIELDAPP_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "fieldapp", "hub", "serve", "--listen", "127.0.0.1:0", "--json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**inherited, "FIELDAPP_HOME": str(office.pusat.home), "FIELDAPP_PASSPHRASE": PASSPHRASE},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        yield json.loads(process.stdout.readline())["listening"]
    finally:
        process.terminate()
        told = process.stderr.read().decode("utf-8")
        process.stdout.close()
        process.stderr.close()
        process.wait(30)
        assert "Traceback" not in told


def test_two_laptops_and_an_office_agree_through_a_hub(office, tools, hub) -> None:
    (known,) = tools.registered(office.siti, tools.person(1))
    first = office.siti.done("sync", "--hub", hub)
    assert first["sent"] >= 1
    office.rudi.done("sync", FIELDAPP_HUB=hub)
    office.rudi.done("edit", known, "--set", "work_place=pasar rekaan")
    office.rudi.done("sync", "--hub", hub)
    for laptop in (office.siti, office.dewi):
        laptop.done("sync", "--hub", hub)
        assert laptop.done("show", known)["values"]["work_place"] == "pasar rekaan"
    assert office.siti("list", "--json").out == office.dewi("list", "--json").out


def test_syncing_again_sends_and_fetches_nothing(office, tools, hub) -> None:
    tools.registered(office.siti, tools.person(1))
    for _round in range(3):
        last = office.siti.done("sync", "--hub", hub)
    assert (last["sent"], last["received"]) == (0, 0)


def test_a_laptop_of_another_programme_is_refused(laptop, hub) -> None:
    words = ("--city", "64.71", "--quota", 5, "--budget", 1000000, "--premium", 16800, "--start", "2026-01")
    laptop.done("programme", "new", "--name", "Program Lain", *words)
    answer = laptop("sync", "--hub", hub, "--json")
    assert answer.code in (4, 5, 6)
    assert answer.json["error"]["message"]


def test_a_hub_that_cannot_be_reached_loses_nothing(office, tools) -> None:
    tools.registered(office.siti, tools.person(1))
    before = office.siti("list", "--json").out
    assert office.siti.refused(6, "sync", "--hub", "http://127.0.0.1:9")["code"] == "hub_unreachable"
    assert office.siti("list", "--json").out == before


def test_syncing_needs_an_address(office) -> None:
    assert office.siti.refused(2, "sync")["code"] == "no_hub"
    assert office.siti.refused(2, "sync", "--hub", "ftp://pusat")["code"] == "hub_address"


def test_only_a_member_of_the_role_hub_serves(office) -> None:
    assert office.siti.refused(5, "hub", "serve", "--listen", "127.0.0.1:0")["code"] == "hub_only"
