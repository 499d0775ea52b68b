"""Who is covered already: the lists in force, which registrations stand on them, and what that keeps from approval.

A list travels as keyed digests (docs/decisions); whoever holds the key can ask whether a NIK stands on it, nobody can
read it. A list is not always right about a person, so a supervisor may record that a row is somebody else or that the
cover has ended; that frees the registration everywhere.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from fieldapp.domain.names import plain
from fieldapp.domain.review import PENDING_STATES
from fieldapp.services.covers.digest_keys import keys, nik_digest
from fieldapp.services.covers.words import problem
from fieldapp.services.session import Session, iso_time
from fieldapp.store import covers as store
from fieldapp.store.covers import Living
from fieldapp.store.db import Connection
from fieldapp.store.queries import Row

if TYPE_CHECKING:
    from sync.members import Member

KINDS: Final = ("province", "employer", "bpjs", "other")
"""Whose list it is."""
FREEING: Final = frozenset({"different", "ended"})
"""Decisions after which a list's row keeps nobody from approval."""
_NAME_MAX: Final = 80
DECISIONS: Final = ("same", "different", "ended")

#: Decisions about so many registrations are looked for one by one, about more by reading all decisions.
_FEW: Final = 200
_APPROVED: Final = frozenset({"approved", "waiting", "frozen"})


@dataclass(frozen=True, slots=True)
class CoverList:
    """One version of a list. `family` is its name as versions of one list share it; `removed` are digests of older
    versions' chunks that no longer stand on it."""

    id: str
    name: str
    family: str
    kind: str
    by: str
    at_ms: int
    key: str
    chunks: tuple[str, ...]
    removed: frozenset[bytes] = field(repr=False)
    replaces: tuple[str, ...]
    fields: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CoverDecision:
    """What a supervisor said a row of a list is to a registration: `same`, `different` or `ended`.

    `nik` is the digest of the row's NIK, empty without one; `row` that of its whole content, empty where the decision
    is about whatever row has the NIK.
    """

    id: str
    family: str
    registration: str
    decision: str
    reason: str = field(repr=False)
    nik: bytes
    row: bytes
    stamp: str
    replaces: tuple[str, ...]
    by: str
    at_ms: int
    scope: str


@dataclass(frozen=True, slots=True)
class Standing:
    """That a registration stands on a list: by its NIK, or because a supervisor said that a row is the person.

    `blocks` is whether it keeps the registration from approval; `decision` is what was said, if anything was.
    """

    list: CoverList
    blocks: bool
    by_nik: bool
    decision: CoverDecision | None = None


def family_of(name: str) -> str:
    """The name as the versions of one list share it, whatever the letters' case and the spaces between."""
    return plain(name)


def all_lists(connection: Connection) -> list[CoverList]:
    """Every version that was not taken back, oldest first."""
    found = []
    for id_, by, at_ms, values in store.list_records(connection):
        name, kind = values.get("name"), values.get("kind")
        if isinstance(name, str) and family_of(name):
            found.append(
                CoverList(
                    id=id_,
                    # Another program may have put anything into it, and it stands in messages.
                    name="".join(filter(str.isprintable, name))[:_NAME_MAX],
                    family=family_of(name),
                    kind=kind if kind in KINDS else "other",
                    by=by,
                    at_ms=at_ms,
                    key=_text(values.get("key")),
                    chunks=tuple(_texts(values.get("chunks"))),
                    removed=frozenset(store.unpack(values.get("removed"))),
                    replaces=tuple(_texts(values.get("replaces"))),
                    fields=values,
                )
            )
    return found


def in_force(lists: Sequence[CoverList]) -> list[CoverList]:
    """Those that no newer version of the same list replaces; two that were taken in apart both count."""
    family = {each.id: each.family for each in lists}
    replaced = {old for each in lists for old in each.replaces if family.get(old) == each.family}
    return [each for each in lists if each.id not in replaced]


def decisions_in_force(
    session: Session, connection: Connection, registrations: Sequence[str] | None = None
) -> list[CoverDecision]:
    """Decisions that no later one replaces, by members whose area holds the registration; of all, or of these."""
    membership = session.journal(connection).membership
    read = [_decision(row) for row in store.decision_records(connection, registrations)]
    found = [each for each in read if each is not None]
    scopes = {each.id: each.scope for each in store.niks_of(connection, sorted({d.registration for d in found}))}
    # Only what counts replaces anything: else a member of another area could take away what somebody decided here.
    counting = [each for each in found if _reaches(membership.member(each.by), scopes.get(each.registration))]
    about = {each.id: (each.family, each.registration) for each in counting}
    replaced = {old for each in counting for old in each.replaces if about.get(old) == (each.family, each.registration)}
    return [each for each in counting if each.id not in replaced]


