"""The signed requests that a hub has answered, so that none is answered twice by whatever process of it."""

from typing import Final

from sync.tables import Connection

_CLOCKS_S: Final = 3600
"""For how much longer than its challenge holds a request is remembered: the clocks of a hub's processes may differ."""


class Requests:
    """Notes requests over one connection; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def is_new(self, mark: bytes, until_s: int, now_s: int) -> bool:
        """Takes note of a request, and says whether it is here for the first time.

        `mark` stands for its signature; `until_s` is when its challenge runs out, in seconds since 1970 UTC.
        """
        self._connection.execute("DELETE FROM request WHERE until_s < ?", (now_s,))
        noted = self._connection.execute(
            "INSERT INTO request (mark, until_s) VALUES (?, ?) ON CONFLICT (mark) DO NOTHING RETURNING until_s",
            (mark, until_s + _CLOCKS_S),
        )
        return bool(noted.fetchall())
