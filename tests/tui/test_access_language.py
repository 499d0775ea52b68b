"""Every word on an Indonesian screen is Indonesian: what comes neither through the catalogue nor from data is found."""

from __future__ import annotations

import gettext
import re
import sys
from collections import defaultdict
from collections.abc import Mapping
from string import Formatter

import pytest
import screen_walk

from fieldapp.forms.question import Choice, Texts
from fieldapp.services import problems

STRANGE = str.maketrans(
    {chr(ord("a") + at): chr(0x250 + at) for at in range(26)}
    | {chr(ord("A") + at): chr(0x410 + at) for at in range(26)}
)
"""Each letter's stand-in, as wide as itself, that nothing but this test's catalogue can bring onto a screen."""

_SAME = (
    # What is printed on the keys of a keyboard.
    "Enter Esc Ctrl PgDn PgUp Del Home End Tab Ins Backspace",
    # The made-up programme and its people, and what its supervisor wrote about what came back.
    "Administrator Ani Awas Budi Contoh Dua Fieldapp Ibu Pencacah Pengawas Program Rekaan Satu Tamu Tetangga Tiga",
    "Waris Warga Periksa lagi Nama lengkap ahli waris Hilang Lama Rumah Temuan Terminal",
    # Places, offices, money.
    "Balikpapan Selatan Sepinggan Kalimantan Timur Kota Gg Jl No RT Dinas Sosial BPJS Ketenagakerjaan Cabang Rp",
    # Each language is offered by its own name.
    "Bahasa Indonesia English",
)
ALLOWED = {word for words in _SAME for word in words.split()}
"""What is the same in every language."""


def strange(text: str) -> str:
    """`text` in the made-up language; the names of what is put in later stay."""
    pieces = list(Formatter().parse(text))
    if all(field is None for _literal, field, _spec, _conversion in pieces):
        return text.translate(STRANGE)
    parts = []
    for literal, field, spec, conversion in pieces:
        parts.append(literal.translate(STRANGE).replace("{", "{{").replace("}", "}}"))
        if field is not None:
            parts.append("{" + field + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "") + "}")
    return "".join(parts)


@pytest.fixture
def made_up_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the made-up language in place of Indonesian, the questions of the form too."""
    monkeypatch.setattr(gettext.NullTranslations, "gettext", lambda self, text: strange(text))
    monkeypatch.setattr(Texts, "say", lambda self, language: strange(self.id))
    monkeypatch.setattr(Choice, "label", lambda self, language: strange(self.id))

    def filled(words: tuple[str, str], details: Mapping[str, object]) -> str:
        return strange(words[0]).format_map(defaultdict(str, details))

    known = problems.fill
    for module in list(sys.modules.values()):
        if module.__name__.startswith("fieldapp.") and getattr(module, "fill", None) is known:
            monkeypatch.setattr(module, "fill", filled)


@pytest.mark.parametrize("group", screen_walk.GROUPS)
async def test_nothing_stands_on_a_screen_that_did_not_come_through_the_catalogue(
    town, at, tmp_path, made_up_language, group
) -> None:
    found: dict[str, str] = {}
    async with screen_walk.laptop(at, town, tmp_path / "kosong", group, strange) as hands:
        async for stop in screen_walk.walk(hands, group, strange):
            # The beginning of a laptop's id is hex digits, which may happen to be letters.
            words = set(re.findall(r"[A-Za-z]{2,}", re.sub(r"\b[0-9a-f]{8}\b", "", hands.seen)))
            for word in words - ALLOWED:
                line = next(line for line in hands.seen.splitlines() if word in line)
                found.setdefault(word, f"{stop.name}: {line}")
    assert not found, "\n".join(f"{word} in {where}" for word, where in found.items())


test_nothing_stands_on_a_screen_that_did_not_come_through_the_catalogue.patience_s = 400  # type: ignore[attr-defined]
