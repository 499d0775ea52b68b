"""Merging: whole or not at all, gaps named, late knowledge about members and origins judged anew."""

import pytest
import replicas

from sync.errors import SyncError
from sync.exchange import merge_bundle
from sync.journal import Journal
from sync.members import claim, open_invitation
from sync.payload import Payload
from sync.randomness import token


@pytest.fixture
def team(office, rules):
    return replicas.make_team(office, rules, ["enumerator", "coordinator", "supervisor", "admin"])


def take(replica, segments, **over):
    with replica.transaction():
        return replica.journal.merge_payload(Payload(at_ms=1, segments=tuple(segments), **over), replica.member.id)


def pieces(replica, count, **fields):
    """`count` registrations, each in a segment of its own."""
    records = []
    for _ in range(count):
        records.append(replica.register(**fields))
        replica.to_office()
    return records, replica.journal.segments_for({}, None)


# -- order and gaps


@pytest.mark.parametrize("engine", ["sqlite3", "sqlcipher3"])
def test_a_merge_says_what_it_did(office, rules, tmp_path, engine):
    enumerator, reader = (
        replicas.make_team(office, rules, [role], path=tmp_path / f"{role}.db", engine=engine)[0]
        for role in ("enumerator", "supervisor")
    )
    records = [enumerator.register(name=f"Contoh {n}") for n in range(3)]
    merged = reader.merge(enumerator.to_office().data).merged
    assert (merged.new, merged.known, merged.quarantined, merged.judged_anew) == (3, 0, 0, 0)
    assert merged.created == tuple(sorted(records))
    assert (merged.changed, merged.conflicts, merged.missing, merged.forked) == ((), (), {}, ())
    assert (merged.by, merged.members) == (enumerator.member.id, (enumerator.member.id,))
    assert merged.latest == enumerator.author.clock.last
    enumerator.edit(records[0], name="Lain")
    reader.edit(records[0], name="Lain lagi")
    merged = reader.merge(enumerator.to_office().data).merged
    assert (merged.new, merged.created, merged.changed, merged.conflicts) == (1, (), (records[0],), (records[0],))
    assert reader.shown() == reader.folded()
    for replica in (enumerator, reader):
        replica.connection.close()


def test_a_gap_is_accepted_and_named_and_filled_later(team):
    enumerator, coordinator = team[0], team[1]
    _, segments = pieces(enumerator, 4)
    (chain,) = enumerator.journal.coverage()
    with coordinator.transaction():
        coordinator.journal.add_certificate(enumerator.member.certificate)
    assert take(coordinator, [segments[3]]).missing == {chain: ((1, 3),)}
    assert take(coordinator, [segments[1]]).missing == {chain: ((1, 1), (3, 3))}
    assert coordinator.journal.missing() == {chain: ((1, 1), (3, 3))}
    assert len(list(coordinator.journal.records("registration"))) == 2
    assert take(coordinator, [segments[0], segments[2]]).missing == {}
    assert coordinator.journal.missing() == {}
    assert coordinator.dump() == enumerator.dump()


def test_an_edit_that_comes_before_its_record_counts_at_once(team):
    enumerator, coordinator, supervisor, _ = team
    (record,), first = pieces(enumerator, 1)
    enumerator.edit(record, name="Kemudian")
    enumerator.to_office()
    (late,) = [s for s in enumerator.journal.segments_for({}, None) if s.first == 2]
    with supervisor.transaction():
        supervisor.journal.add_certificate(enumerator.member.certificate)
    merged = take(supervisor, [late])
    assert merged.created == (record,)
    assert supervisor.journal.record(record).complete is False
    assert supervisor.journal.record(record).values == {"name": "Kemudian"}
    merged = take(supervisor, first)
    assert (merged.created, merged.changed) == ((), (record,))
    assert supervisor.journal.record(record).values["name"] == "Kemudian"
    assert supervisor.journal.record(record).complete
    assert supervisor.shown() == supervisor.folded()
    assert coordinator.shown() == {}


