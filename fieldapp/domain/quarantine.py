"""What a person of the office made of an entry that does not count. Pure; docs/decisions/0034.

An entry in quarantine stays there whatever is said of it: a word only says that somebody looked, and what came of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

TYPE: Final = "quarantine_word"
RELEASED: Final = "released"
REFUSED: Final = "refused"
DECISIONS: Final = (RELEASED, REFUSED)

OWN_MATTER: Final = frozenset({"role_not_allowed", "own_decision"})
"""Codes for which a change is never taken over: its writer did what only somebody else may."""

_ENTRY: Final = re.compile(r"[0-9a-f]{32}").fullmatch
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch


@dataclass(frozen=True, slots=True)
class Said:
    """The fields of a record of type quarantine_word (sync/FORMAT.md, section 10)."""

    entry: str
    """The entry that it is about."""
    record: str
    """The record of that entry; empty where the word does not name it."""
    decision: str
    reason: str
    taken: str
    """The registration that has the content now; empty for what was refused."""


def read(fields: Mapping[str, object]) -> Said | None:
    """The fields of a word, or None where they name no entry or no decision: another program may write anything."""
    entry, record, decision, reason, taken = (
        fields.get(name) for name in ("entry", "record", "decision", "reason", "as")
    )
    if not (isinstance(entry, str) and _ENTRY(entry)) or decision not in DECISIONS:
        return None
    return Said(
        entry,
        record if isinstance(record, str) and _ID(record) else "",
        str(decision),
        reason if isinstance(reason, str) else "",
        taken if decision == RELEASED and isinstance(taken, str) and _ID(taken) else "",
    )


def write(said: Said) -> dict[str, str]:
    """The fields of the record that says this."""
    return {
        "entry": said.entry,
        "record": said.record,
        "decision": said.decision,
        "reason": said.reason,
        "as": said.taken,
    }


def outcome(decisions: Iterable[str]) -> str:
    """What several people's words about one entry come to: released as soon as one of them took it over."""
    return RELEASED if RELEASED in decisions else REFUSED
