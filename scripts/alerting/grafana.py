"""Rules of Grafana's file provisioning: the query, and the threshold as an expression of its own.

A rule whose query ends in a comparison answers nothing in calm, which Grafana calls NoData and notifies of. So the
query is A, the threshold C. Grouped queries may be empty in calm: `noDataState: OK`. `execErrState: Error` says "could
not look" by an alert of its own, DatasourceError, instead of the alert that was not looked for.
"""

from collections.abc import Sequence
from typing import Any, assert_never

from .alerts import Alert, Backend, Subject, Value
from .rule_files import INTERVAL

_DATASOURCES = {Backend.PROMETHEUS: "vigie-prometheus", Backend.LOKI: "vigie-loki"}
_EXPRESSION = "__expr__"
_LOOKED_BACK_S = 600


def grafana_rules(subjects: Sequence[Subject]) -> dict[str, Any]:
    """All alerts, a group for each subject, in the folder Vigie."""
    return {
        "apiVersion": 1,
        "groups": [
            {
                "orgId": 1,
                "name": subject.key,
                "folder": "Vigie",
                "interval": INTERVAL,
                "rules": [_rule(alert) for alert in subject.alerts],
            }
            for subject in subjects
        ],
    }


def _rule(alert: Alert) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "uid": f"vigie-{alert.name}",
        "title": alert.name,
        "condition": "C",
        "data": [_query(alert), _threshold(alert)],
        "for": alert.lasts,
        "noDataState": "OK",
        "execErrState": "Error",
        "labels": {"severity": alert.severity.value},
        "annotations": {
            "summary": alert.sentence_with("{{ $labels.{} }}", _shown(alert.value)),
            "runbook": alert.runbook,
        },
    }
    if alert.panel is not None:
        dashboard, panel = alert.panel.split("/")
        rule |= {"dashboardUid": dashboard, "panelId": int(panel)}
    return rule


def _query(alert: Alert) -> dict[str, Any]:
    model: dict[str, Any] = {"refId": "A", "expr": alert.query, "editorMode": "code"}
    match alert.backend:
        case Backend.PROMETHEUS:
            model |= {"instant": True, "range": False}
        case Backend.LOKI:
            model |= {"queryType": "instant"}
        case _:
            assert_never(alert.backend)
    return {
        "refId": "A",
        "queryType": "instant" if alert.backend is Backend.LOKI else "",
        "relativeTimeRange": {"from": _LOOKED_BACK_S, "to": 0},
        "datasourceUid": _DATASOURCES[alert.backend],
        "model": model,
    }


def _threshold(alert: Alert) -> dict[str, Any]:
    evaluator = {"type": "gt" if alert.threshold.above else "lt", "params": [float(alert.threshold.limit)]}
    return {
        "refId": "C",
        "queryType": "expression",
        "relativeTimeRange": {"from": 0, "to": 0},
        "datasourceUid": _EXPRESSION,
        "model": {"refId": "C", "type": "threshold", "expression": "A", "conditions": [{"evaluator": evaluator}]},
    }


def _shown(value: Value | None) -> str:
    match value:
        case None:
            return ""
        case Value.COUNT:
            return '{{ printf "%.0f" $values.A.Value }}'
        case Value.PERCENT:
            return "{{ humanizePercentage $values.A.Value }}"
        case _:
            assert_never(value)
