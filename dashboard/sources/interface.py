"""The questions the console asks, and the shape of every answer.

One protocol per kind of question; adapters answer it (`database.py` now). A page never learns which adapter spoke:
it sees rows, how old they are, who said so, and whether that is all of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from vigie.blindness import Expectation, Origin, Why
from vigie.login_attacks import LoginAttack, SuccessAfterFailures

Rows = TypeVar("Rows", covariant=True)


class Completeness(Enum):
    """Zero, none and unknown are three different things on screen; so are all of it and part of it."""

    COMPLETE = "complete"
    TRUNCATED = "truncated"
    PARTLY_BLIND = "partly blind"  # all that was asked but some: their part is missing since they are blind
    STALE = "stale"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Answer(Generic[Rows]):
    """What every question returns. `rows` is None exactly when nothing could be read (`UNAVAILABLE`).

    `as_of`: UTC instant up to which the rows are true. `source`: its title in words, for the panel's foot.
    `sentence`, `advice`: what is missing and what to do, for every completeness but COMPLETE.
    `since`: for PARTLY_BLIND, STALE and UNAVAILABLE, since when (UTC), where known.
    `collected_since`: from when on (UTC) what was asked for is known; before it, no rows mean that nobody looked.
    None: it is not a question of time.
    """

    rows: Rows | None
    as_of: datetime
    source: str
    completeness: Completeness = Completeness.COMPLETE
    sentence: str = ""
    advice: str = ""
    since: datetime | None = None
    collected_since: datetime | None = None

    def knows_nothing_of(self, window: "TimeRange") -> bool:
        """Whether all of the window lies before anything was collected."""
        return self.collected_since is not None and window.until <= self.collected_since

    def knows_all_of(self, window: "TimeRange") -> bool:
        """Whether everything was collected from the beginning of the window on."""
        return self.collected_since is None or self.collected_since <= window.since


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Half-open [since, until), both aware UTC; `zone` is the reader's, for days and hours."""

    since: datetime
    until: datetime
    zone: ZoneInfo

    @property
    def length(self) -> timedelta:
        return self.until - self.since

    def week_before(self) -> "TimeRange":
        week = timedelta(days=7)
        return TimeRange(self.since - week, self.until - week, self.zone)


@dataclass(frozen=True, slots=True)
class LoginSummary:
    """Counts of one range. `active_users`: distinct accounts with at least one successful login."""

    success: int
    failure: int
    active_users: int


@dataclass(frozen=True, slots=True)
class LoginBucket:
    """Logins in [start, start + step); `start` is UTC."""

    start: datetime
    success: int
    failure: int


@dataclass(frozen=True, slots=True)
class LoginDay:
    """Logins of one calendar day of the reader's zone. A range's first and last day may be partial."""

    day: date
    success: int
    failure: int


@dataclass(frozen=True, slots=True)
class HourCell:
    """Logins by the reader's weekday (0 = Monday) and hour (0-23), summed over the range."""

    weekday: int
    hour: int
    success: int
    failure: int


@dataclass(frozen=True, slots=True)
class FailedBy:
    """Failed logins of one account or one address. `unknown`: those on accounts that do not exist."""

    value: str
    failures: int
    unknown: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class FailedRanking:
    """Who fails most, most first. `values`, `failures`: of all accounts or addresses, shown or not."""

    worst: tuple[FailedBy, ...]
    values: int
    failures: int


@dataclass(frozen=True, slots=True)
class Login:
    """One login or refusal, as the grid shows it. `key` is the event key in hex."""

    key: str
    occurred_at: datetime
    outcome: str
    user_name: str | None
    source_ip: str | None
    user_agent: str | None
    reason: str | None
    source: str


@dataclass(frozen=True, slots=True)
class LoginPage:
    """Rows [offset, offset + len(rows)) of `total`, newest first."""

    rows: tuple[Login, ...]
    offset: int
    total: int


@dataclass(frozen=True, slots=True)
class LoginFilter:
    """Narrows the grid; None means any.

    `user_name`: a part of the name, in any case; between double quotes the whole name, exactly. `source_ip`: an
    address, a network in CIDR form, or the beginning of addresses (`203.0.113.`).
    """

    outcome: str | None = None
    user_name: str | None = None
    source_ip: str | None = None


class SourceState(Enum):
    """How a source stands, in one word."""

    OK = "ok"
    LEARNING = "learning"  # too few signs of life to know its rhythm
    IRREGULAR = "irregular"  # somebody said that silence is normal
    LATE = "late"  # its period is past, its grace is not
    BLIND = "blind"  # silent past period and grace, or it cannot be read
    STOPPED = "stopped"  # nobody looks at it
    IMPORT = "import"  # read once


