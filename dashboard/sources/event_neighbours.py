# ruff: noqa: S608 - statements are joined from constants of this package only; every value is bound
"""What stands around one event: its neighbours in time, and how much there is of the same user, address or host."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, text

from dashboard.sources.event_questions import Entity, EntityCount, EventRow
from dashboard.sources.event_rows import COLUMNS, NEWEST_FIRST, OLDEST_FIRST, event_row, key_bytes
from dashboard.sources.event_walk import Budget
from dashboard.sources.interface import Completeness
from dashboard.sources.reading import Missing

_DAY = timedelta(days=1)
_SPANS = (timedelta(minutes=15), _DAY)  # most events have their neighbours near
_MOST_EACH_WAY = 100
_SHARED = (Entity.ADDRESS, Entity.USER, Entity.CONTAINER)


def around(
    connection: Connection, budget: Budget, event: EventRow, each_way: int
) -> tuple[Sequence[EventRow], Missing | None]:
    """The event among its neighbours, oldest first."""
    limit = max(0, min(each_way, _MOST_EACH_WAY))
    before = _side(connection, budget, event, limit, is_before=True)
    after = _side(connection, budget, event, limit, is_before=False)
    missing = None if before is not None and after is not None else _not_in_time(event.position.occurred_at)
    return [*reversed(before or ()), event, *(after or ())], missing


def _side(
    connection: Connection, budget: Budget, event: EventRow, limit: int, *, is_before: bool
) -> list[EventRow] | None:
    """The nearest neighbours on one side, nearest first; None when the budget ended."""
    condition, values = _shared(event)
    sign, order = ("<", NEWEST_FIRST) if is_before else (">", OLDEST_FIRST)
    statement = text(f"""
        SELECT {COLUMNS} FROM events WHERE occurred_at >= :since AND occurred_at <= :until
            AND (occurred_at, event_key) {sign} (:at, :key) AND ({condition}) {order} LIMIT :limit
    """)
    at = event.position.occurred_at
    given = {"at": at, "key": key_bytes(event.position), "limit": limit, **values}
    rows: Sequence[Row[Any]] | None = ()
    for span in _SPANS:
        bounds = {"since": at - span, "until": at} if is_before else {"since": at, "until": at + span}
        rows = budget.rows(connection, statement, given | bounds)
        if rows is None or len(rows) == limit:
            break
    return None if rows is None else [event_row(row) for row in rows]


def _shared(event: EventRow) -> tuple[str, Mapping[str, object]]:
    """The condition that an event shares something with this one, and its values."""
    values = {each.value: getattr(event, each.value) for each in _SHARED if getattr(event, each.value)}
    if not values:
        return "source = :source", {"source": event.source}
    return " OR ".join(f"{column} = {_value_of(column)}" for column in values), values


def _value_of(column: str) -> str:
    return f"CAST(:{column} AS inet)" if column == Entity.ADDRESS.value else f":{column}"


def same_entity(
    connection: Connection, budget: Budget, event: EventRow
) -> tuple[Sequence[EntityCount], Missing | None]:
    """Counts of the day up to the event for each thing that one pivots on, of those it has."""
    until = event.position.occurred_at
    counts: list[EntityCount] = []
    for entity in Entity:
        value = getattr(event, entity.value)
        if not value:
            continue
        statement = text(f"""
            SELECT count(*) AS events, count(*) FILTER (WHERE outcome = 'failure') AS failed FROM events
            WHERE occurred_at > :since AND occurred_at <= :until AND {entity.value} = {_value_of(entity.value)}
        """)
        rows = budget.rows(connection, statement, {"since": until - _DAY, "until": until, entity.value: value})
        if rows is None:
            return counts, _not_in_time(until)
        counts.append(EntityCount(entity, value, rows[0].events, rows[0].failed))
    return counts, None


def _not_in_time(since: datetime) -> Missing:
    return Missing(
        Completeness.TRUNCATED,
        "Not all of it was found in time.",
        "Ask for it in the search, in a short window.",
        since,
    )
