"""The days before now, judged by the rules that ship with Vigie."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.activity import Activity, Reason
from cli.demo.cast import cast
from cli.demo.days import Happening, happenings
from vigie.login_attacks.campaigns import Failures, find_campaigns, network_of
from vigie.login_attacks.rules import load_rules

END = datetime(2026, 3, 30, 12, tzinfo=UTC)  # the clocks in Europe changed the day before


def days(seed: int) -> Sequence[Happening]:
    people = cast(seed)
    joined = {person.email: END + timedelta(days=30) * (person.joined - 1) for person in people}
    return list(happenings(people, joined, END, 30, seed))


def failures(rows: Sequence[Happening]) -> list[Failures]:
    known = {row.email for row in rows if row.what is Activity.LOGIN_SUCCESS}
    groups: dict[tuple[datetime, str, str], list[datetime]] = defaultdict(list)
    for row in rows:
        if row.reason is not None:
            slot = row.at.replace(minute=row.at.minute // 5 * 5, second=0, microsecond=0)
            groups[slot, row.place.address, row.email].append(row.at)
    return [
        Failures(slot, network_of(address), email, len(times), email not in known, min(times), max(times))
        for (slot, address, email), times in groups.items()
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_five_bad_nights_are_found_and_nothing_else(root: Path, seed: int) -> None:
    found = find_campaigns(failures(days(seed)), load_rules(root / "config" / "rules"))
    kinds = [campaign.kind.value for campaign in sorted(found, key=lambda campaign: campaign.first_seen)]
    assert kinds == ["spraying", "guessing", "spraying", "guessing", "stuffing"]


def test_the_same_seed_tells_the_same_story() -> None:
    assert days(1) == days(1)


def test_the_limit_of_the_service_shows_while_one_account_is_guessed() -> None:
    assert sum(row.reason is Reason.THROTTLED for row in days(1)) > 20
