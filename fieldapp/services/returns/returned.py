"""What came back to be put right: by whom, when, why, about which answers, and what happened to it meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fieldapp.domain.nik import masked
from fieldapp.locale import _
from fieldapp.services import histories
from fieldapp.services.drafts import SEEN
from fieldapp.services.policy import OFFICE_ROLES
from fieldapp.services.returns.charges import Charges, Given, assigned_words, given, had
from fieldapp.services.session import Session, iso_time, local_date
from fieldapp.services.showing import comments_of
from fieldapp.services.views import area_name, member_names
from fieldapp.store import charges, queries
from fieldapp.store import drafts as kept
from fieldapp.store.db import Connection
from fieldapp.store.queries import Row

if TYPE_CHECKING:
    from datetime import date

    from sync.clock import Time
    from sync.entry import Stored
    from sync.fold import Record

_SETTING: Final = frozenset({"edit", "resolve"})
_WEEK_DAYS: Final = 7


def listing(session: Session, *, oldest_first: bool = False, by_due: bool = False) -> list[dict[str, Any]]:
    """What this member has to put right, the latest return first, or the oldest, or what is due first.

    That is what the member registered and what was given to it, but nothing that was given to somebody else. Each is
    `{"id", "name", "nik" (masked), "area", "area_name", "state", "round", "by", "at", "reason", "due" (ISO date or
    None), "late" (days, None while it is not overdue), "assigned": {"to", "by", "at", "reason"} or None, "comments":
    [{"field", "text", "by", "at"}], "earlier" (what `rounds_of` answers, without this round), "draft", "begin_at",
    "changed"}`. `round` is the one that the return began, `draft` the open correction's id, `begin_at` the first
    commented field that is not changed in it yet. `changed` is None, or `{"by", "at", "fields"}` of what others did
    after the return: where that put it back into the queue, `state` is no longer returned. What was given to this
    member without a return has the words of whoever gave it.
    """

    def read(connection: Connection) -> list[dict[str, Any]]:
        journal = session.journal(connection)
        reader = _Reader(session, connection)
        found = []
        for row in queries.rows(connection, charges.work_of(connection, reader.mine)):
            record = journal.record(row.id)
            if record is None:
                continue
            back, word = last_return(record), given(record)
            said = [*([back] if back else []), *([_Word.of(word)] if word and word.to in reader.mine else [])]
            if not said or (row.state != "returned" and _was_answered(record, max(said).t, reader.mine)):
                continue
            found.append((said[0].t, reader.told(row, record, said[0])))
        found.sort(key=lambda one: one[0], reverse=not oldest_first)
        if by_due:
            found.sort(key=lambda one: (one[1]["state"] != "returned", one[1]["due"] is None, one[1]["due"], one[0]))
        return [item for _, item in found]

    return session.read(read)


def passed_on(session: Session) -> list[dict[str, Any]]:
    """What was this member's to put right until it was given to somebody else, the latest first.

    Items as in `listing`: `assigned` says to whom, by whom and why, `draft` names a correction that is still open here.
    """

    def read(connection: Connection) -> list[dict[str, Any]]:
        journal = session.journal(connection)
        reader = _Reader(session, connection)
        begun = [edits for edits in reader.corrections if queries.state_of(connection, edits) in charges.OPEN_STATES]
        # Whoever it was given to before is found by reading each; an office has many of others, and registers few.
        whose = reader.mine if session.member.role in OFFICE_ROLES else None
        wanted = sorted({*charges.given_away(connection, whose), *begun})
        found = []
        for row in queries.rows(connection, wanted):
            record = journal.record(row.id)
            word = None if record is None else given(record)
            if record is None or word is None or not word.to or reader.workers.follow(word.to) == session.member.id:
                continue
            if had(record, reader.mine):
                found.append((word.t, reader.told(row, record, last_return(record) or _Word.of(word))))
        return [item for _, item in sorted(found, key=lambda one: one[0], reverse=True)]

    return session.read(read)


def beside(session: Session, registration: str, draft_id: str) -> dict[str, Any]:
    """What stands beside a correction: `{"comments", "reason", "by", "at", "round", "returned", "changed", "due",
    "late", "assigned", "passed_on"}`.

    `comments` as in `services.showing.show`; `returned` whether it is returned now; `changed` what was written since
    the correction was begun, `{"by", "at", "fields"}` or None; `passed_on` whether what was this member's to put right
    is somebody else's now (`assigned` says whose). A registration that is not here answers {}.
    """

    def read(connection: Connection) -> dict[str, Any]:
        record = session.journal(connection).record(registration)
        row = queries.get(connection, registration)
        if record is None or row is None:
            return {}
        reader = _Reader(session, connection)
        back, word = last_return(record), given(record)
        is_mine = word is None or not word.to or word.to in reader.mine
        return {
            "comments": comments_of(record, reader.who),
            "round": row.round,
            "returned": row.state == "returned",
            "changed": _since(record, kept.get(connection, draft_id), reader.who),
            **(_said(back, reader.who) if back is not None else {"by": "", "at": "", "reason": ""}),
            "due": row.due,
            "late": days_late(row.due, reader.today),
            "assigned": assigned_words(word, reader.who, reader.workers),
            "passed_on": not is_mine and had(record, reader.mine),
        }

    return session.read(read)


def first_field(comments: Iterable[Mapping[str, Any]], done: Iterable[str] = ()) -> str | None:
    """The commented field that comes first in the form and is not among `done`; the first of all when all are."""
    from fieldapp.forms.declaration import QUESTIONS

    commented = {str(each.get("field")) for each in comments}
    inorder = [name for name in QUESTIONS if name in commented]
    finished = set(done)
    return next((name for name in inorder if name not in finished), next(iter(inorder), None))


def due_words(due: str, late: int | None, today: date) -> str:
    """How far away the day is by which a correction is asked for: `lewat 3 hari`, `hari ini`, `5 hari lagi`."""
    from datetime import date as a_day

    if late is not None:
        return _("lewat {count} hari").format(count=late)
    left = (a_day.fromisoformat(due) - today).days
    if left <= 1:
        return _("hari ini") if left <= 0 else _("besok")
    return _("{count} hari lagi").format(count=left)


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


class _Word(NamedTuple):
    """Why somebody has to look at a registration: its return in force, or that it was given to the member."""

    t: tuple[int, int]
    entry: str
    by: str
    reason: str

    @classmethod
    def back(cls, stored: Stored) -> _Word:
        """A return."""
        reason = stored.entry.f.get("reason")
        return cls(stored.entry.t, stored.id, stored.entry.au, reason if isinstance(reason, str) else "")

    @classmethod
    def of(cls, word: Given) -> _Word:
        """An assignment, where nothing was returned."""
        return cls(word.t, word.entry, word.by, word.reason)


class _Reader:
    """What telling of one registration needs of all of them."""

    def __init__(self, session: Session, connection: Connection) -> None:
        self.today = session.today().isoformat()
        self.who = member_names(session, connection)
        self.workers = Charges(session, connection)
        self.mine = self.workers.of(session.member.id)
        drafts = kept.all_drafts(connection, session.member.id)
        self.corrections = {draft.edits: draft for draft in drafts if draft.edits}

    def told(self, row: Row, record: Record, word: _Word) -> dict[str, Any]:
        """One item of `listing`."""
        correction = self.corrections.get(row.id)
        said_at = iso_time(word.t[0])
        comments = [
            each for each in comments_of(record, self.who) if each["entry"] == word.entry or each["at"] >= said_at
        ]
        comments.sort(key=_place_in_form)
        changed = _by_others_after(record, word, self.who) if row.state != "returned" else None
        return {
            "id": row.id,
            "name": row.name,
            "nik": masked(row.nik) if row.nik else None,
            "area": row.scope,
            "area_name": area_name(row.scope),
            "state": row.state,
            "round": row.round,
            **_said(word, self.who),
            "due": row.due,
            "late": days_late(row.due, self.today),
            "assigned": assigned_words(given(record), self.who, self.workers),
            "comments": comments,
            "earlier": [each for each in rounds_of(record, self.who) if each["entry"] != word.entry],
            "draft": correction.id if correction is not None else None,
            "begin_at": first_field(comments, _changed_in(correction)),
            "changed": changed or _since(record, correction, self.who),
        }


def rounds_of(record: Record, who: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every return of a registration, the first one first, those too that a later decision replaced.

    `[{"entry", "round", "by", "at", "reason", "due", "comments": [{"field", "text"}]}]`; `round` is the one that it
    began.
    """
    found = []
    returns = [each for each in record.history if each.entry.k == "decide" and each.entry.f.get("decision") == "return"]
    for number, stored in enumerate(returns, start=2):
        comments, due = stored.entry.f.get("comments"), stored.entry.f.get("due")
        pinned = comments if isinstance(comments, Mapping) else {}
        found.append(
            {
                "entry": stored.id,
                "round": number,
                **_said(_Word.back(stored), who),
                "due": due if isinstance(due, str) else None,
                "comments": [{"field": str(name), "text": str(text or "")} for name, text in pinned.items()],
            }
        )
    return found


