"""Where in the form one is, what is complete, and when it was last kept: one line."""

from __future__ import annotations

from textual.widgets import Static

from fieldapp.forms.declaration import FORM
from fieldapp.locale import _
from fieldapp.tui.draft import Draft
from fieldapp.tui.text import content, number

#: What the program sets by itself does not count as begun.
_SET_BY_PROGRAM = {"consent_text_version"}


class SectionBar(Static):
    """The sections by number: `+` complete, `!` something told is wrong, brackets around the one at hand."""

    DEFAULT_CSS = """
    SectionBar { height: 1; padding: 0 1; background: $panel; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def tell(self, draft: Draft, at: int, saved_at: str) -> None:
        """`at`: the page at hand, from 0; the page after the sections is the one that sends."""
        marks = [
            f"[{index + 1}{mark(draft, index)}]" if index == at else f" {index + 1}{mark(draft, index)} "
            for index in range(len(FORM) + 1)
        ]
        wrong = len({finding.field for finding in draft.of_strength("error")})
        parts = [
            _("Bagian {marks}").format(marks="".join(marks)),
            _("Belum benar {count}").format(count=number(wrong)),
            _("Tersimpan {time}").format(time=saved_at) if saved_at else "",
        ]
        self.update(content("  ".join(part for part in parts if part)))


def mark(draft: Draft, index: int) -> str:
    """`+` when nothing is wrong in a section that was begun, `!` when something told is, else a blank."""
    if index == len(FORM):
        return " "
    names = {question.name for question in FORM[index].questions}
    errors = [finding for finding in draft.of_strength("error") if finding.field in names]
    if not errors:
        return "+" if names & (draft.visited | set(draft.values)) - _SET_BY_PROGRAM else " "
    told = any(finding.code != "required" or finding.field in draft.visited for finding in errors)
    return "!" if told else " "
