"""What people paste into every kind of field of the form: nothing crashes, nothing is cut without a word."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events

from fieldapp.forms.declaration import FORM
from fieldapp.services import drafts
from fieldapp.services.session import open_session
from fieldapp.tui.widgets.answers import TextField
from fieldapp.tui.widgets.area import AreaInput
from fieldapp.tui.widgets.typed_line import LONGEST_TYPED, TypedLine, taken_in

PASSPHRASE = "sandi rekaan"
STRANGE = (
    "[/x] [bold]tebal[/] \x00\x1b[31mmerah\x07\x9b2J",
    "\N{WOMAN}\u200d\N{PERSONAL COMPUTER} \u0627\u0644\u0627\u0633\u0645 \u202eterbalik\u2066 \ud800\udfff "
    + "e\u0301\u0302\u0303" * 40,
    "9" * 1_000_000,
)


def _intact(hands) -> None:
    """Every line is as wide as the screen, and holds nothing that a terminal would obey."""
    for strip in hands.app.screen._compositor.render_strips():
        assert cell_len(strip.text) == 80, strip.text
        assert all(char.isprintable() for char in strip.text), ascii(strip.text)


async def test_every_kind_of_field_takes_whatever_is_pasted(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f2")
        await hands.until("1/9 Identitas")
        kinds: set[str] = set()
        for number in range(1, len(FORM) + 1):
            await hands.press("ctrl+o", str(number))
            await hands.until(f"{number}/9")
            for line in list(hands.app.screen.query(TypedLine)):
                if not isinstance(line, TextField | AreaInput) or not line.display or type(line).__name__ in kinds:
                    continue
                kinds.add(type(line).__name__)
                for text in STRANGE:
                    line.focus()
                    line.value = ""
                    line.post_message(events.Paste(text))
                    await hands.pilot.pause()
                    assert len(line.value) <= LONGEST_TYPED
                _intact(hands)
                await hands.press("enter")
            # A list of choices has nothing to paste into.
            for widget in list(hands.app.screen.query("ChoiceField"))[:2]:
                widget.focus()
                widget.post_message(events.Paste(STRANGE[0]))
                await hands.press("ß", "[", "\N{SMILING FACE WITH SUNGLASSES}")
            _intact(hands)
        assert kinds >= {
            "DigitsField",
            "TextField",
            "PlaceField",
            "DateField",
            "PhoneField",
            "NumberField",
            "AreaInput",
        }
        await hands.press("ctrl+s")
        await hands.until("Periksa dan kirim", "isian belum benar")
        _intact(hands)
        await hands.press("escape", "d", "enter")
        await hands.until("Periksa dan kirim")
        _intact(hands)
    with open_session(town.ani, PASSPHRASE) as ani:
        [kept] = drafts.drafts(ani)
    assert "9" * 200 in "".join(str(value) for value in kept.values.values())


async def test_what_is_too_long_or_cannot_be_seen_is_said_in_reasons_too(town, at, person) -> None:
    with open_session(town.ani, PASSPHRASE) as ani:
        values = {**person(85, "Lakon Ganjilan"), "ktp_area": "64.72.01.1001", "consent_text_version": "1"}
        view = drafts.new_draft(ani, values)
        drafts.save_draft(ani, view.id, values, position=("send", "area_outside_city"))
    assert taken_in("Jl. Rekaan\r\n", 1000) == ("Jl. Rekaan", "")
    assert taken_in("a\x00b", 1000)[0] == "ab"
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f2")
        await hands.until("1/9 Identitas")
        await hands.press("ctrl+o", "d")
        await hands.write("x" * 1_000_000)
        await hands.until("terlalu panjang: 1.000.000 huruf. Hanya", "1.000 huruf pertama")
        await hands.press("ctrl+u")
        await hands.write("Topeng\x1b[31m\u202e Puluhan")
        await hands.until("Topeng[31m Puluhan", "2 karakter yang tidak terlihat")
        await hands.press("escape", "d", "down", "enter")
        await hands.until("Periksa dan kirim", "alasan, misalnya")
        await hands.write("[/x] " + "panjang " * 200)
        await hands.until("1.605", "500")
        await hands.press("enter", "enter")
        await hands.until("Pendaftaran tersimpan")
