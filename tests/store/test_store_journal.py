"""The store around the real journal: bundles between laptops, rebuilding, copies put away and brought back."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from fieldapp.services import policy
from fieldapp.store import backup, health, incarnation, ledger, local, queries
from fieldapp.store.errors import NoStore, StoreDamaged, StoreExists
from fieldapp.store.projector import journal
from fieldapp.store.queries import Filter
from fieldapp.store.rebuild import contents, fingerprint, rebuild
from fieldapp.store.rows import Inspected
from fieldapp.store.slots import leases
from fieldapp.store.store import NAME, Store, create
from fieldapp.store.vault import Vault
from sync.clock import Clock
from sync.exchange import (
    bundle_for_member,
    bundle_for_office,
    merge_bundle,
    merge_newcomer_payload,
    payload_for_newcomer,
)
from sync.journal import Author, Change
from sync.members import KdfCost, claim, found, invite, open_invitation
from sync.randomness import token, uuid7

KEY = bytes(range(32))
AREA = "64.71.05.1002"
START_MS = 1_767_225_600_000


def no_inspection(values, settings, at_ms) -> Inspected:
    return Inspected()


@dataclass
class Laptop:
    """One data folder and the member who works on it."""

    folder: Path
    store: Store
    programme: object
    identity: object
    device: str
    clock: Clock

    def work(self, function):
        """Run `function(connection, journal)` in one transaction."""
        return self.store.write(lambda connection: function(connection, self.journal(connection)))

    def journal(self, connection):
        return journal(connection, policy.rules(), self.programme.id, no_inspection)

    @property
    def author(self) -> Author:
        return Author(self.identity, self.device, self.clock, 1)

    def append(self, record, kind, fields, type="registration", scope=AREA):
        change = Change(record=record, type=type, scope=scope, kind=kind, fields=fields)
        return self.work(lambda _, j: j.append(self.author, [change]))

    def register(self, **fields) -> str:
        record = uuid7(self.clock.wall_ms())
        values = {"name": "Contoh Rekaan", "categories": ["difabel"], "submitted_at": "2026-01-02T03:04:05Z"}
        self.append(record, "new", {**values, **fields})
        return record

    def state(self, record):
        return self.store.read(lambda c: queries.state_of(c, record))

    def bundle(self, to=None) -> bytes:
        def write(connection, opened) -> bytes:
            now = self.clock.wall_ms()
            if to is None:
                out = bundle_for_office(opened, self.identity, self.programme, now)
                ledger.remember_carried(connection, out.bundle, out.carried, now)
            else:
                out = bundle_for_member(opened, self.identity, self.programme, to.identity.member_id, now)
            return out.data

        return self.work(write)

    def merge(self, data: bytes):
        return self.work(lambda _, j: merge_bundle(j, data, self.author))

    def places(self, device=None):
        tallies = self.store.read(lambda c: ledger.tallies(c, self.device))
        return dict(tallies.laptop_places.get(device or self.device, {}))


class World:
    """A programme whose members each have a laptop with a real store."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.random = random.Random(7).randbytes
        self.now = START_MS
        device = token(self.random)
        self.founding = found("Program Rekaan", "Pendiri Rekaan", "admin", device, self.now, self.random)
        self.laptops: list[Laptop] = []
        self.admin = self._laptop("admin", self.founding.identity, device)
        self.admin.work(lambda _, j: j.add_certificate(self.founding.member.certificate))
        fields = {"name": "Program Rekaan", "start": "2026-01", "quota": 50}
        self.admin.append(uuid7(self.now), "new", fields, type="programme", scope="*")

    def tick(self) -> int:
        self.now += 1000
        return self.now

    def _laptop(self, name, identity, device) -> Laptop:
        folder = self.place / name
        create(folder, KEY)
        clock = Clock(self.tick)
        self.laptops.append(Laptop(folder, Store(folder, KEY), self.founding.programme, identity, device, clock))
        return self.laptops[-1]

    def join(self, name, role, scopes=("64.71.05",), slots=0) -> Laptop:
        admin, now = self.admin, self.now
        office = self.founding.identity.office_identities if role != "enumerator" else ()

        def write(_, opened):
            def payload(invitation: str) -> bytes:
                if slots:
                    fields = {"invitation": invitation, "slots": slots}
                    lease = Change(record=uuid7(now), type="lease", scope="*", kind="new", fields=fields)
                    opened.append(admin.author, [lease])
                return payload_for_newcomer(opened, admin.identity, now)

            member = opened.membership.member(admin.identity.member_id)
            return invite(
                member, admin.identity, admin.programme, role, f"Contoh {name}", scopes, now, now + 10**9, "471147",
                payload, office, random=self.random, cost=KdfCost(8, 1, 1),
            )[1]  # fmt: skip

        opened = open_invitation(admin.work(write), "471147")
        device = token(self.random)
        identity, certificate = claim(opened, device, self.now, self.random)
        laptop = self._laptop(name, identity, device)
        issuer = admin.identity.member_id
        laptop.work(lambda _, j: merge_newcomer_payload(j, opened.payload, issuer, self.now))
        laptop.work(lambda _, j: j.add_certificate(certificate))
        return laptop


