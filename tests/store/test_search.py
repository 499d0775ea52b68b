"""Finding people: by any beginning of a name's words, NIK digits or phone, whatever is typed."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.store import queries, search
from fieldapp.store.queries import Filter
from fieldapp.store.rows import name_key


@pytest.fixture
def people(town):
    return {
        "nur": town.register("siti", name="Nur'aini, S.Pd", nik="6471015203809005", phone="+6281234567890"),
        "ahmad": town.register("siti", name="AHMAD DŽEMAL-HADI", nik="6271015203809006", phone="+62542123456"),
        "siti": town.register("budi", name="Siti Nurhaliza", nik="6471999903809007", phone=None),
        "bare": town.register("budi", name="Ahmad", nik=None, phone=None),
    }


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("nur", ["nur", "siti"]),
        ("NUR'", ["nur", "siti"]),
        ("nuraini", ["nur"]),
        ("aini", []),
        ("siti nur", ["siti"]),
        ("nur siti", ["siti"]),
        ("hadi dzemal", ["ahmad"]),
        ("ahmad", ["bare", "ahmad"]),
        ("6471", ["nur", "siti"]),
        ("6471 0152 0380 9005", ["nur"]),
        ("6471.0152", ["nur"]),
        ("9006", ["ahmad"]),
        ("62", ["ahmad"]),
        ("0812", ["nur"]),
        ("0812-3456-7890", ["nur"]),
        ("+62 (0)812 3456", ["nur"]),
        ("00628123", ["nur"]),
        ("628123", ["nur"]),
        ("8123", ["nur"]),
        ("0542 123", ["ahmad"]),
        ("nur 6471", ["nur", "siti"]),
        ("", []),
        ("   ", []),
        ('"', []),
        ("*", []),
        ("- ( )", []),
        ("+", []),
        ("0", []),
    ],
)
def test_what_people_type_finds_whom_they_mean(people, town, replica_of, text, names) -> None:
    replica = replica_of(town)
    found = replica.store.read(lambda c: search.find(c, text))
    assert found == [people[name] for name in names]
    if text.strip():
        assert replica.store.read(lambda c: queries.ids(c, Filter(text=text), "name")) == found


def test_a_changed_name_and_number_are_found_anew_and_no_longer_by_the_old(people, town, replica_of) -> None:
    replica = replica_of(town)
    town.write("siti", people["nur"], "edit", {"name": "Aminah Contoh"})
    town.write("siti", people["nur"], "edit", {"phone": "+628111", "nik": None})
    replica.receive(town.entries[-2:])

    def find(text: str) -> list[str]:
        return replica.store.read(lambda c: search.find(c, text))

    assert find("nuraini") == find("081234") == find("9005") == []
    assert find("aminah") == find("08111") == [people["nur"]]


_FTS_WORDS = st.sampled_from(
    ['"', "*", "AND", "OR", "NOT", "NEAR(", ")", "(", "^", ":", "name:", "-", "+", "{", "}", "'"]
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.lists(_FTS_WORDS | st.text(max_size=6) | st.text("0123456789+ -"), max_size=6).map(" ".join))
def test_nothing_typed_is_search_syntax(store, text) -> None:
    store.read(lambda c: (search.find(c, text), queries.ids(c, Filter(text=text))))


def test_a_very_long_text_is_cut_and_answers_at_once(store) -> None:
    started = time.monotonic()
    assert store.read(lambda c: search.find(c, "ahmad " * 200_000)) == []
    assert store.read(lambda c: search.find(c, "9" * 1_000_000)) == []
    assert time.monotonic() - started < 5


@given(words=st.lists(st.text("abcdefgXYZ'.’", min_size=1, max_size=8), max_size=5))
def test_names_are_compared_without_case_marks_and_double_spaces(words) -> None:
    name = " ".join(words)
    assert name_key(name) == name_key(f"  {name.upper()}  ") == name_key("  ".join(words).replace("'", ""))
    assert name_key(name_key(name)) == name_key(name)


@given(name=st.text(st.characters(max_codepoint=127), max_size=40))
def test_the_short_way_for_plain_letters_folds_like_the_long_one(name) -> None:
    assert name_key(name) == name_key(f"{name} Ž").removesuffix("z").strip()
