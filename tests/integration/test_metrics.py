"""`vigie up` on a machine that has a Prometheus: it is started with the exporter, watches both, and ends with them."""

import shutil
from pathlib import Path

import pytest
import requests

from tests.conftest import reachable
from tests.stack import Stack, free_port, until


def up(address: str) -> set[str]:
    """The jobs whose last scrape worked."""
    try:
        answer = requests.get(f"{address}/api/v1/query", params={"query": "up == 1"}, timeout=5).json()
    except requests.RequestException:
        return set()
    return {each["metric"]["job"] for each in answer["data"]["result"]}


@pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus is not installed")
def test_a_prometheus_is_started_with_the_exporter_and_both_end_with_it(
    root: Path, home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = reachable(tmp_path_factory.mktemp("metrics"))
    folder.chmod(0o777)
    ports = {"VIGIE_PROMETHEUS_PORT": str(free_port()), "VIGIE_EXPORTER_PORT": str(free_port())}
    stack = Stack(root, home, folder, **ports).start()
    address = f"http://127.0.0.1:{ports['VIGIE_PROMETHEUS_PORT']}"
    try:
        assert f"Metrics   {address}" in stack.output
        until(lambda: up(address) == {"api", "vigie"}, "both are scraped", 90)
    finally:
        code = stack.stop()
    assert (code, stack.pids()) == (0, {})
