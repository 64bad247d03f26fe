"""Is tonight quiet? One sentence and what it rests on.

It never says "quiet" when somebody did not look: blind and unknown come before quiet, an intrusion before all. Between
them the worst is said first: a service in trouble, alerts that wait, an attack; the others follow in the detail.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from dashboard.situation.night import ALARMING, Night
from dashboard.situation.service import Trouble
from dashboard.situation.steps import Step, steps_of
from dashboard.situation.unseen import before_words, hidden_words, unseen_words
from dashboard.sources.interface import TimeRange
from dashboard.sources.situation_questions import AlertsNow, WaitingAlert
from dashboard.ui import words
from vigie.login_attacks import AttackKind, LoginAttack, SuccessAfterFailures
from vigie.severity import Severity


class Mood(Enum):
    """What the verdict says, best first."""

    QUIET = "quiet"
    UNKNOWN = "unknown"
    ATTACKED = "attacked"
    ALERTED = "alerted"
    FAILING = "failing"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`severity` colours the edge. What to look at first, where there is such a thing: `user`, an account;

    `running_from`, the busiest address of an attack that goes on now; `alert`, the number of one that waits.
    """

    mood: Mood
    severity: Severity
    sentence: str
    detail: str
    steps: tuple[Step, ...] = ()
    user: str | None = None
    running_from: str | None = None
    alert: int | None = None


def judge(night: Night, window: TimeRange) -> Verdict:
    """The verdict on what was read of `window`."""
    found = [
        each
        for each in (_someone_got_in(night, window), _failing(night, window), _waiting(night), _attacked(night, window))
        if each is not None
    ]
    if not found:
        return _nobody_tried(night, window)
    chosen = found[0] if found[0].mood is Mood.OPENED else max(found, key=lambda each: each.severity)
    first = night.alarming_alerts[0].number if night.alarming_alerts else None
    detail = f"{chosen.detail}{_also(chosen.mood, night)}{unseen_words(night, window)}"
    return replace(chosen, detail=detail, steps=steps_of(night, window), alert=first)


def unknown(sentence: str, advice: str) -> Verdict:
    """The verdict when nothing could be read."""
    return Verdict(Mood.UNKNOWN, Severity.MEDIUM, "Not known: nobody can look now.", f"{sentence} {advice}".strip())


def _also(mood: Mood, night: Night) -> str:
    """What else cannot wait."""
    said = f" {night.trouble.sentence}" if night.trouble and mood is not Mood.FAILING else ""
    return said + (f" {_open_words(night.alerts)}" if night.alarming_alerts and mood is not Mood.ALERTED else "")


def _failing(night: Night, window: TimeRange) -> Verdict | None:
    trouble: Trouble | None = night.trouble
    if trouble is None:
        return None
    since = f"Since {words.clock_time(trouble.since, window.zone, night.as_of)}. " if trouble.since else ""
    return Verdict(Mood.FAILING, trouble.severity, f"Not quiet: {trouble.sentence}", f"{since}{night.answered}")


def _waiting(night: Night) -> Verdict | None:
    waiting: Sequence[WaitingAlert] = night.alarming_alerts
    if not waiting:
        return None
    worst = waiting[0]
    count = night.alerts.waiting.get(worst.severity, 1)
    said = f"{words.count(count, f'{worst.severity.word} alert')} {'is' if count == 1 else 'are'} open"
    detail = f"{words.outside(worst.title, 90)}, {words.count(worst.count, 'time')}."
    if night.alerts.total > count:
        detail += f" {_open_words(night.alerts)}"
    return Verdict(Mood.ALERTED, worst.severity, f"Not quiet: {said}.", detail)


def _open_words(alerts: AlertsNow) -> str:
    """`3 alerts are open, 2 of them critical.`"""
    worst = max(alerts.waiting)
    if alerts.total == 1:
        return f"One {worst.word} alert is open."
    return f"{alerts.total:,} alerts are open, {alerts.waiting[worst]:,} of them {worst.word}."


def _weight(attack: LoginAttack) -> tuple[Severity, int]:
    return attack.severity, attack.tries


