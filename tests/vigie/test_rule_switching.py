"""Rules are switched off for a reason and until a time, by one person at a time."""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from tests.conftest import Store
from tests.dashboard.sources.rule_night import add_rule
from tests.detection.conftest import ask
from vigie.store.audit import record_action
from vigie.store.rule_switching import LONGEST_OFF, CannotSwitch, RuleSwitching

ALICE, BOB = "alice@example.org", "bob@example.org"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
AUDIT = "SELECT string_agg(concat_ws(' ', actor, action, target), ',' ORDER BY id) FROM audit"
OFF = "SELECT count(*) FROM rule_switches WHERE ended_at IS NULL"


def record(connection: Connection, action: str, target: str, detail: Mapping[str, object]) -> None:
    record_action(connection, actor=ALICE, action=action, outcome="success", target=target, detail=detail)


@pytest.fixture
def switching(store: Store) -> RuleSwitching:
    add_rule(store, "scanning")
    return RuleSwitching(store.console, record, lambda: NOW)


def test_a_rule_is_switched_off_and_on_and_both_are_recorded(store: Store, switching: RuleSwitching) -> None:
    switching.switch_off("scanning", NOW + DAY, " A scan of our own ", None, ALICE)
    switching.switch_on("scanning", BOB)
    assert ask(store, "SELECT concat_ws(' ', reason, actor, ended_by) FROM rule_switches") == (
        "A scan of our own alice@example.org bob@example.org"
    )
    assert ask(store, AUDIT) == f"{ALICE} rule_switched_off scanning,{ALICE} rule_switched_on scanning"


@pytest.mark.parametrize("reason", ["", "   ", "\n\t"])
def test_it_refuses_to_switch_off_without_a_reason(store: Store, switching: RuleSwitching, reason: str) -> None:
    with pytest.raises(CannotSwitch, match="The reason is missing"):
        switching.switch_off("scanning", NOW + DAY, reason, None, ALICE)
    assert (ask(store, OFF), ask(store, AUDIT)) == (0, None)


@pytest.mark.parametrize("until", [NOW, NOW - DAY, NOW + LONGEST_OFF + 2 * DAY])
def test_it_refuses_an_end_that_is_past_or_far(switching: RuleSwitching, until: datetime) -> None:
    with pytest.raises(CannotSwitch, match="at most 90 days"):
        switching.switch_off("scanning", until, "Why", None, ALICE)


def test_who_comes_second_is_told_who_switched_it_off(store: Store, switching: RuleSwitching) -> None:
    switching.switch_off("scanning", NOW + DAY, "Why", None, ALICE)
    with pytest.raises(CannotSwitch, match=r"^alice@example\.org switched it off before you, until 2026-11-21"):
        switching.switch_off("scanning", NOW + 2 * DAY, "Other", None, BOB)
    assert ask(store, OFF) == 1


def test_of_ten_people_at_once_one_switches_it_off(store: Store, switching: RuleSwitching) -> None:
    refused: list[str] = []

    def press(number: int) -> None:
        try:
            switching.switch_off("scanning", NOW + DAY, "Why", None, f"person{number}@example.org")
        except CannotSwitch as error:
            refused.append(error.sentence)

    people = [threading.Thread(target=press, args=(number,)) for number in range(10)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    assert (ask(store, OFF), len(refused)) == (1, 9)


def test_a_rule_that_is_on_is_not_switched_on(switching: RuleSwitching) -> None:
    with pytest.raises(CannotSwitch, match="It is on already"):
        switching.switch_on("scanning", ALICE)


def test_a_rule_that_is_none_is_not_switched(store: Store, switching: RuleSwitching) -> None:
    for act in (lambda: switching.switch_on("x", ALICE), lambda: switching.switch_off("x", NOW + DAY, "W", None, BOB)):
        with pytest.raises(CannotSwitch, match="no such rule"):
            act()
    assert ask(store, AUDIT) is None


def test_the_end_of_a_switch_needs_nobody(store: Store, switching: RuleSwitching) -> None:
    switching.switch_off("scanning", NOW + DAY, "Why", None, ALICE)
    later = RuleSwitching(store.console, record, lambda: NOW + 2 * DAY)
    later.switch_off("scanning", NOW + 3 * DAY, "Again", None, ALICE)
    assert ask(store, "SELECT count(*) FROM rule_switches") == 2
