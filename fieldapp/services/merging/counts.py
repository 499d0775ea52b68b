"""What a merge brought, counted for people: by the laptop that handed it over, and there by area."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fieldapp.domain.review import PENDING_STATES
from fieldapp.services.session import Session, settings_of
from fieldapp.services.views import area_name
from fieldapp.store import merges
from fieldapp.store.db import Connection
from sync.certificates import Member
from sync.contents import held_of, lies_in
from sync.journal import Journal
from sync.merge import Merged
from sync.segment import Segment

REGISTRATION: Final = "registration"
COLUMNS: Final = (
    "new",
    "known",
    "changed",
    "conflicting",
    "duplicate",
    "possible_duplicate",
    "quarantined",
    "over_quota",
)
"""What is counted of each area; a registration is one of the first three, and any of the others besides."""
_TAKEN: Final = ("approved", "frozen")


@dataclass(frozen=True)
class Bundle:
    """A bundle that was merged: `merges` are its pieces and its whole, `known` the entries that were here before."""

    file: str
    by: Member
    segments: Sequence[Segment]
    merges: Sequence[Merged]
    known: int

    @property
    def new(self) -> int:
        """Entries that were not here before."""
        return sum(merged.new for merged in self.merges)

    @property
    def quarantined(self) -> int:
        """Those of them that do not count."""
        return sum(merged.quarantined for merged in self.merges)


def counted(session: Session, connection: Connection, journal: Journal, bundles: Sequence[Bundle]) -> dict[str, Any]:
    """`{"entries", "registrations", "besides", "files", "laptops", "quota"}` of the answer of a merge, as the lists
    have it now.

    `laptops`: `[{"laptop": device, "members": [names], "files": [names], "new", "known", "quarantined": entries,
    "areas": [{"area", "name", and each of COLUMNS}]}]`, laptops by their members' names. Of a registration of which two
    laptops brought something both tell, so their counts may be more than `registrations`, which counts it once.
    `possible_duplicate` is a glance, see `merges.possibly_double`; `over_quota` are approvals that wait for a slot.
    """
    marks = [_marks(bundle) for bundle in bundles]
    new = {record for each in marks for record, what in each.items() if what == "new"}
    changed = {record for each in marks for record, what in each.items() if what == "changed"} - new
    laptops: dict[str, _Laptop] = {}
    for bundle, mine in zip(bundles, marks, strict=True):
        laptops.setdefault(bundle.by.device, _Laptop()).add(journal, bundle, mine)
    facts = merges.facts(connection, {record for laptop in laptops.values() for record in laptop.records})
    double = merges.possibly_double(connection, new | changed)
    touched = [facts[record] for record in new | changed if record in facts]
    return {
        "entries": {
            "new": sum(bundle.new for bundle in bundles),
            "known": sum(bundle.known for bundle in bundles),
            "quarantined": sum(bundle.quarantined for bundle in bundles),
        },
        "registrations": {
            "new": len(new),
            "changed": len(changed),
            "conflicting": sum(fact.is_conflicting for fact in touched),
            "duplicate": sum(fact.is_duplicated for fact in touched),
        },
        "besides": {
            "possible_duplicate": len(double),
            "over_quota": sum(fact.state == "waiting" for fact in touched),
        },
        "files": [_file(bundle) for bundle in bundles],
        "laptops": named(journal, [laptop.told(device, facts, double) for device, laptop in laptops.items()]),
        "quota": _quota(session, connection),
    }


def named(journal: Journal, laptops: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Laptops and areas with their names, by name."""
    members = journal.membership.all()
    told = [
        {
            **laptop,
            "members": sorted(member.name for member in members if member.device == laptop["laptop"]),
            "areas": [
                {"area": area["area"], "name": area_name(area["area"]), **{name: area[name] for name in COLUMNS}}
                for area in laptop["areas"]
            ],
        }
        for laptop in laptops
    ]
    return sorted(told, key=lambda laptop: (laptop["members"], laptop["laptop"]))


def missing(journal: Journal, bundles: Sequence[Bundle]) -> list[dict[str, Any]]:
    """What these bundles build upon and nobody brought: `[{"chain", "first", "last", "member", "by", "laptop"}]`, with
    who wrote it and on which device."""
    authors = {segment.ch: segment.author for bundle in bundles for segment in bundle.segments}
    asked = {chain for bundle in bundles for chain in bundle.merges[-1].missing}
    still = journal.missing() if asked else {}
    return [
        wanted(journal, {"chain": chain, "first": first, "last": last, "member": authors[chain]})
        for chain in sorted(asked)
        for first, last in still.get(chain, ())
    ]


