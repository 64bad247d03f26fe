"""What a query means, said in plain Python: the reference that the SQL has to agree with."""

import string
from collections.abc import Mapping
from ipaddress import ip_address

from vigie.query.fields import FIELDS, FREE_TEXT, Kind
from vigie.query.nodes import And, Between, Given, Matches, Node, Not, Or, Pattern, Text, Within
from vigie.query.query import Query

_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)  # other letters are compared as they are


def matches(query: Query, event: Mapping[str, object]) -> bool:
    """Whether an event, given by its fields, is one that the query asks for. None, "" and absent: not given."""
    return query.tree is None or _holds(query.tree, event)


def _holds(node: Node, event: Mapping[str, object]) -> bool:
    match node:
        case Not(part):
            return not _holds(part, event)
        case And(parts):
            return all(_holds(part, event) for part in parts)
        case Or(parts):
            return any(_holds(part, event) for part in parts)
        case Text(pattern):
            found = any(_is_part(pattern, _text(event, field)) for field in FREE_TEXT)
            return found or (node.address is not None and _text(event, "source_ip") == str(node.address))
        case Given(field):
            return _text(event, field) != ""
        case _:
            return _text(event, node.field) != "" and _compares(node, event)


def _compares(node: Matches | Between | Within, event: Mapping[str, object]) -> bool:
    value = _text(event, node.field)
    match node:
        case Matches(field, pattern):
            return _is_part(pattern, value) if FIELDS[field].kind is Kind.PROSE else _is_whole(pattern, value)
        case Between(_, low, high):
            return (low is None or low <= int(value)) and (high is None or int(value) <= high)
        case Within(_, network):
            return ip_address(value) in network


def _text(event: Mapping[str, object], field: str) -> str:
    value = event.get(field)
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, int) else str(value)  # a severity is written as its number


def _is_part(pattern: Pattern, text: str) -> bool:
    """Whether the pieces stand in the text one after another; A to Z count as a to z."""
    text, at = text.translate(_SMALL), 0
    for piece in pattern.pieces:
        found = text.find(piece.translate(_SMALL), at)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def _is_whole(pattern: Pattern, text: str) -> bool:
    """Whether the pieces make up the whole text, with anything between them."""
    first, *middle = pattern.pieces
    if not middle:
        return text == first
    last = middle.pop()
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
