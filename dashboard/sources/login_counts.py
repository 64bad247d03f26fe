# ruff: noqa: S608 - statements are joined from constants of this package only; every value is bound
"""How many logins: whole hours from the rollups, ragged edges from the events, so that every count is exact.

What counts as a login, everywhere in the console: category `authentication` with action `authn_login_success` and
outcome success; or with outcome failure and action `authn_login_fail` or `excess_rate_limit_exceeded` (a try that the
throttle refused is a try). Time bounds are literals: partitions are then chosen while planning.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from sqlalchemy import Connection, text

from dashboard.sources.interface import HourCell, LoginBucket, LoginDay, LoginSummary, TimeRange

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)  # every zone's offset today is a multiple of it
_ORIGIN = datetime(2001, 1, 1, tzinfo=UTC)  # a Monday at midnight; the rollups' hours are cut from it

LOGIN_SUCCESS = "category = 'authentication' AND outcome = 'success' AND action = 'authn_login_success'"
LOGIN_FAILURE = (
    "category = 'authentication' AND outcome = 'failure' "
    "AND action IN ('authn_login_fail', 'excess_rate_limit_exceeded')"
)
LOGIN = f"(({LOGIN_SUCCESS}) OR ({LOGIN_FAILURE}))"

# Up to two ragged edges around whole hours; an edge that is empty has equal bounds.
EDGES = (
    "((occurred_at >= :since AND occurred_at < :first_hour) OR (occurred_at >= :last_hour AND occurred_at < :until))"
)

_BY_HOUR = text(f"""
    SELECT start, sum(n) FILTER (WHERE outcome = 'success'), sum(n) FILTER (WHERE outcome = 'failure')
    FROM (
        SELECT hour AS start, outcome, sum(n) AS n FROM events_hourly
        WHERE hour >= :first_hour AND hour < :last_hour AND {LOGIN} GROUP BY 1, 2
        UNION ALL
        SELECT date_bin('1 hour', occurred_at, '2001-01-01 00:00+00'), outcome, count(*) FROM events
        WHERE {EDGES} AND {LOGIN} GROUP BY 1, 2
    ) AS parts GROUP BY start ORDER BY start
""")
_BY_STEP = text(f"""
    SELECT date_bin(:step, occurred_at, '2001-01-01 00:00+00') AS start,
           count(*) FILTER (WHERE outcome = 'success'), count(*) FILTER (WHERE outcome = 'failure')
    FROM events WHERE occurred_at >= :since AND occurred_at < :until AND {LOGIN} GROUP BY 1 ORDER BY 1
""")
_ACTIVE = text(f"""
    SELECT count(*) FROM (
        SELECT user_name FROM activity_hourly
        WHERE hour >= :first_hour AND hour < :last_hour AND action = 'authn_login_success' AND outcome = 'success'
        UNION
        SELECT user_name FROM events WHERE {EDGES} AND {LOGIN_SUCCESS} AND user_name IS NOT NULL
    ) AS accounts
