"""A hub over real encrypted homes: laptops that sync with it, and a hub process that is killed in the middle."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from hubs import serving

from fieldapp.services import exchange, membership, registrations, session
from fieldapp.services.hub import HubServer
from fieldapp.services.listening import Tls
from fieldapp.services.problems import Problem, translated
from fieldapp.services.session import Session
from sync.errors import NotAllowed, NotFound, SyncError, Unreachable, Untrusted

AREA = "64.71.05"


def register(laptop: Session, values: dict[str, Any]) -> str:
    answer = registrations.submit(laptop, registrations.new_draft(laptop, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


def listed(laptop: Session) -> str:
    return json.dumps(registrations.listing(laptop), sort_keys=True)


def held(laptop: Session) -> Any:
    return laptop.read(lambda connection: laptop.journal(connection).coverage())


@pytest.fixture
def hub(town: Any) -> Session:
    joined: Session = town.join("hub", "Pusat", "64.71")
    return joined


@pytest.fixture
def url(hub: Session) -> Iterator[str]:
    with serving(hub) as address:
        yield address


def test_two_laptops_and_an_office_agree_through_a_hub(
    town: Any, url: str, hub: Session, person: Callable[..., Any]
) -> None:
    sari, rudi = town.join("enumerator", "Sari", AREA), town.join("enumerator", "Rudi", AREA)
    kiki = town.join("coordinator", "Kiki", "64.71")
    known = register(sari, person(1))
    first = exchange.sync(sari, url)
    assert (first["sent"], first["hub"]) == (1, url)
    exchange.sync(rudi, url)
    registrations.edit(rudi, known, {"work_place": "Pasar Rekaan"})
    register(rudi, person(2))
    for laptop in (rudi, kiki, sari, rudi):
        exchange.sync(laptop, url)
    assert registrations.show(sari, known)["values"]["work_place"] == "Pasar Rekaan"
    assert listed(sari) == listed(rudi) == listed(kiki) == listed(hub)
    for laptop in (sari, rudi, kiki):
        again = exchange.sync(laptop, url)
        assert (again["sent"], again["received"], again["rounds"]) == (0, 0, 1)
    status = sari.status()
    assert status["last_sync"] is not None
    assert abs(status["clock_offset_ms"]) < 60_000


def test_the_address_is_remembered_once_a_hub_was_there(town: Any, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIELDAPP_HUB", raising=False)
    sari = town.join("enumerator", "Sari", AREA)
    with pytest.raises(Problem, match="no_hub"):
        exchange.sync(sari)
    exchange.sync(sari, url)
    assert exchange.sync(sari)["hub"] == url


def test_a_hub_that_cannot_be_reached_changes_nothing(town: Any, person: Callable[..., Any]) -> None:
    sari = town.join("enumerator", "Sari", AREA)
    register(sari, person())
    before = held(sari), listed(sari), sari.status()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Problem) as caught:
        exchange.sync(sari, f"http://127.0.0.1:{port}")
    assert (caught.value.code, caught.value.exit_code) == ("hub_unreachable", 6)
    assert (held(sari), listed(sari), sari.status()) == before
    with pytest.raises(Problem) as caught:
        exchange.sync(sari, "pusat.example")
    assert (caught.value.code, caught.value.exit_code) == ("hub_address", 2)


def test_a_stranger_and_a_revoked_member_are_refused_and_leave_nothing(
    town: Any, url: str, hub: Session, person: Callable[..., Any], tmp_path: Path
) -> None:
    sari = town.join("enumerator", "Sari", AREA)
    register(sari, person(1))
    for laptop in (sari, town.admin):
        exchange.sync(laptop, url)
    membership.revoke(town.admin, "Sari", "laptop hilang")
    exchange.sync(town.admin, url)
    register(sari, person(2))
    (tmp_path / "lain").mkdir()
    stranger = type(town)(tmp_path / "lain")
    before = held(hub)
    for laptop, code, exit_code in ((sari, "member_revoked", 5), (stranger.admin, "hub_foreign", 4)):
        with pytest.raises(Problem) as caught:
            exchange.sync(laptop, url)
        assert (caught.value.code, caught.value.exit_code) == (code, exit_code)
    stranger.close()
    # What was refused half-way was taken back whole: the hub goes on serving the others from what it had.
    assert exchange.sync(town.admin, url)["sent"] == 0
    assert held(hub) == before
    assert len(registrations.listing(sari)) == 2


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (Untrusted("hub_foreign"), 4),
        (Untrusted("hub_untrusted"), 4),
        (NotAllowed("hub_signature"), 5),
        (NotAllowed("member_revoked"), 5),
        (Unreachable("hub_busy"), 6),
        (Unreachable("hub_answer_damaged"), 6),
        (SyncError("hub_version"), 6),
        (NotFound("member_unknown"), 3),
        (Untrusted("bundle_forged"), 4),
    ],
)
def test_a_hub_that_is_anothers_and_one_that_is_away_end_with_codes_of_their_own(
    error: SyncError, exit_code: int
) -> None:
    with pytest.raises(Problem) as caught, translated():
        raise error
    assert (caught.value.code, caught.value.exit_code) == (error.code, exit_code)


def test_a_new_office_key_reaches_hub_and_office_by_the_network_alone(
    town: Any, url: str, hub: Session, person: Callable[..., Any]
) -> None:
    kiki, wati = town.join("coordinator", "Kiki", "64.71"), town.join("supervisor", "Wati", "64.71")
    sari = town.join("enumerator", "Sari", AREA)
    for laptop in (kiki, wati, sari, town.admin):
        exchange.sync(laptop, url)
    membership.revoke(town.admin, "Kiki", "keluar dari kantor")
    for laptop in (town.admin, wati, sari):
        exchange.sync(laptop, url)
    assert len(hub.identity.office_identities) == len(wati.identity.office_identities) == 2
    register(sari, person())
    (merged,) = town.carry(sari, wati)
    assert merged["registrations"]["new"] == 1


def test_a_request_over_the_bound_is_refused_and_loses_nothing(
    town: Any, hub: Session, person: Callable[..., Any]
) -> None:
    sari = town.join("enumerator", "Sari", AREA)
    for number in range(1, 41):
        register(sari, person(number, ktp_address="Gg. " + random.Random(number).randbytes(90).hex()))
    with serving(hub, max_body_bytes=8_000) as url, pytest.raises(Problem) as caught:
        exchange.sync(sari, url)
    assert (caught.value.code, caught.value.exit_code) == ("bundle_too_large", 4)
    assert registrations.listing(hub) == []
    with serving(hub) as url:
        exchange.sync(sari, url)
    assert listed(hub) == listed(sari)


def test_only_a_member_of_the_role_hub_serves_and_only_on_a_free_address(town: Any, hub: Session) -> None:
    with pytest.raises(Problem) as caught:
        HubServer(town.admin, "127.0.0.1", 0)
    assert (caught.value.code, caught.value.exit_code) == ("hub_only", 5)
    for host, port in (("127.0.0.1", None), ("256.0.0.1", 0), ("tidak ada.", 0), ("127.0.0.1", 99999)):
        with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Problem) as caught:
            HubServer(hub, host, taken.getsockname()[1] if port is None else port)
        assert (caught.value.code, caught.value.exit_code) == ("hub_listen", 2)
        assert host in caught.value.message()


class Process:
    """`fieldapp hub serve` on the home of a hub, as a process of its own."""

    def __init__(self, home: Path, passphrase: str, log: Path, *options: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FIELDAPP_")}
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "fieldapp", "hub", "serve", "--listen", "127.0.0.1:0", "--json", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=kept | {"FIELDAPP_HOME": str(home), "FIELDAPP_PASSPHRASE": passphrase},
            creationflags=subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0,
        )
        assert self._process.stdout is not None
        told = json.loads(self._process.stdout.readline())
        self.url, self.metrics_url = str(told["listening"]), told.get("metrics")

    def kill(self) -> None:
        """End it as a failing power supply would."""
        self._process.kill()

    def ask_to_stop(self) -> None:
        self._process.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGTERM)

    def ended(self) -> tuple[int, bytes]:
        """Exit code, and what it wrote after the line with its address."""
        assert self._process.stdout is not None
        code = self._process.wait(30)
        rest = self._process.stdout.read()
        self._process.stdout.close()
        self._log.close()
        return code, rest


def test_a_hub_killed_in_the_middle_of_uploads_loses_and_doubles_nothing(
    town: Any, hub: Session, person: Callable[..., Any], tmp_path: Path
) -> None:
    sari = town.join("enumerator", "Sari", AREA)
    hub.close()
    chance, log = random.Random(7), tmp_path / "hub.log"
    people: list[str] = []
    exits: list[int] = []
    for _ in range(7):
        process = Process(hub.home, "sandi-Pusat", log)
        people += [register(sari, person(len(people) + number)) for number in range(1, 5)]
        killer = threading.Timer(chance.random() * 0.15, process.kill)
        killer.start()
        try:
            exchange.sync(sari, process.url)
        except Problem as problem:
            exits.append(problem.exit_code)
        killer.join()
        assert process.ended()[1] == b""
    assert set(exits) == {6}
    process = Process(hub.home, "sandi-Pusat", log)
    exchange.sync(sari, process.url)
    again = exchange.sync(sari, process.url)
    assert (again["sent"], again["received"]) == (0, 0)
    process.ask_to_stop()
    assert process.ended() == (0, b"")
    with session.open_session(hub.home, "sandi-Pusat") as reopened:
        assert listed(reopened) == listed(sari)
        assert sorted(row["id"] for row in registrations.listing(reopened)) == sorted(people)
        assert held(reopened) == held(sari)
        ids = reopened.read(lambda connection: connection.execute("SELECT id FROM entry").fetchall())
        assert len(ids) == len(set(ids))
    told = log.read_text("utf-8")
    assert "Traceback" not in told
    assert "Contoh" not in told


def test_a_hub_stopped_under_load_answers_what_is_in_hand_and_loses_nothing(
    town: Any, hub: Session, person: Callable[..., Any], tmp_path: Path
) -> None:
    laptops = [town.join("enumerator", f"Contoh {letter}", AREA) for letter in "ABC"]
    hub.close()
    log = tmp_path / "hub.log"
    chance, numbers = random.Random(3), iter(range(1, 100))
    for _ in range(2):
        process = Process(hub.home, "sandi-Pusat", log)
        for laptop in laptops:
            for _ in range(6):
                register(laptop, person(next(numbers)))
        exits: list[int] = []

        def visit(laptop: Session, url: str, exits: list[int] = exits) -> None:
            with contextlib.suppress(Problem):
                while True:
                    try:
                        exchange.sync(laptop, url)
                    except Problem as problem:
                        exits.append(problem.exit_code)
                        raise

        threads = [threading.Thread(target=visit, args=(laptop, process.url)) for laptop in laptops]
        for thread in threads:
            thread.start()
        time.sleep(0.3 + chance.random() * 0.3)
        process.ask_to_stop()
        assert process.ended() == (0, b"")
        for thread in threads:
            thread.join(30)
        assert exits == [6, 6, 6]
    process = Process(hub.home, "sandi-Pusat", log)
    for laptop in [*laptops, *laptops]:
        exchange.sync(laptop, process.url)
    process.ask_to_stop()
    assert process.ended()[0] == 0
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines() if line.startswith("{")]
    # The hub meets each laptop for the first time once; nothing else of all this is a refusal.
    assert {(line["status"], line["code"]) for line in lines} <= {
        (200, "done"),
        (403, "member_unknown"),
        (503, "hub_busy"),
    }
    with session.open_session(hub.home, "sandi-Pusat") as reopened:
        assert len(registrations.listing(reopened)) == 36
        assert listed(reopened) == listed(laptops[0])


def test_a_hub_process_serves_tls_and_tells_prometheus_on_an_address_of_its_own(
    town: Any, hub: Session, person: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sari = town.join("enumerator", "Sari", AREA)
    register(sari, person())
    hub.close()
    authority = trustme.CA()
    proof = authority.issue_cert("127.0.0.1")
    proof.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    proof.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    options = ["--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem")]
    log = tmp_path / "hub.log"
    process = Process(hub.home, "sandi-Pusat", log, *options, "--metrics-listen", "127.0.0.1:0")
    assert process.url.startswith("https://")
    with pytest.raises(Problem, match="hub_certificate"):
        exchange.sync(sari, process.url)
    monkeypatch.setenv("FIELDAPP_HUB_CA", str(tmp_path / "ca.pem"))
    answer = exchange.sync(sari, process.url)
    assert (answer["sent"], answer["notes"]) == (1, [])
    measures = httpx.get(process.metrics_url, trust_env=False).text
    process.ask_to_stop()
    assert process.ended() == (0, b"")
    assert 'fieldapp_hub_entries_total{outcome="new"} 1.0' in measures
    assert 'path="/v1/exchange",status="200"' in measures
    told = log.read_text("utf-8")
    lines = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    assert {line["code"] for line in lines} == {"done", "member_unknown"}
    for somebodys in ("127.0.0.1:", "Sari", sari.member.id, "Contoh Orang"):
        assert somebodys not in measures
        assert somebodys not in "".join(json.dumps(line) for line in lines)


def test_tls_files_that_do_not_fit_are_told_before_anything_listens(hub: Session, tmp_path: Path) -> None:
    proofs = [trustme.CA().issue_cert("127.0.0.1") for _ in range(2)]
    proofs[0].private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    proofs[1].cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    (tmp_path / "empty.pem").touch()
    for certificate, key in (("cert.pem", "key.pem"), ("empty.pem", "key.pem"), ("cert.pem", "missing.pem")):
        with pytest.raises(Problem) as caught:
            HubServer(hub, "127.0.0.1", 0, tls=Tls(tmp_path / certificate, tmp_path / key))
        assert (caught.value.code, caught.value.exit_code) == ("hub_tls", 2)
        assert str(tmp_path) not in caught.value.message()


def test_a_way_without_tls_is_told_once_an_address(town: Any, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sari = town.join("enumerator", "Sari", AREA)
    assert exchange.sync(sari, url)["notes"] == []
    # The same hub, as if it were another machine of the office's network.
    monkeypatch.setattr("sync.client._LOOPBACK", frozenset())
    told = [exchange.sync(sari, url)["notes"] for _ in range(2)]
    assert [len(notes) for notes in told] == [1, 0]
    assert "http" in told[0][0]


def test_a_file_of_certificates_that_holds_none_is_told(
    town: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ca.pem").write_text("bukan sertifikat")
    monkeypatch.setenv("FIELDAPP_HUB_CA", str(tmp_path / "ca.pem"))
    with pytest.raises(Problem) as caught:
        exchange.sync(town.admin, "https://127.0.0.1:9")
    assert (caught.value.code, caught.value.exit_code) == ("hub_ca", 2)
    assert "FIELDAPP_HUB_CA" in caught.value.message()
