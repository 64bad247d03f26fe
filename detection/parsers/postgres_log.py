"""PostgreSQL's server log: `stderr` with any usual `log_line_prefix`, `csvlog` and `jsonlog`.

What a client sends (a statement, an application name) stands behind the severity or inside quotes, so a query that
contains "FATAL" is no failure: only the first severity of a line, where the server writes it, counts.
"""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from detection.actions import ACTIONS, LOG_ACTIONS, Action
from detection.parsers.addresses import address_in
from detection.parsers.interface import Found, Ignored, Origin, Parsed, Rejected, Sketch, canonical, rejected
from detection.parsers.json_record import document_of, text_in
from detection.parsers.text import EMPTY, LONGEST_LINE, TOO_LONG, USER_LIMIT, raw_document, raw_line, said, shown
from detection.parsers.timestamps import epoch_instant, named_zone_instant
from vigie.severity import Severity

_TIME = re.compile(r"(?a)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: (?:[A-Z]{1,5}|[+-]\d\d(?::?\d\d)?))?")
_EPOCH = re.compile(r"(?a)\d{10}\.\d{3}\b")
_LEVELS = "DEBUG[1-5]?|INFO|NOTICE|WARNING|LOG|ERROR|FATAL|PANIC|STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION"
_LEVEL = re.compile(rf"(?:^|(?<=[\s>])|(?<=[,:\]]))({_LEVELS}): {{1,2}}")
_PREFIX_LIMIT = 500
_USER = re.compile(r"\buser=([^,\s]{1,63})|(?:^|[\s:])([^\s,@=:()\[\]]{1,63})@[^\s,@]{1,63}")
_HOST = re.compile(
    r"\b(?:client|host|remote)=([0-9A-Fa-f.:]{2,45})"
    r"|(?:^|[\s,:@])((?:::)?[0-9A-Fa-f][0-9A-Fa-f.:]{1,44})\(\d{1,5}\)"
)
_NAMED_USER = re.compile(r'(?:for user|role|user) "([^"]{1,63})"')
_NAMED_HOST = re.compile(r'for host "([^"]{2,100})"')
_AUTHORIZED = re.compile(r"connection authorized: user=([^\s]{1,63})")
_NOT_LET_IN = re.compile(
    r"\w{1,20}(?: user)? authentication failed for user |no pg_hba\.conf entry |pg_hba\.conf rejects "
    r"|role .{0,200} does not exist|role .{0,200} is not permitted to log in"
)
_CSV_START = re.compile(r"(?a)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [A-Z0-9+-]{1,6},")
_CSV_USER, _CSV_CLIENT, _CSV_LEVEL, _CSV_STATE, _CSV_MESSAGE = 1, 4, 11, 12, 13
_CONTINUED, _ORDINARY = "the rest of a record above it", "a line that tells no failure and no connection"
_NO_LEVEL, _NO_TIME = "It has no severity that PostgreSQL writes.", "Its time cannot be read."
_BELONGS = frozenset(("STATEMENT", "DETAIL", "HINT", "CONTEXT", "QUERY", "LOCATION"))
_WRONG_PASSWORD, _NO_AUTHORIZATION, _DENIED = "28P01", "28000", "42501"


@dataclass(frozen=True, slots=True)
class _Record:
    at: datetime
    level: str
    message: str
    state: str | None
    user: str | None
    host: str | None
    raw: Mapping[str, object]


_Read = _Record | Ignored | Rejected


class PostgresParser:
    """Reads lines and records. A time without a zone is one of the origin's; a line without a time has `first_seen`."""

    name = "postgres"

    def parse(self, text: str, origin: Origin) -> Parsed:
        line = text.strip("\r\n")
        if not line.strip():
            return Ignored(EMPTY)
        if len(line) > LONGEST_LINE and not line.startswith("{"):
            return rejected(TOO_LONG, text)
        record = _reader(line)(line, origin)
        return _meaning(record, text, origin) if isinstance(record, _Record) else record


def _reader(line: str) -> Callable[[str, Origin], _Read]:
    if line.startswith("{"):
        return _of_json
    return _of_csv if _CSV_START.match(line) else _of_line