def test_a_record_made_and_changed_in_one_bundle_is_new_once(team):
    enumerator, coordinator = team[0], team[1]
    record = enumerator.register()
    enumerator.edit(record, name="Kedua")
    merged = coordinator.merge(enumerator.to_office().data).merged
    assert (merged.new, merged.created, merged.changed) == (2, (record,), ())
    assert coordinator.shown()[record]["values"]["name"] == "Kedua"


# -- whole or not at all


class Stopping:
    """A connection whose statement number `stop_at` fails, as on a full disk."""

    def __init__(self, connection, stop_at):
        self.connection, self.left = connection, stop_at

    def execute(self, *arguments):
        if not arguments[0].startswith(("ROLLBACK", "RELEASE")):
            self._count()
        return self.connection.execute(*arguments)

    def executemany(self, *arguments):
        self._count()
        return self.connection.executemany(*arguments)

    def _count(self):
        self.left -= 1
        if self.left == 0:
            raise OSError("disk full")


@pytest.mark.parametrize("is_committed", [False, True])
def test_a_merge_stopped_at_any_statement_leaves_everything_as_it_was(team, is_committed):
    enumerator, coordinator, supervisor, _ = team
    record = enumerator.register()
    data = [enumerator.to_office().data]
    coordinator.merge(data[0])
    coordinator.edit(record, name="Dari koordinator")
    enumerator.edit(record, name="Dari pencacah")
    enumerator.register()
    data.append(enumerator.to_office().data)
    before = coordinator.rows()
    connection = coordinator.connection
    stopped = 0
    for stop_at in range(1, 500):
        wrapped = Stopping(connection, stop_at)
        journal = Journal(
            wrapped, coordinator.rules, coordinator.programme.id, project=coordinator.project, random=bytes
        )
        connection.execute("BEGIN")
        try:
            journal.merge(coordinator.open(data[1]))
        except OSError:
            stopped += 1
        else:
            connection.execute("ROLLBACK")
            break
        # Also a caller who commits what is left of the transaction must find nothing of the merge in it.
        connection.execute("COMMIT" if is_committed else "ROLLBACK")
        assert coordinator.rows() == before
    assert stopped > 20
    assert coordinator.merge(data[1]).merged.new == 2
    assert supervisor.shown() == {}


def test_a_full_disk_that_takes_the_whole_transaction_is_told_and_leaves_nothing_in_memory(team):
    """SQLite may roll back everything at once, the savepoint with it; then there is nothing left to go back to."""
    enumerator, coordinator, _, _ = team
    enumerator.register()
    data = enumerator.to_office().data

    class Full:
        def execute(self, *arguments):
            return coordinator.connection.execute(*arguments)

        def executemany(self, sql, rows):
            if "INTO entry" in sql:
                coordinator.connection.execute("ROLLBACK")
                raise OSError("disk full")
            return coordinator.connection.executemany(sql, rows)

    journal = Journal(Full(), coordinator.rules, coordinator.programme.id, random=bytes)
    known = journal.membership.all()
    coordinator.connection.execute("BEGIN")
    with pytest.raises(OSError, match="disk full"):
        journal.merge(coordinator.open(data))
    assert journal.membership.all() == known
    assert enumerator.member not in known
    assert coordinator.merge(data).merged.new == 1


def test_a_projection_that_fails_takes_the_merge_with_it(team):
    enumerator, coordinator = team[0], team[1]
    enumerator.register()
    data = enumerator.to_office().data
    before = coordinator.rows()

    def fail(records):
        raise RuntimeError("projection")

    journal = Journal(coordinator.connection, coordinator.rules, coordinator.programme.id, project=fail)
    with pytest.raises(RuntimeError, match="projection"), coordinator.transaction():
        merge_bundle(journal, data, coordinator.author)
    assert coordinator.rows() == before


def test_a_bad_bundle_among_good_ones_takes_only_itself(team):
    enumerator, coordinator = team[0], team[1]
    enumerator.register()
    good = enumerator.to_office().data
    with coordinator.transaction():
        merge_bundle(coordinator.journal, good, coordinator.author)
        with pytest.raises(SyncError):
            merge_bundle(coordinator.journal, good[:-1], coordinator.author)
    assert len(list(coordinator.journal.records("registration"))) == 1


