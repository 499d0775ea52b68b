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
from fieldapp.services.intake import register_many
from fieldapp.services.submission import check_values, edit, submit, void, withdraw
from fieldapp.services.views import history, ids, listing, rows, show, unmasked_nik

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
    "withdraw",
]
