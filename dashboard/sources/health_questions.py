"""The questions of the API page, and the shape of their answers: "is it us or them?"."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from dashboard.sources.interface import Answer, TimeRange
from vigie.health.histogram import Histogram, added

CLASSES = (1, 2, 3, 4, 5)
LONG = timedelta(days=1)
"""A longer span is counted once for each end of a window: it costs much, and a minute changes little of it."""
KEPT = 8  # of such counts


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests by class of status, and how long they took. `latency` None: not recorded, or nothing answered.

    Counts of Prometheus are estimates and need not be whole.
    """

    classes: Mapping[int, float]
    latency: Histogram | None = None

    @property
    def total(self) -> float:
        return sum(self.classes.values())

    @property
    def failed(self) -> float:
        """Answered with 5xx: the service's own fault."""
        return self.classes.get(5, 0.0)

    @property
    def refused(self) -> float:
        """Answered with 4xx."""
        return self.classes.get(4, 0.0)

    @property
    def availability(self) -> float | None:
        """Share that was not answered with 5xx; None without requests."""
        return 1 - self.failed / self.total if self.total > 0 else None


@dataclass(frozen=True, slots=True)
class Route:
    """One route with one method; `route` is a template such as /users/{id}."""

    method: str
    route: str
    traffic: Traffic


@dataclass(frozen=True, slots=True)
class Records:
    """What the source records at all, in the window or before it. `advice`: how to have it record latency."""

    requests: bool
    latency: bool
    advice: str


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests of `length`, by route."""

    routes: tuple[Route, ...]
    length: timedelta
    records: Records

    @property
    def total(self) -> Traffic:
        """All routes together."""
        return summed(each.traffic for each in self.routes)


@dataclass(frozen=True, slots=True)
class Step:
    """What came in one step that begins at `start` (UTC). None: nothing is known of it, which is not zero."""

    start: datetime
    traffic: Traffic | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Every step of a round length that the window touches; the first and the last may reach out of it."""

    step: timedelta
    steps: tuple[Step, ...]
    records: Records


@dataclass(frozen=True, slots=True)
class Service:
    """Something that must run. `is_up` None: nobody looked. `since`: UTC, None where it is not known."""

    name: str
    is_up: bool | None
    since: datetime | None
    words: str


class ChangeKind(Enum):
    """What changed."""

    DEPLOY = "deploy"  # somebody said so: `vigie mark deploy`
    VERSION = "version"
    RESTART = "restart"


@dataclass(frozen=True, slots=True)
class Change:
    """A deploy or restart. `at`: UTC. `what`: name or version, from outside."""

    at: datetime
    kind: ChangeKind
    what: str


class HealthQuestions(Protocol):
    """How the watched service answers. Answers never raise for a source that is down; none takes longer than 2 s."""

    def requests(self, window: TimeRange) -> Answer[Requests]:
        """By route. Without a request in the window there are routes without counts, or none."""
        ...

    def timeline(self, window: TimeRange, most: int) -> Answer[Timeline]:
        """At most `most` steps of a round length, a minute at least."""
        ...

    def spans(self, lengths: Sequence[timedelta], until: datetime) -> Answer[Mapping[timedelta, Traffic]]:
        """What came in each length of time before `until` (UTC), by class of status alone."""
        ...

    def services(self) -> Answer[Sequence[Service]]:
        """What runs and what does not, now; those that are down come first."""
        ...

    def changes(self, window: TimeRange) -> Answer[Sequence[Change]]:
        """Restarts and changes of version that the source saw, oldest first."""
        ...


def summed(each: Iterable[Traffic]) -> Traffic:
    """All together. Latency of those that have one; None where their buckets differ."""
    given = list(each)
    classes = {number: sum(one.classes.get(number, 0.0) for one in given) for number in CLASSES}
    return Traffic(classes, added(one.latency for one in given if one.latency is not None))


@dataclass(frozen=True, slots=True)
class ErrorOrigins:
    """Refused (4xx) and failed (5xx) requests that are kept as events, by who asked.

    Attacking: an address of a login attack of the window, or one that asked for what only attackers ask for.
    """

    refused_attacking: int
    refused_others: int
    failed_attacking: int
    failed_others: int
    addresses: int
    """How many addresses are attacking."""
    is_known: bool = True
    """Whether an access log is read: metrics do not tell who asked."""


@dataclass(frozen=True, slots=True)
class DatabaseHealth:
    """The PostgreSQL behind Vigie, by its own statistics. `cache_hit`: share of blocks found in memory, since a reset.

    `size`: bytes of Vigie's database. `connections`: to all databases of the server, `most` are allowed.
    """

    connections: int
    most: int
    size: int
    cache_hit: float | None
    deadlocks: int
    started_at: datetime


class HealthRecords(Protocol):
    """What Vigie's own database adds to the health of the service. Answers never raise for one that is down."""

    def origins(self, window: TimeRange, attacking: Iterable[str]) -> Answer[ErrorOrigins]:
        """`attacking`: addresses known to attack."""
        ...

    def database(self) -> Answer[DatabaseHealth]: ...

    def deploys(self, window: TimeRange) -> Answer[Sequence[Change]]:
        """What somebody marked, oldest first."""
        ...
