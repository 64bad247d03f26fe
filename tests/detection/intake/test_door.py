"""Who is let in, with what, and that nobody holds the door."""

import base64
import contextlib
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from cli.embedded.server import Server
from tests.conftest import PASSWORDS, new_database
from tests.detection.conftest import until
from tests.detection.intake.conftest import NEXT_TOKEN, TOKEN, Intake, alert, end, intake_on
from vigie.store.engine import make_engine, parse_url
from vigie.store.migrate import migrate
from vigie.store.roles import Role

MIB = 2**20


@pytest.fixture(scope="module")
def door(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Intake]:
    """One intake for many of these tests: what they ask changes nothing for the next."""
    database = new_database(postgres)
    owner = make_engine(
        parse_url(postgres.url("vigie_owner", "owner", database), "TEST"), application="test", statement_timeout_s=10
    )
    migrate(owner, PASSWORDS)
    owner.dispose()
    url = postgres.url(Role.WORKER.value, PASSWORDS[Role.WORKER], database)
    made = intake_on(url, tmp_path_factory.mktemp("door"))
    yield made
    end(made)


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"falco:{password}".encode()).decode()


@pytest.mark.parametrize("credentials", [f"Bearer {TOKEN}", f"bearer {NEXT_TOKEN}", basic(TOKEN)])
def test_every_token_of_the_file_is_let_in(door: Intake, credentials: str) -> None:
    assert door.post("falco", alert(), headers={"Authorization": credentials}).status_code == 200


@pytest.mark.parametrize(
    "credentials",
    ["", "Bearer", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", TOKEN, basic("wrong"), "Basic %%%", "\xe9"],
)
def test_it_refuses_who_has_no_token(door: Intake, credentials: str) -> None:
    answer = door.post("falco", alert(), headers={"Authorization": credentials.encode("latin-1")})
    assert (answer.status_code, answer.json()) == (401, {"error": "The token is missing or wrong."})


def test_refused_tokens_are_logged_but_do_not_flood_the_log(intake: Intake) -> None:
    for _ in range(50):
        intake.post("falco", alert(), headers={"Authorization": "Bearer guess-of-charlie"})
    assert intake.said().count("deliveries were refused") == 1
    assert "guess-of-charlie" not in intake.said()


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"Content-Type": "text/plain"}, "The body has to be application/json."),
        ({"Content-Encoding": "gzip"}, "The body must not be compressed: turn compression off at the sender."),
    ],
)
def test_it_takes_plain_json_only(door: Intake, headers: dict[str, str], said: str) -> None:
    answer = door.post("falco", alert(), headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (415, said)


@pytest.mark.parametrize("size", [MIB + 1, 20 * MIB])
def test_a_large_body_is_refused_with_one_sentence(door: Intake, size: int) -> None:
    answer = door.post("falco", b" " * size)
    assert (answer.status_code, answer.json()) == (413, {"error": "The body is larger than 1 MiB."})


def test_a_large_body_in_chunks_is_refused(door: Intake) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 65536

    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    answer = requests.post(f"{door.url}/intake/falco", data=chunks(), headers=headers, timeout=30)
    assert answer.status_code == 413


def test_a_chunked_alert_is_taken(door: Intake) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    body = iter([json.dumps(alert()).encode()])
    assert requests.post(f"{door.url}/intake/falco", data=body, headers=headers, timeout=30).json()["stored"] == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/intake/falco", 405), ("POST", "/healthz", 405), ("POST", "/intake/", 404), ("GET", "/", 404),
        ("POST", "/intake/falco/../grafana", 404), ("HEAD", "/healthz", 200), ("GET", "/readyz", 200),
    ],
)  # fmt: skip
def test_there_is_nothing_else(door: Intake, method: str, path: str, status: int) -> None:
    prepared = requests.Request(method, door.url).prepare()
    prepared.url = door.url + path
    assert door.session.send(prepared, timeout=10).status_code == status


def half_sent(intake: Intake, length: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", intake.port), timeout=20)
    connection.sendall(
        f"POST /intake/falco HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{{".encode()
    )
    return connection


def test_a_body_that_does_not_come_is_waited_for_five_seconds(door: Intake) -> None:
    with half_sent(door, 100) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 408 ")


def test_a_body_of_a_tebibyte_is_refused_before_it_comes(door: Intake) -> None:
    with half_sent(door, 2**40) as connection:
        connection.settimeout(2)
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_slow_senders_do_not_keep_others_out_for_long(door: Intake) -> None:
    with contextlib.ExitStack() as slow:
        for _ in range(40):  # more than there are threads
            slow.enter_context(half_sent(door, 1000))
        until(lambda: door.post_once("falco", alert()).status_code == 200, 15)


def test_who_does_not_hang_up_holds_nobody_up(door: Intake) -> None:
    last = b"POST /intake/falco HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    with contextlib.ExitStack() as held:
        for _ in range(20):
            connection = held.enter_context(socket.create_connection(("127.0.0.1", door.port), timeout=20))
            connection.sendall(last)
        assert door.post_once("falco", alert()).elapsed.total_seconds() < 5


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"VIGIE_INTAKE_TOKEN": "short"}, "VIGIE_INTAKE_TOKEN is not usable"),
        ({}, "VIGIE_INTAKE_TOKEN is not set."),
        ({"VIGIE_INTAKE_TOKEN": TOKEN, "VIGIE_INTAKE_HOST": "192.0.2.1"}, "The intake cannot listen on 192.0.2.1 port"),
    ],
)
def test_a_wrong_setting_ends_it_with_one_sentence(intake: Intake, changes: dict[str, str], said: str) -> None:
    assert intake.process is not None
    intake.kill()
    del intake.environment["VIGIE_INTAKE_TOKEN_FILE"]
    intake.environment |= changes
    intake.start()
    code: Any = intake.process.wait(30)
    err = (intake.folder / "err").read_text()
    assert (code, len(err.splitlines())) == (2, 1)
    assert said in err
    assert changes.get("VIGIE_INTAKE_TOKEN", TOKEN) == TOKEN or "short" not in err


def test_it_stops_on_sigterm_and_wrote_nothing_but_json(intake: Intake) -> None:
    intake.post("falco", alert())
    assert intake.process is not None
    intake.process.terminate()
    assert intake.process.wait(30) == 0
    lines = intake.said().splitlines()
    until(lambda: all(json.loads(line) for line in lines))
