# ruff: noqa: S608 - statements are joined from constants of this package only; every value is bound
"""From when on logins, or all events, are known. Before it an empty answer means that nobody looked, not that nobody
came.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, TextClause, text

from dashboard.sources.login_counts import HOUR, LOGIN

EVERYTHING = "TRUE"


def collected_since(connection: Connection, registered_at: Sequence[datetime], which: str = LOGIN) -> datetime | None:
    """The oldest event of `which`, or when the first supplier of such was registered (UTC), whichever is earlier.

    History that was read at the first start counts as collected. None: there is neither an event nor a supplier. The
    rollup says in which hour to look, so that one partition is enough; events may be gone where their rollup is kept.
    """
    known = list(registered_at)
    hour = connection.scalar(text(f"SELECT hour FROM events_hourly WHERE {which} ORDER BY hour LIMIT 1"))
    if hour is not None:
        known.append(connection.scalar(_first(which), {"since": hour, "until": hour + HOUR}) or hour)
    return min(known, default=None)


def _first(which: str) -> TextClause:
    within = "occurred_at >= :since AND occurred_at < :until"
    return text(f"SELECT min(occurred_at) FROM events WHERE {within} AND {which}")