""")


class Count(NamedTuple):
    """Logins in one bin that begins at `start` (UTC)."""

    start: datetime
    success: int
    failure: int


def floor(instant: datetime, step: timedelta) -> datetime:
    """The beginning of the step that `instant` lies in, cut from midnight UTC."""
    return instant - (instant - _ORIGIN) % step


def hour_bounds(window: TimeRange) -> dict[str, datetime]:
    """The bounds that EDGES and the rollups are asked with: the window and the whole hours inside it."""
    first = window.since + (_ORIGIN - window.since) % HOUR
    last = window.until - (window.until - _ORIGIN) % HOUR
    if first >= last:  # no whole hour inside: one edge is the whole window, the other is empty
        first = last = window.until
    return {"since": window.since, "first_hour": first, "last_hour": last, "until": window.until}


def summary(connection: Connection, window: TimeRange) -> LoginSummary:
    """Counts of the window and its distinct accounts with a success."""
    counts = hourly(connection, window)
    active = connection.scalar(_ACTIVE, hour_bounds(window))
    return LoginSummary(sum(c.success for c in counts), sum(c.failure for c in counts), int(active or 0))


def series(connection: Connection, window: TimeRange, step: timedelta) -> tuple[LoginBucket, ...]:
    """One bucket per step, zeros included. Cut from midnight UTC: the first may begin before the window."""
    counts = hourly(connection, window) if step % HOUR == timedelta(0) else _stepped(connection, window, step)
    totals: dict[datetime, list[int]] = {start: [0, 0] for start in _starts(window, step)}
    for count in counts:
        total = totals[floor(count.start, step)]
        total[0] += count.success
        total[1] += count.failure
    return tuple(LoginBucket(start, success, failure) for start, (success, failure) in totals.items())


def per_day(connection: Connection, window: TimeRange) -> tuple[LoginDay, ...]:
    """One row per day of the reader's zone that the window touches, zeros included. Days have 23 to 25 hours."""
    last = window.until - timedelta.resolution
    day, end = window.since.astimezone(window.zone).date(), last.astimezone(window.zone).date()
    totals = {}
    while day <= end and window.since < window.until:
        totals[day] = [0, 0]
        day += timedelta(days=1)
    for count in _in_zone(connection, window):
        total = totals[count.start.astimezone(window.zone).date()]  # a bin lies within one hour of the zone
        total[0] += count.success
        total[1] += count.failure
    return tuple(LoginDay(day, success, failure) for day, (success, failure) in totals.items())


def by_hour(connection: Connection, window: TimeRange) -> tuple[HourCell, ...]:
    """One cell per weekday and hour that the window touches, zeros included; cells it never touches are absent."""
    totals: dict[tuple[int, int], list[int]] = {}
    for start in _touched(window):
        local = start.astimezone(window.zone)
        totals.setdefault((local.weekday(), local.hour), [0, 0])
    for count in _in_zone(connection, window):
        local = count.start.astimezone(window.zone)
        total = totals[local.weekday(), local.hour]
        total[0] += count.success
        total[1] += count.failure
    return tuple(HourCell(*cell, *totals[cell]) for cell in sorted(totals))


def hourly(connection: Connection, window: TimeRange) -> list[Count]:
    """One row per hour with logins; the first and the last hour hold only what lies in the window."""
    rows = connection.execute(_BY_HOUR, hour_bounds(window))
    return [Count(start, int(success or 0), int(failure or 0)) for start, success, failure in rows]


def _stepped(connection: Connection, window: TimeRange, step: timedelta) -> list[Count]:
    bounds = {"since": window.since, "until": window.until, "step": step}
    return [Count(*row) for row in connection.execute(_BY_STEP, bounds)]


def _in_zone(connection: Connection, window: TimeRange) -> list[Count]:
    """Bins fine enough for the reader's zone. No rollup fits half-hour zones: they are counted from the events."""
    if _whole_hours(window.zone, window):
        return hourly(connection, window)
    return _stepped(connection, window, QUARTER)


def _whole_hours(zone: tzinfo, window: TimeRange) -> bool:
    """Whether every offset of `zone` in the window is whole hours. One look a day finds every change."""
    day = timedelta(days=1)
    instants = [window.since + n * day for n in range(window.length // day + 1)] + [window.until]
    return all((instant.astimezone(zone).utcoffset() or timedelta(0)) % HOUR == timedelta(0) for instant in instants)


def _touched(window: TimeRange) -> Sequence[datetime]:
    """Instants that meet every hour of the week in the window; two weeks hold them all, clock changes included."""
    until = min(window.until, window.since + timedelta(days=14))
    return list(_starts(TimeRange(window.since, until, window.zone), QUARTER))


def _starts(window: TimeRange, step: timedelta) -> Iterator[datetime]:
    start = floor(window.since, step)
    while start < window.until:
        yield start
        start += step
