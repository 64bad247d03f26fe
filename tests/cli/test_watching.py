"""The Prometheus and the exporter beside the parts."""

import io
import shutil
import socket
from pathlib import Path

import pytest

from cli.output import Output
from cli.settings import CommandSettings
from cli.state import State
from cli.watching import configuration, prometheus_url, watchers


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def output(tmp_path: Path, said: io.StringIO) -> Output:
    return Output(tmp_path, said)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")


def free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def settings(**given: object) -> CommandSettings:
    prometheus, exporter = free_ports()
    return CommandSettings.load(**{"prometheus_port": prometheus, "exporter_port": exporter} | given)


@pytest.mark.usefixtures("installed")
def test_it_is_started_where_it_is_installed(output: Output) -> None:
    made = settings()
    assert prometheus_url(made, output) == f"http://127.0.0.1:{made.prometheus_port}"


def test_without_the_program_nothing_is_lost(
    output: Output, said: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert prometheus_url(settings(), output) is None
    assert "No prometheus is installed" in said.getvalue()


@pytest.mark.usefixtures("installed")
def test_a_taken_port_stops_nothing_and_is_said(output: Output, said: io.StringIO) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert prometheus_url(settings(prometheus_port=port), output) is None
    assert f"Port {port} is taken" in said.getvalue()


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    "given", [{"prometheus_port": 0}, {"prometheus_url": "http://x:9090"}, {"app_database_url": "postgresql://x/y"}]
)
def test_none_is_started_where_none_is_wanted(output: Output, said: io.StringIO, given: dict[str, object]) -> None:
    assert (prometheus_url(settings(**given), output), said.getvalue()) == (None, "")


def test_it_watches_the_real_ports(tmp_path: Path, output: Output) -> None:
    made = settings(api_port=8123)
    state = State.open(tmp_path / "state")
    names = [each.name for each in watchers(made, state, output)]
    written = (state.folder / "prometheus" / "prometheus.yml").read_text(encoding="utf-8")
    assert names == ["exporter", "prometheus"]
    assert f'"127.0.0.1:{made.exporter_port}"' in written
    assert '"127.0.0.1:8123"' in configuration(made)
