"""Two workers: one leads, the other waits and takes over. Never do two store."""

import signal
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cli.embedded.server import Server
from detection.collectors.interface import Look, Source
from detection.leader import Lead, LeadersKeeper, LeadLost
from tests.conftest import ACCOUNT, Store, reachable
from tests.detection.conftest import Application, Worker, ask, until
from vigie.store.roles import Role

LEADS, WAITS = "this worker leads", "waits as its hot spare"
TAKE_OVER_S = 10
SOURCE = Source("app", "application", "App", 10, 20)
END_SESSION = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'vigie leader%%'"


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this file alone, since a test stops it."""
    server = Server(reachable(tmp_path_factory.mktemp("pg")) / "s", account=ACCOUNT)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def leads(store: Store) -> Iterator[list[Lead]]:
    """Two that seek the lead."""
    made = [Lead(store.url(Role.WORKER)) for _ in range(2)]
    yield made
    for lead in made:
        lead.release()


@pytest.fixture
def spare(worker: Worker, tmp_path: Path) -> Iterator[Worker]:
    """A second worker of the same databases, not yet started."""
    made = Worker(dict(worker.environment), tmp_path)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.end(signal.SIGKILL)


def keeper(store: Store, lead: Lead) -> LeadersKeeper:
    return LeadersKeeper(store.url(Role.WORKER), timedelta(days=400), lead)


def test_one_leads_and_the_other_waits(leads: list[Lead]) -> None:
    assert [lead.take() for lead in leads] == [True, False]
    leads[0].release()
    until(leads[1].take)


def test_who_lost_the_session_stores_nothing_though_its_other_connections_live(leads: list[Lead], store: Store) -> None:
    first, second = leads
    assert first.take()
    kept = keeper(store, first)
    kept.register(SOURCE)
    with store.worker.begin() as connection:
        connection.exec_driver_sql(END_SESSION)
    until(lambda: ask(store, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0)
    with pytest.raises(LeadLost):
        kept.keep("app", Look(cursor={"read": "more"}))
    assert not first.holds()
    until(second.take)
    assert ask(store, "SELECT count(*) FROM collector_cursors") == 0


def test_a_new_leader_waits_for_the_last_transaction_of_the_old_one(leads: list[Lead], store: Store) -> None:
    first, second = leads
    assert first.take()
    with store.worker.connect() as storing:
        first.check(storing.connection.driver_connection)
        first.release()
        taken = threading.Event()
        waiting = threading.Thread(target=lambda: taken.set() if second.take() else None)
        waiting.start()
        until(lambda: ask(store, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))
        assert not taken.is_set()
    waiting.join()
    assert taken.is_set()


def test_the_spare_takes_over_when_the_leader_is_killed(
    worker: Worker, spare: Worker, application: Application, store: Store
) -> None:
    worker.start()
    until(lambda: LEADS in worker.said())
    spare.start()
    until(lambda: WAITS in spare.said())
    worker.end(signal.SIGKILL)
    application.sign_in()
    until(lambda: ask(store, "SELECT count(*) FROM events") == 1, TAKE_OVER_S)
    assert LEADS in spare.said()


def test_a_frozen_leader_is_replaced_and_waits_when_it_thaws(
    worker: Worker, spare: Worker, application: Application, store: Store
) -> None:
    worker.start()
    until(lambda: LEADS in worker.said())
    spare.start()
    until(lambda: WAITS in spare.said())
    assert worker.process is not None
    worker.process.send_signal(signal.SIGSTOP)
    until(lambda: LEADS in spare.said(), TAKE_OVER_S)
    worker.process.send_signal(signal.SIGCONT)
    until(lambda: WAITS in worker.said())
    application.sign_in()
    until(lambda: ask(store, "SELECT count(*) FROM events") == 1)
    assert spare.said().count(LEADS) == worker.said().count(LEADS) == 1


def test_after_a_restart_of_postgresql_exactly_one_leads(
    worker: Worker, spare: Worker, application: Application, store: Store
) -> None:
    worker.start()
    until(lambda: LEADS in worker.said())
    spare.start()
    until(lambda: WAITS in spare.said())
    store.server.stop()
    until(lambda: "the lead is lost" in worker.said())
    store.server.start()
    store.owner.dispose()
    application.sign_in()
    until(lambda: ask(store, "SELECT count(*) FROM events") == 1, TAKE_OVER_S)
    until(lambda: (worker.said() + spare.said()).count(WAITS) == 2)
    assert (worker.said() + spare.said()).count(LEADS) == 2
