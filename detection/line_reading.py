"""Lines of a log to what is stored of them: events with their keys, requests to count, what cannot be read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from detection.parsers.interface import Found, Ignored, Origin, Parser, Rejected
from detection.routes import Routes
from vigie.event import Event
from vigie.store.http_minutes import Request

Ordinal = Callable[[str, datetime], int]


@dataclass(slots=True)
class Reading:
    """What lines came to, in their order."""

    events: list[Event] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    ignored: int = 0


def read_lines(
    lines: Iterable[bytes], parser: Parser, origin: Origin, routes: Routes, ordinal: Ordinal, into: Reading
) -> None:
    """Adds to `into`. `ordinal(identity, instant)` counts equal lines of one instant; undecodable bytes are U+FFFD."""
    for line in lines:
        parsed = parser.parse(line.decode("utf-8", "replace"), origin)
        if isinstance(parsed, Found):
            if parsed.sketches:
                number = ordinal(parsed.identity, parsed.sketches[0].occurred_at)
                into.events += parsed.events(origin.source, number)
            if parsed.hit is not None:
                into.requests.append(routes.request(parsed.hit))
            elif not parsed.sketches:
                into.ignored += 1
        elif isinstance(parsed, Ignored):
            into.ignored += 1
        else:
            into.rejected.append(replace(parsed, record=f"line at {origin.first_seen:%Y-%m-%d %H:%M:%S}"))
