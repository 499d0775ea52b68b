"""The central tables on PostgreSQL: readable by an office with its own tools, and brought up step by step.

Nothing here that CockroachDB or YugabyteDB would refuse: plain types, plain indices, no triggers, no extensions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from fieldapp.store.central.columns import Column
from sync.errors import SyncError
from sync.postgres import PostgresConnection
from sync.tables import POSTGRES_TYPES, TABLES_VERSION, create_tables
from sync.tally import recount

_JOURNAL: Final = "journal"
_CENTRE: Final = "centre"

_FIRST: Final = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE registration (rid BIGINT PRIMARY KEY{columns})",
    "CREATE INDEX registration_by_nik ON registration (nik, live) WHERE nik IS NOT NULL",
    "CREATE INDEX registration_by_state ON registration (state, area)",
    """CREATE INDEX registration_by_approval
        ON registration (approval_by, approval_ms, approval_counter, approval_entry) WHERE approval_by IS NOT NULL""",
    "CREATE TABLE registration_values (rid BIGINT PRIMARY KEY, values_json TEXT NOT NULL)",
    """CREATE TABLE decision (
        entry TEXT PRIMARY KEY,
        registration TEXT NOT NULL,
        decision TEXT NOT NULL,
        reason TEXT,
        member TEXT NOT NULL,
        at TIMESTAMPTZ NOT NULL,
        in_force BOOLEAN NOT NULL)""",
    "CREATE INDEX decision_by_registration ON decision (registration)",
    """CREATE TABLE comment (
        entry TEXT NOT NULL,
        question TEXT NOT NULL,
        registration TEXT NOT NULL,
        text TEXT NOT NULL,
        member TEXT NOT NULL,
        at TIMESTAMPTZ NOT NULL,
        PRIMARY KEY (entry, question))""",
    "CREATE INDEX comment_by_registration ON comment (registration)",
    """CREATE TABLE conflict (
        registration TEXT NOT NULL,
        question TEXT NOT NULL,
        entry TEXT NOT NULL,
        value TEXT,
        is_shown BOOLEAN NOT NULL,
        member TEXT NOT NULL,
        at TIMESTAMPTZ NOT NULL,
        PRIMARY KEY (registration, question, entry))""",
    """CREATE TABLE member (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        areas TEXT NOT NULL,
        device TEXT NOT NULL,
        joined_at TIMESTAMPTZ NOT NULL,
        standing TEXT NOT NULL)""",
    """CREATE TABLE programme (
        id BIGINT PRIMARY KEY,
        name TEXT NOT NULL,
        start TEXT NOT NULL,
        quota BIGINT NOT NULL,
        budget BIGINT NOT NULL,
        cost_each BIGINT NOT NULL)""",
    """CREATE TABLE other_record (
        id TEXT PRIMARY KEY,
        type TEXT NOT NULL,
        scope TEXT NOT NULL,
        registered_by TEXT NOT NULL,
        at_ms BIGINT NOT NULL,
        void BIGINT NOT NULL,
        values_json TEXT NOT NULL)""",
    "CREATE INDEX other_record_by_type ON other_record (type, id)",
    "CREATE TABLE incomplete (id TEXT PRIMARY KEY, type TEXT NOT NULL, scope TEXT NOT NULL)",
    "CREATE TABLE lease (id TEXT PRIMARY KEY, member TEXT, invitation TEXT, slots BIGINT NOT NULL)",
    """CREATE TABLE receipt (
        receipt TEXT NOT NULL,
        member TEXT NOT NULL,
        chain TEXT NOT NULL,
        first BIGINT NOT NULL,
        last BIGINT NOT NULL,
        head TEXT NOT NULL)""",
    "CREATE INDEX receipt_by_receipt ON receipt (receipt)",
    # What is in quarantine and what became durable when: read from the journal, where it is kept.
    """CREATE VIEW quarantine AS
        SELECT encode(e.id, 'hex') AS entry, encode(e.record, 'hex') AS record, y.text AS type, s.text AS area,
            k.text AS kind, q.text AS reason, {epoch} + least(e.t, {last}) * interval '0.001 second' AS at
        FROM entry AS e JOIN label AS q ON q.id = e.status JOIN label AS y ON y.id = e.type
            JOIN label AS s ON s.id = e.scope JOIN label AS k ON k.id = e.kind
        WHERE e.status IS NOT NULL""",
    """CREATE VIEW report_batch AS
        SELECT b.pos, m.name AS member, {epoch} + least(b.at, {last}) * interval '0.001 second' AS at,
            b.entries
        FROM batch AS b LEFT JOIN member AS m ON m.id = encode(b.member, 'hex')""",
    """CREATE VIEW report_area_state AS
        SELECT area, state, count(*) AS registrations FROM registration GROUP BY area, state""",
    """CREATE VIEW report_enumerator_day AS
        SELECT r.registered_by, m.name, CAST(r.registered_at AT TIME ZONE 'Asia/Makassar' AS DATE) AS day,
            count(*) AS registrations
        FROM registration AS r LEFT JOIN member AS m ON m.id = r.registered_by
        GROUP BY r.registered_by, m.name, CAST(r.registered_at AT TIME ZONE 'Asia/Makassar' AS DATE)""",
    """CREATE VIEW report_budget AS
        SELECT p.name, p.quota, c.covered, p.quota - c.covered AS left_in_quota, w.waiting,
            p.budget, c.covered * p.cost_each AS committed, p.budget - c.covered * p.cost_each AS left_in_budget
        FROM programme AS p
            CROSS JOIN (SELECT count(*) AS covered FROM registration WHERE state IN ('approved', 'frozen')) AS c
            CROSS JOIN (SELECT count(*) AS waiting FROM registration WHERE state = 'waiting') AS w""",
    """CREATE VIEW report_decision AS
        SELECT r.id AS registration, r.area, r.state, d.decision, d.reason, m.name AS member, d.at, d.in_force
        FROM decision AS d JOIN registration AS r ON r.id = d.registration LEFT JOIN member AS m ON m.id = d.member""",
    """CREATE VIEW report_slots AS
        SELECT l.member, m.name, sum(l.slots) AS slots
        FROM lease AS l LEFT JOIN member AS m ON m.id = l.member GROUP BY l.member, m.name""",
)
_SAME_AS: Final = (
    # What members said about two registrations, and what it comes to.
    """CREATE TABLE same_as (
        id TEXT PRIMARY KEY,
        a TEXT NOT NULL,
        b TEXT NOT NULL,
        scope TEXT NOT NULL,
        decision TEXT NOT NULL,
        survivor TEXT,
        member TEXT NOT NULL,
        at_ms BIGINT NOT NULL,
        counter BIGINT NOT NULL,
        reach TEXT NOT NULL,
        first TEXT NOT NULL,
        replaces TEXT NOT NULL,
        reason TEXT NOT NULL,
        stamps TEXT NOT NULL)""",
    "CREATE INDEX same_as_by_pair ON same_as (a, b)",
    "CREATE INDEX same_as_by_other ON same_as (b)",
    """CREATE TABLE decided_pair (
        a TEXT NOT NULL,
        b TEXT NOT NULL,
        said TEXT NOT NULL,
        decision TEXT NOT NULL,
        survivor TEXT,
        a_gives BIGINT NOT NULL,
        b_gives BIGINT NOT NULL,
        stamp_a TEXT NOT NULL,
        stamp_b TEXT NOT NULL,
        PRIMARY KEY (a, b))""",
    "CREATE INDEX decided_pair_by_other ON decided_pair (b)",
    "CREATE TABLE entered (id TEXT NOT NULL, scope TEXT NOT NULL, PRIMARY KEY (id, scope))",
    "CREATE TABLE unfounded (id TEXT PRIMARY KEY)",
)
_SLOTS: Final = (
    # Approvals that have ended, and every change of what there is to give: who moved up depends on both.
    """CREATE TABLE slot_past (
        entry TEXT PRIMARY KEY,
        registration TEXT NOT NULL,
        decider TEXT NOT NULL,
        ms BIGINT NOT NULL,
        counter BIGINT NOT NULL,
        until_ms BIGINT NOT NULL,
        until_counter BIGINT NOT NULL,
        until_entry TEXT NOT NULL,
        categories TEXT NOT NULL,
        held BIGINT NOT NULL)""",
    "CREATE INDEX slot_past_by_registration ON slot_past (registration)",
    "CREATE INDEX slot_past_by_decider ON slot_past (decider)",
    """CREATE TABLE slot_change (
        entry TEXT PRIMARY KEY,
        record TEXT NOT NULL,
        type TEXT NOT NULL,
        ms BIGINT NOT NULL,
        counter BIGINT NOT NULL,
        values_json TEXT NOT NULL)""",
    "CREATE INDEX slot_change_by_record ON slot_change (record)",
)
_STEPS: Final = (_FIRST, _SAME_AS, _SLOTS)
#: A time beyond the calendar is shown as its last second.
_WORDS: Final = {"{epoch}": "timestamptz '1970-01-01 00:00:00+00'", "{last}": "253402300799000"}

CENTRE_VERSION: Final = len(_STEPS)

#: Table -> its comment; "table.column" -> the comment of a column. For whoever opens the centre with another tool.
_COMMENTS: Final[Mapping[str, str]] = {
    "registration": "Pendaftaran: satu baris seorang, satu kolom tiap pertanyaan. Jangan diubah; sumbernya jurnal.",
    "registration.rid": "Nomor baris, hanya untuk program",
    "registration_values": "Isian lengkap tiap pendaftaran sebagai JSON, termasuk yang tidak punya kolom",
    "decision": "Semua keputusan yang sah atas pendaftaran, juga yang sudah diganti",
    "decision.in_force": "Benar bila keputusan ini berlaku atas isian yang sekarang",
    "comment": "Catatan pemeriksa, satu baris tiap isian yang dicatat; question kosong untuk seluruh pendaftaran",
    "conflict": "Nilai berbeda untuk isian yang sama; semuanya disimpan sampai seseorang memilih",
    "conflict.is_shown": "Benar bila nilai ini yang sementara tampak di tabel registration",
    "member": "Anggota program, peran, dan wilayahnya",
    "member.areas": "Kode wilayah, dipisah koma; * berarti semua",
    "member.standing": "active, atau alasan entrinya tidak dihitung",
    "programme": "Setelan program: kuota, anggaran, biaya seorang peserta (rupiah, seluruh bulan pertanggungan)",
    "same_as": "Ucapan anggota tentang dua pendaftaran: orang yang sama, berbeda, atau belum pasti",
    "same_as.reach": "Untuk program: peran dan wilayah anggota itu",
    "decided_pair": "Kesimpulan tentang dua pendaftaran dari semua ucapan di tabel same_as",
    "decided_pair.decision": "same, different, unsure, atau disputed (belum sepakat)",
    "decided_pair.said": "Kesimpulan pasangan ini saja, tanpa melihat pasangan lain dari kasus yang sama",
    "decided_pair.survivor": "Pendaftaran yang dipertahankan",
    "entered": "Wilayah lain yang dimasuki pendaftaran karena orangnya pindah",
    "unfounded": "Catatan yang awalnya di karantina atau belum sampai, dan sebagian isinya di karantina",
    "other_record": "Catatan lain dalam jurnal (jatah, tanda terima, setelan) sebagai JSON",
    "incomplete": "Catatan yang awalnya belum sampai di pusat",
    "lease": "Jatah kuota tiap anggota",
    "slot_past": "Persetujuan yang sudah berakhir; held: 1 bila orangnya sempat ditanggung",
    "slot_change": "Kapan jatah dan setelan kuota berubah, dan menjadi apa",
    "receipt": "Tanda terima: entri mana yang sudah dipegang anggota mana",
    "batch": "Umpan: kelompok entri menurut urutan tersimpan; pos tidak pernah berlubang",
    "entry": "Jurnal: setiap perubahan, byte demi byte. Sumber dari semua tabel lain",
    "meta": "Keterangan pusat ini, hanya untuk program",
    "schema_version": "Versi tabel; program yang lebih lama menolak membuka versi yang lebih baru",
}


def prepare(connection: PostgresConnection, columns: Sequence[Column]) -> tuple[str, ...]:
    """Bring all tables to the present version, within the caller's transaction; the names of what is new
    and has to be filled.

    Raises SyncError database_newer for tables of a newer program; nothing is changed then.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS schema_version (part TEXT PRIMARY KEY, version BIGINT NOT NULL)")
    versions = dict(connection.execute("SELECT part, version FROM schema_version").fetchall())
    wanted = {_JOURNAL: TABLES_VERSION, _CENTRE: CENTRE_VERSION}
    for part, known in wanted.items():
        if versions.get(part, 0) > known:
            raise SyncError("database_newer", found=versions[part], known=known)
    if versions.get(_JOURNAL, 0) < TABLES_VERSION:
        create_tables(connection, since=versions.get(_JOURNAL, 0), types=POSTGRES_TYPES)
        recount(connection)
    for step in _STEPS[versions.get(_CENTRE, 0) :]:
        for statement in step:
            for word, meant in {**_WORDS, "{columns}": _definitions(columns)}.items():
                statement = statement.replace(word, meant)
            connection.execute(statement)
    fresh = _add_columns(connection, columns)
    if fresh or versions != wanted:
        _comment(connection, columns)
    for part, version in wanted.items():
        if versions.get(part) != version:
            connection.execute(
                "INSERT INTO schema_version (part, version) VALUES (?, ?)"
                " ON CONFLICT (part) DO UPDATE SET version = excluded.version",
                (part, version),
            )
    # Tables that a step added are empty until everything is filled anew, as columns are.
    is_older = versions.get(_CENTRE, CENTRE_VERSION) < CENTRE_VERSION
    return (*fresh, *([_CENTRE] if is_older else [])) if _CENTRE in versions else ()


