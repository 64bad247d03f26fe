"""One reading for many scrapes, and what is left when something fails."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from tests.conftest import Store
from tests.exporters.conftest import Exporter, MakeExporter, add_source
from tests.stack import until
from vigie.clock import utc_now
from vigie.store.engine import transaction
from vigie.store.roles import Role


def test_a_storm_of_scrapes_is_one_reading(store: Store, started: MakeExporter) -> None:
    exporter = started(store.url(Role.EXPORTER), cache_s=60)
    with ThreadPoolExecutor(12) as scrapers:
        readings = {
            tuple(values.items())
            for values in scrapers.map(lambda _: exporter.values("vigie_exporter_read_timestamp_seconds"), range(60))
        }
    assert len(readings) == 1


def test_without_a_database_nothing_old_is_repeated(started: MakeExporter) -> None:
    exporter = started("postgresql://vigie_exporter@127.0.0.1:1/vigie")
    assert exporter.scrape().status_code == 200
    assert exporter.values("vigie_up") == {(): 0}
    assert set(exporter.values("vigie_exporter_collector_success").values()) == {0}
    assert exporter.values("vigie_source_blind") == {}


def test_a_connection_that_was_cut_is_made_anew(store: Store, exporter: Exporter) -> None:
    add_source(store, last_look_at=utc_now())
    assert exporter.values("vigie_up") == {(): 1}
    with store.server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'vigie exporter'"
        )
    connection.close()
    until(lambda: exporter.values("vigie_up") == {(): 1} and exporter.values("vigie_source_blind"), "the new one")


def test_a_collector_that_fails_is_absent_and_the_others_go_on(store: Store, exporter: Exporter) -> None:
    with transaction(store.owner) as connection:
        connection.execute(text("ALTER TABLE http_minute RENAME TO gone"))
    success = exporter.values("vigie_exporter_collector_success")
    assert success["requests",] == 0
    assert {value for (name,), value in success.items() if name != "requests"} == {1}
    assert exporter.values("vigie_http_requests_total") == {}
    assert exporter.values("vigie_up") == {(): 1}


def test_the_role_reads_no_event_and_no_person(store: Store) -> None:
    with transaction(store.owner) as connection:
        readable = {
            name
            for (name,) in connection.execute(
                text(
                    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
                    " AND has_table_privilege('vigie_exporter', oid, 'SELECT')"
                )
            )
        }
    assert not readable & {"events", "events_raw", "events_unplaced", "people", "sessions", "audit", "rejected"}
    assert "events_hourly" in readable