# -- judged anew


def revoke(admin, member, cut=None):
    cut = cut if cut is not None else {c: n for c, (by, n) in admin.journal.chains().items() if by == member.id}
    fields = admin.journal.membership.revocation_of(member.id, "laptop hilang", cut)
    return admin.change(admin.office.record(), "new", fields, "*", type="revocation")


def codes(replica):
    return sorted(held.code for held in replica.journal.quarantine())


def test_entries_merged_before_a_revocation_was_known_are_judged_anew(team):
    enumerator, coordinator, _, admin = team
    enumerator.register()
    coordinator.merge(enumerator.to_office().data)
    admin.merge(coordinator.to_office().data)
    revoke(admin, enumerator.member)
    late = enumerator.register()
    coordinator.merge(enumerator.to_office().data)
    assert codes(coordinator) == []
    merged = coordinator.merge(admin.to_office().data).merged
    assert merged.judged_anew == 1
    assert merged.changed == (late,)
    assert codes(coordinator) == ["member_revoked"]
    assert coordinator.shown()[late]["type"] == ""
    assert coordinator.shown() == coordinator.folded()


def test_a_revocation_and_what_it_cuts_off_may_come_in_either_order_or_in_one_bundle(team, office, rules):
    enumerator, coordinator, _, admin = team
    enumerator.register()
    coordinator.merge(enumerator.to_office().data)
    admin.merge(coordinator.to_office().data)
    revoke(admin, enumerator.member)
    enumerator.register()
    enumerator.to_office()
    admin.to_office()
    late = [s for s in enumerator.journal.segments_for({}, None) if s.first == 2]
    early = [s for s in enumerator.journal.segments_for({}, None) if s.first == 1]
    cut = [s for s in admin.journal.segments_for({}, None) if s.author == admin.member.id]
    dumps = set()
    for order in (
        [early, late, cut],
        [cut, late, early],
        [late, cut, early],
        [late + early + cut],
        [cut + late + early],
    ):
        (reader,) = replicas.make_team(office, rules, ["supervisor"])
        for part in order:
            take(reader, part, certificates=(enumerator.member.certificate,))
        assert codes(reader) == ["member_revoked"]
        dumps.add(reader.dump())
    assert len(dumps) == 1


def test_entries_come_out_of_quarantine_when_the_revocation_proves_void(team, office, rules):
    """A junior administrator revokes; later it becomes known that she had been revoked before that herself."""
    enumerator, coordinator, _, admin = team
    identity, member = office.join(role="admin", scopes=("*",), name="Admin Muda Rekaan")
    junior = replicas.Replica(office, (identity, member), rules)
    record = enumerator.register()
    for replica in (junior, coordinator, admin):
        take(replica, enumerator.open_own().segments, certificates=(enumerator.member.certificate, member.certificate))
    revoke(admin, member, {})
    revoke(junior, enumerator.member, {})
    junior.to_office()
    admin.to_office()
    take(coordinator, [s for s in junior.journal.segments_for({}, None) if s.author == member.id])
    assert codes(coordinator) == ["member_revoked"]
    assert coordinator.shown()[record]["type"] == ""
    merged = take(coordinator, [s for s in admin.journal.segments_for({}, None) if s.author == admin.member.id])
    assert merged.judged_anew == 2
    assert coordinator.shown()[record]["complete"] is True
    assert [held.stored.entry.y for held in coordinator.journal.quarantine()] == ["revocation"]
    assert coordinator.shown() == coordinator.folded()


def test_an_own_revocation_takes_effect_here_at_once(team):
    enumerator, _, _, admin = team
    record = enumerator.register()
    take(admin, enumerator.open_own().segments, certificates=(enumerator.member.certificate,))
    revoke(admin, enumerator.member, {})
    assert codes(admin) == ["member_revoked"]
    assert admin.shown()[record]["type"] == ""
    assert admin.shown() == admin.folded()


