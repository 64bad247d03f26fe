# ruff: noqa: S608 - statements are joined from constants of this package only; every value is bound
"""Values of a field that begin as somebody typed, to complete it."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, text

from dashboard.sources.event_alone import COUNTED_ALONE
from dashboard.sources.event_overview import IN_HOURS
from dashboard.sources.event_rows import NEWEST_FIRST
from dashboard.sources.event_walk import Budget, Walk
from dashboard.sources.interface import TimeRange
from dashboard.sources.login_counts import HOUR, floor
from vigie.event import clean_text
from vigie.query import FIELDS, Kind
from vigie.severity import Severity

_BUDGET_S = 0.3  # somebody is typing
_MOST_LOOKED_AT = 5_000  # newest events with such a value, where no rollup knows the field
_MOST_VALUES = 50
_LONGEST = 200


def values(connection: Connection, field: str, beginning: str, window: TimeRange, limit: int) -> Sequence[str]:
    """Most frequent first. Of fields without a rollup those of the newest events. None for what has no values."""
    begins = clean_text(beginning, _LONGEST) or ""
    if begins != beginning or field not in FIELDS or FIELDS[field].kind is Kind.PROSE:
        return ()
    most = max(1, min(limit, _MOST_VALUES))
    if field == "severity":
        return [level.word for level in reversed(Severity) if level.word.startswith(begins)][:most]
    if field in IN_HOURS or field in COUNTED_ALONE:
        return _rolled_up(connection, field, begins, window, most)
    return _of_newest(connection, field, begins, window, most)


def _rolled_up(connection: Connection, field: str, begins: str, window: TimeRange, most: int) -> Sequence[str]:
    table, column = ("events_hourly", field) if field in IN_HOURS else ("facet_hourly", "value")
    dimension = "" if field in IN_HOURS else f"AND dimension = '{field}' AND value <> ''"
    statement = text(f"""
        SELECT {column} FROM {table} WHERE hour >= :since AND hour < :until {dimension}
            AND starts_with({column}, :begins) GROUP BY 1 ORDER BY sum(n) DESC, 1 LIMIT :most
    """)
    bounds = {"since": floor(window.since, HOUR), "until": window.until}
    return connection.execute(statement, {**bounds, "begins": begins, "most": most}).scalars().all()


def _of_newest(connection: Connection, field: str, begins: str, window: TimeRange, most: int) -> Sequence[str]:
    value = "host(source_ip)" if FIELDS[field].kind is Kind.ADDRESS else field
    statement = text(f"""
        SELECT value, count(*) AS n FROM (
            SELECT {value} AS value FROM events
            WHERE occurred_at >= :since AND occurred_at < :until AND {field} IS NOT NULL
                AND starts_with({value}, :begins) {NEWEST_FIRST} LIMIT :left
        ) AS newest GROUP BY 1
    """)
    budget, walk, found = Budget(_BUDGET_S), Walk(window, HOUR), Counter[str]()
    for since, until in walk.slices():
        left = _MOST_LOOKED_AT - found.total()
        given = {"since": since, "until": until, "begins": begins, "left": left}
        rows = budget.rows(connection, statement, given)
        if rows is None or left == 0:
            break
        found.update({row.value: row.n for row in rows})
    return [name for name, _ in sorted(found.items(), key=lambda pair: (-pair[1], pair[0])) if name][:most]
