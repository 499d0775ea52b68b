"""The ground floor's way into a session's store: one durable transaction, and errors as the ground floor knows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fieldapp.services.problems import Problem
from fieldapp.services.session import Session
from fieldapp.store.db import Connection
from fieldapp.store.errors import StoreError
from sync.dialogue import Transact
from sync.errors import SyncError
from sync.journal import Journal

T = TypeVar("T")


def transact_of(session: Session, look: Callable[[Connection], None] = lambda _: None) -> Transact:
    """Runs work on the session's journal; SyncError and StoreError come through as they are, since links read codes.

    `look` sees the store as each piece of work left it, before anybody else writes.
    """

    def transact(work: Callable[[Journal], T], /) -> T:
        def whole(connection: Connection, journal: Journal) -> T:
            result = work(journal)
            look(connection)
            return result

        try:
            return session.write(whole)
        except Problem as problem:
            if isinstance(problem.__cause__, SyncError | StoreError):
                raise problem.__cause__ from None
            raise

    return transact
