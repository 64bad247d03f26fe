"""The questions of the API page, answered by Prometheus. The only place where its SourceError becomes an answer."""

from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from dashboard.sources.beat import beating
from dashboard.sources.event_steps import Steps, steps_of
from dashboard.sources.health_questions import (
    KEPT,
    LONG,
    Change,
    Records,
    Requests,
    Route,
    Service,
    Step,
    Timeline,
    Traffic,
)
from dashboard.sources.health_series import by_end, grouped, identity, restarts, service, traffic, versions_of
from dashboard.sources.interface import Answer, Completeness, TimeRange
from dashboard.sources.places import BUDGET_S, Budget, Places
from dashboard.sources.recent import Recent
from vigie.clients.errors import CircuitOpen, SourceError
from vigie.clients.http import HttpClient
from vigie.clients.literals import Match, Matcher
from vigie.clients.prometheus import Answered, Prometheus
from vigie.clients.promql import increased, selector
from vigie.clients.samples import Point, Sample, Series, no_numbers
from vigie.clients.source import Source
from vigie.clock import utc_now
from vigie.health.mapping import MetricNames

SOURCE = "Prometheus"
_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHORTER = "Choose a shorter time range."
_ADVICE = "Check that Prometheus runs, and VIGIE_PROMETHEUS_URL."
_NAMES = "Correct the names of the metrics under [health] in config/sources.toml."
T = TypeVar("T")