def test_a_late_certificate_of_the_first_claim_puts_the_second_claims_entries_into_quarantine(team, office, rules):
    supervisor = team[2]
    invitation = open_invitation(office.invitation(), "4711")
    claims = [
        claim(invitation, token(office.random), replicas.START_MS + offset, office.random) for offset in (5000, 9000)
    ]
    first, second = ((identity, office.membership.add(certificate)) for identity, certificate in claims)
    laptop = replicas.Replica(office, second, rules)
    record = laptop.register()
    supervisor.merge(laptop.to_office().data)
    assert codes(supervisor) == []
    merged = take(supervisor, [], certificates=(first[1].certificate,))
    assert (merged.new, merged.judged_anew) == (0, 1)
    assert codes(supervisor) == ["invitation_used"]
    assert supervisor.shown()[record]["type"] == ""


def test_an_edit_is_judged_anew_once_the_origin_shows_whose_area_it_is(team, office):
    """The editor says the record is in her own area; only the origin tells that it is not."""
    enumerator, _, supervisor, _ = team
    other, member = office.join(scopes=(replicas.OTHER_AREA,))
    record = enumerator.register()
    edit = office.pen(other, scope=replicas.OTHER_AREA).write(record, "edit", {"name": "Milik saya"})
    certificates = (enumerator.member.certificate, member.certificate)
    assert take(supervisor, [replicas.sealed_chain(other, edit)], certificates=certificates).quarantined == 0
    merged = take(supervisor, enumerator.open_own().segments)
    assert (merged.new, merged.quarantined, merged.judged_anew) == (1, 0, 1)
    assert codes(supervisor) == ["outside_scope"]
    assert supervisor.shown()[record]["values"]["name"] == "Contoh Rekaan"


# -- reports and rebuilding


def test_merges_that_brought_something_are_on_record_without_anything_of_a_person(team):
    enumerator, coordinator = team[0], team[1]
    enumerator.register(name="Rekaan Terselubung")
    out = enumerator.to_office()
    merged = coordinator.merge(out.data).merged
    coordinator.merge(out.data)
    (report,) = coordinator.journal.reports()
    assert (report.merge, report.bundle, report.by) == (merged.merge, out.bundle, enumerator.member.id)
    assert report.at_ms == coordinator.author.clock.wall_ms() - 1000
    assert (
        report.summary.items()
        >= {
            "conflicts": 0,
            "forked": [],
            "judged_anew": 0,
            "known": 0,
            "members": 1,
            "new": 1,
            "quarantined": 0,
            "records_changed": 0,
            "records_new": 1,
        }.items()
    )
    assert "Terselubung" not in str(report)


def test_a_rebuild_brings_back_everything_that_follows_from_the_entries(team):
    enumerator, coordinator, supervisor, admin = team
    record = enumerator.register()
    enumerator.edit(record, name="Kedua")
    for replica in (coordinator, admin):
        replica.merge(enumerator.to_office().data)
    supervisor.merge(coordinator.to_office().data)
    supervisor.decide(record)
    admin.merge(supervisor.to_office().data)
    revoke(admin, supervisor.member, {})
    for data in (supervisor.to_office().data, admin.to_office().data):
        coordinator.merge(data)
    before = coordinator.rows()
    assert codes(coordinator)
    coordinator.connection.execute("UPDATE entry SET status = NULL")
    coordinator.connection.execute("UPDATE chain SET ranges = ''")
    coordinator.connection.execute("DELETE FROM shown")
    coordinator.journal = coordinator.new_journal()
    with coordinator.transaction():
        coordinator.journal.rebuild()
    assert coordinator.rows() == before


@pytest.mark.sqlite
def test_the_statements_of_a_merge_use_the_indices(team):
    """A question that reads a whole table would be felt only once the table is large."""
    connection = team[0].connection
    for sql in (
        "SELECT DISTINCT record FROM entry WHERE record IN (x'00', x'01')",
        "SELECT place FROM entry WHERE status IS NOT NULL",
        "SELECT place FROM entry WHERE type IN (1, 2) AND type = 1",
        "SELECT place FROM entry WHERE type IN (1, 2) AND type = 2 AND place BETWEEN 1 AND 5 ORDER BY place",
        "SELECT hashes FROM segment WHERE chain = 1 AND first BETWEEN 1 AND 5 AND last >= 2",
        "SELECT place, id FROM entry WHERE place BETWEEN 1 AND 5",
        "SELECT id FROM chain WHERE chain = x'00' ORDER BY lane",
    ):
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert all(step.startswith("SEARCH") or "INDEX entry_quarantine" in step for step in plan), (sql, plan)


