"""The columns of the central table of registrations: a fixed set, and one for each question of the form.

The store knows no form; whoever opens the centre hands the questions in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fieldapp.store.rows import RegistrationRow, to_json
from sync.fold import Record

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_INTEGERS: Final = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the centre needs it: its name, its kind as the form calls it, and what it asks, in Indonesian."""

    name: str
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `registration`: its type in SQL, its comment, and what stands in it."""

    name: str
    type: str
    comment: str
    value: Callable[[RegistrationRow, Record], Any] | None = None
    read: Callable[[Any], Any] | None = None
    """For a question, in place of `value`: what stands in the column for an answer that is not None."""


def _of(name: str) -> Callable[[RegistrationRow, Record], Any]:
    at = RegistrationRow._fields.index(name)
    return lambda row, _: row[at]


def _moment_of(name: str) -> Callable[[RegistrationRow, Record], Any]:
    return lambda row, _: moment(getattr(row, name))


#: Columns that every registration has, whatever the form asks. Those from `edits` on are the program's own reckoning.
FIXED: Final = (
    Column("id", "TEXT NOT NULL UNIQUE", "Nomor pendaftaran", _of("id")),
    Column("state", "TEXT NOT NULL", "Keadaan: submitted, approved, waiting, returned, rejected, ...", _of("state")),
    Column("area", "TEXT NOT NULL", "Kode wilayah tempat pendaftaran dibuat", _of("scope")),
    Column("nik", "TEXT", "NIK, 16 angka; kosong bila belum punya", _of("nik")),
    Column("registered_by", "TEXT NOT NULL", "Anggota yang mendaftarkan (member.id)", _of("registered_by")),
    Column("registered_at", "TIMESTAMPTZ NOT NULL", "Waktu pendaftaran, menurut jam laptop",
           lambda row, record: moment(record.origin_t[0])),
    Column("device", "TEXT NOT NULL", "Laptop yang mendaftarkan", _of("device")),
    Column("changed_at", "TIMESTAMPTZ NOT NULL", "Waktu isian terakhir ditulis", _moment_of("changed_ms")),
    Column("decision", "TEXT", "Keputusan terakhir: approve, return, reject, undo, withdraw, void",
           _of("decision_code")),
    Column("decided_by", "TEXT", "Anggota yang memutuskan (member.id)", _of("decision_by")),
    Column("decided_at", "TIMESTAMPTZ", "Waktu keputusan", _moment_of("decision_ms")),
    Column("decision_reason", "TEXT", "Alasan keputusan", _of("decision_reason")),
    Column("conflict_count", "BIGINT NOT NULL", "Banyaknya isian yang berbeda antar-laptop dan belum diselesaikan",
           _of("conflict_count")),
    Column("duplicate_count", "BIGINT NOT NULL", "Banyaknya pendaftaran lain dengan NIK yang sama",
           _of("duplicate_count")),
    Column("error_count", "BIGINT NOT NULL", "Banyaknya kesalahan isian", _of("error_count")),
    Column("override_count", "BIGINT NOT NULL", "Banyaknya peringatan yang diberi alasan", _of("override_count")),
    Column("round", "BIGINT NOT NULL", "1, ditambah satu tiap kali dikembalikan", _of("round")),
    Column("edits", "BIGINT NOT NULL", "Banyaknya perubahan sesudah didaftarkan", _of("edits")),
    Column("conflicts", "TEXT NOT NULL", "Isian yang berbeda, dipisah koma",
           lambda row, _: row.conflicts[1:-1].replace('"', "")),
    Column("errors", "TEXT NOT NULL", "Untuk program: kode kesalahan (JSON)", _of("errors")),
    Column("warnings", "TEXT NOT NULL", "Untuk program: kode peringatan (JSON)", _of("warnings")),
    Column("changed_ms", "BIGINT NOT NULL", "Untuk program: changed_at dalam milidetik", _of("changed_ms")),
    Column("live", "BIGINT NOT NULL", "Untuk program: 1 bila masih mewakili orangnya", _of("live")),
    Column("within_quota", "BIGINT NOT NULL", "Untuk program: 1 bila mendapat tempat kuota", _of("within_quota")),
    Column("decision_heads", "TEXT NOT NULL", "Untuk program: keputusan yang berlaku", _of("decision_heads")),
    Column("approval_by", "TEXT", "Untuk program: pemberi persetujuan yang memakai kuota", _of("approval_by")),
    Column("approval_ms", "BIGINT", "Untuk program: urutan kuota", _of("approval_ms")),
    Column("approval_counter", "BIGINT", "Untuk program: urutan kuota", _of("approval_counter")),
    Column("approval_entry", "TEXT", "Untuk program: urutan kuota", _of("approval_entry")),
    Column("joined_to", "TEXT", "Nomor pendaftaran yang dipertahankan, bila ini orang yang sama dan mengalah",
           _of("joined_to")),
    Column("assigned_to", "TEXT", "Anggota yang ditugaskan memperbaiki (member.id)", _of("assigned_to")),
    Column("due", "TEXT", "Batas waktu perbaikan, bila sedang dikembalikan", _of("due")),
    Column("ended", "TEXT", "Sebab tidak ikut lagi: consent, deceased, age, moved, other", _of("ended")),
    Column("ended_on", "TEXT", "Sejak kapan tidak ikut lagi", _of("ended_on")),
    Column("endorsed_by", "TEXT", "Pengusul persetujuan atas isian ini (member.id)", _of("endorsed_by")),
)  # fmt: skip


def columns_of(questions: Iterable[Question]) -> tuple[Column, ...]:
    """All columns of `registration` after `rid`; a question that a fixed column already shows gets none of its own."""
    taken = {column.name for column in FIXED} | {"rid"}
    asked = []
    for question in questions:
        if question.name in taken:
            continue
        if not _NAME.fullmatch(question.name):
            raise ValueError("a question's name must be usable as the name of a column")
        taken.add(question.name)
        type_, read = _KINDS.get(question.kind, ("TEXT", _as_text))
        asked.append(Column(question.name, type_, question.label, read=read))
    return (*FIXED, *asked)


def values_of(columns: Sequence[Column]) -> Callable[[RegistrationRow, Record], list[Any]]:
    """What makes the values of these columns, which are as `columns_of` gives them: the fixed ones first."""
    fixed = [column.value for column in columns if column.value is not None]
    asked = [(column.name, column.read) for column in columns if column.read is not None]

    def values(row: RegistrationRow, record: Record) -> list[Any]:
        # One pass with few calls: a day of a city makes some millions of these values.
        answer = record.values.get
        return [
            *[value(row, record) for value in fixed],
            *[None if (given := answer(name)) is None else read(given) for name, read in asked],
        ]

    return values


def moment(ms: int | None) -> datetime | None:
    """Milliseconds since 1970 UTC as a time; one beyond the calendar is its last second."""
    if ms is None:
        return None
    try:
        return min(_EPOCH + timedelta(milliseconds=ms), _LAST)
    except OverflowError:
        return _LAST


def clean(text: str) -> str:
    """The text without the one character that PostgreSQL keeps in no text."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}") if "\0" in text else text


def clean_row(row: Sequence[Any]) -> list[Any]:
    """The values with every text cleaned."""
    return [clean(value) if isinstance(value, str) else value for value in row]


def _as_text(given: Any) -> str | None:
    """Text as it is, several choices with commas between them, anything else as JSON."""
    if isinstance(given, str):
        return clean(given) or None
    if isinstance(given, list) and all(isinstance(one, str) for one in given):
        return clean(",".join(given)) or None
    return clean(to_json(given))


def _as_integer(given: Any) -> int | None:
    return given if isinstance(given, int) and not isinstance(given, bool) and given in _INTEGERS else None


def _as_boolean(given: Any) -> bool | None:
    return given if isinstance(given, bool) else None


#: Kind of a question -> type of its column, and how an answer becomes its value. An answer of another kind, which only
#: a faulty program writes, leaves the column empty; it still stands in `registration_values`.
_KINDS: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "int": ("BIGINT", _as_integer),
    "bool": ("BOOLEAN", _as_boolean),
}
