"""Taking a merge back as a unit: entries that answer what it brought, and so travel to everybody like any other.

Nothing is removed from the journal. What somebody has built upon since cannot be taken back without their work, so it
is named instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from fieldapp.domain import prelist, roles
from fieldapp.services import changes
from fieldapp.services.policy import OFFICE_ROLES
from fieldapp.services.problems import Problem, fill
from fieldapp.services.session import Session
from fieldapp.services.submission import covers
from fieldapp.services.views import area_name
from fieldapp.store import decided, merges, queries
from fieldapp.store import prelist as visits
from fieldapp.store.db import Connection
from sync.errors import NotFound
from sync.fold import Record, fold
from sync.journal import Change
from sync.merge import RECEIPT
from sync.watching import Stopped

if TYPE_CHECKING:
    from sync.journal import Journal

Progress = Callable[[int, int | None, str], None]

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "built_upon": (
        "Sudah diubah atau diputuskan sesudah penggabungan itu; tidak dibatalkan.",
        "It was changed or decided after that merge; it stays.",
    ),
    "history_away": (
        "Isi lamanya belum kembali ke laptop ini; tukarkan paket atau sinkronkan, lalu ulangi.",
        "Its old answers are not back on this laptop; exchange bundles or sync, then try again.",
    ),
    "withdrawn": (
        "Orang ini sudah keluar dari program; itu tetap.",
        "This person left the programme; that stays.",
    ),
    "frozen": ("Sudah masuk SK; tidak dibatalkan.", "It is part of a decree; it stays."),
    "outside_area": ("Di luar wilayah Anda; tidak dibatalkan.", "It is outside your area; it stays."),
    "decision": (
        "Keputusan hanya dapat dibatalkan oleh pengawas.",
        "A decision can only be undone by a supervisor.",
    ),
    "own_decision": (
        "Keputusan tentang pendaftaran Anda sendiri hanya dapat dibatalkan oleh pengawas lain.",
        "A decision about your own registration can only be undone by another supervisor.",
    ),
    "refused_visit": (
        "Orang ini menolak didata; penolakannya tetap. Kalau keliru, batalkan satu per satu di Kunjungan.",
        "This person refused; that stays. If it is a mistake, take it back by itself in the visits.",
    ),
}

_SHORTEST: Final = 6
"""Characters of a merge's id that have to be given."""
_STEP: Final = 100
"""Records between two words about how far it is."""
_ORDER: Final = ("registration", "pair", "visit")


class _Stays(Exception):
    """Why a record stays as it is, as a code."""


@dataclass
class _Brought:
    """What a merge brought: record -> the entries, by type; and how many entries of other types."""

    registrations: dict[str, set[str]] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    visits: dict[str, set[str]] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)


def undo(session: Session, merge: str, reason: str = "", progress: Progress | None = None) -> dict[str, Any]:
    """Take back what the merge of this id (or of the only one that begins so) brought, in one transaction.

    Answers `{"merge_id", "voided", "restored", "left": [{"id", "code", "message", "name", "area", "area_name"}],
    "taken": [{"id", "what", "name", "area", "area_name"}], "visits", "others": {type: entries}}`: registrations taken
    out again, registrations put back to their answers before, and what stays with the reason; `taken` names all that
    was taken back, `what` being voided, restored, pair or visit; `visits` counts results of visits that no longer hold;
    `others` is what else the merge brought and an undo never touches, such as lists and settings. `pairs`, where
    decisions about two registrations are taken back, counts them once for each area. `progress` may raise Stopped; then
    nothing changes. Raises Problem: not_allowed, merge_unknown.
    """
    return _undone(session, merge, reason, progress or _silent, is_preview=False)


def preview_undo(session: Session, merge: str, progress: Progress | None = None) -> dict[str, Any]:
    """What `undo` would answer now; changes nothing."""
    return _undone(session, merge, "", progress or _silent, is_preview=True)


def find(connection: Connection, journal: Journal, wanted: str) -> str:
    """The id of the merge that is meant, by its id or the beginning of it. Raises Problem merge_unknown."""
    known = {report.merge for report in journal.reports()} | merges.kept(connection).keys()
    beginning = wanted.strip().lower()
    found = [each for each in known if each.startswith(beginning)] if len(beginning) >= _SHORTEST else []
    if len(found) != 1:
        raise NotFound("merge_unknown", merge=wanted)
    return found[0]


