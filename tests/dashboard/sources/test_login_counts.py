"""Every count equals counting the events one by one, whatever the window and the reader's zone."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.sources.database import DatabaseQuestions
from dashboard.sources.interface import TimeRange
from tests.conftest import Store
from tests.dashboard.sources.conftest import everyday, login, save
from vigie.clock import utc_now
from vigie.event import Event

FAILED = ("authn_login_fail", "excess_rate_limit_exceeded")
ZONES = ["UTC", "Europe/Paris", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"]
SHARED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

minutes = st.integers(min_value=0, max_value=40 * 1440)
windows = st.tuples(minutes, minutes, st.integers(0, 3_599), st.sampled_from(ZONES))


def window_of(drawn: tuple[int, int, int, str]) -> TimeRange:
    """A window inside the last forty days with odd seconds."""
    first, second, odd, zone = drawn
    now = utc_now().replace(microsecond=0)
    since, until = (now - timedelta(minutes=m, seconds=odd) for m in (max(first, second), min(first, second)))
    return TimeRange(since, until, ZoneInfo(zone))


def logins_in(events: Sequence[Event], window: TimeRange) -> list[Event]:
    inside = (e for e in events if e.category == "authentication" and window.since <= e.occurred_at < window.until)
    return [e for e in inside if e.action == "authn_login_success" or (e.action in FAILED and e.outcome == "failure")]


@pytest.fixture
def events(store: Store) -> list[Event]:
    made = everyday(days=30, count=1500)
    save(store, made)
    return made


def test_a_summary_of_any_window_equals_counting_the_events(questions: DatabaseQuestions, events: list[Event]) -> None:
    @SHARED
    @given(windows)
    def check(drawn: tuple[int, int, int, str]) -> None:
        inside = logins_in(events, window_of(drawn))
        found = questions.summary(window_of(drawn)).rows
        assert found is not None
        worked = [e for e in inside if e.outcome == "success"]
        assert (found.success, found.failure) == (len(worked), len(inside) - len(worked))
        assert found.active_users == len({e.user_name for e in worked})

    check()


def test_days_of_the_readers_zone_equal_counting_the_events(questions: DatabaseQuestions, events: list[Event]) -> None:
    @SHARED
    @given(windows)
    def check(drawn: tuple[int, int, int, str]) -> None:
        window = window_of(drawn)
        expected = Counter((e.occurred_at.astimezone(window.zone).date(), e.outcome) for e in logins_in(events, window))
        days = questions.per_day(window).rows or ()
        assert {(d.day, "success"): d.success for d in days if d.success} | {
            (d.day, "failure"): d.failure for d in days if d.failure
        } == dict(expected)

    check()


def test_hours_of_the_readers_week_equal_counting_the_events(questions: DatabaseQuestions, events: list[Event]) -> None:
    @SHARED
    @given(windows)
    def check(drawn: tuple[int, int, int, str]) -> None:
        window = window_of(drawn)
        local = [(e.occurred_at.astimezone(window.zone), e.outcome) for e in logins_in(events, window)]
        expected = Counter((at.weekday(), at.hour) for at, outcome in local if outcome == "failure")
        cells = questions.by_hour(window).rows or ()
        assert {(c.weekday, c.hour): c.failure for c in cells if c.failure} == dict(expected)

    check()


@pytest.mark.parametrize("step_minutes", [1, 5, 60, 180, 1440])
def test_a_series_holds_every_step_and_every_login(
    questions: DatabaseQuestions, events: list[Event], step_minutes: int
) -> None:
    now, step = utc_now(), timedelta(minutes=step_minutes)
    window = TimeRange(now - timedelta(hours=50, minutes=7), now, ZoneInfo("UTC"))
    buckets = questions.series(window, step).rows or ()
    assert {second.start - first.start for first, second in pairwise(buckets)} == {step}
    assert sum(b.success + b.failure for b in buckets) == len(logins_in(events, window))


def test_a_day_on_which_the_clock_changes_has_23_or_25_hours(store: Store, questions: DatabaseQuestions) -> None:
    paris = ZoneInfo("Europe/Paris")
    midnight = [datetime(2026, 3, 29, tzinfo=paris), datetime(2026, 10, 25, tzinfo=paris)]
    for start in midnight:
        first = start.astimezone(UTC)
        save(store, [login(first + timedelta(hours=n, minutes=30), f"{n}", None) for n in range(26)])
    days = [
        day
        for start in midnight
        for day in questions.per_day(
            TimeRange(start.astimezone(UTC), (start + timedelta(days=1)).astimezone(UTC), paris)
        ).rows or ()
    ]  # fmt: skip
    assert [day.failure for day in days] == [23, 25]


def test_hours_that_the_window_never_touches_are_absent_and_touched_ones_are_zero(questions: DatabaseQuestions) -> None:
    window = TimeRange(datetime(2026, 11, 2, 9, 20, tzinfo=UTC), datetime(2026, 11, 2, 11, tzinfo=UTC), ZoneInfo("UTC"))
    cells = questions.by_hour(window).rows or ()
    assert [(c.weekday, c.hour, c.success, c.failure) for c in cells] == [(0, 9, 0, 0), (0, 10, 0, 0)]
