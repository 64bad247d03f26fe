"""A few alerts in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dashboard.sources.alert_questions import AlertDetail, AlertRow, Alerts, Looking, OpenCount, Queue, Someone, Status
from dashboard.sources.interface import Answer, Completeness
from dashboard.sources.rule_questions import Reads
from vigie.severity import Severity

OURS = "Alert store"


@dataclass
class FakeAlerts:
    """Answers the questions of the page. `down`: nothing can be read."""

    now: datetime
    rows: tuple[AlertRow, ...] = ()
    down: str = ""
    looking: Looking = field(default_factory=lambda: Looking(24))
    completeness: Completeness = Completeness.COMPLETE

    def queue(self, asked: Queue, limit: int, offset: int = 0) -> Answer[Alerts]:
        if self.down:
            return Answer(None, self.now, OURS, Completeness.UNAVAILABLE, self.down, "Start it again.")
        found = tuple(row for row in self.rows if row.status is asked.status)
        counts = {status: sum(row.status is status for row in self.rows) for status in Status}
        held = Alerts(found[offset : offset + limit], len(found), counts, {}, (), self.looking, None)
        return Answer(held, self.now, OURS, self.completeness, "Nginx is missing.", since=self.now)

    def one(self, number: int) -> Answer[Sequence[AlertDetail]]:
        if self.down:
            return Answer(None, self.now, OURS, Completeness.UNAVAILABLE, self.down, "Start it again.")
        found = [AlertDetail(row, (), {}, (), 0, None, Reads()) for row in self.rows if row.id == number]
        return Answer(found, self.now, OURS)

    def open_count(self) -> Answer[OpenCount]:
        if self.down:
            return Answer(None, self.now, OURS, Completeness.UNAVAILABLE, self.down, "Start it again.")
        waiting = [row for row in self.rows if row.status is Status.OPEN]
        critical = sum(row.severity is Severity.CRITICAL for row in waiting)
        return Answer(OpenCount(len(waiting), critical, self.looking), self.now, OURS)


def an_alert(now: datetime, number: int = 1, **more: object) -> AlertRow:
    """An open alert of six failed logins, just now."""
    given: dict[str, object] = {
        "id": number, "version": 1, "rule": "password_guessing", "title": "Password guessing",
        "severity": Severity.HIGH, "entity": {"user_name": "m.keller"}, "count": 6,
        "first_seen": now - timedelta(minutes=5), "last_seen": now, "opened_at": now, "status": Status.OPEN,
        "status_at": now, "acknowledged_until": None, "has_ended": False, "verdict": None, "holds_until": None,
        "count_at_close": None, "regressed_at": None, "resolved_at": None, "assignee": None, "verdicts": {},
    }  # fmt: skip
    return AlertRow(**{**given, **more})  # type: ignore[arg-type]


def some_alerts(now: datetime) -> FakeAlerts:
    """One of each status."""
    alice = Someone(1, "Alice")
    return FakeAlerts(
        now,
        (
            an_alert(now, 1, severity=Severity.CRITICAL),
            an_alert(now, 2, status=Status.ACKNOWLEDGED, assignee=alice),
            an_alert(now, 3, status=Status.CLOSED, verdict="benign", verdicts={"benign": 2}),
        ),
    )
