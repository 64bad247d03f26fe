"""How the Alerts page says things: times, acts, verdicts, entities, and why an alert was left as it is."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import permutations
from types import MappingProxyType
from zoneinfo import ZoneInfo

from dashboard.sources.alert_questions import Act, AlertRow, Looking, Status
from dashboard.ui import words
from vigie.store.triage import LastAct, Left, Verdict, Why

STATUS: Mapping[Status, str] = MappingProxyType(
    {Status.OPEN: "Open", Status.ACKNOWLEDGED: "Acknowledged", Status.CLOSED: "Closed"}
)
GLOSS: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.TRUE_POSITIVE: "it was an attack",
        Verdict.BENIGN: "real, but harmless",
        Verdict.FALSE_POSITIVE: "the rule was wrong",
        Verdict.DUPLICATE: "part of another alert",
        Verdict.TEST: "a drill",
        Verdict.INSUFFICIENT_DATA: "cannot tell",
    }
)
_MOST_VALUES = 4  # of an entity, that a title is searched for, in whatever order
VIGIE = "vigie"
"""How the worker signs what it does with an alert."""
KINDS: Mapping[str, str] = MappingProxyType(
    {"user_name": "user", "source_ip": "address", "container_name": "container", "host_name": "host", "source": "host"}
)
"""Icons of the entities that have one, by field."""
_DONE = {
    "opened": "opened it",
    "acknowledged": "acknowledged it",
    "assigned": "assigned it",
    "noted": "added a note",
    "closed": "closed it",
    "reopened": "opened it again",
    "regressed": "opened it again: it came back after a true positive",
    "seen again": "opened it again: it was seen again",
    "resolved": "noted that it is over",
}


def verdict(value: str) -> str:
    """`True positive`."""
    return words.outside(value, 40).capitalize()


def history(verdicts: Mapping[str, int]) -> str:
    """`3 × benign, 1 × true positive`, most first; or that it was never judged."""
    listed = sorted(verdicts.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{n:,} × {words.outside(each, 40)}" for each, n in listed) or "Never judged"


def entity(row: AlertRow) -> str:
    """The values of its entity in one line."""
    return ", ".join(words.outside(value, 60) for value in row.entity.values()) or "no single entity"


def title(row: AlertRow) -> str:
    """The title without its entity, which stands beside it."""
    whole = row.title
    if len(row.entity) <= _MOST_VALUES:
        ends = (f": {', '.join(values)}" for values in permutations(row.entity.values()))
        whole = next((whole.removesuffix(end) for end in ends if whole.endswith(end)), whole) or whole
    return words.outside(whole, 160)


def about(row: AlertRow) -> str:
    """Title and entity in one line; an engine may already have put the entity into the title."""
    title = words.outside(row.title, 160)
    missing = [value for value in row.entity.values() if words.outside(value, 60) not in title]
    return f"{title}, {', '.join(words.outside(value, 60) for value in missing)}" if missing else title


def actor(name: str) -> str:
    """A person by name; the worker is Vigie."""
    return "Vigie" if name == VIGIE else words.outside(name, 60)


def done(act: str, verdict_given: str | None = None, assignee: str | None = None) -> str:
    """What was done: `closed it as benign`, `assigned it to Bob`."""
    said = _DONE.get(act) or words.outside(act, 40)
    if act == "closed" and verdict_given:
        return f"{said} as {words.outside(verdict_given, 40)}"
    return f"{said} to {words.outside(assignee, 60)}" if act == "assigned" and assignee else said


def act_words(act: Act, zone: ZoneInfo, now: datetime) -> str:
    """One line of an alert's life, without who and when."""
    said = done(act.act, act.verdict, act.assignee)
    return f"{said} until {words.clock_time(act.until, zone, now)}" if act.until else said


def left_words(left: Left, zone: ZoneInfo, now: datetime) -> str:
    """Why it was left as it is, in one sentence."""
    if left.why is Why.GONE:
        return "There is no such alert any more."
    if left.why is Why.NOT_POSSIBLE:
        return f"It is {words.outside(left.status, 20)} already."
    return f"{last_words(left.last, zone, now)} It was left as it is." if left.last else "It changed meanwhile."


def last_words(last: LastAct, zone: ZoneInfo, now: datetime) -> str:
    """`Bob closed it as benign at 02:31, 4 s ago.`"""
    at = words.clock_time(last.at, zone, now)
    ago = words.span(max(now - last.at, timedelta()))
    return f"{actor(last.actor)} {done(last.act, last.verdict)} at {at}, {ago} ago."


def status_words(row: AlertRow, zone: ZoneInfo, now: datetime) -> str:
    """The status with what belongs to it: until when, or with which verdict and for how long it holds."""
    said = STATUS[row.status]
    if row.status is Status.ACKNOWLEDGED and row.acknowledged_until:
        return f"{said} until {words.clock_time(row.acknowledged_until, zone, now)}"
    if row.status is Status.CLOSED and row.verdict:
        holds = f", holds until {words.date_time(row.holds_until, zone)}" if row.holds_until else ""
        return f"{said} as {words.outside(row.verdict, 40)}{holds}"
    return said


def marks(row: AlertRow, zone: ZoneInfo, now: datetime) -> list[str]:
    """What is special about it, in a few words each."""
    said = []
    if row.regressed_at and row.status is not Status.CLOSED:
        said.append(f"Came back {words.clock_time(row.regressed_at, zone, now)} after a true positive")
    if row.has_ended:
        said.append("Its acknowledgement has ended")
    if row.resolved_at:
        said.append(f"Resolved {words.clock_time(row.resolved_at, zone, now)}")
    if row.status is Status.ACKNOWLEDGED and row.acknowledged_until:
        said.append(f"until {words.clock_time(row.acknowledged_until, zone, now)}")
    if row.status is Status.CLOSED and row.count_at_close is not None and row.count > row.count_at_close:
        said.append(f"{row.count - row.count_at_close:,} more since it was closed")
    return said


def looking_words(looking: Looking) -> str:
    """`24 rules look, 1 does not.`"""
    if not looking.rules:
        return "No rule is evaluated." if not looking.failing else f"None of {looking.failing} rules is evaluated."
    said = "1 rule looks" if looking.rules == 1 else f"{looking.rules} rules look"
    return (
        f"{said}, {looking.failing} {'does' if looking.failing == 1 else 'do'} not." if looking.failing else f"{said}."
    )
