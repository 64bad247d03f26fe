"""One TCP port of loopback that is open, closed or mute, again and again, and never changes its number."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from enum import Enum


class Gate(Enum):
    """How the port meets a new connection."""

    OPEN = "taken"
    CLOSED = "refused"
    MUTE = "never answered: the connect itself times out"


class Port:
    """Hands each connection to `serve`, in a thread of its own. `hang_up` ends all that are there with a reset."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._serve = serve
        self._holder = _bound(0)  # keeps the number while nobody listens
        self.number = int(self._holder.getsockname()[1])
        self._listener: socket.socket | None = None
        self._gate = Gate.CLOSED
        self._fillers: list[socket.socket] = []
        self._lock = threading.Lock()
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self.set(Gate.OPEN)

    def set(self, gate: Gate) -> None:
        """From now on. Connections that are there stay, and those that knock where nothing changes."""
        if gate is self._gate:
            return
        self._gate = gate
        self._unlisten()
        if gate is Gate.CLOSED:
            return
        self._listener = _bound(self.number)
        if gate is Gate.OPEN:
            self._listener.listen(256)
            self._start(self._accept, self._listener)
            return
        self._listener.listen(0)  # and nobody accepts: once its queue is full, Linux drops what knocks
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.number))
            self._fillers.append(filler)

    def hang_up(self) -> None:
        """Resets every connection that is there."""
        with self._lock:
            held = list(self._connections)
        for each in held:
            reset(each)

    def stop(self) -> None:
        self._unlisten()
        self.hang_up()
        self._holder.close()
        for thread in self._threads:
            thread.join()

    def _unlisten(self) -> None:
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                conn, _ = listener.accept()
                with self._lock:
                    self._connections.add(conn)
                self._start(self._one, conn)

    def _one(self, conn: socket.socket) -> None:
        try:
            with conn, contextlib.suppress(OSError):
                self._serve(conn)
        finally:
            with self._lock:
                self._connections.discard(conn)

    def _start(self, run: Callable[[socket.socket], None], given: socket.socket) -> None:
        thread = threading.Thread(target=run, args=(given,), daemon=True)
        self._threads = [*(each for each in self._threads if each.is_alive()), thread]
        thread.start()


def reset(conn: socket.socket) -> None:
    """Ends a connection with a TCP reset, whoever reads from it at that moment."""
    with contextlib.suppress(OSError):
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        conn.shutdown(socket.SHUT_RD)  # wakes the thread that serves it, whose `with` then closes: that resets
    with contextlib.suppress(OSError):
        conn.close()


def _bound(number: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", number))
    return made
