# ruff: noqa: S608 - statements are joined from constants of this module only; every value is bound
"""The questions of the API page without a Prometheus: requests of access logs, kept by the minute (`http_minute`)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, text

from dashboard.sources.event_steps import steps_of
from dashboard.sources.health_questions import (
    CLASSES,
    KEPT,
    LONG,
    Change,
    Records,
    Requests,
    Route,
    Service,
    Step,
    Timeline,
    Traffic,
    summed,
)
from dashboard.sources.interface import Answer, SourceStatus, TimeRange
from dashboard.sources.reading import Reader
from dashboard.sources.recent import Recent
from dashboard.sources.registered import Registered, read_registered
from vigie.clock import utc_now
from vigie.health.histogram import Histogram
from vigie.store.http_minutes import BOUNDS_S

_MINUTE = timedelta(minutes=1)
_ADVICE = "Check that the worker runs and may read the access log."
_NO_LATENCY = "Add `$request_time` to the log format of nginx, or `%D` to Apache's."
_NO_REQUESTS = "Name the access log as a [[file]] in config/sources.toml, or set VIGIE_PROMETHEUS_URL."
_WITHIN = "minute >= :since AND minute < :until AND (:every OR source = ANY(:sources)) AND route <> ALL(:ignored)"
_BUCKETS = ", ".join(f"sum(durations[{place}])::bigint" for place in range(1, len(BOUNDS_S) + 2))
_COUNTED = f"status_class, sum(n)::bigint, ARRAY[{_BUCKETS}]"
_BY_ROUTE = text(f"SELECT method, route, {_COUNTED} FROM http_minute WHERE {_WITHIN} GROUP BY 1, 2, 3")
_BY_STEP = text(
    f"SELECT date_bin(:step, minute, :origin), {_COUNTED} FROM http_minute WHERE {_WITHIN} GROUP BY 1, 2 ORDER BY 1"
)
_BY_CLASS = text(f"SELECT status_class, sum(n)::bigint FROM http_minute WHERE {_WITHIN} GROUP BY 1")
_FIRST = text("SELECT minute FROM http_minute WHERE (:every OR source = ANY(:sources)) ORDER BY minute, source LIMIT 1")


class StoredHealth:
    """Implements HealthQuestions. `sources`: whose requests are those of the watched service; none: all of them.

    `ignored`: routes that do not count.
    """

    def __init__(self, engine: Engine, sources: Sequence[str] = (), ignored: Sequence[str] = ()) -> None:
        self._reader = Reader(engine, self._begins, _ADVICE)
        self._sources = list(sources)
        self._ignored = list(ignored)
        self._long: Recent[tuple[timedelta, datetime], Traffic] = Recent(KEPT)

    def requests(self, window: TimeRange) -> Answer[Requests]:
        def reading(connection: Connection, _: str) -> tuple[Requests, None]:
            found: dict[tuple[str, str], list[Traffic]] = {}
            for method, route, *counted in connection.execute(_BY_ROUTE, self._within(window)):
                found.setdefault((route, method), []).append(_traffic(*counted))
            routes = tuple(Route(method, route, summed(each)) for (route, method), each in sorted(found.items()))
            length = min(window.until, utc_now()) - window.since
            return Requests(routes, length, self._records(connection, [each.traffic for each in routes])), None

        return self._reader.read(window.until, self._suppliers, reading)

    def timeline(self, window: TimeRange, most: int) -> Answer[Timeline]:
        steps = steps_of(window, most, _MINUTE)

        def reading(connection: Connection, _: str) -> tuple[Timeline, None]:
            found: dict[datetime, list[Traffic]] = {}
            asked = self._within(window) | {"step": steps.length, "origin": steps.origin}
            for start, *counted in connection.execute(_BY_STEP, asked):
                found.setdefault(start, []).append(_traffic(*counted))
            each = tuple(Step(at, summed(found[at]) if at in found else None) for at in steps.starts(window))
            known = [step.traffic for step in each if step.traffic]
            return Timeline(steps.length, each, self._records(connection, known)), None

        return self._reader.read(window.until, self._suppliers, reading)

    def spans(self, lengths: Sequence[timedelta], until: datetime) -> Answer[Mapping[timedelta, Traffic]]:
        def reading(connection: Connection, _: str) -> tuple[Mapping[timedelta, Traffic], None]:
            counted = partial(self._counted, connection, until)
            return {
                length: self._long.get((length, until), partial(counted, length)) if length > LONG else counted(length)
                for length in lengths
            }, None

        return self._reader.read(until, self._suppliers, reading)

    def _counted(self, connection: Connection, until: datetime, length: timedelta) -> Traffic:
        since = until.replace(second=0, microsecond=0) - length
        rows = connection.execute(_BY_CLASS, {"since": since, "until": until} | self._which())
        return Traffic({status_class: float(count) for status_class, count in rows})

    def services(self) -> Answer[Sequence[Service]]:
        def reading(connection: Connection, _: str) -> tuple[Sequence[Service], None]:
            suppliers = self._suppliers(read_registered(connection, utc_now()))
            return sorted((_service(each) for each in suppliers), key=lambda each: (bool(each.is_up), each.name)), None

        return self._reader.read(utc_now(), lambda _: (), reading)

    def changes(self, window: TimeRange) -> Answer[Sequence[Change]]:
        """An access log tells of no restart."""
        return self._reader.read(window.until, self._suppliers, lambda _connection, _mark: ([], None))

    def _within(self, window: TimeRange) -> dict[str, Any]:
        """Whole minutes: the one that `since` lies in belongs to the window."""
        since = window.since.replace(second=0, microsecond=0)
        return {"since": since, "until": window.until} | self._which()

    def _which(self) -> dict[str, Any]:
        return {"every": not self._sources, "sources": self._sources, "ignored": self._ignored}

    def _begins(self, connection: Connection, _: Registered) -> datetime | None:
        first: datetime | None = connection.scalar(_FIRST, self._which())
        return first

    def _records(self, connection: Connection, found: Sequence[Traffic]) -> Records:
        has_latency = any(each.latency for each in found)
        has_requests = bool(found) or connection.scalar(_FIRST, self._which()) is not None
        return Records(has_requests, has_latency, _NO_LATENCY if has_requests else _NO_REQUESTS)

    def _suppliers(self, registered: Registered) -> Sequence[SourceStatus]:
        """A source that never told of a request supplies none."""
        wanted = [each for each in registered.watched if each.hits]
        return [each for each in wanted if not self._sources or each.name in self._sources]


def _service(status: SourceStatus) -> Service:
    """What is known of a service whose access log is read: whether it is heard."""
    if status.blind_since is None:
        return Service(status.title, True, None, "its access log is read")
    return Service(status.title, None, status.blind_since, status.blind_sentence)


def _traffic(status_class: int, count: int, durations: Sequence[int | None]) -> Traffic:
    latency = None if durations[0] is None else Histogram(BOUNDS_S, tuple(float(each or 0) for each in durations))
    classes = dict.fromkeys(CLASSES, 0.0) | {status_class: float(count)}
    return Traffic(classes, latency)
