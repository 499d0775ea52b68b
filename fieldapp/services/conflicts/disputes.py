"""What the conflict desk shows: each dispute with its base, its sides, who wrote them and what each of them changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from fieldapp.domain import roles
from fieldapp.domain.review import DecisionHead
from fieldapp.domain.settling import decision_dispute, rule_of
from fieldapp.services import lists
from fieldapp.services.lists import Found, Reading, Wanted
from fieldapp.services.problems import Problem
from fieldapp.services.session import Session, iso_time
from fieldapp.services.submission import covers, refuse_joined
from fieldapp.services.views import area_name, member_names
from fieldapp.store import queries
from fieldapp.store.db import Connection
from fieldapp.store.queries import Filter
from fieldapp.store.rows import decision_code, to_json
from sync.entry import SETTING_KINDS, Stored
from sync.fold import in_order

if TYPE_CHECKING:
    from sync.fold import Record

#: What a field's writer did to it, seen from the base.
SAME, FILLED, EMPTIED, CHANGED, UNKNOWN = "same", "filled", "emptied", "changed", "unknown"

#: How a conflict was settled: by its newest value, another side's, what it was before, or a value of its own.
BY_NEWEST: Final = "newest"


def desk(session: Session, registration: str) -> dict[str, Any]:
    """Everything about one registration that somebody has to choose, and what was chosen so far.

    `{"id", "name", "area", "area_name", "state", "refusal": None or {"code", "message"}, "disputes": [...],
    "decisions": None or {...}, "settled": [...]}`. `refusal` says why this member may not settle here.

    A dispute is `{"group", "place" (in the form), "fields", "rule", "heads", "since", "base", "sides"}`; `base` and
    each of `sides` are `{"entry", "by", "at", "here", "known", "values", "signs", "newest"}`, the newest side first,
    `base` None where nothing was before. `decisions` as `Teller.decisions`, `settled` as `Teller.settled` answers.
    Raises Problem registration_not_found.
    """

    def read(connection: Connection) -> dict[str, Any]:
        record = session.journal(connection).record(registration)
        row = queries.get(connection, registration)
        if record is None or row is None or record.type != "registration":
            raise Problem("registration_not_found", details={"id": registration})
        teller = Teller(session, connection, record)
        return {
            "id": record.id,
            "name": row.name,
            "area": record.scope,
            "area_name": area_name(record.scope),
            "state": row.state,
            "refusal": _refusal(session, connection, record),
            "disputes": [teller.dispute(group) for group in in_form_order(record.conflicts)],
            "decisions": teller.decisions(),
            "settled": teller.settled(),
        }

    found = session.read(read)
    if any(not side["known"] for each in (*found["disputes"], *found["settled"]) for side in _told(each)):
        # Whoever looks at it gets what this laptop let go with the next exchange.
        session.write(lambda _, journal: journal.attic.ask_for(registration))
    return found


def find(session: Session, wanted: Wanted, reading: Reading | None = None) -> Found | None:
    """The first rows of a list of registrations in dispute, as `lists.find` answers, each as in `rows`."""
    found = lists.find(session, wanted, reading)
    return None if found is None else replace(found, rows=rows(session, found.numbers))


def following(session: Session, registration: str, numbers: Sequence[int] = ()) -> str | None:
    """The next registration about which somebody has to choose, by a list's row numbers (by name without them), from
    its beginning behind the last; None when there is no other."""

    def read(connection: Connection) -> str | None:
        waiting = queries.numbers(connection, Filter(disputed=True))
        still = set(waiting)
        order = list(numbers) or list(waiting)
        own = queries.numbers_of(connection, [registration]).get(registration)
        at = order.index(own) + 1 if own in order else 0
        found = next((each for each in (*order[at:], *order[:at]) if each in still and each != own), None)
        return queries.ids_at(connection, [found])[0] if found is not None else None

    return session.read(read)


def rows(session: Session, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Rows of the list of registrations in dispute: those of `lists.rows` with `groups` (in the form's order), `sorts`
    (of answers, decisions, beside_void), `since` (ISO time) and `writers` (names, the newest first)."""
    told = lists.rows(session, numbers)

    def read(connection: Connection) -> list[dict[str, Any]]:
        journal = session.journal(connection)
        found = []
        for row in told:
            record = journal.record(row["id"])
            if record is not None:
                found.append({**row, **Teller(session, connection, record).in_short()})
        return found

    return session.read(read)


