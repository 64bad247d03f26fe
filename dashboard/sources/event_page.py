# ruff: noqa: S608 - statements are joined from constants and from conditions whose every value is bound
"""One page of events, newest first, from any place on at the same cost."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection, text

from dashboard.sources.event_questions import EventRow, EventRows, Position
from dashboard.sources.event_rows import COLUMNS, NEWEST_FIRST, event_row, key_bytes
from dashboard.sources.event_sieve import Sieve
from dashboard.sources.event_walk import Budget, Walk, first_slice
from dashboard.sources.interface import TimeRange
from dashboard.sources.reading import Missing
from vigie.query import Query
from vigie.query.sql import condition

MOST_ROWS = 1000


def page(
    connection: Connection, budget: Budget, query: Query, window: TimeRange, after: Position | None, limit: int
) -> tuple[EventRows, Missing | None]:
    """At most `limit` rows after `after`. Where the budget ends first, the next page goes on from there."""
    limit = max(1, min(limit, MOST_ROWS))
    rest = _rest(window, after)
    walk = Walk(rest, first_slice(query), Sieve(connection, budget, query))
    rows: list[EventRow] = []
    for since, until in walk.slices():
        slice_ = replace(window, since=since, until=until)
        found = newest(connection, budget, query, slice_, after, limit + 1 - len(rows))
        if found is None:
            return EventRows(tuple(rows), _reached(walk, after)), walk.missing()
        rows += found
        if len(rows) > limit:
            return EventRows(tuple(rows[:limit]), rows[limit - 1].position), None
    return EventRows(tuple(rows), None), None


def _reached(walk: Walk, after: Position | None) -> Position:
    """From where the search goes on: before all that was looked at, and never back to rows that were shown."""
    return after if after and walk.back_to > after.occurred_at else Position(walk.back_to, "")


def _rest(window: TimeRange, after: Position | None) -> TimeRange:
    """The part of the window that can hold rows after `after`: its own instant is in, another row may share it."""
    if after is None or after.occurred_at >= window.until:
        return window
    return replace(window, until=max(window.since, after.occurred_at + timedelta.resolution))


def newest(
    connection: Connection, budget: Budget, query: Query, window: TimeRange, after: Position | None, limit: int
) -> list[EventRow] | None:
    """The newest rows of the window that come after `after`; None when the budget ended.

    The bound on the time beside the comparison of rows is what lets PostgreSQL leave partitions out.
    """
    wanted = condition(query)
    behind = "AND occurred_at <= :after_at AND (occurred_at, event_key) < (:after_at, :after_key)" if after else ""
    statement = text(f"""
        SELECT {COLUMNS} FROM events
        WHERE occurred_at >= :since AND occurred_at < :until {behind} AND {wanted.text} {NEWEST_FIRST} LIMIT :limit
    """)
    parameters: dict[str, object] = {"since": window.since, "until": window.until, "limit": limit, **wanted.parameters}
    if after:
        parameters |= {"after_at": after.occurred_at, "after_key": key_bytes(after)}
    found = budget.rows(connection, statement, parameters)
    return None if found is None else [event_row(row) for row in found]
