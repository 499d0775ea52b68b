"""How a rule's findings are written for people: one line each, the field first, the code last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fieldapp.cli.output import plain
from fieldapp.locale import N_, _

_KINDS = (("errors", N_("salah")), ("warnings", N_("periksa")))


def finding_lines(answer: Mapping[str, Any], indent: str = "  ") -> Iterator[str]:
    """The `errors` and `warnings` of an answer as lines of plain text."""
    for key, word in _KINDS:
        for finding in answer.get(key) or ():
            field = finding.get("field") or "-"
            yield indent + plain(f"{_(word)}: {field}: {finding.get('message', '')} ({finding['code']})")
