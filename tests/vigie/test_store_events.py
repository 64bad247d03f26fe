"""The store path on a real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone
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


def test_new_events_among_known_ones_are_stored_once_and_counted_once(store: Store) -> None:
    made = [failure(n) for n in range(50)]
    save(store, made[20:30])
    mixed = save(store, [*made, *[made[5]] * 3])
    assert (mixed.added, mixed.duplicate) == (40, 13)
    for rollup in ("events_hourly", "activity_hourly", "ip_failures_hourly"):
        assert count(store, f"SELECT sum(n) FROM {rollup}") == 50 == count(store, "SELECT count(*) FROM events_raw")


def test_events_of_one_key_and_two_times_are_two(store: Store) -> None:
    early, late = failure(1), failure(1, occurred_at=utc_now())
    save(store, [early])
    assert save(store, [failure(2), early, late, failure(3)]).added == 3


def test_two_writers_of_the_same_events_store_them_once(store: Store) -> None:
    made = [failure(n) for n in range(2100)]
    batches = [made[start : start + 200] for start in range(0, 2000, 100)]
    save(store, made[:1])
    with ThreadPoolExecutor(2) as writers:
        added = list(writers.map(lambda batch: save(store, batch).added, [*batches, *batches]))
    assert sum(added) + 1 == 2100 == count(store, "SELECT count(*) FROM events")
    assert count(store, "SELECT sum(n) FROM events_hourly") == 2100


def test_counts_are_by_utc_hours_whatever_zone_a_time_is_written_in(store: Store) -> None:
    at = utc_now() - timedelta(days=1)
    zones = [timezone(timedelta(minutes=minutes)) for minutes in (0, 330, -570)]
    save(store, [failure(n, occurred_at=at.astimezone(zone)) for n, zone in enumerate(zones)])
    hour = "date_bin('1 hour', occurred_at, '2001-01-01 00:00+00')"
    assert count(store, f"SELECT n FROM events_hourly WHERE hour = (SELECT min({hour}) FROM events)") == 3


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


def test_names_that_differ_only_in_what_postgresql_cannot_hold_are_counted_as_one(store: Store) -> None:
    names = ["a\x00", "a\ufffd", "a\ud800", '"{,}\\', "NULL", "\n\t"]
    save(store, [failure(n, user_name=name) for n, name in enumerate(names)])
    query = (
        "SELECT count(*) FROM activity_hourly a WHERE NOT EXISTS (SELECT FROM events e WHERE e.user_name = a.user_name)"
    )
    assert count(store, query) == 0
    assert count(store, "SELECT sum(n) FROM activity_hourly") == 6


def test_an_event_set_aside_stays_there_when_the_clock_reaches_its_time(store: Store) -> None:
    early = failure(1)
    save(store, [failure(1, occurred_at=utc_now() + timedelta(hours=1))])
    assert save(store, [early, failure(2)]).added == 1
    assert count(store, "SELECT count(*) FROM events") == 1 == count(store, "SELECT count(*) FROM events_unplaced")


def test_writers_that_miss_the_same_weeks_at_once_all_store(store: Store) -> None:
    with ThreadPoolExecutor(6) as writers:
        for days in (100, 200, 300):
            at = utc_now() - timedelta(days=days)
            batches = [[failure(days + number, occurred_at=at)] for number in range(6)]
            assert [stored.added for stored in writers.map(lambda batch: save(store, batch), batches)] == [1] * 6