def wanted(journal: Journal, part: Mapping[str, Any]) -> dict[str, Any]:
    """A missing part with the name of who wrote it."""
    member = journal.membership.member(part["member"])
    return {**part, "by": member.name if member else part["member"], "laptop": member.device if member else None}


def to_keep(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What of the answer of a merge is kept: ids, codes and counts, and no name of anybody or anything."""
    laptops = [
        {
            **{name: laptop[name] for name in ("laptop", "new", "known", "quarantined")},
            "areas": [{name: area[name] for name in ("area", *COLUMNS)} for area in laptop["areas"]],
        }
        for laptop in answer["laptops"]
    ]
    parts = answer["prerequisites_missing"]
    return {
        **{name: answer[name] for name in ("entries", "registrations", "besides", "receipts", "quota")},
        "laptops": laptops,
        "prerequisites_missing": [
            {name: part[name] for name in ("chain", "first", "last", "member")} for part in parts
        ],
        "differing": len(answer["differing"]),
        "from": sorted({each["by"] for each in answer["files"] if "by" in each}),
        "files": sum("skipped" not in each for each in answer["files"]),
        "skipped": sum("skipped" in each for each in answer["files"]),
    }


class _Laptop:
    """What one laptop handed over."""

    def __init__(self) -> None:
        self._entries = Counter[str]()
        self._files: list[str] = []
        self._marks: dict[str, str] = {}
        self._held_back: set[str] = set()
        self._wrote: dict[str, str] = {}

    def add(self, journal: Journal, bundle: Bundle, marks: Mapping[str, str]) -> None:
        """Take in a bundle of this laptop with what it made of each registration."""
        self._files.append(bundle.file)
        self._entries.update({"new": bundle.new, "known": bundle.known, "quarantined": bundle.quarantined})
        for record, what in marks.items():
            if self._marks.get(record) != "new":
                self._marks[record] = what
        fresh = [span for merged in bundle.merges for span in merged.places]
        for held in held_of(journal, bundle.segments):
            if held.type != REGISTRATION:
                continue
            self._wrote.setdefault(held.record, held.scope)
            if held.counts:
                self._marks.setdefault(held.record, "known")
            elif lies_in(fresh, held.place):
                self._held_back.add(held.record)

    @property
    def records(self) -> set[str]:
        """The registrations of which it brought something."""
        return self._marks.keys() | self._held_back

    def told(self, device: str, facts: Mapping[str, merges.Fact], double: set[str]) -> dict[str, Any]:
        """Its line and those of its areas, without names."""
        areas: dict[str, Counter[str]] = {}
        for record in self.records:
            fact = facts.get(record)
            area = areas.setdefault(fact.scope if fact else self._wrote.get(record, ""), Counter())
            what = self._marks.get(record)
            if what is not None:
                area[what] += 1
            area["quarantined"] += record in self._held_back
            if what in ("new", "changed"):
                area["possible_duplicate"] += record in double
                if fact is not None:
                    area["conflicting"] += fact.is_conflicting
                    area["duplicate"] += fact.is_duplicated
                    area["over_quota"] += fact.state == "waiting"
        return {
            "laptop": device,
            "files": self._files,
            **{name: self._entries[name] for name in ("new", "known", "quarantined")},
            "areas": [{"area": code, **{name: areas[code][name] for name in COLUMNS}} for code in sorted(areas)],
        }


def _marks(bundle: Bundle) -> dict[str, str]:
    """Registration -> "new" or "changed", for those that the merge of a bundle touched."""
    found: dict[str, str] = {}
    for merged in bundle.merges:
        for touched in merged.touched:
            if touched.type == REGISTRATION and found.get(touched.record) != "new":
                found[touched.record] = "new" if touched.is_new else "changed"
    return found


def _file(bundle: Bundle) -> dict[str, Any]:
    return {
        "file": bundle.file,
        "merge_id": bundle.merges[0].merge,
        "by": bundle.by.id,
        "by_name": bundle.by.name,
        "new": bundle.new,
        "known": bundle.known,
        "quarantined": bundle.quarantined,
    }


def _quota(session: Session, connection: Connection) -> dict[str, int]:
    """How many wait for a decision, against the slots of the programme that nobody has."""
    states = merges.by_state(connection)
    quota = settings_of(connection, session.programme.name).quota
    approved = sum(states.get(state, 0) for state in _TAKEN)
    return {
        "quota": quota,
        "approved": approved,
        "waiting": states.get("waiting", 0),
        "pending": sum(states.get(state, 0) for state in PENDING_STATES),
        "slots_left": max(0, quota - approved),
    }
