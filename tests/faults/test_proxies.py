"""The proxies themselves: each mode does to a plain client what its name says."""

import contextlib
import socket
from collections.abc import Iterator

import pytest
import requests
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from urllib3.exceptions import HTTPError

from tests.conftest import PASSWORDS, Store
from tests.faults import http_proxy, tcp_proxy
from tests.faults.http_proxy import HttpProxy
from tests.faults.modes import FAULTS, Mode
from tests.faults.scene import socket_of
from tests.vigie.clients.faults import answer, faulty
from vigie.store.roles import Role

TRUTH = b'{"status": "success", "data": {"resultType": "scalar", "result": [1793750400, "2"]}}'
ANSWERED = {Mode.LOGIN_PAGE: 200, Mode.EMPTY_OBJECT: 200, Mode.ERROR_JSON: 422, Mode.BUSY: 503, Mode.TOO_MANY: 429,
            Mode.UNAUTHORISED: 401}  # fmt: skip


@pytest.fixture
def proxy() -> Iterator[HttpProxy]:
    with faulty(answer(TRUTH)) as real, http_proxy.before(real.url) as made:
        yield made


def asked(proxy: HttpProxy) -> requests.Response:
    return requests.get(f"{proxy.url}/x", timeout=0.3, stream=True)


def test_a_proxy_that_is_well_tells_the_truth(proxy: HttpProxy) -> None:
    assert asked(proxy).content == TRUTH


@pytest.mark.parametrize("mode", [mode for mode in FAULTS if mode is not Mode.FLAPPING], ids=lambda mode: mode.value)
def test_no_fault_lets_the_truth_through_and_after_each_it_is_back(proxy: HttpProxy, mode: Mode) -> None:
    proxy.mode = mode
    told = b""
    with contextlib.suppress(requests.RequestException, HTTPError):
        response = asked(proxy)
        told = response.raw.read(len(TRUTH), decode_content=False)
        assert response.status_code == ANSWERED.get(mode, 200)
    assert told != TRUTH
    proxy.mode = Mode.WELL
    assert asked(proxy).content == TRUTH


def test_flapping_fails_and_works_in_turn(proxy: HttpProxy) -> None:
    proxy.mode = Mode.FLAPPING
    seen = set()
    for _ in range(12):
        try:
            seen.add(asked(proxy).status_code)
        except requests.ConnectionError:
            seen.add(0)
    assert seen == {0, 200}


@pytest.mark.parametrize("mode", [Mode.DOWN, Mode.CONNECT_TIMEOUT])
def test_a_port_that_is_down_refuses_and_a_mute_one_does_not_answer(proxy: HttpProxy, mode: Mode) -> None:
    proxy.mode = mode
    number = int(proxy.url.rsplit(":", 1)[1])
    expected = ConnectionRefusedError if mode is Mode.DOWN else TimeoutError
    with pytest.raises(expected):
        socket.create_connection(("127.0.0.1", number), timeout=0.3)


@pytest.mark.parametrize("mode", [Mode.DOWN, Mode.RESET, Mode.RESET_MID_ANSWER, Mode.CUT], ids=lambda mode: mode.value)
def test_a_database_behind_a_fault_is_lost_and_comes_back(store: Store, mode: Mode) -> None:
    with tcp_proxy.before_socket(socket_of(store)) as proxy:
        role = Role.CONSOLE
        url = f"postgresql+psycopg2://{role.value}:{PASSWORDS[role]}@127.0.0.1:{proxy.number}/{store.database}"
        engine = create_engine(url, connect_args={"connect_timeout": 2})
        with engine.connect() as connection:
            proxy.mode = mode
            with pytest.raises(OperationalError):
                connection.execute(text("SELECT 1"))
        proxy.mode = Mode.WELL
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
        engine.dispose()


def test_a_late_database_answers_late(store: Store) -> None:
    with (
        tcp_proxy.before_socket(socket_of(store)) as proxy,
        socket.create_connection(("127.0.0.1", proxy.number)) as conn,
    ):
        proxy.mode = Mode.LATENCY
        conn.sendall(bytes([0, 0, 0, 8, 4, 210, 22, 47]))  # asks for TLS, which this server has not
        conn.settimeout(0.3)
        with pytest.raises(TimeoutError):
            conn.recv(1)
        proxy.mode = Mode.WELL
        conn.settimeout(60)
        assert conn.recv(1) == b"N"
