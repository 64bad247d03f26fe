# ruff: noqa: S608 - statements are joined from constants and from conditions whose every value is bound
"""Values of the newest matching events: what cannot be counted over all of them in time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from dashboard.sources.event_counted import Counted, pairs
from dashboard.sources.event_rows import NEWEST_FIRST
from dashboard.sources.event_sieve import Sieve
from dashboard.sources.event_walk import Budget, Walk, first_slice
from dashboard.sources.interface import TimeRange
from dashboard.sources.reading import Missing
from vigie.query import Query
from vigie.query.sql import condition


@dataclass(frozen=True, slots=True)
class Sample:
    """`looked_at`: how many events were counted, None: all that match. `missing`: when the budget ended before."""

    counts: dict[str, Counted]
    looked_at: int | None
    missing: Missing | None


def sample(
    connection: Connection, budget: Budget, query: Query, window: TimeRange, dimensions: Sequence[str], most: int
) -> Sample:
    """Counts over the newest `most` matching events."""
    wanted, columns = condition(query), ", ".join(dimensions)
    statement = text(f"""
        WITH newest AS MATERIALIZED (
            SELECT {columns} FROM events
            WHERE occurred_at >= :since AND occurred_at < :until AND {wanted.text} {NEWEST_FIRST} LIMIT :left
        ), counted AS (SELECT {columns}, count(*) AS n FROM newest GROUP BY {columns})
        SELECT dimension, value, sum(n) AS n FROM counted
        CROSS JOIN LATERAL (VALUES {pairs(dimensions)}) AS one (dimension, value) GROUP BY 1, 2
    """)
    values: dict[str, Counter[str]] = {name: Counter() for name in dimensions}
    walk, looked_at = Walk(window, first_slice(query), Sieve(connection, budget, query)), 0
    for since, until in walk.slices():
        given = {"since": since, "until": until, "left": most - looked_at, **wanted.parameters}
        rows = budget.rows(connection, statement, given)
        if rows is None:
            return Sample(_counted(values), looked_at, walk.missing())
        for row in rows:
            values[row.dimension][row.value] += int(row.n)
        looked_at = values[dimensions[0]].total()
        if looked_at >= most:
            return Sample(_counted(values), looked_at, None)
    return Sample(_counted(values), None, None)


def _counted(values: dict[str, Counter[str]]) -> dict[str, Counted]:
    return {name: Counted(counts) for name, counts in values.items()}
