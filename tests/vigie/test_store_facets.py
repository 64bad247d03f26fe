"""Counts of rule, container and HTTP status by the hour, on a real PostgreSQL."""

from datetime import timedelta
from importlib import import_module

from sqlalchemy import text

from tests.conftest import Store
from tests.vigie.test_store_events import count, failure, save
from vigie.clock import utc_now
from vigie.store.engine import transaction
from vigie.store.event_counts import VALUES
from vigie.store.roles import grant

HOUR = (utc_now() - timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
LONG = "x" * 256


def facets(store: Store) -> list[tuple[object, ...]]:
    query = "SELECT dimension, value, sum(n)::int FROM facet_hourly GROUP BY 1, 2 ORDER BY 1, 2"
    with transaction(store.console) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_each_given_value_is_counted_in_its_hour(store: Store) -> None:
    save(store, [failure(n, occurred_at=HOUR, rule="Shell", http_status=401) for n in range(3)])
    save(store, [failure(3, occurred_at=HOUR, rule="Shell", container_name="web"), failure(4, rule="")])
    assert facets(store) == [("container_name", "web", 1), ("http_status", "401", 3), ("rule", "Shell", 4)]
    assert count(store, f"SELECT sum(n) FROM facet_hourly WHERE hour <> '{HOUR}'") == 0


def test_a_batch_stored_twice_changes_no_facet(store: Store) -> None:
    batch = [failure(n, rule=f"rule {n % 7}") for n in range(50)]
    save(store, batch)
    before = facets(store)
    save(store, [*batch, *batch])
    assert facets(store) == before


def test_values_beyond_the_cap_of_an_hour_are_counted_together(store: Store) -> None:
    save(store, [failure(n, occurred_at=HOUR, rule=f"rule {n}") for n in range(VALUES - 10)])
    save(store, [failure(1000 + n, occurred_at=HOUR, rule=f"late {n}") for n in range(500)])
    save(store, [failure(2000 + n, occurred_at=HOUR, rule="rule 1") for n in range(5)])
    assert count(store, "SELECT count(*) FROM facet_hourly WHERE value <> ''") == VALUES
    assert count(store, "SELECT n FROM facet_hourly WHERE value = ''") == 490
    assert count(store, "SELECT n FROM facet_hourly WHERE value = 'rule 1'") == 6


def test_another_hour_and_another_dimension_have_their_own_cap(store: Store) -> None:
    save(store, [failure(n, occurred_at=HOUR, rule=f"rule {n}") for n in range(VALUES + 5)])
    save(store, [failure(1000, occurred_at=HOUR, container_name="web")])
    save(store, [failure(1001, occurred_at=HOUR - timedelta(hours=1), rule="other hour")])
    assert count(store, "SELECT count(*) FROM facet_hourly WHERE value IN ('web', 'other hour')") == 2


def test_a_value_that_is_too_long_is_counted_with_the_further_ones(store: Store) -> None:
    save(store, [failure(1, rule=LONG), failure(2, rule="ü" * 255)])
    assert facets(store) == [("rule", "", 1), ("rule", "ü" * 255, 1)]


def test_events_stored_before_are_counted_by_the_migration(store: Store) -> None:
    save(store, [failure(n, occurred_at=HOUR, rule="Shell", http_status=401) for n in range(3)])
    save(store, [failure(10 + n, occurred_at=HOUR, container_name=f"c{n}") for n in range(VALUES + 5)])
    before = facets(store)
    with transaction(store.owner) as connection:
        connection.execute(text("DROP TABLE facet_hourly"))
        for statement in import_module("vigie.store.migrations.versions.0005_facets").STATEMENTS:
            connection.connection.cursor().execute(statement)
        grant(connection)
    assert facets(store) == before
