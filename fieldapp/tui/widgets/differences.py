"""Where two answers differ, so that the differing letters can be marked in both.

Only for showing: whether two registrations are one person is judged in `fieldapp.matching`, by other means.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import Match, SequenceMatcher
from typing import Final

Span = tuple[int, int]
"""(first, behind the last) character of a differing part."""

LONGEST: Final = 200
"""Characters beyond which an answer is marked as a whole: letter by letter would cost more than it says."""
ALIKE: Final = 0.6
"""Two words that share less than this of their letters are simply two words."""
ODD_PIECE: Final = 2
"""Equal pieces shorter than this between differing ones are chance: they are marked along, not left standing alone."""

OPEN, SHUT = "\ue000", "\ue001"
"""Stand for the brackets while a text is cut into lines; no answer holds them, see `bracketed`."""


def differences(left: str, right: str) -> tuple[list[Span], list[Span]]:
    """The differing parts of two answers, as spans of each. Capital and small letters are one; an empty side has none.

    Numbers and dates are compared place by place; of words, equal ones are found in whatever order they stand.
    """
    one, other = _folded(left), _folded(right)
    if one == other or not left.strip() or not right.strip():
        return [], []
    if max(len(left), len(right)) > LONGEST:
        return [(0, len(left))], [(0, len(right))]
    if _is_number(one) and _is_number(other):
        return _by_letter(one, other)
    if _glued(one) == _glued(other):
        return _by_letter(one, other)
    return _by_word(one, other)


def bracketed(text: str, spans: Iterable[Span]) -> str:
    """`text` with OPEN and SHUT around each span; its own brackets turn round, so that a bracket is a mark."""
    text = text.translate({ord("["): "(", ord("]"): ")", ord(OPEN): "?", ord(SHUT): "?"})
    parts: list[str] = []
    end = 0
    for first, behind in spans:
        parts += [text[end:first], OPEN, text[first:behind], SHUT]
        end = behind
    return "".join([*parts, text[end:]])


def shown(text: str, inside: bool = False) -> tuple[str, list[Span], bool]:
    """A line of `bracketed` text as people see it, the spans to colour, and whether a mark goes on in the next line."""
    spans: list[Span] = []
    begun = 0 if inside else None
    for at, char in enumerate(text):
        if char == OPEN:
            begun = at
        elif char == SHUT:
            spans.append((begun or 0, at + 1))
            begun = None
    if begun is not None:
        spans.append((begun, len(text)))
    return text.replace(OPEN, "[").replace(SHUT, "]"), spans, begun is not None


def _folded(text: str) -> str:
    # One character for one, so that places in the folded text are places in the text.
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _is_number(text: str) -> bool:
    digits = sum(char.isdigit() for char in text)
    return digits > 0 and digits + sum(char in "-+*. " for char in text) == len(text)


def _glued(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def _by_letter(left: str, right: str, offsets: tuple[int, int] = (0, 0)) -> tuple[list[Span], list[Span]]:
    if len(left) == len(right) and _is_number(left) and _is_number(right):
        places = [at for at in range(len(left)) if left[at] != right[at]]
        spans = tuple([(at + offset, at + offset + 1) for at in places] for offset in offsets)
        return _joined(spans[0]), _joined(spans[1])
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    ours: list[Span] = []
    theirs: list[Span] = []
    # The last block is empty and stands behind both texts.
    kept = [block for block in matcher.get_matching_blocks() if not _is_chance(block, left, right)]
    at_left = at_right = 0
    for block in kept:
        if block.a > at_left:
            ours.append((at_left + offsets[0], block.a + offsets[0]))
        if block.b > at_right:
            theirs.append((at_right + offsets[1], block.b + offsets[1]))
        at_left, at_right = block.a + block.size, block.b + block.size
    return ours, theirs


def _is_chance(block: Match, left: str, right: str) -> bool:
    """Whether an equal piece stands in the middle and is too short to mean anything."""
    at_edge = (block.a == block.b == 0) or (block.a + block.size == len(left) and block.b + block.size == len(right))
    return 0 < block.size < ODD_PIECE and not at_edge


def _words(text: str) -> list[Span]:
    found: list[Span] = []
    begun: int | None = None
    for at, char in enumerate(f"{text} "):
        # A comma belongs to the sentence, not to the word before it.
        if char.isspace() or char == ",":
            if begun is not None:
                found.append((begun, at))
            begun = None
        elif begun is None:
            begun = at
    return found


def _by_word(left: str, right: str) -> tuple[list[Span], list[Span]]:
    ours, theirs = _words(left), _words(right)
    for word in list(ours):
        same = next((each for each in theirs if right[slice(*each)] == left[slice(*word)]), None)
        if same is not None:
            ours.remove(word)
            theirs.remove(same)
    left_spans: list[Span] = []
    right_spans: list[Span] = []
    for word in list(ours):
        text = left[slice(*word)]
        near = max(theirs, key=lambda each: _alike(text, right[slice(*each)]), default=None)
        if near is not None and _alike(text, right[slice(*near)]) >= ALIKE:
            ours.remove(word)
            theirs.remove(near)
            mine, other = _by_letter(text, right[slice(*near)], (word[0], near[0]))
            left_spans += mine
            right_spans += other
    return _joined([*left_spans, *ours], left), _joined([*right_spans, *theirs], right)


def _alike(left: str, right: str) -> float:
    return SequenceMatcher(None, left, right, autojunk=False).ratio()


def _joined(spans: Iterable[Span], text: str = "") -> list[Span]:
    """Spans in order; those with nothing but spaces and commas of `text` between them as one."""
    result: list[Span] = []
    for first, behind in sorted(spans):
        if result and (first == result[-1][1] or (text and not text[result[-1][1] : first].strip(" ,"))):
            result[-1] = (result[-1][0], behind)
        else:
            result.append((first, behind))
    return result
