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
    """The sections by number: `+` complete, `!` something told is wrong, brackets around the one at hand.

    Then how much of what is needed is answered, what is wrong, how long it took, when it was kept: as much as fits.
    """

    DEFAULT_CSS = """
    SectionBar { height: 1; padding: 0 1; background: $panel; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def tell(self, draft: Draft, at: int, saved_at: str, unsaved: bool = False) -> None:
        """`at`: the page at hand, from 0; the page after the sections is the one that sends. `unsaved`: what is typed
        could not be kept."""
        marks = [
            f"[{index + 1}{mark(draft, index)}]" if index == at else f" {index + 1}{mark(draft, index)}"
            for index in range(len(FORM) + 1)
        ]
        progress = draft.progress()
        # What nobody has come to yet is not wrong, as the progress says; the page that sends counts everything itself.
        told = {each.field for each in draft.of_strength("error")}
        wrong = sum(1 for name in told if draft.shown_of(name))
        line = "".join(marks)
        for part in (
            _("! BELUM TERSIMPAN") if unsaved else "",
            _("Wajib {answered}/{needed}").format(answered=progress.needed_answered, needed=progress.needed),
            _("Belum benar {count}").format(count=number(wrong)) if wrong and at < len(FORM) else "",
            _("{minutes} menit").format(minutes=number(draft.spent // 60)) if draft.spent >= 60 else "",
            _("Tersimpan {time}").format(time=saved_at) if saved_at and not unsaved else "",
        ):
            if part and len(line) + len(part) + 2 <= (self.content_size.width or 78):
                line += f"  {part}"
        self.update(content(line))


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
