"""The pages for who is woken by an alert that no rule of Vigie makes."""

import re
from pathlib import Path

import pytest

from scripts.alerting.alerts import Alert, read_subjects
from vigie.query import parse

ROOT = Path(__file__).parent.parent.parent
SECTIONS = ["Meaning", "Impact", "Diagnosis", "Mitigation"]
OF_RULES = "## What it means"
ALERTS = [
    alert
    for subject in read_subjects(ROOT / "config/alerts")
    for alert in subject.alerts
    if OF_RULES not in (ROOT / alert.runbook).read_text(encoding="utf-8")
]


def test_the_index_names_every_alert() -> None:
    index = (ROOT / "docs/runbooks/README.md").read_text(encoding="utf-8")
    assert [
        alert.name for alert in ALERTS if f"| [{alert.name}]({alert.name}.md) | {alert.severity.value} |" not in index
    ] == []


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
class TestARunbook:
    def test_it_has_every_section_in_order(self, alert: Alert) -> None:
        text = (ROOT / alert.runbook).read_text(encoding="utf-8")
        assert re.findall(r"^## (.*)$", text, re.M) == SECTIONS

    def test_it_says_name_and_severity_of_its_alert(self, alert: Alert) -> None:
        said = (ROOT / alert.runbook).read_text(encoding="utf-8").splitlines()[2]
        assert said == f"Alert `{alert.name}` · {alert.severity.value}"

    def test_its_searches_are_of_our_language(self, alert: Alert) -> None:
        blocks = re.findall(r"```search\n(.*?)```", (ROOT / alert.runbook).read_text(encoding="utf-8"), re.S)
        assert all(str(parse(line.strip())) for line in "\n".join(blocks).splitlines() if line.strip())
