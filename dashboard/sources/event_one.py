# ruff: noqa: S608 - statements are joined from constants only; every value is bound
"""Everything of one event, with the record it was made of."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

from dashboard.sources.event_questions import EventDetail, Position, RawState
from dashboard.sources.event_rows import COLUMNS, event_row, key_bytes

_ONE = text(f"""
    SELECT {COLUMNS} FROM events
    WHERE occurred_at = :occurred_at AND event_key = :key
""")
_RAW = text("SELECT raw FROM events_raw WHERE occurred_at = :occurred_at AND event_key = :key LIMIT 1")
# Retention drops records by the week; then the partition of the event's week is gone.
_HAS_PARTITION = text("""
    SELECT to_regclass('public.events_raw_' || to_char(
        date_bin('7 days', :occurred_at, '2001-01-01 00:00+00') AT TIME ZONE 'UTC', 'YYYYMMDD')) IS NOT NULL
""")


def one(connection: Connection, position: Position) -> EventDetail | None:
    """The event at this place; None when there is none, or none any more."""
    place = {"occurred_at": position.occurred_at, "key": key_bytes(position)}
    row = connection.execute(_ONE, place).one_or_none()
    if row is None:
        return None
    state, raw = _raw(connection, place)
    return EventDetail(event_row(row), state, raw)


def _raw(connection: Connection, place: Mapping[str, object]) -> tuple[RawState, Mapping[str, Any] | None]:
    found = connection.execute(_RAW, place).one_or_none()
    if found is not None:
        return RawState.KEPT, found.raw
    if connection.scalar(_HAS_PARTITION, place):
        return RawState.NONE, None
    return RawState.DROPPED, None
