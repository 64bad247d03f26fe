"""A stand-in for everything the API page asks, with a service of its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from dashboard.health.watched import Watched
from dashboard.sources.event_steps import steps_of
from dashboard.sources.health_questions import (
    Change,
    ChangeKind,
    DatabaseHealth,
    ErrorOrigins,
    Records,
    Requests,
    Route,
    Service,
    Step,
    Timeline,
    Traffic,
    summed,
)
from dashboard.sources.interface import Answer, Completeness, TimeRange
from tests.dashboard.fakes import FakeQuestions
from tests.dashboard.sources.health_contract import BOUNDS, TRAFFIC, Asked
from vigie.clock import utc_now
from vigie.health.histogram import Histogram
from vigie.health.objectives import Objective

T = TypeVar("T")
HOSTILE = '<a href="https://evil">x</a>\u202e{{7*7}}'


@dataclass
class FakeHealth:
    """Implements HealthQuestions and HealthRecords over single requests, which tests add to."""

    held: list[Asked] = field(default_factory=list)
    down: str = ""
    stale: bool = False
    has_latency: bool = True
    targets: list[Service] = field(default_factory=list)
    marks: list[Change] = field(default_factory=list)
    errors: ErrorOrigins = field(default_factory=lambda: ErrorOrigins(0, 0, 0, 0, 0))

    def requests(self, window: TimeRange) -> Answer[Requests]:
        found: dict[tuple[str, str], list[Asked]] = {}
        for each in self._within(window.since, window.until):
            found.setdefault((each.route, each.method), []).append(each)
        routes = tuple(Route(method, route, self._traffic(of)) for (route, method), of in sorted(found.items()))
        return self._answer(Requests(routes, window.length, self._records()))

    def timeline(self, window: TimeRange, most: int) -> Answer[Timeline]:
        steps = steps_of(window, most, timedelta(minutes=1))
        each = []
        for start in steps.starts(window):
            of = self._within(max(start, window.since), min(start + steps.length, window.until))
            each.append(Step(start, self._traffic(of) if of else None))
        return self._answer(Timeline(steps.length, tuple(each), self._records()))

    def spans(self, lengths: Sequence[timedelta], until: datetime) -> Answer[Mapping[timedelta, Traffic]]:
        return self._answer({each: self._traffic(self._within(until - each, until)) for each in lengths})

    def services(self) -> Answer[Sequence[Service]]:
        return self._answer(self.targets)

    def changes(self, window: TimeRange) -> Answer[Sequence[Change]]:
        return self._answer([])

    def deploys(self, window: TimeRange) -> Answer[Sequence[Change]]:
        return self._answer([each for each in self.marks if window.since <= each.at < window.until])

    def origins(self, window: TimeRange, attacking: Iterable[str]) -> Answer[ErrorOrigins]:
        return self._answer(self.errors)

    def database(self) -> Answer[DatabaseHealth]:
        return self._answer(DatabaseHealth(12, 100, 48_000_000, 0.993, 0, utc_now() - timedelta(days=3)))

    def _within(self, since: datetime, until: datetime) -> list[Asked]:
        return [each for each in self.held if since <= each.at < until]

    def _traffic(self, of: Sequence[Asked]) -> Traffic:
        single = [self._single(each) for each in of]
        return summed(single)

    def _single(self, each: Asked) -> Traffic:
        counts = [0.0] * (len(BOUNDS) + 1)
        counts[sum(1 for bound in BOUNDS if bound < each.duration_s)] = 1.0
        return Traffic({each.status // 100: 1.0}, Histogram(BOUNDS, tuple(counts)) if self.has_latency else None)

    def _records(self) -> Records:
        return Records(bool(self.held), bool(self.held) and self.has_latency, "Add `$request_time` to the log format.")

    def _answer(self, rows: T) -> Answer[T]:
        if self.down:
            return Answer(None, utc_now(), "Prometheus", Completeness.UNAVAILABLE, self.down, "Start it.")
        if self.stale:
            since = utc_now() - timedelta(minutes=5)
            return Answer(rows, since, "Access log", Completeness.STALE, "The access log is not read.", "", since)
        return Answer(rows, utc_now(), "Access log")


def some_health(now: datetime, **changed: object) -> FakeHealth:
    """An hour of traffic that ends now, with errors in the middle, a deploy, and one service down."""
    last = max(each.at for each in TRAFFIC)
    held = [Asked(now - (last - a.at), a.method, a.route, a.status, a.duration_s) for a in TRAFFIC]
    made = FakeHealth(
        [*held, Asked(now - timedelta(minutes=2), "GET", HOSTILE, 404, 0.01)],
        marks=[Change(now - timedelta(minutes=30), ChangeKind.DEPLOY, HOSTILE)],
        errors=ErrorOrigins(30, 12, 2, 18, 3),
        targets=[
            Service("db db:9187", False, now - timedelta(minutes=9), HOSTILE),
            Service("api api:8000", True, None, ""),
            Service("new", None, None, "not looked at yet"),
        ],
    )
    for name, value in changed.items():
        setattr(made, name, value)
    return made


def watched(health: FakeHealth, logins: FakeQuestions | None = None) -> Watched:
    """The page's view of a stand-in."""
    return Watched("API", Objective(), health, health, logins or FakeQuestions(utc_now()))
