"""The SQL of a rule: the events it matches, and those inside sliding windows in which a correlation's condition holds.

A window ends at an event and reaches back by the timespan, both ends included: two events exactly a timespan apart
share one. More events only ever make more windows fire, never fewer, so nothing that was seen is taken back. All bounds
are literals, as the planner needs them (see docs/reference/detection.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from detection.alerts.sightings import KEPT_SAMPLES
from detection.sigma.compiled import Correlation, Kind, Rule

_EPOCH = "timestamptz '2001-01-01 00:00+00'"
_ROW = ("occurred_at", "event_key", "source")  # what every level hands on, and with it `Windows.columns`


@dataclass(frozen=True, slots=True)
class Leaf:
    """The condition of a plain rule with its values as PostgreSQL writes them."""

    sql: str
    reads_raw: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """Which events are read: those between `since` and `until` that `filters` (SQL of `e`, each) let through."""

    since: datetime
    until: datetime
    filters: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Windows:
    """Writes the questions of one rule.

    `rules` and `leaves`: all that are loaded, by name. `columns`: those that are grouped by or counted at any level.
    """

    rule: Rule
    rules: Mapping[str, Rule]
    leaves: Mapping[str, Leaf]
    columns: tuple[str, ...]

    def hits(self, scope: Scope, since: datetime, until: datetime) -> str:
        """Rows of one minute each (`until` is not included) of the events in firing windows, by group.

        group-by columns, minute, count, first, last, first time that the condition held, sources, times and keys of
        samples.
        """
        group = grouped(self.rule)
        names = "".join(f"{column}, " for column in group)
        columns = ", ".join(dict.fromkeys((*_ROW, *group)))
        # Of a temporal rule, an event comes once for each rule that matches it.
        once = "DISTINCT " if self.rule.correlation and len(self.rule.correlation.rules) > 1 else ""
        kept = f"FILTER (WHERE place <= {KEPT_SAMPLES} OR place > total - {KEPT_SAMPLES})"
        return f"""
            SELECT {names}date_bin('1 minute', occurred_at, {_EPOCH}) AS minute, count(*)::integer,
                min(occurred_at), max(occurred_at), min(fired_at), array_agg(DISTINCT source),
                array_agg(occurred_at ORDER BY place) {kept}, array_agg(event_key ORDER BY place) {kept}
            FROM (
                SELECT *, row_number() OVER ({_by(group)} ORDER BY occurred_at, event_key) AS place,
                    count(*) OVER ({_by(group)}) AS total
                FROM (
                    SELECT {once}{columns}, fired_at FROM ({self._in_windows(scope)}) AS looked
                    WHERE is_hit AND occurred_at >= {_at(since)} AND occurred_at < {_at(until)}
                ) AS hit
            ) AS placed
            GROUP BY {names}minute ORDER BY {names}minute
        """  # noqa: S608 - names of columns and numbers of ours; values were written by the driver

    def matched(self, name: str, scope: Scope) -> str:
        """The events that the plain rule `name` matches; of a correlation, those with which its condition held."""
        rule = self.rules[name]
        if rule.correlation is not None:
            columns = ", ".join((*_ROW, *self.columns))
            return f"SELECT DISTINCT {columns} FROM ({self._windows(rule.correlation, scope)}) AS w WHERE fires"  # noqa: S608
        leaf = self.leaves[name]
        bounds = f"BETWEEN {_at(scope.since)} AND {_at(scope.until)}"
        raw = ""
        if leaf.reads_raw:
            raw = f""" JOIN events_raw r ON (r.occurred_at, r.event_key) = (e.occurred_at, e.event_key)
                AND r.occurred_at {bounds}"""
        columns = ", ".join(f"e.{column}" for column in (*_ROW, *self.columns))
        filters = "".join(f" AND {each}" for each in scope.filters)
        return f"SELECT {columns} FROM events e{raw} WHERE e.occurred_at {bounds} AND ({leaf.sql}){filters}"  # noqa: S608

    def _in_windows(self, scope: Scope) -> str:
        """The events that count, each with `is_hit` and `fired_at`."""
        rule, group = self.rule, grouped(self.rule)
        by = _by(group)
        if rule.correlation is None:
            first = f"min(occurred_at) OVER ({by}) AS fired_at"
            return f"SELECT *, true AS is_hit, {first} FROM ({self.matched(rule.name, scope)}) AS m"  # noqa: S608
        return f"""
            SELECT *, min(occurred_at) FILTER (WHERE fires) OVER ({by}) AS fired_at,
                bool_or(fires) OVER ({by} ORDER BY occurred_at
                    RANGE BETWEEN CURRENT ROW AND {_interval(rule.correlation.timespan)} FOLLOWING) AS is_hit
            FROM ({self._windows(rule.correlation, scope)}) AS w
        """  # noqa: S608

    def _windows(self, correlation: Correlation, scope: Scope) -> str:
        """The events a correlation counts, each with `fires`: whether the window that ends with it does."""
        if correlation.kind is Kind.EVENT_COUNT:
            return self._counted(correlation, scope)
        if correlation.kind is Kind.TEMPORAL_ORDERED:
            return self._in_order(correlation, scope)
        return self._distinct(correlation, scope)

    def _members(self, correlation: Correlation, scope: Scope) -> str:
        """What the rules of a correlation match, with the place of the rule; groups without a value are no groups."""
        return " UNION ALL ".join(
            f"SELECT *, {place} AS place FROM ({self.matched(name, scope)}) AS m{_known(correlation.group_by)}"  # noqa: S608
            for place, name in enumerate(correlation.rules)
        )

    def _counted(self, correlation: Correlation, scope: Scope) -> str:
        members = self._members(correlation, scope)
        if len(correlation.rules) > 1:  # an event that several of them match is one event
            members = f"SELECT DISTINCT ON (occurred_at, event_key) * FROM ({members}) AS u"  # noqa: S608
        return f"""
            SELECT *, count(*) OVER ({_by(correlation.group_by)} ORDER BY occurred_at
                RANGE BETWEEN {_interval(correlation.timespan)} PRECEDING AND CURRENT ROW
            ) >= {least(correlation)} AS fires FROM ({members}) AS m
        """  # noqa: S608

    def _distinct(self, correlation: Correlation, scope: Scope) -> str:
        """Distinct values in each window, in one pass.

        A value enters with an event that none of the same value precedes within the timespan, and leaves a timespan
        after one that none follows in it: a running sum of these is how many there are.
        """
        is_temporal = correlation.kind is Kind.TEMPORAL
        value = "place" if is_temporal else str(correlation.field)
        wanted = len(correlation.rules) if is_temporal else least(correlation)
        by, span = _by(correlation.group_by), _interval(correlation.timespan)
        of_value = f"{by}, {value}" if by else f"PARTITION BY {value}"
        columns = ", ".join((*_ROW, *self.columns))
        return f"""
            WITH valued AS (
                SELECT *, lag(occurred_at) OVER same AS before, lead(occurred_at) OVER same AS after
                FROM ({self._members(correlation, scope)}) AS m WHERE {value} IS NOT NULL
                WINDOW same AS ({of_value} ORDER BY occurred_at)
            )
            SELECT {columns}, n >= {wanted} AS fires FROM (
                SELECT *, sum(step) OVER ({by} ORDER BY moment, leaves) AS n FROM (
                    SELECT {columns}, occurred_at AS moment, false AS leaves,
                        CASE WHEN before IS NULL OR before < occurred_at - {span} THEN 1 ELSE 0 END AS step
                    FROM valued
                    UNION ALL
                    SELECT {columns}, occurred_at + {span}, true, -1 FROM valued
                    WHERE after IS NULL OR after > occurred_at + {span}
                ) AS steps
            ) AS summed WHERE NOT leaves
        """  # noqa: S608

    def _in_order(self, correlation: Correlation, scope: Scope) -> str:
        """Each event gets the latest start from which the rules came in their order. One instant has no order."""
        over = f"OVER ({_by(correlation.group_by)} ORDER BY occurred_at)"
        rows = f"SELECT *, occurred_at AS start FROM ({self._members(correlation, scope)}) AS m"  # noqa: S608
        last = len(correlation.rules) - 1
        for place in range(last):
            rows = f"""
                SELECT {", ".join((*_ROW, *self.columns))}, place,
                    CASE WHEN place <= {place} THEN start
                        ELSE max(start) FILTER (WHERE place = {place}) {over} END AS start
                FROM ({rows}) AS m{place}
            """  # noqa: S608
        span = _interval(correlation.timespan)
        return (
            f"SELECT *, coalesce(place = {last} AND start >= occurred_at - {span}, false) AS fires FROM ({rows}) AS o"  # noqa: S608
        )


def grouped(rule: Rule) -> tuple[str, ...]:
    """The columns whose values make the groups of a rule, and the entity of its alerts."""
    return rule.correlation.group_by if rule.correlation is not None else rule.group_by


def least(correlation: Correlation) -> int:
    """The least count with which the condition holds."""
    return correlation.count + (1 if correlation.operator == ">" else 0)


def _by(columns: Sequence[str]) -> str:
    return f"PARTITION BY {', '.join(columns)}" if columns else ""


def _known(columns: Sequence[str]) -> str:
    return " WHERE " + " AND ".join(f"{column} IS NOT NULL" for column in columns) if columns else ""


def _at(instant: datetime) -> str:
    return f"timestamptz '{instant.isoformat()}'"


def _interval(span: timedelta) -> str:
    return f"interval '{span.total_seconds()} seconds'"
