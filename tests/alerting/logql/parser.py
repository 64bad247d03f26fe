"""From text to tree. Raises NotInPart for what our part of LogQL does not have."""

import re

from tests.alerting.logql.tree import (
    Binary,
    Count,
    Json,
    LabelFilter,
    LineFilter,
    Log,
    Metric,
    Number,
    Stage,
    Sum,
)  # fmt: skip

_TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`)|(?P<number>\d+(?:\.\d+)?(?:e\d+)?)(?![\w.])|(?P<span>\d+[smhd])'
    r"|(?P<word>[A-Za-z_]\w*)|(?P<sign>\|=|\|~|!=|!~|=~|==|>=|<=|[-+*/<>=|(){}\[\],]))"
)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_ESCAPE = re.compile(r'\\(["\\nrt])')
_ESCAPES = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
_LEVELS = (("or",), ("and",), (">", "<", ">=", "<=", "==", "!="), ("+", "-"), ("*", "/"))
_LABEL_SIGNS = ("=", "!=", "=~", "!~")
_NUMBER_SIGNS = (">", ">=", "<", "<=", "==")


class NotInPart(Exception):
    """The query is no LogQL, or of a part that our alerts do not use."""


def parse_metric(query: str) -> Metric:
    """A metric query."""
    reader = _Reader(query)
    tree = reader.binary(0)
    reader.end()
    return tree


def parse_log(query: str) -> Log:
    """A log query."""
    reader = _Reader(query)
    tree = reader.log()
    reader.end()
    return tree


class _Reader:
    def __init__(self, query: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while query[at:].strip():
            found = _TOKEN.match(query, at)
            if found is None:
                raise NotInPart(f"at {query[at : at + 40]!r}")
            self._tokens.append((str(found.lastgroup), str(found[str(found.lastgroup)])))
            at = found.end()
        self._at = 0

    def binary(self, level: int) -> Metric:
        if level == len(_LEVELS):
            return self._single()
        tree = self.binary(level + 1)
        while self._peek() in _LEVELS[level]:
            tree = Binary(self._take(), tree, self.binary(level + 1))
        return tree

    def log(self) -> Log:
        self._need("{")
        matchers = [self._matcher()]
        while self._accept(","):
            matchers.append(self._matcher())
        self._need("}")
        stages: list[Stage] = []
        while self._peek() in ("|=", "|~", "!=", "!~", "|"):
            stages.append(self._stage())
        return Log(tuple(matchers), tuple(stages))

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise NotInPart(f"at {self._peek()!r}")

    def _single(self) -> Metric:
        if self._kind() == "number":
            return Number(float(self._take()), is_vector=False)
        if self._accept("("):
            tree = self.binary(0)
            self._need(")")
            return tree
        return self._call(self._take())

    def _call(self, word: str) -> Metric:
        by = self._labels() if word == "sum" and self._accept("by") else None
        self._need("(")
        tree: Metric
        match word:
            case "sum":
                tree = Sum(self.binary(0), by)
            case "vector":
                tree = Number(float(self._take()), is_vector=True)
            case "count_over_time":
                tree = Count(self.log(), self._span())
            case _:
                raise NotInPart(f"at {word!r}")
        self._need(")")
        return tree

    def _labels(self) -> tuple[str, ...]:
        self._need("(")
        names = [self._take()]
        while self._accept(","):
            names.append(self._take())
        self._need(")")
        return tuple(names)

    def _span(self) -> int:
        self._need("[")
        written = self._take()
        self._need("]")
        return int(written[:-1]) * _UNITS[written[-1]]

    def _matcher(self) -> LabelFilter:
        label, sign = self._take(), self._take()
        if sign not in _LABEL_SIGNS:
            raise NotInPart(f"at {sign!r}")
        return LabelFilter(label, sign, self._text())

    def _stage(self) -> Stage:
        sign = self._take()
        if sign != "|":
            return LineFilter(sign, self._text())
        word = self._take()
        if word == "json":
            return self._json()
        return self._label_filter(word)

    def _json(self) -> Json:
        fields: list[tuple[str, str]] = []
        while self._kind() == "word" and self._peek() not in ("or", "and"):
            name = self._take()
            self._need("=")
            fields.append((name, self._text()))
            if not self._accept(","):
                break
        return Json(tuple(fields))

    def _label_filter(self, label: str) -> LabelFilter:
        sign = self._take()
        if self._kind() == "number" and sign in (*_NUMBER_SIGNS, "=", "!="):
            return LabelFilter(label, sign, float(self._take()))
        if sign not in _LABEL_SIGNS:
            raise NotInPart(f"at {label!r} {sign!r}")
        return LabelFilter(label, sign, self._text())

    def _text(self) -> str:
        if self._kind() != "text":
            raise NotInPart(f"at {self._peek()!r}, where a text was expected")
        written = self._take()
        if written[0] == "`":
            return written[1:-1]
        return _ESCAPE.sub(lambda found: _ESCAPES[found[1]], written[1:-1])

    def _kind(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        if not token:
            raise NotInPart("it ends too early")
        self._at += 1
        return token

    def _accept(self, token: str) -> bool:
        is_there = self._peek() == token
        self._at += is_there
        return is_there

    def _need(self, token: str) -> None:
        if not self._accept(token):
            raise NotInPart(f"at {self._peek()!r}, where {token!r} was expected")
