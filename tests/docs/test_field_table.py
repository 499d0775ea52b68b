"""The guide's table of fields says what the program asks."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from fieldapp.forms.conditions import Either, Given, Has, Is, Not
from fieldapp.forms.declaration import QUESTIONS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def table() -> ModuleType:
    spec = importlib.util.spec_from_file_location("field_table", ROOT / "docs" / "field_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_in_the_guide_is_the_form_of_the_program(table: ModuleType) -> None:
    kept = table.PAGE.read_text(encoding="utf-8")
    assert kept == table.page(), "run: python docs/field_table.py"


def test_every_question_stands_in_the_page_once_with_its_label(table: ModuleType) -> None:
    page = table.page()
    for name, question in QUESTIONS.items():
        assert page.count(f"| `{name}` |") == 1, name
        assert question.labels.id in page


def test_conditions_are_said_in_words(table: ModuleType) -> None:
    condition = Either((Not(Given("nik")), Is("works", (True,)), Has("kinds", ("lainnya",))))
    assert table.words(condition) == (
        "kecuali bila “NIK” terisi atau bila “"
        + QUESTIONS["works"].labels.id.rstrip("?")
        + "” dijawab ya atau bila “Ragam disabilitas” memuat “Lainnya”"
    )
