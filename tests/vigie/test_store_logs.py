"""Beside events on a real PostgreSQL: requests by the minute, rejected records, gaps, and what retention drops."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from psycopg2.errors import RaiseException
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.conftest import Store
from tests.vigie.test_store_events import count, failure, save
from vigie.clock import utc_now
from vigie.store.engine import transaction
from vigie.store.http_minutes import ROUTES, Request, store_requests
from vigie.store.unread import KEPT, Gap, store_gaps, store_rejected

RETENTION = timedelta(days=400)
NOW = utc_now().replace(second=1, microsecond=0)


def request(route: str = "/", status: int = 200, duration_s: float | None = None, at: datetime = NOW) -> Request:
    return Request(at, route, "GET", status, duration_s)


def add(store: Store, requests: Sequence[Request]) -> int:
    with transaction(store.worker) as connection:
        return store_requests(connection.connection.cursor(), "site", requests, RETENTION)


def reject(store: Store, rejected: Sequence[tuple[str, str]]) -> None:
    with transaction(store.worker) as connection:
        store_rejected(connection.connection.cursor(), "site", rejected)


def drop(store: Store, events_days: int, raw_days: int) -> int:
    with transaction(store.worker) as connection:
        bounds = {"events": utc_now() - timedelta(days=events_days), "raw": utc_now() - timedelta(days=raw_days)}
        return int(connection.scalar(text("SELECT drop_event_partitions(:events, :raw)"), bounds) or 0)


def test_requests_of_one_minute_add_up(store: Store) -> None:
    add(store, [request(duration_s=0.004), request(duration_s=0.3), request(status=503)])
    add(store, [request(duration_s=99)])
    found = "SELECT string_agg((status_class, n, durations, duration_s)::text, ' ' ORDER BY status_class) AS t"
    with transaction(store.console) as connection:
        told = connection.scalar(text(f"{found} FROM http_minute"))
    assert told == '(2,3,"{1,0,0,0,0,0,1,0,0,0,0,1}",99.304) (5,1,,)'


def test_counts_with_and_without_durations_meet_in_one_row(store: Store) -> None:
    add(store, [request()])
    add(store, [request(duration_s=0.004)])
    add(store, [request()])
    assert count(store, "SELECT n * 10 + durations[1] FROM http_minute") == 31


def test_the_routes_of_a_source_are_capped_and_scanners_make_none(store: Store) -> None:
    add(store, [request(f"/made-up-{n}", status=404) for n in range(500)])
    assert count(store, "SELECT n FROM http_minute WHERE route = 'other'") == 500
    add(store, [request(f"/page-{n}") for n in range(ROUTES + 50)])
    assert count(store, "SELECT count(DISTINCT route) FROM http_minute") == ROUTES + 1  # and "other"
    assert count(store, "SELECT n FROM http_minute WHERE route = 'other' AND status_class = 2") == 50


def test_a_request_of_a_wrong_clock_is_not_counted(store: Store) -> None:
    assert add(store, [request(at=NOW + timedelta(days=1)), request(at=NOW - timedelta(days=401)), request()]) == 1


def test_equal_rejected_records_are_one_row_and_a_flood_keeps_its_number(store: Store) -> None:
    reject(store, [("It is no JSON.", "same")] * 3 + [("It is too long.", f"line {n}") for n in range(900)])
    assert count(store, "SELECT n FROM rejected WHERE excerpt = 'same'") == 3
    assert count(store, "SELECT sum(n) FROM rejected WHERE reason = 'It is too long.'") == 900
    assert count(store, "SELECT count(*) FROM rejected") == 21


def test_only_the_newest_rejected_records_of_a_source_are_kept(store: Store) -> None:
    for batch in range(60):
        reject(store, [("It is no JSON.", f"{batch} {n} \x00\ud800" + "é" * 9000) for n in range(20)])
    assert count(store, "SELECT count(*) FROM rejected") == KEPT
    assert count(store, "SELECT count(*) FROM rejected WHERE excerpt LIKE '59 %'") == 20


def test_a_gap_is_kept_with_its_time_and_reason(store: Store) -> None:
    with transaction(store.worker) as connection:
        store_gaps(connection.connection.cursor(), "site", [Gap(NOW, NOW, "The file was truncated.")])
    assert count(store, "SELECT count(*) FROM gaps WHERE since = until") == 1


def test_retention_drops_old_partitions_and_the_counts_of_their_hours(store: Store) -> None:
    save(store, [failure(1, rule="r"), failure(2, rule="r", occurred_at=utc_now() - timedelta(days=100))])
    add(store, [request(), request(at=NOW - timedelta(days=100))])
    assert drop(store, events_days=50, raw_days=50) == 2
    rollups = ("events_hourly", "activity_hourly", "ip_failures_hourly", "facet_hourly", "http_minute")
    for table in ("events", "events_raw", *rollups):
        assert count(store, f"SELECT count(*) FROM {table}") == 1


def test_raw_records_may_go_before_their_events(store: Store) -> None:
    save(store, [failure(1, occurred_at=utc_now() - timedelta(days=100))])
    assert drop(store, events_days=400, raw_days=50) == 1
    assert (count(store, "SELECT count(*) FROM events"), count(store, "SELECT count(*) FROM events_raw")) == (1, 0)


def test_the_worker_cannot_drop_what_is_younger_than_a_day(store: Store) -> None:
    save(store, [failure(1)])
    with pytest.raises(DBAPIError) as refused:
        drop(store, events_days=0, raw_days=50)
    assert isinstance(refused.value.orig, RaiseException)


def test_an_old_event_beside_a_new_one_makes_no_partitions_between_them(store: Store) -> None:
    save(store, [failure(1), failure(2, occurred_at=utc_now() - timedelta(days=350))])
    assert count(store, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass") == 2
