# ruff: noqa: S608 - statements are joined from constants of this package only; every value is bound
"""Who fails most: exact counts for the top of the list, without reading every failure.

The rollups give each account or address a number that its failed logins cannot exceed (whole hours around the window,
every failure of an address). Exact counts are read for the highest of them only, until no other can reach the top.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, TextClause, text

from dashboard.sources.interface import FailedBy, TimeRange
from dashboard.sources.login_counts import HOUR, LOGIN_FAILURE, floor

_SPARE = 5  # candidates more than rows asked for, at first


@dataclass(frozen=True, slots=True)
class Ranking:
    """The two statements of one list: `bounds` gives (value, at most), `exact` counts the values it is given."""

    bounds: TextClause
    exact: TextClause


def _exact(column: str, value: str, chosen: str) -> TextClause:
    return text(f"""
        SELECT {value}, count(*), count(*) FILTER (WHERE reason = 'unknown_account'), max(occurred_at)
        FROM events WHERE occurred_at >= :since AND occurred_at < :until AND {LOGIN_FAILURE} AND {column} {chosen}
        GROUP BY 1
    """)


BY_USER = Ranking(
    text("""
        SELECT user_name, sum(n) FROM activity_hourly
        WHERE hour >= :from_hour AND hour < :to_hour AND outcome = 'failure'
          AND action IN ('authn_login_fail', 'excess_rate_limit_exceeded')
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT :top
    """),
    _exact("user_name", "user_name", "= ANY(:values)"),
)
BY_ADDRESS = Ranking(
    text("""
        SELECT host(source_ip), sum(n) FROM ip_failures_hourly
        WHERE hour >= :from_hour AND hour < :to_hour AND category = 'authentication'
        GROUP BY source_ip ORDER BY 2 DESC, source_ip LIMIT :top
    """),
    _exact("source_ip", "host(source_ip)", "= ANY(CAST(:values AS inet[]))"),
)


def failed_by(connection: Connection, ranking: Ranking, window: TimeRange, limit: int) -> tuple[FailedBy, ...]:
    """The `limit` values with the most failed logins, most first. Exact: see the head of this file."""
    top = limit + _SPARE
    while True:
        bounds = connection.execute(ranking.bounds, _around(window) | {"top": top + 1}).all()
        candidates = [value for value, _ in bounds[:top]]
        found = _count(connection, ranking, window, candidates)[:limit]
        rest = int(bounds[top][1]) if len(bounds) > top else 0
        if rest == 0 or (len(found) == limit and found[-1].failures >= rest):
            return tuple(found)
        top *= 20


def _count(connection: Connection, ranking: Ranking, window: TimeRange, values: list[str]) -> list[FailedBy]:
    if not values:
        return []
    parameters = {"since": window.since, "until": window.until, "values": values}
    found = [FailedBy(*row) for row in connection.execute(ranking.exact, parameters)]
    return sorted(found, key=lambda row: (-row.failures, row.value))


def _around(window: TimeRange) -> dict[str, object]:
    """The whole hours around the window, edges included."""
    return {"from_hour": floor(window.since, HOUR), "to_hour": floor(window.until - timedelta.resolution, HOUR) + HOUR}
