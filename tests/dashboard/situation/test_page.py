"""Situation as the browser is told it: ok, empty and failed never look alike."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.situation import page
from dashboard.sources.situation_questions import AlertsNow, Looking
from tests.dashboard.fakes import FakeQuestions, hostile_night, one_night, source
from tests.dashboard.health.fakes import FakeHealth, some_health
from tests.dashboard.situation.fakes import HOSTILE, FakeSituation, alert, asked, hostile_alerts, told, waiting
from vigie.severity import Severity

VIEW = {"range": "24h", "zone": "Europe/Paris"}


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


def test_every_panel_is_told_something_on_a_bad_night(now: datetime) -> None:
    shown = told(asked(one_night(now)), VIEW)
    assert {name for name, each in shown.items() if each["state"] == "ok"} == {each.name for each in page.PANELS} - {
        "since",
        "open-alerts",
    }


def test_the_verdict_names_the_account_that_was_opened(now: datetime) -> None:
    shown = told(asked(one_night(now)), VIEW)
    assert "someone got in" in json.dumps(shown["verdict"])
    assert "m.keller" in json.dumps(shown["verdict"])


def test_nothing_is_quiet_while_postgresql_is_down(now: datetime) -> None:
    night = one_night(now)
    night.down = "PostgreSQL does not answer."
    shown = told(asked(night, health=FakeHealth(down=night.down)), VIEW)
    assert {each["state"] for name, each in shown.items() if name != "since"} == {"error"}
    assert "Not known" in json.dumps(shown["verdict"])


def test_no_attacks_is_an_empty_list_not_a_failed_one(now: datetime) -> None:
    shown = told(asked(FakeQuestions(now, sources=[source(now)])), VIEW)
    assert (shown["attacks"]["state"], shown["verdict"]["state"]) == ("empty", "ok")


def test_a_blind_source_is_counted_and_named(now: datetime) -> None:
    night = one_night(now)
    night.sources = [source(now), source(now, "proxy", "Proxy log", now - timedelta(minutes=31))]
    shown = told(asked(night), VIEW)
    assert "blind since" in json.dumps(shown["sources"]["content"])
    assert shown["sources"]["words"] == "1 of 2 seen, 1 blind"


@pytest.mark.parametrize("view", [None, 7, [], "x", {"range": {"a": 1}, "zone": 5}, {"from": [], "to": "now"}])
def test_a_view_of_any_shape_is_answered(view: Any, now: datetime) -> None:
    assert len(told(asked(one_night(now)), view)) == len(page.PANELS)


def test_hostile_text_is_escaped_in_the_figure(now: datetime) -> None:
    drawn = json.dumps(told(asked(hostile_night(now)), VIEW)["one-axis"]["content"])
    assert "<img" not in drawn
    assert "&lt;img" in drawn


def test_a_window_that_nobody_watched_is_not_known_on_any_panel(now: datetime) -> None:
    early = FakeQuestions(now, sources=[source(now)], collected_since=now + timedelta(hours=1))
    shown = told(asked(early), VIEW)
    assert {shown[name]["state"] for name in ("attacks", "one-axis", "kpi-logins", "kpi-active-users")} == {"unknown"}
    assert "Not known: nothing was collected before" in json.dumps(shown["verdict"]["content"])


def test_half_a_week_before_is_not_compared_with(now: datetime) -> None:
    night = one_night(now)
    night.collected_since = now - timedelta(days=7, hours=12)
    assert "no full week before" in json.dumps(told(asked(night), VIEW)["kpi-logins"])


def test_people_who_mistyped_are_not_counted_as_attacks(now: datetime) -> None:
    assert told(asked(one_night(now)), VIEW)["attacks"]["words"] == "2 attacks, 3 logins after failures, worst first"


def test_the_axis_says_how_many_attacks_are_marked(now: datetime) -> None:
    assert told(asked(one_night(now)), VIEW)["one-axis"]["words"] == "last 24 h in steps of 10 min, 1 attack marked"


def test_a_long_list_says_how_much_of_it_is_shown(now: datetime) -> None:
    night = one_night(now)
    night.found_attacks *= 3
    assert told(asked(night), VIEW)["attacks"]["words"] == "6 attacks, 3 logins after failures, 6 shown"


def quiet(now: datetime) -> FakeQuestions:
    return FakeQuestions(now, sources=[source(now)])


def test_open_alerts_are_counted_by_severity_and_lead_to_their_page(now: datetime) -> None:
    alerts = FakeSituation(waiting(alert(now, Severity.CRITICAL, number=4), alert(now, Severity.MEDIUM)))
    shown = told(asked(quiet(now), alerts), VIEW)
    assert (shown["kpi-open-alerts"]["state"], shown["open-alerts"]["words"]) == ("ok", "2 open, worst first")
    assert "/alerts?alert=4" in json.dumps(shown["open-alerts"]["content"])
    assert "/alerts?alert=4" in json.dumps(shown["verdict"]["content"])


def test_no_open_alert_says_who_looked(now: datetime) -> None:
    shown = told(asked(quiet(now)), VIEW)["open-alerts"]
    assert (shown["state"], shown["sentence"]) == ("empty", "No alert is open")
    assert shown["advice"] == "21 rules look at what arrives."


def test_no_alert_is_not_known_where_no_rule_looks(now: datetime) -> None:
    shown = told(asked(quiet(now), FakeSituation(AlertsNow({}, 0, (), Looking(0)))), VIEW)
    assert {shown[name]["state"] for name in ("kpi-open-alerts", "open-alerts")} == {"unknown"}
    assert "Not known" in json.dumps(shown["verdict"]["content"])


def test_a_service_that_nobody_records_is_not_known_never_zero(now: datetime) -> None:
    shown = told(asked(quiet(now), health=FakeHealth()), VIEW)
    assert {shown[name]["state"] for name in ("kpi-availability", "kpi-error-rate", "kpi-p95")} == {"unknown"}
    assert "How API answers is not recorded." in json.dumps(shown["verdict"]["content"])


def test_latency_that_is_not_recorded_is_not_known_beside_an_error_rate_that_is(now: datetime) -> None:
    shown = told(asked(quiet(now), health=some_health(now, has_latency=False)), VIEW)
    assert (shown["kpi-p95"]["state"], shown["kpi-error-rate"]["state"]) == ("unknown", "ok")
    assert shown["kpi-p95"]["sentence"] == "Latency is not recorded"


def test_a_source_of_health_that_is_down_spoils_its_own_panels_only(now: datetime) -> None:
    shown = told(asked(one_night(now), health=FakeHealth(down="Prometheus does not answer.")), VIEW)
    failed = {name for name, each in shown.items() if each["state"] == "error"}
    assert failed == {"kpi-availability", "kpi-error-rate", "kpi-p95", "services"}
    assert shown["one-axis"]["note"] == "how API answers is not known"


def test_nothing_is_quiet_while_nobody_knows_how_the_service_answers(now: datetime) -> None:
    shown = told(asked(quiet(now), health=FakeHealth(down="Prometheus does not answer.")), VIEW)
    assert "Not known: we do not see everything." in json.dumps(shown["verdict"]["content"])


def test_a_service_that_is_down_comes_first_in_its_list_and_is_not_quiet(now: datetime) -> None:
    shown = told(asked(quiet(now), health=some_health(now)), VIEW)
    assert shown["services"]["words"].endswith("1 down, 1 not known")
    assert "db db:9187 is down." in json.dumps(shown["verdict"]["content"])


def test_what_a_service_does_now_is_not_said_of_a_window_that_is_past(now: datetime) -> None:
    past = {"from": (now - timedelta(days=2)).isoformat(), "to": (now - timedelta(days=1)).isoformat(), "zone": "UTC"}
    assert "is down" not in json.dumps(told(asked(quiet(now), health=some_health(now)), past)["verdict"])


def test_stale_health_is_said_and_still_shown(now: datetime) -> None:
    shown = told(asked(quiet(now), health=some_health(now, stale=True)), VIEW)
    assert {shown[name]["state"] for name in ("kpi-availability", "kpi-error-rate", "kpi-p95")} == {"stale"}


def test_hostile_titles_and_services_are_text_in_the_figure(now: datetime) -> None:
    shown = told(asked(hostile_night(now), hostile_alerts(now), some_health(now)), VIEW)
    assert HOSTILE[:12] not in json.dumps(shown["one-axis"]["content"])
    assert "\\u202e" not in json.dumps(shown)


def test_the_page_says_to_the_browser_where_health_goes_by_the_clock() -> None:
    assert page.layout(by_the_clock=True).to_plotly_json()["props"]["data-by-the-clock"] == "1"
    assert "data-by-the-clock" not in page.layout().to_plotly_json()["props"]


def test_an_alert_is_named_without_the_entity_that_stands_below_it(now: datetime) -> None:
    spraying = alert(now, title="Password spraying: 203.0.113.9", entity={"source_ip": "203.0.113.9"})
    drawn = json.dumps(told(asked(quiet(now), FakeSituation(waiting(spraying))), VIEW)["open-alerts"]["content"])
    assert '"Password spraying"' in drawn
    assert "203.0.113.9" in drawn