def refuse_settling(session: Session, connection: Connection, record: Record) -> None:
    """Raises Problem not_allowed, outside_area, frozen or joined where this member may not settle here."""
    own = record.origin_by == session.member.id
    if roles.may(session.member.role, "registration", "resolve", own_record=own) is not None:
        raise Problem("not_allowed", details={"role": session.member.role, "who": "coordinator"})
    if not any(covers(scope, record.scope) for scope in session.member.scopes):
        raise Problem("outside_area")
    if queries.state_of(connection, record.id) == "frozen":
        raise Problem("frozen")
    refuse_joined(connection, record.id)


def in_form_order(names: Iterable[str]) -> list[str]:
    """Fields or groups as the form asks for them, others behind by their names."""
    return sorted(names, key=lambda name: (_place(name), name))


def _place(name: str) -> int:
    """The place of a field, or of a group's first question, in the form; behind all of them where it is none."""
    places = _places()
    return places.get(_FIRST.get(name) or name, len(places))


@cache
def _places() -> dict[str, int]:
    from fieldapp.forms.declaration import QUESTIONS

    return {name: place for place, name in enumerate(QUESTIONS)}


#: Groups whose name is no question, and the question that they begin with.
_FIRST: Final[dict[str, str]] = {"domicile": "domicile_same", "consent": "consent_given"}


