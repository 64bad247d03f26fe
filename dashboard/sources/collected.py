# ruff: noqa: S608 - statements are joined from constants of this package only; every value is bound
"""From when on logins are known. Before that an empty answer means that nobody looked, not that nobody came."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, text

from dashboard.sources.login_counts import HOUR, LOGIN

_FIRST_HOUR = text(f"SELECT hour FROM events_hourly WHERE {LOGIN} ORDER BY hour LIMIT 1")
_FIRST_IN_HOUR = text(
    f"SELECT min(occurred_at) FROM events WHERE occurred_at >= :since AND occurred_at < :until AND {LOGIN}"
)


def collected_since(connection: Connection, registered_at: Sequence[datetime]) -> datetime | None:
    """The oldest login, or when the first supplier of logins was registered (UTC), whichever is earlier.

    History that was read at the first start counts as collected. None: there is neither a login nor a supplier. The
    rollup says in which hour to look, so that one partition is enough; events may be gone where their rollup is kept.
    """
    known = list(registered_at)
    hour = connection.scalar(_FIRST_HOUR)
    if hour is not None:
        known.append(connection.scalar(_FIRST_IN_HOUR, {"since": hour, "until": hour + HOUR}) or hour)
    return min(known, default=None)
