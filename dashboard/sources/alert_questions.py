"""The questions of the Alerts page, and the shape of their answers. Times are UTC; what events hold is from outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Protocol

from dashboard.sources.event_questions import EventRow
from dashboard.sources.interface import Answer
from dashboard.sources.rule_questions import Reads
from vigie.severity import Severity

MOST_COUNTED = 10_000
"""Alerts of a list that are counted one by one; more are said as "10,000 or more"."""
LATELY = timedelta(days=30)
"""How far back closed alerts are counted, and how long a time to first look counts."""
JUDGED = timedelta(days=90)
"""How far back it is told how a rule was judged on other entities."""


class Status(Enum):
    """The status of an alert, and the three lists of the page."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class Order(Enum):
    """What comes first. A closed list always begins with what was closed last."""

    WORST = "worst"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Anybody:
    """Whose alerts: `person_id` of one, or None for those that are nobody's."""

    person_id: int | None


@dataclass(frozen=True, slots=True)
class Queue:
    """What is asked for; None means any. `text`: a part of title, rule or a value of the entity, in any case."""

    status: Status = Status.OPEN
    at_least: Severity | None = None
    rule: str | None = None
    assignee: Anybody | None = None
    text: str | None = None
    order: Order = Order.WORST

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves alerts of its status out."""
        return any((self.at_least, self.rule, self.assignee, self.text))


@dataclass(frozen=True, slots=True)
class Someone:
    """A person who may look after alerts."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert. `entity`: its group-by fields and their values. `verdicts`: how often it was closed with each.

    `has_ended`: an acknowledgement ran out, so it is open again. `regressed_at`: when it came back after a close as
    true positive. `resolved_at`: when the system that sent it said that it is over.
    """

    id: int
    version: int
    rule: str
    title: str
    severity: Severity
    entity: Mapping[str, str]
    count: int
    first_seen: datetime
    last_seen: datetime
    opened_at: datetime
    status: Status
    status_at: datetime
    acknowledged_until: datetime | None
    has_ended: bool
    verdict: str | None
    holds_until: datetime | None
    count_at_close: int | None
    regressed_at: datetime | None
    resolved_at: datetime | None
    assignee: Someone | None
    verdicts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Looking:
    """Whether somebody looks: how many rules are evaluated, how many are not, and the oldest thing not looked at yet.

    `behind_since`: when it was stored (UTC), where that is longer ago than a worker needs.
    """

    rules: int
    failing: int = 0
    behind_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class FirstLook:
    """The median time from an alert to the first act of a person on it, over the `n` newest of `LATELY`."""

    median: timedelta
    n: int


@dataclass(frozen=True, slots=True)
class Alerts:
    """A list of alerts and what stands around it.

    `total`: how many match, at most MOST_COUNTED. `counts`: by status, with the same filter; closed ones of `LATELY`.
    `rules`: titles and counts of what the status holds, by rule, most first. `people`: who can be assigned.
    """

    rows: tuple[AlertRow, ...]
    total: int
    counts: Mapping[Status, int]
    rules: Mapping[str, tuple[str, int]]
    people: tuple[Someone, ...]
    looking: Looking
    first_look: FirstLook | None


@dataclass(frozen=True, slots=True)
class Act:
    """A line in the life of an alert. `actor`: the name, else what the audit knows them by; the worker is "vigie"."""

    at: datetime
    actor: str
    act: str
    verdict: str | None
    until: datetime | None
    note: str | None
    assignee: str | None


@dataclass(frozen=True, slots=True)
class Hits:
    """Events of an alert in steps of `step` from `start` (UTC) on."""

    start: datetime
    step: timedelta
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AlertDetail:
    """One alert in full. `acts` oldest first. `elsewhere`: verdicts on other entities of the rule, within `JUDGED`.

    `samples`: its first and newest events that are still stored, oldest first; `samples_gone`: how many are not.
    """

    row: AlertRow
    acts: tuple[Act, ...]
    elsewhere: Mapping[str, int]
    samples: tuple[EventRow, ...]
    samples_gone: int
    hits: Hits | None
    about: Reads

    @property
    def closes(self) -> tuple[Act, ...]:
        """Earlier verdicts of the same fingerprint, newest first."""
        return tuple(act for act in reversed(self.acts) if act.act == "closed" and act.verdict)


@dataclass(frozen=True, slots=True)
class OpenCount:
    """What the header says: alerts that are open, at most MOST_COUNTED, and the critical ones among them."""

    total: int
    critical: int
    looking: Looking


class AlertQuestions(Protocol):
    """What needs me? A blind source, or rules that are behind, make an answer PARTLY_BLIND or STALE."""

    def queue(self, asked: Queue, limit: int, offset: int = 0) -> Answer[Alerts]: ...

    def one(self, number: int) -> Answer[Sequence[AlertDetail]]:
        """Nothing in it: there is no such alert."""
        ...

    def open_count(self) -> Answer[OpenCount]: ...
