"""What a rule means, in plain Python and straight from the definition: every window is looked at on its own.

It shares nothing with the SQL but the words: a window ends at an event, reaches back by the timespan, both ends
included, and holds events of one group. Slow, and meant to be.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from detection.sigma.compiled import Correlation, Kind, Rule
from vigie.event import Event


@dataclass(frozen=True)
class Member:
    """An event that a correlation counts, and which of its rules matched it."""

    event: Event
    place: int


def expected(rule: Rule, rules: Mapping[str, Rule], events: Sequence[Event]) -> dict[tuple[str, ...], list[Event]]:
    """The events of each alert of `rule`, by the values of its group, in the order of their times."""
    alerts: dict[tuple[str, ...], dict[bytes, Event]] = {}
    if rule.correlation is None:
        for found in matched(rule, rules, events):
            alerts.setdefault(group_of(found, rule.group_by), {})[found.event_key] = found
    else:
        for group, members in groups(rule.correlation, rules, events).items():
            for ending in members:
                window = window_of(members, ending, rule.correlation)
                if holds(rule.correlation, window, ending):
                    alerts.setdefault(group, {}).update({each.event.event_key: each.event for each in window})
    found = {group: sorted(hits.values(), key=lambda each: each.occurred_at) for group, hits in alerts.items()}
    return {group: hits for group, hits in found.items() if rule.correlation is None or None not in group}


def fired_at(rule: Rule, rules: Mapping[str, Rule], events: Sequence[Event]) -> dict[tuple[str, ...], datetime]:
    """The first event with which the condition held, for each group."""
    if rule.correlation is None:
        return {group: hits[0].occurred_at for group, hits in expected(rule, rules, events).items()}
    return {
        group: min(times)
        for group, members in groups(rule.correlation, rules, events).items()
        if (times := [each.event.occurred_at for each in members if fires(rule.correlation, members, each)])
    }


def matched(rule: Rule, rules: Mapping[str, Rule], events: Sequence[Event]) -> list[Event]:
    """What a plain rule matches; of a correlation the events with which its condition held."""
    if rule.condition is not None:
        actions = rule.condition.parameters["actions"]
        assert isinstance(actions, list)
        return [each for each in events if each.action in actions]
    assert rule.correlation is not None
    ends = {
        each.event.event_key: each.event
        for members in groups(rule.correlation, rules, events).values()
        for each in members
        if fires(rule.correlation, members, each)
    }
    return list(ends.values())


def groups(
    correlation: Correlation, rules: Mapping[str, Rule], events: Sequence[Event]
) -> dict[tuple[str, ...], list[Member]]:
    found: dict[tuple[str, ...], list[Member]] = {}
    for place, name in enumerate(correlation.rules):
        for each in matched(rules[name], rules, events):
            group = group_of(each, correlation.group_by)
            counts = correlation.field is None or getattr(each, correlation.field) is not None
            if None not in group and counts:
                found.setdefault(group, []).append(Member(each, place))
    return found


def group_of(found: Event, columns: Iterable[str]) -> tuple[str, ...]:
    values = (getattr(found, column) for column in columns)
    return tuple(value if value is None else str(value) for value in values)


def window_of(members: Sequence[Member], ending: Member, correlation: Correlation) -> list[Member]:
    end = ending.event.occurred_at
    return [each for each in members if end - correlation.timespan <= each.event.occurred_at <= end]


def fires(correlation: Correlation, members: Sequence[Member], ending: Member) -> bool:
    return holds(correlation, window_of(members, ending, correlation), ending)


def holds(correlation: Correlation, window: Sequence[Member], ending: Member) -> bool:
    if correlation.kind is Kind.EVENT_COUNT:
        count = len({each.event.event_key for each in window})
    elif correlation.kind is Kind.VALUE_COUNT:
        count = len({str(getattr(each.event, str(correlation.field))) for each in window})
    elif correlation.kind is Kind.TEMPORAL:
        return {each.place for each in window} == set(range(len(correlation.rules)))
    else:
        return comes_in_order(correlation, window, ending)
    return count > correlation.count if correlation.operator == ">" else count >= correlation.count


def comes_in_order(correlation: Correlation, window: Sequence[Member], ending: Member) -> bool:
    """Whether the rules came one after the other, the last with `ending`. One instant has no order."""
    last = len(correlation.rules) - 1
    if ending.place != last:
        return False
    reached = min(each.event.occurred_at for each in window)
    for place in range(last):
        later = [each.event.occurred_at for each in window if each.place == place and each.event.occurred_at >= reached]
        if not later:
            return False
        reached = min(later)
    return True
