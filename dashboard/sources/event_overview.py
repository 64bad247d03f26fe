# ruff: noqa: S608 - statements are joined from constants and from conditions whose every value is bound
"""What the hourly counts say of a window: how many events in each hour, and how many of each kind.

Both are read in one pass, since histogram and facets of a page ask for the same rows.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from dashboard.sources.event_counted import Counted
from dashboard.sources.interface import TimeRange
from dashboard.sources.login_counts import EDGES, hour_bounds
from vigie.query import Query
from vigie.query.sql import condition

IN_HOURS = ("severity", "source", "outcome", "category", "action")
"""The dimensions that are counted together, so under any condition on one another."""

_MOST_KINDS = 10_000  # a source that makes up actions must not make an answer endless
_DIMENSIONS = ", ".join(IN_HOURS)
COLUMN = "CASE WHEN severity > 3 THEN severity - 2 WHEN outcome = 'failure' THEN 1 ELSE 0 END"
"""In which column of the histogram an event counts: 0 other, 1 failed, 2 high, 3 critical."""


@dataclass(frozen=True, slots=True)
class Overview:
    """`hours`: events by (beginning of the hour in UTC, column of the histogram), of hours that lie in the window only
    in part those in it. `kinds`: the most frequent combinations of IN_HOURS.
    """

    hours: Counter[tuple[datetime, int]]
    kinds: Counter[tuple[int, str, str, str, str]]

    @property
    def total(self) -> int:
        return self.hours.total()

    def by(self, dimension: str) -> Counted:
        """Events by the values of one of IN_HOURS."""
        place = IN_HOURS.index(dimension)
        values: Counter[str] = Counter()
        for kind, n in self.kinds.items():
            values[str(kind[place])] += n
        return Counted(values, self.total - values.total())


Overviews = Callable[[Query], Overview]
"""Overviews of one window by their query; each is read once."""


def overview(connection: Connection, query: Query, window: TimeRange) -> Overview:
    """Exact counts of a query that asks for nothing else than IN_HOURS (`Cost.ROLLUP`)."""
    wanted = condition(query)
    statement = text(f"""
        SELECT hour, col, {_DIMENSIONS}, sum(n) AS n FROM (
            SELECT hour, {COLUMN} AS col, {_DIMENSIONS}, n FROM events_hourly
            WHERE hour >= :first_hour AND hour < :last_hour AND {wanted.text}
            UNION ALL
            SELECT date_bin('1 hour', occurred_at, '2001-01-01 00:00+00'), {COLUMN}, {_DIMENSIONS}, count(*)
            FROM events WHERE {EDGES} AND {wanted.text} GROUP BY 1, 2, {_DIMENSIONS}
        ) AS parts GROUP BY GROUPING SETS ((hour, col), ({_DIMENSIONS}))
        ORDER BY n DESC
    """)
    found = Overview(Counter(), Counter())
    for row in connection.execute(statement, {**hour_bounds(window), **wanted.parameters}):
        if row.hour is not None:
            found.hours[row.hour, row.col] = int(row.n)
        elif len(found.kinds) < _MOST_KINDS:
            found.kinds[row.severity, row.source, row.outcome, row.category, row.action] = int(row.n)
    return found
