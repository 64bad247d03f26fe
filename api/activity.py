"""Account activity: one row in `account_activity` for what happened, one line in the log with its OWASP name."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Connection, text

from api.addresses import Address

_USER_AGENT_LIMIT = 512


class Activity(Enum):
    """What can happen to an account: the value in the table, and the name of the OWASP Logging Vocabulary."""

    LOGIN_SUCCESS = ("login_success", "authn_login_success")
    LOGIN_FAILURE = ("login_failure", "authn_login_fail")
    LOGIN_THROTTLED = ("login_throttled", "excess_rate_limit_exceeded")
    LOGOUT = ("logout", "session_logout")
    TOKEN_REFRESHED = ("token_refreshed", "session_renewed")
    TOKEN_REUSE = ("token_reuse", "authn_token_reuse")
    USER_CREATED = ("user_created", "user_created")
    PROFILE_UPDATED = ("profile_updated", "user_updated")
    PASSWORD_CHANGED = ("password_changed", "authn_password_change")

    def __init__(self, stored: str, owasp: str) -> None:
        self.stored = stored
        self.owasp = owasp


class Reason(Enum):
    """Why a log-in was refused."""

    UNKNOWN_ACCOUNT = "unknown_account"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a reason, not a password
    DISABLED = "disabled"
    THROTTLED = "throttled"


@dataclass(slots=True)
class Visit:
    """One request: who sent it, and what it did so far. The log line at its end is made of this."""

    source_ip: Address | None
    user_agent: str | None
    user: str | None = None
    happened: list[tuple[Activity, Reason | None]] = field(default_factory=list)


def clean_user_agent(header: bytes | None) -> str | None:
    """The header as text that PostgreSQL can hold, at most 512 characters."""
    if not header:
        return None
    return header.decode("utf-8", "replace").replace("\x00", "\ufffd")[:_USER_AGENT_LIMIT]


def record(
    connection: Connection,
    visit: Visit,
    activity: Activity,
    *,
    user_id: int | None,
    email: str,
    reason: Reason | None = None,
) -> None:
    """Adds the row in the caller's transaction; the log line follows at the end of the request."""
    connection.execute(
        text(
            "INSERT INTO account_activity (event, user_id, email, ip, user_agent, reason) "
            "VALUES (:event, :user_id, :email, CAST(:ip AS inet), :user_agent, :reason)"
        ),
        {
            "event": activity.stored,
            "user_id": user_id,
            "email": email,
            "ip": str(visit.source_ip) if visit.source_ip else None,
            "user_agent": visit.user_agent,
            "reason": reason.value if reason else None,
        },
    )
    visit.user = email
    visit.happened.append((activity, reason))


def of_user(connection: Connection, user_id: int, *, before: int | None, limit: int) -> list[dict[str, Any]]:
    """The newest rows of one account, newest first; `before` is the id that the previous page ended with."""
    rows = connection.execute(
        text(
            "SELECT id, occurred_at, event, host(ip) AS ip, user_agent, reason FROM account_activity "
            "WHERE user_id = :user_id AND id < :before ORDER BY id DESC LIMIT :limit"
        ),
        {"user_id": user_id, "before": before if before is not None else 2**63 - 1, "limit": limit},
    )
    return [dict(row._mapping) | {"occurred_at": _iso(row.occurred_at)} for row in rows]


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
