"""How often somebody may come: a bucket of tokens that fills again at a steady rate."""

import math
import threading
from collections.abc import Callable, Hashable
from typing import Final

MOST_BUCKETS: Final = 10_000


class Buckets:
    """One bucket a key: `burst` at once, then `rate_s` a second. Bounded, and safe to share between threads."""

    def __init__(self, rate_s: float, burst: int, monotonic: Callable[[], float]) -> None:
        self._rate_s = rate_s
        self._burst = burst
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._levels: dict[Hashable, tuple[float, float]] = {}

    def take(self, key: Hashable) -> int:
        """Take a token; answers 0, or after how many whole seconds there will be one."""
        now = self._monotonic()
        with self._lock:
            level, at = self._levels.pop(key, (float(self._burst), now))
            level = min(self._burst, level + max(now - at, 0.0) * self._rate_s)
            wait = 0 if level >= 1 else max(1, math.ceil((1 - level) / self._rate_s))
            # The key goes to the end, so that the one gone first is the one not heard of for longest.
            self._levels[key] = (level if wait else level - 1, now)
            while len(self._levels) > MOST_BUCKETS:
                del self._levels[next(iter(self._levels))]
        return wait