def _someone_got_in(night: Night, window: TimeRange) -> Verdict | None:
    opened = [each for each in night.successes if each.severity >= Severity.HIGH]
    entered = [each for each in night.attacks if each.severity >= ALARMING and each.opened]
    if not opened and not entered:
        return None
    severity = max([each.severity for each in opened] + [each.severity for each in entered])
    users = {each.user_name for each in opened} | {name for each in entered for name in each.opened}
    user, detail = _by_login(opened, window) if opened else _by_attack(entered)
    detail += " Ask this person whether it was them."
    if len(users) > 1:
        detail += f" And {words.count(len(users) - 1, 'more account was', 'more accounts were')} opened."
    going_on = ", and an attack is going on now" if night.running else ""
    sentence = f"Not quiet: someone got in{going_on}."
    detail += _running_words(night, window)
    return Verdict(Mood.OPENED, severity, sentence, detail, user=user, running_from=_running_from(night))


def _by_login(opened: Sequence[SuccessAfterFailures], window: TimeRange) -> tuple[str, str]:
    worst = max(opened, key=lambda each: (each.severity, each.failures, each.occurred_at))
    during = f" during {_KIND[worst.during]}" if worst.during else ""
    at = words.clock_time(worst.occurred_at, window.zone, window.until)
    after = words.count(worst.failures, "failure")
    return worst.user_name, f"Account {words.outside(worst.user_name, 40)} was opened at {at}{during}, after {after}."


def _by_attack(entered: Sequence[LoginAttack]) -> tuple[str, str]:
    first = max(entered, key=_weight)
    return first.opened[0], f"{_attack_words(first)} It opened {words.outside(first.opened[0], 40)}."


def _attacked(night: Night, window: TimeRange) -> Verdict | None:
    alarming = [each for each in night.attacks if each.severity >= ALARMING]
    if not alarming:
        return None
    worst = night.running or max(alarming, key=_weight)
    severity = max(each.severity for each in alarming)
    detail = f"{_attack_words(worst)} No account was opened.{_running_words(night, window)}"
    said = "somebody is trying to get in now" if night.running else "somebody tried to get in"
    return Verdict(Mood.ATTACKED, severity, f"Not quiet: {said}.", detail, running_from=_running_from(night))


def _nobody_tried(night: Night, window: TimeRange) -> Verdict:
    begins = night.collected_since
    if not night.sources:
        return _not_known("Not known: no source is set up.", "Name your login table in config/sources.toml.")
    if begins and window.until <= begins:
        since = words.date_time(begins, window.zone)
        return _not_known(
            f"Not known: nothing was collected before {since}.", "Choose a window that reaches past that."
        )
    unread = [each.title for each in night.sources if each.last_look_at is None]
    if unread and not night.blind(window):
        detail = f"{words.outside(unread[0], 60)} has not been read yet. This takes a few seconds after a start."
        return _not_known("Not known yet.", detail)
    hidden = hidden_words(night, window)
    if hidden:
        detail = f"{hidden} Nothing else stands out."
        return _not_known("Not known: we do not see everything.", detail, steps_of(night, window))
    return _quiet(night, window)


def _quiet(night: Night, window: TimeRange) -> Verdict:
    begins, summary, looking = night.collected_since, night.summary, night.alerts.looking
    some = f", {words.count(looking.not_loaded, 'rule')} did not load" if looking.not_loaded else ""
    detail = (
        f"{_all_seen(len(night.sources))} {words.count(summary.success, 'login')}, {summary.failure:,} failed, "
        f"no pattern of attack in them. {words.count(looking.rules, 'rule looks', 'rules look')}{some}. "
        f"{night.answered}"
    )
    since = f" since {words.clock_time(begins, window.zone, night.as_of)}" if begins and begins > window.since else ""
    waits = f"{words.count(night.alerts.total, 'alert')} of lower severity can wait" if night.alerts.total else ""
    sentence = f"Quiet{since}. {waits or 'Nothing needs you'}."
    detail += before_words(night, window)
    return Verdict(Mood.QUIET, Severity.INFORMATIONAL, sentence, detail, steps_of(night, window))


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
