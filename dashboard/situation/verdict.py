"""Is tonight quiet? One sentence, what it rests on, and what happened in order.

It never says "quiet" when somebody did not look: blind and unknown come before quiet, an intrusion before all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from dashboard.sources.interface import LoginSummary, SourceStatus, TimeRange
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
    """`severity` colours the edge; `user` is the account to look at first, where there is one.

    `running_from`: the busiest address of an attack that goes on now, where there is one.
    """

    mood: Mood
    severity: Severity
    sentence: str
    detail: str
    steps: tuple[Step, ...] = ()
    user: str | None = None
    running_from: str | None = None


@dataclass(frozen=True, slots=True)
class Night:
    """What the verdict is made from, all of one window.

    `as_of`: up to when it is true; `pause`: how long an attack may rest and still go on; `collected_since`: from when
    on anything is known, None when it always was. All UTC.
    """

    attacks: Sequence[LoginAttack]
    successes: Sequence[SuccessAfterFailures]
    sources: Sequence[SourceStatus]
    summary: LoginSummary
    as_of: datetime
    pause: timedelta
    collected_since: datetime | None = None

    @property
    def running(self) -> LoginAttack | None:
        """The worst attack that goes on now, of several the one with the newest try."""
        fresh = [each for each in self.attacks if each.severity >= ALARMING and self._goes_on(each)]
        return max(fresh, key=lambda each: (each.severity, each.last_seen), default=None)

    def _goes_on(self, attack: LoginAttack) -> bool:
        return self.as_of - attack.last_seen <= self.pause


def judge(night: Night, window: TimeRange) -> Verdict:
    """The verdict on what was read of `window`."""
    steps = _steps(night, window)
    alarming = [each for each in night.attacks if each.severity >= ALARMING]
    opened = [each for each in night.successes if each.severity >= Severity.HIGH]
    entered = [each for each in alarming if each.opened]
    if opened or entered:
        return _someone_got_in(opened, entered, night, steps, window)
    if alarming:
        return _somebody_tried(alarming, night, steps, window)
    return _nobody_tried(night, steps, window)


def unknown(sentence: str, advice: str) -> Verdict:
    """The verdict when nothing could be read."""
    return Verdict(Mood.UNKNOWN, Severity.MEDIUM, "Not known: nobody can look now.", f"{sentence} {advice}".strip())


def _weight(attack: LoginAttack) -> tuple[Severity, int]:
    return attack.severity, attack.tries


def _someone_got_in(
    opened: Sequence[SuccessAfterFailures],
    entered: Sequence[LoginAttack],
    night: Night,
    steps: tuple[Step, ...],
    window: TimeRange,
) -> Verdict:
    severity = max([each.severity for each in opened] + [each.severity for each in entered])
    users = {each.user_name for each in opened} | {name for each in entered for name in each.opened}
    if opened:
        worst = max(opened, key=lambda each: (each.severity, each.failures, each.occurred_at))
        user, during = worst.user_name, f" during {_KIND[worst.during]}" if worst.during else ""
        detail = (
            f"Account {words.outside(user, 40)} was opened at "
            f"{words.clock_time(worst.occurred_at, window.zone, window.until)}{during}, "
            f"after {words.count(worst.failures, 'failure')}."
        )
    else:
        first = max(entered, key=_weight)
        user = first.opened[0]
        detail = f"{_attack_words(first)} It opened {words.outside(user, 40)}."
    detail += " Ask this person whether it was them."
    if len(users) > 1:
        detail += f" And {words.count(len(users) - 1, 'more account was', 'more accounts were')} opened."
    detail += f"{_running_words(night, window)}{_unseen_words(night, window)}"
    going_on = ", and an attack is going on now" if night.running else ""
    return Verdict(
        Mood.OPENED, severity, f"Not quiet: someone got in{going_on}.", detail, steps, user, _running_from(night)
    )


def _somebody_tried(
    alarming: Sequence[LoginAttack], night: Night, steps: tuple[Step, ...], window: TimeRange
) -> Verdict:
    worst = night.running or max(alarming, key=_weight)
    severity = max(each.severity for each in alarming)
    detail = (
        f"{_attack_words(worst)} No account was opened.{_running_words(night, window)}{_unseen_words(night, window)}"
    )
    said = "somebody is trying to get in now" if night.running else "somebody tried to get in"
    return Verdict(Mood.ATTACKED, severity, f"Not quiet: {said}.", detail, steps, running_from=_running_from(night))


def _nobody_tried(night: Night, steps: tuple[Step, ...], window: TimeRange) -> Verdict:
    begins = night.collected_since
    if not night.sources:
        return _not_known("Not known: no source is set up.", "Name your login table in config/sources.toml.")
    if begins and window.until <= begins:
        since = words.date_time(begins, window.zone)
        return _not_known(
            f"Not known: nothing was collected before {since}.", "Choose a window that reaches past that."
        )
    blind = _blind_words(night, window).strip()
    if blind:
        return _not_known("Not known: we do not see everything.", f"{blind} Nothing else stands out.", steps)
    unread = [each.title for each in night.sources if each.last_look_at is None]
    if unread:
        detail = f"{words.outside(unread[0], 60)} has not been read yet. This takes a few seconds after a start."
        return _not_known("Not known yet.", detail, steps)
    summary = night.summary
    detail = (
        f"{_all_seen(len(night.sources))} {words.count(summary.success, 'login')}, {summary.failure:,} failed, "
        f"no pattern of attack in them.{_before_words(night, window)}"
    )
    since = f" since {words.clock_time(begins, window.zone, night.as_of)}" if begins and begins > window.since else ""
    return Verdict(Mood.QUIET, Severity.INFORMATIONAL, f"Quiet{since}. Nothing needs you.", detail, steps)


def _not_known(sentence: str, detail: str, steps: tuple[Step, ...] = ()) -> Verdict:
    return Verdict(Mood.UNKNOWN, Severity.MEDIUM, sentence, detail, steps)


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


def _running_from(night: Night) -> str | None:
    return next(iter(night.running.addresses), None) if night.running else None


def _running_words(night: Night, window: TimeRange) -> str:
    running = night.running
    if running is None:
        return ""
    last = words.clock_time(running.last_seen, window.zone, night.as_of)
    return f" {words.ATTACK[running.kind]} goes on: the last try was at {last}."


def _unseen_words(night: Night, window: TimeRange) -> str:
    return _before_words(night, window) + _blind_words(night, window)


def _before_words(night: Night, window: TimeRange) -> str:
    begins = night.collected_since
    if begins is None or begins <= window.since:
        return ""
    return f" Nothing was collected before {words.date_time(begins, window.zone)}."


def _blind(night: Night, window: TimeRange) -> list[tuple[SourceStatus, datetime]]:
    """The sources that did not see all of the window, with the time from which on they are blind."""
    blind = [(each, each.blind_since) for each in night.sources if each.blind_since]
    return [(each, since) for each, since in blind if since < window.until]


def _blind_words(night: Night, window: TimeRange) -> str:
    return "".join(
        f" {words.outside(each.title, 60)} is blind since {words.clock_time(since, window.zone, night.as_of)}."
        for each, since in _blind(night, window)[:2]
    )


def _steps(night: Night, window: TimeRange) -> tuple[Step, ...]:
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
        Step(since, Severity.MEDIUM, "Blind", words.outside(each.title, 40)) for each, since in _blind(night, window)
    ]
    worst = sorted(made, key=lambda step: (-step.severity, -step.at.timestamp()))[:MOST_STEPS]
    return tuple(sorted(worst, key=lambda step: step.at))