def _undone(session: Session, merge: str, reason: str, tell: Progress, *, is_preview: bool) -> dict[str, Any]:
    session.require_role(*sorted(OFFICE_ROLES - {"hub", "admin"}), who="coordinator")
    told: dict[str, Any] = {"merge_id": merge, "voided": 0, "restored": 0, "left": [], "taken": [], "visits": 0}

    def work_out(connection: Connection, journal: Journal) -> list[Change]:
        told["merge_id"] = find(connection, journal, merge)
        brought = _brought(connection, journal, told["merge_id"])
        told["others"] = dict(sorted(brought.others.items()))
        answers = _all_answers(_Undoing(session, connection, journal, _why(told, reason)), brought, told, tell)
        _name(connection, told)
        return answers

    def write(connection: Connection, journal: Journal) -> None:
        answers = work_out(connection, journal)
        if answers:
            journal.append(session.author(), answers)
        counts = {name: told.get(name, 0) for name in ("voided", "restored", "visits", "pairs")}
        merges.note_undone(connection, told["merge_id"], session.now_ms(), {**counts, "left": len(told["left"])})

    try:
        if is_preview:
            session.read(lambda connection: work_out(connection, session.journal(connection)))
        else:
            session.write(write)
    except Stopped:
        raise Problem("stopped") from None
    return told


def _why(told: Mapping[str, Any], reason: str) -> str:
    return reason.strip() or f"penggabungan {told['merge_id'][:8]} dibatalkan"


def _brought(connection: Connection, journal: Journal, merge: str) -> _Brought:
    found = _Brought()
    for part in merges.parts_of(connection, merge):
        for stored in journal.merged_entries(part):
            entry = stored.entry
            if entry.y == "registration":
                found.registrations.setdefault(entry.r, set()).add(stored.id)
            elif entry.y == "same_as" and entry.k == "new":
                found.words.add(entry.r)
            elif entry.y == prelist.TYPE and entry.k == "edit" and "visit" in entry.f:
                found.visits.setdefault(entry.r, set()).add(stored.id)
            elif entry.y != RECEIPT:
                found.others[entry.y] += 1
    return found


def _all_answers(undoing: _Undoing, brought: _Brought, told: dict[str, Any], tell: Progress) -> list[Change]:
    """The entries that take everything back; what and what not is noted in `told`."""
    work: list[tuple[str, str, Callable[[], list[Change]]]] = [
        *(
            (each, "registration", partial(undoing.registration, each, ids))
            for each, ids in brought.registrations.items()
        ),
        *((each, "pair", partial(undoing.pair, each, brought.words)) for each in brought.words),
        *((each, "visit", partial(undoing.visit, each, ids)) for each, ids in brought.visits.items()),
    ]
    answers: list[Change] = []
    for done, (record, what, make) in enumerate(sorted(work, key=lambda each: (_ORDER.index(each[1]), each[0]))):
        if done % _STEP == 0:
            tell(done, len(work), "undo")
        try:
            made = make()
        except _Stays as stays:
            code = str(stays)
            told["left"].append({"id": record, "code": code, "message": fill(_WORDS[code], {}), "what": what})
            continue
        if made:
            answers += made
            if what == "registration":
                what = "voided" if made[0].kind == "void" else "restored"
                told[what] += 1
            elif what == "visit":
                told["visits"] += 1
            else:
                told["pairs"] = told.get("pairs", 0) + len(made)
            told["taken"].append({"id": record, "what": what})
    return answers


def _name(connection: Connection, told: dict[str, Any]) -> None:
    """Names and areas of what is told, from the lists: a person who reads it knows nobody by an id."""
    every = [*told["taken"], *told["left"]]
    facts = merges.facts(connection, [each["id"] for each in every])
    for each in every:
        fact = facts.get(each["id"])
        name, area = (fact.name, fact.scope) if fact else ("", "")
        if each["what"] == "visit":
            item = visits.get(connection, each["id"])
            name, area = (str(item.values.get("name") or ""), item.scope) if item else ("", "")
        elif each["what"] == "pair":
            both = decided.pair_named(connection, each["id"]) or ("", "")
            known = merges.facts(connection, both)
            name = " / ".join(known[one].name for one in both if one in known)
            area = next((known[one].scope for one in both if one in known), "")
        each.update({"name": name, "area": area, "area_name": area_name(area)})


