"""The same traffic, told by metrics and by the access log, gives the same figures on the page."""

import os
import subprocess
import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from dashboard.sources.health_prometheus import PrometheusHealth
from dashboard.sources.health_questions import Route, Traffic, summed
from dashboard.sources.health_stored import StoredHealth
from dashboard.sources.interface import TimeRange
from detection.parsers.api_log import ApiParser
from detection.parsers.interface import Found, Origin
from tests.conftest import Store, new_database
from tests.dashboard.sources.health_contract import PARIS, rows_of
from tests.dashboard.sources.prometheus_server import BINARY, serving
from tests.stack import free_port, until
from vigie.clients.http import HttpClient
from vigie.clients.literals import Match, Matcher
from vigie.clients.prometheus import Prometheus
from vigie.clients.promql import selector
from vigie.clients.source import Source
from vigie.clock import utc_now
from vigie.health.mapping import PRESETS
from vigie.store.engine import transaction
from vigie.store.http_minutes import Request, store_requests

pytestmark = pytest.mark.skipif(BINARY is None, reason="prometheus is not installed (Debian: apt install prometheus)")

ASKED = 240
# What Prometheus says of the edges of a window is an estimate, up to one scrape of 200 ms at each end: the window must
# be long beside them, and begin with a scrape that saw nothing of the traffic yet.
LEAST = timedelta(seconds=30)
QUANTILES = (0.5, 0.95)


@contextmanager
def service(root: Path, database_url: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """A real service: its address and its log."""
    port, log = free_port(), folder / "api.jsonl"
    settings = {"JWT_SECRET": "s" * 32, "API_PORT": str(port), "API_DATABASE_URL": database_url}
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "api"], cwd=root, env=os.environ | settings, stdout=out)
    try:
        until(lambda: b"Listening" in log.read_bytes(), "the service listens")
        yield f"127.0.0.1:{port}", log
    finally:
        process.terminate()
        process.wait(timeout=30)


def ask(address: str, number: int) -> None:
    """One of several requests: well, refused, unknown, and slow for its password."""
    kind = number % 8
    if kind == 0:
        given = {"email": f"a{number}@x.org", "password": "x" * 12}
        requests.post(f"http://{address}/auth/login", json=given, timeout=20)
    elif kind in (1, 2):
        requests.get(f"http://{address}/users/me", timeout=20)
    elif kind == 3:
        requests.post(f"http://{address}/auth/register", json={}, timeout=20)
    else:
        requests.get(f"http://{address}/health", timeout=20)


def logged(log: Path) -> list[Request]:
    """The requests of the log, as the worker reads them, without the scrapes."""
    made = []
    for line in log.read_text(encoding="utf-8").splitlines():
        parsed = ApiParser().parse(line, Origin("api", utc_now()))
        if isinstance(parsed, Found) and parsed.hit is not None and parsed.hit.route_path != "/metrics":
            hit = parsed.hit
            made.append(Request(hit.at, hit.route_path, hit.method, hit.status, hit.duration_s))
    return made


def without_scrapes(routes: Sequence[Route]) -> Traffic:
    return summed(each.traffic for each in routes if each.route != "/metrics")


def bucket_of(told: Sequence[Request], share: float, bounds: Sequence[float]) -> tuple[float, float]:
    """From the lower to the upper end of the bucket of a quantile; neighbours count where it lies at an edge."""
    lengths = sorted(each.duration_s or 0.0 for each in told)

    def at(of: float) -> float:
        return lengths[min(len(lengths) - 1, max(0, int(of * len(lengths))))]

    low, high = at(share - 0.03), at(share + 0.03)
    edges = [0.0, *bounds]
    return edges[bisect_left(edges, low) - 1], next((edge for edge in edges if edge >= high), edges[-1])


def test_metrics_and_access_log_agree(root: Path, store: Store, tmp_path: Path) -> None:
    database = store.server.url("vigie_owner", "owner", new_database(store.server))
    with service(root, database, tmp_path) as (address, log), serving(tmp_path, [address], "200ms") as prometheus:
        for number in range(8):
            ask(address, number)  # a counter that Prometheus first sees at one has not grown
        health = PrometheusHealth(prometheus, PRESETS["api"])
        until(lambda: scraped(prometheus) == 8, "the first requests are scraped")
        before, since = len(logged(log)), utc_now()
        until(lambda: last_scrape(prometheus) > since, "a scrape of the window's beginning")
        for number in range(ASKED):
            ask(address, number)
        until(lambda: scraped(prometheus) == 8 + ASKED and utc_now() - since > LEAST, "all requests are scraped", 60)
        window = TimeRange(since, utc_now(), PARIS)
        metered = without_scrapes(rows_of(health.requests(window)).routes)
        health.close()
    told = logged(log)[before:]
    with transaction(store.worker) as connection:
        store_requests(connection.connection.cursor(), "api", told, timedelta(days=1))
    stored = without_scrapes(rows_of(StoredHealth(store.console).requests(window)).routes)
    assert len(told) == ASKED
    for number in (2, 4):
        assert metered.classes[number] == pytest.approx(stored.classes[number], rel=0.02)
    assert metered.refused / metered.total == pytest.approx(stored.refused / stored.total, rel=0.02)
    for each in (metered.latency, stored.latency):
        assert each is not None
        for share in QUANTILES:
            low, high = bucket_of(told, share, each.bounds)
            assert low <= (each.quantile(share) or -1) <= high


def scraped(source: Source) -> float:
    """How many requests Prometheus knows of, without the scrapes."""
    counted = selector("http_requests_total", [Matcher("route", Match.NOT_EQUAL, "/metrics")])
    with HttpClient(source) as http:
        found = Prometheus(http).instant(f"sum({counted})", utc_now()).result
    return found[0].point.value or 0 if found else 0


def last_scrape(source: Source) -> datetime:
    """When Prometheus last asked the service."""
    with HttpClient(source) as http:
        found = Prometheus(http).instant("max(timestamp(up))", utc_now()).result
    return datetime.fromtimestamp(found[0].point.value or 0, UTC)
