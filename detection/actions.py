"""The closed vocabulary of what an account can do: OWASP Logging Vocabulary names, one meaning each.

Category follows ECS (`authentication`, `iam`, `session`, `web`). Documented in docs/reference/sources.md, which a test
compares with this table.
"""

from dataclasses import dataclass

from vigie.event import FAILURE, SUCCESS, UNKNOWN
from vigie.severity import Severity

REASONS = ("unknown_account", "wrong_password", "disabled", "throttled")


@dataclass(frozen=True, slots=True)
class Action:
    """What one action implies for the event that carries it."""

    name: str
    category: str
    outcome: str
    severity: Severity
    reason: str | None = None


_INFORMATIONAL, _LOW, _MEDIUM, _HIGH = Severity.INFORMATIONAL, Severity.LOW, Severity.MEDIUM, Severity.HIGH

ACTIONS = {
    action.name: action
    for action in (
        Action("authn_login_success", "authentication", SUCCESS, _INFORMATIONAL),
        Action("authn_login_successafterfail", "authentication", SUCCESS, _LOW),
        Action("authn_login_fail", "authentication", FAILURE, _LOW),
        Action("authn_login_lock", "authentication", FAILURE, _MEDIUM),
        Action("excess_rate_limit_exceeded", "authentication", FAILURE, _MEDIUM, "throttled"),
        Action("authn_password_change", "authentication", SUCCESS, _INFORMATIONAL),
        Action("authn_password_change_fail", "authentication", FAILURE, _MEDIUM),
        Action("authn_token_reuse", "authentication", FAILURE, _HIGH),
        Action("session_created", "session", SUCCESS, _INFORMATIONAL),
        Action("session_renewed", "session", SUCCESS, _INFORMATIONAL),
        Action("session_expired", "session", SUCCESS, _INFORMATIONAL),
        Action("session_logout", "session", SUCCESS, _INFORMATIONAL),
        Action("session_use_after_expire", "session", FAILURE, _LOW),
        Action("user_created", "iam", SUCCESS, _INFORMATIONAL),
        Action("user_updated", "iam", SUCCESS, _INFORMATIONAL),
        Action("user_archived", "iam", SUCCESS, _LOW),
        Action("user_deleted", "iam", SUCCESS, _LOW),
        Action("privilege_permissions_changed", "iam", SUCCESS, _MEDIUM),
        Action("authz_fail", "iam", FAILURE, _MEDIUM),
        Action("input_validation_fail", "web", FAILURE, _LOW),
    )
}

# What only logs tell, beside ACTIONS: an application's table maps to none of these. Documented in
# docs/reference/formats.md, which a test compares with this table.
LOG_ACTIONS = {
    action.name: action
    for action in (
        Action("authn_attempt", "authentication", UNKNOWN, _LOW),
        Action("privilege_use", "iam", SUCCESS, _INFORMATIONAL),
        Action("http_refused", "web", FAILURE, _LOW),
        Action("http_probe", "web", FAILURE, _LOW),
        Action("http_server_error", "web", FAILURE, _LOW),
        Action("http_request", "web", SUCCESS, _INFORMATIONAL),
        Action("log_line", "system", UNKNOWN, _INFORMATIONAL),
        Action("application_error", "application", FAILURE, _LOW),
        Action("database_error", "database", FAILURE, _LOW),
        Action("database_failure", "database", FAILURE, _MEDIUM),
        Action("network_probe", "network", UNKNOWN, _LOW),
        Action("container_started", "container", SUCCESS, _INFORMATIONAL),
        Action("container_died", "container", UNKNOWN, _INFORMATIONAL),
        Action("container_out_of_memory", "container", FAILURE, _MEDIUM),
        Action("container_exec", "container", SUCCESS, _INFORMATIONAL),
        Action("falco_rule_match", "intrusion_detection", UNKNOWN, _INFORMATIONAL),
        Action("sensor_drop", "sensor", FAILURE, _HIGH),
        Action("sensor_metrics", "sensor", UNKNOWN, _INFORMATIONAL),
        Action("sensor_notice", "sensor", UNKNOWN, _INFORMATIONAL),
    )
}
