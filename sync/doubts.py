"""Where this replica and another do not hold the same of a scope: found after a merge, kept until it is mended.

A bundle that brings everything its receiver lacks says how much its writer holds of each of the receiver's scopes. What
is here after the merge must then be the same, so neither a row that was lost nor an entry that was kept back stays
unseen. Where a row was lost, this replica from then on claims no more than it has, and so is sent it again.
"""

from typing import NamedTuple

from sync.chains import Chains
from sync.payload import Payload
from sync.sums import Sums
from sync.tables import Connection
from sync.tally import NOTHING, PUBLIC, recount


class Doubt(NamedTuple):
    """A scope of which a member's bundle said something else than what is here."""

    member: str
    """Whose bundle said so."""
    scope: str
    """A scope of the bundle's receiver; the empty text for what is public."""
    here: int
    """Entries held here, of those that the bundle spoke of."""
    there: int
    """Entries that the bundle's writer holds. As many as here means that they are not the same ones."""
    at_ms: int
    """When it was found, by the clock of this laptop."""


class Doubts:
    """Reads and writes doubts over one connection; the caller owns the transaction."""

    def __init__(self, connection: Connection, chains: Chains, sums: Sums) -> None:
        self._connection = connection
        self._chains = chains
        self._sums = sums

    def all(self) -> tuple[Doubt, ...]:
        """What is not mended yet, by member and scope."""
        found = self._connection.execute("SELECT member, scope, here, there, at FROM doubt ORDER BY member, scope")
        return tuple(Doubt(bytes(member).hex(), *columns) for member, *columns in found.fetchall())

    def compare(self, member: str, scopes: tuple[str, ...], payload: Payload, at_ms: int) -> tuple[Doubt, ...]:
        """Compare what a bundle of `member`, merged just now, says of these scopes with what is here.

        What differs stays here until another complete bundle of that member shows it mended.
        """
        said = payload.said
        if said is None:
            return ()
        here = self._sums.here(scopes, payload.have, said.without)
        if here is None:
            self._take_stock()
            return ()
        entered = self._sums.entered(scopes, payload.have, said.without)
        doubts = []
        for scope in (*scopes, PUBLIC):
            there, more = said.scopes.get(scope, NOTHING), said.entered.get(scope, 0)
            # Of records that entered, this replica may know more than a writer who may not read all of them.
            if there != here[scope] or more > entered[scope]:
                held = here[scope].entries + entered[scope]
                doubts.append(Doubt(member, scope, held, there.entries + more, at_ms))
        if doubts:
            self._take_stock()
        self._connection.execute("DELETE FROM doubt WHERE member = ?", (bytes.fromhex(member),))
        self._connection.executemany(
            "INSERT INTO doubt (member, scope, here, there, at) VALUES (?, ?, ?, ?, ?)",
            [(bytes.fromhex(member), *doubt[1:]) for doubt in doubts],
        )
        return tuple(doubts)

    def _take_stock(self) -> None:
        """Claim no more than what is here, so that the next exchange brings what was lost."""
        lost = self._sums.lost()
        for chain in lost:
            for lane in self._chains.lanes(chain):
                self._chains.hold_again(lane)
        if lost:
            recount(self._connection)