class PrometheusHealth:
    """Implements HealthQuestions. Safe to use from many threads.

    `names`: what the service's metrics are called. `ignored`: routes that do not count.
    """

    def __init__(self, source: Source, names: MetricNames, ignored: Sequence[str] = ()) -> None:
        self._http = HttpClient(replace(source, deadline_s=min(source.deadline_s, BUDGET_S)))
        self._prometheus = Prometheus(self._http)
        self._beating = beating(source)
        self._places = Places(SOURCE)
        self._long: Recent[tuple[timedelta, datetime], Traffic] = Recent(KEPT)
        self._names = names
        self._matchers = (
            *(Matcher(label, Match.EQUAL, value) for label, value in names.labels.items()),
            *(Matcher(names.route, Match.NOT_EQUAL, route) for route in ignored),
        )

    def close(self) -> None:
        """Closes the kept connections."""
        self._http.close()
        self._beating.close()

    def look_again(self) -> None:
        """Asks at once: the beat has found that it is back."""
        self._http.look_again()

    def beat(self) -> None:
        """A question that costs nothing. Raises SourceError where its answer is not the one that it must be."""
        found = Prometheus(self._beating).instant("vector(1)", utc_now()).result
        if [each.point.value for each in found] != [1]:
            raise no_numbers(SOURCE)

    def requests(self, window: TimeRange) -> Answer[Requests]:
        names, at = self._names, min(window.until, utc_now())
        length = max(at - window.since, _SECOND)
        by = (names.route, names.method)

        def question(budget: Budget) -> tuple[Requests, Sequence[str]]:
            counted = self._instant(increased(self._of(names.requests), length, (*by, names.status)), at, budget)
            timed = self._instant(increased(self._of(names.durations), length, (*by, "le")), at, budget)
            classes, buckets = grouped(counted.result, by, names.status), grouped(timed.result, by, "le")
            routes = tuple(
                Route(method or "-", route or "-", traffic(classes.get((route, method)), buckets.get((route, method))))
                for route, method in sorted(classes.keys() | buckets.keys())
            )
            return Requests(routes, length, self._records(classes, buckets)), _notes(counted, timed)

        return self._ask(question, at)

    def timeline(self, window: TimeRange, most: int) -> Answer[Timeline]:
        names, at = self._names, min(window.until, utc_now())
        steps = Steps(steps_of(window, most, _MINUTE).length, _EPOCH)
        starts = list(steps.starts(window))

        def question(budget: Budget) -> tuple[Timeline, Sequence[str]]:
            ends = starts[0] + steps.length, starts[-1] + steps.length
            counted = self._range(
                increased(self._of(names.requests), steps.length, (names.status,)), ends, steps.length, budget
            )
            timed = self._range(increased(self._of(names.durations), steps.length, ("le",)), ends, steps.length, budget)
            classes, buckets = by_end(counted, names.status), by_end(timed, "le")
            each = tuple(
                Step(start, traffic(classes[end], buckets.get(end)) if end in classes else None)
                for start, end in ((start, start + steps.length) for start in starts)
            )
            return Timeline(steps.length, each, self._records(classes, buckets)), ()

        return self._ask(question, at)

    def spans(self, lengths: Sequence[timedelta], until: datetime) -> Answer[Mapping[timedelta, Traffic]]:
        names, at = self._names, min(until, utc_now())

        def question(budget: Budget) -> tuple[Mapping[timedelta, Traffic], Sequence[str]]:
            def counted(length: timedelta) -> Traffic:
                query = increased(self._of(names.requests), length, (names.status,))
                return traffic(grouped(self._instant(query, at, budget).result, (), names.status).get(()), None)

            return {
                length: self._long.get((length, until), partial(counted, length)) if length > LONG else counted(length)
                for length in lengths
            }, ()

        return self._ask(question, at)

    def services(self) -> Answer[Sequence[Service]]:
        now = utc_now()

        def question(budget: Budget) -> tuple[Sequence[Service], Sequence[str]]:
            targets, seen = self._prometheus.targets(budget.left()), {}
            if any(target.health == "down" for target in targets):
                last_up = f"max_over_time(timestamp({selector('up')} == 1)[1d:1m])"
                for sample in self._instant(last_up, now, budget).result:
                    seen[identity(sample.labels)] = sample.point.value
            each = [service(target, seen.get(identity(target.labels))) for target in targets]
            return sorted(each, key=lambda one: (one.is_up is not False, one.is_up is True, one.name)), ()

        return self._ask(question, now)

    def changes(self, window: TimeRange) -> Answer[Sequence[Change]]:
        at = min(window.until, utc_now())
        steps = Steps(steps_of(window, 300, _MINUTE).length, _EPOCH)
        ends = steps.floor(window.since), steps.floor(at)

        def question(budget: Budget) -> tuple[Sequence[Change], Sequence[str]]:
            started = f"max by (instance) ({self._of(self._names.started)})"
            label = self._names.version_label
            versions = f"count by ({label}) ({self._of(self._names.version)})"
            found = [
                *restarts(self._range(started, ends, steps.length, budget), window.since, at),
                *versions_of(self._range(versions, ends, steps.length, budget), label),
            ]
            return sorted(found, key=lambda each: each.at), ()

        return self._ask(question, at)

    def _ask(self, question: Callable[[Budget], tuple[T, Sequence[str]]], at: datetime) -> Answer[T]:
        try:
            with self._places.one():
                rows, notes = question(Budget(SOURCE, _SHORTER, BUDGET_S))
        except SourceError as error:
            since = error.since if isinstance(error, CircuitOpen) else None
            kind = Completeness.UNAVAILABLE
            return Answer(None, utc_now(), SOURCE, kind, error.sentence, error.advice or _ADVICE, since)
        if notes:
            return Answer(rows, at, SOURCE, Completeness.TRUNCATED, notes[0])
        return Answer(rows, at, SOURCE)

    def _of(self, metric: str) -> str:
        return selector(metric, self._matchers)

    def _instant(self, query: str, at: datetime, budget: Budget) -> Answered[tuple[Sample, ...]]:
        answered = self._prometheus.instant(query, at, budget.left())
        _check_numbers([each.point for each in answered.result])
        return answered

    def _range(
        self, query: str, ends: tuple[datetime, datetime], step: timedelta, budget: Budget
    ) -> tuple[Series, ...]:
        found = self._prometheus.series(query, *ends, step, budget.left()).result
        _check_numbers([point for each in found for point in each.points])
        return found

    def _records(self, classes: Sized, buckets: Sized) -> Records:
        if not classes:
            advice = f"Prometheus holds no {self._names.requests} of this window. {_NAMES}"
        else:
            advice = f"Prometheus holds no {self._names.durations}. {_NAMES}"
        return Records(bool(classes), bool(buckets), advice)


def _check_numbers(points: Sequence[Point]) -> None:
    """Raises WrongAnswer where there are values and none is a number: that would look like no requests."""
    if points and all(point.value is None for point in points):
        raise no_numbers(SOURCE)


def _notes(*answered: Answered[tuple[Sample, ...]]) -> Sequence[str]:
    """What is to be said of an answer that holds all the same."""
    notes = [f"Prometheus warns: {warning}" for each in answered for warning in each.warnings]
    if any(sample.point.value is None for each in answered for sample in each.result):
        notes.append("Values that are NaN or infinite are left out.")
    return notes
