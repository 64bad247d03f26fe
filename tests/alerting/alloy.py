"""Reading Alloy's configuration: blocks, attributes, and values as far as ours use them."""

import re
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(
    r'\s*(?://[^\n]*\s*)*(?P<token>"(?:[^"\\\n]|\\.)*"|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*|\d+|[{}\[\]=,])', re.DOTALL
)
_REST = re.compile(r"\s*(?://[^\n]*\s*)*$")


class BadAlloy(Exception):
    """It cannot be read."""


@dataclass
class Block:
    """`kind` is the component's or inner block's name; a reference in a value is a `Reference`."""

    kind: str
    label: str | None
    attributes: dict[str, Any] = field(default_factory=dict)
    blocks: list["Block"] = field(default_factory=list)


@dataclass(frozen=True)
class Reference:
    """To what another component exports."""

    path: str


def read_alloy(text: str) -> list[Block]:
    """The blocks of a file. Raises BadAlloy."""
    tokens, at = [], 0
    while not _REST.match(text, at):
        found = _TOKEN.match(text, at)
        if found is None:
            raise BadAlloy(f"at {text[at : at + 40]!r}")
        tokens.append(found["token"])
        at = found.end()
    reader = _Reader(tokens)
    outer = Block("", None)
    while not reader.ended():
        reader.member(outer)
    return outer.blocks


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens, self._at = tokens, 0

    def ended(self) -> bool:
        return self._at == len(self._tokens)

    def member(self, outer: Block) -> None:
        """An attribute or a block of `outer`."""
        name = self._take()
        if self._accept("="):
            if name in outer.attributes:
                raise BadAlloy(f"{name} stands twice")
            outer.attributes[name] = self._value()
            return
        label = None if self._peek() == "{" else self._take().strip('"')
        block = Block(name, label)
        self._need("{")
        while not self._accept("}"):
            self.member(block)
        outer.blocks.append(block)

    def _value(self) -> Any:
        token = self._take()
        if token == "[":
            found = []
            while not self._accept("]"):
                found.append(self._value())
                self._accept(",")
            return found
        if token == "{":
            return self._table()
        if token[0] == '"':
            return token[1:-1].replace('\\"', '"')
        if token in ("true", "false"):
            return token == "true"
        return int(token) if token.isdigit() else Reference(token)

    def _table(self) -> dict[str, Any]:
        found = {}
        while not self._accept("}"):
            key = self._take().strip('"')
            self._need("=")
            found[key] = self._value()
            self._accept(",")
        return found

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        if not token:
            raise BadAlloy("it ends too early")
        self._at += 1
        return token

    def _accept(self, token: str) -> bool:
        is_there = self._peek() == token
        self._at += is_there
        return is_there

    def _need(self, token: str) -> None:
        if not self._accept(token):
            raise BadAlloy(f"at {self._peek()!r}, where {token!r} was expected")
