# ruff: noqa: S608 - statements are joined from constants and from conditions whose every value is bound
"""Events over time: whole hours from the rollup where it can tell, everything else from the events themselves."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, text

from dashboard.sources.event_overview import COLUMN
from dashboard.sources.event_questions import EventBucket, Histogram
from dashboard.sources.event_rollup import Overviews
from dashboard.sources.event_sieve import Sieve
from dashboard.sources.event_steps import Steps, steps_of
from dashboard.sources.event_walk import Budget, Walk, first_slice
from dashboard.sources.interface import TimeRange
from dashboard.sources.login_counts import HOUR
from dashboard.sources.reading import Missing
from vigie.query import Query
from vigie.query.sql import Cost, condition, cost_of

MOST_FINE = 50_000  # events that are counted one by one for steps shorter than the rollup's hours
_START = "date_bin(:step, occurred_at, :origin)"

Counts = Counter[tuple[datetime, int]]
"""By the beginning of a step and the column."""


def histogram(
    connection: Connection, budget: Budget, overview_of: Overviews, query: Query, window: TimeRange, bins: int
) -> tuple[Histogram, Missing | None]:
    """At most `bins` steps. Where single events are too many to count they are hours at least."""
    steps = steps_of(window, bins)
    if cost_of(query) is not Cost.ROLLUP:
        return _walked(connection, budget, query, window, steps)
    found = overview_of(query)
    if steps.length < HOUR and found.total <= MOST_FINE:
        return _walked(connection, budget, query, window, steps)
    steps = steps_of(window, bins, HOUR)
    counts = Counts()
    for (hour, column), n in found.hours.items():
        counts[steps.floor(hour), column] += n
    return _filled(counts, window, steps), None


def none(window: TimeRange, bins: int) -> Histogram:
    """The histogram of no events."""
    return _filled(Counts(), window, steps_of(window, bins))


def _walked(
    connection: Connection, budget: Budget, query: Query, window: TimeRange, steps: Steps
) -> tuple[Histogram, Missing | None]:
    """Counted from the events, newest first, as far as the budget goes."""
    wanted = condition(query)
    statement = text(f"""
        SELECT {_START} AS start, {COLUMN} AS col, count(*) AS n FROM events
        WHERE occurred_at >= :since AND occurred_at < :until AND {wanted.text} GROUP BY 1, 2
    """)
    counts = Counts()
    walk = Walk(window, first_slice(query), Sieve(connection, budget, query))
    given = {"step": steps.length, "origin": steps.origin, **wanted.parameters}
    for since, until in walk.slices():
        rows = budget.rows(connection, statement, given | {"since": since, "until": until})
        if rows is None:
            break
        for row in rows:
            counts[row.start, row.col] += row.n
    return _filled(counts, replace(window, since=walk.back_to), steps), walk.missing()


def _filled(counts: Counts, window: TimeRange, steps: Steps) -> Histogram:
    buckets = tuple(
        EventBucket(start, *(counts[start, column] for column in range(4))) for start in steps.starts(window)
    )
    return Histogram(steps.length, buckets, counts.total())
