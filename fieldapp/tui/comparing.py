"""Two registrations side by side as lines to be read: the verdict, the answers in two columns, the reasons as bars.

Nothing is told by colour alone: a sign stands before each answer, differing letters stand in brackets, and each reason
says in a word whether it speaks for or against. Read aloud from top to bottom the lines make sense.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from rich.cells import set_cell_size

from fieldapp.domain import nik
from fieldapp.forms.declaration import QUESTIONS
from fieldapp.locale import N_, _
from fieldapp.matching.words import percent
from fieldapp.tui.answer_text import answer_text, label_of
from fieldapp.tui.text import area_text, plain, state_text, when, wrapped
from fieldapp.tui.widgets.differences import bracketed, differences, shown
from fieldapp.tui.widgets.lines import Line

Pair = Mapping[str, Any]
"""What `services.duplicates.pair` answers."""

SAME, UNLIKE, LACKING = "=", "!", "-"
"""The sign before an answer: the same in both, different, or missing on one side."""

ROWS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("", ("nik",)),
    ("", ("name",)),
    (N_("Lahir"), ("birth_place", "birth_date")),
    ("", ("sex",)),
    ("", ("mother_name",)),
    ("", ("nomor_kk",)),
    ("", ("phone",)),
    ("", ("ktp_address", "ktp_rt")),
    ("", ("ktp_area",)),
)
"""What is always shown, in this order: a label (empty: that of the first question) and the answers on that row."""
COMPARED: Final = frozenset(field for _label, fields in ROWS for field in fields)
NOT_COMPARED: Final = frozenset({"documents"})
"""Answers that say how the registering went, and nothing about the person."""

BAR: Final = 12
"""Cells of the longest bar."""
WORDS: Final = 64
"""Cells that a reason takes at most, so that on a wide screen its bar stays near."""
EFFECTS: Final[dict[str, tuple[str, str]]] = {
    "for": (N_("menguatkan"), "+"),
    "against": (N_("melemahkan"), "-"),
    "neutral": (N_("netral"), ""),
}
BANDS: Final[dict[str, str]] = {
    "almost_certain": N_("Hampir pasti"),
    "to_review": N_("Perlu dilihat"),
    "same_nik": N_("NIK sama, orang beda?"),
    "unlikely": N_("Kemungkinan kecil"),
}
DECISIONS: Final[dict[str, str]] = {
    "same": N_("Orang yang sama"),
    "different": N_("Orang yang berbeda"),
    "unsure": N_("Belum pasti"),
    "disputed": N_("Diputuskan berbeda-beda"),
}


class Side(NamedTuple):
    """Whose column it is: a name, and lines below it (who registered, when, in what state)."""

    name: str
    told: tuple[str, ...]


class Columns(NamedTuple):
    """Cells of the three columns of a line: the label, and either side."""

    label: int
    side: int


def columns_for(width: int) -> Columns:
    """The columns that `width` cells allow."""
    label = 17 if width < 100 else 22
    # Before the label stands a sign and a space, between the sides " | ".
    return Columns(label, max(12, (width - label - 2 - 3) // 2))


def side_of(row: Mapping[str, Any]) -> Side:
    """The column of a registration, of what `services.registrations.rows` answers; a draft has no one who sent it."""
    name = plain(row.get("name") or _("(belum bernama)"), 100)
    who = plain(row.get("registered_by") or "", 60)
    day = when(row.get("submitted_at"))[:10]
    told = [state_text(str(row.get("state") or "draft")), ", ".join(part for part in (who, day) if part)]
    return Side(name, tuple(line for line in told if line))


def verdict_text(pair: Pair) -> str:
    """The verdict in one sentence, with how sure it is in a hundred."""
    if pair.get("band") == "same_nik":
        # How likely it is one person is not the question there: one of the two has a NIK that is not theirs.
        return plain(pair["verdict"], 120)
    return f"{plain(pair['verdict'], 120)} ({percent(float(pair['probability']))})"


def pair_lines(
    pair: Pair, sides: Sequence[Side], width: int, *, notes: Sequence[str] = (), whole: bool = False
) -> list[Line]:
    """All lines of a pair. `notes` stand right below the verdict; `whole`: NIK are shown whole, as somebody asked."""
    columns = columns_for(width)
    lines = [Line(part, "heading") for part in wrapped(verdict_text(pair), width, 4)]
    told = [*notes, *decided_words(pair), plain(pair.get("doubt") or "", 300)]
    lines += [Line(part, "warning") for words in told if words for part in wrapped(words, width, 4)]
    lines += _headings(sides, columns)
    left, right = pair["left"], pair["right"]
    differing = frozenset(str(field) for field in pair.get("differing") or ())
    for label, row in ROWS:
        lines += _row(_(label) if label else label_of(row[0]), row, (left, right), columns, differing, whole=whole)
    lines += bar_lines(pair.get("reasons") or (), width)
    if pair.get("missing"):
        lines += [Line(part, "quiet") for part in wrapped(plain(pair["missing"], 300), width, 2)]
    asked = [name for name, question in QUESTIONS.items() if not question.app_set]
    further = [
        line
        for field in asked
        if field not in COMPARED | NOT_COMPARED
        for line in _row(label_of(field), (field,), (left, right), columns, differing, whole=whole, only_unlike=True)
    ]
    if further:
        lines += [Line(_("Isian lain yang tidak sama"), "heading"), *further]
    legend = _("Tanda: = sama, ! beda, - kosong di satu pihak, [ ] bagian yang beda.")
    return [*lines, *(Line(part, "quiet") for part in wrapped(legend, width, 7))]


def decided_words(pair: Pair) -> list[str]:
    """What was decided about the pair before, and whether that still fits; nothing when nobody decided."""
    decision = pair.get("decision")
    if not decision:
        return []
    told = [_said(decision)]
    in_force = decision.get("words") or ()
    if len(in_force) > 1 or {word.get("decision") for word in in_force} - {decision["decision"]}:
        # They disagree, or others of the case do: what each of them said, and why.
        told = [decision_text(str(decision["decision"])) + ".", *map(_said, in_force)]
    return told if decision.get("is_current", True) else [*told, _("Sejak itu isiannya berubah: lihat lagi.")]


def _said(word: Mapping[str, Any]) -> str:
    words = _("Putusan: {decision}, oleh {by}, {at}. {reason}")
    return words.format(
        decision=decision_text(str(word["decision"])),
        by=plain(word.get("by") or "-", 40),
        at=when(word.get("at")),
        reason=plain(word.get("reason") or "", 300),
    ).strip()


def decision_text(code: str) -> str:
    """A decision about a pair in the language in force."""
    return _(DECISIONS[code]) if code in DECISIONS else plain(code, 40)


def band_text(code: str) -> str:
    """A band in the language in force."""
    return _(BANDS[code]) if code in BANDS else plain(code, 40)


def bar_lines(reasons: Sequence[Mapping[str, Any]], width: int) -> list[Line]:
    """The reasons, heaviest first as they came: the words, a bar as long as they weigh, and what they do in a word."""
    if not reasons:
        return []
    words_width = max(20, min(WORDS, width - 2 * BAR - 2))
    lines = [Line(_("Mengapa diajukan"), "heading")]
    for reason in reasons:
        word, char = EFFECTS.get(str(reason.get("effect")), EFFECTS["neutral"])
        bar = char * max(0, min(BAR, int(reason.get("strength") or 0)))
        first, *rest = wrapped(plain(reason.get("text") or ""), words_width)
        lines.append(Line(f"{set_cell_size(first, words_width)} {bar:<{BAR}} {_(word)}", value=reason.get("aspect")))
        lines += [Line(f"  {part}", value=reason.get("aspect")) for part in rest]
    return lines


def _headings(sides: Sequence[Side], columns: Columns) -> list[Line]:
    left, right = sides
    lines: list[Line] = []
    for number in range(max(len(left.told), len(right.told))):
        ours = left.told[number] if number < len(left.told) else ""
        theirs = right.told[number] if number < len(right.told) else ""
        lines += _columns("  ", "", ours, theirs, columns, tone="heading")
    return lines


def _row(
    label: str,
    fields: Sequence[str],
    sides: tuple[Mapping[str, Any], Mapping[str, Any]],
    columns: Columns,
    differing: frozenset[str],
    *,
    whole: bool,
    only_unlike: bool = False,
) -> list[Line]:
    """The answers of one row, joined by commas; its sign is the gravest of theirs."""
    cells = [_cell(field, sides[0].get(field), sides[1].get(field), field in differing, whole) for field in fields]
    signs = {cell[0] for cell in cells}
    sign = next((each for each in (UNLIKE, LACKING, SAME) if each in signs), "")
    if not sign or (only_unlike and sign == SAME):
        return []
    ours, theirs = (", ".join(cell[side] for cell in cells if cell[side]) or _("(kosong)") for side in (1, 2))
    return _columns(f"{sign} ", label, ours, theirs, columns, value=fields[0])


def _cell(field: str, left: object, right: object, differs: bool, whole: bool) -> tuple[str, str, str]:
    """The sign of one answer, and its text on either side with the differing parts bracketed.

    `differs`: the answers are not the same, which two masked numbers do not show.
    """
    ours, theirs = _text(field, left), _text(field, right)
    if ours == theirs and left != right:
        # Two kelurahan of one name: what they lie in tells them apart.
        ours, theirs = answer_text(field, left), answer_text(field, right)
    if not ours or not theirs:
        sign = LACKING if ours or theirs else ""
    else:
        hidden = "*" in ours and _is_nik(field)
        sign = SAME if ours.casefold() == theirs.casefold() and not (hidden and differs) else UNLIKE
    spans = differences(ours, theirs)
    if not whole:
        ours, theirs = _hidden(field, ours), _hidden(field, theirs)
    return sign, bracketed(ours, spans[0]), bracketed(theirs, spans[1])


def _text(field: str, value: object) -> str:
    question = QUESTIONS.get(field)
    if question is not None and question.kind == "area" and isinstance(value, str):
        # What the kelurahan lies in would only fill the column.
        return area_text(value).partition(",")[0]
    if field == "ktp_rt" and value:
        return f"RT {plain(value, 20)}"
    return answer_text(field, value)


def _is_nik(field: str) -> bool:
    question = QUESTIONS.get(field)
    return question is not None and question.format == "nik"


def _hidden(field: str, text: str) -> str:
    if not _is_nik(field) or "*" in text:
        return text
    hidden = nik.masked(text)
    # The marks are places in the whole number, so the hidden one must be as long.
    return hidden if len(hidden) == len(text) else "*" * len(text)


def _columns(
    sign: str, label: str, left: str, right: str, columns: Columns, *, value: object = None, tone: str = ""
) -> list[Line]:
    """One answer in two columns, over as many lines as the longest of the three needs."""
    labels = wrapped(label, columns.label - 1)
    ours, theirs = wrapped(left, columns.side), wrapped(right, columns.side)
    lines: list[Line] = []
    open_left = open_right = False
    for number in range(max(len(labels), len(ours), len(theirs))):
        named = labels[number] if number < len(labels) else ""
        mine, left_spans, open_left = shown(ours[number] if number < len(ours) else "", open_left)
        other, right_spans, open_right = shown(theirs[number] if number < len(theirs) else "", open_right)
        before = set_cell_size(f"{sign if number == 0 else '  '}{named}", columns.label + 2)
        middle = set_cell_size(mine, columns.side)
        # Below the first line a side that has ended leaves no bar behind, which would only be read aloud.
        text = f"{before}{middle} | {other}" if other or number == 0 else f"{before}{middle}".rstrip()
        gap = len(before) + len(middle) + 3
        marks = [(first + len(before), behind + len(before)) for first, behind in left_spans]
        marks += [(first + gap, behind + gap) for first, behind in right_spans]
        lines.append(Line(text, tone, value, tuple(marks)))
    return lines
