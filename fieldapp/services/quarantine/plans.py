"""How what is held is taken over: which changes say the same under this member's name, or which draft is begun."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from fieldapp.domain import prelist as visits
from fieldapp.services import answers, changes, drafts
from fieldapp.services.quarantine import items
from fieldapp.services.quarantine.items import Item
from fieldapp.services.quarantine.words import note_words, problem
from fieldapp.services.review import words as review_words
from fieldapp.services.session import Session, iso_time
from fieldapp.services.submission import concerns, edit_of, scope_of
from fieldapp.services.views import member_names
from fieldapp.store import drafts as kept
from fieldapp.store import prelist
from fieldapp.store.db import Connection
from sync.entry import SETTING_KINDS
from sync.fold import Record, origin_of
from sync.journal import Change, Journal
from sync.record_id import begun_anew

if TYPE_CHECKING:
    from fieldapp.forms.check import Checked

#: What the program sets when something is handed in; a held entry does not say it of whoever takes it over.
_STAMPED: Final = frozenset({"id", "programme", "registered_by", "registered_on", "submitted_at"})
#: What its writer's laptop set, which stays with the answers: when the person was met, and how long it took.
_KEPT: Final = ("started_at", "seconds_on_form")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").fullmatch
_LONGEST_S: Final = 10_000_000


@dataclass(slots=True)
class Taking:
    """How one item is taken over: the changes to write, or the draft in which it is to be put right first.

    `state`: submitted, changed, same (all of it stood there already), comment, visit, draft.
    """

    item: Item
    state: str
    registration: str
    changes: list[Change] = field(default_factory=list)
    draft: kept.Draft | None = None
    comment: dict[str, Any] = field(default_factory=dict)
    checked: Checked | None = None


class Planner:
    """Plans for the items of one release, within a transaction of the caller's; writes nothing.

    `seen`: registration -> the digest that the person saw of it.
    """

    def __init__(
        self, session: Session, connection: Connection, journal: Journal, reason: str, seen: Mapping[str, str]
    ) -> None:
        self._session = session
        self._connection = connection
        self._journal = journal
        self._reason = reason
        self._seen = seen
        self._who = member_names(session, connection)
        self._begun: set[str] = set()
        self._corrected: set[str] = set()

    def plan(self, item: Item) -> Taking:
        """How an item is taken over. Raises Problem for what cannot be."""
        if item.what == items.VISIT:
            return self._visit(item)
        if item.what == items.REGISTRATION:
            return self._anew(item)
        return self._changed(item)

    def _anew(self, item: Item) -> Taking:
        """A registration with the same answers, begun by this member."""
        record = _as_it_would_be(item, self._journal)
        values = _answers_of(record.values)
        first = item.first
        if record.values.get("consent_given") is False:
            raise problem("held_no_consent")
        registration = self._fresh_id(item)
        comment = self._comment(item)
        checked = answers.check(self._session, self._connection, values, None)
        started_ms, started, seconds = first.t[0], *_met(record.values)
        if not checked.submittable:
            draft = kept.Draft(
                registration,
                self._session.member.id,
                checked.values,
                started_ms=started_ms,
                updated_ms=self._session.now_ms(),
                errors=len(checked.errors),
                warnings=len(checked.unexplained),
                seconds=seconds,
            )
            return Taking(item, "draft", registration, draft=draft, comment=comment, checked=checked)
        stamped = {name: value for name, value in checked.values.items() if value is not None and name not in _STAMPED}
        stamped |= {name: value for name, value in (("started_at", started), ("seconds_on_form", seconds)) if value}
        stamped |= {
            "programme": self._session.programme.id,
            "registered_by": self._session.member.id,
            "registered_on": self._session.device,
            "submitted_at": iso_time(self._session.now_ms()),
        }
        stamped.setdefault("consent_at", iso_time(started_ms))
        stamped.setdefault("visit", "bertemu")
        scope = first.s if first.s != "*" else scope_of(stamped, self._session.member.scopes)
        return Taking(
            item,
            "submitted",
            registration,
            [
                changes.new_registration(registration, scope, stamped),
                *self._comments(item, registration, scope, comment),
            ],
        )

    def _changed(self, item: Item) -> Taking:
        """An edit of the registration that is here, naming the heads that the person saw; comments as comments."""
        target = str(item.target)
        record = self._journal.record(target)
        if record is None:
            raise problem("held_no_registration")
        seen = self._seen.get(target)
        if seen is not None and seen != record.digest:
            raise review_words.problem("changed_meanwhile")
        comment = self._comment(item)
        notes = self._comments(item, target, record.scope, comment)
        if item.what == items.COMMENT:
            return Taking(item, "comment", target, notes)
        wanted = changed_fields(item, record)
        if not wanted:
            return Taking(item, "same", target, notes)
        whole = {**record.values, **wanted}
        checked = answers.check(self._session, self._connection, whole, target)
        fresh = [each for each in (*checked.errors, *checked.unexplained) if concerns(each.field, wanted)]
        if fresh:
            if target in self._corrected:
                raise problem("held_in_draft")
            self._corrected.add(target)
            draft = self._correction(record, {**record.values, **checked.values})
            return Taking(item, "draft", target, draft=draft, comment=comment, checked=checked)
        fields = {name: checked.values.get(name) for name in wanted}
        # Named now: of two laptops' changes of one answer, both of which are taken over, neither replaces the other.
        heads = {group: [head.entry for head in heads] for group, heads in record.groups.items()}
        edit = edit_of(self._session, record, fields, {**whole, **checked.values}, heads)
        return Taking(item, "changed", target, [edit, *notes])

    def _visit(self, item: Item) -> Taking:
        """The result of a visit, noted as found by this member."""
        found = prelist.get(self._connection, item.record)
        if found is None or found.is_gone or found.visit == visits.REFUSED:
            raise problem("held_no_registration")
        if prelist.registration_of(self._connection, item.record) is not None:
            raise problem("held_other")
        said = item.held[-1].stored.entry.f
        at = str(said.get("visited_at") or iso_time(item.first.t[0]))
        if said["visit"] == visits.REFUSED:
            fields = visits.refused(found.values, at)
        else:
            fields = visits.visited(found.values, str(said["visit"]), at, str(said.get("visit_note") or ""))
        edit = Change(record=item.record, type=visits.TYPE, scope=found.scope, kind="edit", fields=fields)
        return Taking(item, "visit", item.record, [edit])

    def _fresh_id(self, item: Item) -> str:
        """An id that names this member and stands where the held one stood in the order of ids; another one where that
        was used before."""
        try:
            wanted = begun_anew(item.record, self._session.member.id)
        except ValueError:
            wanted = ""
        is_used = wanted in self._begun or kept.get(self._connection, wanted) is not None
        if not wanted or is_used or self._journal.entries_of(wanted):
            wanted = drafts.fresh_id(self._session, self._connection, self._journal)
        self._begun.add(wanted)
        return wanted

    def _correction(self, record: Record, values: Mapping[str, Any]) -> kept.Draft:
        now = self._session.now_ms()
        seen = {
            "values": record.values,
            "heads": {group: [head.entry for head in heads] for group, heads in record.groups.items()},
        }
        return kept.Draft(
            drafts.fresh_id(self._session, self._connection, self._journal),
            self._session.member.id,
            {**values, drafts.SEEN: seen},
            started_ms=now,
            updated_ms=now,
            edits=record.id,
        )

    # What stays in the history

    def _comment(self, item: Item) -> dict[str, Any]:
        at = iso_time(item.first.t[0])
        by = self._who.get(item.author, item.author)
        return {
            "text": note_words(by, at, self._reason),
            "taken_over": {
                "record": item.record,
                "entries": [one.stored.id for one in item.held],
                "by": item.author,
                "at": at,
            },
        }

    def _comments(self, item: Item, registration: str, scope: str, comment: Mapping[str, Any]) -> list[Change]:
        """Who had written it, and the comments that are among what was held."""
        said: list[dict[str, Any]] = [dict(comment)]
        for one in item.held:
            text, about = one.stored.entry.f.get("text"), one.stored.entry.f.get("field")
            if one.stored.entry.k == "comment" and isinstance(text, str) and text.strip():
                said.append({"text": text, **({"field": about} if isinstance(about, str) else {})})
        return [
            Change(record=registration, type="registration", scope=scope, kind="comment", fields=fields)
            for fields in said
        ]


def changed_fields(item: Item, record: Record) -> dict[str, Any]:
    """What a held item would change of a registration as it is now: field -> value."""
    found = {
        name: value
        for name, value in fields_of(item).items()
        if name == "overrides" or record.values.get(name) != value
    }
    reasons = found.pop("overrides", None)
    before = record.values.get("overrides")
    if isinstance(reasons, dict):
        merged = {**(before if isinstance(before, dict) else {}), **reasons}
        if merged != before:
            found["overrides"] = merged
    return found


def fields_of(item: Item) -> dict[str, Any]:
    """What the held entries of an item set, the latest last; only what the form knows."""
    found: dict[str, Any] = {}
    for one in item.held:
        if one.stored.entry.k in SETTING_KINDS:
            found.update(one.stored.entry.f)
    return _answers_of(found)


def _as_it_would_be(item: Item, journal: Journal) -> Record:
    """The record that the held entries would make if they counted."""
    setting = [one.stored for one in item.held if one.stored.entry.k in SETTING_KINDS]
    origin = origin_of([stored for stored in setting if stored.entry.k == "new"])
    return Record(id=item.record, origin=origin, history=tuple(setting), quarantined=(), rules=journal.rules)


def _met(values: Mapping[str, Any]) -> tuple[str, int]:
    """When the writer's laptop began the form, and for how many seconds it was filled in; nothing where it says no such
    thing."""
    started, seconds = (values.get(name) for name in _KEPT)
    is_count = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 <= seconds <= _LONGEST_S
    is_time = isinstance(started, str) and _TIME(started) is not None
    return (started if is_time else ""), (seconds if is_count else 0)  # type: ignore[return-value]


def _answers_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the form knows of the answers: a held entry may hold anything."""
    from fieldapp.forms.declaration import APP_FIELDS, QUESTIONS

    stamped = _STAMPED | {*_KEPT}
    return {
        name: value
        for name, value in values.items()
        if (name in QUESTIONS or name in APP_FIELDS) and name not in stamped
    }