def days_late(due: str | None, today: str) -> int | None:
    """Days since the ISO date `due` on the ISO date `today`; None where it is not over, or there is none."""
    if due is None or due >= today:
        return None
    from datetime import date

    return (date.fromisoformat(today) - date.fromisoformat(due)).days


def _place_in_form(comment: Mapping[str, Any]) -> int:
    from fieldapp.forms.declaration import QUESTIONS

    names = list(QUESTIONS)
    return names.index(comment["field"]) if comment["field"] in QUESTIONS else len(names)


def _said(word: _Word, who: Mapping[str, str]) -> dict[str, str]:
    return {"by": who.get(word.by, word.by), "at": iso_time(word.t[0]), "reason": word.reason}


def last_return(record: Record) -> _Word | None:
    """The return in force; None when another decision replaced it, or nobody returned the registration."""
    in_force = {said.entry for said in record.decisions if said.fields.get("decision") == "return"}
    return next((_Word.back(stored) for stored in reversed(record.history) if stored.id in in_force), None)


def _writing_after(record: Record, t: Time) -> list[Stored]:
    return [stored for stored in record.history if stored.entry.k in _SETTING and stored.entry.t > t]


def _was_answered(record: Record, t: Time, members: Collection[str]) -> bool:
    """Whether one of `members` wrote after it was returned or given away, so that it needs no looking at any more."""
    return any(stored.entry.au in members for stored in _writing_after(record, t))


def _by_others_after(record: Record, word: _Word, who: Mapping[str, str]) -> dict[str, Any] | None:
    """What put a returned registration back into the queue: changes after the return, or ones that it did not know."""
    later = _writing_after(record, word.t)
    if not later and any(said.entry == word.entry for said in record.decisions):
        later = [stored for stored in record.history if stored.entry.k in _SETTING][-1:]
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
