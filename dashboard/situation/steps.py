"""What happened in order, in a few steps, for the short account beside the verdict."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from dashboard.situation.night import ALARMING, Night
from dashboard.sources.interface import TimeRange
from dashboard.sources.situation_questions import WaitingAlert
from dashboard.ui import words
from vigie.severity import Severity

MOST_STEPS = 4


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened. `at` is UTC."""

    at: datetime
    severity: Severity
    title: str
    detail: str


def steps_of(night: Night, window: TimeRange) -> tuple[Step, ...]:
    """The worst few, then put in order of time."""
    made = [*_attacks(night), *_alerts(night, window), *_troubles(night, window)]
    worst = sorted(made, key=lambda step: (-step.severity, -step.at.timestamp()))[:MOST_STEPS]
    return tuple(sorted(worst, key=lambda step: step.at))


def _attacks(night: Night) -> Iterator[Step]:
    for attack in night.attacks:
        if attack.severity >= ALARMING:
            said = (
                f"{words.count(len(attack.addresses), 'address', 'addresses')}, "
                f"{words.count(attack.accounts, 'account')}"
            )
            yield Step(attack.first_seen, attack.severity, words.ATTACK[attack.kind], said)
    for success in night.successes:
        if success.severity >= ALARMING:
            said = f"{words.outside(success.user_name, 28)}, after {words.count(success.failures, 'failure')}"
            yield Step(success.occurred_at, success.severity, "Got in", said)


def _alerts(night: Night, window: TimeRange) -> Iterator[Step]:
    """Those that began in the window: one that has waited for days is no step of this night."""
    for alert in night.alarming_alerts:
        if window.since <= alert.first_seen < window.until and not _is_told(alert, night):
            said = ", ".join(words.outside(value, 28) for value in list(alert.entity.values())[:2])
            times = f"{alert.count:,} times" if alert.count > 1 else ""
            yield Step(alert.first_seen, alert.severity, words.outside(alert.what, 60), said or times or "one event")


def _is_told(alert: WaitingAlert, night: Night) -> bool:
    """Whether it is about an address or an account of which a step about logins tells already."""
    told = {address for attack in night.attacks if attack.severity >= ALARMING for address in attack.addresses}
    told |= {success.user_name for success in night.successes if success.severity >= ALARMING}
    return bool(told & set(alert.entity.values()))


def _troubles(night: Night, window: TimeRange) -> Iterator[Step]:
    for status, since in night.blind(window):
        yield Step(since, Severity.MEDIUM, "Blind", words.outside(status.title, 40))
    if night.trouble and night.trouble.since:
        yield Step(night.trouble.since, night.trouble.severity, "Down", words.outside(night.trouble.title, 40))
