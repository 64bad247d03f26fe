"""What is past retention goes, what is within it stays, and the weeks to come are there before their events."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from detection.leader import Lead
from detection.retention import RetentionLoop
from tests.conftest import Store
from tests.detection.conftest import ask, until
from vigie.clock import utc_now
from vigie.event import Event, key_of
from vigie.store.engine import transaction
from vigie.store.events import store_events
from vigie.store.roles import Role

EVENTS, RAW = timedelta(days=400), timedelta(days=90)
AGES = {"today": 0, "past raw": 120, "past all": 500}


@pytest.fixture
def lead(store: Store) -> Iterator[Lead]:
    made = Lead(store.url(Role.WORKER))
    yield made
    made.release()


def keep(store: Store, age: str) -> None:
    at = utc_now() - timedelta(days=AGES[age])
    event = Event(at, key_of(age), "app", "authentication", "authn_login_fail", user_name=age, raw={"age": age})
    with transaction(store.worker) as connection:
        store_events(connection, [event], timedelta(days=1000))


def run(store: Store, lead: Lead) -> tuple[threading.Event, threading.Thread]:
    stop = threading.Event()
    thread = threading.Thread(target=RetentionLoop(store.url(Role.WORKER), EVENTS, RAW, lead, stop).run)
    thread.start()
    return stop, thread


def test_what_is_past_retention_is_dropped_and_the_rest_stays(store: Store, lead: Lead) -> None:
    for age in AGES:
        keep(store, age)
    assert lead.take()
    stop, thread = run(store, lead)
    until(lambda: ask(store, "SELECT count(*) FROM events") == 2)
    stop.set()
    thread.join()
    assert ask(store, "SELECT string_agg(user_name, ', ' ORDER BY occurred_at) FROM events") == "past raw, today"
    assert ask(store, "SELECT string_agg(raw->>'age', ', ') FROM events_raw") == "today"


def test_the_partitions_of_the_next_week_are_there(store: Store, lead: Lead) -> None:
    assert lead.take()
    stop, thread = run(store, lead)
    until(lambda: ask(store, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass") == 2)
    stop.set()
    thread.join()
    week = ask(store, "SELECT to_char(date_bin('7 days', now() + '7 days', '2001-01-01 00:00+00'), 'YYYYMMDD')")
    assert ask(store, f"SELECT to_regclass('events_{week}')::text") == f"events_{week}"


def test_a_worker_that_does_not_lead_drops_nothing(store: Store, lead: Lead, caplog: pytest.LogCaptureFixture) -> None:
    keep(store, "past all")
    stop, thread = run(store, lead)
    until(lambda: "retention did not do its work" in caplog.text)
    stop.set()
    thread.join()
    assert ask(store, "SELECT count(*) FROM events") == 1


def test_records_of_the_intake_are_forgotten_after_a_month(store: Store, lead: Lead) -> None:
    with transaction(store.worker) as connection:
        connection.exec_driver_sql(
            "INSERT INTO intake_records (event_key, fold_key, received_at) SELECT sha256(day::text::bytea), '', "
            "now() - day * interval '1 day' FROM (VALUES (0), (29), (31)) AS days (day)"
        )
    assert lead.take()
    stop, thread = run(store, lead)
    until(lambda: ask(store, "SELECT count(*) FROM intake_records") == 2)
    stop.set()
    thread.join()
