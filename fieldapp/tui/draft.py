"""The answers being collected. Widgets come and go with the page; the answers live here and are saved from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fieldapp.domain.findings import Finding
from fieldapp.forms.progress import Progress, next_needed, progress

MISSING: Final = ("required", "witness_required")
"""Findings that an answer is not there yet."""
Position = tuple[str, str]
"""(section, field) where the cursor stands."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is handed to the service at one moment; `number` says which state of the draft it was."""

    number: int
    values: Mapping[str, Any]
    position: Position
    seconds: int


@dataclass(slots=True)
class Draft:
    """Answers of one form and what the rules said of them when they were last kept.

    `number` grows with every change, `kept` is the number that is safe on disk; a save that fails leaves `kept` behind,
    so that the next one tries again.
    """

    id: str
    values: dict[str, Any]
    position: Position
    registration: str | None = None
    findings: tuple[Finding, ...] = ()
    changed: set[str] = field(default_factory=set)
    """Answers given since the findings were made, which therefore say nothing of them."""
    visited: set[str] = field(default_factory=set)
    filled: dict[str, str] = field(default_factory=dict)
    """Answers that the program put in, and from where (`nik`, `neighbour`, `list`), until a person changes them."""
    said: dict[str, list[str]] = field(default_factory=dict)
    """What was said about an answer by whoever returned the registration, in words, by field."""
    back: str = ""
    """Why the registration that is corrected came back, in words."""
    number: int = 0
    kept: int = 0
    kept_position: Position | None = None
    seconds: int = 0
    """Spent on the form and not yet handed to the service."""
    spent: int = 0
    """Spent on the form in all."""
    saving: bool = False

    def passed(self, seconds: int) -> None:
        """So much more time was spent on the form."""
        self.seconds += seconds
        self.spent += seconds

    def put(self, name: str, value: object) -> bool:
        """Takes an answer (None empties it); whether anything changed."""
        if value is None:
            if name not in self.values:
                return False
            del self.values[name]
        else:
            if name in self.values and type(self.values[name]) is type(value) and self.values[name] == value:
                return False
            self.values[name] = value
        self.filled.pop(name, None)
        self.changed.add(name)
        self.number += 1
        return True

    def fill(self, name: str, value: object, source: str) -> None:
        """Takes an answer that no person typed; shown as such, with its source, until one changes it."""
        if self.put(name, value):
            self.filled[name] = source

    def progress(self) -> Progress:
        """How far the questions that apply have been answered."""
        return progress(self.values)

    def next_needed(self, name: str) -> str | None:
        """The next question after `name` that is needed and unanswered or wrong, from the top after the last one."""
        wrong = {finding.field for finding in self.of_strength("error")} - self.changed
        return next_needed(self.values, wrong, name)

    @property
    def unsaved(self) -> bool:
        """Whether something (an answer, the place of the cursor) is not on disk yet."""
        return self.kept != self.number or self.kept_position != self.position

    def snapshot(self) -> Snapshot:
        """What to save now."""
        seconds, self.seconds = self.seconds, 0
        self.saving = True
        return Snapshot(self.number, dict(self.values), self.position, seconds)

    def took(self, snapshot: Snapshot, values: Mapping[str, Any], findings: Sequence[Finding], busy: str) -> list[str]:
        """The service kept `snapshot`, normalised to `values`. Returns the fields whose text now reads differently.

        `busy` is the field being typed in: it is not touched, nor is anything changed since the snapshot.
        """
        self.saving = False
        self.kept = max(self.kept, snapshot.number)
        self.kept_position = snapshot.position
        if snapshot.number == self.number:
            self.findings = tuple(findings)
            self.changed.clear()
        changed = []
        for name, value in values.items():
            sent, now = snapshot.values.get(name), self.values.get(name)
            if name != busy and value is not None and now == sent and now != value:
                self.values[name] = value
                changed.append(name)
        return changed

    def failed(self, snapshot: Snapshot) -> None:
        """The service could not keep it: it stays unsaved, and the time spent is counted again."""
        self.saving = False
        self.seconds += snapshot.seconds

    def of_strength(self, strength: str) -> list[Finding]:
        """The findings of one strength, in the order of the form."""
        return [finding for finding in self.findings if finding.strength == strength]

    def unexplained(self) -> list[Finding]:
        """Warnings that no reason was given for yet."""
        given = self.values.get("overrides")
        reasons = given if isinstance(given, Mapping) else {}
        return [finding for finding in self.of_strength("warning") if not str(reasons.get(finding.code, "")).strip()]

    def explain(self, code: str, reason: str) -> None:
        """Keeps the reason why a warning does not hold this person back."""
        given = self.values.get("overrides")
        reasons = {**given} if isinstance(given, Mapping) else {}
        if reason.strip():
            reasons[code] = reason.strip()
        else:
            reasons.pop(code, None)
        self.put("overrides", reasons or None)

    def shown_of(self, name: str) -> list[Finding]:
        """The findings to show beside a field: that an answer is missing only once the person has been there."""
        return [
            finding
            for finding in self.findings
            if finding.field == name
            and (finding.code not in MISSING or (name in self.visited and name not in self.values))
        ]
