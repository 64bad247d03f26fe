"""Falco's alerts: one JSON object each, on standard output, in a file or posted, with any of its JSON options."""

import json
import re
from collections.abc import Mapping
from typing import Any

from detection.actions import LOG_ACTIONS
from detection.parsers.addresses import address_in
from detection.parsers.interface import Found, Ignored, Origin, Parsed, Sketch, rejected
from detection.parsers.json_record import document_of, found_in, text_in
from detection.parsers.text import EMPTY, NAME_LIMIT, USER_LIMIT, raw_document, said, shown
from detection.parsers.timestamps import iso_instant
from vigie.severity import Severity

_PLAIN = "a line of Falco's own report, which is no JSON"
_NO_TIME, _NO_RULE, _NO_PRIORITY = "It has no time.", "It names no rule.", "It has no Falco priority."
_SEVERITIES = {
    "emergency": Severity.CRITICAL,
    "alert": Severity.CRITICAL,
    "critical": Severity.CRITICAL,
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "notice": Severity.LOW,
    "informational": Severity.INFORMATIONAL,
    "info": Severity.INFORMATIONAL,
    "debug": Severity.INFORMATIONAL,
}
_INTERNAL = {
    "Falco internal: syscall event drop": LOG_ACTIONS["sensor_drop"],
    "Falco internal: metrics snapshot": LOG_ACTIONS["sensor_metrics"],
}
_PREFIX = re.compile(r"(?a)^(?:\d{4}-\d\d-\d\dT)?\d\d:\d\d:\d\d\.\d{9}(?:[+-]\d{4})?: (?:[A-Z][a-z]{3,12} )?")
_IDENTITY = ("hostname", "source", "rule", "time", "output", "output_fields")


class FalcoParser:
    """Reads alerts. Falco's priority becomes our severity and stays in the raw record."""

    name = "falco"

    def parse(self, text: str, origin: Origin) -> Parsed:
        line = text.strip()
        if not line.startswith("{"):
            return Ignored(_PLAIN if line else EMPTY)
        document = document_of(line)
        if not isinstance(document, dict):
            return document
        at = iso_instant(document.get("time"), origin.zone)
        if at is None:
            return rejected(_NO_TIME, text)
        rule = shown(text_in(document, "rule"), NAME_LIMIT)
        if rule is None:
            return rejected(_NO_RULE, text)
        severity = _SEVERITIES.get(str(document.get("priority")).lower())
        if severity is None:
            return rejected(_NO_PRIORITY, text)
        fields = document.get("output_fields")
        known = fields if isinstance(fields, dict) else {}
        action = LOG_ACTIONS["falco_rule_match"]
        if document.get("source") == "internal":
            action = _INTERNAL.get(rule, LOG_ACTIONS["sensor_notice"])
        sketch = Sketch(
            occurred_at=at,
            category=action.category,
            action=action.name,
            outcome=action.outcome,
            # Falco calls its own blindness "Debug".
            severity=max(severity, action.severity),
            rule=rule,
            user_name=_field(known, "user.name", "ka.user.name", limit=USER_LIMIT),
            source_ip=address_in(text_in(known, "fd.rip", "fd.sip", "fd.cip")),
            host_name=shown(text_in(document, "hostname"), NAME_LIMIT) or origin.host,
            container_name=_field(known, "container.name", "container.id") or origin.container,
            process_name=_field(known, "proc.name"),
            message=_message(document, rule),
            raw=raw_document(document, line, origin),
        )
        return Found((sketch,), None, _identity(document))


def _field(fields: Mapping[str, Any], *names: str, limit: int = NAME_LIMIT) -> str | None:
    """The first that is known; Falco writes null, "" or "<NA>" for what is not, and "host" for no container."""
    for name in names:
        known = shown(fields.get(name), limit)
        if known is not None and not (known == "host" and name.startswith("container.")):
            return known
    return None


def _message(document: Mapping[str, Any], rule: str) -> str:
    """`message` where it is written, else `output` without its time and priority."""
    message = text_in(document, "message") or _PREFIX.sub("", text_in(document, "output") or "")
    return said(message) or rule


def _identity(document: Mapping[str, Any]) -> str:
    """An alert has no id: what it says makes it that alert, in whatever order its keys were written."""
    said_by_it = {name: found_in(document, name) for name in _IDENTITY}
    return json.dumps(said_by_it, sort_keys=True, separators=(",", ":"))