class Teller:
    """Tells of one record's disputes in words of services: names of people, ISO times, values by field."""

    def __init__(self, session: Session, connection: Connection, record: Record) -> None:
        self._session = session
        self._connection = connection
        self._record = record
        self._who = member_names(session, connection)
        self._members = session.journal(connection).membership
        self._entries = {stored.id: stored for stored in record.history}

    def dispute(self, group: str) -> dict[str, Any]:
        """The open conflict of a group."""
        heads = self._record.heads[group]
        return self._dispute(group, heads, [head.id for head in heads])

    def of_group(self, group: str) -> dict[str, Any]:
        """The open conflict of a group, or the settled one that may be chosen anew."""
        if group in self._record.conflicts:
            return self.dispute(group)
        return self._of_settled(group, self._record.heads[group][0])

    def _dispute(self, group: str, sides: Sequence[Stored], heads: Sequence[str]) -> dict[str, Any]:
        base = base_of(self._record, group, sides)
        fields = in_form_order({name for stored in sides for name in self._fields(stored, group)})
        before = self._values(base, group, fields)
        return {
            "group": group,
            "place": _place(group),
            "fields": fields,
            "rule": rule_of(fields),
            "heads": sorted(heads),
            # It began when the second of its writers wrote.
            "since": iso_time(sorted(stored.entry.t for stored in sides)[min(1, len(sides) - 1)][0]),
            "base": self._side(base, before, None) if base is not None else None,
            "sides": [
                {**self._side(stored, self._values(stored, group, fields), before), "newest": place == 0}
                for place, stored in enumerate(sides)
            ],
        }

    def _side(self, stored: Stored, values: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
        known = not stored.is_dropped
        return {
            "entry": stored.id,
            "by": self._name(stored.entry.au),
            "at": iso_time(stored.entry.t[0]),
            "here": self._is_here(stored),
            "known": known,
            "values": dict(values) if known else {},
            "signs": {name: _sign(before, name, values) if known else UNKNOWN for name in values},
            "newest": False,
        }

    def _is_here(self, stored: Stored) -> bool:
        """Whether this laptop wrote it, or this member, or for one of the office anybody of the office."""
        if stored.entry.dv == self._session.device or stored.entry.au == self._session.member.id:
            return True
        author = self._members.member(stored.entry.au)
        return (
            self._session.member.role in roles.OFFICE_ROLES
            and author is not None
            and (author.role in roles.OFFICE_ROLES)
        )

    def _fields(self, stored: Stored, group: str) -> tuple[str, ...]:
        return self._record.rules.layout(stored.entry.f).fields.get(group, ())

    def _values(self, stored: Stored | None, group: str, fields: Sequence[str]) -> dict[str, Any]:
        if stored is None:
            return {}
        own = self._fields(stored, group)
        return {name: stored.entry.f[name] if name in own else None for name in fields}

    def _name(self, member: str) -> str:
        return self._who.get(member, member)

    # Decisions

    def decisions(self) -> dict[str, Any] | None:
        """Decisions at odds: `{"dispute": "decisions" or "beside_void", "heads", "sides": [{"entry", "decision",
        "reason", "by", "at", "here", "fresh"}], "changes": [{"entry", "by", "at", "fields"}]}`, the newest first, or
        None. `changes` were written beside the void."""
        said = self._record.decisions
        dispute = decision_dispute([DecisionHead(decision_code(each), each.fresh) for each in said])
        if dispute is None or queries.state_of(self._connection, self._record.id) != "has_issues":
            return None
        return {
            "dispute": dispute,
            "heads": sorted(each.entry for each in said),
            "sides": [
                {
                    "entry": each.entry,
                    "decision": decision_code(each),
                    "reason": str(each.fields.get("reason") or ""),
                    "by": self._name(each.by),
                    "at": iso_time(each.t[0]),
                    "here": self._is_here(self._entries[each.entry]),
                    "fresh": each.fresh,
                }
                for each in said
            ],
            "changes": self._beside_void() if dispute == "beside_void" else [],
        }

    def _beside_void(self) -> list[dict[str, Any]]:
        """Changes of answers that the void may not have known: those in force that are not older than it by far.

        A void names the heads that its writer saw only by their digest, so what was written after it by the clocks is
        named; where the clocks say nothing, the newest change is.
        """
        voided = max(
            (self._entries[each.entry] for each in self._record.decisions if each.kind == "void"), key=in_order
        )
        heads = {stored.id: stored for stored in _all_heads(self._record) if stored.entry.k != "new"}
        changed = sorted(heads.values(), key=in_order, reverse=True)
        later = [stored for stored in changed if in_order(stored) > in_order(voided)] or changed[:1]
        return [
            {
                "entry": stored.id,
                "by": self._name(stored.entry.au),
                "at": iso_time(stored.entry.t[0]),
                "fields": in_form_order(stored.entry.f),
            }
            for stored in later
        ]

    # What was settled

    def settled(self) -> list[dict[str, Any]]:
        """Conflicts that a resolution in force settled, the latest first: a dispute with `entry`, `by` and `at` of the
        resolution, its `values`, and `how` (newest, kept, base, written, unknown); the side that holds is `chosen`."""
        found = []
        for group, heads in self._record.heads.items():
            resolution = heads[0]
            if group in self._record.conflicts or resolution.entry.k != "resolve":
                continue
            found.append((in_order(resolution), self._of_settled(group, resolution)))
        return [told for _, told in sorted(found, key=lambda one: one[0], reverse=True)]

    def _of_settled(self, group: str, resolution: Stored) -> dict[str, Any]:
        sides = self._sides_of(group, resolution)
        heads = [head.id for head in self._record.heads[group]]
        told = self._dispute(group, sides or [resolution], heads)
        values = self._values(resolution, group, told["fields"])
        told["sides"] = [{**side, "chosen": side["known"] and side["values"] == values} for side in told["sides"]]
        return {
            **told,
            "entry": resolution.id,
            "by": self._name(resolution.entry.au),
            "at": iso_time(resolution.entry.t[0]),
            "values": values,
            "how": _how(told, values),
        }

    def _sides_of(self, group: str, resolution: Stored) -> list[Stored]:
        """What a resolution chose among, the newest first; what an earlier one chose among stays on offer."""
        found: dict[str, Stored] = {}
        todo = [resolution]
        while todo:
            for parent in todo.pop().entry.b.get(group, ()):
                stored = self._entries.get(parent)
                if stored is not None and stored.id not in found:
                    found[stored.id] = stored
                    if stored.entry.k == "resolve":
                        todo.append(stored)
        # An earlier resolution is one more side only where it brought a value of its own.
        sides = {self._said(group, stored): stored for stored in found.values() if stored.entry.k == "resolve"}
        written = [stored for stored in found.values() if stored.entry.k != "resolve"]
        for stored in written:
            sides.pop(self._said(group, stored), None)
        return sorted([*written, *sides.values()], key=in_order, reverse=True)

    def _said(self, group: str, stored: Stored) -> str:
        return to_json(self._values(stored, group, self._fields(stored, group)))

    def in_short(self) -> dict[str, Any]:
        """What a list tells: see `rows`."""
        disputes = [self.dispute(group) for group in in_form_order(self._record.conflicts)]
        decisions = self.decisions()
        sides = [side for each in disputes for side in each["sides"]] + (decisions["sides"] if decisions else [])
        since = [each["since"] for each in disputes] + ([decisions["sides"][0]["at"]] if decisions else [])
        newest = sorted(sides, key=lambda side: str(side["at"]), reverse=True)
        return {
            "groups": [each["group"] for each in disputes],
            "fields": [each["fields"] for each in disputes],
            "sorts": [*(["answers"] if disputes else []), *([decisions["dispute"]] if decisions else [])],
            "since": min(since, default=None),
            "writers": list(dict.fromkeys(side["by"] for side in newest)),
        }


def base_of(record: Record, group: str, sides: Sequence[Stored]) -> Stored | None:
    """The entry whose value of the group all of the sides' writers started from; the latest that one of them replaced
    where what they have in common is not here; None where nothing was before."""
    if any(not stored.entry.b.get(group) for stored in sides):
        return None
    entries = {stored.id: stored for stored in record.history}
    ancestors = [_ancestors(entries, group, stored) for stored in sides]
    shared = set.intersection(*ancestors) if ancestors else set()
    replaced = shared or {parent for stored in sides for parent in stored.entry.b.get(group, ())} & entries.keys()
    return max((entries[each] for each in replaced), key=in_order, default=None)


def _ancestors(entries: Mapping[str, Stored], group: str, stored: Stored) -> set[str]:
    found: set[str] = set()
    todo = [stored]
    while todo:
        for parent in todo.pop().entry.b.get(group, ()):
            if parent in entries and parent not in found:
                found.add(parent)
                todo.append(entries[parent])
    return found


def _sign(before: Mapping[str, Any] | None, name: str, values: Mapping[str, Any]) -> str:
    if before is None:
        return SAME
    was, now = before.get(name), values[name]
    if was == now and type(was) is type(now):
        return SAME
    return FILLED if was is None else EMPTIED if now is None else CHANGED


def _how(told: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """Derived, never stored: a key of its own in the entry would be one more field of the person's answers."""
    chosen = [side for side in told["sides"] if side["chosen"]]
    if any(side["newest"] for side in chosen):
        return BY_NEWEST
    if chosen:
        return "kept"
    if told["base"] is not None and told["base"]["known"] and told["base"]["values"] == values:
        return "base"
    return "written" if all(side["known"] for side in told["sides"]) else UNKNOWN


def _all_heads(record: Record) -> Iterable[Stored]:
    return (stored for heads in record.heads.values() for stored in heads if stored.entry.k in SETTING_KINDS)


def _told(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [*told["sides"], *([told["base"]] if told["base"] is not None else [])]


def _refusal(session: Session, connection: Connection, record: Record) -> dict[str, str] | None:
    try:
        refuse_settling(session, connection, record)
    except Problem as problem:
        return {"code": problem.code, "message": problem.message()}
    return None
