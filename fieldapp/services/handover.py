"""Where this laptop's work stands on its way to the office: drafts, not yet carried, carried, acknowledged."""

from __future__ import annotations

from typing import Any, Final

from fieldapp.services.session import Session, iso_time
from fieldapp.store import drafts as kept
from fieldapp.store import handover as tables
from fieldapp.store.db import Connection

STAGES: Final = ("drafts", *tables.STAGES)
"""In the order of the way. What is at no stage was written on another laptop."""


def stages(session: Session) -> dict[str, Any]:
    """`{stage: {"registrations", "entries"}}` for each of STAGES, in the order of the way.

    A registration stands where the least far of this laptop's entries about it stands, and is counted once; a draft is
    no entry yet. `carried` also names the bundles that wait for a receipt, `"bundles": [{"bundle", "written_at",
    "entries"}]`, newest first; `acknowledged` by whom and when last, `"by": [{"by", "entries", "at"}]`, latest first.
    `all_arrived` is true when nothing of this laptop is on its way any more, and something did arrive.
    """

    # Not at the top: the status line asks this module at start-up, and needs nobody's name.
    from fieldapp.services.views import member_names

    def read(connection: Connection) -> dict[str, Any]:
        where = standing(session, connection)
        names = member_names(session, connection)
        drafts = kept.count(connection, session.member.id)
        told: dict[str, Any] = {"drafts": {"registrations": drafts, "entries": 0}}
        for stage in tables.STAGES:
            told[stage] = {
                "registrations": where.count(connection, stage),
                "entries": where.entries(connection, stage),
            }
        told["carried"]["bundles"] = [
            {"bundle": each.bundle, "written_at": iso_time(each.written_ms), "entries": each.entries}
            for each in tables.bundles(connection, where)
        ]
        told["acknowledged"]["by"] = [
            {
                "by": names.get(each.by, each.by),
                "entries": each.entries,
                "at": iso_time(each.at_ms) if each.at_ms else None,
            }
            for each in tables.acknowledgements(connection, where)
        ]
        told["all_arrived"] = _all_arrived(told)
        return told

    return session.read(read)


def people(session: Session, stage: str) -> list[str]:
    """Which ones stand at this stage: ids of registrations in the order of their names; at `drafts` those of drafts,
    the latest first. Drafts of other members of this laptop are theirs to see."""
    if stage == "drafts":
        found = session.read(lambda connection: kept.all_drafts(connection, session.member.id))
        return [draft.id for draft in sorted(found, key=lambda draft: -draft.updated_ms)]
    return session.read(
        lambda connection: tables.by_name(connection, standing(session, connection).people(connection, stage))
    )


def counts(session: Session, connection: Connection, drafts: int) -> dict[str, Any]:
    """What stays on screen, cheap enough to be asked all the time: `{"not_carried", "carried", "waiting",
    "all_arrived"}`, the first two in registrations, `waiting` in entries that nobody acknowledged yet."""
    where = standing(session, connection)
    told = {stage: {"entries": where.entries(connection, stage)} for stage in tables.STAGES}
    return {
        "not_carried": where.count(connection, "not_carried"),
        "carried": where.count(connection, "carried"),
        "waiting": told["not_carried"]["entries"] + told["carried"]["entries"],
        "all_arrived": _all_arrived({**told, "drafts": {"registrations": drafts}}),
    }


def standing(session: Session, connection: Connection) -> tables.Standing:
    """Where the entries of all members of this laptop stand."""
    members = session.journal(connection).membership.all()
    return tables.standing(connection, [member.id for member in members if member.device == session.device])


def _all_arrived(told: dict[str, Any]) -> bool:
    on_the_way = told["drafts"]["registrations"] + told["not_carried"]["entries"] + told["carried"]["entries"]
    return not on_the_way and bool(told["acknowledged"]["entries"])
