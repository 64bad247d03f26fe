"""What an event says, in plain words. Pure; every value from outside is made safe to stand in a line."""

from collections.abc import Mapping
from types import MappingProxyType

from dashboard.sources.event_questions import EventRow
from dashboard.ui import words
from vigie.event import FAILURE, SUCCESS

_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "authn_login_success": "Login",
        "authn_login_successafterfail": "Login after failures",
        "authn_login_fail": "Failed login",
        "authn_login_lock": "Account locked",
        "authn_attempt": "Login begun",
        "authn_password_change": "Password changed",
        "authn_password_change_fail": "Password not changed",
        "authn_token_reuse": "Token used twice",
        "authz_fail": "Not allowed",
        "excess_rate_limit_exceeded": "Too many tries",
        "input_validation_fail": "Input refused",
        "session_created": "Session begun",
        "session_renewed": "Session renewed",
        "session_expired": "Session expired",
        "session_logout": "Logout",
        "session_use_after_expire": "Expired session used",
        "user_created": "Account created",
        "user_updated": "Profile changed",
        "user_archived": "Account archived",
        "user_deleted": "Account deleted",
        "privilege_permissions_changed": "Permissions changed",
        "privilege_use": "Command as somebody else",
        "http_refused": "Request refused",
        "http_probe": "Probing request",
        "http_server_error": "Server error",
        "http_request": "Request",
        "log_line": "Log line",
        "application_error": "Application error",
        "database_error": "Database error",
        "database_failure": "Database failure",
        "network_probe": "Connection without login",
        "sensor_drop": "Sensor lost events",
        "sensor_metrics": "Sensor figures",
        "sensor_notice": "Sensor notice",
        "source_blind": "Source blind",
        "source_gap": "Lines missing",
        "source_returned": "Source heard again",
        "impossible_travel": "Impossible travel",
        "container_started": "Container started",
        "container_died": "Container ended",
        "container_out_of_memory": "Container out of memory",
        "container_exec": "Command in a container",
    }
)
OUTCOME: Mapping[str, str] = MappingProxyType({SUCCESS: "OK", FAILURE: "Failed", "unknown": "Not known"})
_OF = frozenset({"authn_login_fail", "authn_login_success", "authn_login_successafterfail", "session_logout"})


def title(event: EventRow) -> str:
    """What happened, in two or three words; the rule where one matched."""
    if event.rule and event.action not in _TITLES:
        return words.outside(event.rule, 90)
    return _TITLES.get(event.action) or _spelled(event.action)


def detail(event: EventRow) -> str:
    """What tells this event from others of its title: the request, the container, or nothing."""
    if event.http_route or event.http_status:
        return request_words(event)
    if event.category == "monitoring" and event.message:
        return words.outside(event.message, 120)
    return words.outside(event.container_name, 60) if event.container_name else ""


def request_words(event: EventRow) -> str:
    """`GET /admin, 403`, as far as it is known."""
    asked = " ".join(words.outside(part, 120) for part in (event.http_method, event.http_route) if part)
    return ", ".join(part for part in (asked, str(event.http_status or "")) if part)


def brief(event: EventRow) -> str:
    """One line: `Failed login of m.keller from 203.0.113.87`."""
    said = title(event)
    if event.user_name:
        said += f"{' of ' if event.action in _OF else ', '}{words.outside(event.user_name, 48)}"
    if event.source_ip:
        said += f" from {words.outside(event.source_ip, 48)}"
    if event.container_name and not event.user_name:
        said += f" in {words.outside(event.container_name, 48)}"
    return said


def sentence(event: EventRow) -> str:
    """What happened, as one sentence."""
    parts = [brief(event)]
    reason = words.REASON.get(event.reason) or words.outside(event.reason, 80) if event.reason else ""
    if reason and reason.casefold() != title(event).casefold():
        parts.append(f": {reason}")
    if request_words(event):
        parts.append(f" ({request_words(event)})")
    said = "".join(parts) + "."
    message = words.outside(event.message, 400) if event.message else ""
    return f"{said} {message}" if message and message != event.rule else said


def outcome_words(outcome: str) -> str:
    """`Failed` for failure; what is none of ours is shown as it is."""
    return OUTCOME.get(outcome) or words.outside(outcome, 30)


def _spelled(action: str) -> str:
    """`vault_opened` is `Vault opened`."""
    plain = words.outside(action, 90).replace("_", " ").strip()
    return plain[:1].upper() + plain[1:] or "Event"
