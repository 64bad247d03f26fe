"""What people did and what was refused: one row in the audit table and one line in the log."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import Connection, Engine

from dashboard.access.client import current_address
from dashboard.access.roles import current_person
from vigie.errors import StorageFull, StoreUnavailable
from vigie.event import FAILURE
from vigie.store.audit import record_action
from vigie.store.engine import transaction

log = logging.getLogger(__name__)

_ONE_ROW_PER_S = 60
_MOST_KINDS = 5000


@dataclass(frozen=True, slots=True)
class Who:
    """Who did something, from where, with what. Outlives its request, for what ends after it."""

    actor: str
    source_ip: str | None
    user_agent: str


def who_asks(actor: str | None = None) -> Who:
    """Who made this request: the signed-in person unless named."""
    return Who(actor or _signed_in(), current_address(), request.user_agent.string)


def record(
    connection: Connection,
    action: str,
    outcome: str,
    *,
    actor: str | None = None,
    who: Who | None = None,
    target: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Records an act in the caller's transaction: of this request, or of `who` after it."""
    by = who or who_asks(actor)
    record_action(
        connection, actor=by.actor, action=action, outcome=outcome, target=target,
        source_ip=by.source_ip, user_agent=by.user_agent, detail=detail,
    )  # fmt: skip
    _write_line(action, outcome, by, detail)


class Refusals:
    """Records requests that were refused. One per process.

    Whoever floods us must not flood the audit table: of the same kind from the same person and address, one row a
    minute is written, which says how many went before it. The log has a line for each.
    """

    def __init__(self, engine: Engine, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._monotonic = monotonic
        self._told: dict[tuple[str, str, str | None], _Told] = {}

    def record(self, action: str, reason: str, actor: str | None = None) -> None:
        """When PostgreSQL does not answer, the log line alone remains."""
        who = actor or _signed_in()
        detail: dict[str, Any] = {"method": request.method, "path": request.path[:500], "reason": reason}
        unwritten = self._unwritten((action, who, current_address()))
        if unwritten is None:
            _write_line(action, FAILURE, who_asks(who), detail)
            return
        try:
            with transaction(self._engine) as connection:
                record(connection, action, FAILURE, actor=who, target=request.path, detail=detail | {"more": unwritten})
        except (StoreUnavailable, StorageFull) as error:
            _write_line(action, FAILURE, who_asks(who), detail | {"not_in_audit": error.sentence})

    def _unwritten(self, kind: tuple[str, str, str | None]) -> int | None:
        """How many of this kind were not written since the last row; None when this one is not to be written either."""
        now = self._monotonic()
        told = self._told.get(kind)
        if told is not None and now - told.at < _ONE_ROW_PER_S:
            told.unwritten += 1
            return None
        if len(self._told) >= _MOST_KINDS:
            self._told.clear()
        self._told[kind] = _Told(now)
        return told.unwritten if told else 0


@dataclass
class _Told:
    at: float
    unwritten: int = 0


def _signed_in() -> str:
    person = current_person()
    return person.email if person else "anonymous"


def _write_line(action: str, outcome: str, who: Who, detail: Mapping[str, Any] | None) -> None:
    fields = {
        "action": action, "outcome": outcome, "actor": who.actor, "source_ip": who.source_ip,
        "user_agent": who.user_agent[:500], "detail": dict(detail or {}),
    }  # fmt: skip
    log.info("%s %s", action, outcome, extra=fields)
