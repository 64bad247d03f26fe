"""Webhooks of Alertmanager and of Grafana's alerting, which have one shape: a group of alerts, firing or resolved."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from detection.intake.deliveries import Delivery, Record, Sender, record_of, values_in
from detection.parsers.addresses import address_in
from detection.parsers.interface import Origin, Rejected, Sketch, rejected
from detection.parsers.json_record import document_of, text_in
from detection.parsers.text import NAME_LIMIT, USER_LIMIT, raw_document, said, shown
from detection.parsers.timestamps import iso_instant
from vigie.event import key_of
from vigie.severity import Severity

CATEGORY = "grafana_alert"
FIRING, RESOLVED = "alert_firing", "alert_resolved"
MOST_VALUES_OF_ALERT, MOST_VALUES = 1000, 20_000
_ACTIONS = {"firing": FIRING, "resolved": RESOLVED}
_SEVERITIES = {
    **dict.fromkeys(("critical", "emergency", "page", "disaster"), Severity.CRITICAL),
    **dict.fromkeys(("high", "error", "major"), Severity.HIGH),
    **dict.fromkeys(("medium", "warning", "average"), Severity.MEDIUM),
    **dict.fromkeys(("low", "minor", "notice"), Severity.LOW),
    **dict.fromkeys(("informational", "info", "none", "debug"), Severity.INFORMATIONAL),
}
_UTC = ZoneInfo("UTC")


def read_alerts(sender: Sender, text: str, size: int, now: datetime) -> Delivery:
    """The alerts in `text`; those that cannot be read are rejected one by one. Nothing is raised."""
    document = document_of(text)
    if not isinstance(document, dict):
        return Delivery(sender, (), (document,), size)
    alerts = document.get("alerts")
    if not isinstance(alerts, list) or not alerts:
        return Delivery(sender, (), (rejected("It holds no list of alerts.", text),), size)
    if values_in(document, MOST_VALUES) > MOST_VALUES:
        return Delivery(sender, (), (rejected(f"It has more than {MOST_VALUES} fields.", text),), size)
    read = [_read(alert, Origin(sender.source.name, now)) for alert in alerts]
    refused = [one for one in read if isinstance(one, Rejected)]
    left_out = document.get("truncatedAlerts")
    if isinstance(left_out, int) and left_out > 0:
        refused.append(rejected("The sender left out alerts of this group (its setting max_alerts).", text))
    return Delivery(sender, [one for one in read if isinstance(one, Record)], refused, size)


def _read(alert: object, origin: Origin) -> Record | Rejected:
    text = json.dumps(alert)
    if not isinstance(alert, dict):
        return rejected("It is no alert.", text)
    if values_in(alert, MOST_VALUES_OF_ALERT) > MOST_VALUES_OF_ALERT:
        return rejected(f"It has more than {MOST_VALUES_OF_ALERT} fields.", text)
    labels, notes = _texts(alert.get("labels")), _texts(alert.get("annotations"))
    action = _ACTIONS.get(str(alert.get("status")))
    rule = shown(text_in(labels, "alertname"), NAME_LIMIT)
    if action is None:
        return rejected("Its status is neither firing nor resolved.", text)
    if rule is None:
        return rejected("It has no label alertname.", text)
    at = iso_instant(alert.get("startsAt" if action == FIRING else "endsAt"), _UTC)
    if at is None:
        return rejected("It does not say when it started or ended.", text)
    sketch = Sketch(
        occurred_at=at,
        category=CATEGORY,
        action=action,
        severity=_SEVERITIES.get((text_in(labels, "severity", "level", "priority") or "").lower(), Severity.MEDIUM),
        rule=rule,
        user_name=shown(text_in(labels, "user_name", "user"), USER_LIMIT),
        source_ip=address_in(text_in(labels, "source_ip", "client_ip", "remote_addr", "ip")),
        host_name=shown(text_in(labels, "host_name", "hostname", "host", "nodename", "instance"), NAME_LIMIT),
        container_name=shown(text_in(labels, "container_name", "container"), NAME_LIMIT),
        process_name=shown(text_in(labels, "process_name"), NAME_LIMIT),
        message=said(text_in(notes, "summary", "description", "message")) or rule,
        raw=raw_document(alert, text, origin),
    )
    record = record_of(sketch, origin.source, key_of(origin.source, _identity(alert, labels)))
    # Two alerts that say the same of the same, but for a label, are two.
    apart = json.dumps(labels, sort_keys=True, separators=(",", ":"))
    return Record(record.event, key_of(record.fold_key.hex(), apart))


def _texts(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _identity(alert: Mapping[str, Any], labels: Mapping[str, Any]) -> str:
    """A notification that is repeated says the same of the same alert: it is the same record."""
    fingerprint = text_in(alert, "fingerprint") or labels
    return json.dumps(
        [fingerprint, alert.get("startsAt"), alert.get("status"), alert.get("endsAt")],
        sort_keys=True,
        separators=(",", ":"),
    )
