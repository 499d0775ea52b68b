"""What the form's rules say of a registration as it was folded; the projector asks this of every changed one."""

from __future__ import annotations

from collections.abc import Mapping

from fieldapp.domain.programme import ProgrammeSettings
from fieldapp.services.session import local_date
from fieldapp.store.rows import Inspected


def inspect(values: Mapping[str, object], settings: ProgrammeSettings, at_ms: int) -> Inspected:
    """Errors, and warnings that no override explains. Other people are left out: two replicas must agree on this."""
    from fieldapp.forms.check import check

    checked = check(values, settings, local_date(at_ms))
    return Inspected(
        errors=tuple(sorted({finding.code for finding in checked.errors})),
        warnings=tuple(sorted({finding.code for finding in checked.unexplained})),
    )
