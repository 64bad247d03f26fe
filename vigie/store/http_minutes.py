"""Requests by the minute: what an access log adds up to, kept where the single requests are not."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the driver writes its class in lower case
from psycopg2.extras import execute_values

from vigie.clock import utc_now
from vigie.event import clean_text
from vigie.store.events import FUTURE_TOLERANCE

ROUTES = 200
OTHER = "other"
ROUTE_LIMIT = 200
BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_KNOWN = "SELECT route FROM http_routes WHERE source = %s"
_NEW = "INSERT INTO http_routes (source, route) VALUES %s ON CONFLICT DO NOTHING"
_ADD = """
    INSERT INTO http_minute AS t (minute, source, route, method, status_class, n, durations, duration_s) VALUES %s
    ON CONFLICT (minute, source, route, method, status_class) DO UPDATE SET
        n = t.n + excluded.n,
        durations = CASE WHEN excluded.durations IS NULL THEN t.durations WHEN t.durations IS NULL
            THEN excluded.durations ELSE (
                SELECT array_agg(a + b ORDER BY place)
                FROM unnest(t.durations, excluded.durations) WITH ORDINALITY AS u (a, b, place)) END,
        duration_s = CASE WHEN excluded.duration_s IS NULL THEN t.duration_s
            ELSE coalesce(t.duration_s, 0) + excluded.duration_s END
"""


class Request(NamedTuple):
    """One answered request. `at` is UTC, `route` a template such as /users/{id}, `duration_s` None if not logged."""

    at: datetime
    route: str
    method: str
    status: int
    duration_s: float | None


@dataclass(slots=True)
class _Count:
    n: int = 0
    durations: list[int] = field(default_factory=list)
    duration_s: float | None = None

    def add(self, duration_s: float | None) -> None:
        self.n += 1
        if duration_s is not None:
            self.durations = self.durations or [0] * (len(BOUNDS_S) + 1)
            self.durations[bisect_left(BOUNDS_S, duration_s)] += 1
            self.duration_s = (self.duration_s or 0.0) + duration_s


_Key: TypeAlias = tuple[datetime, str, str, int]


def store_requests(cursor: Cursor, source: str, requests: Sequence[Request], retention: timedelta) -> int:
    """Adds `requests` to the counts, in the caller's transaction. Returns how many were counted.

    Not idempotent: the caller sees to it that a request is handed over once. Requests outside retention … now + 10 min
    are not counted. Raises what psycopg2 raises.
    """
    now = utc_now()
    since, until = now - retention, now + FUTURE_TOLERANCE
    timely = [r for r in requests if since <= r.at <= until]
    if not timely:
        return 0
    known = _routes(cursor, source, timely)
    counts: dict[_Key, _Count] = {}
    at, minute = None, now
    for request in timely:
        if request.at is not at:  # lines of one second share it
            at = request.at
            minute = at.replace(second=0, microsecond=0)
        route = request.route if request.route in known else OTHER
        key = minute, route, request.method, request.status // 100
        count = counts.get(key)
        if count is None:
            count = counts[key] = _Count()
        count.add(request.duration_s)
    execute_values(cursor, _ADD, _rows(source, counts), page_size=1000)
    return len(timely)


def _routes(cursor: Cursor, source: str, requests: Iterable[Request]) -> set[str]:
    """The routes that are counted by name. Only what the site answered makes a new one: scanners make up paths."""
    cursor.execute(_KNOWN, (source,))
    known = {row[0] for row in cursor.fetchall()}
    new = dict.fromkeys(r.route for r in requests if r.status < 400 and r.route not in known)
    fitting = [route for route in new if route == clean_text(route, ROUTE_LIMIT)][: max(0, ROUTES - len(known))]
    if fitting:
        execute_values(cursor, _NEW, [(source, route) for route in sorted(fitting)])
    return known.union(fitting)


def _rows(source: str, counts: dict[_Key, _Count]) -> list[tuple[object, ...]]:
    """In the order of the primary key, so that two writers never wait for each other."""
    return [
        (minute, source, route, method, status_class, count.n, count.durations or None, count.duration_s)
        for (minute, route, method, status_class), count in sorted(counts.items(), key=lambda item: item[0])
    ]
