"""The one axis: everything on the reader's time, one label at the point that matters."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.situation.figures import Axis, Figure, one_axis, step_for, step_words
from dashboard.sources.interface import TimeRange
from tests.dashboard.fakes import one_night, source

NOW = datetime(2026, 11, 20, 7, 12, tzinfo=UTC)
WINDOW = TimeRange(NOW - timedelta(hours=12), NOW, ZoneInfo("Europe/Paris"))


def drawn(blind: datetime | None = None) -> Figure:
    night = one_night(NOW)
    buckets = night.series(WINDOW, step_for(WINDOW)).rows or []
    return one_axis(Axis(buckets, night.found_attacks, night.found_successes, [source(NOW, blind_since=blind)]), WINDOW)


def texts(figure: Figure) -> list[str]:
    return [each["text"] for each in figure["layout"]["annotations"]]


@pytest.mark.parametrize(
    ("hours", "said"), [(1, "1 min"), (12, "5 min"), (24, "10 min"), (168, "1 h"), (720, "6 h"), (9600, "7 days")]
)
def test_the_step_follows_the_window(hours: int, said: str) -> None:
    window = TimeRange(NOW - timedelta(hours=hours), NOW, WINDOW.zone)
    assert step_words(step_for(window)) == said


def test_attacks_and_the_break_in_are_named_in_the_readers_time() -> None:
    said = texts(drawn())
    assert "Spraying 02:12–02:29" in said
    assert "02:27 m.keller gets in" in said


def test_the_one_point_that_matters_is_said_in_words() -> None:
    assert "1,284 tries in 17 min" in texts(drawn())


def test_a_low_attack_gets_no_band() -> None:
    bands = [each for each in drawn()["layout"]["shapes"] if each["type"] == "rect"]
    assert len(bands) == 1


def test_time_that_nobody_looked_at_is_hatched_over_both_rows() -> None:
    hatched = [each for each in drawn(NOW - timedelta(minutes=31))["data"] if "fillpattern" in each]
    assert [each["yaxis"] for each in hatched] == ["y", "y2"]


def test_colours_are_roles_not_values() -> None:
    assert [trace["marker"]["color"] for trace in drawn()["data"][:2]] == ["@success", "@failure"]
