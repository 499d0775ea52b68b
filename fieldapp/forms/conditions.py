"""When a question is asked or must be answered: conditions as data, to be evaluated and exported alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Values = Mapping[str, object]


class Condition(Protocol):
    """A pure function of the answers, which can also be written as JSON Schema."""

    def __call__(self, values: Values, /) -> bool:
        """Whether it holds; never raises, whatever the values are."""
        ...

    def schema(self) -> dict[str, Any]:
        """The same condition as a JSON Schema of the whole object."""
        ...


@dataclass(frozen=True, slots=True)
class Is:
    """The answer to `field` is one of `answers`."""

    field: str
    answers: tuple[str | bool, ...]

    def __call__(self, values: Values, /) -> bool:
        value = values.get(self.field)
        return any(type(value) is type(answer) and value == answer for answer in self.answers)

    def schema(self) -> dict[str, Any]:
        return {"properties": {self.field: {"enum": list(self.answers)}}, "required": [self.field]}


@dataclass(frozen=True, slots=True)
class Has:
    """The answer to `field`, a list, holds one of `codes`."""

    field: str
    codes: tuple[str, ...]

    def __call__(self, values: Values, /) -> bool:
        value = values.get(self.field)
        return isinstance(value, list | tuple) and any(code in value for code in self.codes)

    def schema(self) -> dict[str, Any]:
        return {"properties": {self.field: {"contains": {"enum": list(self.codes)}}}, "required": [self.field]}


@dataclass(frozen=True, slots=True)
class Given:
    """`field` has been answered."""

    field: str

    def __call__(self, values: Values, /) -> bool:
        return values.get(self.field) not in (None, "", [])

    def schema(self) -> dict[str, Any]:
        return {"required": [self.field]}


@dataclass(frozen=True, slots=True)
class Not:
    """`condition` does not hold."""

    condition: Condition

    def __call__(self, values: Values, /) -> bool:
        return not self.condition(values)

    def schema(self) -> dict[str, Any]:
        return {"not": self.condition.schema()}


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of `conditions` holds."""

    conditions: tuple[Condition, ...]

    def __call__(self, values: Values, /) -> bool:
        return any(condition(values) for condition in self.conditions)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [condition.schema() for condition in self.conditions]}
