"""The databases go away and come back; the worker stays, says it once, and goes on by itself."""

from collections.abc import Iterator

import pytest

from cli.embedded.server import Server
from tests.conftest import ACCOUNT, Store, reachable
from tests.detection.conftest import Application, Worker, ask, until


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this file alone, since its tests stop it."""
    server = Server(reachable(tmp_path_factory.mktemp("pg")) / "s", account=ACCOUNT)
    server.start()
    yield server
    server.stop()


def test_with_postgresql_gone_and_back_it_goes_on_by_itself(
    postgres: Server, application: Application, store: Store, worker: Worker
) -> None:
    application.sign_in("before")
    worker.start()
    until(lambda: ask(store, "SELECT count(*) FROM events") == 1)
    postgres.stop()
    until(lambda: "events cannot be stored" in worker.said())
    postgres.start()
    store.owner.dispose()
    application.sign_in("after")
    until(lambda: ask(store, "SELECT count(*) FROM events") == 2, 10)
    assert worker.end()[1].count("this worker leads") == 2


def test_started_before_postgresql_it_waits_for_it(
    postgres: Server, application: Application, store: Store, worker: Worker
) -> None:
    application.sign_in("alice")
    postgres.stop()
    worker.start()
    until(lambda: "events cannot be stored" in worker.said())
    postgres.start()
    store.owner.dispose()
    until(lambda: ask(store, "SELECT count(*) FROM events") == 1, 10)
    worker.end()


def test_with_the_application_alone_gone_the_screen_says_so_until_it_is_back(
    postgres: Server, application: Application, store: Store, worker: Worker
) -> None:
    worker.start()
    until(lambda: ask(store, "SELECT last_look_at FROM sources"))
    admin = postgres.connect()
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {application.database} ALLOW_CONNECTIONS false")
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (application.database,)
        )
        until(lambda: ask(store, "SELECT error_since FROM sources"))
        cursor.execute(f"ALTER DATABASE {application.database} ALLOW_CONNECTIONS true")
    admin.close()
    until(lambda: ask(store, "SELECT error IS NULL AND error_since IS NULL FROM sources"), 10)
    worker.end()


def test_with_vigies_database_alone_gone_nothing_is_lost(
    postgres: Server, application: Application, store: Store, worker: Worker
) -> None:
    worker.start()
    until(lambda: ask(store, "SELECT last_look_at FROM sources"))
    admin = postgres.connect()
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {store.database} ALLOW_CONNECTIONS false")
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (store.database,))
        application.sign_in("meanwhile")
        until(lambda: "events cannot be stored" in worker.said())
        cursor.execute(f"ALTER DATABASE {store.database} ALLOW_CONNECTIONS true")
    admin.close()
    store.owner.dispose()
    until(lambda: ask(store, "SELECT count(*) FROM events") == 1, 10)
    worker.end()
