"""Talking line by line: a line told, a line read, nothing drawn or moved, so that screen readers and braille follow."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from fieldapp.cli.output import Output, write
from fieldapp.locale import _

YES = ("y", "ya", "yes")
STOP = "."


class Stopped(Exception):
    """The person stopped, or the input came to its end; what was done until then is kept."""


class Talk:
    """One conversation: what is told goes where the answer of the command does not."""

    def __init__(self, out: Output) -> None:
        self.out = out

    def tell(self, *lines: str) -> None:
        """Lines for the person; beside the answer when that is JSON."""
        for line in lines:
            self.out.say(line)

    def tell_all(self, lines: Iterable[str]) -> None:
        """Like `tell`, for lines that are still being made."""
        self.tell(*lines)

    def read(self, prompt: str) -> str:
        """A line typed by the person, trimmed. Raises Stopped at the end of the input."""
        write(sys.stderr if self.out.as_json else sys.stdout, prompt)
        line = sys.stdin.readline()
        if not line:
            raise Stopped
        return line.strip().encode("utf-8", "replace").decode("utf-8")

    def agreed(self, question: str) -> bool:
        """Whether the person says yes to `question`; anything else is no."""
        return self.read(f"{question} " + _("y ya, t tidak: ")).casefold() in YES

    def chosen(self, choices: Sequence[str], prompt: str) -> int | None:
        """The place of one of `choices`, told with numbers; None when the line is empty or a dot.

        Another line is asked again.
        """
        self.tell(*(f"  {number} {words}" for number, words in enumerate(choices, start=1)))
        while True:
            line = self.read(prompt)
            if line in ("", STOP):
                return None
            if line.isascii() and line.isdigit() and 1 <= int(line) <= len(choices):
                return int(line) - 1
            self.tell(_("Ketik angka dari 1 sampai {count}, atau Enter untuk batal.").format(count=len(choices)))
