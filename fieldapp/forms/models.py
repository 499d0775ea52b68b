"""The registration as a pydantic model, generated from the declaration: the types of the answers as they are kept.

Importing pydantic takes longer than the rest of the form, so only the edges that need types or a schema come here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, create_model

from fieldapp.forms.declaration import APP_FIELDS, QUESTIONS, Question
from fieldapp.forms.sections.documents_consent import DOCUMENT_STATES, DOCUMENTS


class Photographed(BaseModel):
    """A paper with its picture: the file's name, without folders, and the SHA-256 of its bytes in hexadecimal."""

    model_config = ConfigDict(extra="forbid", strict=True)

    state: Literal["dilihat", "difoto", "tidak_ada"]
    file: Annotated[str, StringConstraints(max_length=255)] | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None


@lru_cache(maxsize=1)
def registration_model() -> type[BaseModel]:
    """A model whose every field may be absent, since drafts lack anything; unknown keys are kept."""
    fields: dict[str, Any] = {
        name: (_type(question) | None, Field(default=None, title=question.labels.id, description=_description(question)))
        for name, question in {**QUESTIONS, **APP_FIELDS}.items()
    }
    return create_model("Registration", __config__=ConfigDict(extra="allow", strict=True), **fields)


def _description(question: Question) -> str | None:
    return question.help.id or None


def _type(question: Question) -> Any:
    if question.kind == "int":
        return Annotated[int, Field(ge=question.low, le=question.high)]
    if question.kind == "bool":
        return bool
    if question.kind == "one":
        return Literal[question.codes]
    if question.kind == "many":
        return list[str] if question.open_choices else list[Literal[question.codes]]
    if question.kind == "documents":
        states = tuple(choice.code for choice in DOCUMENT_STATES)
        papers = {choice.code: (Literal[states] | Photographed | None, None) for choice in DOCUMENTS}
        return create_model("Documents", __config__=ConfigDict(extra="allow", strict=True), **_open(papers))
    if question.kind == "object":
        return dict[str, str]
    if question.kind == "datetime":
        return Annotated[AwareDatetime, Field(strict=False)]
    return str


def _open(fields: dict[str, Any]) -> dict[str, Any]:
    return fields
