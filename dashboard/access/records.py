"""What people did and what was refused: one row in the audit table and one line in the log."""

import logging
from collections.abc import Mapping
from typing import Any

from flask import request
from sqlalchemy import Connection, Engine

from dashboard.access.client import current_address
from dashboard.access.roles import current_person
from vigie.errors import StorageFull, StoreUnavailable
from vigie.store.audit import record_action
from vigie.store.engine import transaction

log = logging.getLogger(__name__)


def record(
    connection: Connection,
    action: str,
    outcome: str,
    *,
    actor: str | None = None,
    target: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Records an act of this request in the caller's transaction. `actor` is the signed-in person unless named."""
    who = actor or _signed_in()
    record_action(
        connection, actor=who, action=action, outcome=outcome, target=target,
        source_ip=current_address(), user_agent=request.user_agent.string, detail=detail,
    )  # fmt: skip
    _write_line(action, outcome, who, detail)


def record_refusal(engine: Engine, action: str, reason: str) -> None:
    """Records that this request was refused. When PostgreSQL does not answer, the log line alone remains."""
    detail = {"method": request.method, "path": request.path[:500], "reason": reason}
    try:
        with transaction(engine) as connection:
            record(connection, action, "failure", target=request.path, detail=detail)
    except (StoreUnavailable, StorageFull) as error:
        _write_line(action, "failure", _signed_in(), {**detail, "not_in_audit": error.sentence})


def _signed_in() -> str:
    person = current_person()
    return person.email if person else "anonymous"


def _write_line(action: str, outcome: str, actor: str, detail: Mapping[str, Any] | None) -> None:
    fields = {
        "action": action, "outcome": outcome, "actor": actor, "source_ip": current_address(),
        "user_agent": request.user_agent.string[:500], "detail": dict(detail or {}),
    }  # fmt: skip
    log.info("%s %s", action, outcome, extra=fields)
