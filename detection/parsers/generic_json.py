"""Any JSON log, as far as its names are known: Elastic Common Schema, OpenTelemetry, and what most loggers write.

An answered request is counted as in an access log; an action of our own vocabulary is that action; an ECS login is a
login; an error is an error. Anything else is passed over.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from detection.actions import ACTIONS, LOG_ACTIONS, REASONS, Action
from detection.parsers.addresses import address_in
from detection.parsers.interface import Found, HttpHit, Ignored, Origin, Parsed, Sketch, canonical, rejected
from detection.parsers.json_record import document_of, found_in, number_in, text_in, whole_in
from detection.parsers.text import AGENT_LIMIT, EMPTY, NAME_LIMIT, USER_LIMIT, raw_document, said, shown
from detection.parsers.timestamps import epoch_instant, iso_instant
from detection.parsers.web import Request, answered, method_of, path_of, status_of
from vigie.event import FAILURE, SUCCESS

_TIME = ("@timestamp", "timestamp", "time", "ts", "t", "timeUnixNano", "observedTimeUnixNano", "datetime", "date")
_ACTION = ("event.action", "event", "action", "event_name", "event.name")
_USER = ("user.name", "user.email", "user.id", "enduser.id", "user", "username", "user_name", "email")
_ADDRESS = ("source.ip", "client.ip", "client.address", "source.address", "http.client_ip", "remote_addr", "remote_ip",
            "client_ip", "source_ip", "ip")  # fmt: skip
_AGENT = ("user_agent.original", "http.user_agent", "user_agent", "userAgent", "http_user_agent")
_HOST = ("host.name", "host.hostname", "hostname", "host")
_CONTAINER = ("container.name", "k8s.container.name", "kubernetes.container_name", "container_name", "container")
_PROCESS = ("process.name", "process.executable.name", "service.name", "process", "logger")
_METHOD = ("http.request.method", "http.method", "http_method", "request_method", "method")
_STATUS = ("http.response.status_code", "http.status_code", "http_status", "status_code", "status")
_TARGET = ("url.original", "url.path", "http.target", "url_path", "path", "uri", "request_uri", "url")
_ROUTE = ("http.route", "http_route", "route")
_MESSAGE = ("message", "msg", "body.stringValue", "body", "log")
_LEVEL = ("log.level", "level", "severityText", "severity_text", "severity", "lvl")
_ERRORS = frozenset(("error", "err", "eror", "critical", "crit", "fatal", "panic", "alert", "emergency", "emerg"))
_LOGINS = {SUCCESS: ACTIONS["authn_login_success"], FAILURE: ACTIONS["authn_login_fail"]}
_NO_TIME = "Its time cannot be read."
_ORDINARY = "a record that tells no request, no known action and no error"
_MOST_ATTRIBUTES = 1000


class GenericJsonParser:
    """Reads one object a line. A record without a time of its own has that of its first reading."""

    name = "json"

    def parse(self, text: str, origin: Origin) -> Parsed:
        line = text.strip()
        if not line:
            return Ignored(EMPTY)
        document = document_of(line)
        if not isinstance(document, dict):
            return document
        record = _flattened(document)
        at = _time(record, origin)
        if at is None:
            return rejected(_NO_TIME, text)
        request = _request(record, at)
        action = _action(record)
        counted = answered(request, line, origin, lambda: raw_document(document, line, origin)) if request else None
        if action is None:
            return counted or Ignored(_ORDINARY)
        sketch = _sketch(record, action, at, request, origin, raw_document(document, line, origin))
        hit: HttpHit | None = counted.hit if counted else None
        return Found((sketch,), hit, canonical(text))


def _flattened(document: dict[str, Any]) -> dict[str, Any]:
    """OpenTelemetry keeps its names under `attributes` and `resource`, as an object or as a list of key and value."""
    inner: dict[str, Any] = {}
    for holder in (found_in(document, "resource.attributes"), document.get("resource"), document.get("attributes")):
        if isinstance(holder, dict):
            inner |= holder
        elif isinstance(holder, list):
            inner |= dict(_pair(item) for item in holder[:_MOST_ATTRIBUTES] if isinstance(item, dict))
    return inner | document


def _pair(item: dict[str, Any]) -> tuple[str, Any]:
    value = item.get("value")
    if isinstance(value, dict):
        value = next(iter(value.values()), None)
    return str(item.get("key")), value


def _time(record: Mapping[str, Any], origin: Origin) -> datetime | None:
    written = found_in(record, *_TIME)
    return origin.first_seen if written is None else iso_instant(written, origin.zone) or epoch_instant(written)


def _request(record: Mapping[str, Any], at: datetime) -> Request | None:
    method, status = text_in(record, *_METHOD), status_of(whole_in(record, *_STATUS))
    target, route = text_in(record, *_TARGET), text_in(record, *_ROUTE)
    if method is None or status is None or (target or route) is None:
        return None
    milliseconds = number_in(record, "duration_ms", "elapsed_ms", "http.server.duration")
    return Request(
        at=at,
        method=method,
        target=target or route,
        status=status,
        source_ip=address_in(text_in(record, *_ADDRESS)),
        user_name=text_in(record, *_USER),
        user_agent=text_in(record, *_AGENT),
        duration_s=milliseconds / 1000 if milliseconds is not None else None,
        host_name=shown(text_in(record, *_HOST), NAME_LIMIT),
        route=route,
    )


def _action(record: Mapping[str, Any]) -> Action | None:
    named = text_in(record, *_ACTION) or ""
    if named in ACTIONS:
        return ACTIONS[named]
    categories, types = found_in(record, "event.category"), found_in(record, "event.type")
    if _holds(categories, "authentication") and not _holds(types, "end"):
        return _LOGINS.get(text_in(record, "event.outcome") or "", LOG_ACTIONS["authn_attempt"])
    is_error = (text_in(record, *_LEVEL) or "").lower() in _ERRORS
    return LOG_ACTIONS["application_error"] if is_error else None


def _holds(value: Any, word: str) -> bool:
    return value == word or (isinstance(value, list) and word in value)


def _sketch(
    record: Mapping[str, Any],
    action: Action,
    at: datetime,
    request: Request | None,
    origin: Origin,
    raw: Mapping[str, object],
) -> Sketch:
    reason = text_in(record, "event.reason", "reason")
    return Sketch(
        occurred_at=at,
        category=action.category,
        action=action.name,
        outcome=action.outcome,
        severity=action.severity,
        reason=reason if reason in REASONS else action.reason,
        rule=shown(text_in(record, "rule.name"), NAME_LIMIT),
        user_name=shown(text_in(record, *_USER), USER_LIMIT),
        source_ip=address_in(text_in(record, *_ADDRESS)),
        user_agent=said(text_in(record, *_AGENT), AGENT_LIMIT),
        host_name=shown(text_in(record, *_HOST), NAME_LIMIT) or origin.host,
        container_name=shown(text_in(record, *_CONTAINER), NAME_LIMIT) or origin.container,
        process_name=shown(text_in(record, *_PROCESS), NAME_LIMIT),
        http_method=method_of(request.method) if request else None,
        http_route=path_of(request.target) if request else None,
        http_status=request.status if request else None,
        message=said(text_in(record, *_MESSAGE)),
        raw=raw,
    )
