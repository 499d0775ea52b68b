"""Who is known elsewhere: what office members hand to laptops so that they warn about people of other areas."""

from __future__ import annotations

from fieldapp.domain import roles
from fieldapp.services import known_keys
from fieldapp.services.known_keys import keys, newest_key
from fieldapp.services.session import Session
from sync.journal import Journal

__all__ = ["keys", "newest_key", "prepare"]


def prepare(session: Session, journal: Journal) -> None:
    """Have the papers ready that this member hands to others; nothing where it is not of the office. Needs a
    transaction, and is called right before a bundle for a member is made."""
    if session.member.role in roles.OFFICE_ROLES:
        known_keys.publish(session, journal)
