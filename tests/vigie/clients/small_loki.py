"""The part of Loki that paging rests on, over real HTTP: start inside, end outside, limits, ties in their order."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

Entry = tuple[int, str, str]  # Unix nanoseconds, stream, line


def select(entries: list[Entry], start: int, end: int, limit: int, direction: str) -> list[Entry]:
    """What Loki picks: from one end of the range, at most `limit` lines."""
    inside = sorted((entry for entry in entries if start <= entry[0] < end), key=lambda entry: entry[0])
    return inside[::-1][:limit] if direction == "backward" else inside[:limit]


class SmallLoki(ThreadingHTTPServer):
    """Holds `entries`; lines may be added while it runs."""

    daemon_threads = True

    def __init__(self, entries: list[Entry]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.entries = entries

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SmallLoki

    def do_GET(self) -> None:
        asked = dict(parse_qsl(urlsplit(self.path).query))
        found = select(
            self.server.entries, int(asked["start"]), int(asked["end"]), int(asked["limit"]), asked["direction"]
        )
        streams: dict[str, list[list[str]]] = {}
        for at, stream, line in found:
            streams.setdefault(stream, []).append([str(at), line])
        result = [{"stream": {"app": stream}, "values": values} for stream, values in streams.items()]
        body = json.dumps({"status": "success", "data": {"resultType": "streams", "result": result}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
