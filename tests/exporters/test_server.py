"""The web side of the exporter."""

import socket
import subprocess

import pytest
import requests
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from exporters.server import Server
from tests.conftest import Store
from tests.exporters.conftest import Exporter, add_source
from tests.stack import until
from vigie.clock import utc_now
from vigie.errors import ConfigurationError


def test_promtool_finds_nothing_to_say(store: Store, exporter: Exporter) -> None:
    add_source(store, 'a "hostile"\\ name', last_look_at=utc_now(), last_event_at=utc_now(), last_stored_at=utc_now())
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=exporter.scrape().content, capture_output=True, check=False
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, b"")


def test_prometheus_is_told_the_format(exporter: Exporter) -> None:
    plain = exporter.scrape(Accept="text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
    assert plain.headers["Content-Type"].startswith("text/plain; version=0.0.4; charset=utf-8")
    modern = exporter.scrape(Accept="application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
    assert modern.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert any(family.name == "vigie_up" for family in text_string_to_metric_families(modern.text))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/healthz", 200), ("GET", "/", 404), ("GET", "/metrics/../x", 404), ("POST", "/metrics", 405)],
)
def test_nothing_else_is_answered(exporter: Exporter, method: str, path: str, status: int) -> None:
    assert requests.request(method, exporter.url + path, timeout=10).status_code == status


def test_those_who_send_nothing_do_not_keep_the_others_out(exporter: Exporter) -> None:
    host, port = exporter.url.removeprefix("http://").split(":")
    silent = [socket.create_connection((host, int(port))) for _ in range(40)]

    def answers() -> bool:
        try:
            return exporter.scrape().ok
        except requests.ConnectionError:
            return False

    until(answers, "an answer, once the silent ones are hung up on")
    for each in silent:
        each.close()


def test_a_taken_port_is_one_sentence(exporter: Exporter) -> None:
    port = int(exporter.url.rsplit(":", 1)[1])
    with pytest.raises(ConfigurationError, match=r"cannot listen on 127.0.0.1 port .* Set VIGIE_EXPORTER_PORT"):
        Server("127.0.0.1", port, lambda *_: [])