_QUIET_STATES = {
    Origin.NEVER: SourceState.IMPORT,
    Origin.IRREGULAR: SourceState.IRREGULAR,
    Origin.LEARNING: SourceState.LEARNING,
}
_LEARNING = Expectation(Origin.LEARNING)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One supplier of events. `blind_since` is set while nobody knows what happens there; `blind_why` says why.

    `last_look_at`: when it was last read with success; `last_event_at`: time of its newest event; `last_sign_at`: when
    something last came from it, whatever time it bore. `silence`: for how long it was looked at since then.
    `expects`: what its silence is judged by; `set_by`, `set_at`: who set that, where somebody did. All times UTC.
    """

    name: str
    title: str
    kind: str
    last_look_at: datetime | None
    last_event_at: datetime | None
    blind_since: datetime | None
    stored: int
    rejected: int
    unplaced: int
    error: str | None
    error_advice: str | None
    registered_at: datetime = _LONG_AGO
    blind_why: Why | None = None
    expects: Expectation = _LEARNING
    silence: timedelta = timedelta()
    last_sign_at: datetime | None = None
    last_stored_at: datetime | None = None
    supplies_logins: bool = False
    duplicate: int = 0
    ignored: int = 0
    hits: int = 0
    gaps: int = 0
    set_by: str | None = None
    set_at: datetime | None = None

    @property
    def state(self) -> SourceState:
        if self.blind_since is not None:
            return SourceState.STOPPED if self.blind_why is Why.UNWATCHED else SourceState.BLIND
        period = self.expects.period
        if period is None:
            return _QUIET_STATES[self.expects.origin]
        return SourceState.LATE if self.silence > period else SourceState.OK

    @property
    def blind_sentence(self) -> str:
        """What is missing because it is blind."""
        if self.error:
            return f"{self.title} cannot be read: {self.error}"
        if self.blind_why is Why.SILENT:
            return f"{self.title} has been silent since then; what happened there is not known."
        return f"{self.title} has not been read since then; what is newer is missing."


class LoginQuestions(Protocol):
    """Who logged in, who failed, who tries to get in. Answers never raise for a source that is down.

    Every answer with rows says since when logins are collected (`collected_since`).
    """

    def summary(self, window: TimeRange) -> Answer[LoginSummary]: ...

    def series(self, window: TimeRange, step: timedelta) -> Answer[Sequence[LoginBucket]]:
        """Every step the window touches, zeros included; the first may begin before it. `step` is positive."""
        ...

    def per_day(self, window: TimeRange) -> Answer[Sequence[LoginDay]]:
        """Every day of the reader's zone that the window touches, zeros included."""
        ...

    def by_hour(self, window: TimeRange) -> Answer[Sequence[HourCell]]:
        """Hours of the week; one that is absent was never in the window, which is not the same as zero logins."""
        ...

    def failed_by_user(self, window: TimeRange, limit: int) -> Answer[FailedRanking]: ...

    def failed_by_address(self, window: TimeRange, limit: int) -> Answer[FailedRanking]: ...

    def newest(self, window: TimeRange, chosen: LoginFilter, offset: int, limit: int) -> Answer[LoginPage]: ...

    def following(
        self, window: TimeRange, chosen: LoginFilter, after: Login | None, limit: int
    ) -> Answer[Sequence[Login]]:
        """What follows `after` in the order of `newest`, at the same cost at any depth; from the start for None."""
        ...

    def attacks(self, window: TimeRange) -> Answer[Sequence[LoginAttack]]:
        """Campaigns that reach into the window, worst first. With what came shortly before it."""
        ...

    def longest_pause(self) -> timedelta:
        """How long an attack may pause and still be the same one, from the rule. Needs no source."""
        ...

    def successes_after_failures(self, window: TimeRange) -> Answer[Sequence[SuccessAfterFailures]]:
        """Logins of the window that followed failures, worst first."""
        ...

    def last_failure_before(self, until: datetime) -> Answer[datetime | None]:
        """The newest failure before `until` (UTC). None with COMPLETE: there never was one."""
        ...


class SourceQuestions(Protocol):
    """Can the screen be believed?"""

    def statuses(self) -> Answer[Sequence[SourceStatus]]: ...

    def change_mark(self) -> str:
        """Changes exactly when something to show may have changed. Raises StoreUnavailable."""
        ...

    def is_demonstration(self) -> bool:
        """Whether the instance holds demonstration data. Raises StoreUnavailable."""
        ...
