"""A reader beside eight writers on a real PostgreSQL (SYNC.md, 2.5), and the fault that it must catch."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import servers

from sync.feed import Batch, Feed
from sync.log import Log, place_of
from sync.postgres import PostgresConnection, connect
from sync.tables import POSTGRES_TYPES, create_tables

WRITERS, TURNS, ENTRIES = 8, 25, 3


class Sequence(Feed):
    """The fault that the counter row is there for: positions from a plain sequence, which waits for nobody."""

    def publish(self) -> None:
        self._connection.execute("UPDATE batch SET pos = nextval('positions') WHERE pos IS NULL")


class Trusting(Feed):
    """A reader that takes whatever it is shown for whole."""

    def after(self, cursor: int, limit: int) -> list[Batch]:
        rows = self._connection.execute("SELECT pos, id FROM batch WHERE pos > ? ORDER BY pos LIMIT ?", (cursor, limit))
        return [Batch(pos, bytes(id_).hex(), "", 0, 0, "", ()) for pos, id_ in rows]


def open_in(schema: str) -> PostgresConnection:
    return connect(servers.address(schema))


def write_all(schema: str, number: int, publisher: type[Feed]) -> set[str]:
    """One writer among several: its transactions take their time, and some are given up. Returns the kept ones."""
    chance = random.Random(number)
    connection = open_in(schema)
    feed = publisher(connection, Log(connection))
    kept = set()
    for turn in range(1, TURNS + 1):
        connection.begin()
        ids = [chance.randbytes(16) for _ in range(ENTRIES)]
        places = [place_of(number, turn * ENTRIES + offset) for offset in range(ENTRIES)]
        connection.executemany(
            "INSERT INTO entry (place, id, record, type, scope, kind, t, dictionary, body)"
            " VALUES (?, ?, ?, 3, 3, 3, 0, 0, ?)",
            [(place, id_, id_, b"{}") for place, id_ in zip(places, ids, strict=True)],
        )
        sum_ = sum(int.from_bytes(id_, "big") for id_ in ids)
        feed.add(ids[0].hex(), "ab" * 16, turn, ENTRIES, sum_, ((places[0], places[-1]),))
        time.sleep(chance.uniform(0, 0.003))
        feed.publish()
        time.sleep(chance.uniform(0, 0.003))
        if chance.random() < 0.1:
            connection.rollback()
        else:
            connection.commit()
            kept.add(ids[0].hex())
    connection.close()
    return kept


def read_beside(schema: str, reader: type[Feed], publisher: type[Feed]) -> tuple[list[Batch], set[str]]:
    """(what a reader got that polled beside the writers, what they kept)."""
    connection = open_in(servers.new_schema(schema))
    create_tables(connection, types=POSTGRES_TYPES)
    connection.execute("CREATE SEQUENCE positions CACHE 1")
    over = threading.Event()
    got: list[Batch] = []

    def poll() -> None:
        while True:
            is_last = over.is_set()
            connection.begin(reading=True)
            more = reader(connection, Log(connection)).after(got[-1].pos if got else 0, 50)
            connection.commit()
            got.extend(more)
            if is_last and not more:
                return

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        reading = pool.submit(poll)
        writing = [pool.submit(write_all, schema, number, publisher) for number in range(1, WRITERS + 1)]
        written = {kept for one in writing for kept in one.result()}
        over.set()
        reading.result()
    connection.close()
    return got, written


@pytest.mark.parametrize("reader", [Feed, Trusting])
def test_eight_writers_at_once_and_a_reader_beside_them_skips_nothing(reader: type[Feed]) -> None:
    got, written = read_beside("feed_kept", reader, Feed)
    assert [batch.pos for batch in got] == list(range(1, len(written) + 1))
    assert {batch.id for batch in got} == written


@pytest.mark.parametrize("reader", [Feed, Trusting])
def test_positions_from_a_plain_sequence_are_caught_by_the_same_reader(reader: type[Feed]) -> None:
    got, written = read_beside("feed_skipped", reader, Sequence)
    assert {batch.id for batch in got} != written
    # With its guard a reader stands still before the gap that a given up transaction left; without, it skips.
    assert [batch.pos for batch in got] == list(range(1, len(got) + 1)) if reader is Feed else len(got) < len(written)
