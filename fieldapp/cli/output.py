"""What a command prints: one JSON value, or plain aligned text without colour, safe for any terminal."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TextIO, cast

from fieldapp.locale import N_, _

# Data may hold control characters (a draft keeps what was typed); a terminal must never obey them.
_ESCAPED = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in (0x0A,)}
# Marks that turn the direction of text around could make one name look like another.
_ESCAPED |= {code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029)}
# Inside a JSON value these stand only within strings, where the escape means the same character.
_JSON_ESCAPED = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}


def prepare_streams() -> None:
    """UTF-8 on all three streams wherever the program runs; what is no UTF-8 is shown escaped, never an error."""
    # A stream that was closed before the start (`>&-`, a window without a console) is none at all.
    sys.stdin = sys.stdin or _nothing("r")
    sys.stdout = sys.stdout or _nothing("w")
    sys.stderr = sys.stderr or _nothing("w")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")


def _nothing(mode: str) -> TextIO:
    return cast(TextIO, Path(os.devnull).open(mode, encoding="utf-8"))


def write(stream: TextIO, text: str) -> None:
    """Writes and flushes; a reader that has gone away (`| head`) ends the printing, not the work."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _silence(stream)
    except OSError as error:
        _silence(stream)
        # Windows reports a closed pipe as an invalid argument.
        if os.name != "nt":
            from fieldapp.locale.reasons import os_reason
            from fieldapp.services.problems import Problem

            raise Problem("file_not_written", details={"file": "stdout", "reason": os_reason(error)}) from None


def _silence(stream: TextIO) -> None:
    """Points the stream's file at nothing, so that neither later prints nor the interpreter's last flush fail."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream.fileno())
    os.close(nothing)


def plain(text: object) -> str:
    """`text` on one line for a terminal: control characters and direction marks made visible."""
    return str(text).replace("\n", "\\n").translate(_ESCAPED)


def said(value: object) -> str:
    """A value as people read it, on one line: yes and no, lists by commas, nothing as a dash."""
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    if value is None or value == "" or value == [] or value == {}:
        return "-"
    if isinstance(value, Mapping):
        return ", ".join(f"{plain(key)}={said(each)}" for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(said(each) for each in value)
    return plain(value)


def as_json_text(value: Any) -> str:
    """`value` as one line of JSON, UTF-8 letters kept, with a line end."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": ")).translate(_JSON_ESCAPED) + "\n"


#: What a long work is doing, by the code that the services give.
_WORKS = {
    "merge": N_("Menggabungkan"),
    "undo": N_("Membatalkan"),
    "seal": N_("Menyegel"),
    "write": N_("Menulis"),
    "send": N_("Mengirim"),
    "receive": N_("Menerima"),
    "fetch": N_("Menerima"),
    "sync": N_("Bertukar"),
    "read": N_("Membaca"),
    "group": N_("Mengelompokkan"),
    "compare": N_("Membandingkan"),
    "index": N_("Menyiapkan yang baru"),
    "weigh": N_("Menimbang pasangan"),
}


_COUNTABLE: Final = 10_000
"""Above this a share in a hundred says more than two long numbers."""


class Output:
    """Where a command's answer and its words go: with `--json` the value to stdout and words to stderr."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._is_showing = False

    def answer(self, value: Any, lines: Iterable[str] = ()) -> None:
        """The command's answer: `value` with `--json`, otherwise `lines`."""
        self.end_progress()
        if self.as_json:
            write(sys.stdout, as_json_text(value))
            return
        for each in lines:
            self.line(each)

    def line(self, text: str = "") -> None:
        """A line of the plain answer; nothing with `--json`."""
        if not self.as_json:
            write(sys.stdout, text + "\n")

    def say(self, text: str) -> None:
        """A sentence for a person: after the plain answer, or on stderr beside the JSON."""
        self.end_progress()
        write(sys.stderr if self.as_json else sys.stdout, text + "\n")

    def progress(self, done: int, total: int | None, what: str) -> None:
        """Shows how far a long work is, only where a person is looking at a terminal."""
        if not sys.stderr.isatty():
            return
        ended = total is not None and done >= total
        self._is_showing = not ended
        share = f"{done}/{total}" if total is not None else str(done)
        if total is not None and total > _COUNTABLE:
            share = f"{100 * done // total}%"
        write(sys.stderr, "\r" + padded(f"{_(_WORKS.get(what, what))} {share}", 70) + ("\n" if ended else ""))

    def end_progress(self) -> None:
        """Begins a new line after a progress that did not reach its end, so that words do not run into it."""
        if self._is_showing:
            write(sys.stderr, "\n")
        self._is_showing = False


def width(text: str) -> int:
    """Columns that `text` takes in a terminal."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def padded(text: str, columns: int) -> str:
    return text + " " * max(0, columns - width(text))


def shortened(text: str, columns: int) -> str:
    """`text`, cut to `columns` letters with dots where it was cut."""
    return text if len(text) <= columns else text[: columns - 3].rstrip() + "..."


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Aligned lines, headings first; nothing but the headings when there is no row."""
    cells = [[plain(heading) for heading in headings]]
    cells += [[said(cell) for cell in row] for row in rows]
    widths = [max(width(row[column]) for row in cells) for column in range(len(headings))]
    return ["  ".join(padded(cell, widths[at]) for at, cell in enumerate(row)).rstrip() for row in cells]


def pairs(rows: Iterable[tuple[str, object]]) -> list[str]:
    """`label: value` lines with the values aligned."""
    shown = [(f"{label}:", said(value)) for label, value in rows]
    longest = max((width(label) for label, _value in shown), default=0)
    return [f"{padded(label, longest)}  {value}" for label, value in shown]


def rupiah(amount: object) -> str:
    """An amount of rupiah as it is written in Indonesia: Rp1.234.567."""
    return "Rp" + f"{amount:,}".replace(",", ".") if isinstance(amount, int) else str(amount)
