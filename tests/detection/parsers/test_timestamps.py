"""Times of every format, wrong clocks included."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection.parsers.timestamps import clf_instant, epoch_instant, iso_instant, named_zone_instant, syslog_instant

PARIS, LONDON = ZoneInfo("Europe/Paris"), ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-20T10:00:00.123456789Z", "2026-11-20T10:00:00.123456+00:00"),
        ("2026-11-20T10:00:00+0100", "2026-11-20T09:00:00+00:00"),
        ("2026-11-20 10:00:00", "2026-11-20T09:00:00+00:00"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00+00:00"),
        ("2026-10-25T02:30:00", "2026-10-25T00:30:00+00:00"),
        ("2026-03-29T02:30:00", "2026-03-29T01:30:00+00:00"),
    ],
)
def test_iso_times_are_instants(text: str, instant: str) -> None:
    at = iso_instant(text, PARIS)
    assert at is not None
    assert at.isoformat() == instant


@pytest.mark.parametrize("text", ["", "now", "2026-11-20", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
                                  "2026-11-20T10:00:61Z", "9999-12-31T23:59:60Z", None, 5, "1" * 70])  # fmt: skip
def test_what_is_no_instant_is_none(text: object) -> None:
    assert iso_instant(text, PARIS) is None


@pytest.mark.parametrize(
    ("text", "hour"), [("UTC", 10), ("CET", 9), ("CEST", 8), ("EST", 15), ("+02", 8), ("-03:30", 13), ("XYZ", 9)]
)
def test_the_abbreviation_of_a_zone_counts(text: str, hour: int) -> None:
    at = named_zone_instant(f"2026-11-20 10:00:00.5 {text}", PARIS)
    assert at is not None
    assert at.hour == hour


@pytest.mark.parametrize(
    ("value", "year"),
    [(1_795_165_200, 2026), (1_795_165_200_123, 2026), ("1795165200123456", 2026), ("1795165200123456789", 2026),
     (1_795_165_200.5, 2026), (0, 1970), (-1, 1969)],
)  # fmt: skip
def test_seconds_to_nanoseconds_are_told_apart_by_their_size(value: object, year: int) -> None:
    at = epoch_instant(value)
    assert at is not None
    assert at.year == year


@pytest.mark.parametrize("value", [True, None, "", "x", 10**25, float("nan"), float("inf"), "9" * 60, [1]])
def test_what_is_no_count_is_none(value: object) -> None:
    assert epoch_instant(value) is None


@pytest.mark.parametrize(
    ("line", "seen", "instant"),
    [
        ("Nov 20 10:00:00", "2026-11-20T12:00:00+00:00", "2026-11-20T10:00:00+00:00"),
        ("Dec 31 23:59:59", "2027-01-01T00:00:01+00:00", "2026-12-31T23:59:59+00:00"),
        ("Jan  1 00:00:01", "2026-12-31T23:59:59+00:00", "2027-01-01T00:00:01+00:00"),
        ("Nov 22 10:00:00", "2026-11-20T12:00:00+00:00", "2025-11-22T10:00:00+00:00"),
        ("Feb 29 10:00:00", "2026-11-20T12:00:00+00:00", "2024-02-29T10:00:00+00:00"),
    ],
)
def test_the_year_of_a_line_without_one_is_the_latest_that_fits(line: str, seen: str, instant: str) -> None:
    at = syslog_instant(line, LONDON, datetime.fromisoformat(seen))
    assert at == datetime.fromisoformat(instant)


@pytest.mark.parametrize("text", ["Nov 31 10:00:00", "Foo 20 10:00:00", "Nov 20 24:00:00", "Nov 20", ""])
def test_no_such_day_is_none(text: str) -> None:
    assert syslog_instant(text, LONDON, datetime(2026, 11, 20, tzinfo=UTC)) is None


@pytest.mark.parametrize("seen", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_time_break_nothing(seen: datetime) -> None:
    assert syslog_instant("Feb 29 10:00:00", PARIS, seen) is None or seen.year == 9999


microseconds = st.integers(10**15, 2 * 10**17)
instants = microseconds.map(lambda count: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=count))


@given(instants)
def test_every_instant_is_read_back_from_every_format(at: datetime) -> None:
    whole = at.replace(microsecond=0)
    assert iso_instant(at.isoformat(), PARIS) == at
    assert clf_instant(at.strftime("%d/%b/%Y:%H:%M:%S +0000")) == whole
    assert named_zone_instant(at.strftime("%Y-%m-%d %H:%M:%S.%f UTC"), PARIS) == at
    assert syslog_instant(at.strftime("%b %e %H:%M:%S"), LONDON, at + timedelta(hours=1)) == whole


@given(st.text(max_size=40), st.text(alphabet="0123456789-/: TZUC+.", max_size=40))
def test_no_text_breaks_it(text: str, near: str) -> None:
    for each in (text, near):
        for at in (iso_instant(each, PARIS), named_zone_instant(each, PARIS), clf_instant(each), epoch_instant(each)):
            assert at is None or at.tzinfo is UTC
