"""What a sender posted, read: records that become events, and what cannot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from detection.collectors.interface import Source
from detection.parsers.interface import Rejected, Sketch
from vigie.event import Event, key_of

KIND = "intake"
_PERIOD_S, _GRACE_S = 10, 20  # the intake's own sign of life: a sender may be silent for days


class Sender(Enum):
    """Who posts. The value is its place below `/intake/`."""

    FALCO = "falco"
    ALERTMANAGER = "alertmanager"
    GRAFANA = "grafana"

    @property
    def source(self) -> Source:
        """How it is known in events and on screen."""
        return Source(f"intake-{self.value}", KIND, f"{self.value.capitalize()} (webhook)", _PERIOD_S, _GRACE_S)


@dataclass(frozen=True, slots=True)
class Record:
    """One event, and what it has in common with its repeats (see `fold_key_of`)."""

    event: Event
    fold_key: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request's content. `size` is that of its body, in bytes."""

    sender: Sender
    records: Sequence[Record]
    rejected: Sequence[Rejected]
    size: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery: new events, repeats counted with one, records that were here before, rejected ones."""

    stored: int = 0
    folded: int = 0
    duplicate: int = 0
    rejected: int = 0


def record_of(sketch: Sketch, source: str, key: bytes) -> Record:
    """The record of an event whose key is known."""
    return Record(sketch.event(source, key), fold_key_of(sketch, source))


def fold_key_of(sketch: Sketch, source: str) -> bytes:
    """Equal for records of one minute (UTC) that say the same of the same: all that is shown of them but the time."""
    parts = (
        source,
        sketch.occurred_at.strftime("%Y-%m-%dT%H:%M"),
        sketch.action,
        str(int(sketch.severity)),
        *(
            "" if part is None else str(part)
            for part in (
                sketch.rule,
                sketch.user_name,
                sketch.source_ip,
                sketch.host_name,
                sketch.container_name,
                sketch.process_name,
                sketch.message,
            )
        ),
    )
    return key_of(*parts)


def values_in(document: Mapping[str, Any], limit: int) -> int:
    """How many values `document` holds, at every depth; no longer counted once above `limit`."""
    count = 0
    level: list[Any] = [document]
    while level and count <= limit:
        inner = level.pop()
        values = inner.values() if isinstance(inner, dict) else inner
        count += len(inner)
        level.extend(value for value in values if isinstance(value, dict | list))
    return count
