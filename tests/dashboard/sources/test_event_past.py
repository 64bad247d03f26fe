"""Days that are over are counted once, and again as soon as anything of them changes."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from dashboard.sources import event_overview
from dashboard.sources.event_database import EventDatabase
from dashboard.sources.event_questions import EventSearch, FacetValue
from dashboard.sources.interface import TimeRange
from tests.conftest import Store
from tests.dashboard.event_fakes import event
from tests.dashboard.sources.conftest import register
from tests.dashboard.sources.contract import rows_of
from tests.dashboard.sources.test_event_database import stored
from vigie.clock import utc_now
from vigie.query import Query
from vigie.store.engine import transaction
from vigie.store.events import store_events


def keep(store: Store, *times: datetime) -> None:
    """Events of the proxy, counted as the worker counts them."""
    events = stored([event(at, "nginx", "http_request", message=str(n)) for n, at in enumerate(times)])
    with transaction(store.worker) as connection:
        added = store_events(connection, events, timedelta(days=400)).added
        connection.execute(text("UPDATE sources SET stored = stored + :n"), {"n": added})


@pytest.fixture
def now(store: Store) -> datetime:
    register(store, "nginx")
    now = utc_now()
    keep(store, *(now - timedelta(hours=7 * n + 1) for n in range(80)))
    return now


@pytest.fixture
def events(store: Store) -> EventDatabase:
    return EventDatabase(store.console)


def total(events: EventDatabase, now: datetime, days: int) -> tuple[int, int]:
    """As the histogram and as the facets say it; each ask looks a little later, as a screen does."""
    window = TimeRange(now - timedelta(days=days), utc_now(), ZoneInfo("Europe/Paris"))
    search = EventSearch(window, Query())
    counted = rows_of(events.facets(search, 5)).values["source"]
    return rows_of(events.histogram(search, 60)).total, sum(each.n for each in counted)


def test_it_counts_the_same_the_first_time_and_from_memory(events: EventDatabase, now: datetime) -> None:
    assert [total(events, now, 30) for _ in range(3)] == [(80, 80)] * 3


def test_windows_of_any_length_share_the_days(events: EventDatabase, now: datetime, store: Store) -> None:
    for days in (3, 20, 9, 30, 1):
        assert total(events, now, days) == total(EventDatabase(store.console), now, days)


def test_a_new_event_counts_at_once(events: EventDatabase, now: datetime, store: Store) -> None:
    total(events, now, 30)
    keep(store, utc_now())
    assert total(events, now, 30) == (81, 81)


def test_an_event_that_comes_days_late_counts_at_once(events: EventDatabase, now: datetime, store: Store) -> None:
    total(events, now, 30)
    keep(store, now - timedelta(days=12, seconds=5))
    assert total(events, now, 30) == (81, 81)


def test_what_retention_drops_counts_no_more(events: EventDatabase, now: datetime, store: Store) -> None:
    total(events, now, 30)
    with transaction(store.worker) as connection:
        bounds = {"before": now - timedelta(days=9)}
        connection.execute(text("SELECT drop_event_partitions(:before, :before)"), bounds)
    assert total(events, now, 30) == total(EventDatabase(store.console), now, 30) < (80, 80)


def test_what_is_cleared_counts_no_more(events: EventDatabase, now: datetime, store: Store) -> None:
    total(events, now, 30)
    with transaction(store.owner) as connection:
        for table, column in (("events", "occurred_at"), ("events_hourly", "hour")):
            connection.execute(text(f"DELETE FROM {table} WHERE {column} < :before"), {"before": now})
        connection.execute(text("UPDATE sources SET stored = 0"))
    assert total(events, now + timedelta(seconds=1), 30) == (0, 0)


def test_actions_that_a_source_makes_up_do_not_make_the_answer_endless(
    events: EventDatabase, now: datetime, monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    monkeypatch.setattr(event_overview, "_MOST_KINDS", 20)
    made_up = [event(now - timedelta(days=6, seconds=n), "nginx", f"made up {n}") for n in range(50)]
    with transaction(store.worker) as connection:
        store_events(connection, stored(made_up), timedelta(days=400))
        connection.execute(text("UPDATE sources SET stored = stored + 50"))
    search = EventSearch(TimeRange(now - timedelta(days=30), now, ZoneInfo("Europe/Paris")), Query())
    facets = rows_of(events.facets(search, 5))
    assert facets.values["action"][0] == FacetValue("http_request", 80)
    assert sum(each.n for each in facets.values["action"]) + facets.further["action"] == 130
