"""Events, requests, Falco's losses and the store itself."""

from sqlalchemy import text

from tests.conftest import Store
from tests.exporters.conftest import MakeExporter, store_logins
from tests.stack import until
from vigie.store.engine import transaction
from vigie.store.roles import Role


def test_events_are_counted_by_category_and_severity(store: Store, started: MakeExporter) -> None:
    exporter = started(store.url(Role.EXPORTER))
    assert exporter.values("vigie_events_total") == {}
    store_logins(store, "now()", "success", 4)
    until(lambda: exporter.values("vigie_events_total") == {("authentication", "informational"): 4}, "four logins")


def test_requests_are_counted_by_source_and_class(store: Store, started: MakeExporter) -> None:
    exporter = started(store.url(Role.EXPORTER))
    exporter.scrape()
    with transaction(store.owner) as connection:
        connection.execute(
            text(
                "INSERT INTO http_minute (minute, source, route, method, status_class, n) "
                "VALUES (date_trunc('minute', now()), 'site', '/', 'GET', 5, 9)"
            )
        )
    until(lambda: exporter.values("vigie_http_requests_total") == {("site", "5xx"): 9}, "nine errors")


def test_what_falco_lost_is_zero_until_it_says_so(store: Store, started: MakeExporter) -> None:
    assert started(store.url(Role.EXPORTER)).values("vigie_falco_drops_total") == {(): 0}


def test_an_empty_store_has_a_size_and_no_oldest_event(store: Store, started: MakeExporter) -> None:
    exporter = started(store.url(Role.EXPORTER))
    assert exporter.values("vigie_store_bytes")[()] > 1_000_000
    assert exporter.values("vigie_store_oldest_event_timestamp_seconds") == {}
