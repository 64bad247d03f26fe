"""The one axis: everything on the reader's time, one label at the point that matters."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.situation.figures import Axis, Figure, one_axis, step_for, step_words
from dashboard.situation.marks import intrusions, label, names, tags
from dashboard.sources.interface import TimeRange
from tests.dashboard.fakes import one_night, source
from vigie.login_attacks import LoginAttack
from vigie.severity import Severity

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


def test_the_label_stands_on_no_other_bar() -> None:
    night = one_night(NOW)
    buckets = [replace(each, failure=900) for each in night.series(WINDOW, step_for(WINDOW)).rows or []]
    assert label(night.found_attacks, buckets, WINDOW) == []


def several(count: int, window: TimeRange) -> list[LoginAttack]:
    """Attacks of ten minutes, evenly over the window."""
    spraying = one_night(NOW).found_attacks[0]
    starts = [window.since + window.length * (number + 0.5) / count for number in range(count)]
    return [replace(spraying, first_seen=at, last_seen=at + timedelta(minutes=10)) for at in starts]


def test_every_attack_has_a_band_and_those_with_room_a_tag() -> None:
    figure = one_axis(Axis([], several(12, WINDOW), [], []), WINDOW)
    assert len([each for each in figure["layout"]["shapes"] if each["type"] == "rect"]) == 12
    assert 2 < len([each for each in figure["layout"]["annotations"] if each.get("name") == "tag"]) < 12


def test_tags_say_the_day_where_the_window_holds_several() -> None:
    week = TimeRange(NOW - timedelta(days=7), NOW, WINDOW.zone)
    assert [each["text"] for each in tags(several(1, week), week)] == ["Spraying Mon 16 Nov 20:12–20:22"]


@pytest.mark.parametrize(("hours", "anchor"), [(11, "left"), (7, "left"), (5, "right"), (0, "right")])
def test_texts_grow_towards_the_middle(hours: int, anchor: str) -> None:
    at = NOW - timedelta(hours=hours)
    night = one_night(NOW)
    attack = replace(night.found_attacks[0], first_seen=at, last_seen=at)
    success = replace(night.found_successes[0], occurred_at=at)
    said = [*tags([attack], WINDOW), *names([success], WINDOW, 9)]
    assert [each["xanchor"] for each in said] == [anchor, anchor]


def test_who_got_in_is_marked_in_the_colour_of_the_severity() -> None:
    high = replace(one_night(NOW).found_successes[0], severity=Severity.HIGH)
    (trace,) = intrusions([high], WINDOW, 9)
    assert trace["marker"]["color"] == ["@high"]


def test_time_before_anything_was_collected_is_hatched() -> None:
    begins = NOW - timedelta(hours=3)
    figure = one_axis(Axis([], [], [], [source(NOW)], begins), WINDOW)
    hatched = [each for each in figure["data"] if "fillpattern" in each]
    assert [each["x"][-1] for each in hatched] == ["2026-11-20T05:12:00"] * 2


def test_a_low_attack_gets_no_band() -> None:
    bands = [each for each in drawn()["layout"]["shapes"] if each["type"] == "rect"]
    assert len(bands) == 1


def test_time_that_nobody_looked_at_is_hatched_over_both_rows() -> None:
    hatched = [each for each in drawn(NOW - timedelta(minutes=31))["data"] if "fillpattern" in each]
    assert [each["yaxis"] for each in hatched] == ["y", "y2"]


def test_colours_are_roles_not_values() -> None:
    assert [trace["marker"]["color"] for trace in drawn()["data"][:2]] == ["@success", "@failure"]
