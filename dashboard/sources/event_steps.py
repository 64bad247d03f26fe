"""Into which steps a window is cut: round lengths, from midnight of the reader's zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dashboard.sources.interface import TimeRange

_MONDAY = datetime(2001, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_ROUND = (
    *(timedelta(seconds=n) for n in (1, 2, 5, 10, 15, 30)),
    *(timedelta(minutes=n) for n in (1, 2, 5, 10, 15, 30)),
    *(timedelta(hours=n) for n in (1, 2, 3, 6, 12)),
    *(timedelta(days=n) for n in (1, 2, 7, 14, 28)),
)


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps of one length; they begin at `origin` plus any number of them. UTC."""

    length: timedelta
    origin: datetime

    def floor(self, instant: datetime) -> datetime:
        """The beginning of the step that holds the instant."""
        return instant - (instant - self.origin) % self.length

    def starts(self, window: TimeRange) -> Iterator[datetime]:
        """The beginning of every step that the window touches."""
        start = self.floor(window.since)
        while window.since < window.until and start < window.until:
            yield start
            start += self.length


def steps_of(window: TimeRange, most: int, least: timedelta = _ROUND[0]) -> Steps:
    """The shortest round steps, `least` or longer, of which the window touches at most `most`, two at least.

    Steps of days begin at the midnight that the reader's zone has at the window's beginning; where the clocks change
    inside the window they go on without the change. Half hours of a zone are left out: the hourly counts have none.
    """
    most = max(2, most)  # a window may lie across the edge of any step
    offset = window.since.astimezone(window.zone).utcoffset() or timedelta(0)
    origin = _MONDAY - offset // _HOUR * _HOUR
    for length in _ROUND:
        steps = Steps(length, origin)
        if length >= least and _touched(steps, window) <= most:
            return steps
    longest = _ROUND[-1]
    return Steps(longest * (window.length // (longest * (most - 1)) + 1), origin)


def _touched(steps: Steps, window: TimeRange) -> int:
    return -((steps.floor(window.since) - window.until) // steps.length)
