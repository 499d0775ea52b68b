"""Registrations that may be one person: the cases to look at, two of them side by side, and who is like a draft.

Everything looks at what this laptop's store holds, so a member of some areas learns of no others. How pairs are found
stands in `fieldapp.services.pairs.finding`; comparing is loaded only when something is compared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from fieldapp.domain.nik import masked
from fieldapp.services.pairs import words as pair_words
from fieldapp.services.pairs.finding import catch_up, find
from fieldapp.services.problems import Problem
from fieldapp.services.session import Session
from fieldapp.services.submission import covers, scope_of
from fieldapp.services.views import area_name, member_names
from fieldapp.store import matching, queries
from fieldapp.store.db import Connection
from fieldapp.store.matching import SHOWN, Decided, Known

if TYPE_CHECKING:
    from fieldapp.matching.match import Match
    from fieldapp.matching.people import Person

__all__ = ["BANDS", "SHOWN", "catch_up", "find", "listing", "near", "near_count", "pair"]

BANDS: Final = SHOWN

Words = Mapping[tuple[str, str], Decided]
"""What was decided about pairs, the smaller id first."""

#: Numbers that are another person's key; a screen shows them whole only when somebody asks.
_MASKED: Final = frozenset({"nik", "heir_nik"})


def near(session: Session, values: Mapping[str, Any], registration: str | None = None) -> list[dict[str, Any]]:
    """Registrations that may be the person whose answers these are, likeliest first; `registration` is that one itself.

    `{"id", "band", "probability", "verdict", "name", "area_name", "registered_by", "state", "reasons": [{"aspect",
    "text", "effect", "strength"}]}` each. Whoever was decided to be another person is left out.
    """

    def read(connection: Connection) -> list[dict[str, Any]]:
        from fieldapp.matching.people import of_answers

        person = of_answers(values, scope_of(values, session.member.scopes))
        found = _near(connection, person, registration)
        who = member_names(session, connection)
        rows = {row.id: row for row in queries.rows(connection, [one for one, _ in found])}
        return [
            {
                "id": one,
                **_weighed(match),
                "name": rows[one].name,
                "area_name": area_name(rows[one].scope),
                "registered_by": who.get(rows[one].registered_by, rows[one].registered_by),
                "state": rows[one].state,
                "reasons": _reasons(match),
            }
            for one, match in found
        ]

    return session.read(read)


def near_count(connection: Connection, person: Person, registration: str | None) -> int:
    """How many other registrations are so much like this person that a reason is asked for; those with the very same
    NIK are left out, since that is told by itself."""
    from fieldapp.services.pairs.candidates import asks_for_reason

    found = [one for one, match in _near(connection, person, registration) if asks_for_reason(match)]
    return sum(1 for row in queries.rows(connection, found) if not (person.nik and row.nik == person.nik))


def listing(
    session: Session, *, band: str | None = None, area: str | None = None, decided: bool = False
) -> list[dict[str, Any]]:
    """Cases of registrations that may be one person, those with the likeliest pair first.

    `{"case", "registrations", "areas", "pairs": [{"a", "b", "bits", "probability", "band", "decision"}]}` each; `case`
    is the smallest of the ids. A case holds at least one pair that waits for a decision, and every other pair among its
    registrations, with what was decided before. `band` and `area` keep cases with such a pair, or with somebody of
    that area. A pair of one NIK under unlike names makes a case of its own. With `decided`, the decided pairs instead.
    """

    def read(connection: Connection) -> list[dict[str, Any]]:
        words = matching.decided(connection)
        if decided:
            pairs = _decided_pairs(connection, words, ("same", "different"))
            pairs = [pair for pair in pairs if not matching.is_open(pair, words.get((pair.a, pair.b)))]
            made = _cases(pairs, pairs)
        else:
            known = matching.known_pairs(connection, SHOWN)
            # What people disagree about is shown again, however unlike the two are, and while one of them gives way.
            proposed = {(pair.a, pair.b) for pair in known}
            disputed = _decided_pairs(connection, words, ("disputed",))
            known = [*known, *(pair for pair in disputed if (pair.a, pair.b) not in proposed)]
            waiting = [pair for pair in known if matching.is_open(pair, words.get((pair.a, pair.b)))]
            # One queue each: a shared NIK is no reason to take two cases for one.
            made = _cases([p for p in waiting if p.band != "same_nik"], [p for p in known if p.band != "same_nik"])
            made += _cases([p for p in waiting if p.band == "same_nik"], [p for p in known if p.band == "same_nik"])
        areas = queries.scopes(connection, {one for pairs in made for pair in pairs for one in (pair.a, pair.b)})
        told = [_case(pairs, words, areas) for pairs in made]
        return [case for case in told if _is_wanted(case, band, area)]

    return session.read(read)


def pair(session: Session, a: str, b: str) -> dict[str, Any]:
    """Two registrations side by side, whether or not they were proposed.

    `{"a", "b", "bits", "probability", "band", "verdict", "reasons", "doubt", "missing", "left", "right", "differing",
    "decision", "case"}`: `left` and `right` are the answers of `a` and `b` (NIK masked), `differing` the fields that
    are not the same, `decision` `{"decision", "survivor", "by", "at", "reason", "words", "is_current"}` (`words`: every
    word in force, the latest first, see `pair_words.decisions`) or None, `case` the ids of everybody in the case,
    `quarantine` what both have to do with one thing that did not count, in words, or None.
    Raises Problem: registration_not_found, pair_of_one.
    """
    if a == b:
        raise Problem("pair_of_one")
    from fieldapp.services.quarantine import desk as quarantine

    def read(connection: Connection) -> dict[str, Any]:
        people = [_person(connection, one) for one in (a, b)]
        answers = [_of_the_person(values) for _, values in people]
        match = _compared(connection, people[0][0], people[1][0])
        return {
            "a": a,
            "b": b,
            "bits": match.bits,
            **_weighed(match),
            "reasons": _reasons(match),
            **_said_besides(match),
            "left": _masked(answers[0]),
            "right": _masked(answers[1]),
            "differing": [
                name for name in sorted({*answers[0], *answers[1]}) if answers[0].get(name) != answers[1].get(name)
            ],
            "decision": _last_word(session, connection, {a: people[0][0], b: people[1][0]}),
            "case": _case_of(connection, a, b),
            "quarantine": quarantine.of_pair(connection, a, b),
        }

    return session.read(read)


def _near(connection: Connection, person: Person, registration: str | None) -> list[tuple[str, Match]]:
    from fieldapp.matching.people import stamp
    from fieldapp.services.pairs import candidates

    own = matching.rid_of(connection, registration) if registration else None
    found = candidates.near(connection, person, own)
    ids = matching.standing(connection, [rid for rid, _ in found])
    shown = [(ids[rid], match) for rid, match in found if rid in ids]
    if registration is None or not shown:
        return shown
    words = matching.decided(connection)
    others = matching.stamps(connection, [one for one, _ in shown])

    def is_other(one: str) -> bool:
        key = (registration, one) if registration < one else (one, registration)
        stamps = (stamp(person), others[one]) if registration < one else (others[one], stamp(person))
        return key in words and words[key].decision == "different" and words[key].stamps == stamps

    return [(one, match) for one, match in shown if not is_other(one)]


def _weighed(match: Match) -> dict[str, Any]:
    from fieldapp.matching.words import verdict

    return {"probability": match.probability, "band": match.band, "verdict": verdict(match)}


def _reasons(match: Match) -> list[dict[str, Any]]:
    from fieldapp.matching.words import reasons

    return [
        {"aspect": each.aspect, "text": each.text, "effect": each.effect, "strength": each.strength}
        for each in reasons(match)
    ]


def _said_besides(match: Match) -> dict[str, str]:
    from fieldapp.matching.words import doubt, missing

    return {"doubt": doubt(match), "missing": missing(match)}


def _of_the_person(values: Mapping[str, Any]) -> dict[str, Any]:
    """The answers without what the program set itself, which is about the writing down."""
    from fieldapp.forms.declaration import APP_FIELDS, QUESTIONS

    noted = {name for name, question in {**QUESTIONS, **APP_FIELDS}.items() if question.app_set}
    return {name: value for name, value in values.items() if name not in noted}


def _masked(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: masked(value) if name in _MASKED and isinstance(value, str) else value
        for name, value in sorted(values.items())
    }


def _person(connection: Connection, registration: str) -> tuple[Person, dict[str, Any]]:
    from fieldapp.matching.people import of_answers

    row, values = queries.get(connection, registration), queries.values_of(connection, registration)
    if row is None or values is None:
        raise Problem("registration_not_found", details={"id": registration})
    return of_answers(values, row.scope), values


def _compared(connection: Connection, left: Person, right: Person) -> Match:
    from fieldapp.matching.score import compare
    from fieldapp.services.pairs.candidates import RegisterRarity

    return compare(left, right, RegisterRarity(connection))


def _cases(joining: Sequence[Known], known: Iterable[Known]) -> list[list[Known]]:
    """The pairs among registrations that `joining` joins, by case, the likeliest pair first in each and overall."""
    from fieldapp.matching.clusters import cases

    made = cases((pair.a, pair.b) for pair in joining)
    place = {one: number for number, case in enumerate(made) for one in case}
    found: list[list[Known]] = [[] for _ in made]
    for pair in known:
        number = place.get(pair.a)
        if number is not None and number == place.get(pair.b):
            found[number].append(pair)
    for pairs in found:
        pairs.sort(key=lambda pair: (-pair.bits, pair.a, pair.b))
    return sorted(found, key=lambda pairs: (-pairs[0].bits, pairs[0].a, pairs[0].b))


def _case(pairs: Sequence[Known], words: Words, areas: Mapping[str, str]) -> dict[str, Any]:
    ids = sorted({one for pair in pairs for one in (pair.a, pair.b)})
    return {
        "case": ids[0],
        "registrations": ids,
        "areas": sorted({areas[one] for one in ids if one in areas}),
        "pairs": [
            {
                "a": pair.a,
                "b": pair.b,
                "bits": pair.bits,
                "probability": pair.probability,
                "band": pair.band,
                "decision": _word(words.get((pair.a, pair.b)), pair.stamps),
            }
            for pair in pairs
        ],
    }


def _word(word: Decided | None, stamps: tuple[str, str]) -> dict[str, Any] | None:
    """A decision; `is_current` while the two people are what they were when it was taken."""
    if word is None:
        return None
    return {"decision": word.decision, "survivor": word.survivor, "is_current": word.stamps == stamps}


def _last_word(session: Session, connection: Connection, people: Mapping[str, Person]) -> dict[str, Any] | None:
    from fieldapp.matching.people import stamp

    a, b = sorted(people)
    said = pair_words.decisions(session, connection, [(a, b)]).get((a, b))
    if said is None:
        return None
    is_current = said["stamps"] == [stamp(people[a]), stamp(people[b])]
    return {name: value for name, value in said.items() if name != "stamps"} | {"is_current": is_current}


def _decided_pairs(connection: Connection, words: Words, wanted: Collection[str]) -> list[Known]:
    """The pairs with one of these decisions, weighed as they would be; those of registrations that are here."""
    from fieldapp.matching.people import stamp

    found = []
    for (a, b), word in words.items():
        if word.decision not in wanted:
            continue
        try:
            left, right = _person(connection, a)[0], _person(connection, b)[0]
        except Problem:
            continue
        match = _compared(connection, left, right)
        found.append(Known(a, b, match.bits, match.probability, match.band, (stamp(left), stamp(right))))
    return found


def _case_of(connection: Connection, a: str, b: str) -> list[str]:
    """Everybody who hangs together with these two by pairs that wait for a decision."""
    words = matching.decided(connection)
    members: set[str] = set()
    edge = {a, b}
    while edge:
        members |= edge
        pairs = matching.known_pairs_of(connection, edge, SHOWN)
        edge = {
            one for pair in pairs if matching.is_open(pair, words.get((pair.a, pair.b))) for one in (pair.a, pair.b)
        } - members
    return sorted(members)


def _is_wanted(case: Mapping[str, Any], band: str | None, area: str | None) -> bool:
    in_band = band is None or any(pair["band"] == band for pair in case["pairs"])
    return in_band and (area is None or any(covers(area, one) for one in case["areas"]))
