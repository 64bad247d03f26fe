"""The histogram as it is drawn."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.events.figures import histogram, unseen
from dashboard.sources.event_questions import EventBucket, Histogram
from dashboard.sources.interface import TimeRange

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
HOUR = TimeRange(START, START + timedelta(hours=1), ZoneInfo("Europe/Paris"))
MINUTE = timedelta(minutes=1)


def night() -> Histogram:
    failed = [50 if 14 <= minute < 31 else 0 for minute in range(60)]
    rows = [EventBucket(START + n * MINUTE, 3, failed[n], int(n == 36), int(n == 29)) for n in range(60)]
    return Histogram(MINUTE, tuple(rows), 1032)


def test_bars_stand_in_the_readers_time_and_are_chosen_in_utc() -> None:
    drawn = histogram(night(), HOUR, [])
    assert drawn["data"][0]["x"][0].startswith("2026-11-20T02:00:30")
    assert drawn["layout"]["meta"]["starts"][0] == "2026-11-20T01:00:00+00:00"


def test_a_single_critical_event_is_marked_over_its_bar() -> None:
    marks = {each["name"]: each["x"] for each in histogram(night(), HOUR, [])["data"] if each["type"] == "scatter"}
    assert {name: len(x) for name, x in marks.items()} == {"high": 1, "critical": 1}


def test_time_that_nobody_looked_at_is_hatched() -> None:
    spans = list(unseen(HOUR, START + 10 * MINUTE, [], []))
    assert spans == [(START, START + 10 * MINUTE)]
    assert "fillpattern" in histogram(night(), HOUR, spans)["data"][-1]


def test_spells_that_are_over_are_hatched_and_those_that_overlap_once() -> None:
    spells = [(START + 20 * MINUTE, START + 25 * MINUTE), (START + 22 * MINUTE, START + 30 * MINUTE)]
    spans = list(unseen(HOUR, None, [], [*spells, (START + 50 * MINUTE, None)]))
    assert spans == [(START + 20 * MINUTE, START + 30 * MINUTE), (START + 50 * MINUTE, HOUR.until)]
