"""The widgets by themselves: lists of any length, choices by letters, progress, and the house's own rules."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.app import App, ComposeResult

import fieldapp.tui
from fieldapp.domain.findings import Finding
from fieldapp.tui.draft import Draft
from fieldapp.tui.screens.carrying import bar
from fieldapp.tui.theme import THEMES
from fieldapp.tui.widgets.choices import ChoiceField, ManyField, Option
from fieldapp.tui.widgets.record_list import KEPT_PAGES, PAGE, Column, RecordList

PACKAGE = Path(fieldapp.tui.__file__).parent
FRUITS = [Option(code, label) for code, label in (("a", "Apel"), ("j", "Jeruk"), ("m", "Mangga"), ("n", "Nanas"))]


class Stage(App[None]):
    """An application with our looks and nothing on it."""

    def __init__(self) -> None:
        super().__init__()
        for each in THEMES:
            self.register_theme(each)
        self.theme = THEMES[0].name


class ListApp(Stage):
    """A list of many; pages are answered when the test says so."""

    def __init__(self, many: int) -> None:
        super().__init__()
        self.ids = [f"id-{number:06}" for number in range(many)]
        self.wanted: list[RecordList.PageWanted] = []
        self.answering = True

    def compose(self) -> ComposeResult:
        columns = (Column(lambda: "Nama", lambda row: row["name"]), Column(lambda: "Nomor", lambda row: row["id"], 10))
        yield RecordList(columns, markable=True)

    def on_mount(self) -> None:
        records = self.query_one(RecordList)
        records.focus()
        records.show_ids(self.ids)

    def on_record_list_page_wanted(self, event: RecordList.PageWanted) -> None:
        self.wanted.append(event)
        if self.answering:
            self.answer(event)

    def answer(self, event: RecordList.PageWanted) -> None:
        rows = [{"id": each, "name": f"Orang {each[-6:]}"} for each in event.ids]
        event.lines.put_rows(event.number, event.page, rows)

    @property
    def seen(self) -> str:
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())

    async def until(self, true: Callable[[], object]) -> None:
        """Waits until something holds."""
        for _ in range(400):
            if true():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(self.seen)


async def test_a_list_of_a_hundred_thousand_asks_only_for_what_is_looked_at() -> None:
    app = ListApp(100_000)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.until(lambda: "> [ ] Orang 000000" in app.seen)
        await pilot.press("end")
        await app.until(lambda: "> [ ] Orang 099999" in app.seen)
        await pilot.press("home", "pagedown", "space")
        await app.until(lambda: "[x] Orang 000022" in app.seen)
        assert len(app.wanted) <= 4
        assert all(len(event.ids) <= PAGE for event in app.wanted)
        # However far one wanders, only so many pages stay in memory.
        records = app.query_one(RecordList)
        for page in range(KEPT_PAGES * 2):
            records.cursor = page * PAGE
            await pilot.pause(0)
        assert len(records._pages) <= KEPT_PAGES


async def test_rows_of_an_older_question_are_dropped() -> None:
    app = ListApp(200)
    app.answering = False
    async with app.run_test(size=(80, 24)):
        await app.until(lambda: app.wanted)
        late = app.wanted[0]
        app.query_one(RecordList).show_ids(["id-000777"])
        await app.until(lambda: app.wanted[-1].ids == ["id-000777"])
        app.answer(late)
        await asyncio.sleep(0.1)
        assert "Orang" not in app.seen
        app.answer(app.wanted[-1])
        await app.until(lambda: "Orang 000777" in app.seen)


class ChoiceApp(Stage):
    """One choice field at a time."""

    def __init__(self, field: ChoiceField) -> None:
        super().__init__()
        self.field = field

    def compose(self) -> ComposeResult:
        yield self.field

    def on_mount(self) -> None:
        self.field.focus()


def _after(field: ChoiceField, *keys: str) -> object:
    async def journey() -> None:
        app = ChoiceApp(field)
        async with app.run_test(size=(60, 12)) as pilot:
            await pilot.press(*keys)
            await pilot.pause()

    asyncio.run(journey())
    return field.answer()


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (("m",), "m"),
        (("n", "a"), "n"),
        (("right", "enter"), "a"),
        (("right", "right", "enter"), "j"),
        (("enter",), None),
        (("right",), None),
        (("m", "delete"), None),
        (("right", "space"), "a"),
    ],
)
def test_one_choice_is_taken_by_letter_or_by_arrow_and_never_by_passing(keys, answer) -> None:
    assert _after(ChoiceField("buah", FRUITS), *keys) == answer


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (("m", "space", "a", "space"), ["a", "m"]),
        (("m",), None),
        (("m", "space", "space"), None),
        (("m", "space", "n", "space"), ["n"]),
        (("n", "space", "m", "space"), ["m"]),
    ],
)
def test_several_choices_are_ticked_with_space_and_one_that_stands_alone_clears_the_rest(keys, answer) -> None:
    assert _after(ManyField("buah", FRUITS, alone=("n",)), *keys) == answer


def test_an_answer_that_is_no_longer_offered_is_kept_and_shown() -> None:
    field = ChoiceField("buah", FRUITS)
    field.show_answer("durian")
    assert field.answer() == "durian"
    assert "durian" in field.summary()
    many = ManyField("buah", FRUITS)
    many.show_answer(["a", "durian"])
    assert many.answer() == ["a", "durian"]


def test_progress_is_told_in_letters() -> None:
    assert bar(0, 10).startswith("[....")
    assert bar(5, 10) == "[" + "#" * 20 + "." * 20 + "]  50%"
    assert bar(10, 10).endswith("100%")
    assert bar(7, None).endswith("7")


def test_a_save_that_comes_back_late_touches_neither_newer_answers_nor_the_field_at_hand() -> None:
    draft = Draft("d", {}, ("identity", "name"))
    draft.put("phone", "0812")
    draft.put("birth_date", "1745")
    draft.put("name", "si ti")
    snapshot = draft.snapshot()
    draft.put("birth_date", "17081945")
    changed = draft.took(snapshot, {"phone": "+62812", "birth_date": "1745x", "name": "Si ti"}, (), "name")
    assert changed == ["phone"]
    assert draft.values == {"phone": "+62812", "birth_date": "17081945", "name": "si ti"}
    assert draft.unsaved
    again = draft.snapshot()
    draft.failed(again)
    assert draft.unsaved
    assert not draft.saving


def test_an_answer_given_since_the_rules_looked_is_not_asked_again(person) -> None:
    values = person(1, "Contoh Satu")
    del values["consent_given"]
    draft = Draft("d", values, ("consent", "consent_given"))
    wrong = Finding("required", "consent_given", "error")
    draft.took(draft.snapshot(), {}, (wrong,), "")
    assert draft.next_needed("consent_by") == "consent_given"
    draft.put("consent_given", True)
    # The save that takes the finding away is still on its way when the next key comes.
    assert draft.next_needed("consent_by") is None
    draft.took(draft.snapshot(), {}, (wrong,), "")
    assert draft.next_needed("consent_by") == "consent_given"


def test_text_on_screens_is_never_markup() -> None:
    unsafe = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            fixed = all(isinstance(argument, ast.Constant) for argument in node.args)
            plain = any(keyword.arg == "markup" for keyword in node.keywords)
            if name in ("Static", "Label", "notify", "OptionList") and not fixed and not plain:
                unsafe.append(f"{path.name}:{node.lineno}")
            if name == "from_markup":
                unsafe.append(f"{path.name}:{node.lineno}")
    assert not unsafe


def test_the_next_needed_question_of_who_has_no_nik_and_no_phone_is_the_one_that_says_so() -> None:
    draft = Draft("d", {}, ("identity", "nik"))
    assert draft.next_needed("nik") == "nik_absent_reason"
    draft.put("nik_absent_reason", "hilang")
    assert draft.next_needed("nik") == "name"
    assert draft.next_needed("phone") == "no_phone"
    draft.put("no_phone", True)
    assert draft.next_needed("domicile_same") == "kinds"