@pytest.fixture
def world(tmp_path: Path):
    made = World(tmp_path)
    yield made
    for laptop in made.laptops:
        laptop.store.close()


def test_what_bundles_bring_is_listed_alike_on_both_sides(world) -> None:
    siti, rina = world.join("siti", "enumerator"), world.join("rina", "supervisor", slots=1)
    one, two = siti.register(nik="6471015203809001"), siti.register(nik="6471015203809002")
    assert siti.places() == {"not_carried": 2}
    rina.merge(siti.bundle())
    assert siti.places() == {"carried": 2}
    assert rina.places(siti.device) == {"merged": 2}
    assert siti.store.read(lambda c: queries.programme_fields(c))["quota"] == 50
    for record in (one, two):
        rina.append(record, "decide", {"decision": "approve"})
    assert (rina.state(one), rina.state(two)) == ("approved", "waiting")
    assert siti.state(one) == "submitted"

    siti.merge(rina.bundle(to=siti))
    assert (siti.state(one), siti.state(two)) == ("approved", "waiting")
    third = siti.register()
    rina.merge(siti.bundle())
    siti.merge(rina.bundle(to=siti))
    assert siti.places() == {"approved": 1, "waiting": 1, "merged": 1}
    assert siti.state(third) == rina.state(third) == "submitted"
    for table in ("registration", "incomplete", "lease", "acknowledged"):
        assert siti.store.read(contents)[table] == rina.store.read(contents)[table], table


def test_an_invitations_lease_belongs_to_whoever_joined_with_it(world) -> None:
    rina = world.join("rina", "supervisor", slots=3)

    def slots(connection):
        return leases(connection, rina.journal(connection).membership)

    assert rina.store.read(slots) == {rina.identity.member_id: 3}
    assert rina.store.read(lambda c: leases(c, None)) == {}


def test_a_rebuild_comes_out_the_same_and_says_when_it_did_not(world) -> None:
    siti, rina = world.join("siti", "enumerator"), world.join("rina", "supervisor", slots=1)
    nik = "6471015203809003"
    records = [siti.register(nik=nik), siti.register(nik=nik), siti.register(name="Lain Contoh")]
    siti.append(records[2], "edit", {"name": "Nama Baru"})
    rina.merge(siti.bundle())
    rina.append(records[2], "decide", {"decision": "approve"})
    before = rina.store.read(contents)
    assert rina.work(rebuild) is True
    assert rina.store.read(contents) == before
    assert rina.store.read(lambda c: queries.ids(c, Filter(text="nama baru"))) == [records[2]]
    assert rina.store.read(lambda c: queries.ids(c, Filter(text="lain"))) == []

    rina.store.write(lambda c: c.execute("UPDATE registration SET state = 'rejected', duplicate_count = 9"))
    rina.store.write(lambda c: c.execute("DELETE FROM lease"))
    assert rina.work(rebuild) is False
    assert rina.store.read(contents) == before
    assert rina.store.read(fingerprint) == rina.store.read(fingerprint)


def test_a_refused_change_leaves_neither_entry_nor_row(world) -> None:
    siti, rina = world.join("siti", "enumerator"), world.join("rina", "supervisor")
    record = siti.register()
    rina.merge(siti.bundle())
    before = rina.store.read(contents)

    def half(connection, opened) -> None:
        decision = {"decision": "approve"}
        change = Change(record=record, type="registration", scope=AREA, kind="decide", fields=decision)
        opened.append(rina.author, [change])
        assert queries.state_of(connection, record) == "waiting"
        raise LookupError("in the middle")

    with pytest.raises(LookupError):
        rina.work(half)
    assert rina.store.read(contents) == before
    assert rina.state(record) == "submitted"


def test_no_answer_of_a_registration_can_be_found_in_the_folder(world) -> None:
    siti = world.join("siti", "enumerator")
    answers = {"name": "Dewi Sangat Contoh", "nik": "6471015203809004", "ktp_address": "Jalan Rekaan Panjang"}
    for _ in range(5):
        siti.register(**answers)
    siti.bundle()
    for path in siti.folder.iterdir():
        content = path.read_bytes()
        for answer in (*answers.values(), "sangat", "Pendiri Rekaan"):
            assert answer.encode() not in content, path.name


