"""A store with a leader that evaluates rules over it, and what is then in its tables."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from ipaddress import ip_address

import pytest

from cli.embedded.server import Server
from detection.alerts.looking import DetectionKeeper
from detection.leader import HEARTBEAT_S, Lead
from detection.sigma.compiled import Condition, Correlation, Kind, Rule
from tests.conftest import Store, new_store
from vigie.clock import utc_now
from vigie.event import Event, key_of
from vigie.severity import Severity
from vigie.store.engine import transaction
from vigie.store.events import store_events
from vigie.store.roles import Role

RETENTION = timedelta(days=400)
NOON = utc_now().astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=2)
MINUTE = timedelta(minutes=1)
ALERTS = """
    SELECT rule, entity, count, first_seen, last_seen, fired_at, (
        SELECT array_agg(ARRAY[extract(epoch FROM minute)::bigint, n] ORDER BY minute) FROM alert_minutes m
        WHERE m.alert_id = a.id)
    FROM alerts a ORDER BY rule, entity::text
"""
EMPTY = """
    TRUNCATE events, events_raw, events_hourly, activity_hourly, ip_failures_hourly, facet_hourly, alerts,
        alert_minutes, alert_samples, alert_acts, detection_spans, detection_missed, rules, rule_switches
"""


def plain(name: str, *actions: str, group: Sequence[str] = ("source_ip",), alerts: bool = False) -> Rule:
    """A rule that matches events of these actions."""
    condition = Condition("e.action = ANY(%(actions)s)", {"actions": list(actions or (name,))})
    return Rule(name, name.title(), Severity.HIGH, tuple(group), condition, None, alerts, None, "", {})


def joined(
    name: str,
    kind: Kind,
    rules: Sequence[str],
    count: int = 1,
    group: Sequence[str] = ("source_ip",),
    seconds: float = 60,
    field: str | None = None,
    operator: str = ">=",
) -> Rule:
    """A correlation that makes alerts."""
    correlation = Correlation(kind, tuple(rules), tuple(group), timedelta(seconds=seconds), operator, count, field)
    return Rule(name, name.title(), Severity.HIGH, tuple(group), None, correlation, True, None, "", {})


def event(
    second: float, action: str = "fail", ip: str | None = "192.0.2.7", user: str | None = "alice", n: int = 0
) -> Event:
    """One of `second` seconds after NOON; `n` tells equal ones apart."""
    at = NOON + timedelta(seconds=second)
    key = key_of(action, str(ip), str(user), at.isoformat(), str(n))
    address = ip_address(ip) if ip else None
    return Event(at, key, "app", "authentication", action, "failure", user_name=user, source_ip=address)


@dataclass
class Watch:
    """A leader's keeper and its store."""

    store: Store
    keeper: DetectionKeeper

    def keep(self, *events: Event) -> None:
        """Stores them as one batch."""
        with transaction(self.store.worker) as connection:
            store_events(connection, events, RETENTION)

    def look(self) -> int:
        """Takes turns until nothing waits. Returns how many pieces were looked at."""
        pieces = 0
        while (turn := self.keeper.turn()).pieces or turn.more:
            pieces += turn.pieces
        return pieces

    def see(self, *events: Event) -> None:
        """Stores and looks."""
        self.keep(*events)
        self.look()

    def run(self, statement: str, values: tuple[object, ...] = ()) -> None:
        """As the owner."""
        with transaction(self.store.owner) as connection:
            connection.exec_driver_sql(statement, values)

    def ask(self, question: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        with transaction(self.store.owner) as connection:
            return [tuple(row) for row in connection.exec_driver_sql(question, values)]


@contextmanager
def leading(store: Store) -> Iterator[Watch]:
    lead, over = Lead(store.url(Role.WORKER)), threading.Event()
    assert lead.take()
    beat: Callable[[], object] = lambda: [lead.holds() for _ in iter(lambda: over.wait(HEARTBEAT_S), True)]  # noqa: E731
    heart = threading.Thread(target=beat)
    heart.start()
    keeper = DetectionKeeper(store.url(Role.WORKER), RETENTION, lead)
    try:
        yield Watch(store, keeper)
    finally:
        keeper.close()
        over.set()
        heart.join()
        lead.release()


@pytest.fixture(scope="session")
def _watch(postgres: Server) -> Iterator[Watch]:
    with new_store(postgres) as store, leading(store) as made:
        yield made


@pytest.fixture
def watch(_watch: Watch) -> Watch:
    """Nothing is stored yet."""
    _watch.run(EMPTY)
    return _watch
