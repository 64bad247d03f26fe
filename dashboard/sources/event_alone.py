# ruff: noqa: S608 - statements are joined from constants only; every value is bound
"""Rule, container and HTTP status over all events of a window: each is counted alone, hour by hour."""

from collections.abc import Collection

from sqlalchemy import Connection, text

from dashboard.sources.event_counted import Counted, pairs
from dashboard.sources.interface import TimeRange
from dashboard.sources.login_counts import EDGES, hour_bounds

COUNTED_ALONE = ("rule", "container_name", "http_status")
_MOST_VALUES = 1000  # of a dimension; a source that makes up values must not make an answer endless


def counted_alone(
    connection: Connection, window: TimeRange, total: int, dimensions: Collection[str], kept: Collection[str]
) -> dict[str, Counted]:
    """Counts of some of COUNTED_ALONE over all events, which are `total`. Values in `kept` are never left out."""
    columns = ", ".join(COUNTED_ALONE)
    statement = text(f"""
        SELECT dimension, value, n, whole FROM (
            SELECT dimension, value, sum(n) AS n, sum(sum(n)) OVER (PARTITION BY dimension) AS whole,
                   row_number() OVER (PARTITION BY dimension ORDER BY sum(n) DESC, value) AS place
            FROM (
                SELECT dimension, value, sum(n) AS n FROM facet_hourly
                WHERE hour >= :first_hour AND hour < :last_hour AND dimension = ANY(CAST(:dimensions AS text[]))
                GROUP BY 1, 2
                UNION ALL
                SELECT dimension, value, n
                FROM (SELECT {columns}, count(*) AS n FROM events WHERE {EDGES} GROUP BY {columns}) AS edges
                CROSS JOIN LATERAL (VALUES {pairs(dimensions)}) AS one (dimension, value) WHERE value <> ''
            ) AS parts GROUP BY 1, 2
        ) AS ranked WHERE place <= {_MOST_VALUES} OR value = '' OR value = ANY(CAST(:kept AS text[]))
    """)
    given = {**hour_bounds(window), "kept": list(kept), "dimensions": list(dimensions)}
    found = {name: Counted() for name in dimensions}
    whole = dict.fromkeys(dimensions, 0)
    for row in connection.execute(statement, given):
        whole[row.dimension] = int(row.whole)
        if row.value:  # the rollup counts further values under the empty text
            found[row.dimension].values[row.value] = int(row.n)
    for name, counted in found.items():
        counted.further = whole[name] - counted.values.total()
        counted.values[""] = max(0, total - whole[name])
    return found
