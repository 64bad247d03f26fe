"""Removing the demonstration from both databases."""

from datetime import timedelta
from ipaddress import ip_address

import pytest
from sqlalchemy import text

from cli.demo.clear import Cleared, clear
from cli.demo.history import load_history
from cli.demo.mark import mark
from tests.api.conftest import ALICE, Running
from tests.cli.demo.conftest import SEED
from tests.conftest import Store
from vigie.event import Event, key_of
from vigie.store.engine import transaction
from vigie.store.events import store_events

ROLLUPS = {
    "events_hourly": "hour, source, category, action, outcome, severity",
    "activity_hourly": "hour, source, user_name, action, outcome",
    "ip_failures_hourly": "hour, source_ip, category",
}


@pytest.fixture
def owner_url(store: Store) -> str:
    """Vigie's database with its application source registered."""
    with transaction(store.owner) as connection:
        connection.execute(text("INSERT INTO sources VALUES ('app', 'application', 'Logins', 10, 20)"))
    return store.server.url("vigie_owner", "owner", store.database)


@pytest.fixture
def played(api: Running, store: Store, owner_url: str) -> Running:
    """Alice's sign-up, two days of demonstration, all of it collected, the flag set."""
    api.sign_up()
    api.log_in(password="wrong")
    load_history(api.database_url, days=2, seed=SEED)
    collect(api, store)
    mark(owner_url)
    return api


def collect(api: Running, store: Store) -> None:
    """Stores the service's activity as the worker does."""
    rows = api.rows("SELECT id, occurred_at, event, email, host(ip), reason FROM account_activity")
    events = [
        Event(
            at, key_of("app", str(number)), "app", "authentication", event,
            outcome="failure" if reason else "success", user_name=email, source_ip=ip_address(ip), raw={"id": number},
        )
        for number, at, event, email, ip, reason in rows
    ]  # fmt: skip
    with transaction(store.worker) as connection:
        store_events(connection, events, timedelta(days=400))


def rows_of(store: Store, query: str) -> list[tuple[object, ...]]:
    with transaction(store.console) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_it_removes_every_demonstration_row_and_says_how_many(played: Running, store: Store, owner_url: str) -> None:
    cleared = clear(played.database_url, owner_url)
    assert cleared.accounts == 95
    assert cleared.events == cleared.activity > 300
    assert played.rows("SELECT email FROM users") == [(ALICE,)]


def test_real_peoples_rows_stay(played: Running, store: Store, owner_url: str) -> None:
    clear(played.database_url, owner_url)
    assert [event for event, _ in played.activity()] == ["user_created", "login_failure"]
    assert rows_of(store, "SELECT DISTINCT user_name FROM events") == [(ALICE,)]
    assert rows_of(store, "SELECT count(*) FROM events_raw") == [(2,)]


@pytest.mark.parametrize("rollup", ROLLUPS)
def test_the_rollups_count_what_is_left(played: Running, store: Store, owner_url: str, rollup: str) -> None:
    clear(played.database_url, owner_url)
    only = "outcome = 'failure'" if rollup == "ip_failures_hourly" else "true"
    hours = "(SELECT *, date_bin('1 hour', occurred_at, '2001-01-01 00:00+00') AS hour FROM events) AS e"
    counted = f"SELECT {ROLLUPS[rollup]}, count(*) FROM {hours} WHERE {only} GROUP BY {ROLLUPS[rollup]}"
    expected = rows_of(store, counted)
    assert expected
    assert sorted(rows_of(store, f"SELECT {ROLLUPS[rollup]}, n FROM {rollup}")) == sorted(expected)


def test_the_flag_goes(played: Running, store: Store, owner_url: str) -> None:
    assert rows_of(store, "SELECT key FROM instance") == [("demonstration",)]
    clear(played.database_url, owner_url)
    assert rows_of(store, "SELECT key FROM instance") == []


def test_a_second_time_finds_nothing(played: Running, owner_url: str) -> None:
    clear(played.database_url, owner_url)
    assert clear(played.database_url, owner_url) == Cleared(0, 0, 0)


def test_a_service_that_never_ran_is_no_obstacle(app_url: str, store: Store, owner_url: str) -> None:
    assert clear(app_url, owner_url) == Cleared(0, 0, 0)


def test_the_time_of_the_first_marking_is_kept(store: Store, owner_url: str) -> None:
    mark(owner_url)
    first = rows_of(store, "SELECT value ->> 'since' FROM instance")
    mark(owner_url)
    assert rows_of(store, "SELECT value ->> 'since' FROM instance") == first
