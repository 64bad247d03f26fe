"""The recent window of a relation: which rows of it were read, and how far down it must reach."""

import time
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from detection.parsers.application import Position

_SWEEP_S = 1.0
_SWEEP_SHARE = 50  # a sweep that took 1 s is followed by 50 s without one
_MARKS_PER_OVERLAP = 15


@dataclass(frozen=True, slots=True)
class _Mark:
    """`position` was the newest row at `at` (monotonic seconds)."""

    at: float
    position: Position


class Window:
    """A sweep lists the keys of the window; those not seen before are `pending` until they are read.

    `is_known`: an earlier process may have read what is now pending; ends with the first sweep that is read through.
    """

    def __init__(self, overlap: timedelta, *, is_known: bool) -> None:
        self._overlap_s = overlap.total_seconds()
        self._seen: set[str] = set()
        self._marks: deque[_Mark] = deque()
        self._swept_at: float | None = None
        self._next_sweep = 0.0
        self.pending: Sequence[str] = ()
        self.is_known = is_known

    def is_due(self) -> bool:
        return not self.pending and time.monotonic() >= self._next_sweep

    def swept(self, ids: Sequence[str], just_read: Collection[str], newest: Position | None, started: float) -> None:
        """Takes the answer of a sweep that began at `started` (monotonic) with `newest` as the last row in order."""
        now = time.monotonic()
        self.pending = [id_ for id_ in ids if id_ not in self._seen and id_ not in just_read]
        self._seen = set(ids)
        self._swept_at = started
        self._next_sweep = now + max(_SWEEP_S, _SWEEP_SHARE * (now - started))
        is_news = not self._marks or (
            self._marks[-1].position != newest and started - self._marks[-1].at >= self._overlap_s / _MARKS_PER_OVERLAP
        )
        if newest is not None and is_news:
            self._marks.append(_Mark(started, newest))

    def read(self, newer: Collection[str], pending: int) -> Position | None:
        """These newer rows and the first `pending` were read. Returns the new low end of the window where it rises."""
        self._seen.update(newer)
        self.pending = self.pending[pending:]
        if self.pending or self._swept_at is None:
            return None
        self.is_known = False
        return self._risen(self._swept_at - self._overlap_s)

    def _risen(self, until: float) -> Position | None:
        """Drops the marks that were newest rows before `until`, and returns the last of them."""
        low = None
        while self._marks and self._marks[0].at <= until:
            low = self._marks.popleft().position
        return low
