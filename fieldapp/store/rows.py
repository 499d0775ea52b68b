"""One record of the journal as the row that lists, searches and counts are made of: pure functions, no SQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple, TypedDict

import msgspec

from fieldapp.domain.names import plain
from fieldapp.domain.programme import LARGEST_COUNT, MOST_APPROVAL_LEVELS, ProgrammeSettings
from fieldapp.domain.review import ASSIGN, ENDINGS, DecisionHead, registration_state
from sync.entry import DECISION, SETTING_KINDS, Stored
from sync.fold import Annotation, Record

#: States in which a registration no longer stands for its person: it is nobody's duplicate.
ENDED_STATES: Final = frozenset({"void", "withdrawn", "rejected"})

_json = msgspec.json.Encoder(order="deterministic")
_between_words = re.compile(r"[\s.,\-/]+")
# The same folding for the letters that nearly every name is made of, at a tenth of the price.
_ASCII_KEY: Final = {
    code: " " if _between_words.match(chr(code)) else chr(code).lower() if chr(code).isalnum() else None
    for code in range(128)
}


@dataclass(frozen=True, slots=True)
class Inspected:
    """What the form's rules say about folded answers: codes of errors, and of warnings that no override explains."""

    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


#: (values, the programme's settings, time of the youngest answer in ms) -> Inspected. It must look at nothing else:
#: not at today's date, not at other registrations, or two replicas with the same entries would differ.
Inspect = Callable[[Mapping[str, object], ProgrammeSettings, int], Inspected]


class RegistrationRow(NamedTuple):
    """The columns of table `registration` after `rid`, in their order."""

    id: str
    state: str
    scope: str
    name: str
    name_key: str
    nik: str | None
    phone: str | None
    birth_date: str | None
    sex: str | None
    categories: str
    submitted_at: str
    seconds: int | None
    registered_by: str
    device: str
    chain: str
    number: int
    edits: int
    changed_ms: int
    conflict_count: int
    conflicts: str
    error_count: int
    errors: str
    warnings: str
    override_count: int
    duplicate_count: int
    live: int
    within_quota: int
    round: int
    decision_heads: str
    decision_code: str | None
    decision_by: str | None
    decision_ms: int | None
    decision_reason: str | None
    approval_by: str | None
    approval_ms: int | None
    approval_counter: int | None
    approval_entry: str | None
    joined_to: str | None
    assigned_to: str | None
    due: str | None
    ended: str | None
    ended_on: str | None
    endorsed_by: str | None


#: How many columns an undecided registration fills; the rest, from `decision_code` on, are empty.
UNDECIDED: Final = RegistrationRow._fields.index("decision_code")

_SAYING_YES: Final = frozenset({"approve", "endorse"})
_NOTHING_FOUND: Final = Inspected()


def registration_row(
    record: Record, inspect: Callable[[Mapping[str, object], int], Inspected], levels: int = 1
) -> RegistrationRow:
    """The row of a complete registration, as if it had no duplicate, were joined to no other, and every approval had a
    slot; `levels` is how many members an approval needs.

    Only a registration that somebody changed is inspected: its author's program checked it when it was handed in and
    refused what the rules refuse, so one entry alone needs no second look, while edits that met in a merge do. That
    keeps a city's first merge at the price of its inserts, and depends on nothing but the entries.
    """
    return row_of_one(record) if len(record.history) == 1 else row_of_any(record, inspect, levels)


def row_of_any(
    record: Record, inspect: Callable[[Mapping[str, object], int], Inspected], levels: int = 1
) -> RegistrationRow:
    """The row of a registration with any entries."""
    values = record.values
    origin, edits, changed_ms = _writing(record)
    found = inspect(values, changed_ms) if edits else _NOTHING_FOUND
    standing = _standing(record)
    heads = tuple(_head(record, head, levels) for head in standing)
    state = registration_state(heads, conflicts=bool(record.conflicts), errors=bool(found.errors))
    decision = record.decisions[0] if record.decisions else None
    approval = _approval(standing, heads) if state == "approved" else None
    reason = decision.fields.get("reason") if decision else None
    return RegistrationRow(
        record.id,
        state,
        record.scope,
        *_answers(values, record.origin_t[0]),
        registered_by=record.origin_by,
        device=origin.entry.dv,
        chain=origin.entry.ch,
        number=origin.entry.n,
        edits=edits,
        changed_ms=changed_ms,
        conflict_count=len(record.conflicts),
        conflicts=_list(record.conflicts),
        error_count=len(found.errors),
        errors=_list(found.errors),
        warnings=_list(found.warnings),
        override_count=_override_count(values),
        duplicate_count=0,
        live=int(state not in ENDED_STATES),
        within_quota=1,
        round=_round(record.history),
        decision_heads=pack_heads(heads),
        decision_code=decision_code(decision) if decision else None,
        decision_by=decision.by if decision else None,
        decision_ms=decision.t[0] if decision else None,
        decision_reason=_text(reason),
        approval_by=approval.by if approval else None,
        approval_ms=approval.t[0] if approval else None,
        approval_counter=approval.t[1] if approval else None,
        approval_entry=approval.entry if approval else None,
        joined_to=None,
        assigned_to=_assigned_to(record.comments),
        due=_due(decision) if state == "returned" and decision else None,
        **_ending(record.decisions),
        endorsed_by=_endorsed_by(record),
    )


