"""The tables of lists, search and counts as the step that first made them has them: released, so never changed."""

from __future__ import annotations

from typing import Final

PROJECTIONS: Final = (
    """CREATE TABLE registration (
        rid INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL,
        scope TEXT NOT NULL,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        nik TEXT,
        phone TEXT,
        birth_date TEXT,
        sex TEXT,
        categories TEXT NOT NULL,
        submitted_at TEXT NOT NULL,
        registered_by TEXT NOT NULL,
        device TEXT NOT NULL,
        chain TEXT NOT NULL,
        number INTEGER NOT NULL,
        edits INTEGER NOT NULL,
        changed_ms INTEGER NOT NULL,
        conflict_count INTEGER NOT NULL,
        conflicts TEXT NOT NULL,
        error_count INTEGER NOT NULL,
        errors TEXT NOT NULL,
        warnings TEXT NOT NULL,
        override_count INTEGER NOT NULL,
        duplicate_count INTEGER NOT NULL,
        live INTEGER NOT NULL,
        within_quota INTEGER NOT NULL,
        round INTEGER NOT NULL,
        decision_heads TEXT NOT NULL,
        decision_code TEXT,
        decision_by TEXT,
        decision_ms INTEGER,
        decision_reason TEXT,
        approval_by TEXT,
        approval_ms INTEGER,
        approval_counter INTEGER,
        approval_entry TEXT
    ) STRICT""",
    # Covers the counting of equal NIKs: no row of the wide table is read for people who have none.
    "CREATE INDEX registration_by_nik ON registration (nik, live, duplicate_count)",
    "CREATE INDEX registration_by_phone ON registration (phone) WHERE phone IS NOT NULL",
    "CREATE INDEX registration_by_state ON registration (state)",
    "CREATE INDEX registration_by_device ON registration (device)",
    """CREATE INDEX registration_by_approval
        ON registration (approval_by, approval_ms, approval_counter, approval_entry)
        WHERE approval_by IS NOT NULL""",
    """CREATE INDEX registration_by_slot
        ON registration (approval_by, within_quota, approval_ms, approval_counter, approval_entry)
        WHERE approval_by IS NOT NULL""",
    "CREATE INDEX registration_edited ON registration (edits) WHERE edits > 0",
    "CREATE TABLE registration_values (rid INTEGER PRIMARY KEY, values_json TEXT NOT NULL) STRICT",
    """CREATE VIRTUAL TABLE search USING fts5 (
        name, nik, phone, content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'unicode61'
    )""",
    """CREATE TABLE other_record (
        id TEXT PRIMARY KEY,
        type TEXT NOT NULL,
        scope TEXT NOT NULL,
        registered_by TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        void INTEGER NOT NULL,
        values_json TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX other_record_by_type ON other_record (type, id)",
    "CREATE TABLE incomplete (id TEXT PRIMARY KEY, type TEXT NOT NULL, scope TEXT NOT NULL) STRICT",
    "CREATE TABLE lease (id TEXT PRIMARY KEY, member TEXT, invitation TEXT, slots INTEGER NOT NULL) STRICT",
    """CREATE TABLE acknowledged (
        receipt TEXT NOT NULL,
        by TEXT NOT NULL,
        chain TEXT NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX acknowledged_by_receipt ON acknowledged (receipt)",
    "CREATE INDEX acknowledged_by_chain ON acknowledged (chain)",
)