def is_current(connection: PostgresConnection, columns: Sequence[Column]) -> bool:
    """Whether there is nothing to bring up. Raises SyncError database_failed where there are no tables at all."""
    versions = dict(connection.execute("SELECT part, version FROM schema_version").fetchall())
    return versions == {_JOURNAL: TABLES_VERSION, _CENTRE: CENTRE_VERSION} and not _missing(connection, columns)


def _definitions(columns: Sequence[Column]) -> str:
    return "".join(f', "{column.name}" {column.type}' for column in columns)


def _add_columns(connection: PostgresConnection, columns: Sequence[Column]) -> tuple[str, ...]:
    """Columns for questions that a newer form asks; those of questions no longer asked stay."""
    missing = _missing(connection, columns)
    for column in missing:
        connection.execute(f'ALTER TABLE registration ADD COLUMN "{column.name}" {column.type}')
    return tuple(column.name for column in missing)


def _missing(connection: PostgresConnection, columns: Sequence[Column]) -> list[Column]:
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = 'registration' AND table_schema = current_schema()"
    )
    there = {name for (name,) in rows.fetchall()}
    return [column for column in columns if column.name not in there]


def _comment(connection: PostgresConnection, columns: Sequence[Column]) -> None:
    said = {**_COMMENTS, **{f"registration.{column.name}": column.comment for column in columns}}
    for name, comment in said.items():
        table, _, column_name = name.partition(".")
        what = f'COLUMN {table}."{column_name}"' if column_name else f"TABLE {table}"
        # A statement of this kind takes no parameters.
        connection.execute(f"COMMENT ON {what} IS '{comment.replace(chr(39), chr(39) * 2)}'")
