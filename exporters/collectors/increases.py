"""Counters over rollups: what was added to recent hours since this process started.

The rollups are sums by hour of event time, and retention takes hours away again. A plain sum would fall then, which
Prometheus reads as a restart and counts in full. So each look at the last two days is compared with the one before,
and only what grew is added. Events older than two days, such as an import, are not what a rate should show.
"""

from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Generic, TypeVar

LOOKED_BACK = timedelta(hours=48)

K = TypeVar("K", bound=Hashable)


class Increases(Generic[K]):
    """Sums by key, never falling. `kept`: that many keys at most; what comes later is counted under `rest`."""

    def __init__(self, keys: Iterable[K] = (), *, kept: int, rest: K) -> None:
        """`keys` are there from the start, at zero: a series that first appears at 1 has no increase."""
        self._sums: dict[K, int] = dict.fromkeys(keys, 0)
        self._kept = kept
        self._rest = rest
        self._before: dict[tuple[datetime, K], int] | None = None

    def add(self, looked: Iterable[tuple[datetime, K, int]]) -> Mapping[K, int]:
        """`looked`: hour, key, count of all of the last two days. The sums so far."""
        now: dict[tuple[datetime, K], int] = {}
        for hour, key, n in looked:
            own = self._own(key)
            now[hour, own] = now.get((hour, own), 0) + n
        if self._before is not None:
            for (hour, key), n in now.items():
                self._sums[key] += max(0, n - self._before.get((hour, key), 0))
        self._before = now
        return self._sums

    def _own(self, key: K) -> K:
        if key not in self._sums:
            key = key if len(self._sums) < self._kept else self._rest
            self._sums.setdefault(key, 0)
        return key
