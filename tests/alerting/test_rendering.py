"""What is made of config/alerts is what lies in the repository, and a file that is written wrongly is refused."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.alerting.alerts import read_subjects
from vigie.errors import ConfigurationError

ALERT = """\
subject: Trial
alerts:
  - name: trial
    severity: high
    backend: prometheus
    query: max by (job) (up)
    threshold: "< 1"
    for: 1m
    group_by: [job]
    sentence: "{job} is down."
    means: It is down.
"""


def refusal(folder: Path, text: str) -> str:
    (folder / "trial.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        read_subjects(folder)
    return str(refused.value)


def test_the_files_are_up_to_date(root: Path) -> None:
    command = [sys.executable, "scripts/render_alerts.py", "--check"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_alert_has_its_runbook(root: Path) -> None:
    alerts = [alert for subject in read_subjects(root / "config/alerts") for alert in subject.alerts]
    assert [alert.name for alert in alerts if not (root / alert.runbook).is_file()] == []


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("severity: high", "severity: urgent", "'urgent' is none of critical, high, warning"),
        ('"< 1"', '">= 1"', "`threshold` cannot be '>= 1'"),
        ("for: 1m", "for: 60", "`for` is no text"),
        ("for: 1m", "fro: 1m", "lacks for"),
        ("    for: 1m", "    for: 1m\n    color: red", "unknown key color"),
        ("by (job)", "by (job, instance)", "Write the same labels"),
        ("{job} is", "{host} is", "the sentence names host"),
        ("name: trial", "name: Trial Alert", "`name` cannot be 'Trial Alert'"),
        ("subject: Trial", "subjects: Trial", "no file of alerts"),
        ("alerts:", "alerts: [", "cannot be read"),
    ],
)
def test_it_refuses_what_would_be_read_wrongly(tmp_path: Path, right: str, wrong: str, words: str) -> None:
    assert words in refusal(tmp_path, ALERT.replace(right, wrong))


def test_it_refuses_two_alerts_of_one_name(tmp_path: Path) -> None:
    (tmp_path / "first.yml").write_text(ALERT, encoding="utf-8")
    assert "the alert trial stands in first.yml already" in refusal(tmp_path, ALERT)
