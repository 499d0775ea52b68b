"""The merges that were done on this laptop: their list, and the report of each as it was when it was new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fieldapp.services.merging import counts as merging_counts
from fieldapp.services.merging.undo import find
from fieldapp.services.session import Session, iso_time
from fieldapp.services.views import member_names
from fieldapp.store import merges as kept_merges
from fieldapp.store.db import Connection
from fieldapp.store.merges import Kept
from sync.journal import Report


def merges(session: Session, *, hub: bool = False) -> list[dict[str, Any]]:
    """The merges of files on this laptop, the latest first; with `hub` also what came over the network.

    `[{"merge_id", "at", "from": [names], "way": "file"|"hub", "entries", "quarantined", "new", "changed", "laptops":
    [[names of its members]], "undone": {"at", "voided", "restored", "visits", "pairs", "left"} or None, "can_undo",
    "has_report"}]`; `entries` are new ones, `new` and `changed` registrations (records of any kind for merges from
    before reports were kept, which have no laptops either). Nothing is to be undone of a merge that brought nothing.
    """
    return session.read(lambda connection: _listed(session, connection, hub=hub))


def report(session: Session, merge: str) -> dict[str, Any]:
    """One merge of the list, by its id or the beginning of it, with `"told"`: the answer of the merge as it is kept,
    without file names and with names as they are now; None where none was kept. Raises Problem merge_unknown."""

    def read(connection: Connection) -> dict[str, Any]:
        journal = session.journal(connection)
        id_ = find(connection, journal, merge)
        (found,) = (
            each for each in _listed(session, connection, hub=True) if each["merge_id"] == _whole(connection, id_)
        )
        kept = kept_merges.kept(connection).get(found["merge_id"])
        told = kept.told if kept else None
        if told is not None:
            wanted = [merging_counts.wanted(journal, part) for part in told["prerequisites_missing"]]
            told = {
                **told,
                "laptops": merging_counts.named(journal, told["laptops"]),
                "prerequisites_missing": wanted,
                "from": found["from"],
            }
        return {**found, "told": told}

    return session.read(read)


def _whole(connection: Connection, part: str) -> str:
    return kept_merges.wholes(connection).get(part, part)


def _listed(session: Session, connection: Connection, *, hub: bool) -> list[dict[str, Any]]:
    journal = session.journal(connection)
    names = member_names(session, connection)
    hubs = {member.id for member in journal.membership.all() if member.role == "hub"}
    kept = kept_merges.kept(connection)
    wholes = kept_merges.wholes(connection)
    by_merge: dict[str, list[Report]] = {}
    # Reports come in the order in which they happened, which the clock may not tell.
    for brought in journal.reports():
        # What an invitation carried has no bundle: nobody merged it.
        if brought.bundle.strip("0"):
            by_merge.setdefault(wholes.get(brought.merge, brought.merge), []).append(brought)
    places = {merge: place for place, merge in enumerate(by_merge)}

    def happened(merge: str) -> tuple[int, int]:
        known = kept.get(merge)
        at_ms = known.at_ms if known and known.told else by_merge[merge][0].at_ms
        return at_ms, places.get(merge, -1)

    listed = [merge for merge in by_merge.keys() | kept.keys() if merge in by_merge or kept[merge].told is not None]
    told = [
        _told(merge, by_merge.get(merge, []), kept.get(merge), names, hubs)
        for merge in sorted(listed, key=happened, reverse=True)
    ]
    for each in told:
        each["laptops"] = [laptop["members"] for laptop in merging_counts.named(journal, each["laptops"])]
    return [each for each in told if hub or each["way"] == "file"]


def _told(
    merge: str, reports: list[Report], kept: Kept | None, names: Mapping[str, str], hubs: set[str]
) -> dict[str, Any]:
    told = kept.told if kept else None
    by = sorted({report.by for report in reports}) or (told["from"] if told else [])
    sums = {name: sum(report.summary[name] for report in reports) for name in ("new", "quarantined")}
    people = told["registrations"] if told else None
    return {
        "merge_id": merge,
        "at": iso_time(kept.at_ms if kept and told else reports[0].at_ms),
        "from": sorted(names.get(each, each) for each in (told["from"] if told else by)),
        "way": "hub" if told is None and set(by) <= hubs else "file",
        "entries": told["entries"]["new"] if told else sums["new"],
        "quarantined": told["entries"]["quarantined"] if told else sums["quarantined"],
        "new": people["new"] if people else sum(report.summary["records_new"] for report in reports),
        "changed": people["changed"] if people else sum(report.summary["records_changed"] for report in reports),
        "laptops": told["laptops"] if told else [],
        "undone": {"at": iso_time(kept.undone_ms), **kept.undone} if kept and kept.undone and kept.undone_ms else None,
        "can_undo": bool(reports),
        "has_report": told is not None,
    }
