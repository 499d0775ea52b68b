"""Registrations as files bring them: one JSON object, or one a line (NDJSON). No line is dropped and none stops the
rest.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

_MARK = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """One line of input. `values` when it holds a registration, else `fault`: `not_utf8`, `not_json`, `double_key` or
    `not_object`. `raw` is the line word for word, without its end."""

    number: int
    raw: bytes
    values: dict[str, Any] | None
    fault: str | None


class _DoubleKey(ValueError):
    """A JSON object names one key twice, so one of the two values would be lost."""


def read_lines(content: bytes) -> list[Line]:
    """The registrations in `content`, numbered from 1 by their lines; empty lines are skipped. Never raises.

    An object that is spread over several lines is one registration, numbered by the line on which it begins.
    """
    content = content.removeprefix(_MARK)
    first = content[: len(content) - len(content.lstrip())].count(b"\n") + 1
    if b"\n" in content.strip():
        whole = read_line(content.strip(), first)
        if whole.fault in (None, "not_object", "double_key"):
            return [whole]
    pieces = content.replace(b"\r\n", b"\n").split(b"\n")
    return [read_line(raw, number) for number, raw in enumerate(pieces, start=1) if raw.strip()]


def read_line(raw: bytes, number: int) -> Line:
    """One line as a registration, or why it is none."""
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant)
    except UnicodeDecodeError:
        return Line(number, raw, None, "not_utf8")
    except _DoubleKey:
        return Line(number, raw, None, "double_key")
    except (ValueError, RecursionError):
        return Line(number, raw, None, "not_json")
    if not isinstance(value, dict):
        return Line(number, raw, None, "not_object")
    return Line(number, raw, value, None)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _DoubleKey
    return made


def _no_constant(name: str) -> Any:
    raise ValueError(name)
