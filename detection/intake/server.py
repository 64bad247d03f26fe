"""gunicorn for the intake: one process, threads, and no request that may last."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker

from detection.intake.application import Intake
from detection.intake.settings import IntakeSettings
from detection.intake.storing import IntakeKeeper
from detection.intake.tokens import Tokens
from detection.intake.writer import Writer
from vigie.errors import ConfigurationError
from vigie.log import gunicorn_logging

_LONGEST_READ_S = 5.0
_LOOK_S = 0.5
_PARTING_S = 0.5

_request = threading.local()


class _Deadlines:
    """Ends the reading of requests that are not there whole in time, so that slow senders do not hold the threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reading: dict[socket.socket, float] = {}
        threading.Thread(target=self._run, name="deadlines", daemon=True).start()

    @contextmanager
    def watching(self, connection: socket.socket) -> Iterator[None]:
        with self._lock:
            self._reading[connection] = time.monotonic() + _LONGEST_READ_S
        try:
            yield
        finally:
            with self._lock:
                self._reading.pop(connection, None)

    def _run(self) -> None:
        while True:
            time.sleep(_LOOK_S)
            now = time.monotonic()
            with self._lock:
                for connection in [late for late, until in self._reading.items() if until < now]:
                    del self._reading[connection]
                    _end_reading(connection)


def _end_reading(connection: socket.socket) -> None:
    """The answer can still be written."""
    try:
        connection.shutdown(socket.SHUT_RD)
    except OSError:
        return  # the sender was faster


def _part(connection: socket.socket) -> None:
    """Lets the sender read the last answer and end the connection; gunicorn would wait for that in its only loop."""
    try:
        connection.shutdown(socket.SHUT_WR)
        until = time.monotonic() + _PARTING_S
        while (left_s := until - time.monotonic()) > 0:
            connection.settimeout(left_s)
            if not connection.recv(65536):
                break
        connection.shutdown(socket.SHUT_RD)
    except TimeoutError:
        _end_reading(connection)
    except OSError:
        return  # the sender was faster


class _Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    def init_process(self) -> None:
        self._deadlines = _Deadlines()
        super().init_process()

    def enqueue_req(self, conn: Any) -> None:
        conn.came_at = time.monotonic()
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        _request.waited_s = time.monotonic() - conn.came_at
        with self._deadlines.watching(conn.sock):
            result = super().handle(conn)
        if result is False:
            _part(conn.sock)
        return result


def _waited_s() -> float:
    """How long the request of this thread waited for the thread."""
    return float(getattr(_request, "waited_s", 0.0))


class Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn with our configuration, on `listener`."""

    def __init__(self, settings: IntakeSettings, listener: socket.socket) -> None:
        self._settings = settings
        self._listener = listener
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": f"fd://{self._listener.fileno()}",
            "worker_class": _Worker,
            "workers": 1,
            "threads": self._settings.intake_threads,
            "timeout": 30,
            "graceful_timeout": 5,
            "keepalive": 30,
            "control_socket_disable": True,
            "limit_request_line": 4094,
            "limit_request_fields": 60,
            "proc_name": "vigie-intake",
            "accesslog": None,
            "logconfig_dict": gunicorn_logging(self._settings.log_level),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Intake:
        """In the worker: threads and connections do not survive a fork."""
        settings = self._settings
        keeper = IntakeKeeper(settings.worker_database_url, timedelta(days=settings.retention_days))
        writer = Writer(keeper, settings.room)
        writer.start()
        return Intake(writer, Tokens(settings.tokens), _waited_s)


def listen(host: str, port: int) -> socket.socket:
    """Taken before gunicorn starts, so that a taken port is one sentence. Raises ConfigurationError."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigurationError(
            f"The intake cannot listen on {host} port {port}: {(error.strerror or str(error)).lower()}.",
            "Set VIGIE_INTAKE_PORT to a free port.",
        ) from error
    listener.listen(512)
    return listener
