"""The screens, imported when they are called for, so that start-up loads only the one it shows."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from textual.screen import Screen

SCREENS: Final[dict[str, tuple[str, str]]] = {
    "unlock": ("unlock", "UnlockScreen"),
    "wizard": ("wizard", "WizardScreen"),
    "home": ("home", "HomeScreen"),
    "form": ("form", "FormScreen"),
    "drafts": ("drafts", "DraftsScreen"),
    "returned": ("returned", "ReturnedScreen"),
    "out": ("out", "OutScreen"),
    "prelist": ("prelist", "PrelistScreen"),
    "registrations": ("registrations", "RegistrationsScreen"),
    "record": ("record", "RecordScreen"),
    "review": ("review", "ReviewScreen"),
    "conflicts": ("conflicts", "ConflictsScreen"),
    "conflict": ("conflict", "ConflictScreen"),
    "duplicates": ("duplicates", "DuplicatesScreen"),
    "pair": ("pair", "PairScreen"),
    "draft_pair": ("draft_pair", "DraftPairScreen"),
    "quarantine": ("quarantine", "QuarantineScreen"),
    "held": ("held", "HeldScreen"),
    "exchange": ("exchange", "ExchangeScreen"),
    "merge": ("merge", "MergeScreen"),
    "handover": ("handover", "HandoverScreen"),
    "budget": ("budget", "BudgetScreen"),
    "reports": ("reports", "ReportsScreen"),
    "backcheck": ("backcheck", "BackcheckScreen"),
    "ledger": ("ledger", "LedgerScreen"),
    "ledger_people": ("ledger_people", "LedgerPeopleScreen"),
    "ledger_compared": ("ledger_people", "LedgerComparedScreen"),
    "settings": ("settings", "SettingsScreen"),
}
"""name: (module, class)."""


def screen_named(name: str, **settings: Any) -> Screen[Any]:
    """A new screen of that name."""
    module, class_name = SCREENS[name]
    screen: Screen[Any] = getattr(import_module(f"fieldapp.tui.screens.{module}"), class_name)(**settings)
    return screen


def is_screen(screen: Screen[Any], name: str) -> bool:
    """Whether `screen` is the one of that name; asks nothing of modules that are not loaded."""
    module, class_name = SCREENS[name]
    return type(screen).__name__ == class_name and type(screen).__module__ == f"fieldapp.tui.screens.{module}"
