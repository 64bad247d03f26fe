"""The transaction that stores events, counts and cursor."""

from datetime import timedelta
from ipaddress import ip_address

import pytest

from detection.collectors.interface import Look, Source
from detection.keeping import Keeper
from tests.conftest import Store
from tests.detection.conftest import ask, differences
from vigie.clock import utc_now
from vigie.errors import ConfigurationError, StoreUnavailable
from vigie.event import Event, key_of
from vigie.store.roles import Role

SOURCE = Source("app", "application", "Logins", 10, 20)


def login(number: int) -> Event:
    return Event(
        utc_now() - timedelta(minutes=number), key_of("app", str(number)), "app", "authentication",
        "authn_login_success", "success", user_name="alice",
    )  # fmt: skip


def keeper_of(url: str) -> Keeper:
    return Keeper(url, timedelta(days=400))


def test_one_value_that_postgresql_refuses_costs_its_event_alone(store: Store) -> None:
    keeper = keeper_of(store.url(Role.WORKER))
    keeper.register(SOURCE)
    events = [login(number) for number in range(9)]
    events[4] = events[4]._replace(source_ip=ip_address("fe80::1%eth0"))
    keeper.keep("app", Look(events))
    assert ask(store, "SELECT (stored, rejected)::text FROM sources") == "(8,1)"
    assert differences(store) == []
    keeper.close()


def test_an_event_past_retention_that_is_read_again_is_not_of_a_wrong_clock(store: Store) -> None:
    keeper = keeper_of(store.url(Role.WORKER))
    keeper.register(SOURCE)
    past = login(1)._replace(occurred_at=utc_now() - timedelta(days=401))
    keeper.keep("app", Look(reread=[past]))
    assert ask(store, "SELECT (stored, unplaced)::text FROM sources") == "(0,0)"
    keeper.keep("app", Look([past]))
    assert ask(store, "SELECT (stored, unplaced)::text FROM sources") == "(0,1)"
    keeper.close()


def test_a_dead_connection_is_made_anew(store: Store) -> None:
    keeper = keeper_of(store.url(Role.WORKER))
    keeper.register(SOURCE)
    admin = store.server.connect()
    admin.autocommit = True
    admin.cursor().execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'vigie worker'"
    )
    admin.close()
    with pytest.raises(StoreUnavailable):
        keeper.keep("app", Look([login(1)]))
    assert keeper.keep("app", Look([login(1)])).added == 1
    keeper.close()


def test_events_and_cursor_stand_or_fall_together(store: Store) -> None:
    keeper = keeper_of(store.url(Role.WORKER))
    keeper.register(SOURCE)
    with store.owner.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE collector_cursors ADD CHECK (cursor ? 'no such key')")
    with pytest.raises(StoreUnavailable):
        keeper.keep("app", Look([login(1)], cursor={"position": ["1"]}))
    assert (ask(store, "SELECT count(*) FROM events"), ask(store, "SELECT stored FROM sources")) == (0, 0)


def test_a_wrong_password_is_one_sentence(store: Store) -> None:
    with pytest.raises(ConfigurationError, match=r"did not let Vigie in.*Correct role, password"):
        keeper_of(store.url(Role.WORKER).replace("test-vigie", "guess-vigie")).register(SOURCE)


def test_a_database_without_tables_names_the_remedy(store: Store) -> None:
    with store.owner.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE sources RENAME TO other")
    with pytest.raises(ConfigurationError, match="Run `vigie migrate`"):
        keeper_of(store.url(Role.WORKER)).register(SOURCE)
