"""The dashboards: every panel is whole, and every question is one that its database understands."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import create_engine, text

from scripts.alerting.alerts import read_subjects
from scripts.alerting.dashboards import dashboards
from tests.alerting.logql.parser import NotInPart, parse_log, parse_metric
from tests.conftest import Store
from vigie.errors import ConfigurationError
from vigie.store.roles import Role

ROOT = Path(__file__).parent.parent.parent
BOARDS = [
    json.loads(path.read_text("utf-8")) for path in sorted(ROOT.glob("grafana/provisioning/dashboards/json/*.json"))
]
PANELS = [(board, panel) for board in BOARDS for panel in board["panels"]]
of_each_board = pytest.mark.parametrize("board", BOARDS, ids=lambda board: str(board["uid"]))
of_each_panel = pytest.mark.parametrize(("board", "panel"), PANELS, ids=lambda each: str(each.get("title")))


def questions(kind: str) -> Iterator[str]:
    for _, panel in PANELS:
        if panel["datasource"]["type"] == kind:
            yield from (target.get("expr") or target["rawSql"] for target in panel["targets"])


def test_there_are_the_four() -> None:
    titles = {board["title"] for board in BOARDS}
    assert titles == {"Security & Application Logs", "Overview", "Application", "Infrastructure"}
    assert "security-logs" in {board["uid"] for board in BOARDS}


@of_each_board
def test_no_panel_lies_over_another_or_outside(board: dict[str, Any]) -> None:
    places = [panel["gridPos"] for panel in board["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        apart = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        assert apart or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]


@of_each_board
def test_no_number_of_a_panel_stands_twice(board: dict[str, Any]) -> None:
    numbers = [panel["id"] for panel in board["panels"]]
    assert len(set(numbers)) == len(numbers)


@of_each_panel
def test_a_panel_says_what_it_shows_and_leads_to_the_console(board: dict[str, Any], panel: dict[str, Any]) -> None:
    assert board["schemaVersion"] == 42
    assert panel["title"]
    assert panel["description"]
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["links"][0]["url"].startswith("${console}/")


@of_each_panel
def test_a_panel_asks_a_datasource_that_there_is(board: dict[str, Any], panel: dict[str, Any]) -> None:
    file = yaml.safe_load((ROOT / "grafana/provisioning/datasources/datasources.yml").read_text("utf-8"))
    known = {each["uid"]: each["type"] for each in file["datasources"]}
    asked = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
    assert {known.get(each["uid"]) for each in asked} == {panel["datasource"]["type"]}
    names = {variable["name"] for variable in board["templating"]["list"]}
    assert all(f"${name}" in json.dumps(board["panels"]) or name == "console" for name in names)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_prometheus_understands_its_questions(tmp_path: Path) -> None:
    rules = [{"record": f"panel:{number}", "expr": asked} for number, asked in enumerate(questions("prometheus"))]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    done = subprocess.run(["promtool", "check", "rules", tmp_path / "rules.yml"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("asked", list(questions("loki")))
def test_loki_understands_its_questions(asked: str) -> None:
    try:
        assert parse_metric(asked)
    except NotInPart:
        assert parse_log(asked)


def test_postgres_answers_its_questions_to_the_role_that_grafana_has(store: Store) -> None:
    engine = create_engine(store.url(Role.EXPORTER).replace("postgresql://", "postgresql+psycopg2://"))
    with engine.connect() as connection:
        answers = [connection.execute(text(asked)).keys() for asked in questions("grafana-postgresql-datasource")]
    engine.dispose()
    assert [list(each) for each in answers] == [["severity", "open"]]


def test_a_panel_without_a_description_is_refused(tmp_path: Path) -> None:
    written = yaml.safe_load((ROOT / "grafana/dashboards/overview.yml").read_text("utf-8"))
    del written["panels"][0]["says"]
    (tmp_path / "overview.yml").write_text(yaml.safe_dump(written))
    with pytest.raises(ConfigurationError, match="panel Open alerts"):
        dashboards(tmp_path)


def test_every_panel_that_an_alert_leads_to_is_there() -> None:
    alerts = [alert for subject in read_subjects(ROOT / "config/alerts") for alert in subject.alerts]
    known = {f"{board['uid']}/{panel['id']}" for board, panel in PANELS}
    assert [alert.name for alert in alerts if alert.panel is not None and alert.panel not in known] == []
