"""A stand-in for everything Situation asks: a night, a service, and alerts that wait."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from dash import Dash

from dashboard.situation import page
from dashboard.situation.asked import Asked
from dashboard.situation.service import Watching
from dashboard.sources.interface import Answer, Completeness, TimeRange
from dashboard.sources.situation_questions import AlertsNow, Looking, NewAlerts, Spell, WaitingAlert
from dashboard.ui import shell
from tests.dashboard.asking import told_by
from tests.dashboard.fakes import FakeQuestions
from tests.dashboard.health.fakes import FakeHealth, some_health
from vigie.clock import utc_now
from vigie.health.objectives import Objective
from vigie.severity import Severity

T = TypeVar("T")
NOBODY_WAITS = AlertsNow({}, 0, (), Looking(21))
HOSTILE = "<b>x</b><img src=x onerror=alert(1)>\u202e&amp;" + "long" * 40


@dataclass
class FakeSituation:
    """Implements SituationQuestions. `down`: nothing can be read, with this sentence."""

    now: AlertsNow = NOBODY_WAITS
    opened: NewAlerts = field(default_factory=lambda: NewAlerts({}, 0))
    blind: list[Spell] = field(default_factory=list)
    down: str = ""

    def alerts(self) -> Answer[AlertsNow]:
        return self._answer(lambda: self.now)

    def new_alerts(self, window: TimeRange) -> Answer[NewAlerts]:
        return self._answer(lambda: self.opened)

    def spells(self, window: TimeRange) -> Answer[Sequence[Spell]]:
        return self._answer(lambda: [each for each in self.blind if each.since < window.until])

    def _answer(self, make: Callable[[], T]) -> Answer[T]:
        if self.down:
            return Answer(None, utc_now(), "Vigie's database", Completeness.UNAVAILABLE, self.down, "Start it.")
        return Answer(make(), utc_now(), "Vigie's database")


def alert(now: datetime, severity: Severity = Severity.HIGH, **changed: Any) -> WaitingAlert:
    """A shell in a container, an hour ago, unless this says otherwise."""
    given: dict[str, Any] = {
        "number": 7, "rule": "shell_in_container", "title": "Shell in container vigie-api", "severity": severity,
        "entity": {"container_name": "vigie-api"}, "count": 3, "first_seen": now - timedelta(hours=1),
        "last_seen": now - timedelta(minutes=50), **changed,
    }  # fmt: skip
    return WaitingAlert(**given)


def waiting(*alerts: WaitingAlert, acknowledged: int = 0, looking: Looking | None = None) -> AlertsNow:
    """These wait; 21 rules look, unless `looking` says otherwise."""
    counted: dict[Severity, int] = {}
    for each in alerts:
        counted[each.severity] = counted.get(each.severity, 0) + 1
    ordered = sorted(alerts, key=lambda each: (-each.severity, -each.last_seen.timestamp()))
    return AlertsNow(counted, acknowledged, tuple(ordered), looking or Looking(21))


def hostile_alerts(now: datetime) -> FakeSituation:
    """Markup and direction marks in everything that comes from outside."""
    nasty = [
        alert(now, severity, number=number, title=HOSTILE, entity={HOSTILE: HOSTILE, "user_name": HOSTILE})
        for number, severity in enumerate(Severity)
    ]
    looking = Looking(3, failing=(HOSTILE,))
    blind = [Spell(HOSTILE, now - timedelta(hours=2), None, supplies_logins=True)]
    return FakeSituation(waiting(*nasty, looking=looking), NewAlerts({Severity.HIGH: 9}, 3), blind)


def well(now: datetime) -> FakeHealth:
    """A service that answers, and nothing is down."""
    made = some_health(now, targets=[], marks=[])
    made.held = [each for each in made.held if each.status < 500]
    return made


def asked(night: FakeQuestions, alerts: FakeSituation | None = None, health: FakeHealth | None = None) -> Asked:
    """Whom the page asks. What is down in the night is down in all that Vigie's database knows."""
    service = health or well(night.now)
    known = alerts or FakeSituation(down=night.down)
    records = FakeHealth(marks=service.marks, down=night.down)
    return Asked(night, night, known, Watching("API", Objective(), service), records)


def told(who: Asked, view: object) -> dict[str, Any]:
    """What each panel of the page is told for this view, by its name."""
    app = Dash("test", suppress_callback_exceptions=True)
    app.layout = lambda: shell.layout((page.PAGE,), None)
    page.register(app, who)
    return told_by(app, app.server.test_client(), view)
