# ruff: noqa: S608 - statements are joined from constants and from conditions whose every value is bound
"""Which hours can hold what is looked for, from the hourly counts: the others need not be read.

Parts of a query that every match must meet can be asked of the counts alone. It is what makes rare things quick to
find where no index knows them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from dashboard.sources.event_alone import COUNTED_ALONE
from dashboard.sources.event_walk import Budget, Slice
from dashboard.sources.login_counts import HOUR, floor
from vigie.query import FIELDS, Query
from vigie.query.nodes import And, Between, Given, Matches, Node, Or, all_of, leaves
from vigie.query.sql import condition

_WORTH_IT = timedelta(hours=6)  # a shorter slice is read as fast as its counts


class Sieve:
    """Leaves hours out of slices for one query, within the budget of its question."""

    def __init__(self, connection: Connection, budget: Budget, query: Query) -> None:
        self._connection = connection
        self._budget = budget
        self._sources, self._values = _asked_of_counts(query)

    def __call__(self, since: datetime, until: datetime) -> Sequence[Slice]:
        """The parts of a slice that can hold a match, newest first."""
        if not self._sources or until - since <= _WORTH_IT:
            return [(since, until)]
        statement = text(" INTERSECT ".join(self._sources) + " ORDER BY hour DESC")
        bounds = {"from_hour": floor(since, HOUR), "until": until}
        rows = self._budget.rows(self._connection, statement, {**self._values, **bounds})
        if rows is None:
            return [(since, until)]
        return [(max(since, first), min(until, last)) for first, last in _runs([row.hour for row in rows])]


def _runs(hours: Sequence[datetime]) -> list[Slice]:
    """Hours that follow one another as one, newest first as they come."""
    runs: list[Slice] = []
    for hour in hours:
        if runs and runs[-1][0] == hour + HOUR:
            runs[-1] = (hour, runs[-1][1])
        else:
            runs.append((hour, hour + HOUR))
    return runs


def _asked_of_counts(query: Query) -> tuple[list[str], dict[str, object]]:
    """Statements of the hours that meet a part of the query, and their values."""
    parts = query.tree.parts if isinstance(query.tree, And) else () if query.tree is None else (query.tree,)
    statements: list[str] = []
    values: dict[str, object] = {}
    within = "hour >= :from_hour AND hour < :until"
    if together := [part for part in parts if all(_is_rolled_up(leaf) for leaf in leaves(part))]:
        wanted = condition(Query(all_of(together)), "h")
        statements.append(f"SELECT hour FROM events_hourly WHERE {within} AND {wanted.text} GROUP BY hour")
        values |= wanted.parameters
    for number, part in enumerate(parts):
        if (field := _counted_alone(part)) is not None:
            wanted = condition(Query(part), f"a{number}_")
            column = "NULLIF(value, '')::smallint" if field == "http_status" else "value"
            statements.append(
                f"SELECT DISTINCT hour FROM (SELECT hour, value, {column} AS {field} FROM facet_hourly "
                f"WHERE {within} AND dimension = '{field}') AS a{number} WHERE value = '' OR {wanted.text}"
            )
            values |= wanted.parameters
    return statements, values


def _is_rolled_up(leaf: Node) -> bool:
    return isinstance(leaf, Matches | Given | Between) and FIELDS[leaf.field].is_rolled_up


def _counted_alone(part: Node) -> str | None:
    """The field that a part asks for, where it is one that is counted alone and has to be given."""
    fields = {_field(leaf) for leaf in leaves(part)} if _is_positive(part) else set()
    field = fields.pop() if len(fields) == 1 else None
    return field if field in COUNTED_ALONE else None


def _is_positive(node: Node) -> bool:
    """Whether it cannot hold for an event that has none of its fields."""
    if isinstance(node, And | Or):
        return all(_is_positive(part) for part in node.parts)
    return isinstance(node, Matches | Given | Between)


def _field(leaf: Node) -> str | None:
    return leaf.field if isinstance(leaf, Matches | Given | Between) else None
