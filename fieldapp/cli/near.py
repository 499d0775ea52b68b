"""Near matches as sentences, for people who fill in the form line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from fieldapp.cli.output import plain
from fieldapp.cli.words import state_words
from fieldapp.locale import _

if TYPE_CHECKING:
    from fieldapp.services.session import Session

WATCHED: Final = frozenset({"nik", "name", "birth_date", "mother_name", "phone", "ktp_area"})
"""Answers after which somebody alike may be found who was not before."""
AT_MOST: Final = 3
"""People told of at once; the rest is counted."""


class NearTeller:
    """Remembers who was told of, so that the same people are not told of after every answer."""

    def __init__(self, session: Session, registration: str | None = None) -> None:
        """`registration`: the one that is being corrected, which is like itself."""
        self._session = session
        self._registration = registration
        self._told: list[tuple[str, str]] = []
        self._is_ready = False

    def news(self, values: Mapping[str, Any], *, again: bool = False) -> Iterator[str]:
        """Sentences about registrations that are like these answers, if they say something new, or `again`."""
        from fieldapp.services.pairs import duplicates, finding

        if not self._is_ready:
            # Whoever was handed in just before is found too.
            finding.index_before(self._session)
            self._is_ready = True
        found = duplicates.near(self._session, values, self._registration)
        news = [(str(each["id"]), str(each["verdict"])) for each in found]
        if news == self._told and not again:
            return
        self._told = news
        yield from near_sentences(found)


def near_sentences(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Who was found, how likely it is the same person, and what speaks for and against it; one line a person."""
    for each in found[:AT_MOST]:
        who = ", ".join(plain(str(each[name])) for name in ("name", "area_name", "registered_by") if each.get(name))
        words = _("  Mirip dengan pendaftaran yang sudah ada: {who}, {state}. {verdict}.")
        parts = [words.format(who=who, state=state_words(str(each["state"])), verdict=plain(str(each["verdict"])))]
        for effect, sentence in (("for", _("Menguatkan: {reasons}.")), ("against", _("Melemahkan: {reasons}."))):
            reasons = "; ".join(plain(str(one["text"])) for one in each["reasons"] if one["effect"] == effect)
            if reasons:
                parts.append(sentence.format(reasons=reasons))
        yield " ".join(parts)
    if len(found) > AT_MOST:
        yield _("  Dan {count} pendaftaran lagi.").format(count=len(found) - AT_MOST)
