"""Writing one's own entries: what the journal fills in, what it refuses, and where the chain goes on."""

from itertools import pairwise

import pytest
import replicas

from sync.clock import Clock
from sync.entry import entry_hash
from sync.errors import NotAllowed, SyncError, Untrusted
from sync.journal import Author, Change, Journal


@pytest.fixture(params=["sqlite3", "sqlcipher3"])
def laptop(request, office, rules, tmp_path):
    (replica,) = replicas.make_team(office, rules, ["enumerator"], path=tmp_path / "jurnal.db", engine=request.param)
    yield replica
    replica.connection.close()


@pytest.fixture
def supervisor(office, rules):
    return replicas.make_team(office, rules, ["supervisor"])[0]


def test_a_registration_is_one_entry_and_is_projected_at_once(laptop):
    record = laptop.register(name="Contoh Rekaan")
    (stored,) = laptop.journal.entries_of(record)
    assert (stored.entry.n, stored.entry.p, stored.entry.k, stored.entry.sv) == (1, "", "new", 1)
    assert (stored.entry.au, stored.entry.dv) == (laptop.member.id, laptop.device)
    assert laptop.shown()[record]["values"]["name"] == "Contoh Rekaan"
    assert laptop.shown() == laptop.folded()


def test_each_entry_names_the_one_before_it_over_a_restart(laptop):
    for _ in range(3):
        laptop.register()
    laptop.connection.close()
    laptop.connection = replicas.open_database(laptop.path, laptop.engine)
    laptop.journal = laptop.new_journal()
    laptop.author = Author(laptop.identity, laptop.device, Clock(lambda: 0), 1)
    laptop.register()
    entries = sorted(
        (laptop.journal.entries_of(record)[0] for record in laptop.shown()), key=lambda stored: stored.entry.n
    )
    assert [stored.entry.n for stored in entries] == [1, 2, 3, 4]
    assert all(b.entry.p == entry_hash(a.body).hex() for a, b in pairwise(entries))
    # The clock of this start is at zero, and time still goes on.
    assert [stored.entry.t for stored in entries] == sorted(stored.entry.t for stored in entries)


def test_an_edit_names_all_heads_and_carries_its_whole_group(laptop, supervisor):
    record = laptop.register(rt="001", rw="002")
    supervisor.merge(laptop_bundle(laptop))
    one, two = laptop.edit(record, rt="003"), supervisor.edit(record, rw="009")
    assert one.entry.f == {"rt": "003", "rw": "002"}
    assert one.entry.b == {"address": (laptop.journal.entries_of(record)[0].id,)}
    laptop.merge(supervisor.to_member(laptop).data)
    assert laptop.journal.record(record).conflicts == ("address",)
    settled = laptop.change(record, "resolve", {"rt": "003", "rw": "009"})
    assert set(settled.entry.b["address"]) == {one.id, two.id}
    assert laptop.journal.record(record).conflicts == ()


def laptop_bundle(replica):
    return replica.to_office().data


def test_parents_may_be_given_by_who_saw_them(laptop):
    record = laptop.register()
    seen = [head.entry for head in laptop.journal.record(record).groups["name"]]
    laptop.edit(record, name="Kedua")
    late = laptop.change(record, "edit", {"name": "Ketiga"}, parents={"name": seen})
    assert late.entry.b == {"name": tuple(seen)}
    assert laptop.journal.record(record).conflicts == ("name",)


def test_a_group_is_filled_up_from_what_its_writer_saw_and_not_from_what_came_since(laptop):
    """The screen was opened, the address changed beside it, and the screen was saved."""
    record = laptop.register(rt="001", rw="002")
    seen = [head.entry for head in laptop.journal.record(record).groups["address"]]
    laptop.edit(record, rt="007", rw="008")
    late = laptop.change(record, "edit", {"rt": "003"}, parents={"address": seen})
    assert late.entry.f == {"rt": "003", "rw": "002"}
    assert laptop.journal.record(record).conflicts == ("address",)
    blind = laptop.change(record, "edit", {"rt": "004"}, parents={})
    assert blind.entry.f == {"rt": "004"}