# -- floods


def test_certificates_of_strangers_fill_neither_memory_nor_disk(team, office, rules, monkeypatch):
    """Any member can sign permits that count for nothing, by the million."""
    enumerator, coordinator, _, admin = team
    monkeypatch.setattr("sync.members.STRANGERS_LIMIT", 3)
    given = {"issuer": (enumerator.identity, enumerator.member)}
    junk = [office.join(**given)[1].certificate for _ in range(8)]
    late = replicas.Replica(office, office.join(role="admin", scopes=("*",), name="Admin Muda Rekaan"), rules)
    theirs = [office.join(issuer=(late.identity, late.member)) for _ in range(2)]
    # Two whose issuer is not known yet are kept, whatever comes after them.
    take(coordinator, (), certificates=[member.certificate for _, member in theirs])
    for _ in range(2):
        take(coordinator, (), certificates=[enumerator.member.certificate, *junk])
    kept = coordinator.connection.execute("SELECT count(*) FROM certificate").fetchone()[0]
    assert kept == len(coordinator.journal.membership.all()) + 3
    take(coordinator, (), certificates=[late.member.certificate])
    members = {member.id for member in coordinator.journal.membership.all()}
    assert members == {each.member.id for each in (admin, coordinator, enumerator, late)} | {m.id for _, m in theirs}
    assert {member.id for member in coordinator.new_journal().membership.all()} == members


def test_types_and_scopes_without_end_are_not_all_remembered(team, office, monkeypatch):
    enumerator, coordinator, _, _ = team
    monkeypatch.setattr("sync.labels.LIMIT", 20)
    pen = office.pen(enumerator.identity)
    told = [pen.write(office.record(), "new", {"a": 1}, y=f"t{n}", s=f"{pen.scope}.{n}") for n in range(60)]
    take(coordinator, [replicas.sealed_chain(enumerator.identity, *told)], certificates=[enumerator.member.certificate])
    assert len(coordinator.journal._log._labels.numbers) <= 20
    for number in (0, 30, 59):
        assert [record.scope for record in coordinator.journal.records(f"t{number}")] == [f"{pen.scope}.{number}"]
    assert coordinator.shown() == coordinator.folded()


def test_only_the_office_is_believed_about_what_lies_outside_ones_scopes(team, office):
    enumerator, coordinator, supervisor, _ = team
    for number in range(4):
        enumerator.register(name=f"Contoh {number}")
        enumerator.to_office()
    first, gap, *_ = sealed = [s for s in enumerator.journal.segments_for({}, None) if s.author == enumerator.member.id]
    chain = first.ch
    take(coordinator, [first, sealed[3]], certificates=[enumerator.member.certificate, supervisor.member.certificate])
    assert coordinator.journal.missing() == {chain: ((2, 3),)}
    _, colleague = office.join(name="Budi Rekaan")
    hides = {chain: ((1, 2**32 - 1),)}
    with coordinator.transaction():
        coordinator.journal.add_certificate(colleague.certificate)
        coordinator.journal.remember_peer(colleague.id, {}, hides)
    assert coordinator.journal.missing() == {chain: ((2, 3),)}
    with coordinator.transaction():
        coordinator.journal.remember_peer(supervisor.member.id, {}, {chain: ((2, 2),)})
    assert coordinator.journal.missing() == {chain: ((3, 3),)}
    with coordinator.transaction():
        # Of its own work an author may say so too.
        coordinator.journal.remember_peer(enumerator.member.id, {}, {chain: ((3, 3),)})
    assert coordinator.journal.missing() == {}
    assert gap.first == 2
