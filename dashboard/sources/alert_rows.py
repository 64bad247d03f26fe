# ruff: noqa: S608 - statements are joined from constants only; every value is bound
"""Alerts as rows: how a list of them is asked for, and the shape of each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from dashboard.sources.alert_questions import LATELY, MOST_COUNTED, AlertRow, Order, Queue, Someone, Status
from vigie.severity import Severity
from vigie.store.triage import STATUS_NOW

_COLUMNS = f"""
    a.id, a.version, a.rule, a.title, a.severity, a.entity, a.count AS hits, a.first_seen, a.last_seen, a.opened_at,
    {STATUS_NOW} AS status_now, a.status, a.status_at, a.acknowledged_until, a.verdict, a.holds_until,
    a.count_at_close, a.regressed_at, a.resolved_at, a.assignee_id, coalesce(nullif(p.name, ''), p.email) AS assignee
"""
_FROM = "FROM alerts a LEFT JOIN people p ON p.id = a.assignee_id"
_ENDED = "(a.status = 'acknowledged' AND a.acknowledged_until <= clock_timestamp())"
# Those of open and acknowledged are read through the index of what waits.
_IS = {
    Status.OPEN: f"a.status <> 'closed' AND (a.status = 'open' OR {_ENDED})",
    Status.ACKNOWLEDGED: f"a.status <> 'closed' AND a.status = 'acknowledged' AND {_ENDED} IS NOT TRUE",
    Status.CLOSED: "a.status = 'closed'",
}
_ORDERS = {Order.WORST: "a.severity DESC, a.last_seen DESC, a.id DESC", Order.NEWEST: "a.last_seen DESC, a.id DESC"}
_IN_A_VALUE = "EXISTS (SELECT 1 FROM jsonb_each_text(a.entity) AS pair WHERE pair.value ILIKE :like)"
_HOLDS_QUOTED = f"(a.title ILIKE :like OR a.rule ILIKE :like OR {_IN_A_VALUE})"
# The whole document is looked at first, which is cheap; what JSON writes in another way cannot be found so.
_HOLDS = f"(a.title ILIKE :like OR a.rule ILIKE :like OR (a.entity::text ILIKE :like AND {_IN_A_VALUE}))"
_CLOSED_ORDER = "a.status_at DESC, a.id DESC"
_VERDICTS = text("""
    SELECT alert_id, verdict, count(*) AS n FROM alert_acts
    WHERE alert_id = ANY(:ids) AND act = 'closed' GROUP BY alert_id, verdict