def test_a_decision_is_bound_to_what_is_seen_and_replaces_earlier_ones(laptop, supervisor):
    record = laptop.register()
    supervisor.merge(laptop_bundle(laptop))
    first = supervisor.decide(record, "return")
    assert first.entry.of == supervisor.journal.record(record).digest
    second = supervisor.decide(record, "approve")
    assert second.entry.b == {"decision": (first.id,)}
    (said,) = supervisor.journal.record(record).decisions
    assert (said.entry, said.fresh) == (second.id, True)
    supervisor.edit(record, name="Lain")
    (said,) = supervisor.journal.record(record).decisions
    assert said.fresh is False
    stale = supervisor.decide(record, "approve", of="0" * 32)
    assert stale.entry.of == "0" * 32


def test_several_changes_are_written_together_and_see_each_other(laptop):
    record = laptop.office.record()
    given = {"record": record, "type": "registration", "scope": replicas.AREA}
    written = laptop.write(
        Change(kind="new", fields={"name": "Satu"}, **given),
        Change(kind="edit", fields={"name": "Dua"}, **given),
        Change(kind="comment", fields={"text": "Sudah diperiksa"}, **given),
    )
    assert [stored.entry.n for stored in written] == [1, 2, 3]
    assert written[1].entry.b == {"name": (written[0].id,)}
    assert laptop.shown()[record]["values"] == {"name": "Dua"}
    assert len(laptop.shown()[record]["comments"]) == 1


def test_nothing_asked_for_writes_nothing(laptop):
    before = laptop.rows()
    assert laptop.journal.append(laptop.author, []) == []
    assert laptop.rows() == before


@pytest.mark.parametrize(
    ("kind", "scope", "code"),
    [("decide", replicas.AREA, "role_not_allowed"), ("edit", replicas.OTHER_AREA, "outside_scope")],
)
def test_what_would_not_count_is_refused_before_anything_is_written(laptop, kind, scope, code):
    record = laptop.register()
    before = laptop.rows()
    fresh = {"record": laptop.office.record(), "type": "registration", "scope": replicas.AREA}
    with pytest.raises(NotAllowed, match=code):
        laptop.write(
            Change(kind="new", fields={"name": "Ikut gagal"}, **fresh),
            Change(record=record, type="registration", scope=scope, kind=kind, fields={"name": "x"}),
        )
    assert laptop.rows() == before
    assert laptop.register()


def test_what_no_entry_can_hold_is_refused_before_anything_is_written(laptop):
    before = laptop.rows()
    for fields, code in (({"x": 1.5}, "entry_damaged"), ({"x": "y" * 2**20}, "entry_too_large")):
        with pytest.raises(SyncError, match=code):
            laptop.register(**fields)
    assert laptop.rows() == before


def test_a_refused_change_leaves_no_trace_even_in_a_transaction_that_is_committed(laptop):
    before = laptop.rows()
    given = {"type": "registration", "scope": replicas.OTHER_AREA, "kind": "new", "fields": {"a": "b"}}
    change = Change(record=laptop.office.record(), **given)
    with laptop.transaction(), pytest.raises(NotAllowed):
        laptop.journal.append(laptop.author, [change])
    assert laptop.rows() == before


def test_somebody_without_a_certificate_here_cannot_write(laptop, office):
    stranger, _ = office.join()
    author = Author(stranger, laptop.device, Clock(lambda: 0), 1)
    with pytest.raises(NotAllowed, match="member_unknown"):
        laptop.journal.append(
            author, [Change(record=office.record(), type="registration", scope="*", kind="new", fields={})]
        )


def test_members_who_share_a_laptop_have_chains_of_their_own(laptop, office):
    laptop.register()
    other, member = office.join()
    with laptop.transaction():
        laptop.journal.add_certificate(member.certificate)
    laptop.author = Author(other, laptop.device, laptop.author.clock, 1)
    laptop.register()
    assert sorted(laptop.journal.chains().values()) == sorted([(laptop.member.id, 1), (member.id, 1)])
    assert laptop.journal.seal(other) == 1
    assert laptop.journal.seal(laptop.identity) == 1


