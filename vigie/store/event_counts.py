"""The rollups of new events: counted here, added in PostgreSQL in one statement."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from vigie.event import FAILURE, Event, clean_text

VALUES = 200  # of one facet in one hour; what comes later is counted as FURTHER
FURTHER = ""  # no event has this value: an empty text is no value

_Cursor: TypeAlias = Any  # the driver's, whose class differs between psycopg2 and SQLAlchemy's wrapper
_HOUR_S = 3600

# Rows go in in the order of the primary keys, so that two writers never wait for each other.
# What differed only in what PostgreSQL has no character for meets in one row: counts are summed once more.
_ADD = f"""
WITH counted AS MATERIALIZED (
    SELECT to_timestamp(hour) AS hour, source, category, action, outcome, severity, rule, container_name, http_status, n
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::smallint[], %s::text[], %s::text[],
        %s::smallint[], %s::bigint[])
        AS row (hour, source, category, action, outcome, severity, rule, container_name, http_status, n)
), hourly AS (
    INSERT INTO events_hourly AS t (hour, source, category, action, outcome, severity, n)
    SELECT hour, source, category, action, outcome, severity, sum(n) FROM counted
    GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (hour, source, category, action, outcome, severity) DO UPDATE SET n = t.n + excluded.n
), activity AS (
    INSERT INTO activity_hourly AS t (hour, source, user_name, action, outcome, n)
    SELECT to_timestamp(hour), source, user_name, action, outcome, sum(n)
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])
        AS row (hour, source, user_name, action, outcome, n)
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (hour, source, user_name, action, outcome) DO UPDATE SET n = t.n + excluded.n
), addresses AS (
    INSERT INTO ip_failures_hourly AS t (hour, source_ip, category, n)
    SELECT to_timestamp(hour), source_ip, category, sum(n)
    FROM unnest(%s::bigint[], %s::inet[], %s::text[], %s::bigint[]) AS row (hour, source_ip, category, n)
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (hour, source_ip, category) DO UPDATE SET n = t.n + excluded.n
), facet AS (
    SELECT hour, dimension, CASE WHEN char_length(value) <= 255 THEN value ELSE '{FURTHER}' END AS value, sum(n) AS n
    FROM counted CROSS JOIN LATERAL (
        VALUES ('rule', rule), ('container_name', container_name), ('http_status', http_status::text)
    ) AS each (dimension, value) WHERE value <> '' GROUP BY 1, 2, 3
), ranked AS (
    SELECT f.*, t.n IS NOT NULL AS is_known,
        row_number() OVER (PARTITION BY hour, dimension, t.n IS NULL ORDER BY f.n DESC, value) AS place
    FROM facet f LEFT JOIN (
        SELECT * FROM facet_hourly WHERE hour BETWEEN to_timestamp(%s) AND to_timestamp(%s)
    ) t USING (hour, dimension, value)
)
INSERT INTO facet_hourly AS t (hour, dimension, value, n)
SELECT hour, dimension, CASE WHEN is_known OR (place <= {VALUES} AND place + (
    SELECT count(*) FROM facet_hourly k WHERE (k.hour, k.dimension) = (r.hour, r.dimension)
) <= {VALUES}) THEN value ELSE '{FURTHER}' END, sum(n) FROM ranked r
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
ON CONFLICT (hour, dimension, value) DO UPDATE SET n = t.n + excluded.n
"""  # noqa: S608 - only the two constants above are pasted in

_Counts: TypeAlias = dict[tuple[str | int | None, ...], int]


def add_counts(cursor: _Cursor, events: Iterable[Event]) -> None:
    """Adds `events`, one or more and all new, to the rollups of their UTC hours, in the caller's transaction."""
    kinds: _Counts = {}
    users: _Counts = {}
    failures: _Counts = {}
    hours: set[int] = set()
    at, hour = None, 0
    for e in events:
        if e.occurred_at is not at:  # lines of one second share it
            at = e.occurred_at
            hour = int(at.timestamp() // _HOUR_S) * _HOUR_S
            hours.add(hour)
        kind = (
            hour, e.source, e.category, e.action, e.outcome, e.severity.value, e.rule, e.container_name, e.http_status,
        )  # fmt: skip
        kinds[kind] = kinds.get(kind, 0) + 1
        if e.user_name is not None:
            user = (hour, e.source, e.user_name, e.action, e.outcome)
            users[user] = users.get(user, 0) + 1
        if e.outcome == FAILURE and e.source_ip is not None:
            failure = (hour, str(e.source_ip), e.category)
            failures[failure] = failures.get(failure, 0) + 1
    arrays = [*_arrays(kinds, 9), *_arrays(users, 5), *_arrays(failures, 3)]
    cursor.execute(_ADD, [*arrays, min(hours), max(hours)])


def _arrays(counts: _Counts, parts: int) -> list[str]:
    """The parts of the keys and the counts as PostgreSQL's arrays, which are read three times as fast as JSON."""
    columns = zip(*counts, strict=True) if counts else [()] * parts
    return [_array(column) for column in columns] + [_array(counts.values())]


def _array(values: Iterable[str | int | None]) -> str:
    text = ",".join(
        [
            '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
            if isinstance(value, str)
            else "NULL"
            if value is None
            else str(value)
            for value in values
        ]
    )
    return "{" + (clean_text(text, len(text)) or "") + "}"
