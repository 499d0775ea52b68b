"""The log: the entries' rows, their bytes packed small, and the words they share."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar

import zstandard

from sync import tally
from sync.coverage import Ranges, runs
from sync.entry import Stored, decode_kept, stub
from sync.labels import Labels
from sync.samples import in_common
from sync.tables import NEW_LABEL, RECEIPT_LABEL, REVOCATION_LABEL, Connection, given_id

CHUNK: Final = 500
"""How many ids one statement asks for."""
DICTIONARY_BYTES: Final = 16 * 1024
TRAIN_FROM: Final = 256
"""With fewer samples a dictionary is not worth having."""
_SAMPLES: Final = 500
_LEVEL: Final = 1
_PLAIN: Final = 0
_KEY_BYTES: Final = 16
_NUMBER_BITS: Final = 32
_NUMBER_MASK: Final = (1 << _NUMBER_BITS) - 1
_PART: Final = (1 << 64) - 1
_LAST_PLACE: Final = (1 << 63) - 1


_K = TypeVar("_K", bytes, int)


class Row(NamedTuple):
    """An entry as the log keeps it."""

    place: int
    code: str | None
    """Why it is in quarantine; None when it counts."""
    stored: Stored


class Fresh(NamedTuple):
    """An entry that the log does not have yet."""

    place: int
    key: bytes
    """Its record, 16 bytes."""
    code: str | None
    stored: Stored


def place_of(lane: int, number: int) -> int:
    """The row number of entry `number` of the chain's lane whose row is `lane`."""
    return lane << _NUMBER_BITS | number


def lane_of(place: int) -> int:
    return place >> _NUMBER_BITS


def number_of(place: int) -> int:
    return place & _NUMBER_MASK


def ranges_by_lane(places: Iterable[int]) -> dict[int, Ranges]:
    """Ascending places as lane -> ranges of numbers."""
    found: dict[int, list[int]] = {}
    for place in places:
        found.setdefault(lane_of(place), []).append(number_of(place))
    return {lane: runs(numbers) for lane, numbers in found.items()}


def record_key(record: str) -> bytes:
    """A record id (UUID text) as its 16 bytes."""
    return bytes.fromhex(record.replace("-", ""))


def record_keys(records: Sequence[str]) -> list[bytes]:
    """`record_key` of each."""
    joined = bytes.fromhex("".join(records).replace("-", ""))
    return [joined[start : start + _KEY_BYTES] for start in range(0, len(joined), _KEY_BYTES)]


def record_text(key: bytes) -> str:
    """The canonical text of a record id."""
    text = key.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def chunks(keys: Iterable[_K]) -> Iterator[list[_K]]:
    """The keys, as many at a time as one statement takes."""
    source = iter(keys)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def marks(count: int) -> str:
    return ",".join("?" * count)


Packer = tuple[int, Callable[[bytes], bytes]]
"""The number of a dictionary, and what packs with it."""


