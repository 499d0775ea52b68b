"""Everybody of a labelled list compared in one process, by the library's keys and scores without any store."""

from __future__ import annotations

from collections.abc import Mapping

from evaluation import Labelled, Pair, candidates

from fieldapp.matching.keys import block_keys
from fieldapp.matching.match import Match
from fieldapp.matching.people import Person, of_row
from fieldapp.matching.rarity import Counts
from fieldapp.matching.score import compare

#: People under one key, above which the key is passed over.
CAP = 200


def within(labelled: Labelled) -> dict[Pair, Match]:
    """The matches of all pairs of rows that share a key."""
    people = {row["rec_id"]: of_row(row) for row in labelled.rows}
    counts = Counts()
    for person in people.values():
        counts.add(person)
    pairs = candidates(people, lambda name: block_keys(people[name]), CAP)
    return {(a, b): compare(people[a], people[b], counts) for a, b in pairs}


def against(labelled: Labelled) -> dict[Pair, Match]:
    """The matches of rows and lines of the other list that share a key; names are counted in both lists together."""
    ours = {row["rec_id"]: of_row(row) for row in labelled.rows}
    theirs = {line["no"]: of_row({"nik": line["nik"], "name": line["nama"]}) for line in labelled.external}
    counts = Counts()
    for person in (*ours.values(), *theirs.values()):
        counts.add(person)
    blocks = _blocks(ours)
    pairs = {
        (rec_id, number)
        for number, person in theirs.items()
        for key in block_keys(person)
        if len(blocks.get(key, ())) <= CAP
        for rec_id in blocks.get(key, ())
    }
    return {(a, b): compare(ours[a], theirs[b], counts) for a, b in pairs}


def _blocks(people: Mapping[str, Person]) -> dict[int, list[str]]:
    blocks: dict[int, list[str]] = {}
    for name, person in people.items():
        for key in block_keys(person):
            blocks.setdefault(key, []).append(name)
    return blocks


def scores(matches: Mapping[Pair, Match]) -> dict[Pair, tuple[float, float]]:
    """(probability, bits) of each pair, as `evaluation` takes them."""
    return {pair: (match.probability, match.bits) for pair, match in matches.items()}
