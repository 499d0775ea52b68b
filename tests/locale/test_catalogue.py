"""The English catalogue is complete, unambiguous, and what ships is what its sources compile to."""

from __future__ import annotations

import ast
import gettext
import io
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

import fieldapp.locale as locale
from fieldapp.locale.build import FOLDER, compiled

PACKAGE = FOLDER.parent
CATALOGUES = sorted((FOLDER / "en").glob("*.po"))


def _marked(path: Path) -> Iterator[tuple[int, ast.expr]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "N_") and node.args:
            yield node.lineno, node.args[0]


def _texts() -> dict[str, str]:
    """Every text marked for translation in the package, with where it stands."""
    found: dict[str, str] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for line, argument in _marked(path):
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                found.setdefault(argument.value, f"{path.relative_to(PACKAGE)}:{line}")
    return found


def _messages(path: Path) -> list[tuple[str, str]]:
    with path.open("rb") as file:
        return [(str(each.id), str(each.string)) for each in read_po(file, locale="en") if each.id]


def _catalogue(compiled_bytes: bytes) -> dict[str, str]:
    """The translations in a compiled catalogue; its own header, which holds the time of compiling, left out."""
    texts: dict[str, str] = dict(vars(gettext.GNUTranslations(io.BytesIO(compiled_bytes)))["_catalog"])
    texts.pop("", None)
    return texts


def test_the_shipped_catalogue_is_what_its_sources_compile_to() -> None:
    shipped = (FOLDER / "en.mo").read_bytes()
    assert _catalogue(shipped) == _catalogue(compiled()), "run: python -m fieldapp.locale.build"


def test_every_marked_text_has_its_english() -> None:
    known = {text for path in CATALOGUES for text, english in _messages(path) if english}
    missing = {text: place for text, place in _texts().items() if text not in known}
    assert not missing


def test_no_translation_is_left_of_a_text_that_is_gone() -> None:
    texts = _texts()
    stale = [(path.name, text) for path in CATALOGUES for text, _english in _messages(path) if text not in texts]
    assert not stale


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_no_text_is_translated_twice_in_one_file(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    written = [line for line in lines if line.startswith("msgid ") and line != 'msgid ""']
    assert len(written) == len(set(written))


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_a_translation_fills_the_same_gaps_as_its_text(path: Path) -> None:
    for text, english in _messages(path):
        assert _gaps(text) == _gaps(english), text


def _gaps(text: str) -> set[str]:
    return {name for _literal, name, _spec, _conversion in Formatter().parse(text) if name is not None}


def test_texts_are_marked_as_plain_strings() -> None:
    """A text put together at run time can never be found in a catalogue.

    `_` may translate a variable, whose texts were marked by `N_` where they were written.
    """
    odd = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for line, argument in _marked(path)
        if isinstance(argument, ast.JoinedStr | ast.BinOp)
    ]
    assert not odd


def test_a_text_without_translation_shows_indonesian() -> None:
    locale.set_language("en")
    try:
        assert locale._("Teks yang belum pernah ada.") == "Teks yang belum pernah ada."
    finally:
        locale.set_language("id")


def test_an_unknown_language_means_indonesian() -> None:
    assert locale.set_language("fr") == "id"
    assert locale.language_of_environment({"FIELDAPP_LANG": "en_GB.UTF-8"}) == "en"
    assert locale.language_of_environment({"FIELDAPP_LANG": "xx"}) is None
