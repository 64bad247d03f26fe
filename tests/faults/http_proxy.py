"""An HTTP source with a fault proxy before it: requests reach the real one, answers come as the mode lets them."""

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.faults.modes import AT_THE_PORT, LATE_S, Mode, fault_of
from tests.faults.port import Gate, Port
from tests.vigie.clients.faults import answer, read_request, reset_after

_FLAPS = 4
"""Requests of each half of flapping: more than a client tries for one question."""


class HttpProxy:
    """Before the HTTP server at `upstream`. `asked`: the request lines it got."""

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self._host, self._upstream_port = parts.hostname or "", parts.port
        self._over = threading.Event()
        self._mode = Mode.WELL
        self.asked: list[str] = []
        self._port = Port(self._serve)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port.number}"

    @property
    def mode(self) -> Mode:
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        """From now on, also on connections that are there: a source that is down has none."""
        self._mode = mode
        closed = Gate.CLOSED if mode is Mode.DOWN else Gate.MUTE
        self._port.set(closed if mode in AT_THE_PORT else Gate.OPEN)
        if mode in AT_THE_PORT:
            self._port.hang_up()

    def stop(self) -> None:
        self._over.set()
        self._port.stop()

    def _serve(self, conn: socket.socket) -> None:
        conn.settimeout(60)
        while head := read_request(conn):
            self.asked.append(head.split("\r\n", 1)[0])
            self._meet(conn, head)

    def _meet(self, conn: socket.socket, head: str) -> None:
        mode = self._mode
        if mode is Mode.FLAPPING:
            mode = Mode.WELL if len(self.asked) // _FLAPS % 2 else Mode.RESET
        if mode is Mode.LATENCY and self._over.wait(LATE_S):
            return
        if mode is Mode.RESET:
            reset_after(b"")(conn, self._over)
            return
        status, body = self._truth(head)
        is_true = mode in (Mode.WELL, Mode.LATENCY) or not body.startswith(b"{")
        (answer(body, status) if is_true else fault_of(mode, body))(conn, self._over)

    def _truth(self, head: str) -> tuple[str, bytes]:
        """What the real one says to the same request."""
        method, target, _ = head.split("\r\n", 1)[0].split(" ", 2)
        named = [line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line]
        headers = {
            name: value for name, value in named if name.lower() not in ("host", "accept-encoding", "connection")
        }
        with contextlib.closing(http.client.HTTPConnection(self._host, self._upstream_port, timeout=30)) as real:
            real.request(method, target, headers=headers)
            told = real.getresponse()
            return f"{told.status} {told.reason}", told.read()


@contextmanager
def before(upstream: str) -> Iterator[HttpProxy]:
    """A proxy before this server, well at first."""
    proxy = HttpProxy(upstream)
    try:
        yield proxy
    finally:
        proxy.stop()