class Log:
    """Reads and writes entries over one connection; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._labels = Labels(connection)
        self._dictionaries: dict[int, bytes] = {}
        self._unpackers: dict[int, zstandard.ZstdDecompressor] = {}
        self._packer: Packer | None = None

    @property
    def connection(self) -> Connection:
        """What the log is kept over."""
        return self._connection

    def forget(self) -> None:
        """Drop what is remembered of the database: since the last call a transaction may have been rolled back."""
        self._labels.forget()
        self._dictionaries = {}
        self._unpackers = {}
        self._packer = None

    def label(self, text: str) -> int:
        """The number that stands for a text, given out when it is new."""
        return self._labels.number(text)

    def label_text(self, number: int) -> str:
        """The text that a number stands for."""
        return self._labels.text(number)

    def insert(self, rows: Sequence[Fresh]) -> None:
        """Keep entries that are not here yet, all of one lane."""
        dictionary, compress = self._packer_for(rows)
        label = self._labels.numbers.get
        counting, quarantined = [], []
        ids_of_scope: dict[int, list[bytearray]] = {}
        for place, key, code, (hex_id, body, entry) in rows:
            type_ = label(entry.y) or self.label(entry.y)
            scope = label(entry.s) or self.label(entry.s)
            kind = label(entry.k) or self.label(entry.k)
            # The drivers of SQLite search an adapter for each `bytes`, which takes longer than to store the row; a
            # bytearray they take as it is.
            id_ = bytearray.fromhex(hex_id)
            packed = compress(body)
            if len(packed) < len(body):
                columns = (place, id_, bytearray(key), type_, scope, kind, entry.t[0], dictionary, bytearray(packed))
            else:
                columns = (place, id_, bytearray(key), type_, scope, kind, entry.t[0], _PLAIN, bytearray(body))
            if scope in ids_of_scope:
                ids_of_scope[scope].append(id_)
            else:
                ids_of_scope[scope] = [id_]
            if code is None:
                counting.append(columns)
            else:
                quarantined.append((*columns, self.label(code)))
        self._connection.executemany(_INSERT, counting)
        if quarantined:
            self._connection.executemany(_INSERT_QUARANTINED, quarantined)
        if len(ids_of_scope) == 1:
            numbers = dict.fromkeys(ids_of_scope, runs(sorted([row[0] & _NUMBER_MASK for row in rows])))
        else:
            numbers = _numbers_by_scope([*counting, *quarantined])
        tally.note(self._connection, lane_of(rows[0].place), ids_of_scope, numbers)

    def known_records(self, keys: Collection[bytes]) -> set[bytes]:
        """Which of these records have an entry here."""
        known: set[bytes] = set()
        if not keys or not self._has_record_between(min(keys), max(keys)):
            return known
        for chunk in chunks(sorted(keys)):
            found = self._connection.execute(
                f"SELECT DISTINCT record FROM entry WHERE record IN ({marks(len(chunk))})",  # noqa: S608 - marks only
                [*map(bytearray, chunk)],
            )
            known.update(bytes(row[0]) for row in found)
        return known

    def _has_record_between(self, first: bytes, last: bytes) -> bool:
        """Ids of records begin with the time, so what one laptop wrote in one go is often all newer than all here."""
        found = self._connection.execute(
            "SELECT 1 FROM entry WHERE record BETWEEN ? AND ? LIMIT 1", (bytearray(first), bytearray(last))
        )
        return found.fetchone() is not None

    def records(self, keys: Sequence[bytes]) -> dict[bytes, list[Row]]:
        """The entries of these records (at most CHUNK of them); a record without entries has an empty list."""
        found: dict[bytes, list[Row]] = {key: [] for key in keys}
        row = self._row
        for record, place, id_, status, dictionary, body in self._connection.execute(
            f"SELECT record, {_ROW} FROM entry WHERE record IN ({marks(len(keys))})",  # noqa: S608 - marks only
            [*map(bytearray, keys)],
        ):
            found[bytes(record)].append(row(place, id_, status, dictionary, body))
        return found

    def places_of(self, key: bytes) -> list[int]:
        """Where the entries of a record stand, ascending."""
        rows = self._connection.execute("SELECT place FROM entry WHERE record = ? ORDER BY place", (key,))
        return [row[0] for row in rows]

    def records_of(self, type_: str) -> list[bytes]:
        """The records that have an entry of this type, in order of their ids."""
        found = self._connection.execute(
            "SELECT DISTINCT record FROM entry WHERE type = (SELECT id FROM label WHERE text = ?) ORDER BY record",
            (type_,),
        )
        return [bytes(row[0]) for row in found]

    def count_begun(self, type_: str) -> int:
        """How many records have an entry of this type and of kind new that counts."""
        row = self._connection.execute(
            "SELECT count(DISTINCT record) FROM entry WHERE type = (SELECT id FROM label WHERE text = ?)"
            " AND kind = ? AND status IS NULL",
            (type_, NEW_LABEL),
        ).fetchone()
        return int(row[0])

    def begun(self, type_: str) -> list[bytes]:
        """Which they are, in order of their ids."""
        found = self._connection.execute(
            "SELECT DISTINCT record FROM entry WHERE type = (SELECT id FROM label WHERE text = ?)"
            " AND kind = ? AND status IS NULL ORDER BY record",
            (type_, NEW_LABEL),
        )
        return [bytes(row[0]) for row in found.fetchall()]

    def sums_of(self, type_: str) -> dict[bytes, tuple[int, int]]:
        """Record -> how many of its entries count, and the sum of the first 64 bits of their ids modulo 2^64; of the
        records with an entry of this type."""
        rows = self._connection.execute(
            "SELECT record, id FROM entry WHERE type = (SELECT id FROM label WHERE text = ?) AND status IS NULL",
            (type_,),
        ).fetchall()
        found: dict[bytes, tuple[int, int]] = {}
        for record, id_ in rows:
            key, part = bytes(record), int.from_bytes(id_[:8], "big")
            count, total = found.get(key, (0, 0))
            found[key] = (count + 1, (total + part) & _PART)
        return found

    def counts(self) -> dict[int, int]:
        """Lane -> how many entries are kept of it."""
        found = self._connection.execute(f"SELECT place >> {_NUMBER_BITS}, count(*) FROM entry GROUP BY 1")  # noqa: S608 - a constant
        return {int(lane): int(count) for lane, count in found.fetchall()}

    def all_records(self) -> list[bytes]:
        """All records, in order of their ids."""
        return [bytes(row[0]) for row in self._connection.execute("SELECT DISTINCT record FROM entry ORDER BY record")]

    def records_in_lanes(self, lanes: Iterable[int]) -> set[bytes]:
        """The records that have an entry in these lanes."""
        found: set[bytes] = set()
        for lane in lanes:
            rows = self._connection.execute(
                "SELECT DISTINCT record FROM entry WHERE place BETWEEN ? AND ?",
                (place_of(lane, 0), place_of(lane, _NUMBER_MASK)),
            )
            found.update(bytes(row[0]) for row in rows)
        return found

    def revocations(self) -> list[Row]:
        """The entries that revoke members."""
        rows = self._connection.execute(
            f"SELECT {_ROW} FROM entry WHERE type IN (1, 2) AND type = ?",  # noqa: S608 - a constant
            (REVOCATION_LABEL,),
        ).fetchall()
        return [self._row(*columns) for columns in rows]

    def receipts(self, lane: int, after_ms: int = -1) -> list[Row]:
        """The receipts in a lane that were written later than this time, in order of their numbers."""
        rows = self._connection.execute(
            f"SELECT {_ROW} FROM entry WHERE type IN (1, 2) AND type = ?"  # noqa: S608 - a constant
            " AND place BETWEEN ? AND ? AND t > ? ORDER BY place",
            (RECEIPT_LABEL, place_of(lane, 0), place_of(lane, _NUMBER_MASK), after_ms),
        ).fetchall()
        return [self._row(*columns) for columns in rows]

    def in_quarantine(self) -> list[Row]:
        """The entries in quarantine."""
        rows = self._connection.execute(
            f"SELECT {_ROW} FROM entry WHERE status IS NOT NULL"  # noqa: S608 - a constant
        ).fetchall()
        return [self._row(*columns) for columns in rows]

    def set_codes(self, changes: Sequence[tuple[int, str | None]]) -> None:
        """Put entries into quarantine, or let them out again: (place, code or None)."""
        self._connection.executemany(
            "UPDATE entry SET status = ? WHERE place = ?",
            [(None if code is None else self.label(code), place) for place, code in changes],
        )

    def ids(self, lane: int, first: int, last: int) -> dict[int, bytes]:
        """Number -> id of the entries held in a lane, between two numbers."""
        found = self._connection.execute(
            "SELECT place, id FROM entry WHERE place BETWEEN ? AND ?", (place_of(lane, first), place_of(lane, last))
        )
        return {number_of(place): bytes(id_) for place, id_ in found}

    def at(self, lane: int, number: int) -> Row | None:
        """The entry in one place."""
        columns = self._connection.execute(
            f"SELECT {_ROW} FROM entry WHERE place = ?",  # noqa: S608 - a constant
            (place_of(lane, number),),
        ).fetchone()
        return None if columns is None else self._row(*columns)

    def between(self, first: int, last: int) -> list[Row]:
        """The entries at these places, both ends included."""
        found = self._connection.execute(f"SELECT {_ROW} FROM entry WHERE place BETWEEN ? AND ?", (first, last))  # noqa: S608 - a constant
        return [self._row(*columns) for columns in found]

    def ids_between(self, first: int, last: int) -> list[bytes]:
        """The ids of the entries at these places, both ends included."""
        found = self._connection.execute("SELECT id FROM entry WHERE place BETWEEN ? AND ?", (first, last))
        return [bytes(row[0]) for row in found]

    def bodies(self, lane: int, first: int, last: int) -> dict[int, tuple[bytes, bytes]]:
        """Number -> (id, bytes) of the entries held in a lane, between two numbers."""
        found = self._connection.execute(
            "SELECT place, id, dictionary, body FROM entry WHERE place BETWEEN ? AND ? AND dictionary >= 0",
            (place_of(lane, first), place_of(lane, last)),
        ).fetchall()
        return {number_of(place): (bytes(id_), self._unpack(number, body)) for place, id_, number, body in found}

    def parents(self, lane: int, first: int, last: int) -> dict[bytes, bytes]:
        """Id -> id of the entry before it, by the bytes of the entries held in a lane, dropped ones too."""
        found = self._connection.execute(
            "SELECT id, dictionary, body FROM entry WHERE place BETWEEN ? AND ?",
            (place_of(lane, first), place_of(lane, last)),
        ).fetchall()
        return {
            bytes(id_): bytes.fromhex(decode_kept(self._unpack(number, body)).p[:32]) for id_, number, body in found
        }

    def stubs(self, first: int = 0, last: int = _LAST_PLACE) -> list[int]:
        """The places of dropped entries between two, ascending."""
        found = self._connection.execute(
            "SELECT place FROM entry WHERE dictionary < 0 AND place BETWEEN ? AND ? ORDER BY place", (first, last)
        )
        return [row[0] for row in found]

    def replaceable(self, kinds: Collection[str]) -> list[bytes]:
        """The records with several entries of these kinds that are not dropped, one of which may replace another."""
        wanted = self._labels.of(kinds)
        found = self._connection.execute(
            f"SELECT record FROM entry WHERE kind IN ({marks(len(wanted))}) AND dictionary >= 0"  # noqa: S608 - marks
            " GROUP BY record HAVING count(*) > 1 ORDER BY record",
            wanted,
        )
        return [bytes(row[0]) for row in found.fetchall()]

    def drop(self, rows: Sequence[Row]) -> None:
        """Let go of the values of these entries."""
        number, compress = self._packer_for([])
        values = []
        for row in rows:
            body = stub(row.stored.entry)
            packed = compress(body)
            is_packed = len(packed) < len(body)
            kept = -1 - (number if is_packed else _PLAIN)
            values.append((kept, bytearray(packed if is_packed else body), row.place))
        self._connection.executemany("UPDATE entry SET dictionary = ?, body = ? WHERE place = ?", values)

    def fill(self, place: int, body: bytes) -> None:
        """Give a dropped entry its bytes again."""
        self._connection.execute(
            "UPDATE entry SET dictionary = ?, body = ? WHERE place = ?", (_PLAIN, bytearray(body), place)
        )

    def ids_at(self, places: Iterable[int]) -> dict[int, bytes]:
        """Place -> id of those of the entries that are held."""
        found: dict[int, bytes] = {}
        for chunk in chunks(places):
            found.update(
                (place, bytes(id_))
                for place, id_ in self._connection.execute(
                    f"SELECT place, id FROM entry WHERE place IN ({marks(len(chunk))})",  # noqa: S608 - marks only
                    chunk,
                )
            )
        return found

    def note_moved(self, keys: Iterable[bytes]) -> None:
        """Remember that these records have entries of more than one scope."""
        self._connection.executemany(
            "INSERT INTO moved (record) VALUES (?) ON CONFLICT (record) DO NOTHING", [(key,) for key in keys]
        )

    def train(self) -> None:
        """Make a dictionary from the entries here, once there are enough and none was made yet."""
        if self._newest_dictionary() is not None:
            return
        rows = self._connection.execute(
            "SELECT dictionary, body FROM entry ORDER BY place DESC LIMIT ?", (_SAMPLES,)
        ).fetchall()
        if len(rows) >= TRAIN_FROM:
            self._train([self._unpack(number, body) for number, body in rows])

    def _row(self, place: int, id_: bytes, status: int | None, dictionary: int, body: bytes) -> Row:
        plain = self._unpack(dictionary, body)
        code = None if status is None else self.label_text(status)
        return Row(place, code, Stored(bytes(id_).hex(), b"" if dictionary < 0 else plain, decode_kept(plain)))

    def _packer_for(self, rows: Sequence[Fresh]) -> Packer:
        if self._packer is None:
            newest = self._newest_dictionary()
            if newest is None and len(rows) >= TRAIN_FROM:
                newest = self._train([row.stored.body for row in rows[:_SAMPLES]])
            if newest is None:
                return _PLAIN, bytes
            self._packer = newest, _compressor(self._dictionary(newest)).compress
        return self._packer

    def _unpack(self, dictionary: int, body: bytes) -> bytes:
        if dictionary < 0:
            # The rest of a dropped entry, packed like the others.
            dictionary = -1 - dictionary
        if dictionary == _PLAIN:
            return bytes(body)
        unpacker = self._unpackers.get(dictionary)
        if unpacker is None:
            unpacker = zstandard.ZstdDecompressor(dict_data=zstandard.ZstdCompressionDict(self._dictionary(dictionary)))
            self._unpackers[dictionary] = unpacker
        return unpacker.decompress(body)

    def _newest_dictionary(self) -> int | None:
        newest: int | None = self._connection.execute("SELECT max(id) FROM dictionary").fetchone()[0]
        return newest

    def _dictionary(self, number: int) -> bytes:
        if number not in self._dictionaries:
            row = self._connection.execute("SELECT data FROM dictionary WHERE id = ?", (number,)).fetchone()
            self._dictionaries[number] = bytes(row[0])
        return self._dictionaries[number]

    def _train(self, samples: Sequence[bytes]) -> int | None:
        try:
            data = zstandard.train_dictionary(DICTIONARY_BYTES, [*in_common(samples)], level=_LEVEL).as_bytes()
        except zstandard.ZstdError:
            # Samples that have nothing in common make no dictionary; the bytes are then kept as they are.
            return None
        return given_id(
            self._connection.execute(
                "INSERT INTO dictionary (id, data) SELECT coalesce(max(id), 0) + 1, ? FROM dictionary RETURNING id",
                (data,),
            )
        )


def _numbers_by_scope(rows: Iterable[tuple[Any, ...]]) -> dict[int, Ranges]:
    """Scope label -> numbers of these rows as `_INSERT` takes them."""
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(row[4], []).append(number_of(row[0]))
    return {scope: runs(sorted(numbers)) for scope, numbers in found.items()}


_ROW: Final = "place, id, status, dictionary, body"
_COLUMNS: Final = "place, id, record, type, scope, kind, t, dictionary, body"
# Drivers of SQLite bind an empty column as slowly as six full ones, so what counts is told apart from what does not.
_INSERT: Final = f"INSERT INTO entry ({_COLUMNS}) VALUES ({marks(9)})"  # noqa: S608 - constants
_INSERT_QUARANTINED: Final = f"INSERT INTO entry ({_COLUMNS}, status) VALUES ({marks(10)})"  # noqa: S608 - constants


def _compressor(dictionary: bytes) -> zstandard.ZstdCompressor:
    data = zstandard.ZstdCompressionDict(dictionary)
    data.precompute_compress(level=_LEVEL)
    # The row names its dictionary, so the frame need not.
    return zstandard.ZstdCompressor(level=_LEVEL, dict_data=data, write_content_size=True, write_dict_id=False)


def stale_codes(rows: Iterable[Row], quarantined: Mapping[str, str]) -> list[tuple[int, str | None]]:
    """What `Log.set_codes` must change so that the rows of a record say what its fold says."""
    return [(row.place, quarantined.get(row.stored.id)) for row in rows if row.code != quarantined.get(row.stored.id)]
