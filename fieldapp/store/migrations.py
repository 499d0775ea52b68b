"""The steps that brought the database to its present shape, oldest first; a step that was released never changes.

Imported only when a step is pending, because sqlite-utils costs more start-up time than all the rest of the store.
"""

from __future__ import annotations

from fieldapp.store.desk_steps import by_risk, held_words, sent_back

from fieldapp.store.db import Connection  # isort: skip  # First: it puts SQLCipher under sqlite-utils.

from sqlite_utils import Database, Migrations

from fieldapp.store.first_tables import PROJECTIONS
from fieldapp.store.later_steps import slots
from sync.journal import create_tables
from sync.tables import NEW_LABEL
from sync.tally import recount


def local_values(db: Database) -> None:
    """Settings of this one laptop, which never travel: device id, language, hub, last sync."""
    _run(db, "CREATE TABLE local (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID")


def drafts(db: Database) -> None:
    """Drafts, and lines of imports that were no JSON object, kept word for word."""
    _run(
        db,
        """CREATE TABLE draft (
            id TEXT PRIMARY KEY,
            member TEXT NOT NULL,
            values_json TEXT NOT NULL,
            section TEXT NOT NULL,
            field TEXT NOT NULL,
            edits TEXT,
            errors INTEGER NOT NULL,
            warnings INTEGER NOT NULL,
            seconds INTEGER NOT NULL,
            started_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL
        ) STRICT""",
        """CREATE TABLE unreadable (
            id TEXT PRIMARY KEY,
            member TEXT NOT NULL,
            source TEXT NOT NULL,
            line INTEGER NOT NULL,
            content BLOB NOT NULL,
            kept_ms INTEGER NOT NULL
        ) STRICT""",
    )


def journal(db: Database) -> None:
    """The tables of the replication layer, which lays them out itself."""
    create_tables(db.conn, until=1)


def projections(db: Database) -> None:
    """What lists, search and counts are made of; all of it can be rebuilt from the journal.

    Answers stand in a table of their own, so that a pass over all registrations reads a tenth of the pages.
    """
    _run(db, *PROJECTIONS)


def carried(db: Database) -> None:
    """What this laptop has written into bundles: local, since another laptop learns it only by a receipt."""
    _run(
        db,
        """CREATE TABLE carried (
            bundle TEXT NOT NULL,
            chain TEXT NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            written_ms INTEGER NOT NULL
        ) STRICT""",
    )


def disclosures(db: Database) -> None:
    """When somebody saw a whole NIK or took a list away; local, and no part of what is rebuilt."""
    _run(
        db,
        """CREATE TABLE disclosure (
            kind TEXT NOT NULL,
            member TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            registration TEXT,
            people INTEGER NOT NULL
        ) STRICT""",
    )


def report_order(db: Database) -> None:
    """Reports of merges in the order in which they happened, by a column of their own."""
    create_tables(db.conn, since=1, until=2)


def feed(db: Database) -> None:
    """Batches of entries in the order in which they became durable, for whoever reads on from where it stopped."""
    create_tables(db.conn, since=2, until=3)


def sums(db: Database) -> None:
    """Counts for each scope, of what is here already too, so that a gap shows at the next exchange."""
    create_tables(db.conn, since=3, until=4)
    recount(db.conn)


def heads(db: Database) -> None:
    """What was carried and acknowledged is named by the id at its end too, since two branches of a forked chain share
    their numbers. Of what was carried before, the end stands in the chain's first branch."""
    _run(
        db,
        "ALTER TABLE carried ADD COLUMN head TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE acknowledged ADD COLUMN head TEXT NOT NULL DEFAULT ''",
        """UPDATE carried SET head = coalesce((
            SELECT lower(hex(entry.id)) FROM chain JOIN entry ON entry.place = (chain.id << 32) + carried.last
            WHERE lower(hex(chain.chain)) = carried.chain AND chain.lane = 0), '')""",
        # A receipt's spans as it wrote them: [first, last, id of entry last] by chain.
        """UPDATE acknowledged SET head = coalesce((
            SELECT span.value ->> '$[2]' FROM other_record,
                json_each(other_record.values_json, '$.chains."' || acknowledged.chain || '"') AS span
            WHERE other_record.id = acknowledged.receipt AND span.value ->> '$[0]' = acknowledged.first
                AND span.value ->> '$[1]' = acknowledged.last LIMIT 1), '')""",
    )


def dropped(db: Database) -> None:
    """Entries whose values a laptop let go are found without reading all others."""
    create_tables(db.conn, since=4, until=5)


def requests(db: Database) -> None:
    """A hub remembers for some time which signed requests it has answered."""
    create_tables(db.conn, since=5, until=6)


def papers(db: Database) -> None:
    """What the office hands to its members beside the entries, such as the lists of who is known elsewhere."""
    create_tables(db.conn, since=6, until=7)


