"""The one axis: everything on the reader's time, one label at the point that matters."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.situation.figures import Axis, Figure, one_axis, step_for, step_words
from dashboard.situation.marks import intrusions, label, names, tags
from dashboard.sources.health_questions import Change, ChangeKind, Timeline
from dashboard.sources.interface import TimeRange
from dashboard.sources.situation_questions import Spell
from tests.dashboard.fakes import one_night, source
from tests.dashboard.health.fakes import FakeHealth, some_health
from tests.dashboard.situation.fakes import alert
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


def on_axis(**more: Any) -> Figure:
    return one_axis(Axis([], [], [], [source(NOW)], **more), WINDOW)


def measured(health: FakeHealth | None = None) -> Timeline:
    timeline = (health or some_health(NOW)).timeline(WINDOW, 180).rows
    assert timeline is not None
    return timeline


def row_names(figure: Figure) -> list[str]:
    return [each["text"] for each in figure["layout"]["annotations"] if each["name"].startswith("row ")]


def test_errors_and_latency_stand_below_the_logins_on_the_same_axis() -> None:
    figure = on_axis(timeline=measured(), promised_s=0.3)
    assert row_names(figure) == ["Logins", "Failed logins", "Error rate, %", "p95, ms"]
    assert {each["xaxis"] for each in figure["data"]} == {"x"}


def test_rows_stand_apart_and_below_the_tags() -> None:
    figure = on_axis(timeline=measured(), spells=[Spell("app", NOW - timedelta(hours=2), None, supplies_logins=True)])
    domains = [figure["layout"][name]["domain"] for name in ("yaxis", "yaxis2", "yaxis3", "yaxis4", "yaxis5")]
    assert all(upper[0] > lower[1] for upper, lower in pairwise(domains))
    assert domains[0][1] < 0.95


def test_a_step_that_nobody_measured_is_a_gap_not_zero() -> None:
    errors = next(each for each in on_axis(timeline=measured())["data"] if each["name"] == "Error rate, %")
    assert errors["y"][0] is None
    assert errors["connectgaps"] is False


def test_what_is_not_recorded_has_no_row() -> None:
    assert row_names(on_axis(timeline=measured(FakeHealth()))) == ["Logins", "Failed logins"]
    assert row_names(on_axis(timeline=measured(some_health(NOW, has_latency=False))))[-1] == "Error rate, %"


def test_a_deploy_is_a_dotted_line_with_its_name() -> None:
    figure = on_axis(changes=[Change(NOW - timedelta(hours=2), ChangeKind.DEPLOY, "1.8.2 <b>")])
    assert "▼ 1.8.2 &lt;b&gt;" in texts(figure)
    assert [each["line"]["dash"] for each in figure["layout"]["shapes"]] == ["dot"]


def test_a_deploy_has_no_tag_where_that_of_an_attack_stands() -> None:
    night = one_night(NOW)
    change = Change(night.found_attacks[0].first_seen, ChangeKind.DEPLOY, "1.8.2")
    figure = one_axis(Axis([], night.found_attacks, [], [], changes=[change]), WINDOW)
    assert not [each for each in texts(figure) if "1.8.2" in each]


def test_a_past_blind_spell_is_hatched_in_its_own_row_and_over_what_it_concerns() -> None:
    spell = Spell("app", NOW - timedelta(hours=3), NOW - timedelta(hours=2), supplies_logins=True)
    hatched = [each for each in on_axis(spells=[spell])["data"] if "fillpattern" in each]
    assert [each["yaxis"] for each in hatched] == ["y", "y2", "y3"]
    assert {each["x"][0] for each in hatched} == {"2026-11-20T05:12:00"}


def test_a_spell_of_a_source_without_logins_leaves_their_rows_alone() -> None:
    spell = Spell("falco", NOW - timedelta(hours=3), None, supplies_logins=False)
    assert [each["yaxis"] for each in on_axis(spells=[spell])["data"] if "fillpattern" in each] == ["y3"]


def test_the_worst_alerts_are_marked_at_their_first_event() -> None:
    (marked,) = [each for each in on_axis(alerts=[alert(NOW), alert(NOW, Severity.LOW)])["data"] if "text" in each]
    assert marked["x"] == ["2026-11-20T07:12:00"]
    assert marked["marker"]["symbol"] == ["triangle-up"]


def test_a_narrow_screen_is_told_where_each_row_stands() -> None:
    figure = on_axis(timeline=measured())
    assert set(figure["layout"]["meta"]["narrow"]) == {"yaxis", "yaxis2", "yaxis3", "yaxis4"}


def test_time_before_anybody_measured_the_service_is_hatched_over_its_rows() -> None:
    figure = on_axis(timeline=measured())
    hatched = {each["yaxis"]: each["x"] for each in figure["data"] if "fillpattern" in each}
    assert set(hatched) == {"y3", "y4"}
    assert hatched["y3"][0] == "2026-11-19T20:12:00"


def test_rows_of_a_service_that_cannot_be_asked_keep_their_place_and_are_hatched() -> None:
    figure = on_axis(is_unasked=True)
    assert row_names(figure) == ["Logins", "Failed logins", "Error rate, %", "p95, ms"]
    assert {each["yaxis"] for each in figure["data"] if "fillpattern" in each} == {"y3", "y4"}
