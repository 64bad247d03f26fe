"""The rules of config/rules, evaluated by the real engine over a real PostgreSQL."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from cli.embedded.server import Server
from detection.alerts.looking import DetectionKeeper
from detection.leader import HEARTBEAT_S, Lead
from detection.sigma.loader import Loaded, load
from tests.conftest import Store, new_store
from vigie.event import Event
from vigie.store.engine import transaction
from vigie.store.events import store_events
from vigie.store.roles import Role

RULES = Path(__file__).parent.parent.parent / "config/rules"
FOREVER = timedelta(days=36_500)  # samples have fixed times
_EVENTS = "events, events_raw, events_unplaced, detection_spans"
_ALERTS = "alerts, alert_minutes, alert_samples, alert_acts"
LOADED: Loaded = load(RULES)


@dataclass(frozen=True)
class Detection:
    """A worker's detection, without its thread."""

    store: Store
    keeper: DetectionKeeper

    def look(self, *batches: Sequence[Event]) -> dict[str, int]:
        """Stores each batch, looks, and gives the count of each rule's alerts."""
        for batch in batches:
            with transaction(self.store.worker) as connection:
                store_events(connection, batch, FOREVER)
            while self.keeper.turn().more:
                pass
        with transaction(self.store.owner) as connection:
            found = connection.exec_driver_sql("SELECT rule, sum(count) FROM alerts GROUP BY rule").all()
            failed = connection.exec_driver_sql("SELECT rule, error FROM rules WHERE error IS NOT NULL").all()
        assert failed == []
        return {rule: int(count) for rule, count in found}

    def forget(self, what: str = f"{_EVENTS}, {_ALERTS}") -> None:
        with transaction(self.store.owner) as connection:
            connection.exec_driver_sql(f"TRUNCATE {what}")

    def forget_alerts(self) -> None:
        self.forget(_ALERTS)


@pytest.fixture(scope="module")
def shared(postgres: Server) -> Iterator[Detection]:
    """One for the tests of a module, which take turns: see `detection`."""
    with new_store(postgres) as store:
        lead, over = Lead(store.url(Role.WORKER)), threading.Event()
        assert lead.take()
        heart = threading.Thread(target=lambda: [lead.holds() for _ in iter(lambda: over.wait(HEARTBEAT_S), True)])
        heart.start()
        keeper = DetectionKeeper(store.url(Role.WORKER), FOREVER, lead)
        keeper.load(LOADED.rules, LOADED.not_loaded)
        yield Detection(store, keeper)
        keeper.close()
        over.set()
        heart.join()
        lead.release()


@pytest.fixture
def detection(shared: Detection) -> Detection:
    """Nothing stored, nothing seen; every rule loaded."""
    shared.forget()
    return shared
