"""A server on loopback that gives recorded answers to recorded requests, and remembers every other request."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

RECORDINGS = Path(__file__).parents[2] / "recordings"
_LOKI_DEFAULTS = {"direction": "backward", "limit": "100"}  # of query_range, as Loki documents them
_FLAGS = "X-Loki-Response-Encoding-Flags"


def exchanges(product: str, file: str) -> list[dict[str, Any]]:
    """Recorded pairs of one file that ended in an answer."""
    recorded = json.loads((RECORDINGS / product / f"{file}.json").read_text(encoding="utf-8"))["exchanges"]
    return [each for each in recorded if "status" in each["response"]]


def exchange(product: str, file: str, name: str) -> dict[str, Any]:
    """One recorded pair by its name, the last of that name."""
    return [each for each in exchanges(product, file) if each["name"] == name][-1]


Key = tuple[str, str, frozenset[tuple[str, str]], str]


def _key(method: str, target: str, params: dict[str, str], tenant: str | None) -> Key:
    parts = urlsplit(target)
    given = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **params}
    if parts.path.startswith("/loki/api/v1/query_range"):
        given = {**_LOKI_DEFAULTS, **given}
    return method, parts.path, frozenset(given.items()), tenant or ""


class Replay(ThreadingHTTPServer):
    """Knows the given pairs only. `unknown`: requests it could not answer; a test must end with none."""

    daemon_threads = True

    def __init__(self, recorded: list[dict[str, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.unknown: list[str] = []
        self.answers: dict[Key, list[dict[str, Any]]] = {}
        for each in recorded:
            request = each["request"]
            tenant = (request.get("headers") or {}).get("X-Scope-OrgID")
            key = _key(request["method"], request["path"], request.get("params") or {}, tenant)
            self.answers.setdefault(key, []).append(each)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer_to(self, key: Key, flags: str | None) -> dict[str, Any] | None:
        """The pair with this key; where there are several, the one that was recorded with the same flags."""
        found = self.answers.get(key, [])
        same = [each for each in found if (each["request"].get("headers") or {}).get(_FLAGS) == flags]
        return next(iter(same or found), None)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Replay

    def do_GET(self) -> None:
        key = _key("GET", self.path, {}, self.headers.get("X-Scope-OrgID"))
        found = self.server.answer_to(key, self.headers.get(_FLAGS))
        if found is None:
            self.server.unknown.append(f"GET {self.path}")
            self._send(500, {}, b"this request was never recorded")
            return
        response = found["response"]
        body = response.get("body_text")
        raw = body.encode() if body is not None else json.dumps(response.get("body_json")).encode()
        self._send(response["status"], response.get("headers") or {}, raw)

    def _send(self, status: int, headers: dict[str, str], raw: bytes) -> None:
        self.send_response(status)
        if headers.get("Content-Encoding") == "gzip":
            raw = gzip.compress(raw)
        for name, value in headers.items():
            if name not in ("Content-Length", "Transfer-Encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[None]:
    """Runs a server in a thread."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def replayed(product: str, *files: str) -> Iterator[Replay]:
    """A replay of some files. Fails the test that sent a request which was never recorded."""
    server = Replay([each for file in files for each in exchanges(product, file)])
    with serving(server):
        yield server
    assert server.unknown == []
