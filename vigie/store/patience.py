"""A deadline on our side of every database call, and a gate so that a server that hangs costs one wait, not many.

`statement_timeout` is kept by the server: one that hangs does not keep it. psycopg2 offers one place to wait
ourselves, for the whole process (it excludes COPY, so this is for the console, not for the worker).
"""

import select
import threading
import time
from typing import Any

import psycopg2
from psycopg2 import extensions
from sqlalchemy import Engine, event

_PAUSE_S = 1.0  # after a failure nobody tries to connect for this long, then one does for all


def limit_waiting(engine: Engine, deadline_s: float) -> None:
    """No call of this process waits longer than `deadline_s` for PostgreSQL; then it is "does not answer".

    Call once, at the start of a process that runs no COPY.
    """
    gate = _Gate()

    def wait(connection: "extensions.connection") -> None:
        until = time.monotonic() + deadline_s
        while (state := connection.poll()) != extensions.POLL_OK:
            if not _is_ready(connection.fileno(), state, until - time.monotonic()):
                gate.closed()
                raise psycopg2.OperationalError(f"no answer within {deadline_s} s")

    extensions.set_wait_callback(wait)
    event.listen(engine, "do_connect", gate.connect)


def _is_ready(descriptor: int, state: int, left_s: float) -> bool:
    if left_s <= 0:
        return False
    poller = select.poll()
    poller.register(descriptor, select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
    return bool(poller.poll(left_s * 1000))


class _Gate:
    """Open while connecting works. Closed, it lets one thread a second try."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next_try: float | None = None

    def connect(self, _dialect: object, _record: object, arguments: Any, options: Any) -> Any:
        """SQLAlchemy's `do_connect`: makes the connection, or fails at once while others found the server mute."""
        with self._lock:
            now = time.monotonic()
            if self._next_try is not None and now < self._next_try:
                raise psycopg2.OperationalError("no answer a moment ago")
            if self._next_try is not None:
                self._next_try = now + 60  # this thread tries; its result decides
        try:
            connection = psycopg2.connect(*arguments, **options)
        except psycopg2.Error:
            self.closed()
            raise
        self._next_try = None
        return connection

    def closed(self) -> None:
        self._next_try = time.monotonic() + _PAUSE_S
