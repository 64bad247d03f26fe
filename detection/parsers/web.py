"""One answered HTTP request: the count it adds to, and the event it is where it matters to security."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple
from urllib.parse import unquote

from detection.actions import ACTIONS, LOG_ACTIONS, Action
from detection.parsers.interface import Found, HttpHit, Origin, Sketch, canonical
from detection.parsers.text import AGENT_LIMIT, MESSAGE_LIMIT, ROUTE_LIMIT, USER_LIMIT, said, saying, shown
from vigie.event import FAILURE, SUCCESS
from vigie.severity import Severity

# 494 to 496 are nginx's own: headers too large, a wrong client certificate, none.
REFUSED = frozenset((401, 403, 407, 429, 495, 496))
UNACCEPTABLE = frozenset((413, 414, 431, 494))
BROKEN = frozenset((500,))
METHODS = frozenset(
    ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PROPFIND", "PROPPATCH", "MKCOL",
     "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH", "PURGE")
)  # fmt: skip
OTHER_METHOD = "OTHER"
_HOSTILE_METHODS = frozenset(("CONNECT", "TRACE", OTHER_METHOD))
# What no page links to: secrets, dumps, ways out of the folder, injected commands and SQL, the way through as a proxy.
_ATTACK = re.compile(
    r"^https?://|/\.(?:env|git|svn|hg|aws|ssh|htpasswd|htaccess|ds_store)\b|\.\.[/\\]|/etc/(?:passwd|shadow)\b"
    r"|/proc/self/|/vendor/phpunit|/actuator/(?:env|heapdump)|\$\{jndi:|\bunion(?: all)? select\b|' or '?1'?='?1"
    r"|<script\b|;(?:wget|curl) |\x00"
    r"|^[^?]*(?:/id_(?:rsa|ed25519)|\.(?:sql|bak|dump)(?:\.gz)?|/(?:backup|dump)\.(?:zip|tgz|tar\.gz))(?:\?|$)"
)
# Other people's products: someone may well run them, so only a refusal tells.
_ABSENT = re.compile(
    r"/wp-login\.php|/xmlrpc\.php|/wp-(?:config|admin|content)|/phpmyadmin|/pma/|/cgi-bin/|/boaform|/hnap1|/solr/admin"
    r"|/autodiscover/|/owa/auth|/_ignition/|/manager/html|/shell\b|\.(?:php|asp|aspx|jsp|cgi)$"
)
_PROBED = 4096
_LONGEST_S = 86_400


class Request(NamedTuple):
    """One line of an access log. `target` is the path with its query.

    None: what the client sent is no HTTP request. Empty: it sent nothing, as browsers and health checks do. `route` is
    the pattern the path fits, where the log knows it.
    """

    at: datetime
    method: str
    target: str | None
    status: int
    source_ip: IPv4Address | IPv6Address | None
    user_name: str | None
    user_agent: str | None
    duration_s: float | None
    host_name: str | None = None
    route: str | None = None


def answered(request: Request, text: str, origin: Origin, raw: Callable[[], Mapping[str, object]]) -> Found:
    """The count of `request` and, where it matters, its event. `text` is the whole line; `raw` makes the raw record."""
    say = saying(text)
    method = method_of(request.method)
    path = path_of(request.target, say)
    action = _action(request, method)
    if action is None and origin.keeps_all and request.target != "":
        action = LOG_ACTIONS["http_request"]
    route = (path_of(request.route, say) if request.route else None) or path or "-"
    took = request.duration_s if request.duration_s is not None and 0 <= request.duration_s <= _LONGEST_S else None
    hit = HttpHit(request.at, method, route, request.status, took, request.source_ip)
    if action is None:
        return Found((), hit, canonical(text))
    is_answered = action.name == "http_probe" and request.status < 400
    is_failed = action.name == "http_request" and request.status >= 400
    sketch = Sketch(
        occurred_at=request.at,
        category=action.category,
        action=action.name,
        outcome=SUCCESS if is_answered else FAILURE if is_failed else action.outcome,
        severity=Severity.MEDIUM if is_answered else action.severity,
        reason=action.reason,
        user_name=shown(request.user_name, USER_LIMIT),
        source_ip=request.source_ip,
        user_agent=say(request.user_agent, AGENT_LIMIT),
        host_name=request.host_name or origin.host,
        container_name=origin.container,
        http_method=method,
        http_route=path,
        http_status=request.status,
        message=say(f"{request.method} {request.target or ''} {request.status}".strip(), MESSAGE_LIMIT),
        raw=raw(),
    )
    return Found((sketch,), hit, canonical(text))


def method_of(text: str) -> str:
    """The method, or OTHER for one that no server defines: attackers make them up."""
    return text if text in METHODS else OTHER_METHOD


def path_of(target: str | None, say: Callable[[object, int], str | None] = said) -> str | None:
    """The path without query and fragment, cut at 300 characters. `say` takes secrets out of it."""
    if not target:
        return None
    return say(target.partition("?")[0].partition("#")[0], ROUTE_LIMIT)


def status_of(value: str | int | None) -> int | None:
    """A status of 100 to 599; None for anything else."""
    if isinstance(value, str):
        value = int(value) if len(value) == 3 and value.isascii() and value.isdigit() else None
    return value if value is not None and 100 <= value <= 599 else None


def split_request(line: str) -> tuple[str, str | None]:
    """Method and target of a request line such as `GET /a b HTTP/1.1`; what is none of that is all method."""
    if line in ("", "-"):
        return "", ""
    method, _, rest = line.partition(" ")
    target, _, version = rest.rpartition(" ")
    if not version.startswith("HTTP/"):
        target = rest
    is_request = method.isascii() and method.isalpha() and target != ""
    return (method, target) if is_request else (line, None)


def is_probe(target: str, status: int) -> bool:
    """Whether a request asks for what nobody but an attacker or a scanner asks for."""
    start = target[:_PROBED]
    plain = unquote(unquote(start)).replace("+", " ") if "%" in start or "+" in start else start
    plain = plain.lower()
    if _ATTACK.search(plain):
        return True
    return status >= 400 and _ABSENT.search(plain.partition("?")[0]) is not None


def _action(request: Request, method: str) -> Action | None:
    if request.target == "":
        return None
    if request.target is None or method in _HOSTILE_METHODS or is_probe(request.target, request.status):
        return LOG_ACTIONS["http_probe"]
    if request.status in REFUSED:
        return LOG_ACTIONS["http_refused"]
    if request.status in UNACCEPTABLE:
        return ACTIONS["input_validation_fail"]
    if request.status in BROKEN:
        return LOG_ACTIONS["http_server_error"]
    return None
