"""The questions of the Rules page, and the shape of their answers. Times are UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from dashboard.sources.interface import Answer, TimeRange
from vigie.severity import Severity

JUDGED = timedelta(days=30)
"""Verdicts and times to act are those of this long before the end of the window: a day has too few of them."""

GRAFANA = "grafana"
"""The kind of a rule that another system evaluates: its alerts come in by webhook."""

MOST_ALERTS, MOST_SWITCHES = 20, 20


class RuleState(Enum):
    """Whether a rule does its work, worst first."""

    NOT_LOADED = "not loaded"
    FAILING = "failing"
    OFF = "off"
    ON = "on"
    UNFED = "not fed"  # no event of its kinds came in the JUDGED time
    GONE = "gone"  # its file is there no more; what it found stays


@dataclass(frozen=True, slots=True)
class SwitchSeen:
    """A time in which a rule made no alerts because somebody said so. `ended_at`: switched on before `until`."""

    off_at: datetime
    until: datetime
    reason: str
    actor: str
    ended_at: datetime | None
    ended_by: str | None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What people said when they closed alerts of a rule; a closing that was taken back is not counted."""

    true_positive: int = 0
    benign: int = 0
    false_positive: int = 0
    others: int = 0

    @property
    def judged(self) -> int:
        """Those that say something about the rule: duplicates, tests and insufficient data do not."""
        return self.true_positive + self.benign + self.false_positive


@dataclass(frozen=True, slots=True)
class TimeTo:
    """The median time from the opening of an alert to an act of people, and of how many alerts."""

    median: timedelta
    n: int


@dataclass(frozen=True, slots=True)
class Volume:
    """What a rule found in the window: events, the alerts they belong to, events of each 24th part, oldest first."""

    events: int = 0
    alerts: int = 0
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule on the board.

    `file`: where it is written, empty for one of another system. `error`, `advice`: why it is not evaluated and what
    to do, `error_since` when that began. `off`: the switch that holds now. `serves`: it makes no alerts of its own,
    other rules rest on it. `all_events`: of all rules in the window, for its share. `waiting`: its open alerts,
    `acknowledged` those that somebody looks at. The times to act are None where nobody acted.
    """

    name: str
    title: str
    severity: Severity
    kind: str
    serves: bool
    file: str
    state: RuleState
    error: str | None
    advice: str | None
    error_since: datetime | None
    off: SwitchSeen | None
    loaded_at: datetime
    evaluated_at: datetime | None
    volume: Volume
    all_events: int
    last_fired_at: datetime | None
    waiting: int
    acknowledged: int
    verdicts: Verdicts
    to_acknowledge: TimeTo | None
    to_close: TimeTo | None


@dataclass(frozen=True, slots=True)
class AlertSeen:
    """One alert of a rule."""

    number: int
    title: str
    severity: Severity
    status: str
    verdict: str | None
    count: int
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Reads:
    """What people read of a rule, as it is written. What it lacks is empty.

    `runbook`: the name of its page in docs/runbooks, `runbook_text` what stands there. `text`: its YAML. `fires`,
    `stays_silent`: its samples.
    """

    description: str = ""
    tags: tuple[str, ...] = ()
    false_positives: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    author: str = ""
    status: str = ""
    file: str = ""
    runbook: str = ""
    runbook_text: str = ""
    text: str = ""
    sql: str = ""
    fires: tuple[str, ...] = ()
    stays_silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleDetail:
    """One rule in full; alerts and switches newest first, at most MOST_ALERTS and MOST_SWITCHES of them."""

    row: RuleRow
    reads: Reads
    alerts: tuple[AlertSeen, ...]
    switches: tuple[SwitchSeen, ...]


class RuleQuestions(Protocol):
    """Which rules earn their keep? Answers never raise for a source that is down."""

    def rules(self, window: TimeRange) -> Answer[Sequence[RuleRow]]:
        """Every rule, those that do not do their work first."""
        ...

    def rule(self, name: str, window: TimeRange) -> Answer[Sequence[RuleDetail]]:
        """The one rule of that name, or none."""
        ...
