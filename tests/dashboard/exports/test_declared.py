"""Every panel of every page has its export, and it holds what the panel shows."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboard.activity import exports as activity_exports
from dashboard.activity import page as activity
from dashboard.alerts import exports as alert_exports
from dashboard.alerts import page as alerts
from dashboard.events import exports as event_exports
from dashboard.events import page as events
from dashboard.exports.declaration import Export
from dashboard.exports.formats import NOTE
from dashboard.health import exports as health_exports
from dashboard.health import page as health
from dashboard.logs import exports as log_exports
from dashboard.logs import page as logs
from dashboard.rules import exports as rule_exports
from dashboard.rules import page as rules
from dashboard.situation import exports as situation_exports
from dashboard.situation import page as situation
from dashboard.sources_board import exports as source_exports
from dashboard.sources_board import page as sources_board
from dashboard.ui.panel import Panel
from dashboard.ui.view import read_view
from tests.dashboard.alerts.fakes import some_alerts
from tests.dashboard.event_fakes import night_of_events
from tests.dashboard.fakes import FakeQuestions, one_night
from tests.dashboard.health.fakes import some_health, watched
from tests.dashboard.logs.fakes import some_lines
from tests.dashboard.rules.fakes import every_state as every_rule
from tests.dashboard.situation.fakes import asked
from tests.dashboard.sources_board.fakes import every_state

NOW = datetime.now(UTC)
NIGHT = one_night(NOW)
PAGES = (situation, activity, health, events, alerts, logs, rules, sources_board)
WITHOUT = {"verdict", "health-verdict", "event", "alert", "rule-texts"}
"""Panels that need no export: the verdict is a sentence over panels that have one, the drawer holds a single event,
a rule's texts are its files."""
VIEW = {"range": "24h", "zone": "Europe/Paris", "source": "falco", "rule": "password_guessing"}
DOWN = "PostgreSQL does not answer."


def declared(questions: FakeQuestions = NIGHT) -> dict[str, Export[Any]]:
    found, lines, board, judged = night_of_events(NOW), some_lines(NOW), every_state(NOW), every_rule(NOW)
    waiting = some_alerts(NOW)
    waiting.down = questions.down or ""
    found.down = lines.down = board.down = judged.down = questions.down
    exports = [
        *situation_exports.exports(asked(questions, health=some_health(NOW, down=questions.down or ""))),
        *activity_exports.exports(questions),
        *event_exports.exports(found),
        *alert_exports.exports(waiting),
        *log_exports.exports(lines),
        *source_exports.exports(board),
        *rule_exports.exports(judged),
        *health_exports.exports(watched(some_health(NOW, down=questions.down or ""))),
    ]
    return {export.name: export for export in exports}


PANELS: list[Panel] = [panel for page in PAGES for panel in page.PANELS]


def rows(name: str, questions: FakeQuestions = NIGHT, **view: Any) -> list[dict[str, Any]]:
    export = declared(questions)[name]
    return [
        {header: value(row) for header, value in export.columns.items()}
        for answer in export.read(VIEW | view).pages
        for row in answer.rows or ()
    ]


def test_no_page_is_forgotten_here(root: Path) -> None:
    topics = {path.parent.name for path in (root / "dashboard").glob("*/page.py")}
    assert topics == {page.__name__.split(".")[1] for page in PAGES}


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
def test_every_panel_has_an_export_of_its_name(panel: Panel) -> None:
    assert panel.has_export == (panel.name not in WITHOUT)
    assert (panel.name in declared()) == panel.has_export


def test_there_is_no_export_without_a_panel() -> None:
    assert declared().keys() <= {panel.name for panel in PANELS}


@pytest.mark.parametrize("export", declared().values(), ids=lambda export: export.name)
def test_headers_are_plain_and_the_first_cell_is_never_empty(export: Export[Any]) -> None:
    assert all(header.isidentifier() and header == header.lower() for header in export.columns)
    assert NOTE not in export.columns
    first = next(iter(export.columns))
    assert all(row[first] not in (None, "") for row in rows(export.name))


@pytest.mark.parametrize("export", declared().values(), ids=lambda export: export.name)
@pytest.mark.parametrize("asked", [None, 5, "x", [], {"range": [], "by": {}, "from": 1e99, "zone": b"".hex()}])
def test_a_senseless_view_is_read_as_the_default(export: Export[Any], asked: object) -> None:
    assert all(answer.rows is not None for answer in export.read(asked).pages)


@pytest.mark.parametrize("export", declared().values(), ids=lambda export: export.name)
def test_a_source_that_is_down_gives_no_rows_and_says_why(export: Export[Any]) -> None:
    down = FakeQuestions(datetime.now(UTC), down=DOWN)
    first = next(declared(down)[export.name].read(VIEW).pages)
    assert (first.rows, first.sentence) == (None, DOWN)


def test_the_days_are_those_of_the_chart() -> None:
    view = read_view(VIEW)
    today = [row for row in rows("logins-per-day") if row["day"] == view.window.until.astimezone(view.zone).date()]
    assert len(rows("logins-per-day")) in (15, 16)
    assert today[0]["time_zone"] == "Europe/Paris"


def test_the_failed_logins_are_all_of_them_and_not_the_first_eight() -> None:
    by_user, by_address = rows("failed-logins", by="user"), rows("failed-logins")
    assert (len(by_user) > 200, by_user[0]["failed_by"], by_address[0]["failed_by"]) == (True, "user_name", "source_ip")


def test_the_steps_of_the_axis_add_up_to_the_card() -> None:
    card, steps = rows("kpi-logins")[0], rows("one-axis")
    assert sum(step["success"] for step in steps) >= card["success"] > 0


def test_attacks_and_successes_stand_in_one_file() -> None:
    kinds = [row["kind"] for row in rows("attacks")]
    assert (kinds.count("spraying"), kinds.count("success_after_failures")) == (1, 3)