def test_what_was_written_is_sealed_once_and_in_pieces_of_five_hundred(laptop):
    given = {"type": "registration", "scope": replicas.AREA, "kind": "new", "fields": {"name": "Contoh"}}
    laptop.write(*(Change(record=laptop.office.record(), **given) for _ in range(501)))
    with laptop.transaction():
        assert laptop.journal.seal(laptop.identity) == 2
        assert laptop.journal.seal(laptop.identity) == 0
    laptop.register()
    with laptop.transaction():
        assert laptop.journal.seal(laptop.identity) == 1
    segments = laptop.journal.segments_for({}, None)
    assert [(segment.first, segment.last) for segment in segments] == [(1, 500), (501, 501), (502, 502)]


def test_an_encrypted_journal_shows_nothing_of_what_it_holds(office, rules, tmp_path):
    path = tmp_path / "jurnal.db"
    (laptop,) = replicas.make_team(office, rules, ["enumerator"], path=path, engine="sqlcipher3")
    laptop.register(name="Rekaan Terselubung", nik="6471055505909001")
    laptop.connection.close()
    data = path.read_bytes()
    assert not data.startswith(b"SQLite format 3")
    for text in (b"Terselubung", b"6471055505909001", replicas.AREA.encode(), b"enumerator"):
        assert text not in data


def test_looking_for_what_is_not_there_finds_nothing(laptop):
    assert laptop.journal.record(laptop.office.record()) is None
    assert laptop.journal.record("bukan id") is None
    assert laptop.journal.entries_of("bukan id") == []
    assert list(laptop.journal.records("tidak_ada")) == []
    assert laptop.journal.quarantine() == []


def test_a_forged_certificate_is_refused_and_not_kept(laptop):
    before = laptop.rows()
    with pytest.raises(Untrusted, match="certificate_forged"):
        laptop.journal.add_certificate(laptop.member.certificate.replace(b"Contoh", b"Cantoh"))
    assert laptop.rows() == before


def test_a_journal_remembers_nothing_of_a_transaction_that_was_rolled_back(laptop, office):
    """The same journal object goes on after somebody else's statement failed."""
    _, member = office.join()
    laptop.connection.execute("BEGIN")
    laptop.journal.add_certificate(member.certificate)
    laptop.journal.append(
        laptop.author,
        [Change(record=office.record(), type="hanya_di_sini", scope=replicas.AREA, kind="new", fields={"a": "b"})],
    )
    laptop.connection.execute("ROLLBACK")
    assert laptop.journal.membership.member(member.id) is None
    record = office.record()
    laptop.change(record, "new", {"a": "b"}, type="jenis_lain")
    laptop.register()
    reader = Journal(laptop.connection, laptop.rules, laptop.programme.id)
    assert reader.record(record).type == "jenis_lain"
    assert [found.id for found in reader.records("jenis_lain")] == [record]
    assert laptop.shown() == laptop.folded()


def test_the_bytes_of_an_entry_come_back_as_they_were_written_whether_packed_or_not(laptop):
    """Enough alike entries make a dictionary; those from before it and those after it are read the same way."""
    given = {"type": "registration", "scope": replicas.AREA, "kind": "new"}
    fields = {"name": "Contoh Rekaan", "note": "Berjualan di depan pasar sejak lama", "street": "Jalan Rekaan"}
    written = laptop.write(*(Change(record=laptop.office.record(), fields=fields, **given) for _ in range(100)))
    written += laptop.write(*(Change(record=laptop.office.record(), fields=fields, **given) for _ in range(300)))
    with laptop.transaction():
        laptop.journal.seal(laptop.identity)
    written += laptop.write(*(Change(record=laptop.office.record(), fields=fields, **given) for _ in range(10)))
    reader = Journal(laptop.connection, laptop.rules, laptop.programme.id)
    for stored in written:
        assert reader.entries_of(stored.entry.r) == [stored]
    kept = laptop.connection.execute("SELECT dictionary, count(*) FROM entry GROUP BY dictionary").fetchall()
    assert dict(kept) == {0: 100, 1: 310}
