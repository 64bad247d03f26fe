"""The store path on a real PostgreSQL."""

from datetime import timedelta
from ipaddress import ip_address

from sqlalchemy import text

from tests.conftest import Store
from vigie.clock import utc_now
from vigie.event import Event, key_of
from vigie.store.engine import transaction
from vigie.store.events import Stored, store_events

RETENTION = timedelta(days=400)


def failure(number: int, **changes: object) -> Event:
    fields: dict[str, object] = {
        "occurred_at": utc_now() - timedelta(minutes=number),
        "event_key": key_of("test", str(number)),
        "source": "test",
        "category": "authentication",
        "action": "authn_login_fail",
        "outcome": "failure",
        "user_name": "alice@example.org",
        "source_ip": ip_address("192.0.2.1"),
        "raw": {"id": number},
    }
    return Event(**(fields | changes))  # type: ignore[arg-type]


def save(store: Store, events: list[Event]) -> Stored:
    with transaction(store.worker) as connection:
        return store_events(connection, events, RETENTION)


def count(store: Store, query: str) -> int:
    with transaction(store.console) as connection:
        return int(connection.scalar(text(query)) or 0)


def test_a_batch_is_stored_with_its_raw_records_and_rollups(store: Store) -> None:
    assert save(store, [failure(n) for n in range(50)]).added == 50
    assert count(store, "SELECT count(*) FROM events_raw") == 50
    for rollup in ("events_hourly", "activity_hourly", "ip_failures_hourly"):
        assert count(store, f"SELECT sum(n) FROM {rollup}") == 50


def test_a_batch_stored_twice_adds_no_row_and_changes_no_rollup(store: Store) -> None:
    events = [failure(n) for n in range(50)]
    save(store, events)
    again = save(store, events + events)
    assert (again.added, again.duplicate) == (0, 100)
    assert count(store, "SELECT sum(n) FROM events_hourly") == 50


def test_an_event_of_a_wrong_clock_is_set_aside_and_the_rest_is_stored(store: Store) -> None:
    odd = failure(1, occurred_at=utc_now() + timedelta(days=3650))
    result = save(store, [odd, failure(2)])
    assert (result.added, result.unplaced) == (1, 1)
    assert count(store, "SELECT count(*) FROM events_unplaced") == 1


def test_text_that_postgresql_cannot_hold_is_stored_with_a_mark(store: Store) -> None:
    hostile = "a\x00b\ud800\t\n\\N\u202e"
    save(store, [failure(1, user_agent=hostile, message=hostile, raw={"line": hostile, hostile: [hostile]})])
    with transaction(store.console) as connection:
        stored = connection.scalar(text("SELECT user_agent FROM events"))
    assert stored == "a\ufffdb\ufffd\t\n\\N\u202e"


def test_an_event_set_aside_stays_there_when_the_clock_reaches_its_time(store: Store) -> None:
    early = failure(1)
    save(store, [failure(1, occurred_at=utc_now() + timedelta(hours=1))])
    assert save(store, [early, failure(2)]).added == 1
    assert count(store, "SELECT count(*) FROM events") == 1 == count(store, "SELECT count(*) FROM events_unplaced")
