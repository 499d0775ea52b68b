"""Plain text is aligned and harmless for a terminal; JSON is one value that says the same."""

from __future__ import annotations

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from fieldapp.cli.output import as_json_text, pairs, plain, rupiah, table, width

TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(TEXTS, below, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_json_text_reads_back_as_the_same_value_on_one_line(value: object) -> None:
    text = as_json_text(value)
    assert text.endswith("\n")
    assert "\n" not in text[:-1]
    assert json.loads(text) == value


@given(TEXTS)
def test_nothing_printed_can_steer_a_terminal(text: str) -> None:
    for shown in (plain(text), as_json_text(text).rstrip("\n")):
        assert not [letter for letter in shown if unicodedata.category(letter) == "Cc"]
    assert not {"\u202e", "\u2066", "\u2028"} & set(plain(text))


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=8))
def test_table_columns_begin_at_the_same_place(rows: list[tuple[str, str]]) -> None:
    lines = table(("a", "b"), [(first, second, "|")[:2] for first, second in rows])
    assert len(lines) == len(rows) + 1
    widest = max([width(plain(first or "-")) for first, _second in rows] + [1])
    for line, (_first, second) in zip(lines[1:], rows, strict=True):
        rest = plain(second or "-").rstrip()
        assert not rest or line.endswith(rest)
        assert width(line) <= widest + 2 + width(plain(second or "-"))


def test_empty_values_show_as_a_dash() -> None:
    assert pairs([("Nama", "Budi Rekaan"), ("Alamat", None)]) == ["Nama:    Budi Rekaan", "Alamat:  -"]


def test_markup_in_a_name_is_printed_as_it_is() -> None:
    assert plain("[/x] [bold]Budi") == "[/x] [bold]Budi"


def test_rupiah_are_grouped_by_dots() -> None:
    assert rupiah(1_900_000_000) == "Rp1.900.000.000"
