"""Checking a person's answers against the form, the programme's settings and the register on this laptop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from fieldapp.locale import language
from fieldapp.services import covers
from fieldapp.store import queries
from fieldapp.store.db import Connection

if TYPE_CHECKING:
    from fieldapp.domain.findings import Finding
    from fieldapp.forms.check import Checked, Elsewhere
    from fieldapp.services.session import Session


class Register:
    """What the register on this laptop knows of other people; answers forms' questions about them.

    `registration` is the one being checked, which never counts as its own double; without `looks_near` nobody is
    compared, where only errors are asked for.
    """

    def __init__(
        self, session: Session, connection: Connection, registration: str | None, *, looks_near: bool = True
    ) -> None:
        self._session = session
        self._connection = connection
        self._registration = registration
        self._looks_near = looks_near
        self._near: dict[str, int] = {}

    def nik_owner(self, nik: str) -> str | None:
        """The id of another live registration with this NIK, or None."""
        return queries.nik_owner(self._connection, nik, besides=self._registration)

    def told_of(self, owner: str) -> dict[str, str]:
        """Where the registration `owner` is from, and who began it."""
        from fieldapp.services.views import area_name, member_names

        row = queries.get(self._connection, owner)
        if row is None:
            return {}
        who = member_names(self._session, self._connection)
        return {"area": area_name(row.scope), "by": who.get(row.registered_by, row.registered_by)}

    def near(self, answers: Mapping[str, object]) -> int:
        """How many other live registrations are likely to be this person, those with the very same NIK left out."""
        if not self._looks_near:
            return 0
        from fieldapp.matching.people import of_answers, stamp
        from fieldapp.services.pairs.duplicates import near_count
        from fieldapp.services.submission import scope_of

        person = of_answers(answers, scope_of(answers, self._session.member.scopes))
        # A line of a file is checked as it comes and again as it is handed in.
        known = self._near.get(stamp(person))
        if known is None:
            known = self._near[stamp(person)] = near_count(self._connection, person, self._registration)
        return known

    def phone_count(self, e164: str) -> int:
        """How many other live registrations give this phone number."""
        return queries.phone_count(self._connection, e164, besides=self._registration)

    def cover_lists(self, nik: str) -> list[str]:
        """Names of the lists of people covered already on which this NIK stands."""
        return covers.names_for(self._session, self._connection, nik, self._registration)

    def elsewhere(self, answers: Mapping[str, object]) -> Elsewhere:
        """Where the office says that such a person is registered on other laptops."""
        from fieldapp.forms.check import Elsewhere
        from fieldapp.services import known

        found = known.ask(self._session, answers, self._connection)
        return Elsewhere(*(tuple(known.place(area) for area in found[how]) for how in ("exact", "near")))


def check(
    session: Session,
    connection: Connection,
    values: Mapping[str, Any],
    registration: str | None,
    register: Register | None = None,
) -> Checked:
    """The answers as they would be kept, with every finding; `connection` sees the register, `register` is what was
    asked of it before in the same transaction."""
    from fieldapp.forms.check import check as check_form
    from fieldapp.services.session import settings_of

    settings = settings_of(connection, session.programme.name)
    others = register or Register(session, connection, registration)
    return check_form(values, settings, session.today(), others=others)


def told(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """Findings for a person: code, field and the sentence in the language in force; `registration` where it names one
    that can be opened."""
    from fieldapp.forms.messages import message

    found = []
    for finding in findings:
        each = {"code": finding.code, "field": finding.field, "message": message(finding, language())}
        owner = finding.detail("owner")
        found.append({**each, "registration": owner} if owner else each)
    return found
