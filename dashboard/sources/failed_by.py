# ruff: noqa: S608 - statements are joined from constants of this package only; every value is bound
"""Who fails most. Counted from the failures, which have an index of their own.

The rollups know neither the reason nor the last time of a failure. Taking the ranking from them and those two from the
events was measured on a store where attackers make half of the failures: slower than one pass over the failures for
addresses, about the same for users.
"""

from enum import Enum

from sqlalchemy import Connection, text

from dashboard.sources.interface import FailedBy, FailedRanking, TimeRange
from dashboard.sources.login_counts import LOGIN_FAILURE


class By(Enum):
    """What failures are counted by: (column, the value shown)."""

    USER = ("user_name", "user_name")
    ADDRESS = ("source_ip", "host(source_ip)")


def failed_by(connection: Connection, by: By, window: TimeRange, limit: int) -> FailedRanking:
    """The `limit` values with the most failed logins, and how much in all. Failures without it are left out."""
    column, shown = by.value
    statement = text(f"""
        SELECT {shown}, count(*), count(*) FILTER (WHERE reason = 'unknown_account'), max(occurred_at),
               count(*) OVER (), sum(count(*)) OVER ()
        FROM events
        WHERE occurred_at >= :since AND occurred_at < :until AND {LOGIN_FAILURE} AND {column} IS NOT NULL
        GROUP BY {column} ORDER BY 2 DESC, {column} LIMIT :limit
    """)
    rows = connection.execute(statement, {"since": window.since, "until": window.until, "limit": limit}).all()
    values, failures = (int(rows[0][4]), int(rows[0][5])) if rows else (0, 0)
    return FailedRanking(tuple(FailedBy(*row[:4]) for row in rows), values, failures)
