"""Every rule fires on its sample and stays silent on its near miss, through the real parsers, loader and engine."""

import random

import pytest

from detection.sigma.compiled import Rule
from detection.sigma.samples import events_of
from tests.rules.conftest import LOADED, Detection
from vigie.event import Event

RULES = [rule for rule in LOADED.rules if rule.alerts]


def events(rule: Rule, kind: str) -> list[Event]:
    return events_of(rule.details[kind])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
class TestARule:
    def test_it_fires_on_its_sample(self, rule: Rule, detection: Detection) -> None:
        assert rule.name in detection.look(events(rule, "fires"))

    def test_it_stays_silent_on_its_near_miss(self, rule: Rule, detection: Detection) -> None:
        assert rule.name not in detection.look(events(rule, "stays_silent"))


def test_what_comes_event_by_event_backwards_gives_what_came_at_once(detection: Detection) -> None:
    # What an account did before is known only once it is stored: that rule alone depends on the order.
    rules = [rule for rule in RULES if rule.name != "administrator_new_address"]
    chosen = random.Random(6).sample(rules, 8)
    for rule in chosen:
        found = events(rule, "fires")
        at_once = detection.look(found)
        detection.forget()
        assert detection.look(*([event] for event in reversed(found)), found) == at_once
        detection.forget()
