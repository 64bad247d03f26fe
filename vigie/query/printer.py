"""Prints a tree so that parsing the text gives the tree again."""

from vigie.query.fields import FIELDS
from vigie.query.nodes import And, Between, Given, Matches, Node, Not, Or, Pattern, Text, Within
from vigie.query.tokens import ESCAPABLE, OPERATORS, compared
from vigie.query.values import bound_text

_QUOTED_LETTERS = frozenset('\\"():*“”&|')  # a word that holds one is printed in quotes, for the eye as well
_BOOLEAN = (And, Or)


def printed(node: Node) -> str:
    """The canonical text of a tree."""
    match node:
        case Text(pattern):
            return _word(pattern)
        case Not(part):
            return f"-{_inside(part)}"
        case And(parts):
            return " ".join(_inside(part) if isinstance(part, Or) else printed(part) for part in parts)
        case Or(parts):
            return _or(parts)
        case _:
            return f"{node.field}:{_value(node)}"


def written(value: str) -> str:
    """One value as it has to be typed: in quotes where it would not be taken as it is."""
    return _word(Pattern((value,)))


def _inside(node: Node) -> str:
    text = printed(node)
    return f"({text})" if isinstance(node, _BOOLEAN) and not _is_list(node) else text


def _is_list(node: Node) -> bool:
    return isinstance(node, Or) and _common_field(node.parts) is not None


def _common_field(parts: tuple[Node, ...]) -> str | None:
    fields = {part.field if isinstance(part, Matches | Given | Between | Within) else None for part in parts}
    return fields.pop() if len(fields) == 1 else None


def _or(parts: tuple[Node, ...]) -> str:
    field = _common_field(parts)
    if field is None:
        return " OR ".join(printed(part) for part in parts)
    return f"{field}:({' OR '.join(_value(part) for part in parts)})"


def _value(node: Node) -> str:
    match node:
        case Given():
            return "*"
        case Matches(_, pattern):
            return _word(pattern)
        case Within(_, network):
            return str(network.network_address if node.is_single else network)
        case Between(field, low, high):
            return _range(field, low, high)
        case _:
            raise AssertionError("only comparisons have a value")


def _range(name: str, low: int | None, high: int | None) -> str:
    field = FIELDS[name]
    if high is None:
        assert low is not None  # the parser makes no range without bounds
        return f">={bound_text(field, low)}"
    if low is None:
        return f"<={bound_text(field, high)}"
    return bound_text(field, low) if low == high else f"{bound_text(field, low)}..{bound_text(field, high)}"


def _word(pattern: Pattern) -> str:
    if not pattern.is_exact:
        return _guarded("*".join(_escaped(piece) for piece in pattern.pieces))
    (text,) = pattern.pieces
    if text and not _needs_quotes(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _needs_quotes(text: str) -> bool:
    return (
        text.startswith("-")
        or text.upper() in OPERATORS
        or compared(text) is not None
        or any(letter in _QUOTED_LETTERS or letter.isspace() or not letter.isprintable() for letter in text)
    )


def _escaped(piece: str) -> str:
    return "".join(f"\\{letter}" if _is_special(letter) else letter for letter in piece)


def _is_special(letter: str) -> bool:
    return letter.isspace() or (letter in ESCAPABLE and letter != "-")


def _guarded(text: str) -> str:
    """A wildcard pattern never looks like a negation."""
    return f"\\{text}" if text.startswith("-") else text
