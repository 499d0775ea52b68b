"""An entry has one spelling; whatever else is offered as one is refused with a code."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.entry import (
    DEPTH_LIMIT,
    SIZE_LIMIT,
    Entry,
    Stored,
    decode,
    decode_kept,
    encode,
    entry_hash,
    in_normal_form,
    is_normal,
)
from sync.errors import SyncError, Untrusted

PLAIN: dict[str, Any] = {
    "v": 1,
    "sv": 3,
    "ch": "c" * 32,
    "n": 1,
    "p": "",
    "t": (1_767_225_600_000, 0),
    "dv": "d" * 32,
    "au": "a" * 32,
    "r": "019b7777-aaaa-7bbb-8ccc-0123456789ab",
    "s": "64.71.05.1001",
    "k": "new",
    "y": "registration",
    "f": {"name": "Contoh Rekaan"},
    "x": "0123456789abcdef" * 2,
}
ID = "e" * 32


def entry(**over: Any) -> Entry:
    return Entry(**(PLAIN | over))


def spelled(**over: Any) -> bytes:
    """The bytes another program might write: canonical save for what the test changes; None leaves a key out."""
    keys = {key: value for key, value in (PLAIN | over).items() if value is not None}
    return json.dumps(keys, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def refusal(body: bytes) -> str:
    with pytest.raises(Untrusted) as caught:
        decode(body)
    return caught.value.code


texts = st.text(max_size=20).map(in_normal_form)
names = st.text(min_size=1, max_size=12).map(in_normal_form).filter(bool)
plain_values = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
values = st.recursive(
    plain_values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=8
)
hex32 = st.binary(min_size=16, max_size=16).map(bytes.hex)
ids = st.lists(hex32, min_size=1, max_size=3, unique=True).map(sorted).map(tuple)
parents = st.dictionaries(names, ids, max_size=3)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    kind = draw(st.sampled_from(["new", "edit", "resolve", "void", "decide", "comment"]))
    over: dict[str, Any] = {"k": kind, "f": draw(st.dictionaries(names, values, max_size=4)), "x": draw(hex32)}
    if kind in ("edit", "resolve"):
        over["f"] = over["f"] or {"name": None}
        over["b"] = draw(parents)
    if kind in ("void", "decide"):
        over["of"] = draw(hex32)
        over["b"] = draw(st.just({}) | st.builds(lambda some: {"decision": some}, ids))
    if draw(st.booleans()):
        over |= {"n": draw(st.integers(2, 2**32 - 1)), "p": draw(hex32) * 2, "o": draw(st.integers(-(10**9), 10**9))}
    over["t"] = (draw(st.integers(0, 2**53 - 1)), draw(st.integers(0, 2**31 - 1)))
    return entry(**over)


@given(entries())
def test_what_is_written_is_read_back_the_same(one: Entry) -> None:
    body = encode(one)
    assert decode(body) == one
    assert decode_kept(body) == one
    assert encode(decode(body)) == body
    assert Stored.read(body) == Stored.write(one)


@given(entries())
def test_bytes_are_what_a_plain_json_writer_makes(one: Entry) -> None:
    plain = {name: getattr(one, name) for name in Entry.__struct_fields__}
    for absent, empty in (("b", {}), ("o", None), ("of", None)):
        if plain[absent] == empty:
            del plain[absent]
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert encode(one) == text.encode()


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_noise_is_refused_with_a_code(body: bytes) -> None:
    assert refusal(body) in ("entry_damaged", "entry_version")


@given(entries(), st.data())
def test_a_changed_byte_is_refused_or_makes_another_entry(one: Entry, data: st.DataObject) -> None:
    body = encode(one)
    at = data.draw(st.integers(0, len(body) - 1))
    changed = body[:at] + bytes([data.draw(st.integers(0, 255).filter(lambda b: b != body[at]))]) + body[at + 1 :]
    try:
        other = decode(changed)
    except Untrusted:
        return
    assert other != one
    assert encode(other) == changed
    assert entry_hash(changed) != entry_hash(body)


@given(entries(), st.data())
def test_a_cut_entry_is_refused(one: Entry, data: st.DataObject) -> None:
    body = encode(one)
    assert refusal(body[: data.draw(st.integers(0, len(body) - 1))]) == "entry_damaged"


@pytest.mark.parametrize(
    "over",
    [
        pytest.param({"k": "same_as"}, id="unknown kind"),
        pytest.param({"zz": 1}, id="unknown key"),
        pytest.param({"x": None}, id="missing key"),
        pytest.param({"v": 0}, id="version zero"),
        pytest.param({"v": True}, id="version true"),
        pytest.param({"n": 0, "p": ""}, id="number zero"),
        pytest.param({"n": 2**32, "p": "0" * 64}, id="number too large"),
        pytest.param({"n": 1, "p": "0" * 64}, id="first with a predecessor"),
        pytest.param({"n": 2}, id="second without a predecessor"),
        pytest.param({"n": 2, "p": "0" * 63}, id="short predecessor"),
        pytest.param({"t": [-1, 0]}, id="time before 1970"),
        pytest.param({"t": [2**53, 0]}, id="time too large"),
        pytest.param({"t": [1, 2**31]}, id="counter too large"),
        pytest.param({"t": [1]}, id="time of one part"),
        pytest.param({"t": 5}, id="time as a number"),
        pytest.param({"o": 1.5}, id="offset as a fraction"),
        pytest.param({"sv": -1}, id="negative form version"),
        pytest.param({"au": "A" * 32}, id="upper-case author"),
        pytest.param({"au": "a" * 31}, id="short author"),
        pytest.param({"au": "a" * 32 + "\n"}, id="author with a line end"),
        pytest.param({"ch": "c" * 31 + " "}, id="chain with a blank"),
        pytest.param({"dv": "d" * 33}, id="long device"),
        pytest.param({"x": "g" * 32}, id="blinding not hex"),
        pytest.param({"r": "019b7777aaaa7bbb8ccc0123456789ab"}, id="record without hyphens"),
        pytest.param({"r": "019B7777-AAAA-7BBB-8CCC-0123456789AB"}, id="upper-case record"),
        pytest.param({"s": ""}, id="empty scope"),
        pytest.param({"s": "64."}, id="scope ending in a dot"),
        pytest.param({"s": "64..71"}, id="scope with a hole"),
        pytest.param({"s": "64.71 "}, id="scope with a blank"),
        pytest.param({"s": "64.71\n"}, id="scope with a line end"),
        pytest.param({"s": "1" * 65}, id="scope too long"),
        pytest.param({"s": "64.*"}, id="star inside a scope"),
        pytest.param({"y": "Registration"}, id="type in upper case"),
        pytest.param({"y": ""}, id="empty type"),
        pytest.param({"f": {"a": 1.0}}, id="float"),
        pytest.param({"f": {"a": [{"b": 0.5}]}}, id="float inside"),
        pytest.param({"f": {"a": 2**53}}, id="integer too large"),
        pytest.param({"f": {"a": -(2**53)}}, id="integer too small"),
        pytest.param({"f": {"": 1}}, id="empty field name"),
        pytest.param({"f": {"a" * 257: 1}}, id="field name too long"),
        pytest.param({"f": {"a": "e\u0301"}}, id="text not in normal form"),
        pytest.param({"f": {"e\u0301": 1}}, id="name not in normal form"),
        pytest.param({"f": {"a": {"b": ["e\u0301"]}}}, id="text inside not in normal form"),
        pytest.param({"f": {"a": "\ud800"}}, id="surrogate as bytes"),
        pytest.param({"f": []}, id="fields as a list"),
        pytest.param({"b": {"name": [ID]}}, id="new with parents"),
        pytest.param({"b": {}}, id="parents present but empty"),
        pytest.param({"of": "0" * 32}, id="new with a digest"),
        pytest.param({"k": "edit", "f": {}}, id="edit of nothing"),
        pytest.param({"k": "resolve", "f": {}}, id="resolve of nothing"),
        pytest.param({"k": "edit", "b": {"name": []}}, id="group without parents"),
        pytest.param({"k": "edit", "b": {"name": ["e" * 31]}}, id="short parent"),
        pytest.param({"k": "edit", "b": {"name": [ID, ID]}}, id="parent named twice"),
        pytest.param({"k": "edit", "b": {"name": ["f" * 32, ID]}}, id="parents not sorted"),
        pytest.param({"k": "edit", "b": {"e\u0301": [ID]}}, id="group not in normal form"),
        pytest.param({"k": "edit", "of": "0" * 32}, id="edit with a digest"),
        pytest.param({"k": "comment", "b": {"decision": [ID]}}, id="comment with parents"),
        pytest.param({"k": "decide"}, id="decision on nothing seen"),
        pytest.param({"k": "decide", "of": "0" * 31}, id="decision on a short digest"),
        pytest.param({"k": "void", "of": "0" * 32, "b": {"name": [ID]}}, id="void naming heads of a group"),
    ],
)
def test_what_encode_would_not_write_is_refused(over: dict[str, Any]) -> None:
    assert refusal(spelled(**over)) == "entry_damaged"


@given(entries(), st.sampled_from([("au", "A" * 32), ("dv", ""), ("s", "64."), ("y", "Y"), ("f", {"": 1})]))
def test_what_was_accepted_before_excuses_nothing(one: Entry, change: tuple[str, Any]) -> None:
    good = json.loads(encode(one))
    for _ in range(2):
        assert decode(encode(one)) == one
        assert refusal(spelled(**{**PLAIN, **good, change[0]: change[1]})) == "entry_damaged"


def test_more_authors_and_questions_than_are_remembered_are_all_judged() -> None:
    for number in range(1200):
        assert decode(spelled(au=f"{number:032x}", f={f"question {number}": number})).f[f"question {number}"] == number
        assert refusal(spelled(au=f"{number:032X}?")) == "entry_damaged"
        assert refusal(spelled(f={f"question {number}": number, "a" * 257: number})) == "entry_damaged"


def test_the_table_of_refusals_changes_an_entry_that_is_accepted() -> None:
    assert decode(spelled()) == entry()
    assert decode(spelled(k="edit", b={"name": [ID]})).b == {"name": (ID,)}
    assert decode(spelled(k="void", of="0" * 32, b={"decision": [ID]})).of == "0" * 32


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda b: b.replace(b'"au":', b'"au": '), id="blank between"),
        pytest.param(lambda b: b + b"\n", id="line end after"),
        pytest.param(lambda b: b" " + b, id="blank before"),
        pytest.param(lambda b: b"\xef\xbb\xbf" + b, id="byte order mark"),
        pytest.param(lambda b: b.replace(b'"n":1', b'"n":1.0'), id="whole number as a fraction"),
        pytest.param(lambda b: b.replace(b'"n":1', b'"n":1e0'), id="whole number with an exponent"),
        pytest.param(lambda b: b.replace(b'"sv":3', b'"sv":-0'), id="minus nought"),
        pytest.param(lambda b: b.replace(b'"n":1', b'"n":01'), id="leading nought"),
        pytest.param(lambda b: b.replace(b'"n":1', b'"n":1,"n":1'), id="key twice"),
        pytest.param(lambda b: b.replace(b'{"name"', b'{"name":"Lain","name"'), id="field twice"),
        pytest.param(lambda b: b.replace(b"Contoh", b"\\u0043ontoh"), id="letter as an escape"),
        pytest.param(lambda b: b.replace(b"Contoh", b"\\ud800"), id="lone surrogate as an escape"),
        pytest.param(lambda b: b.replace(b"Contoh", b"\x01"), id="raw control character"),
        pytest.param(lambda b: b.replace(b"Contoh", b"\\u000B"), id="escape in upper case"),
        pytest.param(lambda b: b.replace(b"Contoh", b"\\u000a"), id="long escape of a line end"),
        pytest.param(lambda b: b.replace(b"Contoh", b"\\/"), id="escaped slash"),
        pytest.param(lambda b: b.replace(b"Contoh", b"\xff"), id="invalid UTF-8"),
        pytest.param(lambda b: b.replace(b"Contoh", b"\xc0\x80"), id="overlong UTF-8"),
        pytest.param(lambda b: b.replace(b'"t":[1767225600000,0],"v":1', b'"v":1,"t":[1767225600000,0]'), id="order"),
        pytest.param(lambda b: b.replace(b'"k":"new"', b'"k":"new","o":null'), id="absent key spelled as null"),
    ],
)
def test_another_spelling_of_the_same_entry_is_refused(change: Any) -> None:
    body = encode(entry())
    assert change(body) != body
    assert refusal(change(body)) == "entry_damaged"


def test_control_characters_are_kept_as_escapes() -> None:
    odd = "".join(map(chr, range(32))) + "\x7f\u2028[/x]"
    body = encode(entry(f={"name": odd}))
    assert decode(body).f == {"name": odd}
    assert not any(byte < 32 for byte in body)


def test_a_mark_after_an_escape_is_not_mistaken_for_a_letter_with_a_mark() -> None:
    one = entry(f={"name": "\n\u0303 \x0b\u0307"})
    assert decode(encode(one)) == one


def test_normal_form_is_the_same_under_every_unicode_version() -> None:
    # Composed by the tables of Unicode 5.2 and later, unassigned in those of 3.2, which decide.
    kaithi = "\U00011099\U000110ba"
    assert is_normal(kaithi)
    assert decode(encode(entry(f={"name": kaithi}))).f == {"name": kaithi}


@pytest.mark.parametrize(
    "value",
    [1.5, float("nan"), b"bytes", (1, 2), {1: 2}, 2**53, "\ud800", {"a"}, object(), "e\u0301", 1.0],
    # Fixed names: that of an object holds its address, and two processes must collect the same tests.
    ids=lambda value: type(value).__name__,
)
def test_a_writer_is_refused_what_is_not_plain_json(value: Any) -> None:
    with pytest.raises(SyncError) as caught:
        encode(entry(f={"name": value}))
    assert caught.value.code == "entry_damaged"
    assert not isinstance(caught.value, Untrusted)


def test_values_may_nest_to_the_limit_and_no_deeper() -> None:
    value: Any = 1
    for _ in range(DEPTH_LIMIT):
        value = [value]
    assert decode(encode(entry(f={"a": value}))).f == {"a": value}
    with pytest.raises(SyncError):
        encode(entry(f={"a": [value]}))
    deep = spelled().replace(b'"Contoh Rekaan"', b"[" * 100_000 + b"]" * 100_000)
    assert refusal(deep) == "entry_damaged"


def test_an_entry_may_fill_the_size_limit_and_no_more() -> None:
    room = SIZE_LIMIT - len(encode(entry(f={"name": ""})))
    assert len(encode(entry(f={"name": "a" * room}))) == SIZE_LIMIT
    with pytest.raises(SyncError, match="entry_too_large"):
        encode(entry(f={"name": "a" * (room + 1)}))
    assert refusal(spelled(f={"name": "a" * (room + 1)})) == "entry_too_large"


def test_an_entry_of_a_newer_format_says_so() -> None:
    assert refusal(spelled(v=2)) == "entry_version"
    assert refusal(spelled(v=2, added={"later": 1})) == "entry_version"


def test_the_id_is_the_first_half_of_the_hash_that_links_the_chain() -> None:
    one = Stored.write(entry())
    assert one.id == entry_hash(one.body).hex()[:32]
    assert one.id != Stored.write(entry(x="f" * 32)).id


@given(values)
def test_values_are_brought_into_normal_form_once(value: Any) -> None:
    assert in_normal_form(value) == value
    assert in_normal_form({"a": ("e\u0301",)}) == {"a": ["\u00e9"]}


def test_names_that_become_the_same_in_normal_form_are_refused() -> None:
    with pytest.raises(SyncError):
        in_normal_form({"e\u0301": 1, "\u00e9": 2})


def test_a_refusal_holds_nothing_of_the_person() -> None:
    with pytest.raises(Untrusted) as caught:
        decode(spelled(f={"name": "e\u0301 Rahasia"}))
    assert "Rahasia" not in repr(caught.value) + str(caught.value.details)
    assert caught.value.__context__ is None or caught.value.__suppress_context__
