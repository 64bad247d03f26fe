"""Every figure of the page API equals the same PromQL, asked of the same real Prometheus by hand."""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from dashboard.health.exports import exports
from dashboard.health.watched import Watched
from dashboard.sources.health_prometheus import PrometheusHealth
from tests.dashboard.fakes import FakeQuestions
from tests.dashboard.health.fakes import FakeHealth
from tests.dashboard.sources.health_contract import TRAFFIC, window
from tests.dashboard.sources.prometheus_server import BINARY, TOOL, remember, serving
from vigie.clock import utc_now
from vigie.health.mapping import PRESETS
from vigie.health.objectives import BURN_WINDOWS, Objective

pytestmark = pytest.mark.skipif(
    BINARY is None or TOOL is None, reason="prometheus is not installed (Debian: apt install prometheus)"
)
WINDOW = window()
VIEW = {"from": WINDOW.since.isoformat(), "to": WINDOW.until.isoformat(), "zone": "Europe/Paris"}
SPAN = f"[{int(WINDOW.length.total_seconds())}s]"
COUNT, BUCKET = 'http_requests_total{job="api"%s}', 'http_request_duration_seconds_bucket{job="api"}'
OBJECTIVE = Objective()


def counted(span: str = SPAN, more: str = "") -> str:
    return f"sum(increase({COUNT % more}{span}))"


def failed(span: str) -> str:
    return counted(span, ',status=~"5.."')


@dataclass(frozen=True)
class Page:
    """The figures of the page, and a hand that asks for them."""

    url: str
    watched: Watched

    def rows(self, panel: str) -> list[dict[str, Any]]:
        """The figures behind a panel, as its file holds them."""
        export = next(each for each in exports(self.watched) if each.name == panel)
        answer = next(export.read(VIEW).pages)
        assert answer.rows is not None, answer.sentence
        return [{name: cell(row) for name, cell in export.columns.items()} for row in answer.rows]

    def asked(self, query: str, at: datetime = WINDOW.until) -> float:
        params = urlencode({"query": query, "time": at.timestamp()})
        with urllib.request.urlopen(f"{self.url}/api/v1/query?{params}", timeout=60) as answer:
            result = json.load(answer)["data"]["result"]
        assert len(result) == 1, (query, result)
        return float(result[0]["value"][1])


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("prometheus")
    remember(folder, TRAFFIC)
    with serving(folder) as source:
        health = PrometheusHealth(source, PRESETS["api"])
        yield Page(source.url, Watched("API", OBJECTIVE, health, FakeHealth(), FakeQuestions(utc_now())))
        health.close()


def near(value: float, digits: int = 1) -> object:
    """As far as the file's digits go."""
    return pytest.approx(value, abs=0.51 * 10**-digits)


def test_requests_and_each_class_of_status(page: Page) -> None:
    (row,) = page.rows("health-requests")
    assert row["requests"] == near(page.asked(counted()))
    for number in (2, 4, 5):
        assert row[f"status_{number}xx"] == near(page.asked(counted(SPAN, f',status=~"{number}.."')))


def test_availability_is_one_without_the_share_of_failures(page: Page) -> None:
    (row,) = page.rows("health-availability")
    assert row["availability"] == pytest.approx(page.asked(f"1 - {failed(SPAN)} / {counted()}"), rel=1e-9)


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_quantiles_of_all_requests(page: Page, share: float) -> None:
    (row,) = page.rows("health-latency")
    asked = page.asked(f"histogram_quantile({share}, sum by (le) (increase({BUCKET}{SPAN})))")
    assert row[f"p{round(share * 100)}_s"] == near(asked, 5)


def test_each_route_has_its_own_figures(page: Page) -> None:
    rows = page.rows("health-routes")
    assert len(rows) == len({(each.route, each.method) for each in TRAFFIC})
    for row in rows:
        labels = f",route={json.dumps(row['http_route'], ensure_ascii=False)},method={json.dumps(row['http_method'])}"
        assert row["requests"] == near(page.asked(counted(SPAN, labels)))
        asked = f"histogram_quantile(0.95, sum by (le) (increase({BUCKET[:-1]}{labels}}}{SPAN})))"
        assert row["p95_s"] == near(page.asked(asked), 5)


def test_each_step_of_the_charts(page: Page) -> None:
    rows = [row for row in page.rows("health-traffic") if row["requests"]]
    assert len(rows) > 50
    for row in rows[::9]:
        span, at = f"[{row['length_s']}s]", row["since_utc"].timestamp() + row["length_s"]
        end = datetime.fromtimestamp(at, row["since_utc"].tzinfo)
        assert row["requests"] == near(page.asked(counted(span), end))
        asked = f"histogram_quantile(0.99, sum by (le) (increase({BUCKET}{span})))"
        assert row["p99_s"] == near(page.asked(asked, end), 5)


def test_objectives_are_held_against_what_prometheus_counts(page: Page) -> None:
    held = {row["measure"]: row["value"] for row in page.rows("health-objectives")}
    share = page.asked(f"{failed('[30d]')} / {counted('[30d]')}")
    assert held["Availability, 30 days"] == pytest.approx(1 - share, rel=1e-6)
    assert held["Error budget left"] == pytest.approx(1 - share / OBJECTIVE.allowed, rel=1e-6)


@pytest.mark.parametrize("burn", BURN_WINDOWS, ids=lambda burn: str(burn.long))
def test_burn_rates_are_those_of_the_long_window(page: Page, burn: Any) -> None:
    length = int(burn.long.total_seconds())
    found = [
        row for row in page.rows("health-objectives") if row["measure"].startswith(f"Burn rate, {length // 3600} h")
    ]
    asked = page.asked(f"{failed(f'[{length}s]')} / {counted(f'[{length}s]')} / {OBJECTIVE.allowed}")
    assert [row["value"] for row in found] == [pytest.approx(asked, rel=1e-6)]
