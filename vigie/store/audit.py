"""The audit table: every sign-in, refusal and operator action, appended by `record_action` and by nothing else."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

from vigie.event import OUTCOMES, clean_json, clean_text
from vigie.redaction import redact_value

_INSERT = text("""
    INSERT INTO audit (actor, action, target, outcome, source_ip, user_agent, detail)
    VALUES (:actor, :action, :target, :outcome, CAST(:source_ip AS inet), :user_agent, CAST(:detail AS jsonb))
""")


def record_action(
    connection: Connection,
    *,
    actor: str,
    action: str,
    outcome: str,
    target: str | None = None,
    source_ip: str | None = None,
    user_agent: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Appends one row in the caller's transaction, so that the act and its record stand or fall together.

    `actor` is an e-mail, or `command line (<system user>)`. `action` is OWASP vocabulary where it has a word
    (`authn_login_success`, `authz_fail`, …). Raises ValueError for an outcome that is not one.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"outcome {outcome!r} is not one of {OUTCOMES}")
    connection.execute(
        _INSERT,
        {
            "actor": clean_text(actor, 320) or "unknown",
            "action": action,
            "target": clean_text(target, 1000),
            "outcome": outcome,
            "source_ip": source_ip,
            "user_agent": clean_text(user_agent, 500),
            "detail": clean_json({name: redact_value(name, value) for name, value in (detail or {}).items()}),
        },
    )
