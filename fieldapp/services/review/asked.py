"""What the last return asked for, and whether it was done: the first thing that a supervisor looks for in a round."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any, Final

from sync.entry import SETTING_KINDS
from sync.fold import Record, in_order

if TYPE_CHECKING:
    from sync.entry import Stored
    from sync.fold import Annotation

_LATEST: Final = 8
"""Changes of which those are looked for that the decider had not seen; each more doubles the work."""


def asked(record: Record) -> list[dict[str, Any]]:
    """`{"field" (None for the whole), "text", "changed"}` of every comment of the last return, and of its reason where
    it has no comments; nothing without a return. `changed`: an answer to the question (to any question) was written
    since."""
    returns = [one for one in record.history if one.entry.k == "decide" and one.entry.f.get("decision") == "return"]
    if not returns:
        return []
    last = max(returns, key=in_order)
    since = [one for one in record.history if one.entry.k in SETTING_KINDS and in_order(one) > in_order(last)]
    pinned = last.entry.f.get("comments")
    comments: dict[Any, Any] = dict(pinned) if isinstance(pinned, dict) and pinned else {None: _reason(last)}
    return [
        {"field": field, "text": str(text or ""), "changed": _is_changed(record, field, since)}
        for field, text in comments.items()
    ]


def changed_since(record: Record) -> list[str]:
    """The questions of which the decider has not seen the answers as they are, where a decision no longer counts for
    that; sorted. Such a change may be older than the decision: somebody wrote it whose work had not arrived yet."""
    stale = [head for head in record.decisions if not head.fresh]
    if not stale:
        return []
    return sorted({name for one in _unseen(record, max(stale, key=_place)) for name in one.entry.f})


def _place(said: Annotation) -> tuple[object, str]:
    return said.t, said.entry


def _unseen(record: Record, said: Annotation) -> Sequence[Stored]:
    """What was written after the decision, or else the fewest of the latest changes without which the answers are those
    that the decision names."""
    changes = [one for one in record.history if one.entry.k in SETTING_KINDS and one.entry.k != "new"]
    later = [one for one in changes if one.entry.t > said.t]
    latest = changes[-_LATEST:]
    some = chain.from_iterable(combinations(latest, count) for count in range(1, len(latest) + 1))
    return next((left for left in chain([later], some) if _digest_without(record, left) == said.of), later)


def _digest_without(record: Record, left: Sequence[Stored]) -> str:
    ids = {one.id for one in left}
    history = tuple(one for one in record.history if one.id not in ids)
    return Record(
        id=record.id, origin=record.origin, history=history, quarantined=record.quarantined, rules=record.rules
    ).digest


def _is_changed(record: Record, field: object, since: list[Stored]) -> bool:
    if not isinstance(field, str):
        return bool(since)
    group = record.rules.group(field)
    return any(record.rules.group(name) == group for one in since for name in one.entry.f)


def _reason(said: Stored) -> str:
    reason = said.entry.f.get("reason")
    return reason if isinstance(reason, str) else ""
