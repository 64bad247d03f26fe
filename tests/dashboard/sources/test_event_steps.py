"""Every window is cut into round steps that cover it, and never into more than were asked for."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from dashboard.sources.event_steps import steps_of
from dashboard.sources.interface import TimeRange

HOUR = timedelta(hours=1)
ZONES = ("UTC", "Europe/Paris", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns")
instants = st.integers(0, 2_800_000_000).map(
    lambda second: datetime(2001, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
)
lengths = st.timedeltas(timedelta(microseconds=1), timedelta(days=4000))


@given(instants, lengths, st.sampled_from(ZONES), st.integers(2, 400))
def test_steps_cover_the_window_and_are_no_more_than_asked(
    since: datetime, length: timedelta, zone: str, most: int
) -> None:
    window = TimeRange(since, since + length, ZoneInfo(zone))
    steps = steps_of(window, most)
    starts = list(steps.starts(window))
    assert 1 <= len(starts) <= most
    assert starts[0] <= window.since < starts[0] + steps.length
    assert starts[-1] < window.until <= starts[-1] + steps.length


@given(instants, lengths, st.sampled_from(ZONES), st.integers(1, 400))
def test_steps_of_hours_begin_where_the_hours_of_the_rollups_do(
    since: datetime, length: timedelta, zone: str, most: int
) -> None:
    window = TimeRange(since, since + length, ZoneInfo(zone))
    steps = steps_of(window, most, HOUR)
    assert steps.length % HOUR == timedelta(0)
    assert (steps.floor(since) - datetime(2001, 1, 1, tzinfo=UTC)) % HOUR == timedelta(0)


def test_days_begin_at_the_midnight_of_the_reader() -> None:
    since = datetime(2026, 11, 1, 8, 12, tzinfo=UTC)
    window = TimeRange(since, since + timedelta(days=20), ZoneInfo("Europe/Paris"))
    steps = steps_of(window, 30)
    assert steps.length == timedelta(days=1)
    assert {start.astimezone(window.zone).hour for start in steps.starts(window)} == {0}


def test_an_hour_has_steps_of_half_a_minute() -> None:
    since = datetime(2026, 11, 20, 2, tzinfo=UTC)
    assert steps_of(TimeRange(since, since + HOUR, ZoneInfo("UTC")), 120).length == timedelta(seconds=30)
