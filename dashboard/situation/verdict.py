"""Is tonight quiet? One sentence, what it rests on, and what happened in order.

It never says "quiet" when somebody did not look: blind and unknown come before quiet, an intrusion before all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from dashboard.sources.interface import LoginSummary, SourceStatus
from dashboard.ui import words
from vigie.login_attacks import AttackKind, LoginAttack, SuccessAfterFailures
from vigie.severity import Severity

ALARMING = Severity.MEDIUM
MOST_STEPS = 4


class Mood(Enum):
    """What the verdict says, best first."""

    QUIET = "quiet"
    UNKNOWN = "unknown"
    ATTACKED = "attacked"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened, for the short account beside the sentence. `at` is UTC."""

    at: datetime
    severity: Severity
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`severity` colours the edge; `user` is the account to look at first, where there is one."""

    mood: Mood
    severity: Severity
    sentence: str
    detail: str
    steps: tuple[Step, ...] = ()
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Night:
    """What the verdict is made from, all of one window."""

    attacks: Sequence[LoginAttack]
    successes: Sequence[SuccessAfterFailures]
    sources: Sequence[SourceStatus]
    summary: LoginSummary


def judge(night: Night, zone: ZoneInfo, now: datetime) -> Verdict:
    """The verdict on what was read. `now` (UTC) is the end of the window."""
    steps = _steps(night)
    alarming = [each for each in night.attacks if each.severity >= ALARMING]
    opened = [each for each in night.successes if each.severity >= Severity.HIGH]
    entered = [each for each in alarming if each.opened]
    if opened or entered:
        return _someone_got_in(opened, entered, night, steps, zone, now)
    if alarming:
        worst = max(alarming, key=lambda each: (each.severity, each.tries))
        detail = f"{_attack_words(worst)} No account was opened.{_blind_words(night, zone, now)}"
        return Verdict(Mood.ATTACKED, worst.severity, "Not quiet: somebody tries to get in.", detail, steps)
    return _nobody_tried(night, steps, zone, now)


def unknown(sentence: str, advice: str) -> Verdict:
    """The verdict when nothing could be read."""
    return Verdict(Mood.UNKNOWN, Severity.MEDIUM, "Not known: nobody can look now.", f"{sentence} {advice}".strip())


def _someone_got_in(
    opened: Sequence[SuccessAfterFailures],
    entered: Sequence[LoginAttack],
    night: Night,
    steps: tuple[Step, ...],
    zone: ZoneInfo,
    now: datetime,
) -> Verdict:
    severity = max([each.severity for each in opened] + [each.severity for each in entered])
    if opened:
        worst = max(opened, key=lambda each: (each.severity, each.failures, each.occurred_at))
        user, during = worst.user_name, f" during {_KIND[worst.during]}" if worst.during else ""
        detail = (
            f"Account {words.outside(user, 40)} was opened at "
            f"{words.clock_time(worst.occurred_at, zone, now)}{during}, "
            f"after {words.count(worst.failures, 'failure')}. Make sure of this person first."
        )
    else:
        first = max(entered, key=lambda each: (each.severity, each.tries))
        user = first.opened[0]
        detail = f"{_attack_words(first)} It opened {words.outside(user, 40)}. Make sure of this person first."
    detail += _blind_words(night, zone, now)
    return Verdict(Mood.OPENED, severity, "Not quiet: someone got in.", detail, steps, user)


def _nobody_tried(night: Night, steps: tuple[Step, ...], zone: ZoneInfo, now: datetime) -> Verdict:
    if not night.sources:
        return Verdict(
            Mood.UNKNOWN,
            Severity.MEDIUM,
            "Not known: no source is set up.",
            "Name your login table in config/sources.toml.",
        )
    blind = _blind_words(night, zone, now).strip()
    if blind:
        return Verdict(
            Mood.UNKNOWN,
            Severity.MEDIUM,
            "Not known: we do not see everything.",
            f"{blind} Nothing else stands out.",
            steps,
        )
    unseen = [each.title for each in night.sources if each.last_look_at is None]
    if unseen:
        detail = f"{words.outside(unseen[0], 60)} has not been read yet. This takes a few seconds after a start."
        return Verdict(Mood.UNKNOWN, Severity.MEDIUM, "Not known yet.", detail, steps)
    summary = night.summary
    detail = (
        f"{_all_seen(len(night.sources))} {words.count(summary.success, 'login')}, {summary.failure:,} failed, "
        "no pattern of attack in them."
    )
    return Verdict(Mood.QUIET, Severity.INFORMATIONAL, "Quiet. Nothing needs you.", detail, steps)


def _all_seen(sources: int) -> str:
    return "The one source is being read." if sources == 1 else f"All {sources} sources are being read."


_KIND = {
    AttackKind.SPRAYING: "password spraying",
    AttackKind.GUESSING: "password guessing",
    AttackKind.STUFFING: "credential stuffing",
}


def _attack_words(attack: LoginAttack) -> str:
    kind = _KIND[attack.kind].capitalize()
    return (
        f"{kind}: {words.count(attack.tries, 'try', 'tries')} on {words.count(attack.accounts, 'account')} "
        f"from {words.count(len(attack.addresses), 'address', 'addresses')}."
    )


def _blind_words(night: Night, zone: ZoneInfo, now: datetime) -> str:
    blind = [each for each in night.sources if each.blind_since]
    return "".join(
        f" {words.outside(each.title, 60)} is blind since {words.clock_time(each.blind_since, zone, now)}."
        for each in blind[:2]
        if each.blind_since
    )


def _steps(night: Night) -> tuple[Step, ...]:
    """The worst few, then put in order of time."""
    made = [
        Step(
            each.first_seen,
            each.severity,
            words.ATTACK[each.kind],
            f"{words.count(len(each.addresses), 'address', 'addresses')}, {words.count(each.accounts, 'account')}",
        )
        for each in night.attacks
        if each.severity >= ALARMING
    ]
    made += [
        Step(
            each.occurred_at,
            each.severity,
            "Got in",
            f"{words.outside(each.user_name, 28)}, after {words.count(each.failures, 'failure')}",
        )
        for each in night.successes
        if each.severity >= ALARMING
    ]
    made += [
        Step(each.blind_since, Severity.MEDIUM, "Blind", words.outside(each.title, 40))
        for each in night.sources
        if each.blind_since
    ]
    worst = sorted(made, key=lambda step: (-step.severity, -step.at.timestamp()))[:MOST_STEPS]
    return tuple(sorted(worst, key=lambda step: step.at))
