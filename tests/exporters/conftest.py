"""A running exporter over a real database."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from exporters.__main__ import registry
from exporters.server import Server, application
from exporters.settings import ExporterSettings
from tests.conftest import Store
from vigie.store.engine import transaction
from vigie.store.roles import Role


@dataclass(frozen=True)
class Exporter:
    """What Prometheus sees of it."""

    url: str

    def scrape(self, **headers: str) -> requests.Response:
        return requests.get(f"{self.url}/metrics", headers=headers, timeout=20)

    def values(self, name: str) -> dict[tuple[str, ...], float]:
        """The samples of one name by their label values, in order of the label names; {} if it is absent."""
        return {
            tuple(value for _, value in sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(self.scrape().text)
            for sample in family.samples
            if sample.name == name
        }


MakeExporter = Callable[..., Exporter]


@pytest.fixture
def started() -> Iterator[MakeExporter]:
    """Starts exporters: `started(url, cache_s=0.5)`."""
    servers: list[tuple[Server, threading.Thread]] = []

    def start(url: str, cache_s: float = 0.5) -> Exporter:
        settings = ExporterSettings.load(exporter_database_url=url, exporter_cache_s=cache_s, exporter_port=1)
        server = Server("127.0.0.1", 0, application(registry(settings)))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        servers.append((server, thread))
        return Exporter(f"http://127.0.0.1:{server.server_port}")

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def exporter(store: Store, started: MakeExporter) -> Exporter:
    return started(store.url(Role.EXPORTER))


def add_source(store: Store, name: str = "app", **columns: object) -> None:
    values: dict[str, object] = {
        "name": name, "kind": "application", "title": "Logins", "expected_period_s": 10, "grace_s": 20, **columns,
    }  # fmt: skip
    names, places = ", ".join(values), ", ".join(f":{column}" for column in values)
    with transaction(store.owner) as connection:
        connection.execute(text(f"INSERT INTO sources ({names}) VALUES ({places})"), values)


def store_logins(store: Store, hour: str, outcome: str, n: int) -> None:
    """`n` more logins of an hour, given as an SQL expression, as the store path would count them."""
    action = "authn_login_success" if outcome == "success" else "authn_login_fail"
    with transaction(store.owner) as connection:
        connection.execute(
            text(
                "INSERT INTO events_hourly (hour, source, category, action, outcome, severity, n) "
                f"VALUES (date_trunc('hour', {hour}), 'app', 'authentication', :action, :outcome, 1, :n) "
                "ON CONFLICT (hour, source, category, action, outcome, severity) "
                "DO UPDATE SET n = events_hourly.n + excluded.n"
            ),
            {"action": action, "outcome": outcome, "n": n},
        )
