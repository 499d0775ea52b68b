"""Every word on an Indonesian screen is Indonesian: whatever does not come through the catalogue or from data is found."""

from __future__ import annotations

import gettext
import re
from string import Formatter

import pytest
import screen_walk

from fieldapp.forms.question import Choice, Texts

STRANGE = str.maketrans(
    {chr(ord("a") + at): chr(0x250 + at) for at in range(26)}
    | {chr(ord("A") + at): chr(0x410 + at) for at in range(26)}
)
"""Each letter's stand-in, as wide as itself, that nothing but this test's catalogue can bring onto a screen."""

KEYS = frozenset("Enter Esc Ctrl PgDn PgUp Del Home End Tab Ins Backspace".split())
"""What is printed on the keys of a keyboard."""
NAMES = frozenset("Administrator Ani Awas Budi Contoh Dua Fieldapp Ibu Pencacah Pengawas Program Rekaan Satu Tiga Waris".split())
"""Of the made-up programme and its people."""
TYPED = frozenset("Periksa lagi Nama lengkap ahli waris".split())
"""By the supervisor of the made-up programme, about what came back."""
OFFICES = frozenset("Dinas Sosial BPJS Ketenagakerjaan Cabang Rp".split())
PLACES = frozenset("Balikpapan Selatan Sepinggan Kalimantan Timur Kota Gg No RT".split())
LANGUAGES = frozenset("Bahasa Indonesia English".split())
"""Each language is offered by its own name."""
ALLOWED = KEYS | NAMES | TYPED | OFFICES | PLACES | LANGUAGES


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


@pytest.mark.parametrize("stops", ["FIRST", "NOBODY", "ENUMERATOR", "OFFICE"])
async def test_nothing_stands_on_a_screen_that_did_not_come_through_the_catalogue(
    town, at, tmp_path, made_up_language, stops
) -> None:
    home = {"NOBODY": tmp_path / "kosong", "OFFICE": town.awas}.get(stops, town.ani)
    found: dict[str, str] = {}
    async with at(home) as hands:
        if stops in ("ENUMERATOR", "OFFICE"):
            await hands.until(strange("Kata sandi"))
            await hands.write("sandi rekaan")
            await hands.press("enter")
            await hands.until(strange("Daftarkan orang baru"), strange("Belum dibawa"))
        async for stop in screen_walk.walk(hands, getattr(screen_walk, stops), say=strange):
            words = set(re.findall(r"[A-Za-z]{2,}", hands.seen))
            for word in words - ALLOWED:
                line = next(line for line in hands.seen.splitlines() if word in line)
                found.setdefault(word, f"{stop.name}: {line}")
    assert not found, "\n".join(f"{word} in {where}" for word, where in found.items())


test_nothing_stands_on_a_screen_that_did_not_come_through_the_catalogue.patience_s = 400  # type: ignore[attr-defined]
