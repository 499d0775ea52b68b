"""The language of what people read: Indonesian is the source language, English a catalogue.

Indonesian texts are the message ids, so a translation that is missing shows Indonesian. The catalogue is written as
`en/*.po`, one file a part of the program, and compiled into `en.mo` by `python -m fieldapp.locale.build`.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from pathlib import Path

LANGUAGES = ("id", "en")

_language = "id"
_catalogue = gettext.NullTranslations()


def set_language(language: str | None) -> str:
    """Choose the language for `_`; anything unknown means Indonesian. Returns the language now in force."""
    global _language, _catalogue
    _language = language if language in LANGUAGES else "id"
    if _language == "en":
        with (Path(__file__).parent / "en.mo").open("rb") as compiled:
            _catalogue = gettext.GNUTranslations(compiled)
    else:
        _catalogue = gettext.NullTranslations()
    return _language


def language_of_environment(environment: Mapping[str, str] = os.environ) -> str | None:
    """The language asked for by FIELDAPP_LANG, or None when nobody asked."""
    asked = environment.get("FIELDAPP_LANG", "").strip().lower()[:2]
    return asked if asked in LANGUAGES else None


def language() -> str:
    """The language in force: `id` or `en`."""
    return _language


def _(text: str) -> str:
    """`text`, written in Indonesian, in the language in force."""
    return _catalogue.gettext(text)


def N_(text: str) -> str:
    """Marks a text for translation where it is not yet shown (class bodies, tables)."""
    return text
