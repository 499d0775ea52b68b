"""The entry: one change to one record, written once, identified by the hash of its bytes (FORMAT.md, section 1)."""

import hashlib
import re
import threading
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NamedTuple, NoReturn, Self

import msgspec

from sync.clock import COUNTER_LIMIT, TIME_LIMIT_MS
from sync.errors import SyncError, Untrusted

FORMAT_VERSION: Final = 1
SIZE_LIMIT: Final = 1024 * 1024
"""The most bytes one entry may have."""
DEPTH_LIMIT: Final = 8
"""The most lists and objects inside each other in one value of `f`."""
INTEGER_LIMIT: Final = 2**53 - 1
"""The largest whole number that every reader of JSON keeps exact."""
NUMBER_LIMIT: Final = 2**32 - 1
"""The largest number of an entry in its chain."""
DOMAIN_TAG: Final = b"fieldapp entry 1\n"
"""Stands before an entry's bytes when they are hashed, so that no hash of another kind of thing can be taken for it."""

_SEEN_LIMIT: Final = 512
_SEEN_TEXTS_LIMIT: Final = 128

Kind = Literal["new", "edit", "resolve", "void", "decide", "comment"]
SETTING_KINDS: Final = frozenset({"new", "edit", "resolve"})
"""Kinds that set fields of the record; the others speak about it."""
DECISION: Final = "decision"
"""The one group under which void and decide name the decisions they replace."""

_Meta = msgspec.Meta
_Whole = Annotated[int, _Meta(ge=-INTEGER_LIMIT, le=INTEGER_LIMIT)]
_Number = Annotated[int, _Meta(ge=1, le=NUMBER_LIMIT)]
_Count = Annotated[int, _Meta(ge=0, le=INTEGER_LIMIT)]
_NAME_LIMIT: Final = 256
_Name = Annotated[str, _Meta(min_length=1, max_length=_NAME_LIMIT)]
_Time = tuple[Annotated[int, _Meta(ge=0, le=TIME_LIMIT_MS)], Annotated[int, _Meta(ge=0, le=COUNTER_LIMIT)]]


def _value_type(depth: int) -> Any:
    """The JSON values allowed in `f`, spelled out to a depth, so that msgspec checks them all in one pass."""
    plain: Any = str | _Whole | bool | None
    if depth == 0:
        return plain
    inner = _value_type(depth - 1)
    return plain | list[inner] | dict[_Name, inner]  # type: ignore[valid-type]


if TYPE_CHECKING:
    Value = Any
else:
    Value = _value_type(DEPTH_LIMIT)


# Plain values hold no cycles, so the garbage collector need not walk 100,000 entries over and over (gc=False).
class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One change to one record. Short keys keep 100,000 of them small; they stand here in the order of the bytes."""

    au: str
    """Member who wrote it: 32 hex digits."""
    b: dict[_Name, tuple[str, ...]] = {}
    """Parents, by group: ids of the head entries that the writer saw and replaces, sorted; only groups with any."""
    ch: str
    """Chain: 32 hex digits."""
    dv: str
    """Device: 32 hex digits."""
    # Their names are checked apart: a bound on keys in their type keeps msgspec from recognising those it just read.
    f: dict[str, Value]
    """Fields set, with plain JSON values; None clears a field, an absent one stays untouched."""
    k: Kind
    """What is done."""
    n: _Number
    """Number in the chain, from 1."""
    o: _Whole | None = None
    """Last measured offset of the writer's clock from the hub's, in milliseconds."""
    of: str | None = None
    """void and decide only: digest of the heads that the writer saw, 32 hex digits."""
    p: str
    """Hash of the previous entry of the chain, 64 hex digits; empty for the first."""
    r: str
    """Record: UUID as canonical lower-case text."""
    s: str
    """Scope at writing: names joined by dots, or "*"."""
    sv: _Count
    """Version of the form that the fields follow."""
    t: _Time
    """Time by the writer's clock: milliseconds since 1970 UTC, and a counter."""
    v: int
    """Version of this format."""
    x: str
    """Blinding: 32 random hex digits, so that the hash of a guessable entry tells nothing."""
    y: str
    """Type of the record."""


class _Version(msgspec.Struct):
    v: int


