"""The figures of User activity."""

from datetime import UTC, date, datetime, timedelta

from dashboard.activity.figures import per_day, usual_hours
from dashboard.sources.interface import HourCell, LoginDay
from dashboard.ui.view import read_view
from tests.dashboard.fakes import one_night

NOW = datetime(2026, 11, 20, 7, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)
VIEW = read_view({"zone": "Europe/Paris"}, NOW)


def days(last_failures: int) -> list[LoginDay]:
    return [LoginDay(TODAY - timedelta(days=back), 200, 9 if back else last_failures) for back in range(14, -1, -1)]


def test_the_day_that_stands_out_is_said_in_words() -> None:
    labels = per_day(days(1311), TODAY)["layout"]["annotations"]
    assert [each["text"] for each in labels] == ["1,311 failed today, usual 9"]


def test_the_label_of_that_day_stands_above_all_bars() -> None:
    (label,) = per_day(days(1311), TODAY)["layout"]["annotations"]
    assert (label["yref"], label["y"], label["yanchor"]) == ("paper", 1, "bottom")


def test_an_hour_with_one_login_has_another_colour_than_an_hour_with_none() -> None:
    z = usual_hours([HourCell(0, 9, 1, 0), HourCell(0, 10, 5000, 0)], (), VIEW)["data"][0]["z"]
    assert z[0][8:11] == [0, 1, 5]


def test_a_usual_fortnight_needs_no_label() -> None:
    assert per_day(days(12), TODAY)["layout"]["annotations"] == []


def test_many_days_do_not_crowd_the_axis() -> None:
    month = [LoginDay(TODAY - timedelta(days=back), 1, 0) for back in range(89, -1, -1)]
    axis = per_day(month, TODAY)["layout"]["xaxis"]
    assert len(axis["tickvals"]) <= 16
    assert axis["ticktext"][-1] == "today"


def test_a_break_in_at_an_hour_when_nobody_comes_is_framed() -> None:
    figure = usual_hours([HourCell(4, 9, 30, 0)], one_night(NOW).found_successes, VIEW)
    assert figure["layout"]["annotations"][0]["text"] == "02:27, first time"


def test_a_break_in_at_a_usual_hour_is_not() -> None:
    figure = usual_hours([HourCell(4, 2, 30, 0)], one_night(NOW).found_successes, VIEW)
    assert "shapes" not in figure["layout"]
