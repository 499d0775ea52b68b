"""The registration as a pydantic model, generated from the declaration: the types of the answers as they are kept.

Importing pydantic takes longer than the rest of the form, so only the edges that need types or a schema come here.
"""

from __future__ import annotations

from functools import lru_cache
from types import GenericAlias
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, create_model

from fieldapp.forms.declaration import APP_FIELDS, QUESTIONS, Question
from fieldapp.forms.sections.documents_consent import DOCUMENT_STATES, DOCUMENTS

_STATES = tuple(choice.code for choice in DOCUMENT_STATES)


class PaperWithFile(BaseModel):
    """A paper with its picture: the file's name, without folders, and the SHA-256 of its bytes in hexadecimal."""

    model_config = ConfigDict(extra="forbid", strict=True)

    state: Literal["dilihat", "difoto", "tidak_ada"]
    file: Annotated[str, StringConstraints(max_length=255)] | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None


@lru_cache(maxsize=1)
def registration_model() -> type[BaseModel]:
    """A model whose every field may be absent, since drafts lack anything; unknown keys are kept."""
    fields: dict[str, Any] = {
        name: (_type(question) | None, None) for name, question in {**QUESTIONS, **APP_FIELDS}.items()
    }
    return create_model("Registration", __config__=ConfigDict(extra="allow", strict=True), **fields)


def _type(question: Question) -> Any:
    match question.kind:
        case "int":
            return Annotated[int, Field(ge=question.low, le=question.high)]
        case "bool":
            return bool
        case "one":
            return Literal[question.codes]
        case "many":
            return list[str] if question.open_choices else GenericAlias(list, (Literal[question.codes],))
        case "documents":
            papers: dict[str, Any] = {
                choice.code: (Literal[_STATES] | PaperWithFile | None, None) for choice in DOCUMENTS
            }
            return create_model("Documents", __config__=ConfigDict(extra="allow", strict=True), **papers)
        case "object":
            return dict[str, str]
        case "datetime":
            return Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_text_only)]
        case _:
            return str


def _text_only(value: object) -> str:
    """Times are kept as text; pydantic alone would take a number as seconds."""
    if not isinstance(value, str):
        raise ValueError("a time is text")
    return value
