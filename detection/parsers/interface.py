"""What a parser is: from one line or record to what it means for us, without a clock, a state or an exception.

Who reads a source gives the text and where it came from (`Origin`); what comes back is one of `Found`, `Ignored` and
`Rejected`. A found line becomes events with `Found.events`, which makes their keys the same way for every source.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from vigie.clock import instant_text
from vigie.event import NO_RAW, UNKNOWN, Event, clean_text, key_of
from vigie.redaction import redact
from vigie.severity import Severity

EXCERPT_BYTES = 4096
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a line came from.

    `first_seen`: the aware UTC instant at which the line was durably seen for the first time. It is the only time of a
    line that has none of its own, and it tells the year of one without a year, so it must be the same at every reading.
    `zone`: for times written without one. `host_name` and `container_name` serve lines that name none; `labels` are
    those of the log store (`host`, `hostname`, `container` and `container_name` serve likewise). `keeps_all`: what
    would only be counted or passed over becomes an event too, for rules to look at.
    """

    source: str
    first_seen: datetime
    zone: ZoneInfo = _UTC
    host_name: str | None = None
    container_name: str | None = None
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    keeps_all: bool = False

    @property
    def host(self) -> str | None:
        """The host of a line that names none."""
        return self.host_name or self.labels.get("host") or self.labels.get("hostname")

    @property
    def container(self) -> str | None:
        """The container of a line that names none."""
        return self.container_name or self.labels.get("container") or self.labels.get("container_name")


# What is made for every line is a tuple: see `vigie.event.Event`.
class Sketch(NamedTuple):
    """An event but for its key and its source. Every text in it can be stored; `occurred_at` is UTC."""

    occurred_at: datetime
    category: str
    action: str
    outcome: str = UNKNOWN
    severity: Severity = Severity.INFORMATIONAL
    reason: str | None = None
    rule: str | None = None
    user_name: str | None = None
    source_ip: IPv4Address | IPv6Address | None = None
    user_agent: str | None = None
    host_name: str | None = None
    container_name: str | None = None
    process_name: str | None = None
    http_method: str | None = None
    http_route: str | None = None
    http_status: int | None = None
    message: str | None = None
    raw: Mapping[str, Any] = NO_RAW

    def event(self, source: str, key: bytes) -> Event:
        """The event of `source` with `key` (32 bytes, see `vigie.event.key_of`)."""
        return Event(self.occurred_at, key, source, *self[1:])


class HttpHit(NamedTuple):
    """One answered request, to be folded into counts. `at` is UTC; `route_path` is the route or the path, no query."""

    at: datetime
    method: str
    route_path: str
    status: int
    duration_s: float | None = None
    source_ip: IPv4Address | IPv6Address | None = None


class Found(NamedTuple):
    """What a line means: the events it tells (most often one, none where only `hit` counts), and a request to count.

    `identity` is what makes the record that record: equal for two readings of it. See `canonical`.
    """

    sketches: tuple[Sketch, ...]
    hit: HttpHit | None = None
    identity: str = ""

    def events(self, source: str, ordinal: int = 0) -> list[Event]:
        """The events with their keys.

        `ordinal` counts the lines of one source that have the same identity and the same instant: logs write whole
        seconds, so equal lines are real. Where a record is sent again until it is acknowledged, it stays 0.
        """
        made = []
        for place, sketch in enumerate(self.sketches):
            parts = (source, instant_text(sketch.occurred_at), self.identity, str(ordinal), str(place))
            made.append(sketch.event(source, key_of(*parts)))
        return made


@dataclass(frozen=True, slots=True)
class Ignored:
    """A line that was understood and tells nothing we keep. `reason` is one of a few fixed sentences."""

    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot become an event: which one, and why, in a short sentence.

    A parser of lines does not know which one: it leaves `record` empty for the reader to fill (`dataclasses.replace`),
    gives one of a few fixed sentences, and the start of the record as `excerpt`, cleaned and at most 4 KiB of UTF-8.
    """

    record: str
    sentence: str
    excerpt: str = ""


Parsed = Found | Ignored | Rejected


class Parser(Protocol):
    """One format. Any text gives a `Parsed`, the same one every time; nothing is raised."""

    @property
    def name(self) -> str: ...

    def parse(self, text: str, origin: Origin) -> Parsed:
        """What `text`, one line or record with or without its line end, means. Undecodable bytes arrive as U+FFFD."""
        ...


def canonical(text: str) -> str:
    """What makes a line that line: its text without the line end and blanks around it."""
    return text.strip()


def rejected(sentence: str, text: str) -> Rejected:
    """`text` cannot be an event because of `sentence`."""
    start = clean_text(redact(text[:EXCERPT_BYTES]), EXCERPT_BYTES) or ""
    return Rejected("", sentence, start.encode()[:EXCERPT_BYTES].decode("utf-8", "ignore"))
