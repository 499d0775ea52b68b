"""The last page of the form: what is still wrong, which warnings want a reason, and sending."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Input, Static

from fieldapp.domain.findings import Finding
from fieldapp.forms.declaration import APP_FIELDS, QUESTIONS
from fieldapp.forms.messages import message
from fieldapp.forms.normalise import LONGEST_REASON
from fieldapp.locale import _, language
from fieldapp.tui.draft import Draft
from fieldapp.tui.keys import key
from fieldapp.tui.text import content, number, wrapped
from fieldapp.tui.widgets.lines import Line, Lines
from fieldapp.tui.widgets.typed_line import TypedLine


def field_label(name: str) -> str:
    """The words of the question a finding is about."""
    question = QUESTIONS.get(name) or APP_FIELDS.get(name)
    return question.label(language()) if question else name


def finding_words(finding: Finding) -> str:
    """A finding in one sentence that names its field."""
    if finding.code == "required":
        return _("Belum diisi: {field}").format(field=field_label(finding.field))
    strength = {"error": _("Salah"), "warning": _("Periksa"), "hint": _("Catatan")}[finding.strength]
    return f"{strength}: {field_label(finding.field)} - {message(finding, language())}"


def finding_lines(findings: Iterable[Finding], width: int) -> list[Line]:
    """Findings as lines that jump to their fields, long ones over several lines."""
    tones = {"error": "error", "warning": "warning", "hint": "quiet"}
    return [
        Line(part, tones[each.strength], each.field)
        for each in findings
        for part in wrapped(finding_words(each), width, 4)
    ]


class ReasonLine(TypedLine):
    """Why one warning does not hold this person back."""

    BINDINGS: ClassVar[list[BindingType]] = [key("enter,down", "app.focus_next"), key("up", "app.focus_previous")]

    def __init__(self, code: str, reason: str) -> None:
        words = _("alasan, misalnya: sudah dicek pada KTP")
        super().__init__(reason, placeholder=words, id=f"reason-{code}", longest=LONGEST_REASON)
        self.code = code


class SendPage(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Findings that jump, reasons, and the two ways on. Rebuilt whenever it is shown."""

    DEFAULT_CSS = """
    SendPage { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; overflow-x: hidden; }
    SendPage Lines { height: auto; max-height: 65%; margin-bottom: 1; }
    SendPage ReasonLine { margin: 0 0 1 4; }
    """

    @dataclass
    class JumpTo(Message):
        """A finding was picked: show its field."""

        field: str

    @dataclass
    class ReasonGiven(Message):
        """A reason was typed for the warning of that code."""

        code: str
        reason: str

    @dataclass
    class Picked(Message):
        """`send`, `close` or `refused` (the person does not consent)."""

        what: str

    def __init__(self, draft: Draft, width: int) -> None:
        """`width`: cells that the page has."""
        super().__init__(id="page-send")
        self._draft = draft
        self._width = max(30, width - 6)

    def compose(self) -> ComposeResult:
        refused = self._draft.values.get("consent_given") is False
        errors = [each for each in self._draft.of_strength("error") if not (refused and each.code == "consent_refused")]
        warnings = self._draft.of_strength("warning")
        if refused:
            words = _(
                "Orang ini tidak setuju dicatat, jadi datanya tidak boleh disimpan. Yang dihitung hanya kunjungannya."
            )
            yield Static(content(words), classes="wrong", markup=False)
            yield Lines([Line(_("Hapus isian orang ini"), value="refused"), self._close()], id="ways")
            return
        yield Static(content(self._head(len(errors), len(warnings))), classes="heading", markup=False)
        if errors:
            yield Lines(finding_lines(errors, self._width), id="errors")
        for code in dict.fromkeys(each.code for each in warnings):
            for each in warnings:
                if each.code == code:
                    yield Static(content(finding_words(each)), classes="note", markup=False)
            yield ReasonLine(code, self._reason(code))
        ways = [self._close()] if errors else [Line(_("Kirim pendaftaran ini"), value="send"), self._close()]
        yield Lines(ways, id="ways")

    @staticmethod
    def _close() -> Line:
        return Line(_("Simpan sebagai draf dan tutup"), value="close")

    def _reason(self, code: str) -> str:
        given = self._draft.values.get("overrides")
        return str(given.get(code, "")) if isinstance(given, Mapping) else ""

    @staticmethod
    def _head(errors: int, warnings: int) -> str:
        if errors:
            return _(
                "{count} isian belum benar. Pilih dengan Enter untuk memperbaikinya; draf tetap tersimpan."
            ).format(count=number(errors))
        if warnings:
            return _("{count} hal perlu diperiksa. Perbaiki, atau tuliskan alasannya, lalu kirim.").format(
                count=number(warnings)
            )
        return _("Semua isian benar bentuknya. Siap dikirim.")

    def focus_on(self, code: str) -> None:
        """Puts the cursor on the reason for the warning of that code, or on the first thing to do here."""
        reason = next((line for line in self.query(ReasonLine) if line.code == code), None)
        if reason is not None:
            reason.focus()
            return
        first = next(iter(self.query("#errors, ReasonLine, #ways")), None)
        if first is not None:
            first.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if isinstance(event.input, ReasonLine):
            self.post_message(self.ReasonGiven(event.input.code, event.value))

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        picked = event.lines.value()
        if isinstance(picked, str):
            self.post_message(self.JumpTo(picked) if event.lines.id == "errors" else self.Picked(picked))
