"""The part of Loki that paging rests on, over real HTTP: start inside, end outside, limits, ties in their order."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

Entry = tuple[int, str, str]  # Unix nanoseconds, stream, line


def select(entries: list[Entry], start: int, end: int, limit: int, direction: str) -> list[Entry]:
    """What Loki picks: from one end of the range, at most `limit` lines."""
    inside = sorted((entry for entry in list(entries) if start <= entry[0] < end), key=lambda entry: entry[0])
    return inside[::-1][:limit] if direction == "backward" else inside[:limit]


class SmallLoki(ThreadingHTTPServer):
    """Holds `entries`; lines may be added while it runs.

    `not_ready`: its words, while it starts. `refusal`: status and words for every question. `most`: lines it gives.
    `longest`: nanoseconds it answers for in one question.
    """

    daemon_threads = True

    def __init__(self, entries: list[Entry]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.entries = entries
        self.not_ready: str | None = None
        self.refusal: tuple[int, str] | None = None
        self.most = 5000
        self.longest = 721 * 3600 * 10**9

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SmallLoki

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/ready":
            self._answer(503 if self.server.not_ready else 200, f"{self.server.not_ready or 'ready'}\n")
        elif self.server.refusal is not None:
            self._answer(*self.server.refusal)
        else:
            self._lines(dict(parse_qsl(parts.query)))

    def _lines(self, asked: dict[str, str]) -> None:
        limit, start, end = int(asked["limit"]), int(asked["start"]), int(asked["end"])
        if end - start > self.server.longest:
            self._answer(400, "the query time range exceeds the limit (query length: 744h0m0s, limit: 30d1h)\n")
            return
        if limit > self.server.most:
            words = "max entries limit per query exceeded, limit > max_entries_limit_per_query"
            self._answer(400, f"{words} ({limit} > {self.server.most})\n")
            return
        found = select(self.server.entries, start, end, limit, asked["direction"])
        streams: dict[str, list[list[str]]] = {}
        for at, stream, line in found:
            streams.setdefault(stream, []).append([str(at), line])
        result = [{"stream": {"app": stream}, "values": values} for stream, values in streams.items()]
        self._answer(200, json.dumps({"status": "success", "data": {"resultType": "streams", "result": result}}))

    def _answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
