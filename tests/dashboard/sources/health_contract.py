"""What every adapter of HealthQuestions must do, whatever it reads from.

A test class inherits `HealthQuestionsContract` and gives the fixture `health`, an adapter that holds `TRAFFIC`. Counts
of Prometheus are estimates: they agree within 2 %, quantiles within their bucket.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest

from dashboard.sources.health_questions import HealthQuestions, Route
from dashboard.sources.interface import Answer, Completeness, TimeRange
from vigie.clock import utc_now

R = TypeVar("R")
PARIS = ZoneInfo("Europe/Paris")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NOON = (utc_now() - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
ROUTE = "/users/{id}"
HOSTILE = '/a"} or vector(1) #<b>\u202e'


@dataclass(frozen=True)
class Asked:
    """One answered request."""

    at: datetime
    method: str
    route: str
    status: int
    duration_s: float


def _traffic() -> list[Asked]:
    """An hour from noon on: each ten seconds one, each tenth slow, and ten minutes of errors in the middle."""
    made = []
    for number in range(360):
        at = NOON + timedelta(seconds=10 * number + 3)
        is_bad = 180 <= number < 240 and number % 3 == 0
        made.append(Asked(at, "GET", ROUTE, 500 if is_bad else 200, 0.4 if number % 10 == 0 else 0.02))
        if number % 4 == 0:
            made.append(Asked(at, "POST", "/auth/login", 401 if number % 8 == 0 else 200, 0.08))
    return [*made, Asked(NOON + 30 * MINUTE, "GET", HOSTILE, 200, 0.02), Asked(NOON, "GET", HOSTILE, 404, 0.02)]


TRAFFIC = _traffic()


def window(since: timedelta = -10 * MINUTE, until: timedelta = HOUR + 10 * MINUTE) -> TimeRange:
    """Around noon; as given, it holds all of the traffic with quiet edges."""
    return TimeRange(NOON + since, NOON + until, PARIS)


def rows_of(answer: Answer[R]) -> R:
    assert answer.rows is not None, answer.sentence
    return answer.rows


def about(number: float) -> object:
    return pytest.approx(number, rel=0.02, abs=0.6)


def count(requests: Sequence[Asked], *classes: int) -> int:
    return sum(1 for each in requests if not classes or each.status // 100 in classes)


class HealthQuestionsContract:
    """Inherit this."""

    def route(self, health: HealthQuestions, name: str) -> Route:
        return next(each for each in rows_of(health.requests(window())).routes if each.route == name)

    def test_requests_are_counted_by_class(self, health: HealthQuestions) -> None:
        total = rows_of(health.requests(window())).total
        assert [total.classes[each] for each in (2, 4, 5)] == [about(count(TRAFFIC, each)) for each in (2, 4, 5)]
        assert total.availability == pytest.approx(1 - count(TRAFFIC, 5) / count(TRAFFIC), rel=0.02)

    def test_requests_are_told_apart_by_route_and_method(self, health: HealthQuestions) -> None:
        login = self.route(health, "/auth/login")
        of_login = [each for each in TRAFFIC if each.route == "/auth/login"]
        assert (login.method, login.traffic.total) == ("POST", about(len(of_login)))

    def test_a_route_may_hold_any_text(self, health: HealthQuestions) -> None:
        assert self.route(health, HOSTILE).method == "GET"

    def test_quantiles_lie_in_their_bucket(self, health: HealthQuestions) -> None:
        latency = self.route(health, ROUTE).traffic.latency
        assert latency is not None
        assert 0.01 <= (latency.quantile(0.5) or 0) <= 0.025
        assert 0.25 <= (latency.quantile(0.95) or 0) <= 0.5

    def test_steps_add_up_to_the_total(self, health: HealthQuestions) -> None:
        steps = rows_of(health.timeline(window(), 60)).steps
        total = sum(each.traffic.total for each in steps if each.traffic)
        assert total == about(count(TRAFFIC))

    def test_steps_are_round_and_cover_the_window(self, health: HealthQuestions) -> None:
        asked, found = window(), rows_of(health.timeline(window(), 60))
        assert len(found.steps) <= 60
        assert found.steps[0].start <= asked.since < found.steps[0].start + found.step
        assert found.steps[-1].start < asked.until <= found.steps[-1].start + found.step

    def test_errors_stand_in_the_steps_in_which_they_happened(self, health: HealthQuestions) -> None:
        found = rows_of(health.timeline(window(), 60))
        bad = [each.start for each in found.steps if each.traffic and each.traffic.failed > 0.5]
        assert bad[0] >= NOON + 30 * MINUTE - found.step
        assert bad[-1] <= NOON + 40 * MINUTE

    def test_a_step_without_requests_has_no_latency(self, health: HealthQuestions) -> None:
        quiet = rows_of(health.timeline(window(), 60)).steps[0].traffic
        assert quiet is None or (quiet.total == about(0) and quiet.latency is None)

    def test_time_before_everything_is_no_zero(self, health: HealthQuestions) -> None:
        before = TimeRange(NOON - 30 * HOUR, NOON - 20 * HOUR, PARIS)
        assert all(each.traffic is None for each in rows_of(health.timeline(before, 60)).steps)
        assert rows_of(health.requests(before)).routes == ()

    def test_spans_end_together(self, health: HealthQuestions) -> None:
        found = rows_of(health.spans((HOUR, 2 * HOUR, 48 * HOUR), NOON + HOUR + 10 * MINUTE))
        late = [each for each in TRAFFIC if each.at >= NOON + 10 * MINUTE]
        assert (found[HOUR].total, found[2 * HOUR].total) == (about(len(late)), about(count(TRAFFIC)))
        assert found[48 * HOUR].failed == about(count(TRAFFIC, 5))

    def test_it_says_what_it_records(self, health: HealthQuestions) -> None:
        records = rows_of(health.requests(window())).records
        assert (records.requests, records.latency) == (True, True)

    def test_an_answer_says_who_gave_it_and_how_old_it_is(self, health: HealthQuestions) -> None:
        answer = health.requests(window())
        assert answer.source
        assert answer.completeness is not Completeness.UNAVAILABLE

    def test_services_and_changes_are_answered(self, health: HealthQuestions) -> None:
        assert (health.services().rows, health.changes(window()).rows) != (None, None)
