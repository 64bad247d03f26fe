"""The questions of the Sources page, answered from Vigie's own database with the role vigie_console."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from dashboard.sources.interface import Answer, SourceState, SourceStatus
from dashboard.sources.reading import OURS, unavailable
from dashboard.sources.recent import Recent
from dashboard.sources.registered import read_registered
from dashboard.sources.source_questions import (
    MOST,
    DropSeen,
    GapSeen,
    Lag,
    RejectedSeen,
    SourceDetail,
    SourceRow,
    SpellSeen,
    UnplacedSeen,
)
from vigie.blindness import LEARNED_DAYS, Why
from vigie.clock import utc_now
from vigie.errors import VigieError
from vigie.store.engine import transaction
from vigie.store.events import FUTURE_TOLERANCE

T = TypeVar("T")
HOURS = 24
_HOUR = timedelta(hours=1)
_MOST_LAGS = 20_000  # of the newest events, all sources together: exact where fewer came in the hour
_LAGS_KEPT_S = 15  # they cost the most and change slowly: board and details of all readers share one reading
_EXCERPT = 1000

_COUNTS = text("""
    SELECT source, hour, sum(n), coalesce(sum(n) FILTER (WHERE action = 'sensor_drop'), 0) FROM events_hourly
    WHERE hour >= :since AND hour < :until GROUP BY source, hour
""")
# Without the history that was read at the first start: that it came late says nothing.
_LAGS = text("""
    SELECT source, percentile_cont(0.5) WITHIN GROUP (ORDER BY lag), percentile_cont(0.95) WITHIN GROUP (ORDER BY lag),
        count(*)
    FROM (
        SELECT source, occurred_at, received_at - occurred_at AS lag FROM events
        WHERE occurred_at >= :since AND occurred_at < :until ORDER BY occurred_at DESC LIMIT :most
    ) newest JOIN sources s ON s.name = newest.source AND newest.occurred_at >= s.registered_at
    GROUP BY source
""")
_SPELLS = text("""
    SELECT since, until, why, reason FROM blind_spells WHERE source = :source ORDER BY since DESC LIMIT :most
""")
_REJECTED = text("""
    SELECT at, reason, left(excerpt, :excerpt), n FROM rejected WHERE source = :source ORDER BY id DESC LIMIT :most
""")
_GAPS = text("SELECT at, since, until, reason FROM gaps WHERE source = :source ORDER BY id DESC LIMIT :most")
_UNPLACED = text("""
    SELECT received_at, occurred_at, event ->> 'action', left(event ->> 'raw', :excerpt) FROM events_unplaced
    WHERE source = :source ORDER BY received_at DESC LIMIT :most
""")
_SIGNS = text("SELECT coalesce(sum(n), 0) FROM source_rhythms WHERE source = :source AND day >= :day")
_LAST_DROP_HOUR = text("""
    SELECT max(hour) FROM events_hourly
    WHERE hour >= :since AND hour < :until AND source = :source AND action = 'sensor_drop'
""")
_LAST_DROP = text("""
    SELECT occurred_at, message FROM events
    WHERE occurred_at >= :since AND occurred_at < :until AND source = :source AND action = 'sensor_drop'
    ORDER BY occurred_at DESC LIMIT 1
""")
_FIRST = {SourceState.BLIND: 0, SourceState.STOPPED: 0, SourceState.LATE: 1, SourceState.IMPORT: 3}


class SourceDatabase:
    """Implements SourceBoardQuestions. Safe to use from many threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lags: Recent[int, Mapping[str, Lag]] = Recent(1)

    def board(self) -> Answer[Sequence[SourceRow]]:
        return self._read(self._rows)

    def detail(self, name: str) -> Answer[Sequence[SourceDetail]]:
        def read(connection: Connection, now: datetime) -> list[SourceDetail]:
            rows = self._rows(connection, now)
            return [_detail(connection, now, row) for row in rows if row.status.name == name]

        return self._read(read)

    def _rows(self, connection: Connection, now: datetime) -> list[SourceRow]:
        lags = self._lags.get(int(now.timestamp() // _LAGS_KEPT_S), lambda: _lags(connection, now))
        return _rows(connection, now, lags)

    def _read(self, read: Callable[[Connection, datetime], T]) -> Answer[T]:
        now = utc_now()
        try:
            with transaction(self._engine) as connection:
                return Answer(read(connection, now), now, OURS)
        except (VigieError, SQLAlchemyError) as error:
            return unavailable(error, OURS)


def _rows(connection: Connection, now: datetime, lags: Mapping[str, Lag]) -> list[SourceRow]:
    statuses = read_registered(connection, now).statuses
    until = now.replace(minute=0, second=0, microsecond=0) + _HOUR
    since = until - HOURS * _HOUR
    hours: dict[str, list[int]] = {}
    drops: dict[str, int] = {}
    for source, hour, count, dropped in connection.execute(_COUNTS, {"since": since, "until": until}):
        hours.setdefault(source, [0] * HOURS)[(hour - since) // _HOUR] = int(count)
        drops[source] = drops.get(source, 0) + int(dropped)
    rows = [_row(status, hours, lags, drops) for status in statuses]
    return sorted(rows, key=lambda row: (_FIRST.get(row.status.state, 2), row.status.title, row.status.name))


def _row(
    status: SourceStatus, hours: Mapping[str, Sequence[int]], lags: Mapping[str, Lag], drops: Mapping[str, int]
) -> SourceRow:
    name = status.name
    return SourceRow(status, tuple(hours.get(name, [0] * HOURS)), lags.get(name), drops.get(name, 0))


def _lags(connection: Connection, now: datetime) -> dict[str, Lag]:
    bounds = {"since": now - _HOUR, "until": now + FUTURE_TOLERANCE, "most": _MOST_LAGS}
    return {source: Lag(median, p95, of) for source, median, p95, of in connection.execute(_LAGS, bounds)}


def _detail(connection: Connection, now: datetime, row: SourceRow) -> SourceDetail:
    name = row.status.name
    asked = {"source": name, "most": MOST, "excerpt": _EXCERPT}
    day = (now - timedelta(days=LEARNED_DAYS)).date()
    unplaced = connection.execute(_UNPLACED, asked)
    return SourceDetail(
        row,
        int(connection.scalar(_SIGNS, {"source": name, "day": day}) or 0),
        tuple(SpellSeen(a, b, Why(why), reason) for a, b, why, reason in connection.execute(_SPELLS, asked)),
        tuple(RejectedSeen(*each) for each in connection.execute(_REJECTED, asked)),
        tuple(GapSeen(*each) for each in connection.execute(_GAPS, asked)),
        tuple(UnplacedSeen(at, of, action or "", record or "") for at, of, action, record in unplaced),
        _last_drop(connection, now, name) if row.drops else None,
    )


def _last_drop(connection: Connection, now: datetime, name: str) -> DropSeen | None:
    bounds = {"source": name, "since": now - HOURS * _HOUR, "until": now + _HOUR}
    hour = connection.scalar(_LAST_DROP_HOUR, bounds)
    if hour is None:
        return None
    found = connection.execute(_LAST_DROP, bounds | {"since": hour, "until": hour + _HOUR}).first()
    return DropSeen(found[0], found[1] or "") if found else None
