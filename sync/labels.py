"""The words that nearly every entry repeats (types, scopes, kinds, codes), each kept once and known by a number."""

from collections.abc import Collection
from typing import Final

from sync.tables import Connection, given_id

LIMIT: Final = 4096
"""How many are remembered: somebody may write as many types and scopes as there are entries, few of them met again."""


class Labels:
    """Reads and writes labels over one connection; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._texts: dict[int, str] = {}
        self.numbers: dict[str, int] = {}
        """Those that are remembered, by their texts; `number` knows all."""

    def forget(self) -> None:
        """Drop what is remembered: since the last call a transaction may have been rolled back."""
        self._texts = {}
        self.numbers = {}

    def number(self, text: str) -> int:
        """The number that stands for a text, given out when it is new."""
        number = self.numbers.get(text)
        if number is None:
            found = self._connection.execute("SELECT id FROM label WHERE text = ?", (text,)).fetchone()
            number = int(found[0]) if found else self._new(text)
            self._remember(number, text)
        return number

    def _new(self, text: str) -> int:
        return given_id(
            self._connection.execute(
                "INSERT INTO label (id, text) SELECT coalesce(max(id), 0) + 1, ? FROM label RETURNING id", (text,)
            )
        )

    def text(self, number: int) -> str:
        """The text that a number stands for."""
        text = self._texts.get(number)
        if text is None:
            text = str(self._connection.execute("SELECT text FROM label WHERE id = ?", (number,)).fetchone()[0])
            self._remember(number, text)
        return text

    def of(self, texts: Collection[str]) -> list[int]:
        """The numbers of those of the texts that have one, ascending; gives out none."""
        marks = ",".join("?" * len(texts))
        rows = self._connection.execute(
            f"SELECT id FROM label WHERE text IN ({marks}) ORDER BY id",  # noqa: S608 - marks
            sorted(texts),
        )
        return [int(row[0]) for row in rows.fetchall()]

    def _remember(self, number: int, text: str) -> None:
        if len(self.numbers) >= LIMIT:
            self.numbers.clear()
            self._texts.clear()
        self.numbers[text] = number
        self._texts[number] = text
