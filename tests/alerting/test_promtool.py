"""The alerts of Prometheus, judged by the real promtool: each fires, each stays silent, each says its sentence."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from scripts.alerting.alerts import Backend, read_subjects

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
FILES = sorted((HERE / "promtool").glob("*.yml"))
OF_PROMETHEUS = [
    alert.name
    for subject in read_subjects(ROOT / "config/alerts")
    for alert in subject.alerts
    if alert.backend is Backend.PROMETHEUS
]
needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")


def promtool(*words: str | Path) -> str:
    done = subprocess.run(["promtool", *words], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def cases() -> list[dict[str, object]]:
    """What is expected of an alert at a moment, from all files."""
    read = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES]
    return [case for file in read for test in file["tests"] for case in test["alert_rule_test"]]


@needs_promtool
def test_promtool_takes_the_rules() -> None:
    assert promtool("check", "rules", ROOT / "config/prometheus/rules.yml") == ""


@needs_promtool
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_alerts_do_what_the_cases_say(path: Path) -> None:
    assert promtool("test", "rules", path) == ""


@needs_promtool
def test_a_case_that_expects_the_wrong_is_noticed(tmp_path: Path) -> None:
    text = (HERE / "promtool/service.yml").read_text(encoding="utf-8").replace("../../..", str(ROOT))
    (tmp_path / "wrong.yml").write_text(text.replace("api:8000 does not answer", "api:8000 answers"), encoding="utf-8")
    assert "does not answer" in promtool("test", "rules", tmp_path / "wrong.yml")


@pytest.mark.parametrize("name", OF_PROMETHEUS)
def test_an_alert_has_a_case_that_fires_and_one_that_does_not(name: str) -> None:
    expected = [bool(case["exp_alerts"]) for case in cases() if case["alertname"] == name]
    assert {True, False} == set(expected)
