"""Drawing lists for back-checks: everybody draws alike, nobody is passed over, who stands out is looked at more."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.backcheck import EACH, draw, shared_out

people = st.dictionaries(
    st.sampled_from(["ani", "budi", "citra", "dewi"]), st.sets(st.integers(0, 60)), min_size=1
).map(lambda found: {member: [f"{member}-{one}" for one in sorted(ids)] for member, ids in found.items()})


@settings(max_examples=60)
@given(people, st.integers(1, 90), st.sampled_from(["1", "2027-05"]), st.sets(st.sampled_from(["ani", "dewi"])))
def test_an_order_of_arrival_changes_nobody_on_the_list(
    found: dict[str, list[str]], count: int, seed: str, flagged: set[str]
) -> None:
    drawn = draw(found, count, seed, flagged)
    turned = {member: ids[::-1] for member, ids in reversed(found.items())}
    assert draw(turned, count, seed, flagged) == drawn
    everybody = [one for ids in drawn.values() for one in ids]
    assert len(everybody) == len(set(everybody)) == min(count, sum(map(len, found.values())))
    assert all(set(ids) <= set(found[member]) for member, ids in drawn.items())
    # One more is one more person, and nobody else.
    larger = draw(found, count + 1, seed, flagged)
    assert all(larger[member][: len(ids)] == ids for member, ids in drawn.items())
    if count >= EACH * len(found):
        assert all(len(drawn.get(member, ())) >= min(EACH, len(ids)) for member, ids in found.items())


def test_what_is_left_is_shared_by_numbers_and_doubly_where_something_stands_out() -> None:
    sizes = {"ani": 400, "budi": 100, "citra": 100}
    assert shared_out(sizes, 60, "1") == {"ani": 40, "budi": 10, "citra": 10}
    assert shared_out(sizes, 60, "1", {"citra"}) == {"ani": 35, "budi": 8, "citra": 17}
    assert shared_out({"ani": 2, "budi": 500}, 10, "1") == {"ani": 2, "budi": 8}


def test_where_not_everybody_fits_who_stands_out_comes_first() -> None:
    sizes = dict.fromkeys("abcdef", 50)
    assert shared_out(sizes, 2, "1", {"e", "f"}) == {**dict.fromkeys("abcd", 0), "e": 1, "f": 1}
    assert {one for one, share in shared_out(sizes, 1, "1").items() if share} != {
        one for one, share in shared_out(sizes, 1, "3").items() if share
    }


def test_another_seed_draws_others() -> None:
    found = {"ani": [f"{number:03}" for number in range(200)]}
    assert draw(found, 10, "1")["ani"] != draw(found, 10, "2")["ani"]
    # By hand: sha256 of "1", a line end and the id; the two smallest of 000 to 004.
    assert draw({"ani": ["000", "001", "002", "003", "004"]}, 2, "1") == {"ani": ["001", "000"]}
