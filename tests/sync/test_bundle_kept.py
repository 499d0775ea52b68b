"""Bundles that earlier versions wrote are opened and merged for ever, into the same records."""

import json
from itertools import permutations
from pathlib import Path

import pytest
import replicas

from sync.bundle import open_bundle
from sync.coverage import pack_have
from sync.errors import Untrusted
from sync.exchange import merge_newcomer_payload
from sync.fold import Rules
from sync.journal import Journal, create_tables
from sync.members import Membership

VERSIONS = sorted(path for path in (Path(__file__).parent / "bundles").iterdir() if path.name.startswith("v"))
rules = Rules(
    group_of={"rt": "address", "rw": "address"},
    may=lambda member, entry, origin: None,
    office_roles=frozenset({"admin", "coordinator"}),
)


@pytest.fixture(params=VERSIONS, ids=lambda path: path.name)
def kept(request):
    return request.param


def read(folder, name):
    return json.loads((folder / name).read_text(encoding="utf-8"))


def new_journal(keys, *certificates):
    connection = replicas.open_database()
    create_tables(connection)
    journal = Journal(connection, rules, keys["programme"])
    for certificate in (keys["founder"], *certificates):
        journal.add_certificate(certificate.encode())
    return journal


def test_at_least_the_first_version_is_kept():
    assert VERSIONS[0].name == "v1"


def test_kept_bundles_for_the_office_make_the_same_records_in_any_order(kept):
    keys, expected = read(kept, "keys.json"), read(kept, "expected.json")
    for order in permutations(["kantor.paket", "kantor-semua.paket"]):
        journal = new_journal(keys)
        for name in order:
            opened = open_bundle(kept / name, [keys["coordinator"]["age"]], journal.membership, keys["programme"])
            journal.merge(opened)
        assert pack_have(journal.coverage()) == expected["coverage"]
        for record, picture in expected["records"].items():
            assert json.loads(json.dumps(replicas.picture(journal.record(record)))) == picture
        assert journal.missing() == {}


def test_a_kept_return_bundle_opens_for_its_member_alone_and_holds_its_area_alone(kept):
    keys, expected = read(kept, "keys.json"), read(kept, "expected.json")
    journal = new_journal(keys, keys["enumerator"]["certificate"])
    with pytest.raises(Untrusted, match="bundle_not_for_us"):
        open_bundle(kept / "balasan.paket", [keys["coordinator"]["age"]], journal.membership, keys["programme"])
    opened = open_bundle(kept / "balasan.paket", [keys["enumerator"]["age"]], journal.membership, keys["programme"])
    assert any(segment.withheld for segment in opened.payload.segments)
    merged = journal.merge(opened)
    assert merged.missing == {}
    scopes = {picture["scope"] for record, picture in expected["records"].items() if journal.record(record)}
    assert scopes == {"*", "64.71.05.1001"}


def test_a_kept_payload_of_an_invitation_serves_a_newcomer(kept):
    keys, expected = read(kept, "keys.json"), read(kept, "expected.json")
    journal = new_journal(keys)
    founder = Membership(keys["programme"]).add(keys["founder"].encode())
    merged = merge_newcomer_payload(journal, (kept / "undangan.isi").read_bytes(), founder.id, 1)
    (setting,) = (record for record, picture in expected["records"].items() if picture["type"] == "setting")
    assert merged.new == 1
    assert journal.record(setting).values == {"quota": 100}


def test_the_papers_in_a_kept_return_bundle_are_taken_from_the_office(kept):
    keys, expected = read(kept, "keys.json"), read(kept, "expected.json")
    journal = new_journal(keys, keys["coordinator"]["certificate"], keys["enumerator"]["certificate"])
    opened = open_bundle(kept / "balasan.paket", [keys["enumerator"]["age"]], journal.membership, keys["programme"])
    (me,) = opened.head.to
    taken = journal.papers.take(me, opened.by, opened.payload.papers, True)
    assert (taken.new, taken.refused) == (len(expected.get("papers", {})), {})
    held = {title.name: journal.papers.content(me, title.by, title.name) for title in journal.papers.given(me)}
    assert {name: content.hex() for name, content in held.items()} == expected.get("papers", {})