@dataclass(frozen=True)
class _Undoing:
    """Works out the entries by which a member answers what a merge brought; writes nothing."""

    session: Session
    connection: Connection
    journal: Journal
    reason: str

    def registration(self, registration: str, brought: set[str]) -> list[Change]:
        """What takes back these entries about a registration; none when nothing of them counts any more."""
        record = self.journal.record(registration)
        state = queries.state_of(self.connection, registration)
        if state == "void":
            # One that gives way to another registration is not taken out by that.
            state = queries.own_state_of(self.connection, registration)
        if record is None or not record.complete or state is None or not brought & _counted(record):
            return []
        if state == "frozen":
            raise _Stays("frozen")
        self._check_area(record)
        if all(stored.id in brought for stored in record.history if stored.entry.k == "new"):
            if state == "void":
                return []
            if state == "withdrawn":
                raise _Stays("withdrawn")
            if _counted(record) - brought:
                raise _Stays("built_upon")
            return [changes.about(record, "void", {"decision": "void", "reason": self.reason})]
        if state == "withdrawn":
            raise _Stays("withdrawn")
        return self._put_back(record, brought, is_void=state == "void")

    def _put_back(self, record: Record, brought: set[str], *, is_void: bool) -> list[Change]:
        """What puts a registration that was here before back to what it was."""
        mine = [said for said in record.decisions if said.entry in brought]
        if is_void and not mine:
            return []
        before = self._before(record, brought)
        found = [change for group in sorted(record.groups) if (change := _restored(record, before, group, brought))]
        if mine:
            own = record.origin_by == self.session.member.id
            code = roles.may(self.session.member.role, "registration", "decide", own_record=own, decision="undo")
            if code is not None:
                raise _Stays("own_decision" if code == "own_decision" else "decision")
            found.append(changes.about(record, "decide", {"decision": "undo", "reason": self.reason}))
        if not found and _was_decided_since(record, brought):
            raise _Stays("built_upon")
        return found

    def pair(self, record_id: str, brought: set[str]) -> list[Change]:
        """Takes back what a record says of two registrations, so that what it replaced is in force again."""
        record = self.journal.record(record_id)
        if record is None or not record.complete or record.decisions:
            return []
        self._check_area(record)
        if not decided.named_by(self.connection, record_id) <= brought:
            raise _Stays("built_upon")
        said = {"decision": "void", "reason": self.reason}
        return [Change(record=record_id, type="same_as", scope=record.scope, kind="void", fields=said)]

    def visit(self, item: str, brought: set[str]) -> list[Change]:
        """Puts back what was known of a visit before. A refusal stays: nobody's no is taken back with a heap."""
        record, row = self.journal.record(item), visits.get(self.connection, item)
        if record is None or not record.complete or row is None or row.is_gone or not brought & _counted(record):
            return []
        before, group = self._before(record, brought), prelist.VISIT[0]
        if not any(head.entry in brought for head in record.groups.get(group, ())):
            if _was_changed_since(record, before, group, brought):
                raise _Stays("built_upon")
            return []
        self._check_area(record)
        earlier = {name: before.values.get(name) for name in prelist.VISIT}
        if row.visit == prelist.REFUSED:
            raise _Stays("refused_visit")
        return [Change(record=item, type=prelist.TYPE, scope=record.scope, kind="edit", fields=earlier)]

    def _check_area(self, record: Record) -> None:
        if not any(covers(scope, record.scope) for scope in self.session.member.scopes):
            raise _Stays("outside_area")

    def _before(self, record: Record, brought: set[str]) -> Record:
        """The record as it would be without these entries."""
        others = [stored for stored in self.journal.entries_of(record.id) if stored.id not in brought]
        before = fold(record.id, others, self.journal.rules, self.journal.membership)
        if before.dropped:
            # This laptop let go of what would have to be put back, before somebody of the office worked on it.
            raise _Stays("history_away")
        return before


def _counted(record: Record) -> set[str]:
    return {stored.id for stored in record.history}


def _was_decided_since(record: Record, brought: set[str]) -> bool:
    """Whether somebody decided anew what these entries decided; one that only took it back leaves nothing to undo."""
    decides = any(stored.id in brought and stored.entry.k in ("decide", "void") for stored in record.history)
    return decides and any(said.kind == "decide" and said.fields.get("decision") != "undo" for said in record.decisions)


def _restored(record: Record, before: Record, group: str, brought: set[str]) -> Change | None:
    """The edit that puts a group back to what it was, naming all its present heads; None when it did not change."""
    heads = record.groups[group]
    if not any(head.entry in brought for head in heads):
        if _was_changed_since(record, before, group, brought):
            raise _Stays("built_upon")
        return None
    names = {name for head in heads for name in head.values}
    earlier: Mapping[str, object] = {name: before.values.get(name) for name in names}
    if earlier == {name: record.values.get(name) for name in names} and group not in record.conflicts:
        return None
    return changes.about(record, "edit", earlier, parents={group: [head.entry for head in heads]})


def _was_changed_since(record: Record, before: Record, group: str, brought: set[str]) -> bool:
    """Whether somebody gave a group another value than it had before these entries; whoever put back what stood there,
    as an earlier undo does, left nothing to undo."""
    since = {stored.id for stored in record.heads.get(group, ()) if brought & set(stored.entry.b.get(group, ()))}
    if not since:
        return False
    entries = [stored for stored in before.history if stored.id not in since]
    rest = Record(id=record.id, origin=before.origin, history=tuple(entries), quarantined=(), rules=record.rules)
    names = {name for head in record.groups[group] for name in head.values}
    return any(rest.values.get(name) != record.values.get(name) for name in names)


def _silent(done: int, total: int | None, what: str) -> None:
    return None
