"""Which of two registrations of one person stays, and which answers it takes over: picked before deciding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fieldapp.forms.declaration import QUESTIONS
from fieldapp.locale import _
from fieldapp.tui.answer_text import label_of, masked_text
from fieldapp.tui.comparing import NOT_COMPARED
from fieldapp.tui.text import plain
from fieldapp.tui.widgets.lines import Line

#: The further a registration has come, the dearer it would be to begin again with the other one.
_RANKS: Final = {"frozen": 4, "approved": 3, "waiting": 2, "changed_after_review": 1}
#: What was judged as it stands: an answer changed afterwards has to be judged again.
JUDGED: Final = frozenset({"approved", "waiting", "rejected"})
FROZEN: Final = "frozen"
LABEL: Final = 17
"""Cells of the column of labels."""
EMPTY: Final[tuple[object, ...]] = (None, "", [])


@dataclass
class Joining:
    """Left (0) and right (1) of a pair. `survivor` is the one that stays.

    `chosen`: for each answer that the other one has and that differs, whose is kept.
    """

    ids: tuple[str, str]
    names: tuple[str, str]
    states: tuple[str, str]
    values: tuple[Mapping[str, Any], Mapping[str, Any]]
    differing: frozenset[str]
    survivor: int
    chosen: dict[str, int]

    @classmethod
    def of(cls, pair: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Joining:
        """The defaults for a pair (`services.duplicates.pair`) with the rows of its two registrations.

        What has come furthest stays, then what says more, then what is newer. An answer is taken over by default only
        where the one that stays has none, and not where that would put a judgement back into the queue.
        """
        values = (pair["left"], pair["right"])
        ranks = [
            (_RANKS.get(str(row.get("state")), 0), _answered(each), str(row.get("submitted_at") or ""))
            for row, each in zip(rows, values, strict=True)
        ]
        made = cls(
            (str(pair["a"]), str(pair["b"])),
            (_name(rows[0]), _name(rows[1])),
            (str(rows[0].get("state")), str(rows[1].get("state"))),
            values,
            # Two NIK that are masked alike need not be one.
            frozenset(str(field) for field in pair["differing"]),
            int(ranks[1] > ranks[0]),
            {},
        )
        made._choose()
        return made

    def _choose(self) -> None:
        stays, gives = self.values[self.survivor], self.values[1 - self.survivor]
        untouched = self.states[self.survivor] in JUDGED or self._frozen(self.survivor)
        self.chosen = {
            field: self.survivor if untouched or stays.get(field) not in EMPTY else 1 - self.survivor
            for field in QUESTIONS
            if not QUESTIONS[field].app_set
            and field not in NOT_COMPARED
            and gives.get(field) not in EMPTY
            and field in self.differing
        }

    def _frozen(self, side: int) -> bool:
        return self.states[side] == FROZEN

    def swap(self) -> bool:
        """Lets the other one stay; False when it may not, because this one stands in a decree."""
        if self._frozen(self.survivor):
            return False
        self.survivor = 1 - self.survivor
        self._choose()
        return True

    def toggle(self, field: str) -> bool:
        """Takes an answer from the other side; False where nothing may change any more."""
        if field not in self.chosen or self._frozen(self.survivor):
            return False
        self.chosen[field] = 1 - self.chosen[field]
        return True

    def taken(self) -> dict[str, str]:
        """The answers that come from the registration that gives way: field -> its id."""
        gives = 1 - self.survivor
        return {field: self.ids[gives] for field, side in self.chosen.items() if side == gives}

    def words(self) -> list[str]:
        """What will happen, in sentences."""
        stays, gives = self.survivor, 1 - self.survivor
        sides = (_("kiri"), _("kanan"))
        words = _(
            "Tetap: {name} ({side}). Menjadi batal: {other} ({other_side}); masih dapat dilihat dan dikembalikan."
        )
        told = [
            words.format(name=self.names[stays], side=sides[stays], other=self.names[gives], other_side=sides[gives])
        ]
        count = len(self.taken())
        if count and self.states[stays] in JUDGED:
            told.append(
                _("{count} isian diambil dari yang batal, jadi yang tetap perlu diperiksa lagi.").format(count=count)
            )
        elif count:
            told.append(_("{count} isian diambil dari yang batal.").format(count=count))
        return told

    def lines(self, width: int) -> list[Line]:
        """The answers that differ, with a mark at the one that is kept; on two lines where one has no room for both."""
        lines = []
        for field, side in self.chosen.items():
            ours, theirs = (
                f"{'(*)' if side == number else '( )'} {masked_text(field, each.get(field)) or _('(kosong)')}"
                for number, each in enumerate(self.values)
            )
            label = f"{_short(label_of(field), LABEL):<{LABEL}} "
            room = width - len(label)
            if len(ours) + len(theirs) + 2 <= room:
                lines.append(Line(f"{label}{ours}  {theirs}", value=field))
            else:
                lines.append(Line(label + _short(ours, room), value=field))
                lines.append(Line(" " * len(label) + _short(theirs, room), value=field))
        return lines


def _short(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"


def _answered(values: Mapping[str, Any]) -> int:
    return sum(1 for field, value in values.items() if field in QUESTIONS and value not in EMPTY)


def _name(row: Mapping[str, Any]) -> str:
    return plain(row.get("name") or _("(belum bernama)"), 60)
