"""The questions of the Logs page, and the shape of their answers: "show me the lines"."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Protocol

from dashboard.sources.interface import Answer, TimeRange
from vigie.query import Query
from vigie.severity import Severity

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class LinePlace:
    """Where a line stands. `at`: Unix nanoseconds, UTC. `key`: tells lines of one instant apart, hex or empty."""

    at: int
    key: str = ""

    @property
    def moment(self) -> datetime:
        """UTC, cut to microseconds."""
        return _EPOCH + timedelta(microseconds=self.at // 1000)

    @classmethod
    def of(cls, moment: datetime, key: str) -> "LinePlace":
        """The place of an aware instant."""
        return cls((moment - _EPOCH) // timedelta(microseconds=1) * 1000, key)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: `value` stands in the address bar, `words` on the screen."""

    value: str
    words: str


SEVERITIES = tuple(
    Choice(each.word, "Info" if each is Severity.INFORMATIONAL else each.word.capitalize())
    for each in sorted(Severity, reverse=True)
)
"""Levels to choose from where lines have a severity, worst first."""


@dataclass(frozen=True, slots=True)
class LogChoices:
    """What can be chosen now. A preset whose lines nobody collects is not among them."""

    streams: tuple[Choice, ...]
    levels: tuple[Choice, ...]
    presets: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class LogSearch:
    """What is looked for. `stream`, `level`, `preset`: values of `LogChoices`, None for all."""

    window: TimeRange
    query: Query
    stream: str | None = None
    level: str | None = None
    preset: str | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line. `tone`: how bad its level is; None where it says nothing. `labels`: of the stream it came in.

    `event`: key (hex) of the event that was made of it and is kept. `is_whole`: False where the line itself is gone and
    `text` is what the event still says.
    """

    place: LinePlace
    stream: str
    level: str
    tone: Severity | None
    text: str
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    event: str | None = None
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class LogLines:
    """Newest first. `older`: from where the next page goes on, None at the beginning of the window."""

    lines: tuple[LogLine, ...]
    older: LinePlace | None


class Band(Enum):
    """What the histogram tells apart."""

    OTHER = "Other"
    FAILED = "Failed"
    WARNING = "Warning"
    ERROR = "Error"
    HIGH = "High"
    CRITICAL = "Critical"


@dataclass(frozen=True, slots=True)
class VolumePart:
    """One band of the histogram, a count for each step."""

    band: Band
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Volume:
    """Lines over time. The first step begins at `start` (UTC) and may reach out of the window, as may the last."""

    start: datetime
    step: timedelta
    parts: tuple[VolumePart, ...]

    @property
    def total(self) -> int:
        return sum(sum(part.counts) for part in self.parts)


@dataclass(frozen=True, slots=True)
class LineContext:
    """A line among those of its own stream, all oldest first. `more_before`, `more_after`: there are further ones."""

    before: tuple[LogLine, ...]
    line: LogLine
    after: tuple[LogLine, ...]
    more_before: bool
    more_after: bool


class LogQuestions(Protocol):
    """Raw lines of one supplier. Answers never raise for one that is down; none takes longer than its budget.

    With `TRUNCATED`, `sentence` says how far was looked. Raises QueryError for a search that the supplier has no words
    for.
    """

    @property
    def about(self) -> str:
        """What lines there are, and how long they are kept: one or two sentences."""
        ...

    @property
    def polled(self) -> bool:
        """Whether only asking again tells of new lines: the change mark of Vigie's database does not."""
        ...

    def choices(self, window: TimeRange) -> Answer[LogChoices]: ...

    def page(self, search: LogSearch, older: LinePlace | None, limit: int) -> Answer[LogLines]:
        """About `limit` lines, before `older` where it is given. No line is left out between two pages."""
        ...

    def volume(self, search: LogSearch, bins: int) -> Answer[Volume]:
        """At most `bins` steps of a round length."""
        ...

    def context(self, place: LinePlace, before: int, after: int) -> Answer[LineContext | None]:
        """The line and its neighbours. None with COMPLETE: there is no such line (any more)."""
        ...
