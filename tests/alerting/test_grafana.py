"""Grafana's files: nothing in them is unknown, dangling, twice or secret, and each rule is the alert it was made of."""

import configparser
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.alerting.alerts import Alert, Backend, read_subjects
from tests.alerting.logql.parser import parse_metric
from tests.alerting.provisioning import findings

ROOT = Path(__file__).parent.parent.parent
PROVISIONING = ROOT / "grafana/provisioning"
ALERTS = [alert for subject in read_subjects(ROOT / "config/alerts") for alert in subject.alerts]


@cache
def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def rule_of(name: str) -> Any:
    groups = read("grafana/provisioning/alerting/rules.yml")["groups"]
    (rule,) = (rule for group in groups for rule in group["rules"] if rule["title"] == name)
    return rule


def standing_alone(name: str) -> Any:
    """The same alert in the file of Prometheus or of Loki's ruler."""
    files = ("config/prometheus/rules.yml", "config/loki/rules/fake/vigie.yml")
    rules = [rule for file in files for group in read(file)["groups"] for rule in group["rules"]]
    (rule,) = (rule for rule in rules if rule["alert"] == name)
    return rule


def test_nothing_is_wrong_in_the_files() -> None:
    assert findings(PROVISIONING) == []


@pytest.mark.parametrize(
    ("file", "right", "wrong", "words"),
    [
        ("rules.yml", "noDataState", "noDataSate", "unknown key noDataSate"),
        ("rules.yml", "condition: C", "condition: D", "the condition D is not there"),
        ("rules.yml", "expression: A", "expression: B", "rests on B"),
        ("rules.yml", "vigie-loki", "vigie-lokki", "asks vigie-lokki, which is no datasource"),
        ("rules.yml", "uid: vigie-high_memory", "uid: vigie-service_down", "the rule vigie-service_down stands twice"),
        ("rules.yml", "runbook: docs", "runbook: ${BASE}/docs", "would be interpolated"),
        ("rules.yml", "severity: high", "severity: $labels.severity", "not one of"),
        ("contact_points.yml", "$__file{/run/secrets/pagerduty_key}", "abc123", "is a secret in a file"),
        ("contact_points.yml", "$__file{/run/secrets/slack_webhook_url}", "https://hooks.test/x", "is a secret"),
        ("contact_points.yml", "name: slack", "name: slak", "leads to slack, which is no contact point"),
        ("policies.yml", "[night]", "[nights]", "nights is no mute timing"),
        ("datasources.yml", "uid: vigie-loki", "uid: vigie-prometheus", "the datasource vigie-prometheus stands twice"),
        ("datasources.yml", "editable: false", "editable: 'no'", "no bool"),
    ],
)
def test_a_planted_fault_is_found(tmp_path: Path, file: str, right: str, wrong: str, words: str) -> None:
    shutil.copytree(PROVISIONING, tmp_path / "p")
    (path,) = (tmp_path / "p").rglob(file)
    path.write_text(path.read_text(encoding="utf-8").replace(right, wrong), encoding="utf-8")
    assert any(words in each for each in findings(tmp_path / "p"))


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
class TestAnAlert:
    def test_it_is_the_same_one_wherever_it_is_evaluated(self, alert: Alert) -> None:
        one, other = rule_of(alert.name), standing_alone(alert.name)
        assert (one["labels"], one["for"]) == (other["labels"], other["for"])
        assert one["annotations"]["runbook"] == other["annotations"]["runbook"]

    def test_its_sentence_differs_in_nothing_but_how_the_value_is_named(self, alert: Alert) -> None:
        summary = rule_of(alert.name)["annotations"]["summary"]
        summary = summary.replace("humanizePercentage $values.A.Value", "$value | humanizePercentage")
        assert summary.replace("$values.A.Value", "$value") == standing_alone(alert.name)["annotations"]["summary"]

    def test_query_and_threshold_are_those_of_the_rule_that_was_tested(self, alert: Alert) -> None:
        query, threshold = rule_of(alert.name)["data"]
        evaluator = threshold["model"]["conditions"][0]["evaluator"]
        sign = {"gt": ">", "lt": "<"}[evaluator["type"]]
        written = f"({query['model']['expr']}) {sign} {evaluator['params'][0]:g}"
        assert written == standing_alone(alert.name)["expr"]

    def test_its_query_answers_in_calm_or_is_grouped(self, alert: Alert) -> None:
        is_watched = "vigie_source_blind" in alert.query or "http_requests_total" in alert.query
        assert alert.group_by or "or vector(0)" in alert.query or is_watched
        if alert.backend is Backend.LOKI:
            assert parse_metric(alert.query)


def test_nobody_gets_into_grafana_without_a_name() -> None:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "grafana/grafana.ini", encoding="utf-8")
    assert settings.getboolean("auth.anonymous", "enabled") is False
    assert settings.getboolean("users", "allow_sign_up") is False
