"""How people register, counted for each of them: reads only. What counts mean is said in `fieldapp.domain.quality`.

All but the codes of explained warnings is read along one index, so that no page of the wide table is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from fieldapp.domain.quality import ODD_HOURS_UTC, PHONE_PEOPLE, SERIAL_FOUR, SERIAL_SIX
from fieldapp.store import open_pairs
from fieldapp.store.db import Connection
from fieldapp.store.rows import ENDED_STATES, to_json

_ODD: Final = f"substr(submitted_at, 12, 2) IN {ODD_HOURS_UTC}"
_SERIAL: Final = f"(substr(phone, -4) IN {SERIAL_FOUR} OR substr(phone, -6) IN {SERIAL_SIX})"
#: Balikpapan (UTC+8) begins its day at 16:00 UTC.
DAY: Final = "substr(submitted_at, 1, 10) || CASE WHEN substr(submitted_at, 12, 2) >= '16' THEN '+' ELSE '' END"
FROM: Final = "FROM registration INDEXED BY registration_worked"


class Worked(NamedTuple):
    """Registrations that `member` handed in after `seconds` on the form (None: unknown), counted.

    `returned` at least once, `explained`: with a warning that a reason was given for, `odd`: between 22 and 5 o'clock
    in Balikpapan, `phones`: with a telephone number, `serial`: with one that ends like …0000 or …123456.
    """

    member: str
    seconds: int | None
    people: int
    returned: int
    explained: int
    odd: int
    phones: int
    serial: int


@dataclass(frozen=True, slots=True)
class Part:
    """Which registrations are counted: below an `area` (dotted code), of one member, handed in from `since` and before
    `until` (ISO 8601 UTC); each part that is given narrows."""

    area: str | None = None
    by: str | None = None
    since: str | None = None
    until: str | None = None


class Sums(NamedTuple):
    """What `member` handed in in an area, counted.

    `returned` at least once, `rounds` how often altogether; `explained`: with a warning that a reason was given for;
    `same_nik`: another one has the NIK too; `joined`: gave way to another registration of the same person; `edited`:
    changed after it was handed in; `odd`, `phones`, `serial` as in `Worked`.
    """

    member: str
    area: str
    people: int
    returned: int
    rounds: int
    explained: int
    rejected: int
    same_nik: int
    joined: int
    without_nik: int
    edited: int
    odd: int
    phones: int
    serial: int


def entries(connection: Connection) -> int:
    """How many entries this replica holds: grows with everything that is merged or written here."""
    return int(connection.execute("SELECT coalesce(sum(count), 0) FROM tally").fetchone()[0])


def worked(connection: Connection) -> list[Worked]:
    """What everybody registered, by member and seconds in ascending order."""
    found = connection.execute(
        f"""SELECT registered_by, seconds, count(*), sum(round > 1), sum(override_count > 0), sum({_ODD}), count(phone),
            coalesce(sum({_SERIAL}), 0)
        {FROM} GROUP BY registered_by, seconds"""
    )
    return [Worked(*row) for row in found]


def shared_phones(connection: Connection) -> dict[str, int]:
    """Member -> registrations with a number that this member gave for more than PHONE_PEOPLE people, where there are
    any. Numbers that end like …0000 or …123456 are left out, since `worked` counts them."""
    found = connection.execute(
        f"""WITH {_OFTEN}
        SELECT registered_by, sum(people) FROM (
            SELECT registered_by, count(*) AS people FROM often CROSS JOIN registration USING (phone)
            GROUP BY phone, registered_by HAVING count(*) > {PHONE_PEOPLE})
        GROUP BY registered_by"""  # noqa: S608 - our words
    )
    return dict(found.fetchall())


def sums(connection: Connection, part: Part) -> list[Sums]:
    """What was handed in, by member and area."""
    where, arguments = where_of(part)
    found = connection.execute(
        f"""SELECT registered_by, scope, count(*), sum(round > 1), sum(round - 1), sum(override_count > 0),
            sum(state = 'rejected'), sum(duplicate_count > 0), sum(joined_to IS NOT NULL), sum(nik IS NULL),
            sum(edits > 0), sum({_ODD}), count(phone), coalesce(sum({_SERIAL}), 0)
        {FROM} {where} GROUP BY registered_by, scope""",
        arguments,
    )
    return [Sums(*row) for row in found]


def days(connection: Connection, part: Part) -> list[tuple[str, str, str, int]]:
    """(member, area, half of a day, registrations); the day in UTC (`2026-11-02`), and `+` behind it for what was
    handed in after midnight in Balikpapan, and so on the next day there."""
    where, arguments = where_of(part)
    found = connection.execute(
        f"SELECT registered_by, scope, {DAY} AS day, count(*) {FROM} {where} GROUP BY registered_by, scope, day",
        arguments,
    )
    return found.fetchall()


def times(connection: Connection, part: Part) -> list[tuple[str, str, int, int]]:
    """(member, area, seconds on the form, how often), where any were spent there."""
    where, arguments = where_of(part, "seconds > 0")
    found = connection.execute(
        f"SELECT registered_by, scope, seconds, count(*) {FROM} {where} GROUP BY registered_by, seconds, scope",
        arguments,
    )
    return found.fetchall()


def overrides(connection: Connection, part: Part) -> list[tuple[str, str, str, int]]:
    """(member, area, code of a warning, registrations with a reason for it)."""
    where, arguments = where_of(part, "override_count > 0")
    found = connection.execute(
        f"""SELECT registered_by, scope, key, count(*)
        {FROM} CROSS JOIN registration_values USING (rid), json_each(values_json, '$.overrides')
        {where} GROUP BY registered_by, scope, key""",
        arguments,
    )
    return found.fetchall()


def phones(connection: Connection, part: Part) -> list[tuple[str, str, int]]:
    """(member, area, registrations with a number that the member gave for more than PHONE_PEOPLE people)."""
    where, arguments = where_of(part)
    found = connection.execute(
        f"""WITH {_OFTEN}, {_OWN} SELECT registered_by, scope, count(*) FROM own CROSS JOIN registration
            ON registration.phone = own.given AND registered_by = own.member
        {where} GROUP BY registered_by, scope""",  # noqa: S608 - our words
        arguments,
    )
    return found.fetchall()


def pairs(connection: Connection, part: Part) -> list[tuple[str, str, int]]:
    """(member, area, registrations in a pair that waits for a decision whether they are one person)."""
    where, arguments = where_of(part)
    waiting = to_json(sorted(open_pairs.waiting(connection)))
    found = connection.execute(
        f"""SELECT registered_by, scope, count(*) FROM json_each(:waiting) CROSS JOIN registration ON rid = value
        {where} GROUP BY registered_by, scope""",  # noqa: S608 - our words
        {**arguments, "waiting": waiting},
    )
    return found.fetchall()


#: Figure -> which registrations are behind it.
_BEHIND: Final = {
    "people": "1",
    "returned": "round > 1",
    "explained": "override_count > 0",
    "rejected": "state = 'rejected'",
    "edited": "edits > 0",
    "same_nik": "duplicate_count > 0",
    "joined": "joined_to IS NOT NULL",
    "odd_hours": _ODD,
    "weekend": "strftime('%w', submitted_at, '+8 hours') IN ('0', '6')",
    "without_nik": "nik IS NULL",
    "serial": _SERIAL,
    "pairs_waiting": "rid IN (SELECT value FROM json_each(:waiting))",
}


def behind(connection: Connection, figure: str, part: Part) -> list[str]:
    """Ids of the registrations that a figure counts: one of `_BEHIND`, `shared` (phones), or `override:` and a code."""
    if figure == "shared":
        return _behind_shared(connection, part)
    if figure.startswith("override:"):
        clause = """override_count > 0 AND EXISTS (SELECT 1 FROM registration_values AS v,
            json_each(v.values_json, '$.overrides') WHERE v.rid = registration.rid AND key = :code)"""
    else:
        clause = _BEHIND[figure]
    where, arguments = where_of(part, clause)
    if ":code" in clause:
        arguments["code"] = figure.partition(":")[2]
    if ":waiting" in clause:
        arguments["waiting"] = to_json(sorted(open_pairs.waiting(connection)))
    found = connection.execute(f"SELECT id FROM registration {where} ORDER BY id", arguments)  # noqa: S608 - our words
    return [row[0] for row in found]


def _behind_shared(connection: Connection, part: Part) -> list[str]:
    where, arguments = where_of(part)
    found = connection.execute(
        f"""WITH {_OFTEN}, {_OWN} SELECT id FROM own CROSS JOIN registration
            ON registration.phone = own.given AND registered_by = own.member {where} ORDER BY id""",  # noqa: S608 - our words
        arguments,
    )
    return [row[0] for row in found]


def living(connection: Connection, part: Part) -> list[tuple[str, str]]:
    """(member, id) of every registration that stands for somebody, in no order."""
    ended = ", ".join(f"'{state}'" for state in sorted(ENDED_STATES))
    where, arguments = where_of(part, f"state NOT IN ({ended})")
    found = connection.execute(
        f"SELECT registered_by, id FROM registration INDEXED BY registration_listed {where}",  # noqa: S608 - our words
        arguments,
    )
    return found.fetchall()


#: Numbers that many registrations give, but those that `serial` counts already.
_OFTEN: Final = f"""often AS MATERIALIZED (SELECT phone FROM registration INDEXED BY registration_by_phone
    WHERE phone IS NOT NULL GROUP BY phone HAVING count(*) > {PHONE_PEOPLE} AND NOT {_SERIAL})"""  # noqa: S608 - our words
#: Of those, the ones that one member gives so often.
_OWN: Final = f"""own AS MATERIALIZED (SELECT registered_by AS member, phone AS given
    FROM often CROSS JOIN registration USING (phone)
    GROUP BY phone, registered_by HAVING count(*) > {PHONE_PEOPLE})"""  # noqa: S608 - our words


def where_of(part: Part, *clauses: str) -> tuple[str, dict[str, Any]]:
    """The condition that keeps a part of the register, and its arguments."""
    parts, arguments = list(clauses), dict[str, Any]()
    if part.area is not None and part.area != "*":
        # "/" is the character after ".", so the range holds exactly the codes below the area.
        parts.append("(scope = :area OR (scope > :area || '.' AND scope < :area || '/'))")
        arguments["area"] = part.area
    if part.by is not None:
        parts.append("registered_by = :by")
        arguments["by"] = part.by
    if part.since is not None:
        parts.append("submitted_at >= :since")
        arguments["since"] = part.since
    if part.until is not None:
        parts.append("submitted_at < :until")
        arguments["until"] = part.until
    return ("WHERE " + " AND ".join(parts) if parts else ""), arguments
