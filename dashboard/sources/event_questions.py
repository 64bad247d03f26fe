"""The questions of the Security events page, and the shape of their answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Any, Protocol

from dashboard.sources.interface import Answer, TimeRange
from vigie.query import Query
from vigie.severity import Severity

DIMENSIONS = ("severity", "source", "outcome", "category", "action", "rule", "container_name", "http_status")
"""The eight facets, by their field names, in the order of the screen."""


@dataclass(frozen=True, slots=True)
class EventSearch:
    """What is looked for. `chosen`: values ticked in facets, by dimension; "" means "not given"."""

    window: TimeRange
    query: Query
    chosen: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where a row stands: pages go on from the last one. `key`: event key in hex."""

    occurred_at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event without its raw record. Times are UTC. Received twice, at two times, it is the same event."""

    position: Position
    severity: Severity
    source: str
    category: str
    action: str
    outcome: str
    reason: str | None
    rule: str | None
    user_name: str | None
    source_ip: str | None
    container_name: str | None
    host_name: str | None
    http_method: str | None
    http_route: str | None
    http_status: int | None
    message: str | None
    user_agent: str | None
    process_name: str | None
    received_at: datetime = field(compare=False)


@dataclass(frozen=True, slots=True)
class EventRows:
    """Rows newest first. `next`: from where the next page goes on, None at the end of the window.

    A page that is TRUNCATED may hold fewer rows than were asked for, even none; the search goes on from its `next`.
    """

    rows: tuple[EventRow, ...]
    next: Position | None


@dataclass(frozen=True, slots=True)
class EventBucket:
    """Events in [start, start + step) that lie in the window; each is counted once, in the last column that fits.

    `failed`: of outcome failure; `high`, `critical`: by severity, failed or not.
    """

    start: datetime
    other: int
    failed: int
    high: int
    critical: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Every step that the window touches, oldest first, zeros included; the first may begin before it.

    `total`: their sum. An answer that is TRUNCATED holds only the steps from `since` on. `blind`: when sources that are
    asked about were blind, as far as it is recorded (UTC); without an end while it lasts.
    """

    step: timedelta
    buckets: tuple[EventBucket, ...]
    total: int
    blind: tuple[tuple[datetime, datetime | None], ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a dimension; "" is "not given"."""

    value: str
    n: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Values of every dimension, most frequent first (severity: worst first), at most `limit` each.

    What is ticked is always among them, with 0 where nothing has it. Ticks of a dimension do not narrow its own counts.
    `further`: how many events have a value that is not listed, by dimension, where there are any. `looked_at`: how
    many of the newest matching events were counted, where not all were.
    """

    values: Mapping[str, tuple[FacetValue, ...]]
    further: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    looked_at: int | None = None


class RawState(Enum):
    """What became of the record an event was made of."""

    KEPT = "kept"
    DROPPED = "dropped"  # older than what retention keeps of raw records
    NONE = "none"  # there never was one


@dataclass(frozen=True, slots=True)
class EventDetail:
    """Everything of one event. `raw`: the record, any JSON object."""

    row: EventRow
    raw_state: RawState
    raw: Mapping[str, Any] | None


class Entity(Enum):
    """What one pivots on."""

    USER = "user_name"
    ADDRESS = "source_ip"
    CONTAINER = "container_name"
    HOST = "host_name"


@dataclass(frozen=True, slots=True)
class EntityCount:
    """Events of the same entity in the 24 h up to the event, itself included. `failed`: of outcome failure."""

    entity: Entity
    value: str
    events: int
    failed: int


class EventQuestions(Protocol):
    """What happened exactly? No answer looks longer than the budget of a question; what it did not see it says.

    With `TRUNCATED`, `sentence` says how far was looked ("Searched back to 12 Nov 08:30.") and `since` is that instant.
    """

    def page(self, search: EventSearch, after: Position | None, limit: int) -> Answer[EventRows]: ...

    def histogram(self, search: EventSearch, bins: int) -> Answer[Histogram]:
        """At most `bins` steps (two at least) of a round length, cut from the reader's midnight."""
        ...

    def facets(self, search: EventSearch, limit: int) -> Answer[Facets]: ...

    def one(self, position: Position) -> Answer[EventDetail | None]:
        """None with COMPLETE: there is no such event (any more)."""
        ...

    def around(self, event: EventRow, each_way: int) -> Answer[Sequence[EventRow]]:
        """Neighbours in time that share its address, user or container, oldest first, itself among them.

        At most `each_way` before it and after it, within a day. Of an event that has none of the three: those of its
        source.
        """
        ...

    def same_entity(self, event: EventRow) -> Answer[Sequence[EntityCount]]: ...

    def values(self, field: str, beginning: str, window: TimeRange, limit: int) -> Answer[Sequence[str]]:
        """Values of a field that begin so, most frequent first, to complete what is being typed."""
        ...
