"""The alerts of Loki over lines: each fires, each stays silent on lines that hold its words, each says its sentence."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.alerting.ruler import lines_of, rules

ROOT = Path(__file__).parent.parent.parent
FILES = sorted((Path(__file__).parent / "lines").glob("*.yml"))
CASES = [case for path in FILES for case in yaml.safe_load(path.read_text(encoding="utf-8"))]
RULES = rules()


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_the_ruler_says_what_the_case_says(case: dict[str, Any]) -> None:
    lines = lines_of(case["lines"])
    said = [RULES[look["alert"]].fires(lines, look["at"]) for look in case["looks"]]
    assert said == [look["says"] for look in case["looks"]]


@pytest.mark.parametrize("name", RULES)
def test_an_alert_has_a_look_that_fires_and_one_that_does_not(name: str) -> None:
    looks = [look for case in CASES for look in case["looks"] if look["alert"] == name]
    assert {True, False} == {bool(look["says"]) for look in looks}


def falco_families() -> Iterator[tuple[str, set[str]]]:
    """The names of Falco's rules that a detection rule of config/rules is about."""
    for rule in yaml.safe_load_all((ROOT / "config/rules/falco.yml").read_text(encoding="utf-8")):
        if rule["name"] in RULES:
            yield rule["name"], set(rule["detection"]["family"]["rule"])


@pytest.mark.parametrize(("name", "family"), list(falco_families()))
def test_an_alert_is_about_the_rules_of_falco_that_the_detection_rule_is_about(name: str, family: set[str]) -> None:
    expression = RULES[name].expression
    assert set(expression.split('rule=~"')[1].split('"')[0].split("|")) == family
