"""How people register, counted for each of them: reads only. What counts mean is said in `fieldapp.domain.quality`."""

from __future__ import annotations

from typing import Final, NamedTuple

from fieldapp.domain.quality import ODD_HOURS_UTC, PHONE_PEOPLE, SERIAL_FOUR, SERIAL_SIX
from fieldapp.store.db import Connection

_ODD: Final = f"substr(submitted_at, 12, 2) IN {ODD_HOURS_UTC}"
_SERIAL: Final = f"(substr(phone, -4) IN {SERIAL_FOUR} OR substr(phone, -6) IN {SERIAL_SIX})"


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


def entries(connection: Connection) -> int:
    """How many entries this replica holds: grows with everything that is merged or written here."""
    return int(connection.execute("SELECT coalesce(sum(count), 0) FROM tally").fetchone()[0])


def worked(connection: Connection) -> list[Worked]:
    """What everybody registered, by member and seconds in ascending order."""
    found = connection.execute(
        f"""SELECT registered_by, seconds, count(*), sum(round > 1), sum(override_count > 0), sum({_ODD}), count(phone),
            coalesce(sum({_SERIAL}), 0)
        FROM registration INDEXED BY registration_worked GROUP BY registered_by, seconds"""  # noqa: S608 - our words
    )
    return [Worked(*row) for row in found]


def shared_phones(connection: Connection) -> dict[str, int]:
    """Member -> registrations with a number that this member gave for more than PHONE_PEOPLE people, where there are
    any. Numbers that end like …0000 or …123456 are left out, since `worked` counts them."""
    found = connection.execute(
        f"""WITH often AS MATERIALIZED (SELECT phone FROM registration INDEXED BY registration_by_phone
            WHERE phone IS NOT NULL GROUP BY phone HAVING count(*) > {PHONE_PEOPLE} AND NOT {_SERIAL})
        SELECT registered_by, sum(people) FROM (
            SELECT registered_by, count(*) AS people FROM often CROSS JOIN registration USING (phone)
            GROUP BY phone, registered_by HAVING count(*) > {PHONE_PEOPLE})
        GROUP BY registered_by"""  # noqa: S608 - our words
    )
    return dict(found.fetchall())
