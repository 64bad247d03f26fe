"""The questions of Situation, answered from Vigie's own database with the role vigie_console."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, RowMapping, text
from sqlalchemy.exc import SQLAlchemyError

from dashboard.sources.interface import Answer, TimeRange
from dashboard.sources.reading import OURS, unavailable
from dashboard.sources.situation_questions import (
    BEHIND,
    MOST_ALERTS,
    AlertsNow,
    Looking,
    NewAlerts,
    Spell,
    WaitingAlert,
)
from vigie.clock import utc_now
from vigie.errors import VigieError
from vigie.severity import Severity
from vigie.store.engine import transaction

T = TypeVar("T")
_MOST_SPELLS = 200
_MOST_NAMED = 3
_COUNTED = text("""
    SELECT severity, count(*) FILTER (WHERE status = 'open' OR acknowledged_until <= :now),
        count(*) FILTER (WHERE status = 'acknowledged' AND (acknowledged_until > :now OR acknowledged_until IS NULL))
    FROM alerts WHERE status <> 'closed' GROUP BY severity
""")
_WORST = text("""
    SELECT id, rule, title, severity, entity, count, first_seen, last_seen FROM alerts
    WHERE status <> 'closed' AND (status = 'open' OR acknowledged_until <= :now)
    ORDER BY severity DESC, last_seen DESC, id DESC LIMIT :most
""")
_RULES = text("""
    SELECT count(*) FILTER (WHERE is_loaded AND error IS NULL),
        count(*) FILTER (WHERE NOT is_loaded AND error IS NOT NULL),
        (array_agg(title ORDER BY severity DESC, rule) FILTER (WHERE is_loaded AND error IS NOT NULL))[1:10]
    FROM rules
""")
_OLDEST_SPAN = text("SELECT noted_at FROM detection_spans ORDER BY id LIMIT 1")
_OPENED = text("""
    SELECT severity, count(*), count(*) FILTER (WHERE status = 'open') FROM alerts
    WHERE opened_at >= :since AND opened_at < :until GROUP BY severity
""")
_SPELLS = text("""
    SELECT title, since, until, supplies_logins FROM (
        SELECT s.title, b.since, b.until, s.supplies_logins OR s.kind = 'application' AS supplies_logins
        FROM blind_spells b JOIN sources s ON s.name = b.source
        WHERE b.since < :until AND (b.until IS NULL OR b.until > :since) ORDER BY b.since DESC LIMIT :most
    ) newest ORDER BY since
""")


class SituationDatabase:
    """Implements SituationQuestions. Safe to use from many threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def alerts(self) -> Answer[AlertsNow]:
        return self._read(lambda connection: _alerts(connection, utc_now()))

    def new_alerts(self, window: TimeRange) -> Answer[NewAlerts]:
        return self._read(lambda connection: _new(connection, window))

    def spells(self, window: TimeRange) -> Answer[Sequence[Spell]]:
        asked = {"since": window.since, "until": window.until, "most": _MOST_SPELLS}
        return self._read(lambda connection: [Spell(*row) for row in connection.execute(_SPELLS, asked)])

    def _read(self, read: Callable[[Connection], T]) -> Answer[T]:
        try:
            with transaction(self._engine) as connection:
                return Answer(read(connection), utc_now(), OURS)
        except (VigieError, SQLAlchemyError) as error:
            return unavailable(error, OURS)


def _alerts(connection: Connection, now: datetime) -> AlertsNow:
    counted = connection.execute(_COUNTED, {"now": now}).all()
    worst = connection.execute(_WORST, {"now": now, "most": MOST_ALERTS}).mappings()
    return AlertsNow(
        {Severity(severity): waiting for severity, waiting, _ in counted if waiting},
        sum(acknowledged for _, _, acknowledged in counted),
        tuple(_alert(row) for row in worst),
        _looking(connection, now),
    )


def _alert(row: RowMapping) -> WaitingAlert:
    return WaitingAlert(
        row["id"], row["rule"], row["title"], Severity(row["severity"]), _entity(row["entity"]), row["count"],
        row["first_seen"], row["last_seen"],
    )  # fmt: skip


def _entity(stored: Any) -> Mapping[str, str]:
    """Field and value. What is no object of plain values names nobody."""
    if not isinstance(stored, dict):
        return {}
    return {str(field): str(value) for field, value in stored.items() if isinstance(value, str | int)}


def _looking(connection: Connection, now: datetime) -> Looking:
    rules, not_loaded, failing = connection.execute(_RULES).one()
    oldest: datetime | None = connection.scalar(_OLDEST_SPAN)
    behind = oldest if oldest is not None and now - oldest > BEHIND else None
    return Looking(rules, tuple((failing or ())[:_MOST_NAMED]), not_loaded, behind)


def _new(connection: Connection, window: TimeRange) -> NewAlerts:
    rows = connection.execute(_OPENED, {"since": window.since, "until": window.until}).all()
    return NewAlerts({Severity(severity): n for severity, n, _ in rows}, sum(open_ for _, _, open_ in rows))
