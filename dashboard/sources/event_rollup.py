# ruff: noqa: S608 - statements are joined from constants and from conditions whose every value is bound
"""Reads overviews: whole hours from the rollup, the ragged edges of a window from the events.

Hours and kinds are read in one pass, since histogram and facets of a page ask for the same rows.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection, text

from dashboard.sources.event_overview import COLUMN, DIMENSIONS, MOST_ROWS, Overview, together
from dashboard.sources.event_past import Past
from dashboard.sources.interface import TimeRange
from dashboard.sources.login_counts import EDGES, hour_bounds
from vigie.query import Query
from vigie.query.sql import condition

Overviews = Callable[[Query], Overview]
"""Overviews of one window by their query; each is read once."""

_WHOLE = "hour >= :first_hour AND hour < :last_hour"
_BESIDE = "((hour >= :first_hour AND hour < :first_day) OR (hour >= :last_day AND hour < :last_hour))"


def overview(connection: Connection, past: Past, query: Query, window: TimeRange) -> Overview:
    """Exact counts of a query that asks for nothing else than IN_HOURS (`Cost.ROLLUP`)."""
    bounds = hour_bounds(window)
    if not query.is_everything:
        return _read(connection, _WHOLE, query, bounds)
    first_day, last_day, days = past.days(connection, bounds["first_hour"], bounds["last_hour"])
    if first_day == last_day:
        return _read(connection, _WHOLE, query, bounds)
    found = _read(connection, _BESIDE, query, bounds | {"first_day": first_day, "last_day": last_day})
    return together([days, found])


def _read(connection: Connection, within: str, query: Query, bounds: Mapping[str, datetime]) -> Overview:
    """Counts of the hours `within`, and of the edges of the window from the events."""
    wanted = condition(query)
    statement = text(f"""
        SELECT hour, col, {DIMENSIONS}, sum(n) AS n FROM (
            SELECT hour, {COLUMN} AS col, {DIMENSIONS}, n FROM events_hourly WHERE {within} AND {wanted.text}
            UNION ALL
            SELECT date_bin('1 hour', occurred_at, '2001-01-01 00:00+00'), {COLUMN}, {DIMENSIONS}, count(*)
            FROM events WHERE {EDGES} AND {wanted.text} GROUP BY 1, 2, {DIMENSIONS}
        ) AS parts GROUP BY GROUPING SETS ((hour, col), ({DIMENSIONS}))
        ORDER BY hour IS NULL, n DESC LIMIT {MOST_ROWS}
    """)
    found = Overview()
    for row in connection.execute(statement, {**bounds, **wanted.parameters}):
        found.add(row)
    return found