class Covers:
    """The lists in force as one reading of the store sees them; asks many questions for the price of reading once."""

    def __init__(self, session: Session, connection: Connection) -> None:
        self._session = session
        self._connection = connection
        self.lists = in_force(all_lists(connection)) if store.has_lists(connection) else []
        self._by_chunk: dict[str, list[CoverList]] = {}
        for each in self.lists:
            for chunk in each.chunks:
                self._by_chunk.setdefault(chunk, []).append(each)
        wanted = {each.key for each in self.lists}
        held = keys(session, connection) if self.lists else {}
        self.held = {key_id: key for key_id, key in held.items() if key_id in wanted}
        self._decisions: dict[str, list[CoverDecision]] = {}
        self._is_all_read = False

    @property
    def unchecked(self) -> list[CoverList]:
        """Lists whose key this member does not hold, which it can therefore not ask."""
        return [each for each in self.lists if each.key not in self.held]

    @property
    def keys(self) -> list[str]:
        """Ids of the keys that this member holds and a list in force was made with."""
        return sorted(self.held)

    def with_niks(self, niks: Iterable[str]) -> dict[str, list[CoverList]]:
        """NIK -> the lists on which it stands, for those that stand on any."""
        made = {nik_digest(key, nik): (nik, key_id) for nik in niks for key_id, key in self.held.items()}
        found: dict[str, list[CoverList]] = {}
        for digest, chunk in store.chunks_with(self._connection, list(made)):
            nik, key_id = made[digest]
            for each in self._by_chunk.get(chunk, ()):
                if each.key == key_id and digest not in each.removed and each not in found.get(nik, ()):
                    found.setdefault(nik, []).append(each)
        return found

    def standings(self, people: Sequence[Living]) -> dict[str, list[Standing]]:
        """Registration -> where it stands, for those that stand anywhere."""
        if not self.lists:
            return {}
        self.read_decisions([each.id for each in people])
        listed = self.with_niks({each.nik for each in people if each.nik})
        found: dict[str, list[Standing]] = {}
        for person in people:
            here = [self._by_nik(person, each) for each in listed.get(person.nik or "", ())]
            here += self._by_decision(person, {standing.list.family for standing in here})
            if here:
                found[person.id] = sorted(here, key=lambda standing: (standing.list.name, standing.list.id))
        return found

    def decisions_about(self, registration: str, family: str) -> list[CoverDecision]:
        """What was said and stands about this registration and rows of this list."""
        self.read_decisions([registration])
        return [each for each in self._decisions.get(registration, ()) if each.family == family]

    def read_decisions(self, registrations: Sequence[str]) -> None:
        """Have the decisions about these registrations at hand: about few of them only theirs are read."""
        missing = [] if self._is_all_read else [each for each in registrations if each not in self._decisions]
        if not missing:
            return
        self._is_all_read = len(missing) > _FEW
        if not self._is_all_read:
            self._decisions.update({each: [] for each in missing})
        for decision in decisions_in_force(self._session, self._connection, None if self._is_all_read else missing):
            if self._is_all_read or decision.registration in missing:
                self._decisions.setdefault(decision.registration, []).append(decision)

    def _by_nik(self, person: Living, list_: CoverList) -> Standing:
        own = {nik_digest(key, person.nik or "") for key in self.held.values()}
        said = [each for each in self.decisions_about(person.id, list_.family) if each.nik in own]
        # Where two supervisors said unlike things, nobody is freed until one of them gives way.
        freed = bool(said) and all(each.decision in FREEING for each in said)
        return Standing(list_, not freed, True, said[-1] if said else None)

    def _by_decision(self, person: Living, besides: set[str]) -> list[Standing]:
        """Lists of which a supervisor said that a row is this person, under another NIK or none."""
        found = []
        for list_ in self.lists:
            if list_.family in besides:
                continue
            rows: dict[tuple[bytes, bytes], list[CoverDecision]] = {}
            for each in self.decisions_about(person.id, list_.family):
                rows.setdefault((each.nik, each.row), []).append(each)
            for (nik, _row), said in rows.items():
                if all(each.decision == "same" for each in said) and (not nik or self._still_has(list_, nik)):
                    found.append(Standing(list_, True, False, said[-1]))
                    break
        return found

    def _still_has(self, list_: CoverList, digest: bytes) -> bool:
        if digest in list_.removed:
            return False
        return any(chunk in list_.chunks for _, chunk in store.chunks_with(self._connection, [digest]))