def row_of_one(record: Record) -> RegistrationRow:
    """The same for a registration that nobody has said anything about since it was handed in, as most are in a merge.

    Nearly all of its row is the same for each, so it takes a third of the time.
    """
    entry = record.history[0].entry
    values = record.values
    at_ms = entry.t[0]
    answers = _answers(values, at_ms)
    written = (entry.au, entry.dv, entry.ch, entry.n, 0, at_ms)
    found = (0, "[]", 0, "[]", "[]", _override_count(values))
    return RegistrationRow._make((record.id, "submitted", entry.s, *answers, *written, *found, *_UNTOUCHED))


#: The columns of such a registration from `duplicate_count` on.
_UNTOUCHED: Final = (0, 1, 1, 1, "", *[None] * (len(RegistrationRow._fields) - UNDECIDED))


class _Answers(NamedTuple):
    """The columns that answers go into, in their order."""

    name: str
    name_key: str
    nik: str | None
    phone: str | None
    birth_date: str | None
    sex: str | None
    categories: str
    submitted_at: str
    seconds: int | None


def _answers(values: Mapping[str, object], at_ms: int) -> _Answers:
    get = values.get
    name = _text(get("name")) or ""
    return _Answers(
        name,
        name_key(name),
        _text(get("nik")),
        _text(get("phone")),
        _text(get("birth_date")),
        _text(get("sex")),
        _codes(get("categories")),
        _text(get("submitted_at")) or _iso(at_ms),
        _count(get("seconds_on_form")),
    )


def _override_count(values: Mapping[str, object]) -> int:
    overrides = values.get("overrides")
    return len(overrides) if isinstance(overrides, dict) else 0


def state_of_row(
    heads: str, *, conflicts: int, errors: int, duplicates: int, within_quota: bool, is_joined: bool
) -> str:
    """The state from a row's columns; an equal NIK elsewhere is an error like those of the form. One that is joined to
    another registration of the same person stands for nobody."""
    if is_joined:
        return "void"
    return registration_state(
        unpack_heads(heads), conflicts=conflicts > 0, errors=errors + duplicates > 0, within_quota=within_quota
    )


def decision_code(annotation: Annotation) -> str:
    """`approve`, `return`, `reject`, `undo`, `withdraw` or `void`."""
    return "void" if annotation.kind == "void" else str(annotation.fields.get("decision"))


def is_void(record: Record) -> bool:
    """Whether the record was taken back, and nobody changed it beside that."""
    return any(head.kind == "void" and head.fresh for head in record.decisions)


#: Stands in the packed text behind an approval that lacks the endorsement which the programme asks for.
_SHORT: Final = "~"


def pack_heads(heads: Sequence[DecisionHead]) -> str:
    """Decision heads as one short text: `approve+` fresh, `return-` stale, `approve~+` one that does not count."""
    return " ".join(f"{head.code}{'' if head.counts else _SHORT}{'+' if head.fresh else '-'}" for head in heads)


def unpack_heads(packed: str) -> tuple[DecisionHead, ...]:
    """What `pack_heads` packed."""
    return tuple(DecisionHead(part[:-1].rstrip(_SHORT), part[-1] == "+", _SHORT not in part) for part in packed.split())


def _head(record: Record, said: Annotation, levels: int) -> DecisionHead:
    code = decision_code(said)
    return DecisionHead(code, said.fresh, code != "approve" or counts(record, said.entry, levels))


def counts(record: Record, approval: str, levels: int) -> bool:
    """Whether an approval (an entry's id) is one where so many members have to agree."""
    return levels < MOST_APPROVAL_LEVELS or endorsement_of(record, approval) is not None


def to_json(value: object) -> str:
    """The value as JSON with sorted keys, equal on every replica."""
    return _json.encode(value).decode()


def from_json(text: str) -> Any:
    """The value that `to_json` wrote."""
    return msgspec.json.decode(text)


def name_key(name: str) -> str:
    """A name as lists are ordered and searches compare it: plain words, "Nur'aini, S.Pd" -> "nuraini s pd"."""
    if name.isascii():
        return " ".join(name.translate(_ASCII_KEY).split())
    words = (plain(word) for word in _between_words.split(name))
    return " ".join(word for word in words if word)


