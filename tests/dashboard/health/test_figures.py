"""The charts of the API page."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.health import figures
from dashboard.sources.health_questions import Change, ChangeKind, Records, Step, Timeline, Traffic
from dashboard.sources.interface import TimeRange
from vigie.health.histogram import Histogram

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WINDOW = TimeRange(NOON, NOON + 3 * MINUTE, ZoneInfo("Europe/Paris"))
FAST = Histogram((0.1, 0.2), (0, 10, 0))
FOUND = Timeline(
    MINUTE,
    (Step(NOON, Traffic({2: 10.04, 5: 1}, FAST)), Step(NOON + MINUTE, None), Step(NOON + 2 * MINUTE, Traffic({2: 0}))),
    Records(True, True, ""),
)
DEPLOY = Change(NOON + MINUTE, ChangeKind.DEPLOY, "1.4<b>")


def test_a_step_of_which_nothing_is_known_is_a_gap_and_no_zero() -> None:
    bars = {each["name"]: each["y"] for each in figures.traffic(FOUND, [], WINDOW)["data"]}
    assert (bars["2xx"], bars["5xx"]) == ([10.0, None, 0], [1, None, 0.0])


def test_latency_has_gaps_where_nothing_was_answered() -> None:
    made = figures.latency(FOUND, 0.3, [], WINDOW)
    lines = {each["name"]: each["y"] for each in made["data"]}
    assert lines["p50"] == [150.0, None, None]
    assert [each["connectgaps"] for each in made["data"]] == [False] * 3


def test_what_was_promised_stands_as_a_line_with_its_name() -> None:
    layout = figures.latency(FOUND, 0.3, [], WINDOW)["layout"]
    assert (layout["shapes"][0]["y0"], layout["annotations"][0]["text"]) == (300, "p95 promised 300 ms")
    assert figures.latency(FOUND, None, [], WINDOW)["layout"]["shapes"] == []


def test_a_deploy_is_a_dotted_line_with_its_name_as_text() -> None:
    layout = figures.traffic(FOUND, [DEPLOY], WINDOW)["layout"]
    assert layout["shapes"][0]["x0"] == "2026-11-20T13:01:00"
    assert layout["annotations"][0]["text"] == "deploy 1.4&lt;b&gt;"


def test_a_change_outside_the_window_is_not_drawn() -> None:
    before = Change(NOON - MINUTE, ChangeKind.RESTART, "api")
    assert figures.traffic(FOUND, [before], WINDOW)["layout"]["shapes"] == []
