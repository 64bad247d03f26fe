"""What is left in the database changes nothing: the campaigns are those of all failures."""

import random
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.sources.interface import TimeRange
from dashboard.sources.login_counts import floor
from dashboard.sources.login_trail import look
from tests.conftest import Store
from tests.dashboard.sources.conftest import login, save
from vigie.clock import utc_now
from vigie.event import Event, key_of
from vigie.login_attacks.campaigns import Campaign, Failures, find_campaigns, network_of
from vigie.login_attacks.rules import LoginAttackRules
from vigie.store.engine import transaction


def bad_nights(seed: int) -> list[Event]:
    """Three days of single mistakes, and bursts of every size around the thresholds."""
    dice, now = random.Random(seed), utc_now()
    made = []
    for burst in range(60):
        start = now - timedelta(minutes=dice.randrange(60, 4320))
        people, addresses, tries = (
            dice.choice([1, 1, 6, 9, 30]),
            dice.choice([1, 1, 3, 30]),
            dice.choice([1, 9, 11, 40]),
        )
        for number in range(tries):
            at = start + timedelta(seconds=dice.randrange(dice.choice([60, 5400])))
            address = dice.choice(
                [f"203.0.113.{burst}", f"198.51.{burst}.{number % addresses}", f"2001:db8:{burst}::{number:x}"]
            )
            reason = dice.choice(["unknown_account", "wrong_password"])
            key = key_of(f"{burst}.{number}")
            made.append(login(at, f"user{burst % 7}.{number % people}", address, reason=reason, event_key=key))
    return made


def one_by_one(events: Sequence[Event], slot: timedelta) -> list[Failures]:
    return [
        Failures(
            floor(e.occurred_at, slot), network_of(str(e.source_ip)), e.user_name, 1,
            e.reason == "unknown_account", e.occurred_at, e.occurred_at,
        )
        for e in events
    ]  # fmt: skip


def told(campaigns: Sequence[Campaign]) -> set[tuple[object, ...]]:
    return {
        (
            each.kind,
            each.first_seen,
            each.last_seen,
            sum(row.tries for row in each.failures),
            each.networks,
            each.accounts,
        )
        for each in campaigns
    }


@pytest.mark.parametrize("seed", range(3))
def test_the_failures_that_are_not_read_belong_to_no_campaign(store: Store, rules: LoginAttackRules, seed: int) -> None:
    events, now = bad_nights(seed), utc_now()
    save(store, events)
    with transaction(store.console) as connection:
        looked = look(connection, TimeRange(now - timedelta(days=4), now, ZoneInfo("UTC")), rules)
    expected = find_campaigns(one_by_one(events, timedelta(minutes=rules.slot_minutes)), rules)
    assert told(looked.campaigns) == told(expected)
    assert len(expected) > 5
