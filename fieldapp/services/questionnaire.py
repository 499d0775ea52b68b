"""The form's questions as the centre needs them for its columns."""

from __future__ import annotations

from fieldapp.forms.declaration import APP_FIELDS, QUESTIONS
from fieldapp.store.central.columns import Question


def columns() -> tuple[Question, ...]:
    """Every question and every field that the program sets, in the order of the form."""
    return tuple(
        Question(question.name, question.kind, question.labels.id)
        for question in (*QUESTIONS.values(), *APP_FIELDS.values())
    )