def _of_json(line: str, origin: Origin) -> _Read:
    document = document_of(line)
    if not isinstance(document, dict):
        return document
    at = named_zone_instant(text_in(document, "timestamp") or "", origin.zone)
    if at is None:
        return rejected(_NO_TIME, line)
    return _Record(
        at,
        text_in(document, "error_severity") or "",
        text_in(document, "message") or "",
        text_in(document, "state_code"),
        text_in(document, "user"),
        text_in(document, "remote_host"),
        raw_document(document, line, origin),
    )


def _of_csv(line: str, origin: Origin) -> _Read:
    """A record that goes on over several lines is complete as far as its message in the first of them."""
    try:
        fields: Sequence[str] = next(csv.reader([line]))
    except csv.Error:
        return rejected(_NO_LEVEL, line)
    at = named_zone_instant(fields[0], origin.zone)
    if at is None:
        return rejected(_NO_TIME, line)
    if len(fields) <= _CSV_MESSAGE:
        return rejected(_NO_LEVEL, line)
    host = fields[_CSV_CLIENT].rpartition(":")[0]
    level, state, message = fields[_CSV_LEVEL], fields[_CSV_STATE], fields[_CSV_MESSAGE]
    return _Record(at, level, message, state, fields[_CSV_USER], host, raw_line(line, origin))


def _of_line(line: str, origin: Origin) -> _Read:
    found = _LEVEL.search(line, 0, _PREFIX_LIMIT)
    if line[0] in "\t " or found is None:
        return Ignored(_CONTINUED) if line[0] in "\t " else rejected(_NO_LEVEL, line)
    prefix, message = line[: found.start()], line[found.end() :]
    at, named = _time(prefix, origin), _TIME.sub("", prefix, count=1)
    if at is None:
        return rejected(_NO_TIME, line)
    user, host = _USER.search(named), _HOST.search(named)
    return _Record(
        at,
        found.group(1),
        message,
        None,
        (user.group(1) or user.group(2)) if user else None,
        (host.group(1) or host.group(2)) if host else None,
        raw_line(line, origin),
    )


def _time(prefix: str, origin: Origin) -> datetime | None:
    found = _TIME.search(prefix)
    if found:
        return named_zone_instant(found.group(), origin.zone)
    epoch = _EPOCH.search(prefix)
    return epoch_instant(epoch.group()) if epoch else origin.first_seen


def _meaning(record: _Record, text: str, origin: Origin) -> Parsed:
    if record.level in _BELONGS:
        return Ignored(_CONTINUED)
    action, reason = _action(record)
    if action is None:
        return Ignored(_ORDINARY)
    named_user = _NAMED_USER.search(record.message) or _AUTHORIZED.match(record.message)
    named_host = _NAMED_HOST.search(record.message)
    is_about_login = action.name.startswith("authn")
    sketch = Sketch(
        occurred_at=record.at,
        # A login to the database is none to the application: it is counted apart.
        category="database",
        action=action.name,
        outcome=action.outcome,
        severity=Severity.CRITICAL if record.level == "PANIC" else action.severity,
        reason=reason,
        user_name=shown(named_user.group(1) if named_user and is_about_login else record.user, USER_LIMIT),
        source_ip=address_in(record.host) or address_in(named_host.group(1) if named_host else None),
        host_name=origin.host,
        container_name=origin.container,
        process_name="postgres",
        message=said(f"{record.level}: {record.message}"),
        raw=record.raw,
    )
    return Found((sketch,), None, canonical(text))


def _action(record: _Record) -> tuple[Action | None, str | None]:
    if record.level in ("FATAL", "ERROR", "PANIC"):
        return _failure(record)
    if record.level == "LOG" and _AUTHORIZED.match(record.message):
        return ACTIONS["authn_login_success"], None
    return None, None


def _failure(record: _Record) -> tuple[Action, str | None]:
    message = record.message
    is_login = record.level == "FATAL" and (
        record.state in (_WRONG_PASSWORD, _NO_AUTHORIZATION) or _NOT_LET_IN.match(message) is not None
    )
    if is_login:
        if message.startswith("role ") and message.endswith("does not exist"):
            return ACTIONS["authn_login_fail"], "unknown_account"
        if record.state == _WRONG_PASSWORD or message.startswith("password authentication failed"):
            return ACTIONS["authn_login_fail"], "wrong_password"
        return ACTIONS["authn_login_fail"], None
    if record.state == _DENIED or message.startswith(("permission denied ", "must be owner of ")):
        return ACTIONS["authz_fail"], None
    return LOG_ACTIONS["database_error" if record.level == "ERROR" else "database_failure"], None
