"""The quarantine desk: what does not count, from whom, why, and what may be done with it (docs/decisions/0034)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from fieldapp.domain import quarantine as rules
from fieldapp.services.quarantine import items
from fieldapp.services.quarantine.items import Desk, Item
from fieldapp.services.quarantine.plans import changed_fields, fields_of
from fieldapp.services.quarantine.taking import find, refuse, release, take_back
from fieldapp.services.quarantine.words import kind_words, pair_words, why_held
from fieldapp.services.session import Session, iso_time
from fieldapp.services.views import area_name, member_names
from fieldapp.store import held, queries
from fieldapp.store.db import Connection
from fieldapp.store.rows import ENDED_STATES

if TYPE_CHECKING:
    from sync.journal import Journal, Quarantined

__all__ = ["entries", "keep_disclosure", "listing", "of_pair", "preview", "refuse", "release", "show", "take_back"]


def entries(session: Session, *, handled: bool | None = None) -> list[dict[str, Any]]:
    """Changes that do not count, kept for a person: `{"entry", "id", "type", "kind", "area", "by", "code", "message",
    "at", "decision", "words"}`, in the order of their time.

    `decision` is what the office made of it, or None, and `words` who said so (`{"id", "entry", "decision", "reason",
    "as", "by", "at"}` each, oldest first). `handled` None is all of them, False those that are open, True those of
    which something was said.
    """

    def read(connection: Connection) -> list[dict[str, Any]]:
        who = member_names(session, connection)
        words: dict[tuple[str, str], list[held.Word]] = {}
        for word in held.words(connection):
            words.setdefault((word.said.entry, word.scope), []).append(word)
        told = []
        for one in session.journal(connection).quarantine():
            said = words.get((one.stored.id, one.stored.entry.s), [])
            if handled is None or handled == bool(said):
                decision = rules.outcome(word.said.decision for word in said) if said else None
                told.append({**_entry(one, who), "decision": decision, "words": [_word(word, who) for word in said]})
        return told

    return session.read(read)


def listing(session: Session, *, handled: bool = False) -> list[dict[str, Any]]:
    """What is held, put together by record and sender, in the order of its time; with `handled` what was decided.

    `{"id", "record", "type", "what", "words_for_what", "entries", "name", "area", "area_name", "by", "at", "until",
    "merge", "code", "message", "registration", "state", "draft", "release", "refuse", "words", "decision", "twice"}`
    each: `id` is its first entry; `by` is `{"id", "name", "role", "laptop", "joined_at", "revoked_at"}`; `merge` the
    merge by which it came, where that is known; `registration` (and its `state`) the one that it would change, or that
    has its content; `release` and `refuse` are None where they are open to this member, else why not (`{"code",
    "message"}`); `words` what the office said, oldest first; `twice` other registrations with the same content.
    With `handled` also what counts by itself by now and was released before that (`state` "counts").
    """

    def read(connection: Connection) -> list[dict[str, Any]]:
        desk = items.read(session, connection)
        teller = _Teller(session, connection, desk)
        if not handled:
            return [teller.told(item) for item in desk.items if not item.words]
        return [*(teller.told(item) for item in desk.items if item.words), *teller.counting()]

    return session.read(read)


def show(session: Session, entry: str) -> dict[str, Any]:
    """One item of the listing whole, by one of its entries or the beginning of an entry's id.

    Besides what the listing says `digest` (of the registration that it would change, as it is now; None without one)
    and `fields`: `[{"field", "now", "held", "differs"}]`, what the registration says now and what is held, in the order
    of the form. Raises Problem held_not_found, held_ambiguous.
    """

    def read(connection: Connection) -> dict[str, Any]:
        desk = items.read(session, connection)
        item = find(desk, entry)
        told = _Teller(session, connection, desk).told(item)
        record = session.journal(connection).record(item.target) if item.target else None
        now = record.values if record is not None else {}
        values = _shown_fields(item)
        is_edit = item.what == items.CHANGES and record is not None
        changed = changed_fields(item, record) if is_edit and record is not None else values
        told["digest"] = record.digest if is_edit and record is not None else None
        told["fields"] = [
            {
                "field": name,
                "now": now.get(name) if is_edit or item.what == items.VISIT else None,
                "held": value,
                "differs": name in changed,
            }
            for name, value in _in_order(values)
        ]
        return told

    return session.read(read)


def preview(session: Session, wanted: Sequence[str], decision: str) -> dict[str, Any]:
    """What `release` or `refuse` ("released", "refused") of these entries would do, without doing it.

    `{"items", "states": {state: how many}, "refused": {words: how many}}`; `items` counts all that were asked for.
    """
    if decision == rules.RELEASED:
        told = release(session, wanted, "-", dry_run=True)
        refused = [answer["message"] for answer in told if not answer["ok"]]
        states = [answer["state"] for answer in told if answer["ok"]]
        return {"items": len(told), "states": _counted(states), "refused": _counted(refused)}

    def read(connection: Connection) -> dict[str, Any]:
        known = items.with_entry(items.read(session, connection).items)
        chosen = {known[one].id: known[one] for one in wanted if one in known}
        why = [items.told(items.refuse_refusing, session, item) for item in chosen.values()]
        refused = [each["message"] for each in why if each is not None]
        states = [rules.REFUSED for each in why if each is None]
        return {"items": len(chosen), "states": _counted(states), "refused": _counted(refused)}

    return session.read(read)


def keep_disclosure(session: Session, record: str) -> None:
    """Keep that this member was shown the whole NIK that is held for a record."""
    from fieldapp.store import disclosures

    session.write(lambda connection, _: disclosures.keep(connection, record, session.member.id, session.now_ms()))


def of_pair(connection: Connection, a: str, b: str) -> str | None:
    """What two registrations have to do with one thing from the quarantine, in words; None when nothing.

    Two offices that took one thing over apart made two registrations of it; what was taken over and counts by itself
    later is there twice as well.
    """
    taken: dict[str, set[str]] = {}
    for record, registration in held.about(connection, [a, b]):
        taken.setdefault(record, set()).add(registration)
    for record, registrations in taken.items():
        if {a, b} <= registrations:
            return pair_words("taken_twice")
        if {a, b} <= {record, *registrations}:
            return pair_words("taken_over")
    return None


class _Came(NamedTuple):
    """Where the rows of a merge stand: from `first` to `last`."""

    first: int
    last: int
    merge: str
    at_ms: int
    by: str


class _Teller:
    """Says what is held as callers read it."""

    def __init__(self, session: Session, connection: Connection, desk: Desk) -> None:
        journal = session.journal(connection)
        self._session = session
        self._connection = connection
        self._desk = desk
        self._membership = journal.membership
        self._who = member_names(session, connection)
        self._revoked = held.revoked(connection)
        self._came = _came(journal)
        self._starts = [each.first for each in self._came]

    def told(self, item: Item) -> dict[str, Any]:
        first, last = item.held[0], item.held[-1]
        taken = next((word.said.taken for word in item.words if word.said.taken), None)
        registration = taken or item.target
        row = self._desk.rows.get(registration or "")
        code = _gravest(item)
        return {
            "id": item.id,
            "record": item.record,
            "type": item.first.y,
            "what": item.what,
            "words_for_what": kind_words(item.what),
            "entries": [_entry(one, self._who) for one in item.held],
            "name": _name(item) or (row.name if row is not None else None),
            "area": item.first.s,
            "area_name": area_name(item.first.s),
            "by": self._by(item.author),
            "at": iso_time(first.stored.entry.t[0]),
            "until": iso_time(last.stored.entry.t[0]),
            "merge": self._merge(first),
            "code": code,
            "message": why_held(code),
            "registration": registration,
            "state": row.state if row is not None else None,
            "draft": items.open_draft(self._desk, item) if not item.words else None,
            "release": items.told(items.refuse_taking, self._session, self._desk, item),
            "refuse": items.told(items.refuse_refusing, self._session, item),
            "decision": item.decision or None,
            "words": [_word(word, self._who) for word in item.words],
            "twice": self._twice(item.record, taken),
        }

    def counting(self) -> list[dict[str, Any]]:
        """What was released and is held no longer, because it counts by itself by now."""
        still = {one.stored.id for item in self._desk.items for one in item.held}
        journal = self._session.journal(self._connection)
        found: dict[tuple[str, str], list[held.Word]] = {}
        for word in self._desk.words:
            if word.said.taken and word.said.entry not in still and word.said.record:
                found.setdefault((word.said.record, word.said.taken), []).append(word)
        told = []
        for (record, taken), words in found.items():
            own = {stored.id: stored for stored in journal.entries_of(record)}
            counting = [own[word.said.entry] for word in words if word.said.entry in own]
            row = self._desk.rows.get(record)
            if counting and row is not None and taken != record:
                told.append(self._counts(record, taken, counting[0].entry.au, words, row))
        return told

    def _counts(
        self, record: str, taken: str, author: str, words: Sequence[held.Word], row: queries.Row
    ) -> dict[str, Any]:
        return {
            "id": words[0].said.entry,
            "record": record,
            "type": "registration",
            "what": items.REGISTRATION,
            "words_for_what": kind_words(items.REGISTRATION),
            "entries": [],
            "name": row.name,
            "area": row.scope,
            "area_name": area_name(row.scope),
            "by": self._by(author),
            "at": row.submitted_at,
            "until": row.submitted_at,
            "merge": None,
            "code": "counts",
            "message": pair_words("taken_over"),
            "registration": taken,
            "state": "counts",
            "draft": None,
            "release": None,
            "refuse": None,
            "decision": rules.RELEASED,
            "words": [_word(word, self._who) for word in words],
            "twice": self._twice(record, taken),
        }

    def _by(self, author: str) -> dict[str, Any]:
        member = self._membership.member(author)
        revoked = self._revoked.get(author)
        return {
            "id": author,
            "name": member.name if member is not None else None,
            "role": member.role if member is not None else None,
            "laptop": member.device if member is not None else None,
            "joined_at": iso_time(member.joined_ms) if member is not None else None,
            "revoked_at": iso_time(revoked) if revoked is not None else None,
        }

    def _merge(self, one: Quarantined) -> dict[str, Any] | None:
        at = bisect_right(self._starts, one.place) - 1
        if at < 0 or self._came[at].last < one.place:
            return None
        came = self._came[at]
        return {"id": came.merge, "at": iso_time(came.at_ms), "by": self._who.get(came.by, came.by)}

    def _twice(self, record: str, taken: str | None) -> list[str]:
        """The registrations that stand for somebody and have the same content as `taken`."""
        if taken is None or taken == record:
            return []
        rows = self._desk.rows
        same = {word.said.taken for word in self._desk.words if word.said.record == record and word.said.taken}
        return sorted(one for one in {record, *same} - {taken} if one in rows and rows[one].state not in ENDED_STATES)


def _word(word: held.Word, who: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": word.id,
        "entry": word.said.entry,
        "decision": word.said.decision,
        "reason": word.said.reason,
        "as": word.said.taken or None,
        "by": who.get(word.member, word.member),
        "at": iso_time(word.at_ms),
    }


def _entry(one: Quarantined, who: Mapping[str, str]) -> dict[str, Any]:
    entry = one.stored.entry
    return {
        "entry": one.stored.id,
        "id": entry.r,
        "type": entry.y,
        "kind": entry.k,
        "area": entry.s,
        "by": who.get(entry.au, entry.au),
        "code": one.code,
        "message": why_held(one.code),
        "at": iso_time(entry.t[0]),
    }


def _gravest(item: Item) -> str:
    """The code that says why an item cannot be taken over, if one does; else that of its first entry."""
    return next((one.code for one in item.held if one.code in rules.OWN_MATTER), item.held[0].code)


def _name(item: Item) -> str | None:
    """The person's name by what is held, the latest."""
    for one in reversed(item.held):
        name = one.stored.entry.f.get("name")
        if isinstance(name, str) and name.strip():
            return name
    return None


def _shown_fields(item: Item) -> dict[str, Any]:
    """What is held of answers; of a decision or of anything else, what it says."""
    if item.what in (items.REGISTRATION, items.CHANGES):
        return fields_of(item)
    found: dict[str, Any] = {}
    for one in item.held:
        found.update(one.stored.entry.f)
    return found


def _in_order(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    from fieldapp.forms.declaration import QUESTIONS

    order = {name: place for place, name in enumerate(QUESTIONS)}
    return sorted(values.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0]))


def _came(journal: Journal) -> list[_Came]:
    found = [
        _Came(first, last, report.merge, report.at_ms, report.by)
        for report in journal.reports()
        if report.summary["quarantined"]
        for first, last in report.summary["places"]
    ]
    return sorted(found)


def _counted(words: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in words:
        found[each] = found.get(each, 0) + 1
    return found
