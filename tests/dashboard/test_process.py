"""`python -m dashboard` as it really runs: gunicorn, PostgreSQL that goes away, hangs and comes back."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from cli.embedded.server import Account, Server
from tests.conftest import PASSWORDS, new_database
from tests.dashboard.conftest import ALICE, PASSWORD
from vigie.store.engine import make_engine, parse_url, transaction
from vigie.store.migrate import migrate
from vigie.store.people import PersonRole, create_person
from vigie.store.roles import Role

WAIT_S = 60
NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[Server]:
    """A server that a test may stop and freeze."""
    if os.geteuid() == 0:
        for parent in [tmp_path, *tmp_path.parents][: len(tmp_path.relative_to("/tmp").parts)]:
            parent.chmod(0o711)
    server = Server(tmp_path / "s", account=Account.named("nobody") if os.geteuid() == 0 else None)
    server.start()
    yield server
    server.stop()


def store_url(server: Server) -> str:
    """A migrated store with Alice in it; the console's URL."""
    database = new_database(server)
    url = parse_url(server.url("vigie_owner", "owner", database), "TEST")
    engine = make_engine(url, application="test", statement_timeout_s=10)
    migrate(engine, PASSWORDS)
    with transaction(engine) as connection:
        create_person(connection, ALICE, "Alice", PersonRole.ANALYST, PASSWORD)
    engine.dispose()
    return server.url(Role.CONSOLE.value, PASSWORDS[Role.CONSOLE], database)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(url: str, port: int, state: Path) -> "subprocess.Popen[str]":
    names = {"VIGIE_CONSOLE_DATABASE_URL": url, "VIGIE_CONSOLE_PORT": str(port), "VIGIE_STATE_DIR": str(state)}
    return subprocess.Popen(
        [sys.executable, "-m", "dashboard"], env={**os.environ, **names}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def until(answer: Callable[[], Any], good: Callable[[Any], bool]) -> Any:
    """Asks until it is good; fails after a deadline."""
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            found = answer()
        except (requests.ConnectionError, requests.Timeout):  # it is still starting
            found = None
        if found is not None and good(found):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


@pytest.fixture
def running(own_postgres: Server, tmp_path: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    port = free_port()
    process = started(store_url(own_postgres), port, tmp_path / "state")
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: requests.get(f"{url}/readyz", timeout=10), lambda answer: answer.status_code == 200)
        yield url, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=WAIT_S)


def family(pid: int) -> list[int]:
    """The postmaster and the processes it made, each of which leads a group of its own."""
    parents = {
        int(p.parent.name): int(p.read_text().rsplit(")", 1)[1].split()[1]) for p in Path("/proc").glob("[0-9]*/stat")
    }
    return [pid, *(child for child, parent in parents.items() if parent == pid)]


def send(what: signal.Signals, pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, what)


def signed_in(url: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    page = session.get(f"{url}/login", timeout=10).text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    fields = {"csrf_token": token, "email": ALICE, "password": PASSWORD}
    assert session.post(f"{url}/login", data=fields, allow_redirects=False, timeout=10).status_code == 303
    return session


def test_a_stopped_postgresql_is_said_and_screens_stay_readable(
    own_postgres: Server, running: tuple[str, "subprocess.Popen[str]"]
) -> None:
    url, _ = running
    alice = signed_in(url)
    assert alice.get(f"{url}/_vigie/seq", timeout=10).json()["store"] == "ok"
    own_postgres.stop()
    beat = until(lambda: alice.get(f"{url}/_vigie/seq", timeout=10).json(), lambda b: b["store"] == "unavailable")
    assert beat["since"] is not None
    assert alice.get(f"{url}/", headers=NAVIGATION, timeout=10).status_code == 200
    ready = until(lambda: requests.get(f"{url}/readyz", timeout=10), lambda answer: answer.status_code == 503)
    assert ready.json() == {"ready": False, "sources": {"postgresql": "unavailable"}}
    page = until(lambda: requests.get(f"{url}/login", timeout=10), lambda answer: answer.status_code == 503)
    assert "Sign-in works again by itself" in page.text
    own_postgres.start()
    until(lambda: alice.get(f"{url}/_vigie/seq", timeout=10).json(), lambda b: b["store"] == "ok")
    signed_in(url)


def test_a_postgresql_that_hangs_is_said_too(
    own_postgres: Server, running: tuple[str, "subprocess.Popen[str]"]
) -> None:
    url, _ = running
    alice = signed_in(url)
    assert own_postgres.process is not None
    assert alice.get(f"{url}/_vigie/seq", timeout=10).json()["store"] == "ok"
    frozen = family(own_postgres.process.pid)
    send(signal.SIGSTOP, frozen)
    try:
        until(lambda: alice.get(f"{url}/_vigie/seq", timeout=10).json(), lambda b: b["store"] == "unavailable")
        assert requests.get(f"{url}/healthz", timeout=10).status_code == 200
        until(lambda: requests.get(f"{url}/login", timeout=10), lambda answer: answer.status_code == 503)
    finally:
        send(signal.SIGCONT, frozen)
    until(lambda: alice.get(f"{url}/_vigie/seq", timeout=10).json(), lambda b: b["store"] == "ok")


def test_it_stops_on_sigterm_and_has_written_nothing_but_json(
    running: tuple[str, "subprocess.Popen[str]"],
) -> None:
    url, process = running
    signed_in(url)
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=WAIT_S)
    lines = [json.loads(line) for line in output.splitlines()]
    assert (process.returncode, errors) == (0, "")
    assert "authn_login_success success" in [line["message"] for line in lines]


def test_the_first_page_loads_whole_however_many_ask_at_once(
    running: tuple[str, "subprocess.Popen[str]"],
) -> None:
    url, _ = running
    alice = signed_in(url)
    page = alice.get(f"{url}/", headers=NAVIGATION, timeout=10).text
    files = re.findall(r'(?:src|href)="(/(?:_dash|assets)[^"]+)"', page)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda file: requests.get(url + file, cookies=alice.cookies, timeout=WAIT_S), files))
    assert len(files) > 5
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"VIGIE_CONSOLE_DATABASE_URL": ""}, "VIGIE_CONSOLE_DATABASE_URL"),
        ({"VIGIE_CONSOLE_PORT": "eighty"}, "VIGIE_CONSOLE_PORT is not usable"),
        ({"VIGIE_TRUSTED_PROXIES": "10.0.0.0/99"}, "VIGIE_TRUSTED_PROXIES is not usable"),
        ({"VIGIE_RULES_DIR": "/nonexistent"}, "/nonexistent"),
    ],
)
def test_a_wrong_setting_is_one_sentence(change: dict[str, str], sentence: str) -> None:
    names = {"VIGIE_CONSOLE_DATABASE_URL": "postgresql://a:b@127.0.0.1:1/c", "VIGIE_CONSOLE_PORT": str(free_port())}
    done = subprocess.run(
        [sys.executable, "-m", "dashboard"], env={**os.environ, **names, **change}, capture_output=True, text=True,
        timeout=WAIT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_taken_port_is_named_with_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = started("postgresql://a:b@127.0.0.1:1/c", port, Path("/nonexistent"))
        _, errors = process.communicate(timeout=WAIT_S)
    assert process.returncode == 2
    assert f"port {port}" in errors
    assert "VIGIE_CONSOLE_PORT" in errors
