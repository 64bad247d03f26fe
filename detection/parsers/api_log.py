"""The log of the service in `api/`: one JSON object a line, for each request and for each thing an account did."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from detection.actions import ACTIONS, LOG_ACTIONS, REASONS, Action
from detection.parsers.addresses import address_in
from detection.parsers.interface import Found, Ignored, Origin, Parsed, Sketch, canonical, rejected
from detection.parsers.json_record import document_of, number_in, text_in, whole_in
from detection.parsers.text import AGENT_LIMIT, EMPTY, USER_LIMIT, raw_document, said, shown
from detection.parsers.timestamps import iso_instant
from detection.parsers.web import Request, answered, method_of, path_of, status_of

_NO_TIME, _NO_REQUEST = "It has no time.", "It is a request without a status."
_ORDINARY = "a line that tells no request, no account activity and no error"
_ERRORS = frozenset(("error", "critical"))


class ApiParser:
    """Reads the lines; `event` says what each is. Its names are those of `detection.actions.ACTIONS`."""

    name = "api"

    def parse(self, text: str, origin: Origin) -> Parsed:
        line = text.strip()
        if not line:
            return Ignored(EMPTY)
        document = document_of(line)
        if not isinstance(document, dict):
            return document
        at = iso_instant(document.get("time"), origin.zone)
        if at is None:
            return rejected(_NO_TIME, text)
        if text_in(document, "event") == "http_request":
            return _request(document, at, text, origin)
        return _activity(document, at, text, origin)


def _request(document: Mapping[str, Any], at: datetime, text: str, origin: Origin) -> Parsed:
    status = status_of(whole_in(document, "http_status"))
    if status is None:
        return rejected(_NO_REQUEST, text)
    milliseconds = number_in(document, "duration_ms")
    request = Request(
        at=at,
        method=text_in(document, "http_method") or "",
        # A path that no route serves is what tells a probe.
        target=text_in(document, "url_path", "http_route"),
        status=status,
        source_ip=address_in(text_in(document, "source_ip")),
        user_name=text_in(document, "user"),
        user_agent=text_in(document, "user_agent"),
        duration_s=milliseconds / 1000 if milliseconds is not None else None,
        route=text_in(document, "http_route"),
    )
    return answered(request, text, origin, lambda: raw_document(document, text, origin))


def _activity(document: Mapping[str, Any], at: datetime, text: str, origin: Origin) -> Parsed:
    action = ACTIONS.get(text_in(document, "event") or "") or _error(document)
    if action is None:
        return Ignored(_ORDINARY)
    sketch = Sketch(
        occurred_at=at,
        category=action.category,
        action=action.name,
        outcome=action.outcome,
        severity=action.severity,
        reason=_reason(document) or action.reason,
        user_name=shown(text_in(document, "user"), USER_LIMIT),
        source_ip=address_in(text_in(document, "source_ip")),
        user_agent=said(text_in(document, "user_agent"), AGENT_LIMIT),
        host_name=origin.host,
        container_name=origin.container,
        http_method=_method(document),
        http_route=path_of(text_in(document, "http_route")),
        http_status=status_of(whole_in(document, "http_status")),
        message=said(text_in(document, "message")),
        raw=raw_document(document, text, origin),
    )
    return Found((sketch,), None, canonical(text))


def _error(document: Mapping[str, Any]) -> Action | None:
    is_error = (text_in(document, "level") or "").lower() in _ERRORS
    return LOG_ACTIONS["application_error"] if is_error else None


def _reason(document: Mapping[str, Any]) -> str | None:
    reason = text_in(document, "reason")
    return reason if reason in REASONS else None


def _method(document: Mapping[str, Any]) -> str | None:
    written = text_in(document, "http_method")
    return method_of(written) if written else None