""")


def rows(connection: Connection, asked: Queue, limit: int, offset: int) -> tuple[AlertRow, ...]:
    """The list from `offset` on."""
    where, given = conditions(asked)
    order = _CLOSED_ORDER if asked.status is Status.CLOSED else _ORDERS[asked.order]
    statement = text(
        f"SELECT {_COLUMNS} {_FROM} WHERE {_IS[asked.status]} {where} ORDER BY {order} LIMIT :limit OFFSET :offset"
    )
    found = connection.execute(statement, given | {"limit": limit, "offset": offset}).all()
    return _with_verdicts(connection, found)


def row(connection: Connection, number: int) -> AlertRow | None:
    """One alert, whatever its status."""
    found = connection.execute(text(f"SELECT {_COLUMNS} {_FROM} WHERE a.id = :id"), {"id": number}).all()
    return next(iter(_with_verdicts(connection, found)), None)


def total(connection: Connection, asked: Queue) -> int:
    """How many match, counted up to MOST_COUNTED."""
    where, given = conditions(asked)
    statement = text(
        f"SELECT count(*) FROM (SELECT 1 FROM alerts a WHERE {_IS[asked.status]} {where} LIMIT :most) found"
    )
    return int(connection.scalar(statement, given | {"most": MOST_COUNTED}) or 0)


def counts(connection: Connection, asked: Queue, now: datetime) -> Mapping[Status, int]:
    """How many match in each status; closed ones of the last days."""
    where, given = conditions(asked)
    statement = text(f"""
        SELECT count(*) FILTER (WHERE {_IS[Status.OPEN]}) AS open,
            count(*) FILTER (WHERE {_IS[Status.ACKNOWLEDGED]}) AS acknowledged,
            count(*) FILTER (WHERE a.status = 'closed') AS closed
        FROM alerts a WHERE (a.status <> 'closed' OR a.status_at >= :since) {where}
    """)
    found = connection.execute(statement, given | {"since": now - LATELY}).one()
    return {status: int(getattr(found, status.value)) for status in Status}


def rules(connection: Connection, status: Status, most: int) -> Mapping[str, tuple[str, int]]:
    """Which rules have alerts in this status: a title and how many, most first."""
    statement = text(f"""
        SELECT a.rule, coalesce(max(r.title), max(a.title)) AS title, count(*) AS n
        FROM alerts a LEFT JOIN rules r ON r.rule = a.rule
        WHERE {_IS[status]} GROUP BY a.rule ORDER BY n DESC, a.rule LIMIT :most
    """)
    return {found.rule: (found.title, int(found.n)) for found in connection.execute(statement, {"most": most})}


def open_counts(connection: Connection) -> tuple[int, int]:
    """How many are open, counted up to MOST_COUNTED, and how many of those are critical."""
    statement = text(f"""
        SELECT count(*) AS total, count(*) FILTER (WHERE severity = :critical) AS critical
        FROM (SELECT a.severity FROM alerts a WHERE {_IS[Status.OPEN]} ORDER BY a.severity DESC LIMIT :most) found
    """)
    found = connection.execute(statement, {"critical": int(Severity.CRITICAL), "most": MOST_COUNTED}).one()
    return int(found.total), int(found.critical)


def conditions(asked: Queue) -> tuple[str, dict[str, object]]:
    """The filter as SQL that begins with AND, and what is bound in it."""
    parts: list[tuple[str, str, object]] = []
    if asked.at_least is not None:
        parts.append(("a.severity >= :at_least", "at_least", int(asked.at_least)))
    if asked.rule is not None:
        parts.append(("a.rule = :rule", "rule", asked.rule))
    if asked.assignee is not None:
        parts.append(("a.assignee_id IS NOT DISTINCT FROM :assignee", "assignee", asked.assignee.person_id))
    if asked.text is not None:
        parts.append((_HOLDS_QUOTED if set(asked.text) & set('"\\') else _HOLDS, "like", _like(asked.text)))
    return "".join(f" AND {sql}" for sql, _, _ in parts), {name: value for _, name, value in parts}


def _like(part: str) -> str:
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _with_verdicts(connection: Connection, found: Sequence[Row[Any]]) -> tuple[AlertRow, ...]:
    verdicts: dict[int, dict[str, int]] = {}
    if found:
        for number, verdict, n in connection.execute(_VERDICTS, {"ids": [each.id for each in found]}):
            verdicts.setdefault(number, {})[verdict] = int(n)
    return tuple(_row(each, verdicts.get(each.id, {})) for each in found)


def _row(found: Row[Any], verdicts: Mapping[str, int]) -> AlertRow:
    entity = found.entity if isinstance(found.entity, dict) else {}
    return AlertRow(
        id=found.id,
        version=found.version,
        rule=found.rule,
        title=found.title,
        severity=Severity(found.severity),
        entity={str(name): str(value) for name, value in entity.items() if value is not None},
        count=found.hits,
        first_seen=found.first_seen,
        last_seen=found.last_seen,
        opened_at=found.opened_at,
        status=Status(found.status_now),
        status_at=found.status_at,
        acknowledged_until=found.acknowledged_until,
        has_ended=found.status != found.status_now,
        verdict=found.verdict,
        holds_until=found.holds_until,
        count_at_close=found.count_at_close,
        regressed_at=found.regressed_at,
        resolved_at=found.resolved_at,
        assignee=Someone(found.assignee_id, found.assignee or "") if found.assignee_id is not None else None,
        verdicts=verdicts,
    )
