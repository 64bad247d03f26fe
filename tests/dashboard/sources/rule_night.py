"""Rules, their alerts and what people did with them, stored as the worker and the console store them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from tests.conftest import Store
from vigie.event import key_of
from vigie.severity import Severity
from vigie.store.engine import transaction

MINUTE = timedelta(minutes=1)
_RULE = text("""
    INSERT INTO rules (rule, title, severity, kind, details, error, error_advice, is_loaded)
    VALUES (:rule, :title, :severity, :kind, CAST(:details AS jsonb), :error, :advice, :is_loaded)
""")
_ALERT = text("""
    INSERT INTO alerts (fingerprint, rule, title, severity, count, first_seen, last_seen, status, verdict)
    VALUES (:fingerprint, :rule, :title, :severity, :count, :at, :until, :status, :verdict) RETURNING id
""")
_MINUTE = text("INSERT INTO alert_minutes (alert_id, minute, n) VALUES (:alert, :minute, :n)")
_ACT = text("INSERT INTO alert_acts (alert_id, at, actor, act, verdict) VALUES (:alert, :at, 'alice', :act, :verdict)")


def add_rule(store: Store, name: str, **given: object) -> None:
    """A loaded rule that looks for events, or as `given` says."""
    values: dict[str, object] = {
        "rule": name, "title": name.replace("_", " ").capitalize(), "severity": Severity.HIGH, "kind": "event",
        "details": {}, "error": None, "advice": None, "is_loaded": True,
    } | given  # fmt: skip
    with transaction(store.worker) as connection:
        connection.execute(_RULE, values | {"details": json.dumps(values["details"])})


@dataclass(frozen=True)
class Stored:
    """An alert that is stored."""

    store: Store
    number: int
    at: datetime

    def act(self, act: str, after: timedelta, verdict: str | None = None) -> "Stored":
        """Something was done with it, so long after it was seen first."""
        with transaction(self.store.console) as connection:
            connection.execute(_ACT, {"alert": self.number, "at": self.at + after, "act": act, "verdict": verdict})
        return self


def add_alert(
    store: Store, rule: str, at: datetime, minutes: Mapping[int, int] | None = None, **given: object
) -> Stored:
    """An alert with so many events in so many minutes after `at`; one event unless `minutes` says."""
    counts = minutes or {0: 1}
    first = at.replace(second=0, microsecond=0)
    values: dict[str, object] = {
        "fingerprint": key_of(rule, str(at), str(given)), "rule": rule, "title": f"{rule} from 192.0.2.7",
        "severity": Severity.HIGH, "count": sum(counts.values()), "at": first,
        "until": first + max(counts) * MINUTE, "status": "open", "verdict": None,
    } | given  # fmt: skip
    with transaction(store.worker) as connection:
        number = connection.execute(_ALERT, values).scalar_one()
        for minute, n in counts.items():
            connection.execute(_MINUTE, {"alert": number, "minute": first + minute * MINUTE, "n": n})
    return Stored(store, number, first).act("opened", timedelta())
