"""What the verdict says, worst first."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.health.judged import Known, Mood, judge
from dashboard.sources.health_promises import lengths
from dashboard.sources.health_questions import Records, Requests, Route, Service, Traffic
from dashboard.ui.measures import seconds, share
from dashboard.ui.view import View, read_view
from vigie.health.histogram import Histogram
from vigie.health.objectives import Objective

NOW = datetime.now(UTC)
VIEW: View = read_view({"range": "1h", "zone": ZoneInfo("Europe/Paris").key})
FAST = Histogram((0.1, 0.2, 1.0), (0, 100, 0, 0))


def known(failed: float = 0, total: float = 1000, latency: Histogram | None = FAST, **more: object) -> Known:
    traffic = Traffic({2: total - failed, 5: failed}, latency)
    requests = Requests((Route("GET", "/", traffic),), timedelta(hours=1), Records(True, True, "Add it."))
    spans = more.pop("spans", {each: Traffic({2: total, 5: 0}) for each in lengths(Objective())})
    given = {"title": "API", "requests": requests, "spans": spans, "services": (), "objective": Objective()}
    return Known(**(given | more))  # type: ignore[arg-type]


def test_a_service_that_answers_is_said_to_be_healthy_with_its_figures() -> None:
    found = judge(known(failed=3, total=10_000), VIEW)
    assert found.sentence == "API healthy: 99.97 % of 10,000 requests answered, p95 195 ms."
    assert found.mood is Mood.WELL


def test_what_is_down_is_said_first() -> None:
    down = Service("db", False, NOW - timedelta(minutes=5), "refused")
    found = judge(known(failed=900, services=(down,)), VIEW)
    assert found.sentence.startswith("db is down since ")


def test_too_many_failures_are_said_with_what_was_promised() -> None:
    found = judge(known(failed=52), VIEW)
    assert (found.mood, found.sentence) == (Mood.FAILING, "API failed 52 of 1,000 requests.")
    assert found.detail.startswith("99.5 % are promised")


def test_few_requests_are_no_share() -> None:
    assert judge(known(failed=1, total=2), VIEW).mood is Mood.WELL


def test_a_budget_that_burns_in_both_windows_is_an_alarm_and_in_one_it_is_none() -> None:
    burning, calm = Traffic({2: 900, 5: 100}), Traffic({2: 1000})
    hour, five = timedelta(hours=1), timedelta(minutes=5)
    rest = dict.fromkeys(lengths(Objective()), calm)
    found = judge(known(spans=rest | {hour: burning, five: burning}), VIEW)
    assert found.sentence == "API fails: its error budget burns 20.0 times faster than it may."
    assert judge(known(spans=rest | {hour: burning, five: calm}), VIEW).mood is Mood.WELL


def test_a_slow_service_is_said_to_be_slow() -> None:
    found = judge(known(latency=Histogram((0.1, 1.0), (0, 100, 0))), VIEW)
    assert found.sentence == "API is slow: p95 955 ms, 300 ms is promised."


def test_what_nobody_records_is_not_known() -> None:
    unrecorded = Requests((), timedelta(hours=1), Records(False, False, "Name the access log."))
    found = judge(known(requests=unrecorded), VIEW)
    assert (found.mood, found.detail) == (Mood.UNKNOWN, "Name the access log.")


@pytest.mark.parametrize(
    ("of_one", "said"), [(1, "100"), (0.972, "97.2"), (0.9997, "99.97"), (0.99998, "99.998"), (0.9999999, "99.999")]
)
def test_a_share_is_never_rounded_up_to_all(of_one: float, said: str) -> None:
    assert share(of_one) == said


@pytest.mark.parametrize(
    ("length", "said"), [(0.0042, "4.2 ms"), (0.084, "84 ms"), (0.9999, "1.0 s"), (1.24, "1.2 s"), (12.4, "12 s")]
)
def test_lengths_are_said_in_the_unit_that_fits(length: float, said: str) -> None:
    assert seconds(length) == said
