"""A source that misbehaves, on real sockets. One function per fault: it gets the connection after the request."""

import contextlib
import gzip
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Fault = Callable[[socket.socket, threading.Event], None]


def answer(body: bytes, status: str = "200 OK", *headers: str) -> Fault:
    """A whole answer; the connection stays open for the next request."""

    def send(conn: socket.socket, over: threading.Event) -> None:
        lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]
        conn.sendall("\r\n".join(lines).encode() + body)

    return send


def raw(data: bytes) -> Fault:
    """Some bytes, then the end of the connection."""

    def send(conn: socket.socket, over: threading.Event) -> None:
        conn.sendall(data)
        conn.shutdown(socket.SHUT_RDWR)

    return send


def reset_after(data: bytes) -> Fault:
    """Some bytes, then a TCP reset."""

    def send(conn: socket.socket, over: threading.Event) -> None:
        conn.sendall(data)
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        conn.close()

    return send


def hang(conn: socket.socket, over: threading.Event) -> None:
    """No answer at all."""
    over.wait()


def drip(first: bytes, again: bytes, every_s: float = 0.02) -> Fault:
    """The beginning, then a little for ever: each single read succeeds."""

    def send(conn: socket.socket, over: threading.Event) -> None:
        conn.sendall(first)
        while not over.wait(every_s):
            conn.sendall(again)

    return send


def endless(first: bytes, again: bytes) -> Fault:
    """The beginning, then as much as the other side takes."""

    def send(conn: socket.socket, over: threading.Event) -> None:
        conn.sendall(first)
        while not over.is_set():
            conn.sendall(again)

    return send


def bomb() -> bytes:
    """200 MB of spaces in 200 kB."""
    return gzip.compress(b" " * 200_000_000, 6)


class FaultServer:
    """Listens on loopback. Requests meet the faults in turn; the last one stays. Counts what it met."""

    def __init__(self, *faults: Fault) -> None:
        self._faults = faults
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self.requests: list[str] = []
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                conn, _ = self._listener.accept()
                self.connections += 1
                thread = threading.Thread(target=self._serve, args=(conn,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, conn: socket.socket) -> None:
        with conn, contextlib.suppress(OSError):
            conn.settimeout(10)
            while head := read_request(conn):
                self.requests.append(head)
                fault = self._faults[min(len(self.requests), len(self._faults)) - 1]
                fault(conn, self._over)

    def stop(self) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()


def read_request(conn: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = conn.recv(65_536)
        if not chunk:
            return ""
        data += chunk
    return data.decode("latin-1")


@contextmanager
def faulty(*faults: Fault) -> Iterator[FaultServer]:
    server = FaultServer(*faults)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
