"""Events as rows: the columns every question about single events reads, and their shape."""

from typing import Any

from sqlalchemy import Row

from dashboard.sources.event_questions import EventRow, Position
from vigie.severity import Severity

COLUMNS = (
    "occurred_at, encode(event_key, 'hex') AS key, severity, source, category, action, outcome, reason, rule, "
    "user_name, host(source_ip) AS source_ip, container_name, host_name, http_method, http_route, http_status, "
    "message, user_agent, process_name, received_at"
)
NEWEST_FIRST = "ORDER BY occurred_at DESC, event_key DESC"
OLDEST_FIRST = "ORDER BY occurred_at, event_key"
_PLAIN = (
    "source", "category", "action", "outcome", "reason", "rule", "user_name", "source_ip", "container_name",
    "host_name", "http_method", "http_route", "http_status", "message", "user_agent", "process_name", "received_at",
)  # fmt: skip


def event_row(row: Row[Any]) -> EventRow:
    """One row of a statement that selects COLUMNS."""
    return EventRow(
        position=Position(row.occurred_at, row.key),
        severity=Severity(row.severity),
        **{name: getattr(row, name) for name in _PLAIN},
    )


def key_bytes(position: Position) -> bytes:
    """The key of a place. What is no key stands before every key of its instant."""
    try:
        return bytes.fromhex(position.key)
    except ValueError:
        return b""