_encoder: Final = msgspec.json.Encoder(order="deterministic")
_decoder: Final = msgspec.json.Decoder(Entry)
_version_decoder: Final = msgspec.json.Decoder(_Version)

_HEX32 = "[0-9a-f]{32}"
SCOPE_PATTERN: Final = r"(?:\*|(?=[^ ]{1,64}\Z)[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)"
"""A scope: "*" for what is public, or up to 64 characters of names joined by dots, wide to narrow."""
# Hex digits become noughts and nothing else does, which tells the shape of ids sooner than a match of them would.
_SHAPE: Final = bytes(ord("0") if chr(byte) in "0123456789abcdef" else byte for byte in range(256))
_UUID_SHAPE: Final = "00000000-0000-0000-0000-000000000000"
_OWN_SHAPES: Final = tuple(f"{'0' * 32} {_UUID_SHAPE} {before}".encode() for before in ("0" * 64, ""))
"""Of blinding, record and hash of the previous entry: of a later entry, of a first one."""
# One match over the joined texts costs a fifth of one match a field; no text holds the blank that joins them.
_common_texts_match: Final = re.compile(rf"{_HEX32} {_HEX32} {_HEX32} [a-z][a-z0-9_]{{0,31}} {SCOPE_PATTERN}").fullmatch
_hex32_match: Final = re.compile(_HEX32).fullmatch
# Below U+0300 every character is in normal form and combines with nothing before it.
_may_combine: Final = re.compile("[\u0300-\U0010ffff]").search


class _Scratch(threading.local):
    """Where entries are spelled anew only to compare them: one place a thread, since new ones would cost more."""

    def __init__(self) -> None:
        self.spelled = bytearray()


_scratch: Final = _Scratch()


def encode(entry: Entry) -> bytes:
    """The canonical bytes of an entry.

    Raises SyncError: entry_damaged when it holds what the format does not (floats, integers of 2^53 and more, text not
    in normal form C, lone surrogates, values that are not plain JSON), entry_too_large above SIZE_LIMIT.
    """
    try:
        body = _encoder.encode(entry)
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise SyncError("entry_damaged") from None
    try:
        same = decode(body) == entry
    except Untrusted as refusal:
        raise SyncError(refusal.code, **refusal.details) from None
    if not same:
        # What msgspec turned into text on its way (bytes, dates, tuples in fields) would come back as something else.
        raise SyncError("entry_damaged")
    return body


def decode(body: bytes) -> Entry:
    """Read the bytes of an entry from elsewhere, strictly: only bytes that `encode` writes are accepted.

    Raises Untrusted: entry_version for a newer format, entry_too_large above SIZE_LIMIT, else entry_damaged.
    """
    if len(body) > SIZE_LIMIT:
        raise Untrusted("entry_too_large", bytes=len(body), limit=SIZE_LIMIT)
    try:
        entry = _decoder.decode(body)
    except (ValueError, RecursionError):
        _refuse(body)
    spelled = _scratch.spelled
    _encoder.encode_into(entry, spelled)
    if entry.v != FORMAT_VERSION or spelled != body or not _is_well_formed(entry):
        _refuse(body)
    if not body.isascii() and not _is_normal(body.decode(), entry):
        _refuse(body)
    return entry


def decode_kept(body: bytes) -> Entry:
    """Read the bytes of an entry that this replica checked by `decode` before it kept them; skips the checks."""
    return _decoder.decode(body)


def _refuse(body: bytes) -> NoReturn:
    try:
        version = _version_decoder.decode(body).v
    except (ValueError, RecursionError):
        version = FORMAT_VERSION
    raise Untrusted("entry_version" if version > FORMAT_VERSION else "entry_damaged") from None


# What was found right a short while ago: entries come in thousands by the same few authors, about the same few
# questions. How many are remembered is bounded, since others may come as well.
_right_common_texts: Final[set[tuple[str, ...]]] = set()
_right_names: Final[set[tuple[str, ...]]] = set()


def _are_common_texts(texts: tuple[str, ...]) -> bool:
    return _remember(_right_common_texts, texts, _common_texts_match(" ".join(texts)) is not None)


def _are_names(names: tuple[str, ...]) -> bool:
    return _remember(_right_names, names, all(1 <= len(name) <= _NAME_LIMIT for name in names))


