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

    `registration` is the one being checked, which never counts as its own double.
    """

    def __init__(self, session: Session, connection: Connection, registration: str | None) -> None:
        self._session = session
        self._connection = connection
        self._registration = registration

    def nik_owner(self, nik: str) -> str | None:
        """The id of another live registration with this NIK, or None."""
        return queries.nik_owner(self._connection, nik, besides=self._registration)

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


def check(session: Session, connection: Connection, values: Mapping[str, Any], registration: str | None) -> Checked:
    """The answers as they would be kept, with every finding; `connection` sees the register."""
    from fieldapp.forms.check import check as check_form
    from fieldapp.services.session import settings_of

    settings = settings_of(connection, session.programme.name)
    return check_form(values, settings, session.today(), others=Register(session, connection, registration))


def told(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """Findings for a person: code, field and the sentence in the language in force."""
    from fieldapp.forms.messages import message

    return [{"code": f.code, "field": f.field, "message": message(f, language())} for f in findings]
