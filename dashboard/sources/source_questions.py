"""The questions of the Sources page, and the shape of their answers. Times are UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from dashboard.sources.interface import Answer, SourceStatus
from vigie.blindness import Why


@dataclass(frozen=True, slots=True)
class Lag:
    """How long records of the last hour took from their own time to the store. `of`: how many were looked at."""

    median: timedelta
    p95: timedelta
    of: int


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source on the board.

    `hours`: events of each of the last 24 hours of the clock, oldest first, the present one included; `drops`: reports
    of Falco in them that it lost kernel events. `lag` is None where no event of the last hour is known.
    """

    status: SourceStatus
    hours: tuple[int, ...]
    lag: Lag | None
    drops: int

    @property
    def events(self) -> int:
        return sum(self.hours)


@dataclass(frozen=True, slots=True)
class RejectedSeen:
    """`n` records of one batch that could not become events, with the beginning of one of them."""

    at: datetime
    reason: str
    excerpt: str
    n: int


@dataclass(frozen=True, slots=True)
class GapSeen:
    """Records may be missing that were written between `since` (None: not known) and `until`."""

    at: datetime
    since: datetime | None
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class UnplacedSeen:
    """A record whose own time cannot be: older than what is kept, or in the future."""

    received_at: datetime
    occurred_at: datetime
    action: str
    record: str


@dataclass(frozen=True, slots=True)
class SpellSeen:
    """A time in which nobody knew what happened at the source; `until` is None while it lasts."""

    since: datetime
    until: datetime | None
    why: Why
    reason: str


@dataclass(frozen=True, slots=True)
class DropSeen:
    """Falco's last report of the last 24 h that it lost kernel events."""

    at: datetime
    message: str


@dataclass(frozen=True, slots=True)
class SourceDetail:
    """What is kept of one source's troubles, each newest first, at most `MOST` of each; `signs`: of the last 7 days."""

    row: SourceRow
    signs: int
    spells: tuple[SpellSeen, ...]
    rejected: tuple[RejectedSeen, ...]
    gaps: tuple[GapSeen, ...]
    unplaced: tuple[UnplacedSeen, ...]
    last_drop: DropSeen | None


MOST = 20


class SourceBoardQuestions(Protocol):
    """Can I believe the screen? Answers never raise for a source that is down."""

    def board(self) -> Answer[Sequence[SourceRow]]:
        """Every source, blind ones first."""
        ...

    def detail(self, name: str) -> Answer[Sequence[SourceDetail]]:
        """The one source of that name, or none."""
        ...
