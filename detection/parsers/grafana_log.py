"""Grafana's server log, logfmt or JSON: who logged in, who was refused.

A failed login is told by two or three lines. The one counted is "Request Completed" of `POST /login`, which has the
address; the others are passed over. The versions before 9 tell it with "Invalid username or password" as well.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from detection.actions import ACTIONS, LOG_ACTIONS, Action
from detection.parsers.addresses import address_in
from detection.parsers.interface import Found, Ignored, Origin, Parsed, Sketch, canonical, rejected
from detection.parsers.json_record import document_of, text_in
from detection.parsers.logfmt import pairs_of
from detection.parsers.text import EMPTY, LONGEST_LINE, TOO_LONG, USER_LIMIT, raw_document, raw_line, said, shown
from detection.parsers.timestamps import iso_instant
from detection.parsers.web import BROKEN, REFUSED, method_of, path_of, status_of

_NO_LINE, _NO_TIME = "It is no line of Grafana's log.", "Its time cannot be read."
_ORDINARY = "a line that tells no login and no refusal"
_PREFIX = re.compile(r"(?a)[\d:T .,+-]{10,40}(?=\w+=)")
_UNKNOWN_ACCOUNTS = ("user not found", "no user found", "identity.not-found")
_WRONG_PASSWORDS = ("invalid password", "password-auth.invalid")
_THROTTLED = ("too many consecutive incorrect login attempts", "login.brute-force", "too many incorrect login attempts")


class GrafanaParser:
    """Reads lines of both formats, of Grafana 7 to 13."""

    name = "grafana"

    def parse(self, text: str, origin: Origin) -> Parsed:
        line = text.strip()
        if not line:
            return Ignored(EMPTY)
        if line.startswith("{"):
            document = document_of(line)
            if not isinstance(document, dict):
                return document
            return _meaning(document, text, origin, raw_document(document, line, origin))
        if len(line) > LONGEST_LINE:
            return rejected(TOO_LONG, text)
        prefix = _PREFIX.match(line)
        pairs = pairs_of(line[prefix.end() :] if prefix else line)
        if "msg" not in pairs:
            return rejected(_NO_LINE, text)
        return _meaning(pairs, text, origin, raw_line(text, origin))


def _meaning(fields: Mapping[str, Any], text: str, origin: Origin, raw: Mapping[str, object]) -> Parsed:
    at = _time(fields, origin)
    if at is None:
        return rejected(_NO_TIME, text)
    message = text_in(fields, "msg", "message") or ""
    status = status_of(text_in(fields, "status"))
    action = _action(fields, message, status)
    if action is None:
        return Ignored(_ORDINARY)
    is_request = status is not None
    sketch = Sketch(
        occurred_at=at,
        category=action.category,
        action=action.name,
        outcome=action.outcome,
        severity=action.severity,
        reason=action.reason or (_reason(fields) if action.name == "authn_login_fail" else None),
        user_name=shown(text_in(fields, "User", "uname"), USER_LIMIT),
        source_ip=address_in(text_in(fields, "remote_addr")),
        host_name=origin.host,
        container_name=origin.container,
        process_name="grafana",
        http_method=method_of(text_in(fields, "method") or "") if is_request else None,
        http_route=path_of(text_in(fields, "path")) if is_request else None,
        http_status=status,
        message=said(": ".join(filter(None, (message, text_in(fields, "error"))))),
        raw=raw,
    )
    return Found((sketch,), None, canonical(text))


def _time(fields: Mapping[str, Any], origin: Origin) -> datetime | None:
    written = text_in(fields, "t", "time", "ts")
    return iso_instant(written, origin.zone) if written else None


def _action(fields: Mapping[str, Any], message: str, status: int | None) -> Action | None:
    if message == "Successful Login":
        return ACTIONS["authn_login_success"]
    if message != "Request Completed" or status is None:
        return None
    path = (text_in(fields, "path") or "").partition("?")[0]
    if text_in(fields, "method") == "POST" and path.endswith("/login") and 400 <= status < 500:
        is_throttled = status == 429 or any(sign in _error(fields) for sign in _THROTTLED)
        return ACTIONS["excess_rate_limit_exceeded" if is_throttled else "authn_login_fail"]
    if status in REFUSED:
        return LOG_ACTIONS["http_refused"]
    return LOG_ACTIONS["http_server_error"] if status in BROKEN else None


def _reason(fields: Mapping[str, Any]) -> str | None:
    error = _error(fields)
    if any(sign in error for sign in _UNKNOWN_ACCOUNTS):
        return "unknown_account"
    return "wrong_password" if any(sign in error for sign in _WRONG_PASSWORDS) else None


def _error(fields: Mapping[str, Any]) -> str:
    return (text_in(fields, "error") or "")[:1000].lower()
