# ruff: noqa: S608 - statements are joined from constants of this package only
"""Counts of days that are over, kept in memory: thirty days are then read as the last two.

They are read again as soon as anything of them changes: an event that comes late, an import, retention. What tells is
how many events the sources have stored in all, less those of the days that are not over, and the oldest hour there is;
both are read in one statement. A deletion of events has to lower `sources.stored`, as `vigie demo --clear` does.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from dashboard.sources.event_overview import COLUMN, DIMENSIONS, MOST_ROWS, Overview, together
from dashboard.sources.login_counts import floor
from vigie.clock import utc_now

_DAY = timedelta(days=1)
_MOST_DAYS = 100
_STATE = text("""
    SELECT (SELECT hour FROM events_hourly ORDER BY hour LIMIT 1) AS oldest,
        (SELECT coalesce(sum(stored), 0) FROM sources)
            - (SELECT coalesce(sum(n), 0) FROM events_hourly WHERE hour >= :open_from) AS over
""")
_DAYS = text(f"""
    SELECT date_bin('1 day', hour, '2001-01-01 00:00+00') AS day, hour, {COLUMN} AS col, {DIMENSIONS}, sum(n) AS n
    FROM events_hourly WHERE hour >= :since AND hour < :until
    GROUP BY GROUPING SETS ((1, 2, 3), (1, {DIMENSIONS})) ORDER BY hour IS NULL, n DESC LIMIT {MOST_ROWS}
""")
_State = tuple[datetime, datetime | None, int]


@dataclass(slots=True)
class _Kept:
    """Days by their beginning (UTC midnight), true in one state of the store."""

    state: _State
    days: dict[datetime, Overview] = field(default_factory=dict)


class Past:
    """Safe to use from many threads. A day is what is between two midnights of UTC."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: _Kept | None = None

    def days(self, connection: Connection, since: datetime, until: datetime) -> tuple[datetime, datetime, Overview]:
        """The counts of whole days that are over between two hours, and the bounds of those days.

        Where there is none, or there are too many to keep, both bounds are `since`.
        """
        open_from = floor(utc_now(), _DAY) - _DAY
        first, last = floor(since + _DAY - timedelta.resolution, _DAY), min(floor(until, _DAY), open_from)
        if first >= last or (last - first) // _DAY > _MOST_DAYS:
            return since, since, Overview()
        row = connection.execute(_STATE, {"open_from": open_from}).one()
        days = self._days(connection, (open_from, row.oldest, int(row.over)), first, last)
        return first, last, together(days)

    def _days(self, connection: Connection, state: _State, first: datetime, last: datetime) -> list[Overview]:
        with self._lock:
            if self._kept is None or self._kept.state != state:
                self._kept = _Kept(state)
            kept = self._kept
        wanted = list(_each(first, last))
        missing = [day for day in wanted if day not in kept.days]
        if missing:
            kept.days |= _read(connection, missing[0], missing[-1] + _DAY)
        return [kept.days[day] for day in wanted]


def _each(first: datetime, last: datetime) -> Iterator[datetime]:
    while first < last:
        yield first
        first += _DAY


def _read(connection: Connection, since: datetime, until: datetime) -> dict[datetime, Overview]:
    days = {day: Overview() for day in _each(since, until)}
    for row in connection.execute(_DAYS, {"since": since, "until": until}):
        days[row.day].add(row)
    return days
