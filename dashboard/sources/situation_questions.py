"""What Situation asks beside logins, sources and health: alerts that wait, whether rules look, blind spells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from dashboard.sources.interface import Answer, TimeRange
from vigie.severity import Severity

MOST_ALERTS = 6
BEHIND = timedelta(minutes=2)
"""What was stored longer ago than this and no rule has looked at means that rules are behind."""


@dataclass(frozen=True, slots=True)
class WaitingAlert:
    """One that is open. Times are UTC. `entity`: field and value, from outside."""

    number: int
    rule: str
    title: str
    severity: Severity
    entity: Mapping[str, str]
    count: int
    first_seen: datetime
    last_seen: datetime

    @property
    def what(self) -> str:
        """The title without the values of the entity behind it."""
        return self.title.removesuffix(f": {', '.join(self.entity.values())}")


@dataclass(frozen=True, slots=True)
class Looking:
    """Whether somebody looks: rules that are evaluated, titles of those that fail, how many did not load.

    `behind_since`: the oldest thing stored (UTC) that no rule has looked at, where that is longer ago than `BEHIND`.
    """

    rules: int
    failing: tuple[str, ...] = ()
    not_loaded: int = 0
    behind_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertsNow:
    """How many wait, by severity; `worst` of them first, at most `MOST_ALERTS`. `acknowledged`: somebody is on it."""

    waiting: Mapping[Severity, int]
    acknowledged: int
    worst: tuple[WaitingAlert, ...]
    looking: Looking

    @property
    def total(self) -> int:
        return sum(self.waiting.values())


@dataclass(frozen=True, slots=True)
class NewAlerts:
    """Alerts that opened in a span of time; `waiting`: those of them that are still open."""

    by_severity: Mapping[Severity, int]
    waiting: int


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which nobody knew what happens at a source; `until` is None while it lasts. UTC.

    `supplies_logins`: what is known of logins has a hole then.
    """

    title: str
    since: datetime
    until: datetime | None
    supplies_logins: bool


class SituationQuestions(Protocol):
    """Answers never raise for a database that is down."""

    def alerts(self) -> Answer[AlertsNow]:
        """What waits now. An alert acknowledged until a time that is past waits again."""
        ...

    def new_alerts(self, window: TimeRange) -> Answer[NewAlerts]:
        """Those that opened in the window."""
        ...

    def spells(self, window: TimeRange) -> Answer[Sequence[Spell]]:
        """Blind spells that reach into the window, oldest first, at most the newest 200."""
        ...
