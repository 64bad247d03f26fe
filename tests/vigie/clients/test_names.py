"""Names and addresses: nothing of it may hold a question beyond its time."""

import socket
import threading
from typing import Any

import pytest

from tests.vigie.clients.faults import answer, faulty
from vigie.clients.errors import Unreachable
from vigie.clients.http import HttpClient
from vigie.clients.names import look_up
from vigie.clients.source import Source

NOWHERE = ("127.0.0.1", 1)  # nothing listens there


def resolving(monkeypatch: pytest.MonkeyPatch, *places: tuple[str, int]) -> None:
    """Every name stands for these places; no question leaves for a name server."""

    def found(*args: object, **kwargs: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in places]

    monkeypatch.setattr(socket, "getaddrinfo", found)


def test_a_name_server_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: over.wait() and [])
    with (
        HttpClient(Source("Loki", "http://loki.example", deadline_s=0.3)) as http,
        pytest.raises(Unreachable, match="did not take the connection in time"),
    ):
        http.get("/ready")
    over.set()


def test_an_unknown_host_is_said_to_be_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with (
        HttpClient(Source("Loki", "http://loki.example")) as http,
        pytest.raises(Unreachable, match="name is not known"),
    ):
        http.get("/ready")


def test_a_name_that_no_host_can_have_is_unknown() -> None:
    with pytest.raises(socket.gaierror):
        look_up("a" * 70 + ".example", 80, 5)


def test_the_next_address_is_tried_where_the_first_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty(answer(b"ready")) as server:
        resolving(monkeypatch, NOWHERE, ("127.0.0.1", int(server.url.rpartition(":")[2])))
        with HttpClient(Source("Loki", "http://loki.example")) as http:
            assert http.get("/ready").body == b"ready"


def test_a_host_that_never_takes_the_connection_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        with (
            HttpClient(Source("Loki", f"http://127.0.0.1:{full.getsockname()[1]}", deadline_s=0.3)) as http,
            pytest.raises(Unreachable, match="did not take the connection in time"),
        ):
            http.get("/ready")
        for each in waiting:
            each.close()
