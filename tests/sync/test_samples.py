"""What a dictionary for packing is made of: nothing that only a few entries say."""

from __future__ import annotations

import json
from typing import Any

from sync.samples import COMMON, in_common

MANY = COMMON * 20


def bodies(*people: dict[str, Any]) -> list[bytes]:
    return [json.dumps({"f": fields, "k": "new", "n": n}).encode() for n, fields in enumerate(people, start=1)]


def left(samples: list[bytes], name: str) -> list[Any]:
    return [json.loads(each)["f"].get(name, "absent") for each in in_common(samples)]


def test_what_few_say_is_left_out_and_what_many_say_stays() -> None:
    people = [
        {"sex": "LP"[n % 2], "nik": f"6471{n:012d}", "count": n, "tags": ["a"] if n else ["b"]} for n in range(MANY)
    ]
    samples = bodies(*people)
    assert left(samples, "sex") == ["LP"[n % 2] for n in range(MANY)]
    assert left(samples, "tags") == [None] + [["a"]] * (MANY - 1)
    assert left(samples, "count") == [None] * MANY
    # Of numbers only as much as stands at the front of many.
    assert {text for text in left(samples, "nik") if len(text) > 8} == set()
    assert all(text.startswith("6471") for text in left(samples, "nik"))
    assert [json.loads(each)["n"] for each in in_common(samples)] == list(range(1, MANY + 1))


def test_two_words_that_many_have_are_not_left_as_the_name_of_anybody() -> None:
    first, last = ("Sri", "Budi", "Ani", "Dewi", "Eko"), ("Rekaan", "Contoh", "Uji", "Coba")
    names = [f"{first[n % 5]} {last[n % 4]} Nomor{n}x" for n in range(MANY)]
    texts = left(bodies(*({"name": name} for name in names)), "name")
    assert all(word in (*first, *last) or "Nomor1".startswith(word[:5]) for text in texts for word in text.split())
    # Each word is there as often as before: only who stands beside whom has changed.
    assert sorted(word for text in texts for word in text.split() if word in first) == sorted(
        name.split()[0] for name in names
    )
    kept = sum(text.startswith(name.rsplit(" ", 1)[0]) for text, name in zip(texts, names, strict=True))
    assert kept < MANY / 2


def test_fields_that_some_lack_and_none_at_all_are_no_trouble() -> None:
    assert in_common([]) == []
    samples = bodies({}, {"note": None}, {"note": ""}, {"note": {"deep": [1]}})
    assert left(samples, "note") == ["absent", None, "", None]
    assert in_common(samples) == in_common(samples)