def _remember(right: set[tuple[str, ...]], texts: tuple[str, ...], is_right: bool) -> bool:
    if is_right and len(texts) <= _SEEN_TEXTS_LIMIT:
        if len(right) >= _SEEN_LIMIT:
            right.clear()
        right.add(texts)
    return is_right


def _is_well_formed(entry: Entry) -> bool:
    """What msgspec does not check: the shape of ids, the length of names, and which keys go with which kind."""
    e = entry
    if f"{e.x} {e.r} {e.p}".encode().translate(_SHAPE) != _OWN_SHAPES[e.n == 1]:
        return False
    common, names = (e.au, e.ch, e.dv, e.y, e.s), tuple(e.f)
    if common not in _right_common_texts and not _are_common_texts(common):
        return False
    if names not in _right_names and not _are_names(names):
        return False
    for ids in e.b.values():
        if not ids or any(not _hex32_match(i) for i in ids) or any(a >= b for a, b in pairwise(ids)):
            return False
    if e.k in ("void", "decide"):
        return e.of is not None and bool(_hex32_match(e.of)) and all(group == DECISION for group in e.b)
    if e.of is not None:
        return False
    return bool(e.f) if e.k in ("edit", "resolve") else not e.b


def is_normal(text: str) -> bool:
    """Whether a text is in normal form C, judged by what Unicode 3.2 assigned; later characters stand for themselves.

    Normal forms of those characters never change again, and every Python knows which they are. Judged by all that a
    Python knows, two versions of it would differ about the validity of an entry, and their replicas for ever.
    """
    if not _may_combine(text):
        return True
    category = unicodedata.ucd_3_2_0.category
    return unicodedata.is_normalized("NFC", "".join(c if category(c) != "Cn" else "\0" for c in text))


def _is_normal(text: str, entry: Entry) -> bool:
    """Whether all texts of an entry are in normal form; `text` is the entry's JSON."""
    # A part of a normal text is normal, so the whole decides at once, save for escapes such as \n before a mark.
    return is_normal(text) or (_value_is_normal(entry.f) and _value_is_normal(list(entry.b)))


def _value_is_normal(value: Any) -> bool:
    if isinstance(value, str):
        return is_normal(value)
    if isinstance(value, list):
        return all(_value_is_normal(item) for item in value)
    if isinstance(value, dict):
        return all(is_normal(key) and _value_is_normal(item) for key, item in value.items())
    return True


def in_normal_form(value: Any) -> Any:
    """A plain JSON value with all its texts in the normal form that `encode` demands.

    Raises SyncError entry_damaged when two keys of one object become the same.
    """
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, (list, tuple)):
        return [in_normal_form(item) for item in value]
    if isinstance(value, dict):
        folded = {in_normal_form(key): in_normal_form(item) for key, item in value.items()}
        if len(folded) != len(value):
            raise SyncError("entry_damaged")
        return folded
    return value


def entry_hash(body: bytes) -> bytes:
    """The 32 bytes that name an entry: link of the chain in full, id by the first half."""
    return hashlib.sha256(DOMAIN_TAG + body).digest()


def stub(entry: Entry) -> bytes:
    """The bytes of an entry without its values: all that it does for others, as the one that names their parents and
    that they follow in the chain. They are no entry, and never travel."""
    return _encoder.encode(msgspec.structs.replace(entry, f=dict.fromkeys(entry.f), x=""))


class Stored(NamedTuple):
    """An entry with the bytes it was written in; the bytes are kept and hashed as they are, never written anew."""

    id: str
    body: bytes
    """Empty where the entry was dropped: `entry` then has null for each of its values, and no blinding."""
    entry: Entry

    @property
    def is_dropped(self) -> bool:
        """Whether its values were let go here, since another entry replaces all of them."""
        return not self.body

    @classmethod
    def write(cls, entry: Entry) -> Self:
        """A new entry of our own; raises what `encode` raises."""
        body = encode(entry)
        return cls(entry_hash(body)[:16].hex(), body, entry)

    @classmethod
    def read(cls, body: bytes) -> Self:
        """An entry from elsewhere; raises what `decode` raises."""
        return cls(entry_hash(body)[:16].hex(), body, decode(body))
