"""One row of an application's table to an event. Every text in it is hostile."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from detection.mapping import ApplicationMapping, Other
from detection.parsers.addresses import address_in
from detection.parsers.interface import Rejected
from vigie.event import Event, clean_text, key_of
from vigie.redaction import redact, redact_value

_NAME_LIMIT, _AGENT_LIMIT = 320, 500
_SHOWN = 80


Position = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of theirs as text. `occurred_at` is ISO 8601 in UTC, or None."""

    id: str
    position: Position
    occurred_at: str | None
    kind: str | None
    user_name: str | None
    source_ip: str | None
    user_agent: str | None
    reason: str | None


class RowParser:
    """Turns rows into events by one mapping."""

    def __init__(self, mapping: ApplicationMapping) -> None:
        self._mapping = mapping

    def parse(self, row: Row) -> Event | Rejected | None:
        """The event of `row`, why it cannot be one, or None where the mapping says to ignore its kind."""
        action = self._mapping.kinds.get(row.kind or "")
        if action is None:
            return self._unknown_kind(row)
        occurred_at = _instant(row.occurred_at)
        if occurred_at is None:
            return Rejected(row.id, f"its time is {_shown(row.occurred_at)}")
        return Event(
            occurred_at=occurred_at,
            event_key=key_of(self._mapping.name, row.id),
            source=self._mapping.name,
            category=action.category,
            action=action.name,
            outcome=action.outcome,
            severity=action.severity,
            reason=self._mapping.reasons.get(row.reason or "", action.reason),
            user_name=clean_text(row.user_name, _NAME_LIMIT),
            source_ip=address_in(row.source_ip),
            user_agent=clean_text(redact(row.user_agent or ""), _AGENT_LIMIT),
            raw=self._raw(row),
        )

    def _unknown_kind(self, row: Row) -> Rejected | None:
        if self._mapping.other is Other.IGNORE:
            return None
        return Rejected(row.id, f"its kind is {_shown(row.kind)}, which {self._mapping.place} does not map")

    def _raw(self, row: Row) -> Mapping[str, object]:
        """The mapped columns under their own names; nothing else of the row is ever read."""
        values = asdict(row)
        pairs = ((column, values[field]) for field, column in self._mapping.columns.items())
        return {column: redact_value(column, value) for column, value in pairs if value is not None}


def _instant(text: str | None) -> datetime | None:
    """UTC; None for what is no instant of the years 1 to 9999, such as infinity."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except (ValueError, OverflowError):
        return None


def _shown(value: str | None) -> str:
    return "empty" if value is None else repr(value[:_SHOWN])
