"""The golden vectors: what was ever written stays readable, byte for byte."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.entry import Entry, Stored, entry_hash
from sync.errors import Untrusted
from sync.fold import Rules, fold
from sync.members import KdfCost, Membership, claim, found, invite, open_invitation

VECTORS = Path(__file__).parent / "vectors"


def read(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def stream(hex_digits: str) -> Callable[[int], bytes]:
    """Random bytes that come from a vector, each used once."""
    rest = bytearray.fromhex(hex_digits)

    def take(size: int) -> bytes:
        taken = bytes(rest[:size])
        del rest[:size]
        assert len(taken) == size
        return taken

    return take


def named(vectors: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(vector, id=vector["name"]) for vector in vectors]


@pytest.mark.parametrize("vector", named(read("entries.json")["accepted"]))
def test_an_entry_has_the_bytes_and_id_it_always_had(vector: dict[str, Any]) -> None:
    body = vector["bytes"].encode()
    fields = dict(vector["entry"])
    fields["t"] = tuple(fields["t"])
    fields["b"] = {group: tuple(ids) for group, ids in fields.get("b", {}).items()}
    assert Stored.write(Entry(**fields)) == Stored.read(body) == Stored(vector["id"], body, Entry(**fields))
    assert entry_hash(body).hex() == vector["hash"]


@pytest.mark.parametrize("vector", named(read("entries.json")["refused"]))
def test_bytes_that_were_refused_stay_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(Untrusted) as caught:
        Stored.read(bytes.fromhex(vector["hex"]))
    assert caught.value.code == vector["code"]


@pytest.mark.parametrize("vector", named(read("records.json")))
def test_a_record_folds_to_what_it_always_did(vector: dict[str, Any]) -> None:
    membership = Membership(vector["programme"])
    membership.add(vector["certificate"].encode())
    rules = Rules(vector["group_of"], lambda member, entry, origin: None, frozenset())
    entries = [Stored.read(body.encode()) for body in vector["entries"]]
    record = fold(vector["record"], entries, rules, membership)
    assert record.digest == vector["digest"]
    assert record.values == vector["values"]
    assert list(record.conflicts) == vector["conflicts"]
    assert {group: [head.entry for head in heads] for group, heads in record.groups.items()} == vector["heads"]
    assert [[decision.entry, decision.fresh] for decision in record.decisions] == vector["decisions"]


def test_a_programme_and_its_members_have_the_bytes_they_always_had() -> None:
    vector = read("certificates.json")
    random = stream(vector["random"])
    founding = found("Program Rekaan", "Pendiri Rekaan", "admin", "d" * 32, vector["now_ms"], random)
    assert founding.programme.id == vector["programme"]
    assert founding.programme.recovery_recipient == vector["recovery_recipient"]
    assert founding.member.certificate == vector["founder"].encode()
    identifier, file = invite(
        founding.member,
        founding.identity,
        founding.programme,
        "coordinator",
        "Koordinator Rekaan",
        ["64.71.05", "64.71.01"],
        vector["now_ms"],
        vector["now_ms"] + 1000,
        vector["pin"],
        lambda invitation: b"payload of " + invitation.encode(),
        founding.identity.office_identities,
        random=random,
        cost=KdfCost(*vector["cost"]),
    )
    assert (identifier, file.hex()) == (vector["invitation"], vector["invitation_file"])
    invitation = open_invitation(bytes.fromhex(vector["invitation_file"]), vector["pin"])
    identity, certificate = claim(invitation, "e" * 32, vector["now_ms"] + 5, random)
    assert (identity.member_id, certificate) == (vector["member"], vector["certificate"].encode())
    membership = Membership(vector["programme"])
    for known in (vector["certificate"], vector["founder"]):
        membership.add(known.encode())
    assert membership.active() == tuple(sorted(membership.all(), key=lambda member: member.id))
    assert len(membership.all()) == 2
