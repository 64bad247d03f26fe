"""Health from stored minutes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from cli.embedded.server import Server
from dashboard.sources.health_stored import StoredHealth
from dashboard.sources.interface import Completeness
from tests.conftest import Store, new_store
from tests.dashboard.sources.health_contract import BOUNDS, NOON, TRAFFIC, HealthQuestionsContract, rows_of, window
from vigie.store.engine import transaction
from vigie.store.http_minutes import BOUNDS_S, Request, store_requests

YEAR = timedelta(days=365)


def keep(store: Store, source: str = "site", *, timed: bool = True) -> None:
    """The traffic as an access log tells it."""
    told = [Request(a.at, a.route, a.method, a.status, a.duration_s if timed else None) for a in TRAFFIC]
    with transaction(store.worker) as connection:
        store_requests(connection.connection.cursor(), source, told, YEAR)


@pytest.fixture(scope="module")
def held(postgres: Server) -> Iterator[Store]:
    with new_store(postgres) as made:
        keep(made)
        yield made


@pytest.fixture
def health(held: Store) -> StoredHealth:
    return StoredHealth(held.console)


class TestContract(HealthQuestionsContract):
    """All of it."""


def test_both_adapters_are_asked_with_the_bounds_of_the_store() -> None:
    assert BOUNDS == BOUNDS_S


def test_a_log_without_durations_says_how_to_have_them(store: Store) -> None:
    keep(store, timed=False)
    found = rows_of(StoredHealth(store.console).requests(window()))
    assert (found.records.latency, found.total.latency) == (False, None)
    assert "$request_time" in found.records.advice


def test_without_any_request_it_says_how_to_have_them_read(store: Store) -> None:
    found = rows_of(StoredHealth(store.console).requests(window()))
    assert (found.routes, found.records.requests) == ((), False)
    assert "[[file]]" in found.records.advice


def test_only_the_chosen_sources_count(held: Store) -> None:
    assert rows_of(StoredHealth(held.console, ["other"]).requests(window())).routes == ()
    assert rows_of(StoredHealth(held.console, ["site"]).requests(window())).routes != ()


def test_ignored_routes_do_not_count(held: Store) -> None:
    found = rows_of(StoredHealth(held.console, ignored=["/users/{id}"]).requests(window()))
    assert "/users/{id}" not in {each.route for each in found.routes}


def test_what_lies_before_the_first_request_is_unknown(health: StoredHealth) -> None:
    answer = health.requests(window())
    assert answer.collected_since == NOON
    assert not answer.knows_all_of(window())


def test_a_database_that_is_down_is_an_answer(held: Store) -> None:
    broken = StoredHealth(held.console)
    with transaction(held.owner) as connection:
        connection.exec_driver_sql("ALTER TABLE http_minute RENAME TO gone")
    try:
        answer = broken.requests(window())
    finally:
        with transaction(held.owner) as connection:
            connection.exec_driver_sql("ALTER TABLE gone RENAME TO http_minute")
    assert (answer.rows, answer.completeness) == (None, Completeness.UNAVAILABLE)
