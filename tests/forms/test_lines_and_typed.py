"""Files of lines, and answers typed as text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.forms.declaration import QUESTIONS
from fieldapp.forms.lines import read_lines
from fieldapp.forms.normalise import normalise
from fieldapp.forms.typed import read_typed

steady = settings(derandomize=True, deadline=None, max_examples=200, database=None)


def summary(content: bytes) -> list[tuple[int, object]]:
    return [(line.number, line.fault or line.values) for line in read_lines(content)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"\n \n", []),
        (b'{"a": 1}', [(1, {"a": 1})]),
        (b'\xef\xbb\xbf{"a": 1}\r\n\r\n{"a": 2}\r\n', [(1, {"a": 1}), (3, {"a": 2})]),
        (b'\n\n{\n "a": 1\n}\n', [(3, {"a": 1})]),
        (b'{"a": 1}\n{"a": 2', [(1, {"a": 1}), (2, "not_json")]),
        (b'{"a": 1}\n\xff\xfe{}\n{"a": 3}', [(1, {"a": 1}), (2, "not_utf8"), (3, {"a": 3})]),
        (b"[1, 2]", [(1, "not_object")]),
        (b'[\n{"a": 1},\n{"a": 2}\n]', [(1, "not_object")]),
        (b"null\n7", [(1, "not_object"), (2, "not_object")]),
        (b'{"a": 1, "a": 2}', [(1, "double_key")]),
        (b'{"a": {"b": 1, "b": 2}}', [(1, "double_key")]),
        (b'{"a": NaN}', [(1, "not_json")]),
        (b'{"a": ' + b"9" * 5000 + b"}", [(1, "not_json")]),
        (b"[" * 200_000, [(1, "not_json")]),
    ],
)
def test_every_line_gets_its_number_and_its_answer(content, expected) -> None:
    assert summary(content) == expected


@steady
@given(st.lists(st.binary(max_size=30), max_size=6))
def test_no_bytes_stop_the_reading_and_no_line_is_dropped(pieces) -> None:
    content = b"\n".join(pieces)
    read = read_lines(content)
    wanted = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n")
    if len(read) > 1:
        assert [line.raw for line in read] == [piece for piece in wanted if piece.strip()]
    assert all((line.values is None) != (line.fault is None) for line in read)


@steady
@given(st.lists(st.dictionaries(st.text(max_size=4), st.text(max_size=6) | st.integers(-9, 9), max_size=3), max_size=5))
def test_written_objects_are_read_back(objects) -> None:
    content = "\n".join(json.dumps(each, ensure_ascii=True) for each in objects).encode()
    assert [line.values for line in read_lines(content)] == objects


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("works", "ya", True),
        ("works", "T", False),
        ("works", "mungkin", "mungkin"),
        ("monthly_income", "1500000", 1_500_000),
        ("monthly_income", "Rp 1.500.000", 1_500_000),
        ("monthly_income", "Rp1.500.000,-", 1_500_000),
        ("monthly_income", "1,5 juta", "1,5 juta"),
        ("monthly_income", "15.00", "15.00"),
        ("sex", "p", "P"),
        ("sex", "perempuan", "P"),
        ("sex", "1", "L"),
        ("sex", "3", "3"),
        ("job", "Tukang Pijat", "tukang_pijat"),
        ("job", "masseur", "tukang_pijat"),
        ("kinds", "sensorik_netra, Fisik: paraplegi", ["sensorik_netra", "fisik_paraplegi"]),
        ("kinds", "14; 15", ["sensorik_netra", "sensorik_rungu"]),
        ("documents", "ktp=dilihat, kk = tidak_ada", {"ktp": "dilihat", "kk": "tidak_ada"}),
        ("name", "  Siti ", "Siti"),
        ("name", "   ", None),
        ("nik", "6471 0128", "6471 0128"),
    ],
)
def test_typed_text_means_what_people_mean(name, text, value) -> None:
    assert read_typed(QUESTIONS[name], text) == value


@steady
@given(st.sampled_from(sorted(QUESTIONS)), st.text(max_size=30))
def test_any_typed_text_can_be_read_and_then_judged(name, text) -> None:
    normalise({name: read_typed(QUESTIONS[name], text)})


def test_every_choice_can_be_typed_by_code_number_and_label() -> None:
    for question in QUESTIONS.values():
        if question.kind != "one":
            continue
        for number, choice in enumerate(question.choices, start=1):
            for text in (choice.code.lower(), str(number), choice.id, choice.en.upper()):
                assert read_typed(question, text) == choice.code, (question.name, text)
