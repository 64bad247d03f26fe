"""Situation as the browser is told it: ok, empty and failed never look alike."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.situation import page
from tests.dashboard.asking import ask_all
from tests.dashboard.fakes import FakeQuestions, hostile_night, one_night, source

VIEW = {"range": "24h", "zone": "Europe/Paris"}


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


def test_every_panel_is_told_something_on_a_bad_night(now: datetime) -> None:
    told = ask_all(page, one_night(now), VIEW)
    assert {name for name, each in told.items() if each["state"] == "ok"} == {each.name for each in page.PANELS} - {
        "since"
    }


def test_the_verdict_names_the_account_that_was_opened(now: datetime) -> None:
    told = ask_all(page, one_night(now), VIEW)
    assert "someone got in" in json.dumps(told["verdict"])
    assert "m.keller" in json.dumps(told["verdict"])


def test_nothing_is_quiet_while_postgresql_is_down(now: datetime) -> None:
    night = one_night(now)
    night.down = "PostgreSQL does not answer."
    told = ask_all(page, night, VIEW)
    assert {each["state"] for name, each in told.items() if name != "since"} == {"error"}
    assert "Not known" in json.dumps(told["verdict"])


def test_no_attacks_is_an_empty_list_not_a_failed_one(now: datetime) -> None:
    told = ask_all(page, FakeQuestions(now, sources=[source(now)]), VIEW)
    assert (told["attacks"]["state"], told["verdict"]["state"]) == ("empty", "ok")


def test_a_blind_source_is_counted_and_named(now: datetime) -> None:
    night = one_night(now)
    night.sources = [source(now), source(now, "proxy", "Proxy log", now - timedelta(minutes=31))]
    told = ask_all(page, night, VIEW)
    assert "blind since" in json.dumps(told["sources"]["content"])
    assert told["sources"]["words"] == "1 of 2 seen, 1 blind"


@pytest.mark.parametrize("view", [None, 7, [], "x", {"range": {"a": 1}, "zone": 5}, {"from": [], "to": "now"}])
def test_a_view_of_any_shape_is_answered(view: Any, now: datetime) -> None:
    assert len(ask_all(page, one_night(now), view)) == len(page.PANELS)


def test_hostile_text_is_escaped_in_the_figure(now: datetime) -> None:
    drawn = json.dumps(ask_all(page, hostile_night(now), VIEW)["one-axis"]["content"])
    assert "<img" not in drawn
    assert "&lt;img" in drawn


def test_a_window_that_nobody_watched_is_not_known_on_any_panel(now: datetime) -> None:
    early = FakeQuestions(now, sources=[source(now)], collected_since=now + timedelta(hours=1))
    told = ask_all(page, early, VIEW)
    assert {told[name]["state"] for name in ("attacks", "one-axis", "kpi-logins", "kpi-active-users")} == {"unknown"}
    assert "Not known: nothing was collected before" in json.dumps(told["verdict"]["content"])


def test_half_a_week_before_is_not_compared_with(now: datetime) -> None:
    night = one_night(now)
    night.collected_since = now - timedelta(days=7, hours=12)
    assert "no full week before" in json.dumps(ask_all(page, night, VIEW)["kpi-logins"])


def test_people_who_mistyped_are_not_counted_as_attacks(now: datetime) -> None:
    assert ask_all(page, one_night(now), VIEW)["attacks"]["words"] == "2 attacks, 3 logins after failures, worst first"


def test_the_axis_says_how_many_attacks_are_marked(now: datetime) -> None:
    assert ask_all(page, one_night(now), VIEW)["one-axis"]["words"] == "last 24 h in steps of 10 min, 1 attack marked"


def test_a_long_list_says_how_much_of_it_is_shown(now: datetime) -> None:
    night = one_night(now)
    night.found_attacks *= 3
    assert ask_all(page, night, VIEW)["attacks"]["words"] == "6 attacks, 3 logins after failures, 6 shown"
