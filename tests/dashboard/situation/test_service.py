"""The watched service as Situation sees it: asked once for everybody, never waited for twice, its trouble in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.situation.lately import Lately
from dashboard.situation.service import Watching
from dashboard.situation.services import standings
from dashboard.sources.health_questions import Requests, Service
from dashboard.sources.interface import Answer, Completeness, TimeRange
from tests.dashboard.health.fakes import FakeHealth, some_health
from tests.dashboard.sources.health_contract import Asked
from vigie.health.objectives import Objective

NOW = datetime.now(UTC)
WINDOW = TimeRange(NOW - timedelta(hours=1), NOW, ZoneInfo("UTC"))


@dataclass
class Counting(FakeHealth):
    """Notes what it is asked."""

    asked: list[str] = field(default_factory=list)

    def requests(self, window: TimeRange) -> Answer[Requests]:
        self.asked.append("requests")
        return super().requests(window)

    def services(self) -> Answer[Sequence[Service]]:
        self.asked.append("services")
        return super().services()


def watching(health: FakeHealth) -> Watching:
    return Watching("Shop", Objective(), health)


def failing(share: float, now: datetime = NOW) -> FakeHealth:
    """A hundred requests in the last minutes, of which this share failed."""
    return FakeHealth(
        [
            Asked(now - timedelta(seconds=2 * n + 1), "GET", "/", 500 if n < 100 * share else 200, 0.1)
            for n in range(100)
        ]
    )


def test_readers_who_ask_at_once_get_one_answer() -> None:
    health = Counting(some_health(NOW).held)
    seen = watching(health)
    assert seen.seen(WINDOW) is seen.seen(WINDOW)
    assert health.asked.count("services") == 1


def test_a_source_that_does_not_answer_is_asked_once_not_six_times() -> None:
    health = Counting(down="Prometheus does not answer.")
    seen = watching(health).seen(WINDOW)
    assert health.asked == ["requests"]
    assert {each.completeness for each in (seen.services, seen.timeline, seen.before)} == {Completeness.UNAVAILABLE}


def test_the_week_before_is_asked_for_once_in_a_while() -> None:
    health, noon = Counting(), datetime(2026, 11, 20, 12, 1, tzinfo=UTC)
    one = watching(health)
    for second in range(3):
        until = noon + timedelta(seconds=second)
        one.seen(TimeRange(until - timedelta(hours=1), until, ZoneInfo("UTC")))
    assert health.asked.count("requests") == 3 + 1


def test_a_budget_that_burns_is_trouble() -> None:
    trouble = watching(failing(0.3)).trouble(watching(failing(0.3)).seen(WINDOW))
    assert trouble is not None
    assert trouble.sentence.startswith("Shop fails: 30 of 100 requests failed in 60 min")


def test_few_failures_are_no_trouble() -> None:
    one = watching(failing(0.0))
    assert one.trouble(one.seen(WINDOW)) is None


def test_what_is_down_is_trouble_and_how_many_more() -> None:
    down = [Service(name, False, NOW, "") for name in ("api", "db")]
    one = watching(some_health(NOW, targets=down))
    trouble = one.trouble(one.seen(WINDOW))
    assert trouble is not None
    assert trouble.sentence == "api and 1 more are down."


def test_a_group_of_routes_of_which_most_fails_is_down() -> None:
    requests = failing(0.8).requests(WINDOW).rows
    assert requests is not None
    (found,) = standings([], requests, None, Objective())
    assert (found.name, found.is_up, found.said) == ("/", False, "20.0 % of 100, 80 failed")


def test_what_could_not_be_read_is_asked_for_again() -> None:
    kept, answers = Lately(60), [Answer(None, NOW, "x"), Answer("yes", NOW, "x"), Answer("later", NOW, "x")]
    asked = [kept.get("key", lambda: answers.pop(0)).rows for _ in range(3)]
    assert asked == [None, "yes", "yes"]
