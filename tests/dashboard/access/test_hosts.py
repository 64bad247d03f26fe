"""The console answers to its own names alone."""

import logging
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboard.access.hosts import name_of
from dashboard.app import make_parts
from dashboard.settings import ConsoleSettings
from tests.conftest import Store
from tests.dashboard.conftest import console_settings
from vigie.errors import ConfigurationError


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8050", "127.0.0.1:8050", "[::1]:8050", "localhost:"])
def test_it_answers_to_loopback(charlie: FlaskClient, host: str) -> None:
    assert charlie.get("/login", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8050", "localhost.evil.example", "127.0.0.1.evil.example", "a@localhost",
     "localhost@evil.example", "localhost,evil.example", "localhost evil", "[::1", "::1", "", "192.0.2.1",
     "localhost."],
)  # fmt: skip
def test_another_name_gets_nothing_with_or_without_a_session(alice: FlaskClient, host: str) -> None:
    for path in ("/login", "/", "/_dash-layout", "/_vigie/seq", "/assets/early.js", "/no/such/page"):
        answer = alice.get(path, headers={"Host": host})
        assert (answer.status_code, "does not answer to this name" in answer.text) == (421, True)


def test_nobody_signs_in_under_another_name(charlie: FlaskClient) -> None:
    headers = {"Host": "evil.example", "Origin": "http://evil.example"}
    assert charlie.post("/login", data={"email": "x"}, headers=headers).status_code == 421


def test_the_log_has_the_name_that_was_refused(charlie: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    charlie.get("/login", headers={"Host": "vigie.example.org"})
    assert [vars(record)["host"] for record in caplog.records if "host" in vars(record)] == ["vigie.example.org"]


def test_the_probes_answer_to_every_name(charlie: FlaskClient) -> None:
    answers = [charlie.get(path, headers={"Host": "10.0.0.7:8050"}) for path in ("/healthz", "/readyz")]
    assert [answer.status_code for answer in answers] == [200, 200]


def test_a_forwarded_name_is_not_believed(charlie: FlaskClient) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "localhost", "Forwarded": "host=localhost"}
    assert charlie.get("/login", headers=headers).status_code == 421


def test_it_answers_to_the_names_of_its_settings(store: Store, root: Path) -> None:
    names = " Console.example.org, [2001:db8::5] ,vigie_console"
    parts = make_parts(console_settings(store, root, console_host="192.0.2.7", console_names=names))
    hosts = ("console.EXAMPLE.org", "[2001:DB8::5]:8050", "vigie_console", "192.0.2.7:8050", "localhost", "192.0.2.8")
    client = parts.server.test_client()
    statuses = [client.get("/login", headers={"Host": host}).status_code for host in hosts]
    parts.engine.dispose()
    assert statuses == [200] * 5 + [421]


@pytest.mark.parametrize("names", ["https://console.example.org", "a.example:443", "*.example.org", "a b", "é.example"])
def test_what_is_not_a_name_is_refused_at_the_start(names: str) -> None:
    with pytest.raises(ConfigurationError, match="VIGIE_CONSOLE_NAMES is not usable: names are written as"):
        ConsoleSettings.load(console_database_url="postgresql://a:b@127.0.0.1/c", console_names=names)


@pytest.mark.parametrize(("host", "name"), [("[::1]:80", "::1"), ("A.b:1", "a.b"), ("a:b", None), ("a\n", None)])
def test_the_name_in_a_host_header(host: str, name: str | None) -> None:
    assert name_of(host) == name
