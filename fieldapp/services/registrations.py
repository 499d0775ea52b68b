"""Everything a person does with registrations, in one place for the command line and the screens."""

from fieldapp.services.drafts import (
    DraftView,
    correction,
    discard_draft,
    draft,
    drafts,
    new_draft,
    save_draft,
)
from fieldapp.services.histories import history
from fieldapp.services.intake import register_many
from fieldapp.services.lists import ids
from fieldapp.services.lists import rows_of as rows
from fieldapp.services.showing import show, unmasked_nik
from fieldapp.services.submission import check_values, edit, submit, void
from fieldapp.services.views import listing

__all__ = [
    "DraftView",
    "check_values",
    "correction",
    "discard_draft",
    "draft",
    "drafts",
    "edit",
    "history",
    "ids",
    "listing",
    "new_draft",
    "register_many",
    "rows",
    "save_draft",
    "show",
    "submit",
    "unmasked_nik",
    "void",
]
