"""The SQL against the definition: random events, in any order, in any batches, twice."""

import random
from collections import Counter
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detection.sigma.compiled import Kind, Rule
from tests.detection.alerts.conftest import ALERTS, EMPTY, Watch, event, joined, plain
from tests.detection.alerts.reference import expected, fired_at
from vigie.event import Event

BASES = [plain("fail"), plain("win"), plain("any", "fail", "win"), plain("odd")]
COUNTED = joined("counted", Kind.EVENT_COUNT, ["fail"], 3, seconds=30)
RULES: dict[str, list[Rule]] = {
    "plain": [plain("odd", alerts=True, group=["user_name"])],
    "plain for all": [plain("odd", alerts=True, group=[])],
    "count": [COUNTED],
    "more than": [joined("more", Kind.EVENT_COUNT, ["fail"], 3, operator=">", seconds=20.5)],
    "count over two rules": [joined("both", Kind.EVENT_COUNT, ["any", "fail"], 4, seconds=45)],
    "count for all": [joined("all", Kind.EVENT_COUNT, ["fail"], 5, group=[], seconds=30)],
    "count of two columns": [joined("two", Kind.EVENT_COUNT, ["any"], 3, group=["source_ip", "user_name"])],
    "values": [joined("values", Kind.VALUE_COUNT, ["fail"], 3, seconds=30, field="user_name")],
    "values of addresses": [
        joined("addresses", Kind.VALUE_COUNT, ["any"], 2, group=["user_name"], seconds=40, field="source_ip")
    ],
    "temporal": [joined("temporal", Kind.TEMPORAL, ["fail", "win", "odd"], seconds=30)],
    "ordered": [joined("ordered", Kind.TEMPORAL_ORDERED, ["fail", "win"], seconds=20)],
    "ordered three": [joined("three", Kind.TEMPORAL_ORDERED, ["fail", "odd", "any"], seconds=40)],
    "chained": [COUNTED, joined("chained", Kind.TEMPORAL_ORDERED, ["counted", "win"], seconds=50)],
    "chained to another group": [
        COUNTED, joined("other", Kind.TEMPORAL_ORDERED, ["counted", "win"], group=["user_name"], seconds=50),
    ],
}  # fmt: skip
MANY = 60  # in three minutes: enough for windows that fire and such that just do not
_events = st.builds(
    event,
    second=st.integers(0, 360).map(lambda half: half / 2),
    action=st.sampled_from(["fail", "fail", "win", "odd"]),
    ip=st.sampled_from(["192.0.2.7", "192.0.2.7", "2001:db8::7", None]),
    user=st.sampled_from(["alice", "bob", "charlie", "it's %s", None]),
    n=st.integers(0, 3),
)


def named(name: str) -> dict[str, Rule]:
    return {rule.name: rule for rule in [*BASES, *RULES[name]]}


def wanted(rules: dict[str, Rule], events: list[Event]) -> list[Any]:
    """The rows of ALERTS, by the reference."""
    rows = []
    for rule in rules.values():
        if not rule.alerts:
            continue
        fired = fired_at(rule, rules, events)
        for group, hits in expected(rule, rules, events).items():
            times = [hit.occurred_at for hit in hits]
            minutes = Counter(int(at.timestamp()) // 60 * 60 for at in times)
            entity = {name: value for name, value in zip(rule.group_by, group, strict=True) if value is not None}
            counts = [list(pair) for pair in sorted(minutes.items())]
            rows.append((rule.name, entity, len(hits), min(times), max(times), fired[group], counts))
    return sorted(rows, key=by_name)


def by_name(row: Any) -> Any:
    return row[0], str(sorted(row[1].items()))


def found(watch: Watch) -> list[Any]:
    return sorted(watch.ask(ALERTS), key=by_name)


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(_events, min_size=MANY, max_size=MANY, unique_by=lambda each: each.event_key), dice=st.randoms())
def test_the_alerts_are_those_of_the_definition_in_any_order_and_twice(
    watch: Watch, name: str, events: list[Event], dice: random.Random
) -> None:
    rules = named(name)
    watch.run(EMPTY)
    watch.keeper.load(list(rules.values()), ())
    for batch in batches(events, dice):
        watch.keep(*batch)
        if dice.random() < 0.5:
            watch.look()
    watch.look()
    assert found(watch) == wanted(rules, events)
    watch.run("INSERT INTO detection_spans (category, since, until) SELECT 'authentication', min(occurred_at), "
              "max(occurred_at) FROM events HAVING count(*) > 0")  # fmt: skip
    watch.look()
    assert found(watch) == wanted(rules, events)


def batches(events: list[Event], dice: random.Random) -> list[list[Event]]:
    """All of them in random order and batches, some of them in two."""
    order = events + dice.sample(events, len(events) // 3)
    dice.shuffle(order)
    cuts = sorted({0, len(order), *(dice.randint(0, len(order)) for _ in range(4))})
    made = [order[begin:end] for begin, end in pairwise(cuts)]
    return [list({each.event_key: each for each in batch}.values()) for batch in made if batch]


def test_the_reference_knows_the_edge_of_a_window() -> None:
    rules = {rule.name: rule for rule in [plain("fail"), joined("pair", Kind.EVENT_COUNT, ["fail"], 2, seconds=60)]}
    assert expected(rules["pair"], rules, [event(0), event(60.001)]) == {}
    hits = expected(rules["pair"], rules, [event(0), event(60)])
    times: list[datetime] = [hit.occurred_at for hit in hits["192.0.2.7",]]
    assert len(times) == 2
