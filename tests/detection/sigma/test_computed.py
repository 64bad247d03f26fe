"""Fields that are worked out from what is stored, at the time of the event."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.conftest import Store
from tests.detection.sigma.asking import keep, matched, one, rule_of
from vigie.event import Event, key_of

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOME, AWAY, NEXT_DOOR = "2001:db8:1:1::7", "203.0.113.9", "2001:db8:1:1::99"


def login(message: str, days_before: float, address: str | None, source: str = "app") -> Event:
    return Event(
        NOW - timedelta(days=days_before), key_of(message), source, "authentication", "authn_login_success", "success",
        user_name="bob", source_ip=ip_address(address) if address else None, message=message,
    )  # fmt: skip


def asked(store: Store, folder: Path, name: str, *, value: bool = True) -> set[str]:
    return matched(store, one(folder, rule_of({"a": {name: value}, "condition": "a"})).condition)


@pytest.mark.parametrize(
    ("before", "address", "is_new"),
    [
        ([(1, HOME)], AWAY, True),
        ([(1, HOME)], HOME, False),
        ([(1, HOME)], NEXT_DOOR, False),
        ([], AWAY, False),
        ([(91, HOME)], AWAY, False),
        ([(91, AWAY), (1, HOME)], AWAY, True),
        ([(1, HOME)], None, False),
        ([(-1, AWAY), (1, HOME)], AWAY, True),
    ],
    ids=["other", "same", "same network", "first login", "long ago", "forgotten", "no address", "only later"],
)
def test_an_address_is_new_where_the_account_came_from_others_before(
    store: Store, tmp_path: Path, before: list[tuple[float, str]], address: str | None, *, is_new: bool
) -> None:
    keep(store, [login(f"before {days}", days, where) for days, where in before] + [login("now", 0, address)])
    assert ("now" in asked(store, tmp_path, "is_new_address")) is is_new
    assert ("now" in asked(store, tmp_path, "is_new_address", value=False)) is not is_new


def test_an_account_of_another_source_is_another(store: Store, tmp_path: Path) -> None:
    keep(store, [login("elsewhere", 1, HOME, source="ssh"), login("now", 0, AWAY)])
    assert asked(store, tmp_path, "is_new_address") == set()


def test_who_used_privileges_before_is_told_from_others(store: Store, tmp_path: Path) -> None:
    used = login("sudo", 1, None)._replace(category="iam", action="privilege_use")
    keep(store, [login("earlier", 2, HOME), used, login("now", 0, HOME)])
    assert asked(store, tmp_path, "has_used_privileges") == {"now"}