_UUID = " || '-' || ".join(
    f"substr(lower(hex(record)), {first}, {count})" for first, count in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
)


def same_as(db: Database) -> None:
    """Who said which two registrations are one person, and who gives way: one that does takes no slot."""
    _run(
        db,
        "ALTER TABLE registration ADD COLUMN joined_to TEXT",
        "DROP INDEX registration_by_approval",
        "DROP INDEX registration_by_slot",
        """CREATE INDEX registration_by_approval
            ON registration (approval_by, approval_ms, approval_counter, approval_entry)
            WHERE approval_by IS NOT NULL AND joined_to IS NULL""",
        """CREATE INDEX registration_by_slot
            ON registration (approval_by, within_quota, approval_ms, approval_counter, approval_entry)
            WHERE approval_by IS NOT NULL AND joined_to IS NULL""",
        """CREATE TABLE same_as (
            id TEXT PRIMARY KEY,
            a TEXT NOT NULL,
            b TEXT NOT NULL,
            scope TEXT NOT NULL,
            decision TEXT NOT NULL,
            survivor TEXT,
            member TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            counter INTEGER NOT NULL,
            reach TEXT NOT NULL,
            first TEXT NOT NULL,
            replaces TEXT NOT NULL,
            reason TEXT NOT NULL,
            stamps TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX same_as_by_pair ON same_as (a, b)",
        "CREATE INDEX same_as_by_other ON same_as (b)",
        """CREATE TABLE decided_pair (
            a TEXT NOT NULL,
            b TEXT NOT NULL,
            said TEXT NOT NULL,
            decision TEXT NOT NULL,
            survivor TEXT,
            a_gives INTEGER NOT NULL,
            b_gives INTEGER NOT NULL,
            stamp_a TEXT NOT NULL,
            stamp_b TEXT NOT NULL,
            PRIMARY KEY (a, b)
        ) STRICT""",
        "CREATE INDEX decided_pair_by_other ON decided_pair (b)",
        "CREATE TABLE entered (id TEXT NOT NULL, scope TEXT NOT NULL, PRIMARY KEY (id, scope)) STRICT, WITHOUT ROWID",
        "CREATE TABLE unfounded (id TEXT PRIMARY KEY) STRICT",
        # What the projector would have kept of the entries that are here; an older program knew none of it.
        f"""INSERT INTO entered (id, scope)
            SELECT DISTINCT registration.id, label.text FROM moved
            JOIN entry ON entry.record = moved.record JOIN label ON label.id = entry.scope
            JOIN registration ON registration.id = {_UUID.replace("record", "moved.record")}
            WHERE entry.status IS NULL AND entry.kind <> {NEW_LABEL} AND label.text NOT IN ('*', registration.scope)""",  # noqa: S608 - constants
        f"""INSERT INTO unfounded (id)
            SELECT {_UUID} FROM entry WHERE record IN (SELECT record FROM entry WHERE status IS NOT NULL)
            GROUP BY record HAVING sum(status IS NULL AND kind = {NEW_LABEL}) = 0""",  # noqa: S608 - constants
        # What a newer laptop wrote about pairs while this one had no word for it is worked out when it is next opened.
        """INSERT INTO local (key, value) SELECT 'rebuild', 'true'
            WHERE EXISTS (SELECT 1 FROM other_record WHERE type = 'same_as')""",
    )


def matching(db: Database) -> None:
    """Who may be one person with whom; all of it is made from the registrations, which therefore all wait for it."""
    _run(
        db,
        # Compared fields as they are compared, of registrations that stand for a person.
        "CREATE TABLE match_person (rid INTEGER PRIMARY KEY, stamp TEXT NOT NULL, person BLOB NOT NULL) STRICT",
        "CREATE TABLE match_key (key INTEGER NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY (key, rid))"
        " STRICT, WITHOUT ROWID",
        # How many people have a part of a name, or a phone: what is rare says more.
        "CREATE TABLE match_count (kind TEXT NOT NULL, word TEXT NOT NULL, people INTEGER NOT NULL,"
        " PRIMARY KEY (kind, word)) STRICT, WITHOUT ROWID",
        "CREATE TABLE match_full (key INTEGER PRIMARY KEY) STRICT",
        "CREATE TABLE match_todo (rid INTEGER PRIMARY KEY) STRICT",
        "CREATE TABLE match_uncompared (rid INTEGER PRIMARY KEY) STRICT",
        """CREATE TABLE match_pair (
            lo INTEGER NOT NULL,
            hi INTEGER NOT NULL,
            bits REAL NOT NULL,
            probability REAL NOT NULL,
            band TEXT NOT NULL,
            round INTEGER NOT NULL,
            PRIMARY KEY (lo, hi)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX match_pair_by_hi ON match_pair (hi)",
        "CREATE TABLE match_state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    )


def covers(db: Database) -> None:
    """Lists of people who are covered already: digests as entries bring them, and rows of the lists taken in here."""
    _run(
        db,
        # Short numbers for records, since a list has tens of thousands of digests.
        "CREATE TABLE cover_chunk (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL) STRICT",
        "CREATE TABLE cover_digest (digest BLOB NOT NULL, chunk INTEGER NOT NULL, PRIMARY KEY (digest, chunk))"
        " STRICT, WITHOUT ROWID",
        "CREATE INDEX cover_digest_by_chunk ON cover_digest (chunk)",
        # From here on of this laptop alone: names and NIKs of other people's lists never travel.
        "CREATE TABLE cover_import (list TEXT PRIMARY KEY, file_digest TEXT NOT NULL, told TEXT NOT NULL,"
        " at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE cover_row (list TEXT NOT NULL, number INTEGER NOT NULL, key BLOB NOT NULL,"
        " values_json TEXT NOT NULL, PRIMARY KEY (list, number)) STRICT, WITHOUT ROWID",
        "CREATE TABLE cover_pair (list TEXT NOT NULL, number INTEGER NOT NULL, registration TEXT NOT NULL,"
        " bits REAL NOT NULL, probability REAL NOT NULL, band TEXT NOT NULL,"
        " PRIMARY KEY (list, number, registration)) STRICT, WITHOUT ROWID",
        "CREATE INDEX cover_pair_by_registration ON cover_pair (registration)",
        # Which registrations a list was compared with, as what.
        "CREATE TABLE cover_compared (list TEXT NOT NULL, registration TEXT NOT NULL, mark TEXT NOT NULL,"
        " PRIMARY KEY (list, registration)) STRICT, WITHOUT ROWID",
        # What a newer laptop wrote of lists while this one had no word for it is worked out when it is next opened.
        """INSERT OR IGNORE INTO local (key, value) SELECT 'rebuild', 'true'
            WHERE EXISTS (SELECT 1 FROM other_record WHERE type = 'cover_digests')""",
    )


def prelist(db: Database) -> None:
    """People to visit, as entries bring them, and which registrations were begun from whom."""
    _run(
        db,
        """CREATE TABLE prelist_item (
            id TEXT PRIMARY KEY,
            list TEXT NOT NULL,
            scope TEXT NOT NULL,
            rw TEXT NOT NULL,
            rt TEXT NOT NULL,
            name TEXT NOT NULL,
            name_key TEXT NOT NULL,
            search TEXT NOT NULL,
            address TEXT NOT NULL,
            nik TEXT,
            visit TEXT,
            visited_at TEXT,
            visits INTEGER NOT NULL,
            is_gone INTEGER NOT NULL,
            values_json TEXT NOT NULL
        ) STRICT, WITHOUT ROWID""",
        # Covers the walk through all of them in the order of the street, whatever else is asked of each.
        "CREATE INDEX prelist_in_order ON prelist_item (is_gone, scope, rw, rt, name_key, id, nik, visit)",
        "CREATE INDEX prelist_by_nik ON prelist_item (nik) WHERE nik IS NOT NULL",
        "CREATE INDEX prelist_by_list ON prelist_item (list)",
        "CREATE TABLE prelist_done (registration TEXT PRIMARY KEY, item TEXT NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE INDEX prelist_done_by_item ON prelist_done (item)",
        """INSERT INTO prelist_done (registration, item)
            SELECT id, values_json ->> '$.prelist_id' FROM registration JOIN registration_values USING (rid)
            WHERE json_type(values_json, '$.prelist_id') = 'text' AND values_json ->> '$.prelist_id' <> ''""",
        # What somebody wrote of them while this laptop had no word for it is worked out when it is next opened.
        """INSERT OR IGNORE INTO local (key, value) SELECT 'rebuild', 'true'
            WHERE EXISTS (SELECT 1 FROM other_record WHERE type = 'prelist')""",
    )


def exchanges(db: Database) -> None:
    """What was exchanged last and which bundle each laptop was given: of this laptop alone, in numbers."""
    _run(
        db,
        # An office writes a bundle a laptop every day, and the own chains are asked for at each look at the status.
        "CREATE INDEX carried_by_chain ON carried (chain)",
        "CREATE TABLE exchanged (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, at_ms INTEGER NOT NULL,"
        " told TEXT NOT NULL) STRICT",
        "CREATE TABLE handed (member TEXT PRIMARY KEY, bundle TEXT NOT NULL, written_ms INTEGER NOT NULL,"
        " entries INTEGER NOT NULL, brought TEXT NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE seen_bundle (bundle TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        # Of merges before this, only those that brought something were remembered.
        "INSERT OR IGNORE INTO seen_bundle (bundle, at_ms) SELECT lower(hex(bundle)), min(at) FROM merge_report"
        " GROUP BY bundle",
    )


def listed(db: Database) -> None:
    """Lists are filtered and ordered without reading the wide table: everything that they look at stands in one index,
    in the order of names, which is how a list opens. What cover lists say is worked out once, not for every list."""
    _run(
        db,
        "CREATE TABLE cover_rank (rid INTEGER PRIMARY KEY, rank INTEGER NOT NULL) STRICT",
        "CREATE INDEX cover_rank_above ON cover_rank (rank) WHERE rank > 0",
        "CREATE TABLE cover_todo (rid INTEGER PRIMARY KEY) STRICT",
        """CREATE INDEX registration_listed ON registration (name_key, id, state, scope, registered_by, submitted_at,
            categories, override_count, error_count, conflict_count, duplicate_count)""",
    )


def waiting_work(db: Database) -> None:
    """What the status line counts at every look: few rows in any register, found without the others."""
    _run(
        db,
        "CREATE INDEX registration_in_conflict ON registration (conflict_count) WHERE conflict_count > 0",
        "CREATE INDEX registration_returned ON registration (registered_by) WHERE state = 'returned'",
    )


def desks(db: Database) -> None:
    """What the office's desks list: who has to put something right until when, why somebody left, who endorsed whom."""
    _run(
        db,
        "ALTER TABLE registration ADD COLUMN seconds INTEGER",
        "ALTER TABLE registration ADD COLUMN assigned_to TEXT",
        "ALTER TABLE registration ADD COLUMN due TEXT",
        "ALTER TABLE registration ADD COLUMN ended TEXT",
        "ALTER TABLE registration ADD COLUMN ended_on TEXT",
        "ALTER TABLE registration ADD COLUMN endorsed_by TEXT",
        """UPDATE registration SET seconds = (
            SELECT values_json ->> '$.seconds_on_form' FROM registration_values AS v
            WHERE v.rid = registration.rid AND json_type(values_json, '$.seconds_on_form') = 'integer'
                AND values_json ->> '$.seconds_on_form' BETWEEN 0 AND 10000000)""",
        # What a newer laptop said while this one had no word for it stands in comments, in withdrawals, or among what
        # did not count: it is worked out when the store is next opened.
        """INSERT OR IGNORE INTO local (key, value) SELECT 'rebuild', 'true'
            WHERE EXISTS (SELECT 1 FROM entry WHERE status IS NOT NULL)
                OR EXISTS (SELECT 1 FROM entry JOIN label ON label.id = entry.kind WHERE label.text = 'comment')
                OR EXISTS (SELECT 1 FROM registration WHERE state = 'withdrawn')""",
    )


def worked(db: Database) -> None:
    """How people register is counted for everybody without reading the wide table."""
    _run(
        db,
        """CREATE INDEX registration_worked ON registration (registered_by, seconds, scope, submitted_at, state, round,
            edits, override_count, duplicate_count, phone, joined_to, nik IS NULL)""",
    )


def at_odds(db: Database) -> None:
    """Registrations with several decisions in force, or with an edit beside a void: few in any register."""
    _run(
        db,
        """CREATE INDEX registration_at_odds ON registration (state)
            WHERE instr(decision_heads, ' ') > 0 OR instr(decision_heads, 'void-') > 0""",
    )


def merge_desk(db: Database) -> None:
    """Reports of merges are kept, and a merge finds at once who has a name and a birth date that others have."""
    _run(
        db,
        "CREATE TABLE merge_kept (merge TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, told TEXT, undone_ms INTEGER,"
        " undone TEXT) STRICT, WITHOUT ROWID",
        """CREATE INDEX registration_born ON registration (birth_date, name_key) WHERE birth_date IS NOT NULL""",
    )


_ORDER = (
    local_values, drafts, journal, projections, carried, disclosures, report_order, feed, sums, heads, dropped,
    requests, papers, same_as, matching, covers, prelist, exchanges, listed,
    waiting_work, desks, worked, at_odds, sent_back, slots, held_words, merge_desk, by_risk,
)  # fmt: skip
NAMES = tuple(step.__name__ for step in _ORDER)
STEPS = Migrations("fieldapp")
for _step in _ORDER:
    STEPS()(_step)


def migrate(connection: Connection) -> None:
    """Apply every pending step, each in a transaction of its own together with its number as the schema's version.

    Two processes may call this at once: the write lock is taken before looking which step is pending.
    """
    database = Database(connection)
    for number, name in enumerate(NAMES, start=1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if name not in {step.name for step in STEPS.applied(database)}:
                STEPS.apply(database, stop_before=NAMES[number:])
                connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _run(db: Database, *statements: str) -> None:
    for statement in statements:
        db.conn.execute(statement)
