"""The web side: `/metrics` for Prometheus, `/healthz` for whoever starts us, nothing else.

One process of a few threads. Each connection has a deadline, and there are never more of them than `_MOST_AT_ONCE`: who
sends slowly or comes in crowds is cut off, not waited for.
"""

import contextlib
import logging
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import StartResponse, WSGIEnvironment

from prometheus_client import CollectorRegistry, make_wsgi_app

from vigie.errors import ConfigurationError

_DEADLINE_S = 10  # of a connection: Prometheus' own scrape timeout is 10 s
_MOST_AT_ONCE = 16
_log = logging.getLogger(__name__)
Application = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]


def application(registry: CollectorRegistry) -> Application:
    """The WSGI application. Content-Type follows what the scraper accepts, as Prometheus 3 demands."""
    metrics: Application = make_wsgi_app(registry)

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path, method = environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD", "")
        if method not in ("GET", "HEAD"):
            return _text(start_response, "405 Method Not Allowed", "Only GET is answered.\n")
        if path == "/metrics":
            return metrics(environ, start_response)
        if path == "/healthz":
            return _text(start_response, "200 OK", "ok\n")
        return _text(start_response, "404 Not Found", "The metrics are at /metrics.\n")

    return answer


def _text(start_response: StartResponse, status: str, words: str) -> Iterable[bytes]:
    body = words.encode()
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """A scrape every few seconds is not worth a line."""


class Server(ThreadingMixIn, WSGIServer):
    """Serves until `shutdown`. Raises ConfigurationError when the port is taken."""

    daemon_threads = True

    def __init__(self, host: str, port: int, answers: Application) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._free = threading.BoundedSemaphore(_MOST_AT_ONCE)
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            raise ConfigurationError(
                f"The exporter cannot listen on {host} port {port}: {(error.strerror or str(error)).lower()}.",
                "Set VIGIE_EXPORTER_PORT to a free port.",
            ) from error
        self.set_app(answers)

    def server_bind(self) -> None:
        """Without the base class's question to a name server, which may take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        end = threading.Timer(_DEADLINE_S, _hang_up, [request])
        end.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            end.cancel()
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A scraper that hung up, or was hung up on, is no error of ours; anything else is."""
        error = sys.exception()
        if not isinstance(error, OSError):
            _log.error("a scrape failed", exc_info=error)


def _hang_up(request: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it has ended by itself meanwhile
        request.shutdown(socket.SHUT_RDWR)
