"""Comparisons as other languages write them, `user = root` or `severity>=high`: refused, with what was meant.

Taken for words they would find nothing, and deny what happened.
"""

from collections.abc import Sequence

from vigie.query.errors import QueryError, shown
from vigie.query.fields import Field, Kind, field_named
from vigie.query.printer import written
from vigie.query.tokens import Sign, Token, compared

_ORDERED = (Kind.NUMBER, Kind.SEVERITY)


def check_meant_as_words(text: str, tokens: Sequence[Token], at: int) -> None:
    """Raises QueryError where `tokens[at]`, a word of `text`, compares a known field without a colon."""
    word, before = tokens[at], tokens[at - 1] if at else tokens[at]
    is_plain = not word.quoted and len(word.pieces) == 1  # a pattern with wildcards is printed as it was typed
    found = compared(text[word.start : word.end]) if is_plain else None
    if found is None:
        return
    first, (name, sign) = word, found
    if not name and before is not word and before.sign is Sign.WORD and not before.quoted and not before.of_field:
        first, name = before, before.plain
    field = field_named(name)
    if field is None:
        return
    value_from = word.start + len(sign) + (len(name) if first is word else 0)
    last = _value(tokens, at, value_from)
    typed = text[first.start : last.end]
    mended = _mended(field, sign, text[max(value_from, last.start) : last.end])
    raise QueryError(
        f"{shown(typed)} compares nothing: a field and its value are joined by a colon.",
        f"Write {mended or field.name + ':value'}; for the text itself, put it in quotes.",
        position=first.start, length=last.end - first.start, suggestions=(*filter(None, [mended]), written(typed)),
    )  # fmt: skip


def _value(tokens: Sequence[Token], at: int, value_from: int) -> Token:
    """The token that holds the value: the word itself, or the one behind it."""
    word, after = tokens[at], tokens[at + 1]
    return after if word.end == value_from and after.sign is Sign.WORD and after.closed else word


def _mended(field: Field, sign: str, value: str) -> str:
    """The comparison in this language; nothing where there is none."""
    is_range = sign[0] in "<>"
    if not value or (is_range and (field.kind not in _ORDERED or "\\" in value)):
        return ""
    without = "-" if sign == "!=" else ""
    return f"{without}{field.name}:{sign if is_range else ''}{value}"
