"""Slots at the command line: leases, the waiting list, endings, with the codes and exit codes that scripts rely on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import people
import pytest

from fieldapp.cli.main import execute
from fieldapp.services import exchange, membership, programme, registrations, review
from fieldapp.store.vault import Cost
from sync.invitations import KdfCost

CHEAP = Cost(passes=1, memory_kib=64)
CHEAP_PIN = KdfCost(memory_kib=64, passes=1)
PASSPHRASE = "sandi rekaan"


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """An administrator and a supervisor with one slot, who approved two people; their ids."""
    folder = tmp_path_factory.mktemp("kuota")
    with programme.create(
        folder / "admin", PASSPHRASE, name="Program Rekaan", quota=10, budget=900_000, premium=16_800,
        start="2027-01", cost=CHEAP,
    ) as admin:  # fmt: skip
        for name, role, area in (("sari", "enumerator", "64.71.05"), ("wati", "supervisor", "64.71")):
            file = folder / name
            membership.invite(
                admin, role=role, name=name.title(), areas=[area], out=file.with_suffix(".undangan"), pin="246810",
                slots=1 if role == "supervisor" else None, cost=CHEAP_PIN,
            )  # fmt: skip
            membership.join(file, file.with_suffix(".undangan"), "246810", PASSPHRASE, cost=CHEAP).close()
        from fieldapp.services.session import open_session

        with open_session(folder / "sari", PASSPHRASE) as sari, open_session(folder / "wati", PASSPHRASE) as wati:
            ids = []
            for number in (1, 2, 3):
                draft = registrations.new_draft(sari, people.person(number, people.name_of(number)))
                ids.append(str(registrations.submit(sari, draft.id)["id"]))
            exchange.write_bundle(sari, folder / "paket")
            exchange.merge(wati, [folder / "paket"])
            assert all(answer["ok"] for answer in review.decide(wati, ids[:2], "approve"))
            exchange.write_bundle(wati, folder / "paket-2")
            exchange.merge(admin, [folder / "paket-2"])
    return folder, ids


@pytest.fixture
def run(homes: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    folder, _ = homes
    monkeypatch.setenv("FIELDAPP_PASSPHRASE", PASSPHRASE)

    def call(home: str, *arguments: str) -> tuple[int, Any, str]:
        monkeypatch.setenv("FIELDAPP_HOME", str(folder / home))
        code = execute(arguments)
        said = capsys.readouterr()
        return code, json.loads(said.out) if "--json" in arguments and said.out else said.out, said.err

    return call


def test_the_desk_of_slots_from_lease_to_ending(homes: Any, run: Any) -> None:
    _, ids = homes
    code, line, _ = run("wati", "waiting", "list", "--json")
    assert (code, line["order"], [one["id"] for one in line["waiting"]]) == (0, "decided", [ids[1]])
    assert line["waiting"][0]["reason"] == "lease_used"
    assert "jatahnya habis" in run("wati", "waiting", "list")[1]
    assert run("wati", "programme", "lease", "Wati", "3", "--json")[0] == 5
    code, refused, _ = run("admin", "programme", "lease", "Wati", "11", "--json")
    assert (code, refused["error"]["code"]) == (1, "slots_exceeded")
    code, plan, _ = run("admin", "programme", "lease", "Wati", "0", "--dry-run", "--json")
    assert (code, plan["would_wait"]) == (0, 1)
    assert run("admin", "programme", "lease", "Wati", "0")[0] == 1
    code, told, _ = run("admin", "programme", "leases", "--json")
    assert (told["leased"], told["not_leased"], [row["slots"] for row in told["leases"]]) == (1, 9, [1])
    code, answer, _ = run(
        "wati", "end", ids[0], "--cause", "meninggal", "--on", "2026-11-01", "--reason", "Kabar keluarga", "--json"
    )
    assert (code, answer["ended"], answer["moved_up"]) == (0, 1, 1)
    shown = run("wati", "show", ids[0], "--json")[1]
    assert (shown["state"], shown["ended"], shown["ended_on"]) == ("withdrawn", "deceased", "2026-11-01")
    assert run("wati", "waiting", "list", "--json")[1]["count"] == 0


def test_ending_asks_for_what_it_needs_and_names_who_turns_65(homes: Any, run: Any) -> None:
    _, ids = homes
    assert run("wati", "end", ids[1])[0] == 2
    assert run("wati", "end", "--aged", "--cause", "pindah")[0] == 2
    code, answer, _ = run("wati", "end", "tidak-ada", "--cause", "pindah", "--reason", "x", "--json")
    assert (code, answer["registrations"][0]["code"]) == (3, "registration_not_found")
    # They were born in June 1974.
    assert run("wati", "end", "--aged", "--month", "2039-05", "--dry-run", "--json")[:2] == (0, [])
    code, found, _ = run("wati", "end", "--aged", "--month", "2039-06", "--dry-run", "--json")
    assert (code, {one["turns_on"] for one in found}) == (0, {"2039-06-28"})
