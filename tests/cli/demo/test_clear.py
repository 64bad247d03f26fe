"""Removing the demonstration from both databases."""

from datetime import timedelta
from ipaddress import ip_address

import pytest
from sqlalchemy import Connection, text

from cli.demo.clear import Cleared, clear
from cli.demo.history import load_history
from cli.demo.mark import make_room, mark
from tests.api.conftest import ALICE, Running
from tests.cli.demo.conftest import SEED
from tests.conftest import Store
from vigie.clock import utc_now
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


@pytest.fixture
def logged(store: Store, owner_url: str) -> str:
    """Events of the demonstration's logs beside a real one of the same hour and facets, and alerts made of them."""
    at = utc_now()
    made = [
        Event(
            at, key_of(source, str(number)), source, "file", "falco_rule_match", rule="Shell", container_name="api",
            http_status=404, source_ip=ip_address("203.0.113.9"), outcome="failure", raw={"n": number},
        )
        for source, number in (("demo-falco", 1), ("demo-falco", 2), ("real", 3))
    ]  # fmt: skip
    with transaction(store.worker) as connection:
        store_events(connection, made, timedelta(days=400))
    with transaction(store.owner) as connection:
        for name in ("demo-falco", "real"):
            connection.execute(text("INSERT INTO sources VALUES (:name, 'file', 'x', 10, 20)"), {"name": name})
        connection.execute(text("INSERT INTO deploys (at, name, marked_by) VALUES (now(), 'x', 'demonstration')"))
        connection.execute(text("INSERT INTO deploys (at, name, marked_by) VALUES (now(), 'ours', 'bob')"))
        for title, keys in (("Demo", made[:2]), ("Both", made[1:])):
            add_alert(connection, title, keys)
    return owner_url


def add_alert(connection: Connection, title: str, events: list[Event]) -> None:
    alert = connection.scalar(
        text("""INSERT INTO alerts (fingerprint, rule, title, severity, count, first_seen, last_seen)
            VALUES (:key, 'shell', :title, 4, 2, now(), now()) RETURNING id"""),
        {"key": title.encode(), "title": title},
    )
    for event in events:
        connection.execute(
            text("INSERT INTO alert_samples VALUES (:alert, :at, :key)"),
            {"alert": alert, "at": event.occurred_at, "key": event.event_key},
        )


def test_the_logs_events_go_and_their_facets_are_given_back(app_url: str, store: Store, logged: str) -> None:
    assert clear(app_url, logged).events == 2
    assert rows_of(store, "SELECT source FROM events") == [("real",)]
    assert sorted(rows_of(store, "SELECT dimension, value, n FROM facet_hourly")) == [
        ("container_name", "api", 1), ("http_status", "404", 1), ("rule", "Shell", 1),
    ]  # fmt: skip


def test_further_values_of_a_full_hour_are_given_back_where_they_were_counted(
    app_url: str, store: Store, logged: str
) -> None:
    with transaction(store.owner) as connection:
        connection.execute(text("UPDATE facet_hourly SET value = '' WHERE dimension = 'rule'"))
    clear(app_url, logged)
    assert rows_of(store, "SELECT value, n FROM facet_hourly WHERE dimension = 'rule'") == [("", 1)]


def test_an_alert_goes_where_nothing_real_is_in_it(app_url: str, store: Store, logged: str) -> None:
    assert clear(app_url, logged).alerts == 1
    assert rows_of(store, "SELECT title FROM alerts") == [("Both",)]


def test_sources_and_deploys_of_the_demonstration_go_and_others_stay(app_url: str, store: Store, logged: str) -> None:
    clear(app_url, logged)
    assert sorted(rows_of(store, "SELECT name FROM sources")) == [("app",), ("real",)]
    assert rows_of(store, "SELECT name FROM deploys") == [("ours",)]


def test_partitions_of_the_history_are_made_before_it_is_read(store: Store, owner_url: str) -> None:
    make_room(owner_url, timedelta(days=31))
    made = rows_of(store, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass")
    assert made >= [(5,)]
