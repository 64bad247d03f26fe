"""An administrator's new address: what is new is told by what was stored before, for each account by itself."""

from datetime import UTC, datetime, timedelta

from detection.sigma.samples import events_of
from tests.rules.conftest import Detection
from vigie.event import Event

START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
RULE = "administrator_new_address"


def login(user: str, address: str, at: timedelta = timedelta()) -> list[Event]:
    entry = {
        "source": "app", "category": "authentication", "action": "authn_login_success", "outcome": "success",
        "user_name": user, "source_ip": address,
    }  # fmt: skip
    return events_of([entry], START + at)


DAY = timedelta(days=1)


def test_the_first_login_of_all_is_not_new(detection: Detection) -> None:
    assert detection.look(login("root", "192.0.2.1")) == {}


def test_an_address_is_new_once(detection: Detection) -> None:
    first, second = login("root", "192.0.2.1"), login("root", "203.0.113.80", DAY)
    assert detection.look(first, second, login("root", "203.0.113.80", 2 * DAY)) == {RULE: 1}


def test_an_address_of_the_same_ipv6_network_is_known(detection: Detection) -> None:
    first = login("root", "2001:db8:0:1::17")
    assert detection.look(first, login("root", "2001:db8:0:1:ffff::1", DAY)) == {}
    assert detection.look(login("root", "2001:db8:0:2::17", 2 * DAY)) == {RULE: 1}


def test_what_others_used_is_new_to_an_administrator(detection: Detection) -> None:
    known = [*login("alice", "203.0.113.80"), *login("root", "192.0.2.1")]
    assert detection.look(known, login("root", "203.0.113.80", DAY)) == {RULE: 1}


def test_an_address_that_was_not_used_for_ninety_days_is_new_again(detection: Detection) -> None:
    long_ago, between = login("root", "192.0.2.1", -200 * DAY), login("root", "192.0.2.2", -140 * DAY)
    detection.look([*long_ago, *between])
    detection.forget_alerts()
    assert detection.look(login("root", "192.0.2.1", -111 * DAY)) == {}
    assert detection.look(login("root", "192.0.2.2", -45 * DAY)) == {RULE: 1}


def test_a_mail_address_can_name_an_administrator(detection: Detection) -> None:
    assert detection.look(login("Admin@example.org", "192.0.2.1"), login("Admin@example.org", "192.0.2.2", DAY)) == {
        RULE: 1
    }
