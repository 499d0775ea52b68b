"""Back-checks: a drawn list of people whom somebody else visits once more. What they find is not kept here."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from fieldapp.domain import backcheck
from fieldapp.domain.nik import masked
from fieldapp.domain.roles import OFFICE_ROLES
from fieldapp.locale import _, language
from fieldapp.services.problems import Problem
from fieldapp.services.reports import quality
from fieldapp.services.reports.words import problem
from fieldapp.services.session import Session
from fieldapp.services.views import area_name, member_names
from fieldapp.store import disclosures, queries
from fieldapp.store import quality as store
from fieldapp.store.db import Connection
from fieldapp.store.quality import Part

LONGEST_SEED: Final = 40
MOST: Final = 2_000
"""People on one list; nobody visits more, and a list is a copy of personal data."""
#: Answers that are asked again; what was answered before does not stand on the list, or it would be read out.
ASKED_AGAIN: Final = ("birth_date", "job", "work_place", "heir_name", "consent_given")
KINDS: Final = (".xlsx", ".csv", ".txt")


def new_seed() -> str:
    """Six digits that nobody chose."""
    return f"{secrets.randbelow(1_000_000):06}"


def plan(
    session: Session, *, seed: str, count: int, area: str | None = None, by: str | None = None
) -> list[dict[str, Any]]:
    """How many a list would have of each enumerator, without anybody on it: `[{"member", "name", "registered", "drawn",
    "flagged"}]` by name. Raises Problem as `draw` does."""
    seed, part = _asked(session, seed, count, area, by)

    def read(connection: Connection) -> list[dict[str, Any]]:
        people, flagged = _people(connection, part)
        who = member_names(session, connection)
        shares = backcheck.shared_out({one: len(ids) for one, ids in people.items()}, count, seed, flagged)
        found = [
            {
                "member": member,
                "name": who.get(member, member),
                "registered": len(ids),
                "drawn": shares[member],
                "flagged": member in flagged,
            }
            for member, ids in people.items()
        ]
        return sorted(found, key=lambda each: (str(each["name"]).casefold(), each["member"]))

    return session.read(read)


def draw(session: Session, *, seed: str, count: int, area: str | None = None, by: str | None = None) -> dict[str, Any]:
    """Draw a list: `{"seed", "drawn_on", "drawn_by", "area", "by", "asked", "people": […]}`.

    Each of `people`: `{"number", "id", "name", "nik" (masked), "address", "rt", "rw", "area", "area_name", "phone",
    "registered_by", "registered_on"}`, in the order of a walk: by area, RW, RT, address. `asked` are the questions to
    be asked again. The same seed draws the same people wherever the same registrations are; only those that stand for
    somebody are drawn from. That it was drawn, by whom and of how many, is kept on this laptop.

    Raises Problem: not_allowed, member_not_found, member_ambiguous, backcheck_seed, backcheck_count.
    """
    seed, part = _asked(session, seed, count, area, by)

    def read(connection: Connection) -> list[dict[str, Any]]:
        people, flagged = _people(connection, part)
        who = member_names(session, connection)
        drawn = backcheck.draw(people, count, seed, flagged)
        chosen = [(one, who.get(member, member)) for member, ids in drawn.items() for one in ids]
        rows = [_row(connection, registration, name) for registration, name in chosen]
        rows.sort(key=lambda row: (row["area"], row["rw"], row["rt"], row["address"].casefold(), row["id"]))
        return [{"number": number, **row} for number, row in enumerate(rows, start=1)]

    found = session.read(read)
    session.write(
        lambda connection, _: disclosures.keep_export(connection, session.member.id, session.now_ms(), len(found))
    )
    return {
        "seed": seed,
        "drawn_on": session.today().isoformat(),
        "drawn_by": session.member.name,
        "area": area,
        "by": part.by,
        "asked": questions(),
        "people": found,
    }


def check_target(out: Path | None) -> None:
    """Raises Problem backcheck_kind before anybody is drawn for a file that cannot be written so."""
    if out is not None and out.suffix.lower() not in KINDS:
        raise problem("backcheck_kind")


def questions() -> list[str]:
    """What is asked again, in the language in force."""
    from fieldapp.forms.declaration import QUESTIONS

    return [
        _("Apakah petugas pernah datang? Kapan?"),
        *(QUESTIONS[name].label(language()) for name in ASKED_AGAIN),
        _("Catatan pemeriksa"),
    ]


def write(session: Session, out: Path, drawn: Mapping[str, Any]) -> dict[str, Any]:
    """Write a drawn list to `out` (.xlsx, .csv or .txt). Answers `{"file", "rows", "kind"}`.

    Raises Problem: sheet_kind, sheet_target, file_not_written.
    """
    from fieldapp.services import files
    from fieldapp.services.reports import files as report_files

    check_target(out)
    kind = out.suffix.lower()
    if kind == ".txt":
        files.write_bytes(out, ("\r\n".join([*page(drawn), ""])).encode())
    else:
        report_files.write_backcheck(out, drawn)
    return {"file": str(out), "rows": len(drawn["people"]), "kind": kind[1:]}


def page(drawn: Mapping[str, Any]) -> Iterator[str]:
    """The list as lines of at most 80 letters, to be printed or read out."""
    yield _("Daftar periksa ulang")
    yield _("Benih {seed}, diundi {day} oleh {name}, {count} orang").format(
        seed=drawn["seed"], day=drawn["drawn_on"], name=drawn["drawn_by"], count=len(drawn["people"])
    )
    yield _("Data pribadi: jangan ditinggalkan, musnahkan sesudah dipakai.")
    for person in drawn["people"]:
        yield ""
        yield f"{person['number']}. {person['name']}"
        yield f"   {person['address']}, RT {person['rt'] or '-'} RW {person['rw'] or '-'}, {person['area_name']}"
        yield _("   Telepon {phone}   NIK {nik}").format(phone=person["phone"] or "-", nik=person["nik"] or "-")
        yield _("   Didaftarkan {day} oleh {name}").format(day=person["registered_on"], name=person["registered_by"])
        for question in drawn["asked"]:
            yield f"   [ ] {question} " + "_" * max(10, 70 - len(question))


def _asked(session: Session, seed: str, count: int, area: str | None, by: str | None) -> tuple[str, Part]:
    from fieldapp.services.membership import find_member

    if session.member.role not in OFFICE_ROLES:
        raise Problem("not_allowed", details={"role": session.member.role, "who": "supervisor"})
    wanted = seed.strip()
    if not 0 < len(wanted) <= LONGEST_SEED or not wanted.isprintable():
        raise problem("backcheck_seed", {"limit": LONGEST_SEED})
    if not 0 < count <= MOST:
        raise problem("backcheck_count", {"limit": MOST})
    return wanted, Part(area, find_member(session, by).id if by is not None else None)


def _people(connection: Connection, part: Part) -> tuple[dict[str, list[str]], set[str]]:
    """Enumerator -> ids that may be drawn, and the enumerators of whom something stands out now: what was remembered
    could be of another day on each laptop."""
    people: dict[str, list[str]] = {}
    for member, registration in store.living(connection, part):
        people.setdefault(member, []).append(registration)
    return dict(sorted(people.items())), set(quality.flags_now(connection))


def _row(connection: Connection, registration: str, registered_by: str) -> dict[str, Any]:
    row, values = queries.get(connection, registration), queries.values_of(connection, registration)
    if row is None or values is None:
        raise Problem("registration_not_found", details={"id": registration})
    place = "ktp" if values.get("domicile_same") is not False else "domicile"
    return {
        "id": registration,
        "name": row.name,
        "nik": masked(row.nik) if row.nik else "",
        "address": _text(values.get(f"{place}_address")),
        "rt": _text(values.get(f"{place}_rt")),
        "rw": _text(values.get(f"{place}_rw")),
        "area": row.scope,
        "area_name": area_name(row.scope),
        "phone": row.phone or "",
        "registered_by": registered_by,
        "registered_on": _day(row.submitted_at),
    }


def _day(submitted_at: str) -> str:
    day = quality.local_day(submitted_at[:10] + ("+" if submitted_at[11:13] >= "16" else ""))
    return day.isoformat() if day else ""


def _text(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""