def blocking(session: Session, connection: Connection, registrations: Sequence[str]) -> dict[str, list[str]]:
    """Registration -> names of the lists that keep it from approval, for those that any list does."""
    covers = Covers(session, connection)
    return blocked(covers, store.niks_of(connection, registrations) if covers.lists else [])


def blocking_rows(covers: Covers, rows: Iterable[Row]) -> dict[str, list[str]]:
    """The same for rows that were read already, within a reading that was begun already."""
    return blocked(covers, [Living(row.id, row.nik, row.state, row.scope) for row in rows if row.is_live])


def blocked(covers: Covers, people: Sequence[Living]) -> dict[str, list[str]]:
    """The same for people who were read already."""
    standings = covers.standings(people)
    found = {id_: _names(each.list for each in here if each.blocks) for id_, here in standings.items()}
    return {id_: names for id_, names in found.items() if names}


def refuse_covered(session: Session, connection: Connection, registration: str) -> None:
    """Raises Problem covered_elsewhere when a list keeps the registration from approval."""
    names = blocking(session, connection, [registration]).get(registration)
    if names:
        raise problem("covered_elsewhere", {"lists": quoted(names)})


def names_for(session: Session, connection: Connection, nik: str, registration: str | None) -> list[str]:
    """Names of the lists on which a NIK stands that is being typed, but those from which the registration was freed."""
    covers = Covers(session, connection)
    if not covers.lists:
        return []
    person = next(iter(store.niks_of(connection, [registration])), None) if registration else None
    typed = Living(registration or "", nik, person.state if person else "draft", person.scope if person else "")
    return _names(each.list for each in covers.standings([typed]).get(typed.id, ()) if each.blocks)


def shown(session: Session, connection: Connection, registration: str) -> list[dict[str, Any]]:
    """Where a registration stands: `{"list", "name", "kind", "blocks", "by_nik", "decision"}`."""
    covers = Covers(session, connection)
    people = store.niks_of(connection, [registration]) if covers.lists else []
    return [
        {
            "list": each.list.id,
            "name": each.list.name,
            "kind": each.list.kind,
            "blocks": each.blocks,
            "by_nik": each.by_nik,
            "decision": told_decision(session, connection, each.decision),
        }
        for each in covers.standings(people).get(registration, ())
    ]


def told_decision(session: Session, connection: Connection, said: CoverDecision | None) -> dict[str, Any] | None:
    """A decision for people: what, why, by whom, when."""
    if said is None:
        return None
    member = session.journal(connection).membership.member(said.by)
    return {
        "decision": said.decision,
        "reason": said.reason,
        "by": member.name if member else said.by,
        "at": iso_time(said.at_ms),
    }


def counted(people: Iterable[Living], standing: Mapping[str, bool]) -> dict[str, int]:
    """How many of `people` stand on a list: `standing` is registration -> whether it blocks.

    `{"registered", "pending", "approved", "freed"}`; approved holds those that wait for a slot or are in a decree too.
    """
    counts = {"registered": 0, "pending": 0, "approved": 0, "freed": 0}
    for each in people:
        if each.id in standing:
            counts["registered"] += 1
            counts["pending"] += each.state in PENDING_STATES
            counts["approved"] += each.state in _APPROVED
            counts["freed"] += not standing[each.id]
    return counts


def quoted(names: Sequence[str]) -> str:
    """Names of lists as they stand in a sentence."""
    return ", ".join(f"'{name}'" for name in names)


def pack_one(digest: bytes) -> str:
    """A digest as a decision carries it."""
    return base64.b64encode(digest).decode()


def _decision(row: tuple[str, str, int, str, dict[str, Any]]) -> CoverDecision | None:
    id_, by, at_ms, scope, values = row
    decision, registration = values.get("decision"), values.get("registration")
    if decision not in DECISIONS or not isinstance(registration, str):
        return None
    nik, rows = store.unpack(values.get("nik")), store.unpack(values.get("row"))
    return CoverDecision(
        id=id_,
        family=_text(values.get("list")),
        registration=registration,
        decision=decision,
        reason=_text(values.get("reason")),
        nik=nik[0] if nik else b"",
        row=rows[0] if rows else b"",
        stamp=_text(values.get("stamp")),
        replaces=tuple(_texts(values.get("replaces"))),
        by=by,
        at_ms=at_ms,
        scope=scope,
    )


def _reaches(member: Member | None, scope: str | None) -> bool:
    # Late: handing in asks this module about the NIK that is handed in.
    from fieldapp.services.submission import covers

    return member is not None and scope is not None and any(covers(own, scope) for own in member.scopes)


def _names(lists: Iterable[CoverList]) -> list[str]:
    return list(dict.fromkeys(each.name for each in lists))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
