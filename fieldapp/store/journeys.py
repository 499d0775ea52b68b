"""How far one entry has come: the first bundle of this laptop that held it, and who has acknowledged it."""

from __future__ import annotations

from typing import NamedTuple

from fieldapp.store.db import Connection
from sync.coverage import Span
from sync.proofs import Proofs


class Carried(NamedTuple):
    """A bundle written and read back on this laptop, at `at_ms` since 1970 UTC."""

    bundle: str
    at_ms: int


class Received(NamedTuple):
    """A receipt of the member `by`, written at `at_ms` since 1970 UTC."""

    by: str
    at_ms: int


def of_entry(
    connection: Connection, record: str, chain: str, number: int, author: str, *, is_own: bool
) -> tuple[Carried | None, list[Received]]:
    """The first bundle with the entry `number` of `chain`, which is about `record`, and the first receipt of each
    member but its author, the earliest first. `is_own`: the chain is one of this laptop's."""
    proofs = Proofs(connection)

    def proved(first: int, last: int, head: str) -> bool:
        # Two branches of a forked chain share their numbers, so a span alone proves nothing.
        return proofs.of(chain, [Span(first, last, head)], is_own).has(record, number)

    bundles = connection.execute(
        """SELECT bundle, written_ms, first, last, head FROM carried
        WHERE chain = ?1 AND ?2 BETWEEN first AND last ORDER BY written_ms, bundle""",
        (chain, number),
    )
    carried = next((Carried(bundle, at_ms) for bundle, at_ms, *span in bundles if proved(*span)), None)
    receipts = connection.execute(
        """SELECT acknowledged.by, other_record.at_ms, first, last, head
        FROM acknowledged JOIN other_record ON other_record.id = acknowledged.receipt
        WHERE chain = ?1 AND ?2 BETWEEN first AND last AND acknowledged.by <> ?3
        ORDER BY other_record.at_ms, other_record.id""",
        (chain, number, author),
    )
    received: dict[str, Received] = {}
    for by, at_ms, *span in receipts:
        if by not in received and proved(*span):
            received[by] = Received(by, at_ms)
    return carried, list(received.values())
