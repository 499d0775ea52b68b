"""What a replica holds of each chain, as ranges of numbers.

A chain can be forked (two machines that both believe they own it write different entries under one number), so a
range alone proves nothing: a span also names the id of its last entry. Because every entry carries the hash of the
one before it, that id stands for the whole run of entries of the span.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sync.errors import SyncError

Ranges = tuple[tuple[int, int], ...]
"""Inclusive, ascending, disjoint, never adjacent: ((first, last), ...)."""

MAX_NUMBER = 2**32 - 1
"""Largest number of an entry in its chain; the log's row number keeps 32 bits for it."""

_HEX = frozenset("0123456789abcdef")


class Span(NamedTuple):
    """Entries `first` to `last` of a chain, without a gap; `head` is the id of entry `last`."""

    first: int
    last: int
    head: str


Have = dict[str, tuple[Span, ...]]
"""Chain id -> spans held, ascending. Spans of a forked chain may overlap: one for each branch."""


def join(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Sort the ranges and unite those that overlap or touch."""
    united: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if united and first <= united[-1][1] + 1:
            if last > united[-1][1]:
                united[-1] = (united[-1][0], last)
        else:
            united.append((first, last))
    return tuple(united)


def runs(numbers: Iterable[int]) -> Ranges:
    """Return the ranges that hold exactly these numbers, which must ascend."""
    numbers = [*numbers]
    if numbers and numbers[-1] - numbers[0] + 1 == len(numbers):
        return ((numbers[0], numbers[-1]),)
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)


def without(ranges: Ranges, removed: Ranges) -> Ranges:
    """Return `ranges` less every number of `removed`."""
    left: list[tuple[int, int]] = []
    for first, last in ranges:
        start = first
        for cut_first, cut_last in removed:
            if cut_last < start:
                continue
            if cut_first > last:
                break
            if cut_first > start:
                left.append((start, cut_first - 1))
            start = cut_last + 1
        if start <= last:
            left.append((start, last))
    return tuple(left)


def common(one: Ranges, other: Ranges) -> Ranges:
    """Return the numbers that both hold."""
    return without(one, without(one, other))


def holds(ranges: Ranges, number: int) -> bool:
    """Tell whether the number lies in one of the ranges."""
    return any(first <= number <= last for first, last in ranges)


def gaps(ranges: Ranges) -> Ranges:
    """Return what is missing between 1 and the last number held."""
    if not ranges:
        return ()
    return without(((1, ranges[-1][1]),), ranges)


def ranges_text(ranges: Ranges) -> str:
    """Ranges as short text for a column: "1-9,12-12"."""
    return ",".join(f"{first}-{last}" for first, last in ranges)


def ranges_of(text: str) -> Ranges:
    """What `ranges_text` wrote."""
    pairs = (pair.split("-") for pair in text.split(",") if pair)
    return tuple((int(first), int(last)) for first, last in pairs)


def numbers_of(spans: Iterable[Span]) -> Ranges:
    """Return the numbers that the spans cover, whatever their branches."""
    return join((span.first, span.last) for span in spans)


def pack_have(have: Mapping[str, Iterable[Span]]) -> dict[str, list[list[object]]]:
    """Return `have` as plain JSON values: {chain: [[first, last, head id], ...]}."""
    return {chain: [[span.first, span.last, span.head] for span in spans] for chain, spans in sorted(have.items())}


def unpack_have(value: object, code: str = "bundle_damaged") -> Have:
    """Read back what `pack_have` wrote.

    Raises SyncError with `code` for anything else: it comes from another machine and is checked in full.
    """
    if not isinstance(value, dict):
        raise SyncError(code)
    have: Have = {}
    for chain, spans in value.items():
        if not is_hex(chain, 32) or not isinstance(spans, list):
            raise SyncError(code)
        have[chain] = tuple(_span(span, code) for span in spans)
    return have


def pack_ranges(ranges: Mapping[str, Ranges]) -> dict[str, list[list[int]]]:
    """Return ranges by chain as plain JSON values: {chain: [[first, last], ...]}."""
    return {chain: [[first, last] for first, last in found] for chain, found in sorted(ranges.items())}


def unpack_ranges(value: object, code: str = "bundle_damaged") -> dict[str, Ranges]:
    """Read back what `pack_ranges` wrote; SyncError with `code` for anything else."""
    if not isinstance(value, dict):
        raise SyncError(code)
    found: dict[str, Ranges] = {}
    for chain, ranges in value.items():
        if not is_hex(chain, 32) or not isinstance(ranges, list):
            raise SyncError(code)
        found[chain] = join(_range(pair, code) for pair in ranges)
    return found


def is_hex(value: object, length: int) -> bool:
    """Tell whether the value is lower-case hexadecimal text of this length."""
    return isinstance(value, str) and len(value) == length and _HEX.issuperset(value)


def _span(value: object, code: str) -> Span:
    if not isinstance(value, list) or len(value) != 3 or not is_hex(value[2], 32):
        raise SyncError(code)
    first, last = _range(value[:2], code)
    return Span(first, last, value[2])


def _range(value: object, code: str) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise SyncError(code)
    first, last = value
    if type(first) is not int or type(last) is not int or not 1 <= first <= last <= MAX_NUMBER:
        raise SyncError(code)
    return first, last
