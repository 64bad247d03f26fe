"""What every collector is: something that looks at one source and remembers how far it has read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from detection.parsers.interface import Rejected
from vigie.errors import VigieError
from vigie.event import Event
from vigie.store.http_minutes import Request
from vigie.store.import_marks import Mark
from vigie.store.known_lines import NewlyKnown
from vigie.store.unread import Gap


class CannotLook(VigieError):
    """The source cannot be read now. The worker says so on screen and tries again."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found. `cursor`, where it moved, is stored in the same transaction as all the rest.

    `reread`: events that were very likely stored before, or are history; one older than retention is simply past, not
    of a wrong clock. `requests` are only counted, so a look that has any moves the cursor. `ignored`: how many records
    were understood and tell nothing. `trouble`: what of the source could not be looked at beside what was read.
    `known`: lines that are known from now on, where the source has no order to know them by; goes with the cursor.
    `mark`: of an import; where it was stored before, requests, rejected and ignored records were counted before.
    `more`: there is more to read at once.
    """

    events: Sequence[Event] = ()
    reread: Sequence[Event] = ()
    rejected: Sequence[Rejected] = ()
    requests: Sequence[Request] = ()
    gaps: Sequence[Gap] = ()
    ignored: int = 0
    trouble: VigieError | None = None
    mark: Mark | None = None
    known: NewlyKnown | None = None
    cursor: Mapping[str, object] | None = None
    more: bool = False

    @property
    def is_empty(self) -> bool:
        """Nothing was found, nothing moved, nothing is wrong."""
        found = self.events or self.reread or self.rejected or self.requests or self.gaps or self.ignored
        return not (found or self.trouble or self.mark or self.known or self.cursor or self.more)


@dataclass(frozen=True, slots=True)
class Source:
    """How a source is known in events and on screen, and when its silence is an alarm."""

    name: str
    kind: str
    title: str
    expected_period_s: int
    grace_s: int


class Collector(Protocol):
    """Reads one source. A look must be stored before the next; else `resume` from what is stored."""

    @property
    def source(self) -> Source: ...

    def resume(self, cursor: Mapping[str, object] | None) -> None:
        """Goes on from a stored cursor; None: it was never read. `known` in it: lines that are known, by second."""
        ...

    def look(self) -> Look:
        """Raises CannotLook, and ConfigurationError where starting again without a change cannot help."""
        ...

    def close(self) -> None: ...
