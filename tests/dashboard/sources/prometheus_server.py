"""A real Prometheus for tests, with history put into it or scraping what the test serves."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.dashboard.sources.health_contract import BOUNDS, Asked
from vigie.clients.errors import SourceError
from vigie.clients.http import HttpClient
from vigie.clients.prometheus import Prometheus
from vigie.clients.source import Source

BINARY, TOOL = shutil.which("prometheus"), shutil.which("promtool")
STEP = timedelta(seconds=15)
START_S = 60


@contextmanager
def serving(folder: Path, targets: Sequence[str] = (), every: str = "1s") -> Iterator[Source]:
    """A Prometheus on `folder`, scraping `targets` as the job `api`."""
    assert BINARY is not None
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    scrapes = [{"job_name": "api", "static_configs": [{"targets": list(targets)}]}] if targets else []
    configuration = {"global": {"scrape_interval": every, "scrape_timeout": every}, "scrape_configs": scrapes}
    (folder / "prometheus.yml").write_text(json.dumps(configuration), encoding="utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [BINARY, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address={address}"],
            stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip
    try:
        source = Source("Prometheus", f"http://{address}")
        _wait_until_ready(source, folder)
        yield source
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_ready(source: Source, folder: Path) -> None:
    until = time.monotonic() + START_S
    with HttpClient(source) as http:
        while time.monotonic() < until:
            try:
                if Prometheus(http).not_ready() is None:
                    return
            except SourceError:
                pass  # it is starting
            time.sleep(0.1)
    pytest.fail((folder / "log").read_text(encoding="utf-8"))


def remember(folder: Path, traffic: Sequence[Asked], margin: timedelta = timedelta(minutes=15)) -> None:
    """Puts counters of the traffic into `folder`, as scraped each 15 s from `margin` before it to `margin` after."""
    assert TOOL is not None
    (folder / "history").write_text("\n".join(_exposition(traffic, margin)) + "\n# EOF\n", encoding="utf-8")
    subprocess.run(
        [TOOL, "tsdb", "create-blocks-from", "openmetrics", "history", "data"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip


def _exposition(traffic: Sequence[Asked], margin: timedelta) -> Iterator[str]:
    first, last = min(a.at for a in traffic) - margin, max(a.at for a in traffic) + margin
    instants = [first + STEP * number for number in range((last - first) // STEP)]
    counted: dict[str, list[datetime]] = {}
    timed: dict[str, list[datetime]] = {}
    for asked in traffic:
        labels = f'job="api",method="{asked.method}",route="{_escaped(asked.route)}"'
        counted.setdefault(f'{labels},status="{asked.status}"', []).append(asked.at)
        for bound in (*BOUNDS, float("inf")):
            said = "+Inf" if bound == float("inf") else f"{bound:g}"
            within = [asked.at] if asked.duration_s <= bound else []
            timed.setdefault(f'{labels},le="{said}"', []).extend(within)
    yield "# TYPE http_requests counter"
    yield from _samples("http_requests_total", counted, instants)
    yield "# TYPE http_request_duration_seconds histogram"
    yield from _samples("http_request_duration_seconds_bucket", timed, instants)


def _samples(metric: str, series: dict[str, list[datetime]], instants: Sequence[datetime]) -> Iterator[str]:
    for labels, moments in series.items():
        for at in instants:
            yield f"{metric}{{{labels}}} {sum(1 for each in moments if each <= at)} {at.timestamp():.3f}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
