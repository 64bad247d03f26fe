"""A small Loki that reads its queries: labels, line filters, fields of JSON, levels, counts over time, over real HTTP.

It knows only what our queries are made of and refuses the rest, as Loki does. What it answers keeps to the recordings:
structured metadata apart from the stream, ties in the order they came, points at multiples of the step, (from, to].
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_S = 10**9
_TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|(\|=|!=|\|~|!~|=~|=|\{|\}|\(|\)|,|\[\d+s\]|\|)|([A-Za-z_]\w*))')
_COUNT = re.compile(r"sum(?: by \((\w+)\))? ?\(count_over_time\((.*) \[(\d+)s\]\)\)", re.DOTALL)


@dataclass(frozen=True)
class Held:
    """One line. `at`: Unix nanoseconds. `level`: what Loki would detect, kept as structured metadata."""

    at: int
    labels: Mapping[str, str]
    text: str
    level: str = "unknown"
    seen: Mapping[str, str] = field(default_factory=dict)

    def found(self) -> dict[str, str]:
        return {**self.labels, "detected_level": self.level, **self.seen}


class LabelledLoki(ThreadingHTTPServer):
    """Holds `held`. `asked`: the queries it got. `refusal`: status and words for every question."""

    daemon_threads = True

    def __init__(self, held: list[Held]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.held = held
        self.asked: list[str] = []
        self.most = 5000
        self.refusal: tuple[int, str] | None = None
        self.hold: Callable[[str], None] = lambda _query: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class NoQuery(Exception):
    """What Loki would call a parse error."""


def matching(query: str, held: list[Held]) -> list[Held]:
    """The lines that a log query keeps, in their order. Raises NoQuery."""
    tokens, at = tokens_of(query), 1
    if not tokens or tokens[0] != "{":
        raise NoQuery(query)
    kept = held
    while tokens[at] != "}":
        kept = [line for line in kept if _compare(line.labels.get(tokens[at], ""), tokens[at + 1], tokens[at + 2])]
        at += 3 + (tokens[at + 3] == ",")
    at += 1
    while at < len(tokens):
        kept, at = _stage(tokens, at, kept)
    return kept


def _stage(tokens: list[str], at: int, kept: list[Held]) -> tuple[list[Held], int]:
    sign = tokens[at]
    if sign in ("|=", "!=", "|~", "!~"):
        return [line for line in kept if _holds(line.text, sign, _value(tokens[at + 1]))], at + 2
    if sign != "|":
        raise NoQuery(sign)
    if tokens[at + 1] == "json":
        at += 2
        while at < len(tokens) and tokens[at] != "|":
            kept = [_with_field(line, tokens[at], _value(tokens[at + 2])) for line in kept]
            at += 3 + (at + 3 < len(tokens) and tokens[at + 3] == ",")
        return kept, at
    return _where(tokens, at + 1, kept)


def _where(tokens: list[str], at: int, kept: list[Held]) -> tuple[list[Held], int]:
    """Comparisons of labels joined with `and` and `or`, and in parentheses."""
    test, at = _either(tokens, at)
    return [line for line in kept if test(line.found())], at


Test = Callable[[Mapping[str, str]], bool]


def _either(tokens: list[str], at: int) -> tuple[Test, int]:
    tests: list[Test] = []
    while True:
        test, at = _both(tokens, at)
        tests.append(test)
        if at >= len(tokens) or tokens[at] != "or":
            return (lambda found: any(each(found) for each in tests)), at
        at += 1


def _both(tokens: list[str], at: int) -> tuple[Test, int]:
    tests: list[Test] = []
    while True:
        test, at = _one(tokens, at)
        tests.append(test)
        if at >= len(tokens) or tokens[at] not in ("and", ","):
            return (lambda found: all(each(found) for each in tests)), at
        at += 1


def _one(tokens: list[str], at: int) -> tuple[Test, int]:
    if tokens[at] == "(":
        test, at = _either(tokens, at + 1)
        return test, at + 1
    name, sign, value = tokens[at : at + 3]
    return (lambda found: _compare(found.get(name, ""), sign, value)), at + 3


def tokens_of(query: str) -> list[str]:
    """The query in its parts, text between quotes as one. Raises NoQuery."""
    found, at = [], 0
    while query[at:].strip():
        token = _TOKEN.match(query, at)
        if token is None:
            raise NoQuery(query[at:])
        found.append(token[0].strip())
        at = token.end()
    return found


def _value(token: str) -> str:
    if not token.startswith('"'):
        raise NoQuery(token)
    return str(json.loads(re.sub(r"\\x(..)", r"\\u00\1", re.sub(r"\\U(........)", _wide, token))))


def _wide(found: re.Match[str]) -> str:
    return json.dumps(chr(int(found[1], 16)))[1:-1]


def _compare(given: str, sign: str, token: str) -> bool:
    value = _value(token)
    if sign in ("=", "!="):
        return (given == value) is (sign == "=")
    if sign not in ("=~", "!~"):
        raise NoQuery(sign)
    return bool(re.fullmatch(value, given)) is (sign == "=~")


def _holds(text: str, sign: str, value: str) -> bool:
    found = value in text if sign in ("|=", "!=") else bool(re.search(value, text))
    return found is sign.startswith("|")


def _with_field(line: Held, name: str, path: str) -> Held:
    try:
        value: Any = json.loads(line.text)
        if not isinstance(value, dict):
            raise ValueError
    except ValueError:
        return Held(line.at, line.labels, line.text, line.level, {**line.seen, "__error__": "JSONParserErr"})
    for part in re.findall(r'\["([^"]+)"\]|([^.\[]+)', path):
        value = value.get(part[0] or part[1]) if isinstance(value, dict) else None
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value)
    return Held(line.at, line.labels, line.text, line.level, {**line.seen, name: text})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: LabelledLoki

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = dict(parse_qsl(parts.query))
        self.server.hold(asked.get("query", ""))
        if self.server.refusal is not None:
            self._answer(*self.server.refusal)
        elif parts.path == "/loki/api/v1/labels":
            self._names({name for line in self.server.held for name in line.labels})
        elif parts.path.startswith("/loki/api/v1/label/"):
            name = unquote(parts.path.split("/")[5])
            self._names({line.labels[name] for line in self.server.held if name in line.labels})
        else:
            self.server.asked.append(asked["query"])
            try:
                self._query(asked)
            except (NoQuery, IndexError) as wrong:
                self._answer(400, f"parse error at line 1, col 1: syntax error: {wrong}")

    def _query(self, asked: dict[str, str]) -> None:
        start, end = int(asked["start"]), int(asked["end"])
        if end - start > 721 * 3600 * _S:
            self._answer(400, "the query time range exceeds the limit (query length: 744h0m0s, limit: 30d1h)\n")
            return
        counted = _COUNT.fullmatch(asked["query"])
        if counted:
            self._count(counted, start, end, int(asked["step"]) * _S)
            return
        limit = int(asked["limit"])
        if limit > self.server.most:
            words = "max entries limit per query exceeded, limit > max_entries_limit_per_query"
            self._answer(400, f"{words} ({limit} > {self.server.most})\n")
            return
        inside = [line for line in matching(asked["query"], list(self.server.held)) if start <= line.at < end]
        inside.sort(key=lambda line: line.at, reverse=asked["direction"] == "backward")  # stable, both ways
        self._streams(inside[:limit])

    def _streams(self, found: list[Held]) -> None:
        streams: dict[str, list[Any]] = {}
        for line in found:
            metadata = {"structuredMetadata": {"detected_level": line.level}}
            if line.seen:
                metadata["parsed"] = dict(line.seen)
            streams.setdefault(json.dumps(dict(line.labels)), []).append([str(line.at), line.text, metadata])
        result = [{"stream": json.loads(labels), "values": values} for labels, values in streams.items()]
        self._data({"resultType": "streams", "encodingFlags": ["categorize-labels"], "result": result})

    def _count(self, counted: re.Match[str], start: int, end: int, step: int) -> None:
        by, query, length = counted[1], counted[2], int(counted[3]) * _S
        found = matching(query, list(self.server.held))
        counts: dict[str, Counter[int]] = {}
        for at in range(start // step * step, end // step * step + 1, step):
            for line in found:
                if at - length < line.at <= at:
                    counts.setdefault(line.found().get(by, "") if by else "", Counter())[at] += 1
        result = [
            {"metric": {by: value} if by else {}, "values": [[at // _S, str(n)] for at, n in sorted(points.items())]}
            for value, points in counts.items()
        ]
        self._data({"resultType": "matrix", "result": result})

    def _names(self, names: set[str]) -> None:
        self._answer(200, json.dumps({"status": "success", **({"data": sorted(names)} if names else {})}))

    def _data(self, data: dict[str, Any]) -> None:
        self._answer(200, json.dumps({"status": "success", "data": data}))

    def _answer(self, status: int, text: str) -> None:
        body = text.encode("utf-8", "replace")
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
