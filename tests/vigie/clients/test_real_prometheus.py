"""The client and the query builders against a real Prometheus that watches itself. Left out where none is installed."""

import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vigie.clients.test_query_text import anything
from tests.vigie.clients.test_regex import TAKEN
from vigie.clients.errors import AskedWrongly, BadFilter, SourceError
from vigie.clients.http import HttpClient
from vigie.clients.literals import Match, Matcher, literal
from vigie.clients.prometheus import Prometheus
from vigie.clients.promql import selector
from vigie.clients.regex import check_regex
from vigie.clients.source import Source
from vigie.clock import utc_now

BINARY = shutil.which("prometheus")
pytestmark = pytest.mark.skipif(BINARY is None, reason="prometheus is not installed")
START_S = 60

many = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpClient]:
    """A client of a Prometheus that was started for these tests and scrapes itself every second."""
    folder = tmp_path_factory.mktemp("prometheus")
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    (folder / "prometheus.yml").write_text(_configuration(address))
    assert BINARY is not None
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [BINARY, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address={address}"],
            stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip
    try:
        with HttpClient(Source("Prometheus", f"http://{address}", deadline_s=10)) as made:
            _wait_for_a_sample(made, folder)
            yield made
    finally:
        process.terminate()
        process.wait(timeout=30)


def _configuration(address: str) -> str:
    return json.dumps({
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
        "scrape_configs": [{"job_name": "prometheus", "static_configs": [{"targets": [address]}]}],
    })  # fmt: skip


def _wait_for_a_sample(http: HttpClient, folder: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        try:
            if Prometheus(http).instant("up == 1", utc_now()).result:
                return
        except SourceError:
            pass  # it is starting; the circuit opens and closes by itself meanwhile
        time.sleep(0.1)
    pytest.fail((folder / "log").read_text())


def test_it_answers_its_own_metrics(http: HttpClient) -> None:
    (up,) = Prometheus(http).instant(selector("up", [Matcher("job", Match.EQUAL, "prometheus")]), utc_now()).result
    assert up.point.value == 1.0


def test_it_answers_a_range_of_its_own_metrics(http: HttpClient) -> None:
    end = utc_now() + timedelta(seconds=2)  # the first sample may be younger than the last whole second
    (series,) = Prometheus(http).series("up", end - timedelta(hours=1), end, timedelta(seconds=1)).result
    assert {point.value for point in series.points} == {1.0}


def test_it_knows_itself(http: HttpClient) -> None:
    prometheus = Prometheus(http)
    assert [(target.health, target.pool) for target in prometheus.targets()] == [("up", "prometheus")]
    assert (prometheus.not_ready(), prometheus.rules(), prometheus.alerts()) == (None, (), ())
    assert prometheus.started_at() <= utc_now()
    assert prometheus.descriptions("up") == ()
    assert prometheus.descriptions("prometheus_ready")[0].kind == "gauge"


@many
@given(value=anything)
def test_it_reads_a_hostile_value_as_one_value(http: HttpClient, value: str) -> None:
    query = selector("up", [Matcher("job", Match.EQUAL, value), Matcher("instance", Match.NOT_EQUAL, "x")])
    (read,) = Prometheus(http).instant(f"count({query}) or vector(7)", utc_now()).result
    assert read.point.value == 7.0


@many
@given(value=anything)
def test_it_reads_a_literal_back_as_the_value_it_was_made_of(http: HttpClient, value: str) -> None:
    made = f'label_replace(vector(1), "said", {literal(value.replace("$", "$$"))}, "", "")'
    (read,) = Prometheus(http).instant(made, utc_now()).result
    assert read.labels.get("said", "") == re.sub("[\ud800-\udfff]", "\ufffd", value)


def _takes(http: HttpClient, pattern: str) -> bool:
    try:
        Prometheus(http).instant(selector("up", [Matcher("job", Match.REGEX, pattern)]), utc_now())
    except AskedWrongly:
        return False
    return True


@pytest.mark.parametrize("pattern", TAKEN)
def test_it_takes_the_expressions_that_we_take(http: HttpClient, pattern: str) -> None:
    assert _takes(http, pattern)


@many
@given(
    pieces=st.lists(
        st.one_of(st.sampled_from(TAKEN), st.text("()[]{}?*+|\\^$.-,:i01<>P=!dwbAz&~#é", max_size=8)), max_size=8
    )
)
def test_it_takes_every_expression_that_we_take(http: HttpClient, pieces: list[str]) -> None:
    try:
        pattern = check_regex("".join(pieces))
    except BadFilter:
        return
    assert _takes(http, pattern), pattern