def _writing(record: Record) -> tuple[Stored, int, int]:
    """The origin entry, how many later entries set answers, and the time of the youngest answer in ms."""
    if len(record.history) == 1:
        only = record.history[0]
        return only, 0, only.entry.t[0]
    if record.origin is None:
        raise ValueError("a record without its beginning has no row")
    writing = [stored for stored in record.history if stored.entry.k in SETTING_KINDS]
    return record.origin, len(writing) - 1, writing[-1].entry.t[0]


def _approval(decisions: Sequence[Annotation], heads: Sequence[DecisionHead]) -> Annotation:
    """The approval that takes the slot: the earliest that counts, when several decided alike."""
    both = zip(decisions, heads, strict=True)
    counting = [said for said, head in both if head.code == "approve" and head.fresh and head.counts]
    return min(counting, key=lambda said: (said.t, said.entry))


def _round(history: Sequence[Stored]) -> int:
    """1, and one more for each time it was returned."""
    if len(history) == 1:
        return 1
    returns = [
        stored for stored in history if stored.entry.k == "decide" and stored.entry.f.get("decision") == "return"
    ]
    return 1 + len(returns)


def _assigned_to(comments: Sequence[Annotation]) -> str | None:
    """Who has to put the registration right: the latest that anybody said, alike on every replica."""
    said = [comment for comment in comments if isinstance(comment.fields.get(ASSIGN), str)]
    return _text(max(said, key=lambda one: (one.t, one.entry)).fields[ASSIGN]) if said else None


def _standing(record: Record) -> Sequence[Annotation]:
    """The decisions in force, but the yes of whoever had to put the registration right when it was said: nobody says
    yes to the own work, whatever program was used."""
    given = [comment for comment in record.comments if isinstance(comment.fields.get(ASSIGN), str)]
    if not given:
        return record.decisions
    return [
        head
        for head in record.decisions
        if decision_code(head) not in _SAYING_YES
        or _assigned_to([comment for comment in given if comment.t < head.t]) != head.by
    ]


def _due(back: Annotation) -> str | None:
    """The day by which a return in force asks to be answered."""
    return _day(back.fields.get("due"))


class _Ending(TypedDict):
    ended: str | None
    ended_on: str | None


def _ending(decisions: Sequence[Annotation]) -> _Ending:
    """Why and when somebody ceased to take part, where a withdrawal is in force."""
    said = next((head for head in decisions if decision_code(head) == "withdraw"), None)
    if said is None:
        return {"ended": None, "ended_on": None}
    cause = said.fields.get("cause")
    return {
        "ended": cause if isinstance(cause, str) and cause in ENDINGS else ENDINGS[0],
        "ended_on": _day(said.fields.get("on")),
    }


def _endorsed_by(record: Record) -> str | None:
    """Who endorsed the answers as they are: by a decision in force, or by one that an approval in force agrees to."""
    for head in record.decisions:
        code = decision_code(head)
        if code == "endorse" and head.fresh:
            return head.by
        if code == "approve" and head.fresh:
            endorsed = endorsement_of(record, head.entry)
            if endorsed is not None:
                return endorsed.entry.au
    return None


def endorsement_of(record: Record, approval: str) -> Stored | None:
    """The endorsement that an approval (an entry's id) agrees to, when it does: another member's, of the same answers,
    and not taken back before the approval. Nobody agrees to an endorsement of the own, or to one of other answers."""
    by_id = {stored.id: stored for stored in record.history}
    agreed = by_id[approval].entry
    named = by_id.get(str(agreed.f.get("endorsed")))
    if named is None or _said(named) != "endorse" or named.entry.of != agreed.of or named.entry.au == agreed.au:
        return None
    # What the approval answers, and what that answered: an endorsement that another decision answered is taken back.
    known, left = set(), [approval]
    while left:
        stored = by_id.get(left.pop())
        if stored is None or stored.id in known:
            continue
        known.add(stored.id)
        before = stored.entry.b.get(DECISION, ())
        if named.id in before and _said(stored) not in ("approve", "endorse"):
            return None
        left.extend(before)
    return named if named.id in known else None


def _said(stored: Stored) -> str:
    """What a `decide` entry says; empty for any other."""
    return str(stored.entry.f.get("decision")) if stored.entry.k == "decide" else ""


def _day(value: object) -> str | None:
    """An ISO date, or None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_COUNT else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _codes(value: object) -> str:
    return _list([code for code in value if isinstance(code, str)]) if isinstance(value, list) else "[]"


def _list(codes: Sequence[str]) -> str:
    return to_json(codes) if codes else "[]"


def _iso(ms: int) -> str:
    """UTC with seconds and Z; a time beyond the calendar is shown as its last second."""
    try:
        return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return "9999-12-31T23:59:59Z"
