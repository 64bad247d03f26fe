"""Stored records as lines: their raw records, and their neighbours in the same source."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, text

from dashboard.sources.event_questions import EventRow, Position
from dashboard.sources.event_rows import COLUMNS, NEWEST_FIRST, OLDEST_FIRST, event_row
from dashboard.sources.log_questions import LinePlace, LogLine
from vigie.severity import Severity

CONTEXT = timedelta(hours=24)
_ONE = text(
    f"SELECT {COLUMNS} FROM events WHERE occurred_at >= :at AND occurred_at < :next "  # noqa: S608 - our own names
    "AND event_key = decode(:key, 'hex')"
)
_BEFORE = text(
    f"SELECT {COLUMNS} FROM events WHERE source = :source AND occurred_at >= :low AND occurred_at <= :at "  # noqa: S608
    f"AND (occurred_at, event_key) < (:at, decode(:key, 'hex')) {NEWEST_FIRST} LIMIT :most"
)
_AFTER = text(
    f"SELECT {COLUMNS} FROM events WHERE source = :source AND occurred_at >= :at AND occurred_at < :high "  # noqa: S608
    f"AND (occurred_at, event_key) > (:at, decode(:key, 'hex')) {OLDEST_FIRST} LIMIT :most"
)
# One look-up for each line: a page of few lines may reach over months, of which everything else is of no interest.
_RAW = text(
    """SELECT wanted.key, found.raw FROM unnest(CAST(:ats AS timestamptz[]), CAST(:keys AS text[])) AS wanted (at, key),
    LATERAL (
        SELECT r.raw FROM events_raw r
        WHERE r.occurred_at >= :low AND r.occurred_at <= :high AND r.occurred_at = wanted.at
            AND r.event_key = decode(wanted.key, 'hex') LIMIT 1
    ) AS found"""
)
_LEVELS = {Severity.INFORMATIONAL: "info"}
_LABELS = (
    "severity", "category", "action", "outcome", "reason", "rule", "user_name", "source_ip", "container_name",
    "host_name", "http_method", "http_route", "http_status",
)  # fmt: skip

Raws = Mapping[str, Mapping[str, Any]]
"""Raw records by the key of their event."""


def raws(connection: Connection, rows: Sequence[EventRow]) -> Raws:
    """The raw records of these events, as far as they are kept."""
    if not rows:
        return {}
    ats = [row.position.occurred_at for row in rows]
    given = {"ats": ats, "keys": [row.position.key for row in rows], "low": min(ats), "high": max(ats)}
    return {row.key: row.raw for row in connection.execute(_RAW, given)}


def one(connection: Connection, place: LinePlace) -> EventRow | None:
    """The event at a place."""
    at = place.moment
    given = {"at": at, "next": at + timedelta(microseconds=1), "key": place.key}
    row = connection.execute(_ONE, given).first()
    return event_row(row) if row else None


def neighbours(
    connection: Connection, event: EventRow, before: int, after: int
) -> tuple[list[EventRow], list[EventRow]]:
    """Those of the same source before and after it, within a day, each oldest first."""
    at, key = event.position.occurred_at, event.position.key
    given = {"source": event.source, "at": at, "key": key, "low": at - CONTEXT, "high": at + CONTEXT}
    back = connection.execute(_BEFORE, given | {"most": before}).all()
    forth = connection.execute(_AFTER, given | {"most": after}).all()
    return [event_row(row) for row in reversed(back)], [event_row(row) for row in forth]


def line(event: EventRow, raw: Mapping[str, Any] | None) -> LogLine:
    """The record as it came; where it is gone, what the event still says."""
    told = {name: getattr(event, name) for name in _LABELS if getattr(event, name) is not None}
    labels = {name: str(value) for name, value in told.items() if name != "severity"}
    given = (raw or {}).get("labels")
    if isinstance(given, dict):
        labels |= {str(name): str(value) for name, value in given.items()}
    return LogLine(
        place=place_of(event.position),
        stream=event.source,
        level=_LEVELS.get(event.severity, event.severity.word),
        tone=event.severity,
        text=event.message or _said(labels) if raw is None else _written(raw),
        labels=labels,
        event=event.position.key,
        is_whole=raw is not None,
    )


def place_of(position: Position) -> LinePlace:
    """The place of an event."""
    return LinePlace.of(position.occurred_at, position.key)


def position_of(place: LinePlace) -> Position:
    """The event's position at a place."""
    return Position(place.moment, place.key)


def _written(raw: Mapping[str, Any]) -> str:
    """The line of text, or the record as one line of JSON."""
    if isinstance(raw.get("line"), str):
        return str(raw["line"])
    record = {name: value for name, value in raw.items() if name != "labels" or not isinstance(value, dict)}
    return json.dumps(record, ensure_ascii=False)


def _said(labels: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in labels.items())
