"""The API page as the browser is told it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from dash import Dash

from dashboard.health import page
from dashboard.sources.health_questions import ErrorOrigins
from dashboard.ui import shell
from tests.dashboard.asking import told_by
from tests.dashboard.health.fakes import FakeHealth, some_health, watched
from tests.dashboard.ui.test_panels import parts, prop

VIEW = {"range": "1h", "zone": "Europe/Paris"}
CARDS = {"health-requests", "health-availability", "health-errors", "health-latency"}


def told(health: FakeHealth, view: object = VIEW) -> dict[str, Any]:
    app = Dash("test", suppress_callback_exceptions=True)
    app.layout = lambda: shell.layout((page.PAGE,), None)
    page.register(app, watched(health))
    return told_by(app, app.server.test_client(), view)


@pytest.fixture
def health() -> FakeHealth:
    return some_health(datetime.now(UTC))


def states(told: dict[str, Any]) -> set[str]:
    return {each["state"] for name, each in told.items() if name != page.VERDICT.name}


def sentence(told: dict[str, Any]) -> str:
    return json.dumps(told[page.VERDICT.name]["content"], ensure_ascii=False)


def test_every_panel_is_told_something(health: FakeHealth) -> None:
    found = told(health)
    assert found.keys() == {panel.name for panel in page.PANELS}
    assert states(found) == {"ok"}


def test_every_panel_of_the_page_is_in_its_list() -> None:
    found = [prop(each, "data-panel") for each in parts(page.layout()) if prop(each, "data-panel")]
    assert sorted(found) == sorted(panel.name for panel in page.PANELS)


def test_a_source_that_is_down_is_an_error_in_every_panel_and_the_verdict_knows_nothing() -> None:
    found = told(FakeHealth(down="Prometheus does not answer."))
    assert states(found) == {"error"}
    assert "How API answers is not known: Prometheus does not answer." in sentence(found)


def test_old_data_are_stale_in_every_panel_that_rests_on_them(health: FakeHealth) -> None:
    health.stale = True
    assert states(told(health)) == {"stale"}


def test_what_nobody_records_is_unknown_and_no_zero() -> None:
    found = told(FakeHealth())
    names = {*CARDS, "health-traffic", "health-percentiles", "health-routes", "health-objectives"}
    assert {found[name]["state"] for name in names} == {"unknown"}
    assert {found[name]["sentence"] for name in names} == {"No request is recorded"}


def test_latency_that_nobody_records_is_said_with_the_remedy(health: FakeHealth) -> None:
    health.has_latency = False
    found = told(health)
    assert found["health-percentiles"]["state"] == "unknown"
    assert "$request_time" in found["health-percentiles"]["advice"]
    assert "$request_time" in json.dumps(found["health-latency"])


def test_a_window_without_requests_is_empty_and_said_to_be_quiet(health: FakeHealth) -> None:
    health.targets = []
    found = told(health, VIEW | {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T01:00:00Z"})
    assert {found[name]["state"] for name in ("health-routes", "health-traffic", "health-percentiles")} == {"empty"}
    assert "was asked nothing" in sentence(found)


def test_who_asked_is_unknown_where_only_metrics_are_read(health: FakeHealth) -> None:
    health.errors = ErrorOrigins(0, 0, 0, 0, 0, is_known=False)
    assert told(health)["health-origins"]["state"] == "unknown"


def test_hostile_text_is_shown_and_is_no_markup_in_figures(health: FakeHealth) -> None:
    found = told(health)
    figures = json.dumps([found["health-traffic"], found["health-percentiles"]])
    assert "<a" not in figures
    assert "\u202e" not in json.dumps(found, ensure_ascii=False)


@pytest.mark.parametrize("view", [None, 5, [], {"sort": ["x"]}, {"sort": "__class__"}, {"range": {}, "sort": 1}])
def test_a_view_that_makes_no_sense_is_the_usual_one(health: FakeHealth, view: object) -> None:
    assert told(health, view)["health-routes"]["state"] == "ok"


def test_routes_stand_in_the_order_that_is_asked_for(health: FakeHealth) -> None:
    def first(sort: str) -> str:
        table = json.dumps(told(health, VIEW | {"sort": sort})["health-routes"]["content"])
        return min(("/auth/login", "/users/{id}"), key=table.index)

    assert (first("requests"), first("refused"), first("p95")) == ("/users/{id}", "/auth/login", "/users/{id}")
