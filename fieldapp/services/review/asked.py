"""What the last return asked for, and whether it was done: the first thing that a supervisor looks for in a round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.entry import SETTING_KINDS
from sync.fold import in_order

if TYPE_CHECKING:
    from sync.entry import Stored
    from sync.fold import Record


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
    """The questions of which the answers were changed after a decision that no longer counts for that; sorted."""
    stale = [head for head in record.decisions if not head.fresh]
    if not stale:
        return []
    decided = max(head.t for head in stale)
    setting = [one for one in record.history if one.entry.k in SETTING_KINDS]
    return sorted({name for one in setting[1:] if one.entry.t > decided for name in one.entry.f})


def _is_changed(record: Record, field: object, since: list[Stored]) -> bool:
    if not isinstance(field, str):
        return bool(since)
    group = record.rules.group(field)
    return any(record.rules.group(name) == group for one in since for name in one.entry.f)


def _reason(said: Stored) -> str:
    reason = said.entry.f.get("reason")
    return reason if isinstance(reason, str) else ""
