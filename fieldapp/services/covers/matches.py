"""Rows of a list that look like a registration under another NIK, or under none: a queue for the supervisor.

They are found where the list was taken in, since only there are its rows. What is found waits until somebody says
`same`, `different` or `ended` (cover_decisions.py); what was said once is not asked again, unless a compared field of
either side changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from fieldapp.domain.nik import masked
from fieldapp.services import covers
from fieldapp.services.covers import CoverDecision, CoverList
from fieldapp.services.covers.digest_keys import nik_digest
from fieldapp.services.session import Session
from fieldapp.store import covers as store
from fieldapp.store import matching as index
from fieldapp.store import queries
from fieldapp.store.covers import Changed, ListRow, NearPair
from fieldapp.store.db import Connection
from fieldapp.store.rows import from_json

if TYPE_CHECKING:
    from fieldapp.matching.match import Band, Match
    from fieldapp.matching.rarity import Rarity

#: Registrations that are compared with a list in one go; bounds memory, and what an interruption costs.
_CHUNK: Final = 25_000
#: Below so many people in the register's own counts, how rare a name is is better counted in the list itself.
_COUNTED_LEAST: Final = 1_000

#: Registrations whose ranks are worked out in one transaction: the writer is held up for some tenths of a second.
_RANKED_AT_ONCE: Final = 20_000
#: Rows of lists like so many registrations are looked up one by one, like more of them by reading all.
_FEW: Final = 200

Progress = Callable[[int, int | None, str], None]


class _Row(NamedTuple):
    """A pair with what is needed to show it."""

    pair: NearPair
    row: ListRow
    by_nik: bool
    said: list[CoverDecision]
    is_changed: bool


def find(
    session: Session, list_: str, *, progress: Progress | None = None, cancelled: Callable[[], bool] | None = None
) -> dict[str, int]:
    """Compare a list that was taken in here with the registrations that it was not compared with yet.

    Answers `{"compared", "left"}`. What was compared is kept after every chunk, so that a find which is stopped goes
    on from there; lists whose rows are elsewhere are compared with nobody.
    """
    compared = 0
    while True:
        found = session.read(lambda connection: _chunk(connection, list_))
        if found is None:
            break
        chunk, rows, rarity = found
        pairs = _compare(list_, chunk, rows, rarity, progress, cancelled)
        if pairs is None:
            break
        session.write(lambda connection, _, c=chunk, p=pairs: store.keep_compared(connection, list_, c, p))  # type: ignore[misc]
        compared += len(chunk)
    return {"compared": compared, "left": session.read(lambda connection: _left(connection, list_))}


def find_all(session: Session, list_: str | None = None, *, progress: Progress | None = None) -> None:
    """Bring a list, or every list in force that was taken in here, up to date with the registrations."""

    def named(connection: Connection) -> list[str]:
        from fieldapp.services.covers.importing import find as find_list

        here = {each.list for each in store.imports(connection)}
        wanted = [find_list(connection, list_)] if list_ else covers.in_force(covers.all_lists(connection))
        return [each.id for each in wanted if each.id in here]

    if session.read(_outlived):
        session.write(lambda connection, _: _forget(connection))
    for each in session.read(named):
        find(session, each, progress=progress)


def _outlived(connection: Connection) -> list[str]:
    """Rows kept here of lists that were taken back elsewhere, or replaced and replaced again."""
    known = covers.all_lists(connection)
    in_force = covers.in_force(known)
    keep = {each.id for each in in_force} | {old for each in in_force for old in each.replaces}
    return store.old_imports(connection, keep & {each.id for each in known})


def _forget(connection: Connection) -> None:
    for list_ in _outlived(connection):
        store.forget_import(connection, list_)


def matches(
    session: Session, list_: str | None = None, *, registration: str | None = None, decided: bool = False
) -> list[dict[str, Any]]:
    """Registrations that stand on a list by their NIK, and rows that look like one, likeliest first.

    `{"list", "name", "row", "registration", "state", "area", "by_nik", "nik", "band", "bits", "probability", "verdict",
    "reasons": [{"aspect", "effect", "strength"}], "decision", "is_changed", "blocks"}`. `row` and what follows from its
    content are None where the list's rows are elsewhere; `nik` is masked; `is_changed`: decided, but changed since.
    Without `decided` only those for whom nobody has decided. Raises Problem cover_list_unknown.
    """

    def read(connection: Connection) -> list[dict[str, Any]]:
        from fieldapp.services.covers.importing import find as find_list

        reading = covers.Covers(session, connection)
        lists = [find_list(connection, list_)] if list_ else reading.lists
        by_id = {each.id: each for each in lists}
        near = _rows(session, connection, reading, by_id, [registration] if registration else None)
        rarity = _shown_rarity(connection)
        told = [_told(session, connection, by_id[each.pair.list], each, rarity) for each in near]
        told += _only_by_nik(session, connection, reading, by_id, near, registration)
        shown = [each for each in told if decided or each["decision"] is None or each["is_changed"]]
        return sorted(shown, key=_order)

    return session.read(read)


def words(session: Session, list_: str, number: int, registration: str) -> dict[str, Any]:
    """Both sides of a pair for a person who decides, on the laptop that took the list in: not for `--json`, logs or
    files. `{"verdict", "reasons": [text], "left": {field: text}, "right": {field: text}}`, left the registration."""
    from fieldapp.matching.words import doubt, missing, reasons, verdict

    def read(connection: Connection) -> dict[str, Any]:
        row = store.row(connection, list_, number)
        values = queries.values_of(connection, registration)
        area = store.niks_of(connection, [registration])
        pair = next((p for p in store.near_pairs(connection, [list_], [registration]) if p.number == number), None)
        if row is None or values is None or not area or pair is None:
            return {"verdict": "", "reasons": [], "left": {}, "right": {}}
        match = _match(_shown_rarity(connection), values, area[0].scope, row, pair)
        said = [reason.text for reason in reasons(match)] + [text for text in (doubt(match), missing(match)) if text]
        left = {name: _shown(name, values.get(name)) for name in row.values}
        right = {name: _shown(name, value) for name, value in row.values.items()}
        return {"verdict": verdict(match), "reasons": said, "left": left, "right": right}

    return session.read(read)


def _shown(name: str, value: object) -> str:
    text = value if isinstance(value, str) else ""
    return masked(text) if name in ("nik", "nik_as_written", "nomor_kk") else text


def waiting_rows(
    session: Session, connection: Connection, reading: covers.Covers, registrations: Sequence[str] | None
) -> dict[str, int]:
    """Registration -> how many rows of lists look like it and wait for a decision, for those that any does; of these,
    or of all."""
    here = {each.list for each in store.imports(connection)} if reading.lists else set()
    if not here:
        return {}
    by_id = {each.id: each for each in reading.lists if each.id in here}
    found: dict[str, int] = {}
    for each in _rows(session, connection, reading, by_id, registrations):
        if not each.by_nik and (not each.said or each.is_changed):
            found[each.pair.registration] = found.get(each.pair.registration, 0) + 1
    return found


def ranks(session: Session, connection: Connection) -> dict[int, int]:
    """Row number of a registration -> 2 where a list keeps it from approval, 1 where rows of lists look like it.

    Nobody can be riskier than who is covered already. Ranks that were kept are read; what changed since is looked at.
    """
    reading = covers.Covers(session, connection)
    if not reading.lists:
        return {}
    known = store.ranks(connection) if store.ranked_keys(connection) == reading.keys else None
    new = queries.all_numbers(connection) if known is None else store.unranked(connection)
    found = {**(known or {}), **_ranked(session, connection, reading, new)}
    return {number: rank for number, rank in found.items() if rank}


def keep_ranks(session: Session) -> None:
    """Keep the ranks of what changed for the next list, some ten thousand registrations a transaction."""

    def write(connection: Connection, _: Any) -> bool:
        reading = covers.Covers(session, connection)
        if not reading.lists:
            return False
        if store.ranked_keys(connection) != reading.keys:
            store.begin_ranks(connection, reading.keys)
        new = store.unranked(connection, _RANKED_AT_ONCE)
        store.keep_ranks(connection, dict.fromkeys(new, 0) | _ranked(session, connection, reading, new))
        return len(new) == _RANKED_AT_ONCE

    def is_left(connection: Connection) -> bool:
        reading = covers.Covers(session, connection)
        if not reading.lists:
            return False
        return store.ranked_keys(connection) != reading.keys or bool(store.unranked(connection, 1))

    if session.read(is_left):
        while session.write(write):
            pass
        # The writer has read every registration for it; its cache would stay as large as it grew.
        session.write(lambda connection, _: store.shrink(connection))


def _ranked(session: Session, connection: Connection, reading: covers.Covers, numbers: Sequence[int]) -> dict[int, int]:
    """The ranks of these registrations that stand for their person."""
    near = waiting_rows(session, connection, reading, None) if len(numbers) > _FEW else None
    found: dict[int, int] = {}
    # A city's answers do not stand in memory together.
    for start in range(0, len(numbers), _RANKED_AT_ONCE):
        people = store.living_at(connection, numbers[start : start + _RANKED_AT_ONCE])
        blocked = covers.blocked(reading, list(people.values()))
        if near is None:
            near = waiting_rows(session, connection, reading, [each.id for each in people.values()])
        for number, each in people.items():
            found[number] = 2 if each.id in blocked else 1 if each.id in near else 0
    return found


def count(session: Session, connection: Connection, list_: str) -> int | None:
    """How many pairs of a list wait for a decision; None where its rows are elsewhere."""
    if list_ not in {each.list for each in store.imports(connection)}:
        return None
    reading = covers.Covers(session, connection)
    by_id = {each.id: each for each in reading.lists if each.id == list_}
    rows = _rows(session, connection, reading, by_id, None)
    return sum(1 for each in rows if not each.by_nik and (not each.said or each.is_changed))


# -- comparing


def _chunk(connection: Connection, list_: str) -> tuple[list[Changed], list[ListRow], Rarity | None] | None:
    rows = list(store.rows(connection, list_))
    chunk = store.uncompared(connection, list_, _CHUNK) if rows else []
    return (chunk, rows, _rarity(connection, many=True)) if chunk else None


def _left(connection: Connection, list_: str) -> int:
    here = any(each.list == list_ for each in store.imports(connection))
    return store.uncompared_count(connection, list_) if here else 0


def _compare(
    list_: str,
    chunk: Sequence[Changed],
    rows: Sequence[ListRow],
    rarity: Rarity | None,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> list[NearPair] | None:
    from fieldapp.matching.people import of_answers, of_row, pack
    from fieldapp.matching.sweep import SweepCancelledError, against

    people = ((each.id, pack(of_answers(from_json(each.values_json), each.scope))) for each in chunk)
    listed = ((str(row.number), pack(of_row(_comparable(row)))) for row in rows)
    try:
        return [
            NearPair(list_, int(number), registration, match.bits, match.probability, match.band)
            for registration, number, match in against(people, listed, rarity, progress=progress, cancelled=cancelled)
        ]
    except SweepCancelledError:
        return None


def _comparable(row: ListRow) -> dict[str, str]:
    return {**row.values, "nik": row.values.get("nik") or row.values.get("nik_as_written", "")}


class _Uncounted:
    """A register whose names nobody has counted yet."""

    def __init__(self, population: int) -> None:
        self.population = population

    def token_count(self, token: str) -> int:
        return 1

    def phone_count(self, phone: str) -> int:
        return 1


def _rarity(connection: Connection, *, many: bool) -> Rarity | None:
    """How common everything is in this register, by its own counts; None where nobody has counted it yet."""
    if index.population(connection) < _COUNTED_LEAST:
        return None
    from fieldapp.services.pairs.candidates import RegisterRarity, loaded

    return loaded(connection) if many else RegisterRarity(connection)


def _shown_rarity(connection: Connection) -> Rarity:
    return _rarity(connection, many=False) or _Uncounted(queries.count(connection))


def _match(rarity: Rarity, values: Mapping[str, object], scope: str, row: ListRow, pair: NearPair) -> Match:
    """What speaks for and against a pair, with the weight that it was found with."""
    from fieldapp.matching.people import of_answers, of_row
    from fieldapp.matching.score import compare

    match = compare(of_answers(values, scope), of_row(_comparable(row)), rarity)
    return replace(match, bits=pair.bits, probability=pair.probability, band=cast("Band", pair.band))


# -- showing


def _rows(
    session: Session,
    connection: Connection,
    reading: covers.Covers,
    lists: Mapping[str, CoverList],
    registrations: Sequence[str] | None,
) -> list[_Row]:
    pairs = store.near_pairs(connection, sorted(lists), registrations)
    people = {each.id: each for each in store.niks_of(connection, sorted({pair.registration for pair in pairs}))}
    held = reading.held
    reading.read_decisions(sorted(people))
    found = []
    for pair in pairs:
        row, list_, person = store.row(connection, pair.list, pair.number), lists[pair.list], people[pair.registration]
        if row is None:
            continue
        nik, key = row.values.get("nik", ""), held.get(list_.key)
        by_nik = bool(nik) and nik == person.nik
        digest = nik_digest(key, nik) if nik and key else b""
        wanted = (digest, b"") if by_nik else (digest, row.key)
        said = [
            each for each in reading.decisions_about(pair.registration, list_.family) if (each.nik, each.row) == wanted
        ]
        is_changed = bool(said) and not by_nik and said[-1].stamp != _stamp(connection, person.id, person.scope)
        found.append(_Row(pair, row, by_nik, said, is_changed))
    return found


def _stamp(connection: Connection, registration: str, scope: str) -> str:
    from fieldapp.matching.people import of_answers, stamp

    return stamp(of_answers(queries.values_of(connection, registration) or {}, scope))


def _told(session: Session, connection: Connection, list_: CoverList, each: _Row, rarity: Rarity) -> dict[str, Any]:
    from fieldapp.matching.words import reasons, verdict

    [person] = store.niks_of(connection, [each.pair.registration])
    values = queries.values_of(connection, person.id) or {}
    match = _match(rarity, values, person.scope, each.row, each.pair)
    said = each.said[-1] if each.said else None
    return {
        "list": list_.id,
        "name": list_.name,
        "row": each.row.number,
        "registration": person.id,
        "state": person.state,
        "area": person.scope,
        "by_nik": each.by_nik,
        "nik": masked(each.row.values["nik"]) if each.row.values.get("nik") else None,
        "band": each.pair.band,
        "bits": round(each.pair.bits, 1),
        "probability": round(each.pair.probability, 4),
        "verdict": verdict(match),
        "reasons": [
            {"aspect": reason.aspect, "effect": reason.effect, "strength": reason.strength} for reason in reasons(match)
        ],
        "decision": covers.told_decision(session, connection, said),
        "is_changed": each.is_changed,
        "blocks": _blocks(each),
    }


def _blocks(each: _Row) -> bool:
    freed = bool(each.said) and all(said.decision in covers.FREEING for said in each.said)
    return (each.by_nik and not freed) or (bool(each.said) and all(said.decision == "same" for said in each.said))


def _only_by_nik(
    session: Session,
    connection: Connection,
    reading: covers.Covers,
    lists: Mapping[str, CoverList],
    near: Sequence[_Row],
    registration: str | None,
) -> list[dict[str, Any]]:
    """Registrations on a list by their NIK of which no row was compared here: the list was taken in elsewhere."""
    known = {(each.pair.list, each.pair.registration) for each in near if each.by_nik}
    people = store.niks_of(connection, [registration]) if registration else list(store.living(connection))
    by_id = {each.id: each for each in people}
    told: list[dict[str, Any]] = []
    for id_, standings in reading.standings(people).items():
        for each in standings:
            if each.list.id not in lists or not each.by_nik or (each.list.id, id_) in known:
                continue
            told.append(
                {
                    "list": each.list.id,
                    "name": each.list.name,
                    "row": None,
                    "registration": id_,
                    "state": by_id[id_].state,
                    "area": by_id[id_].scope,
                    "by_nik": True,
                    "nik": masked(by_id[id_].nik or ""),
                    **dict.fromkeys(("band", "bits", "probability", "verdict")),
                    "reasons": [],
                    "decision": covers.told_decision(session, connection, each.decision),
                    "is_changed": False,
                    "blocks": each.blocks,
                }
            )
    return told


def _order(told: Mapping[str, Any]) -> tuple[Any, ...]:
    return not told["by_nik"], -(told["bits"] or 0.0), told["name"], told["row"] or 0, told["registration"]
