"""Without any colour every state is still told: by words and signs, in the high contrast theme too."""

from __future__ import annotations

from textual.app import App, ComposeResult

from fieldapp.domain.findings import Finding
from fieldapp.domain.prelist import STATES as VISIT_STATES
from fieldapp.services.prelist.words import state_words
from fieldapp.tui import theme
from fieldapp.tui.text import STATES, state_text
from fieldapp.tui.widgets.choices import ChoiceField, ManyField, Option
from fieldapp.tui.widgets.lines import Line, Lines
from fieldapp.tui.widgets.question_row import finding_words
from fieldapp.tui.widgets.typed_line import TypedLine

OPTIONS = (Option("a", "Pertama"), Option("b", "Kedua"))


class Plain(App[None]):
    """A few widgets in the high contrast theme, painted without colour."""

    def __init__(self) -> None:
        super().__init__()
        for each in theme.THEMES:
            self.register_theme(each)
        self.theme = "kontras"

    def get_line_filters(self):
        return [*super().get_line_filters(), theme.Colourless()]

    def compose(self) -> ComposeResult:
        yield ChoiceField("satu", OPTIONS)
        yield ManyField("banyak", OPTIONS)
        yield Lines([Line("Baris pertama"), Line("Baris kedua")])
        yield TypedLine("teks")

    @property
    def rows(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.screen._compositor.render_strips()]

    @property
    def colours(self) -> set[str]:
        strips = self.screen._compositor.render_strips()
        styles = [segment.style for strip in strips for segment in strip if segment.style]
        return {str(colour) for style in styles for colour in (style.color, style.bgcolor) if colour is not None}


def test_no_two_states_of_a_registration_or_a_visit_have_the_same_words() -> None:
    assert len({state_text(state) for state in STATES}) == len(STATES)
    assert len({state_words(state) for state in VISIT_STATES}) == len(VISIT_STATES)


def test_how_strong_a_finding_is_stands_in_its_words() -> None:
    told = {
        strength: finding_words(Finding("nik_length", "nik", strength, (("length", "3"),)))
        for strength in ("error", "warning", "hint")
    }
    assert len({words.split(":")[0] for words in told.values()}) == 3
    assert all(":" in words for words in told.values())


async def test_what_is_chosen_and_what_is_at_hand_is_told_by_signs() -> None:
    app = Plain()
    async with app.run_test(size=(60, 12)) as pilot:
        app.query_one(ChoiceField).focus()
        await pilot.pause()
        before = app.rows
        assert not app.colours
        assert before[0] == ">( ) Pertama  ( ) Kedua"
        assert before[1] == " [ ] Pertama  [ ] Kedua"
        await pilot.press("right", "space")
        assert app.rows[0] in (" (*) Pertama >( ) Kedua", ">(*) Pertama  ( ) Kedua", " ( ) Pertama >(*) Kedua")
        app.query_one(ManyField).focus()
        await pilot.press("space")
        assert app.rows[1] == ">[x] Pertama  [ ] Kedua"
        lines = app.query_one(Lines)
        lines.focus()
        await pilot.press("down")
        assert app.rows[2:4] == ["  Baris pertama", "> Baris kedua"]
        assert not app.colours
