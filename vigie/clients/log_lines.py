"""Lines of Loki, their nanosecond times, and reading a long range page by page without losing or repeating a line."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import NewType

from vigie.clients.errors import TooLarge, TooManyAtOnce

Nanoseconds = NewType("Nanoseconds", int)
"""Unix nanoseconds, UTC. A type of its own: Loki takes milliseconds for an instant of 1970 and answers "nothing"."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def nanoseconds(moment: datetime) -> Nanoseconds:
    """An aware datetime as Unix nanoseconds, exactly. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone names no instant")
    return Nanoseconds((moment - _EPOCH) // _MICROSECOND * 1000)


def moment_of(at: Nanoseconds) -> datetime:
    """UTC, cut to microseconds. Every 64-bit time of Loki fits."""
    return _EPOCH + timedelta(microseconds=at // 1000)


Identity = tuple[int, tuple[tuple[str, str], ...], str]
Fetch = Callable[[Nanoseconds, Nanoseconds, int], "LogPage"]  # from, to, at most so many lines


class Direction(Enum):
    """Which end of the range a page is taken from; its lines come in that order."""

    NEWEST_FIRST = "backward"
    OLDEST_FIRST = "forward"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line. `labels`: of its stream. `metadata`: structured metadata. `parsed`: labels that the query made."""

    at: Nanoseconds
    line: str
    labels: Mapping[str, str]
    metadata: Mapping[str, str]
    parsed: Mapping[str, str]

    @property
    def moment(self) -> datetime:
        return moment_of(self.at)

    @property
    def identity(self) -> Identity:
        """What Loki tells lines apart by: it keeps one of those with the same time, labels and text."""
        return self.at, tuple(sorted(self.labels.items())), self.line


@dataclass(frozen=True, slots=True)
class LogPage:
    """Lines in the order asked for. `limit_reached`: the source may hold more lines in the range."""

    lines: tuple[LogLine, ...]
    limit_reached: bool


def merged(lines: list[LogLine], direction: Direction) -> tuple[LogLine, ...]:
    """Streams come unordered among themselves. Lines of one time and stream keep the order they came in."""
    sign = 1 if direction is Direction.OLDEST_FIRST else -1
    return tuple(sorted(lines, key=lambda line: (sign * line.at, sorted(line.labels.items()))))


def pages(
    fetch: Fetch, start: Nanoseconds, end: Nanoseconds, limit: int, direction: Direction, source: str
) -> Iterator[LogPage]:
    """All lines of [start, end), a page of at most `limit` at a time, fewer where the lines are too large for that.

    Each page begins at the last instant of the one before, because more lines may carry it; those already given are
    taken off by count. Raises TooManyAtOnce where one instant alone fills a page, as no page could get past it.
    """
    given: Counter[Identity] = Counter()
    edge: int | None = None
    while start < end:
        try:
            page = fetch(start, end, limit)
        except TooLarge:
            if limit == 1:
                raise
            limit //= 2
            continue
        fresh = _without(page.lines, given)
        if fresh or not page.limit_reached:
            yield LogPage(fresh, page.limit_reached)
        if not page.limit_reached:
            return
        if page.lines[-1].at == edge:
            raise _too_many(source, page.lines[-1].at)
        edge = page.lines[-1].at
        given = Counter(line.identity for line in page.lines if line.at == edge)
        if direction is Direction.OLDEST_FIRST:
            start = Nanoseconds(edge)
        else:
            end = Nanoseconds(edge + 1)


def _without(lines: tuple[LogLine, ...], given: Counter[Identity]) -> tuple[LogLine, ...]:
    left = given.copy()
    fresh = []
    for line in lines:
        if left[line.identity] > 0:
            left[line.identity] -= 1
        else:
            fresh.append(line)
    return tuple(fresh)


def _too_many(source: str, at: Nanoseconds) -> TooManyAtOnce:
    return TooManyAtOnce(
        source,
        f"{source} holds more lines of {moment_of(at):%Y-%m-%d %H:%M:%S} UTC than one answer may carry.",
        "Raise max_entries_limit_per_query in Loki, or ask for fewer streams.",
        at_ns=at,
    )
