"""When a source is blind: the one rule of the worker, which records it, and of the console, which shows it.

A source is watched while somebody looks at it, and gives a sign of life with every record that arrives, whatever time
the record bears. That its file or table can be read is no sign of life of who writes it.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum

LEAST_SIGNS = 100  # until then a source is "learning"
LEAST_PERIOD_S = 60  # of a learned period
LONGEST_PERIOD_S = 31 * 86_400
LEARNED_DAYS = 7
_STEP = math.log(1.05)  # two gaps of one bucket differ by 5 % at most
_OFTEN_DAYS = 3
IMPORT = "import"


class Origin(Enum):
    """Where the expected period comes from."""

    LEARNED = "learned"
    LEARNING = "learning"
    SET = "set"
    IRREGULAR = "irregular"  # somebody said that silence is normal
    NEVER = "never"  # an import: nobody expects it to go on


class Why(Enum):
    """Why nobody knows what happens at a source."""

    ERROR = "error"  # it cannot be read
    UNWATCHED = "unwatched"  # nobody looked
    SILENT = "silent"  # it was looked at, and nothing came


@dataclass(frozen=True, slots=True)
class Expectation:
    """How often signs of life are expected. `period` is None where none are; `grace` is added to it.

    `is_quiet_hour`: the period is longer than usual, since the source is often quiet at this hour of the day.
    """

    origin: Origin
    period: timedelta | None = None
    grace: timedelta = timedelta()
    is_quiet_hour: bool = False

    @property
    def allowed(self) -> timedelta | None:
        """The longest silence that is normal."""
        return None if self.period is None else self.period + self.grace


@dataclass(frozen=True, slots=True)
class Watched:
    """One source as the store knows it. All times UTC, by the clock of the database.

    `look_allowed`: how long may lie between two looks. `silent_from`: the last sign of life, moved forward by the time
    in which nobody looked, so that our absence is not its silence.
    """

    kind: str
    registered_at: datetime
    last_look_at: datetime | None
    look_allowed: timedelta
    has_error: bool
    last_sign_at: datetime | None
    silent_from: datetime | None
    expects: Expectation

    @property
    def silence(self) -> timedelta:
        """How long it was looked at without a sign of life, up to the last look."""
        if self.last_look_at is None or self.silent_from is None:
            return timedelta()
        return self.last_look_at - self.silent_from


@dataclass(frozen=True, slots=True)
class Blind:
    """`since`: what happened there after this instant is not known (UTC)."""

    why: Why
    since: datetime


def blind(source: Watched, now: datetime) -> Blind | None:
    """Whether `source` is blind at `now` (UTC). An import never is.

    Silence is judged at the last look, so that it is never said before period + grace have passed under our eyes.
    """
    if source.kind == IMPORT:
        return None
    looked = source.last_look_at or source.registered_at
    if source.has_error:
        return Blind(Why.ERROR, looked)
    if now - looked > source.look_allowed:
        return Blind(Why.UNWATCHED, looked)
    allowed = source.expects.allowed
    if allowed is not None and source.silence > allowed:
        return Blind(Why.SILENT, source.last_sign_at or source.registered_at)
    return None


def bucket_of(gap: timedelta) -> int:
    """The bucket of the gap between two signs of life: 0 for up to a second, then steps of 5 %."""
    seconds = gap.total_seconds()
    return 0 if seconds <= 1 else math.ceil(math.log(seconds) / _STEP - 1e-9)


def longest_in(bucket: int) -> float:
    """The longest gap of a bucket, in seconds."""
    return math.exp(bucket * _STEP)


def learned_period_s(days: Iterable[Mapping[int, int]]) -> int | None:
    """Twice the 99th percentile (nearest rank) of the gaps, at least a minute; None with fewer than 100 signs of life.

    `days`: gaps by bucket of each day, newest first. Seven days count, and as many before them as hold 100 signs.
    """
    gaps: dict[int, int] = {}
    for number, day in enumerate(days):
        if number > LEARNED_DAYS and sum(gaps.values()) >= LEAST_SIGNS - 1:
            break
        for bucket, count in day.items():
            gaps[bucket] = gaps.get(bucket, 0) + count
    total = sum(gaps.values())
    if total < LEAST_SIGNS - 1:  # the first sign of life ends no gap
        return None
    left = math.ceil(total * 0.99)
    for bucket in sorted(gaps):
        left -= gaps[bucket]
        if left <= 0:
            return min(max(LEAST_PERIOD_S, math.ceil(2 * longest_in(bucket))), LONGEST_PERIOD_S)
    return None


def learned_hours_s(period_s: int, longest: Mapping[tuple[date, int], int]) -> list[int]:
    """The period for each hour of the day (UTC): longer than `period_s` where the source is often quiet.

    `longest`: seconds of the longest gap that touched an hour, by the day on which it ended. Often is on three days:
    then twice the gap that three days reached is expected, in the hours beside it too.
    """
    days = {day for day, _ in longest}
    periods = []
    for hour in range(24):
        near = [(hour + step) % 24 for step in (-1, 0, 1)]
        reached = sorted((max(longest.get((day, each), 0) for each in near) for day in days), reverse=True)
        often = reached[_OFTEN_DAYS - 1] if len(reached) >= _OFTEN_DAYS else 0
        periods.append(min(max(period_s, 2 * often), LONGEST_PERIOD_S))
    return periods


def hours_touched(since: datetime, until: datetime) -> list[int]:
    """The hours of the day (UTC) that a gap touches."""
    first = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    count = min(24, (until - first) // timedelta(hours=1) + 1)
    return sorted({(first.hour + step) % 24 for step in range(count)})


def still_silent_from(silent_from: datetime, last_look_at: datetime, now: datetime, together: timedelta) -> datetime:
    """From when on silence counts at a look at `now`, after one at `last_look_at`.

    Looks that lie closer than `together` watched all the time between them. What lies between others (we were stopped,
    the clock was set) is left out.
    """
    between = now - last_look_at
    return silent_from if timedelta() <= between <= together else silent_from + between
