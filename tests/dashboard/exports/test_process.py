"""Long exports of the console as it really runs: PostgreSQL that dies, readers that leave, memory."""

import contextlib
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import Engine, text

from cli.embedded.server import Server
from dashboard.access.csrf import HEADER
from tests.dashboard.exports.bulk import many_logins
from tests.dashboard.test_process import family, own_postgres, running, send, signed_in, until
from vigie.store.engine import make_engine, parse_url, transaction

__all__ = ["own_postgres", "running"]
Running = tuple[str, "subprocess.Popen[str]"]
MANY = 100_000


@pytest.fixture
def owner(own_postgres: Server, running: Running) -> Engine:
    """Of the one database of the console that runs."""
    connection = own_postgres.connect()
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test_%'")
        [(database,)] = cursor.fetchall()
    connection.close()
    url = parse_url(own_postgres.url("vigie_owner", "owner", database), "TEST")
    return make_engine(url, application="test", statement_timeout_s=60)


def begin(alice: requests.Session, url: str, name: str = "newest-logins") -> requests.Response:
    """An export whose rows are still coming."""
    token = {HEADER: alice.cookies["_csrf_token"]}
    body = {"format": "jsonl", "view": {"range": "12h"}}
    answer = alice.post(f"{url}/export/{name}", json=body, headers=token, stream=True, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer


def ends(owner: Engine) -> list[Any]:
    with transaction(owner) as connection:
        rows = connection.execute(
            text("SELECT detail FROM audit WHERE action = 'data_export' AND detail->>'stage' = 'ended' ORDER BY id")
        )
        return [(row.detail["end"], row.detail["rows"]) for row in rows]


def most_memory(process: "subprocess.Popen[str]") -> int:
    """Bytes that the console's worker has ever held."""
    worker = family(process.pid)[-1]
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{worker}/status").read_text(encoding="utf-8"))
    assert found
    return int(found[1]) * 1024


def read(answer: requests.Response, each: Callable[[int], None] = lambda _: None) -> bytes:
    """All that comes, until it ends or breaks; the last 64 KB. `each` is told how many bytes have come."""
    tail, size = b"", 0
    with contextlib.suppress(requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        for chunk in answer.iter_content(65536):
            tail, size = (tail + chunk)[-65536:], size + len(chunk)
            each(size)
    each(size)
    return tail


def test_the_console_holds_a_part_of_a_long_export_only(owner: Engine, running: Running) -> None:
    url, process = running
    many_logins(owner, MANY)
    alice, sizes = signed_in(url), [0]
    read(begin(alice, url, "logins-per-day"))
    before = most_memory(process)
    tail = read(begin(alice, url), sizes.append)
    assert b'"end": "complete", "rows": 100000' in tail.splitlines()[-1]
    assert most_memory(process) - before < sizes[-1] / 2


def test_a_postgresql_that_is_killed_in_the_middle_leaves_a_file_that_says_so(
    own_postgres: Server, owner: Engine, running: Running
) -> None:
    url, _ = running
    many_logins(owner, MANY)
    alice = signed_in(url)
    answer, server = begin(alice, url), own_postgres.process
    assert server is not None
    killed: list[int] = []

    def kill(size: int) -> None:
        if not killed:
            killed.append(size)
            send(signal.SIGKILL, family(server.pid))
            server.wait()

    tail = read(answer, kill)
    assert b'"end": "broken off"' in tail.splitlines()[-1]
    own_postgres.stop()
    own_postgres.start()
    owner.dispose()
    until(lambda: alice.get(f"{url}/readyz", timeout=10), lambda ready: ready.status_code == 200)
    read(begin(alice, url, "logins-per-day"))
    until(lambda: ends(owner), lambda found: {end for end, _ in found} == {"broken off", "complete"})


def test_a_reader_who_leaves_stops_the_work_and_frees_the_place(owner: Engine, running: Running) -> None:
    url, _ = running
    many_logins(owner, MANY)
    alice = signed_in(url)
    for number in range(1, 4):  # more than there are places
        answer = begin(alice, url)
        next(answer.iter_content(1000))
        answer.close()
        until(lambda: ends(owner), lambda found, number=number: len(found) == number)
    assert {end for end, _ in ends(owner)} == {"broken off"}
    assert all(rows < MANY for _, rows in ends(owner))
