"""What a condition of Falco says of one event: `and`, `or`, `not`, macros, lists, and the comparisons of our rules."""

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r'\s*(\(|\)|,|!=|>=|<=|=|>|<|"[^"]*"|[^\s(),=<>!]+)')
_WORDS = frozenset(("in", "startswith", "endswith", "contains", "exists", "=", "!=", ">", ">=", "<", "<="))
_NETWORKS = frozenset(("fd.snet",))

Event = Mapping[str, Any]


class BadCondition(Exception):
    """It is no condition, or of a part of the language that our rules do not use."""


@dataclass
class Rules:
    """The macros and lists that have been read so far, and what was used of them and of the fields."""

    macros: dict[str, str]
    lists: dict[str, Sequence[Any]]
    used: set[str]
    fields: set[str]

    def holds(self, condition: str, event: Event) -> bool:
        """Whether the condition holds. Every part is read, whatever the event is. Raises BadCondition."""
        reader = _Reader(condition, self, event)
        found = reader.either()
        reader.end()
        return found


class _Reader:
    def __init__(self, text: str, rules: Rules, event: Event) -> None:
        self._tokens = [str(token) for token in _TOKEN.findall(text)]
        self._at, self._rules, self._event = 0, rules, event

    def either(self) -> bool:
        found = self._both()
        while self._accept("or"):
            found = self._both() or found
        return found

    def _both(self) -> bool:
        found = self._one()
        while self._accept("and"):
            found = self._one() and found
        return found

    def _one(self) -> bool:
        if self._accept("not"):
            return not self._one()
        if self._accept("("):
            found = self.either()
            self._need(")")
            return found
        word = self._take()
        if self._peek() in _WORDS:
            return self._compared(word)
        if word not in self._rules.macros:
            raise BadCondition(f"the macro {word} is not above")
        self._rules.used.add(word)
        return self._rules.holds(self._rules.macros[word], self._event)

    def _compared(self, field: str) -> bool:
        self._rules.fields.add(field)
        sign, value = self._take(), self._event.get(field)
        if sign == "exists":
            return value is not None
        if sign == "in":
            wanted = self._list()
            if field in _NETWORKS:
                return any(_inside(self._event.get("fd.sip"), network) for network in wanted)
            return value is not None and _text(value) in wanted
        wanted_text = self._take().strip('"')
        return value is not None and _COMPARED[sign](value, wanted_text)

    def _list(self) -> list[str]:
        self._need("(")
        found: list[str] = []
        while not self._accept(")"):
            word = self._take()
            if word in self._rules.lists:
                self._rules.used.add(word)
                found += [_text(item).strip('"') for item in self._rules.lists[word]]
            elif word.startswith("vigie_"):
                raise BadCondition(f"the list {word} is not above")
            elif word != ",":
                found.append(word.strip('"'))
        return found

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise BadCondition(f"at {self._peek()!r}")

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        if not token:
            raise BadCondition("it ends too early")
        self._at += 1
        return token

    def _accept(self, token: str) -> bool:
        is_there = self._peek() == token
        self._at += is_there
        return is_there

    def _need(self, token: str) -> None:
        if not self._accept(token):
            raise BadCondition(f"at {self._peek()!r}, where {token!r} was expected")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _inside(address: Any, network: str) -> bool:
    return address is not None and ipaddress.ip_address(address) in ipaddress.ip_network(network)


_COMPARED: Mapping[str, Callable[[Any, str], bool]] = {
    "=": lambda value, wanted: _text(value) == wanted,
    "!=": lambda value, wanted: _text(value) != wanted,
    ">": lambda value, wanted: float(value) > float(wanted),
    ">=": lambda value, wanted: float(value) >= float(wanted),
    "<": lambda value, wanted: float(value) < float(wanted),
    "<=": lambda value, wanted: float(value) <= float(wanted),
    "startswith": lambda value, wanted: str(value).startswith(wanted),
    "endswith": lambda value, wanted: str(value).endswith(wanted),
    "contains": lambda value, wanted: wanted in str(value),
}
