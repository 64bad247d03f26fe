"""PostgreSQL with a fault proxy before it: bytes go both ways as the mode lets them."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.faults.modes import AT_THE_PORT, LATE_S, Mode
from tests.faults.port import Gate, Port, reset

NETWORK_FAULTS = (
    Mode.DOWN, Mode.CONNECT_TIMEOUT, Mode.RESET, Mode.RESET_MID_ANSWER, Mode.DRIP, Mode.CUT, Mode.LATENCY,
    Mode.FLAPPING,
)  # fmt: skip
_FLAP_S = 1.0
_DRIP_S = 0.5


class TcpProxy:
    """Before whatever `reach` connects to."""

    def __init__(self, reach: Callable[[], socket.socket]) -> None:
        self._reach = reach
        self._over = threading.Event()
        self._mode = Mode.WELL
        self._port = Port(self._serve)

    @property
    def number(self) -> int:
        """The port."""
        return self._port.number

    @property
    def mode(self) -> Mode:
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        """From now on, also for what is on its way; connections of a server that is down end at once."""
        self._mode = mode
        closed = Gate.CLOSED if mode is Mode.DOWN else Gate.MUTE
        self._port.set(closed if mode in AT_THE_PORT else Gate.OPEN)
        if mode is Mode.DOWN:
            self._port.hang_up()

    def stop(self) -> None:
        self._over.set()
        self._port.stop()

    def _serve(self, conn: socket.socket) -> None:
        if self._now() is Mode.RESET:
            reset(conn)
            return
        with self._reach() as server:
            back = threading.Thread(target=self._answers, args=(server, conn), daemon=True)
            back.start()
            with contextlib.suppress(OSError):
                while asked := conn.recv(65_536):
                    if self._now() is Mode.RESET:
                        reset(conn)
                    if self._passes(conn):
                        server.sendall(asked)
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            back.join()

    def _answers(self, server: socket.socket, conn: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while told := server.recv(65_536):
                self._answer(told, conn)
        with contextlib.suppress(OSError):
            conn.shutdown(socket.SHUT_RDWR)

    def _answer(self, told: bytes, conn: socket.socket) -> None:
        mode = self._now()
        if mode is Mode.DRIP:
            for place in range(len(told)):
                conn.sendall(told[place : place + 1])
                if self._now() is Mode.DRIP and self._over.wait(_DRIP_S):
                    return
        elif mode in (Mode.RESET_MID_ANSWER, Mode.CUT):
            conn.sendall(told[: len(told) // 2])
            reset(conn) if mode is Mode.RESET_MID_ANSWER else conn.shutdown(socket.SHUT_RDWR)
        elif self._passes(conn):
            conn.sendall(told)

    def _passes(self, conn: socket.socket) -> bool:
        """Waits as long as the mode makes a packet late. A port that answers nobody drops what old connections send."""
        until = time.monotonic() + LATE_S
        while self._now() in (Mode.LATENCY, Mode.CONNECT_TIMEOUT) and time.monotonic() < until:
            if self._over.wait(0.05):
                return False
        return True

    def _now(self) -> Mode:
        if self._mode is not Mode.FLAPPING:
            return self._mode
        return Mode.RESET if int(time.monotonic() / _FLAP_S) % 2 else Mode.WELL


@contextmanager
def before_socket(path: str) -> Iterator[TcpProxy]:
    """A proxy before the server on this Unix socket, well at first."""

    def reach() -> socket.socket:
        made = socket.socket(socket.AF_UNIX)
        made.connect(path)
        return made

    proxy = TcpProxy(reach)
    try:
        yield proxy
    finally:
        proxy.stop()
