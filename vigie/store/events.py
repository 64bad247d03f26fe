"""The store path: COPY what is new, keep the rollups, note what detection has to look at, all in one transaction.

Measured against the ORM in docs/adr/0002-event-store.md. A batch stored twice adds no row and changes no rollup.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeAlias

from psycopg2.errors import UniqueViolation

from vigie.clock import utc_now
from vigie.event import Event, clean_json
from vigie.store.copy_text import EVENT_COLUMNS, RAW_COLUMNS, copy_texts
from vigie.store.event_counts import add_counts
from vigie.store.spans import note_spans

FUTURE_TOLERANCE = timedelta(minutes=10)
_EPOCH, _WEEK = datetime(2001, 1, 1, tzinfo=UTC), timedelta(weeks=1)  # partitions begin at whole weeks from here
_TRIES = 3

_Cursor: TypeAlias = Any  # the driver's, whose class differs between psycopg2 and SQLAlchemy's wrapper

_PREPARE = """
    SELECT ensure_event_partitions(week, week) FROM unnest(%s) AS week;
    SELECT EXISTS (SELECT FROM events WHERE (occurred_at, event_key) IN ((%s, %s), (%s, %s))),
        EXISTS (SELECT FROM events_unplaced)
"""
_STORED = """
    SELECT k.place - 1 FROM unnest(%s::timestamptz[], %s::bytea[]) WITH ORDINALITY AS k (occurred_at, event_key, place)
    JOIN events e ON (e.occurred_at, e.event_key) = (k.occurred_at, k.event_key)
    WHERE e.occurred_at BETWEEN %s AND %s
"""
_SET_ASIDE = """
    SELECT k.place - 1 FROM unnest(%s::bytea[]) WITH ORDINALITY AS k (event_key, place)
    JOIN events_unplaced u ON u.event_key = k.event_key
"""
_COPY_EVENTS = f"COPY events ({', '.join(EVENT_COLUMNS)}) FROM STDIN"
_COPY_RAW = f"COPY events_raw ({', '.join(RAW_COLUMNS)}) FROM STDIN"


class Connection(Protocol):
    """What `store_events` needs of a connection: the driver's own, as SQLAlchemy's `Connection` names it."""

    @property
    def connection(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch: rows added, rows already there, rows set aside for their wrong clock."""

    added: int
    duplicate: int
    unplaced: int
    newest: datetime | None


def store_events(connection: Connection, events: Sequence[Event], retention: timedelta) -> Stored:
    """Stores a batch inside the caller's transaction. Events outside retention … now + 10 min go to `events_unplaced`.

    The caller's role is the worker's or the owner's. Raises what psycopg2 raises; wrap in `translated()`.
    """
    now = utc_now()
    since, until = now - retention, now + FUTURE_TOLERANCE
    placed, unplaced = events, list[Event]()
    times = [event.occurred_at for event in events]
    if times and not since <= min(times) <= max(times) <= until:
        placed = [event for event in events if since <= event.occurred_at <= until]
        unplaced = [event for event in events if not since <= event.occurred_at <= until]
    set_aside = _set_aside(connection, unplaced)
    new = _insert(connection.connection.cursor(), placed, now) if placed else ()
    newest = max((event.occurred_at for event in new), default=None)
    return Stored(len(new), len(events) - len(new) - set_aside, set_aside, newest)


def _insert(cursor: _Cursor, events: Sequence[Event], now: datetime) -> Sequence[Event]:
    """Stores what is new of `events`, and returns it.

    Nearly always that is all. So it is copied straight into the table, and only when that meets an event that is there
    is it asked which are. A batch that is sent again is seen by its first or last event.
    """
    first, last = events[0], events[-1]
    values = (_weeks(events), first.occurred_at, first.event_key, last.occurred_at, last.event_key)
    cursor.execute(_PREPARE, values)
    is_stored, any_set_aside = cursor.fetchone()
    if any_set_aside:
        events = _not_set_aside(cursor, events)
    if is_stored:
        events = _not_stored(cursor, events)
    for attempt in range(_TRIES):
        if not events or _copied(cursor, events, now, is_last=attempt == _TRIES - 1):
            break
        events = _not_stored(cursor, events)
    if events:
        add_counts(cursor, events)
        note_spans(cursor, events)
    return events


def _weeks(events: Iterable[Event]) -> list[datetime]:
    """Only the weeks that are touched: one old line beside a new one must not make all the weeks between them."""
    times = [event.occurred_at for event in events]
    ends = {(min(times) - _EPOCH) // _WEEK, (max(times) - _EPOCH) // _WEEK}
    weeks = ends if len(ends) == 1 else {(at - _EPOCH) // _WEEK for at in times}
    return [_EPOCH + week * _WEEK for week in sorted(weeks)]


def _copied(cursor: _Cursor, events: Sequence[Event], now: datetime, *, is_last: bool) -> bool:
    """Whether all were stored; else none. Raises UniqueViolation when it `is_last`."""
    rows, raws = copy_texts(events, now)
    cursor.execute("SAVEPOINT copied")
    try:
        cursor.copy_expert(_COPY_EVENTS, io.StringIO(rows))
    except UniqueViolation:
        if is_last:
            raise
        cursor.execute("ROLLBACK TO SAVEPOINT copied")
        return False
    if raws:
        cursor.copy_expert(_COPY_RAW, io.StringIO(raws))
    cursor.execute("RELEASE SAVEPOINT copied")
    return True


def _not_stored(cursor: _Cursor, events: Sequence[Event]) -> Sequence[Event]:
    """What of `events` is not in the table, each once."""
    single = list({(event.occurred_at, event.event_key): event for event in reversed(events)}.values())[::-1]
    times = [event.occurred_at for event in single]
    instants = "{" + ",".join([at.isoformat() for at in times]) + "}"
    cursor.execute(_STORED, (instants, _keys(single), min(times), max(times)))
    return _without(cursor, single)


def _not_set_aside(cursor: _Cursor, events: Sequence[Event]) -> Sequence[Event]:
    """What was set aside for its wrong clock stays there, even when the clock reaches its time and it is read again."""
    cursor.execute(_SET_ASIDE, (_keys(events),))
    return _without(cursor, events)


def _without(cursor: _Cursor, events: Sequence[Event]) -> Sequence[Event]:
    places = {row[0] for row in cursor.fetchall()}
    return [event for place, event in enumerate(events) if place not in places]


def _keys(events: Sequence[Event]) -> str:
    """As an array in PostgreSQL's own writing: one value for the driver instead of thousands."""
    return "{" + ",".join([f'"\\\\x{event.event_key.hex()}"' for event in events]) + "}"


def _set_aside(connection: Connection, events: Iterable[Event]) -> int:
    cursor = connection.connection.cursor()
    kept = 0
    for event in events:
        document = clean_json({"action": event.action, "user_name": event.user_name, "raw": dict(event.raw)})
        cursor.execute(
            "INSERT INTO events_unplaced (event_key, occurred_at, source, event) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (event_key) DO NOTHING",
            (event.event_key, event.occurred_at, event.source, document),
        )
        kept += cursor.rowcount
    return kept