def test_a_restored_backup_opens_with_the_same_passphrase_and_starts_its_own_chain(
    world, vault, secrets_of, tmp_path
) -> None:
    siti, rina = world.join("siti", "enumerator"), world.join("rina", "supervisor")
    at = siti.folder
    Vault(at, cost=vault._cost).create("kata sandi", secrets_of())
    first = siti.register()
    saved = tmp_path / "cadangan.fieldapp"
    size = backup.write_backup(at, KEY, saved)
    assert size == saved.stat().st_size
    assert b"SQLite format 3" not in saved.read_bytes()
    assert b"Contoh Rekaan" not in saved.read_bytes()
    assert sorted(path.name for path in at.iterdir() if path.name.startswith(".")) == []

    after = siti.register()
    elsewhere = tmp_path / "baru"
    backup.restore_backup(saved, elsewhere)
    key = Vault(elsewhere).unlock("kata sandi").secrets.db_key
    with Store(elsewhere, key) as store:
        copy = Laptop(elsewhere, store, siti.programme, siti.identity, siti.device, siti.clock)
        assert copy.state(first) == "submitted"
        assert copy.state(after) is None
        mine, theirs = copy.register(), siti.register()
        rina.merge(copy.bundle())
        merged = rina.merge(siti.bundle())
        assert merged.merged.forked == ()
        assert [rina.state(each) for each in (first, after, mine, theirs)] == ["submitted"] * 4


def test_a_backup_overwrites_nothing_and_a_damaged_one_is_refused(tmp_path, folder, vault, secrets_of) -> None:
    saved = tmp_path / "cadangan.fieldapp"
    with pytest.raises(NoStore):
        backup.write_backup(folder, KEY, saved)
    create(folder, KEY)
    vault.create("kata sandi", secrets_of())
    backup.write_backup(folder, KEY, saved)
    with pytest.raises(StoreExists):
        backup.write_backup(folder, KEY, saved)
    with pytest.raises(StoreExists):
        backup.restore_backup(saved, folder)
    whole = saved.read_bytes()
    for broken in (
        b"",
        whole[: len(whole) // 2],
        whole[:5000] + b"\x00" * 64 + whole[5064:],
        b"PK\x05\x06" + b"\0" * 18,
    ):
        saved.write_bytes(broken)
        with pytest.raises(StoreDamaged):
            backup.restore_backup(saved, tmp_path / "baru")
        assert not (tmp_path / "baru" / NAME).exists()


def test_a_database_put_back_from_a_copy_is_noticed_and_starts_a_new_chain(world) -> None:
    siti = world.join("siti", "enumerator")

    def begin() -> bool:
        return incarnation.begin(siti.store, machine=lambda: "laptop-1")

    def chain() -> str:
        record = siti.register()
        return siti.store.read(lambda c: siti.journal(c).record(record)).history[0].entry.ch

    assert begin() is False
    old = chain()
    assert begin() is False
    assert chain() == old
    siti.store.close()
    copied = {path.name: path.read_bytes() for path in siti.folder.iterdir() if path.name != incarnation.NAME}

    siti.store = Store(siti.folder, KEY)
    assert begin() is False
    siti.store.close()
    for name, content in copied.items():
        (siti.folder / name).write_bytes(content)
    siti.store = Store(siti.folder, KEY)
    assert begin() is True
    new = chain()
    assert new != old
    assert begin() is False
    assert chain() == new
    assert incarnation.begin(siti.store, machine=lambda: "laptop-2") is True
    assert chain() not in (old, new)
    assert incarnation.begin(siti.store, machine=lambda: "") is False


def test_the_machines_fingerprint_is_steady_and_says_nothing(folder) -> None:
    import platform

    found_twice = {incarnation.fingerprint_of_machine() for _ in range(2)}
    assert len(found_twice) == 1
    assert platform.node() not in found_twice.pop()


def test_a_lost_or_odd_counter_file_stops_nobody(store, folder) -> None:
    assert incarnation.begin(store, machine=lambda: "m") is False
    (folder / incarnation.NAME).unlink()
    assert incarnation.begin(store, machine=lambda: "m") is False
    (folder / incarnation.NAME).write_bytes(b"\xff?")
    assert incarnation.begin(store, machine=lambda: "m") is False
    assert store.read(lambda c: local.get(c, local.STARTS)) == 3


def test_doctor_tells_a_whole_file_from_a_damaged_one(folder) -> None:
    create(folder, KEY)
    with Store(folder, KEY) as store:
        assert store.read(health.fault) is None
    content = bytearray((folder / NAME).read_bytes())
    content[-2000] ^= 4
    (folder / NAME).write_bytes(content)
    with Store(folder, KEY) as store:
        assert "page" in str(store.read(health.fault))
