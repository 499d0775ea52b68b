"""The ledger as a file for the other side: ids, places and sums of entries, sealed and signed as bundles are.

No name, no NIK, no answer of a form is in it (FORMAT.md section 11, decision note 0041).
"""

from __future__ import annotations

import array
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import zstandard

from fieldapp.services import files, office
from fieldapp.services.ledger.problems import ledger_problem
from fieldapp.services.membership import find_member
from fieldapp.services.session import Session
from fieldapp.store import ledger as tables
from fieldapp.store.db import Connection
from sync.bundle import OFFICE, seal_packed, unseal
from sync.certificates import Member
from sync.errors import SyncError, Untrusted
from sync.exchange import age_identities, with_issuers
from sync.log import record_text
from sync.randomness import token

MAGIC: Final = b"FIELDAPP LEDGER "
EXTENSION: Final = ".buku"
VERSION: Final = 1
"""Of what is inside. A reader knows every smaller one; columns that it does not know it passes over."""
_CONTENT_LIMIT: Final = 256 * 1024 * 1024
_COLUMNS: Final = (("id", 16), ("area", 2), ("laptop", 2), ("state", 1), ("place", 1), ("entries", 2), ("sum", 8))
"""What stands of each registration, and in how many bytes; numbers are big-endian."""
_ID_BYTES: Final = 16
_MOST_ENTRIES: Final = 0xFFFF
_OTHER: Final = {
    "bundle_unknown": "ledger_unknown",
    "bundle_version": "ledger_version",
    "bundle_capability": "ledger_version",
    "bundle_truncated": "ledger_truncated",
    "bundle_damaged": "ledger_damaged",
    "bundle_too_large": "ledger_damaged",
    "bundle_foreign": "ledger_foreign",
    "bundle_not_for_us": "ledger_not_for_us",
    "bundle_forged": "ledger_forged",
    "certificate_forged": "ledger_forged",
    "invitation_foreign": "ledger_forged",
    "member_unknown": "ledger_forged",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One registration as a replica holds it: `entries` counting ones, whose ids add up to `sum` modulo 2^64, so that
    two replicas with the same entries have the same two numbers."""

    area: str
    laptop: str
    state: str
    place: str
    entries: int
    sum: int


class Head(msgspec.Struct, kw_only=True):
    """What stands before the columns; a later version may add keys."""

    v: int
    at: int
    member: str
    device: str
    scopes: list[str]
    totals: dict[str, int]
    balanced: bool
    areas: list[str]
    laptops: list[str]
    states: list[str]
    places: list[str]
    count: int
    columns: list[tuple[str, int]]
    certs: list[bytes] = []


@dataclass(frozen=True, slots=True)
class Book:
    """A ledger: who made it, when, and everybody in it by id."""

    head: Head
    by: str
    registrations: dict[str, Standing]


def save(session: Session, out: Path, to: str = OFFICE) -> dict[str, Any]:
    """Write this laptop's ledger for the office, or for one member; only they can open it.

    Answers `{"file", "to", "registrations", "bytes"}`. Raises Problem: member_not_found, file_not_written.
    """
    receiver = None if to == OFFICE else find_member(session, to)
    book = own(session)

    def seal(connection: Connection) -> bytes:
        if receiver is None:
            recipient = office.current_programme(session, connection).office_recipient
        else:
            recipient = receiver.age_recipient
        journal = session.journal(connection)
        issuers = with_issuers(journal.membership, {session.member.id})
        book.head.certs = [member.certificate for member in issuers]
        receivers = [OFFICE if receiver is None else receiver.id]
        packed = pack(book)
        return seal_packed(session.identity, session.programme, token(), receivers, [recipient], packed, magic=MAGIC)

    data = session.read(seal)
    files.write_bytes(out, data)
    return {"file": str(out), "to": to, "registrations": len(book.registrations), "bytes": len(data)}


def own(session: Session) -> Book:
    """This laptop's ledger, as it is now."""
    from fieldapp.services.ledger import ledger

    told = ledger(session)

    def read(connection: Connection) -> Book:
        journal = session.journal(connection)
        found = standings(connection, session)
        scopes = {
            scope for member in journal.membership.all() if member.device == session.device for scope in member.scopes
        }
        head = Head(
            v=VERSION,
            at=session.now_ms(),
            member=session.member.id,
            device=session.device,
            scopes=sorted(scopes),
            totals=told["totals"],
            balanced=told["balanced"],
            areas=sorted({each.area for each in found.values()}),
            laptops=sorted({each.laptop for each in found.values()}),
            states=sorted({each.state for each in found.values()}),
            places=list(tables.PLACES),
            count=len(found),
            columns=list(_COLUMNS),
        )
        return Book(head, session.member.name, found)

    return session.read(read)


def standings(connection: Connection, session: Session) -> dict[str, Standing]:
    """Every registration in the lists, by id."""
    sums = tables.sums(connection)
    nothing = (0, 0)
    return {
        id: Standing(area, laptop, state, place, *sums.get(bytes.fromhex(id.replace("-", "")), nothing))
        for id, area, laptop, state, place in tables.places(connection, session.device)
    }


def pack(book: Book) -> bytes:
    """What is sealed: the head as one line of JSON, and each column whole, as one zstd frame that states its size."""
    head, found = book.head, book.registrations
    ids = sorted(found)
    rows = [found[id] for id in ids]
    index = {name: {value: place for place, value in enumerate(getattr(head, name))} for name in _WORDS.values()}
    parts = [bytes.fromhex("".join(ids).replace("-", ""))]
    for name, size in _COLUMNS[1:]:
        words = index.get(_WORDS.get(name, ""))
        numbers: Iterable[int] = (getattr(row, name) for row in rows)
        if words is not None:
            numbers = [words[getattr(row, name)] for row in rows]
        elif name == "entries":
            numbers = [min(row.entries, _MOST_ENTRIES) for row in rows]
        parts.append(_column(numbers, size))
    line = msgspec.json.encode(head) + b"\n"
    return zstandard.ZstdCompressor(level=3, write_content_size=True).compress(b"".join([line, *parts]))


def read(session: Session, file: Path) -> Book:
    """Open somebody's ledger. Raises Problem: ledger_unknown, ledger_version, ledger_truncated, ledger_damaged,
    ledger_foreign, ledger_not_for_us, ledger_forged (exit code 4), file_not_found, file_not_read."""
    data = files.read_bytes(file)

    def look(connection: Connection) -> tuple[Member, bytes]:
        sealed = unseal(data, age_identities(session.identity), session.programme.id, MAGIC)
        membership = session.journal(connection).membership.copy()
        text = _unpacked(sealed.packed)
        for certificate in _head(text)[0].certs:
            membership.add(certificate)
        return sealed.writer(membership), text

    try:
        writer, text = session.store.read(look)
        return _book(text, writer)
    except (Untrusted, SyncError) as error:
        raise ledger_problem(_OTHER.get(error.code, "ledger_damaged"), file.name) from error


_WORDS: Final = {"area": "areas", "laptop": "laptops", "state": "states", "place": "places"}
_TYPES: Final = {1: "B", 2: "H", 4: "I", 8: "Q"}


def _column(numbers: Iterable[int], size: int) -> bytes:
    column = array.array(_TYPES[size], numbers)
    if sys.byteorder == "little":
        column.byteswap()
    return column.tobytes()


def _numbers(data: bytes, size: int) -> Sequence[int]:
    column = array.array(_TYPES[size], data)
    if sys.byteorder == "little":
        column.byteswap()
    return column


def _unpacked(packed: bytes) -> bytes:
    try:
        stated = zstandard.frame_content_size(packed)
        if not 0 <= stated <= _CONTENT_LIMIT:
            raise Untrusted("bundle_damaged")
        return zstandard.ZstdDecompressor().decompress(packed, allow_extra_data=False)
    except zstandard.ZstdError:
        raise Untrusted("bundle_damaged") from None


def _head(text: bytes) -> tuple[Head, int]:
    """The head, and where the columns begin."""
    end = text.find(b"\n")
    try:
        version = msgspec.json.decode(text[:end], type=dict[str, Any])["v"]
        if type(version) is not int or version < 1:
            raise Untrusted("bundle_damaged")
        if version > VERSION:
            raise Untrusted("bundle_version", version=version)
        return msgspec.json.decode(text[:end], type=Head), end + 1
    except (KeyError, ValueError, RecursionError):
        raise Untrusted("bundle_damaged") from None


def _book(text: bytes, writer: Member) -> Book:
    head, start = _head(text)
    columns: dict[str, bytes] = {}
    for name, size in head.columns:
        end = start + head.count * size
        if head.count < 0 or not 0 < size <= _ID_BYTES or end > len(text) or name in columns:
            raise Untrusted("bundle_damaged")
        columns[name] = text[start:end]
        start = end
    sizes = dict(head.columns)
    if start != len(text) or head.member != writer.id or any(sizes.get(name) != size for name, size in _COLUMNS):
        raise Untrusted("bundle_damaged")
    ids = [
        record_text(columns["id"][place : place + _ID_BYTES]) for place in range(0, head.count * _ID_BYTES, _ID_BYTES)
    ]
    read: dict[str, Sequence[Any]] = {name: _numbers(columns[name], size) for name, size in _COLUMNS[1:]}
    try:
        for name, words in _WORDS.items():
            texts: list[str] = getattr(head, words)
            read[name] = [texts[number] for number in read[name]]
    except IndexError:
        raise Untrusted("bundle_damaged") from None
    rows = zip(ids, *(read[name] for name, _size in _COLUMNS[1:]), strict=True)
    found = {id: Standing(*values) for id, *values in rows}
    if len(found) != head.count:
        raise Untrusted("bundle_damaged")
    return Book(head, writer.name, found)
