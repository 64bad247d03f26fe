"""What the database adds to the health of the service."""

from datetime import timedelta

from dashboard.sources.health_database import DatabaseRecords
from dashboard.sources.health_questions import ChangeKind, ErrorOrigins
from dashboard.sources.interface import Completeness
from tests.conftest import Store
from tests.dashboard.sources.conftest import login, register, save
from tests.dashboard.sources.health_contract import NOON, rows_of, window
from vigie.event import Event
from vigie.store.deploys import mark_deploy
from vigie.store.engine import transaction

ATTACKER, PROBER, CUSTOMER = "203.0.113.9", "198.51.100.7", "192.0.2.5"


def refused(number: int, address: str | None, status: int, action: str = "http_refused") -> Event:
    at = NOON + timedelta(seconds=number)
    return login(at, None, address, category="web", action=action, http_status=status, source="site")


def test_errors_of_attacking_addresses_are_told_apart(store: Store) -> None:
    save(store, [
        *(refused(n, ATTACKER, 401) for n in range(3)), refused(3, PROBER, 404, "http_probe"), refused(4, PROBER, 403),
        refused(5, CUSTOMER, 401), refused(6, CUSTOMER, 500), refused(7, None, 500), refused(8, ATTACKER, 500),
    ])  # fmt: skip
    found = rows_of(DatabaseRecords(store.console).origins(window(), [ATTACKER]))
    assert found == ErrorOrigins(5, 1, 1, 2, 2, is_known=False)


def test_without_errors_there_are_none_where_an_access_log_is_read(store: Store) -> None:
    register(store, "site", kind="file", hits=5)
    assert rows_of(DatabaseRecords(store.console).origins(window(), [])) == ErrorOrigins(0, 0, 0, 0, 0)


def test_the_state_of_postgresql_is_read_with_the_role_of_the_console(store: Store) -> None:
    found = rows_of(DatabaseRecords(store.console).database())
    assert 0 < found.connections < found.most
    assert found.size > 1_000_000
    assert 0 < (found.cache_hit or 0) <= 1


def test_deploys_are_changes(store: Store) -> None:
    with transaction(store.owner) as connection:
        mark_deploy(connection, "1.4.2", NOON, "alice")
    (found,) = rows_of(DatabaseRecords(store.console).deploys(window()))
    assert (found.at, found.kind, found.what) == (NOON, ChangeKind.DEPLOY, "1.4.2")


def test_what_cannot_be_read_is_an_answer(store: Store) -> None:
    answer = DatabaseRecords(store.console).origins(window(), ["no address"])
    assert (answer.rows, answer.completeness) == (None, Completeness.UNAVAILABLE)
