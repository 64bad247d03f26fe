"""Alerts put into the store as the worker writes them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from tests.conftest import Store
from vigie.event import key_of
from vigie.severity import Severity
from vigie.store.engine import transaction

_ALERT = text("""
    INSERT INTO alerts (fingerprint, rule, title, severity, entity, sources, count, first_seen, last_seen, opened_at)
    VALUES (:fingerprint, :rule, :title, :severity, CAST(:entity AS jsonb), :sources, :count, :first, :last, :opened)
    RETURNING id
""")
_MINUTE = text("""
    INSERT INTO alert_minutes (alert_id, minute, n) VALUES (:id, date_trunc('minute', CAST(:at AS timestamptz)), :n)
""")
_OPENED = text("INSERT INTO alert_acts (alert_id, at, actor, act) VALUES (:id, :at, 'vigie', 'opened')")


def put_alert(
    store: Store,
    rule: str = "password_guessing",
    title: str = "Password guessing",
    entity: Mapping[str, str] | None = None,
    severity: Severity = Severity.HIGH,
    at: datetime | None = None,
    count: int = 6,
) -> int:
    """One open alert with `count` events in the minute of `at` (UTC, now by default); its number."""
    seen = at or datetime.now(UTC)
    about = {"source_ip": "192.0.2.7"} if entity is None else dict(entity)
    fingerprint = key_of(rule, *(part for pair in sorted(about.items()) for part in pair))
    given = {
        "fingerprint": fingerprint, "rule": rule, "title": title, "severity": int(severity),
        "entity": json.dumps(about), "sources": ["app"], "count": count, "first": seen - timedelta(seconds=30),
        "last": seen, "opened": seen,
    }  # fmt: skip
    with transaction(store.worker) as connection:
        number = int(connection.execute(_ALERT, given).scalar_one())
        connection.execute(_MINUTE, {"id": number, "at": seen, "n": count})
        connection.execute(_OPENED, {"id": number, "at": seen})
    return number


def put_rule(store: Store, rule: str = "password_guessing", error: str | None = None, **details: object) -> None:
    """A rule as the worker loaded it; with an `error` it is not evaluated."""
    with transaction(store.worker) as connection:
        connection.execute(
            text("""INSERT INTO rules (rule, title, severity, kind, details, error, error_since, evaluated_at)
                    VALUES (:rule, 'Password guessing', 4, 'event_count', CAST(:details AS jsonb), :error,
                            CASE WHEN :error IS NOT NULL THEN clock_timestamp() END, clock_timestamp())"""),
            {"rule": rule, "details": json.dumps(details), "error": error},
        )
