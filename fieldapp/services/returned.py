"""What came back to be put right: by whom, when, why, about which answers, and what happened to it meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from fieldapp.domain.nik import masked
from fieldapp.domain.review import PENDING_STATES
from fieldapp.locale import _
from fieldapp.services import histories
from fieldapp.services.drafts import SEEN
from fieldapp.services.session import Session, iso_time, local_date
from fieldapp.services.showing import comments_of
from fieldapp.services.views import area_name, member_names
from fieldapp.store import drafts as kept
from fieldapp.store import queries
from fieldapp.store.db import Connection
from fieldapp.store.queries import Filter, Row

if TYPE_CHECKING:
    from sync.entry import Stored
    from sync.fold import Record

_SETTING: Final = frozenset({"edit", "resolve"})
_WEEK_DAYS: Final = 7


def listing(session: Session, *, oldest_first: bool = False) -> list[dict[str, Any]]:
    """What this member registered and was returned, the latest return first, or the oldest.

    Each is `{"id", "name", "nik" (masked), "area", "area_name", "state", "round", "by", "at", "reason", "comments":
    [{"field", "text", "by", "at"}], "draft", "begin_at", "changed"}`. `round` is the one that the return began,
    `draft` the open correction's id, `begin_at` the first commented field that is not changed in it yet. `changed`
    is None, or `{"by", "at", "fields"}` of what others did after the return: where that put it back into the queue,
    `state` is no longer returned.
    """

    def read(connection: Connection) -> list[dict[str, Any]]:
        journal = session.journal(connection)
        who = member_names(session, connection)
        corrections = {draft.edits: draft for draft in kept.all_drafts(connection, session.member.id) if draft.edits}
        wanted = Filter(states=["returned", *PENDING_STATES], registered_by=session.member.id)
        found = []
        for row in queries.rows(connection, queries.ids(connection, wanted)):
            record = journal.record(row.id) if row.state == "returned" or row.round > 1 else None
            if record is None:
                continue
            back = _last_return(record)
            if back is None or (row.state != "returned" and _was_answered(record, back, session.member.id)):
                continue
            found.append((back.entry.t, _told(row, record, back, corrections.get(row.id), who)))
        return [item for _, item in sorted(found, key=lambda one: one[0], reverse=not oldest_first)]

    return session.read(read)


def beside(session: Session, registration: str, draft_id: str) -> dict[str, Any]:
    """What stands beside a correction: `{"comments", "reason", "by", "at", "round", "returned", "changed"}`.

    `comments` as in `services.showing.show`; `returned` whether it is returned now; `changed` what was written since
    the correction was begun, `{"by", "at", "fields"}` or None. A registration that is not here answers {}.
    """

    def read(connection: Connection) -> dict[str, Any]:
        record = session.journal(connection).record(registration)
        row = queries.get(connection, registration)
        if record is None or row is None:
            return {}
        who = member_names(session, connection)
        back = _last_return(record)
        return {
            "comments": comments_of(record, who),
            "round": row.round,
            "returned": row.state == "returned",
            "changed": _since(record, kept.get(connection, draft_id), who),
            **(_said(back, who) if back is not None else {"by": "", "at": "", "reason": ""}),
        }

    return session.read(read)


def first_field(comments: Iterable[Mapping[str, Any]], done: Iterable[str] = ()) -> str | None:
    """The commented field that comes first in the form and is not among `done`; the first of all when all are."""
    from fieldapp.forms.declaration import QUESTIONS

    commented = {str(each.get("field")) for each in comments}
    inorder = [name for name in QUESTIONS if name in commented]
    finished = set(done)
    return next((name for name in inorder if name not in finished), next(iter(inorder), None))


def age_words(session: Session, at: str) -> str:
    """How long ago the ISO time `at` was, in days as people count them; empty where there is none."""
    from datetime import datetime

    try:
        then = datetime.fromisoformat(at)
    except ValueError:
        return ""
    days = (session.today() - local_date(round(then.timestamp() * 1000))).days
    if days <= 0:
        return _("hari ini")
    if days == 1:
        return _("kemarin")
    if days < 2 * _WEEK_DAYS:
        return _("{count} hari lalu").format(count=days)
    return _("{count} minggu lalu").format(count=days // _WEEK_DAYS)


def _told(
    row: Row, record: Record, back: Stored, correction: kept.Draft | None, who: Mapping[str, str]
) -> dict[str, Any]:
    comments = [each for each in comments_of(record, who) if each["entry"] == back.id or each["at"] >= _at(back)]
    comments.sort(key=_place_in_form)
    changed = _by_others_after(record, back, who) if row.state != "returned" else None
    return {
        "id": row.id,
        "name": row.name,
        "nik": masked(row.nik) if row.nik else None,
        "area": row.scope,
        "area_name": area_name(row.scope),
        "state": row.state,
        "round": row.round,
        **_said(back, who),
        "comments": comments,
        "draft": correction.id if correction is not None else None,
        "begin_at": first_field(comments, _changed_in(correction)),
        "changed": changed or _since(record, correction, who),
    }


def _place_in_form(comment: Mapping[str, Any]) -> int:
    from fieldapp.forms.declaration import QUESTIONS

    names = list(QUESTIONS)
    return names.index(comment["field"]) if comment["field"] in QUESTIONS else len(names)


def _said(back: Stored, who: Mapping[str, str]) -> dict[str, str]:
    reason = back.entry.f.get("reason")
    return {
        "by": who.get(back.entry.au, back.entry.au),
        "at": _at(back),
        "reason": reason if isinstance(reason, str) else "",
    }


def _at(stored: Stored) -> str:
    return iso_time(stored.entry.t[0])


def _last_return(record: Record) -> Stored | None:
    """The return in force; None when another decision replaced it, or nobody returned the registration."""
    in_force = {said.entry for said in record.decisions if said.fields.get("decision") == "return"}
    return next((stored for stored in reversed(record.history) if stored.id in in_force), None)


def _writing_after(record: Record, back: Stored) -> list[Stored]:
    return [stored for stored in record.history if stored.entry.k in _SETTING and stored.entry.t > back.entry.t]


def _was_answered(record: Record, back: Stored, member: str) -> bool:
    """Whether `member` wrote after the return, so that it needs no looking at any more."""
    return any(stored.entry.au == member for stored in _writing_after(record, back))


def _by_others_after(record: Record, back: Stored, who: Mapping[str, str]) -> dict[str, Any] | None:
    """What put a returned registration back into the queue: changes after the return, or ones that it did not know."""
    later = _writing_after(record, back) or [stored for stored in record.history if stored.entry.k in _SETTING][-1:]
    return _summed(record, later, who)


def _since(record: Record, draft: kept.Draft | None, who: Mapping[str, str]) -> dict[str, Any] | None:
    """What was written since the correction `draft` was begun; None when nothing was."""
    seen = draft.values.get(SEEN) if draft is not None else None
    heads = seen.get("heads") if isinstance(seen, Mapping) else None
    if not isinstance(heads, Mapping):
        return None
    known = {entry for entries in heads.values() for entry in entries}
    newer = {
        stored.id: stored
        for stands in record.heads.values()
        for stored in stands
        if stored.id not in known and stored.entry.k in _SETTING
    }
    return _summed(record, list(newer.values()), who)


def _summed(record: Record, entries: Sequence[Stored], who: Mapping[str, str]) -> dict[str, Any] | None:
    if not entries:
        return None
    from fieldapp.forms.declaration import QUESTIONS

    wanted = {stored.id for stored in entries}
    items = [item for item in histories.own(record, who) if item["entry"] in wanted]
    touched = {change["field"] for item in items for change in item["changes"]}
    return {
        "by": items[-1]["by"],
        "at": items[-1]["at"],
        "fields": [name for name in QUESTIONS if name in touched],
    }


def _changed_in(draft: kept.Draft | None) -> set[str]:
    """The answers that a correction already changed."""
    seen = draft.values.get(SEEN) if draft is not None else None
    before = seen.get("values") if isinstance(seen, Mapping) else None
    if draft is None or not isinstance(before, Mapping):
        return set()
    return {name for name, value in draft.values.items() if before.get(name) != value}
