"""Rule files in the format that Prometheus and the ruler of Loki share."""

from collections.abc import Sequence
from typing import Any, assert_never

from .alerts import Alert, Backend, Subject, Value

INTERVAL = "30s"  # the shortest window is a minute: every line is looked at twice


def rule_file(subjects: Sequence[Subject], backend: Backend) -> dict[str, Any]:
    """The alerts of one language, a group for each subject that has any."""
    groups = []
    for subject in subjects:
        rules = [_rule(alert) for alert in subject.alerts if alert.backend is backend]
        if rules:
            groups.append({"name": subject.key, "interval": INTERVAL, "rules": rules})
    return {"groups": groups}


def _rule(alert: Alert) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "expr": f"({alert.query}) {alert.threshold}",
        "for": alert.lasts,
        "labels": {"severity": alert.severity.value},
        "annotations": {
            "summary": alert.sentence_with("{{ $labels.{} }}", _shown(alert.value)),
            "runbook": alert.runbook,
        },
    }


def _shown(value: Value | None) -> str:
    match value:
        case None:
            return ""
        case Value.COUNT:
            return '{{ printf "%.0f" $value }}'
        case Value.PERCENT:
            return "{{ $value | humanizePercentage }}"
        case _:
            assert_never(value)
