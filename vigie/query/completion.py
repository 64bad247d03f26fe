"""What can stand where somebody is typing."""

import re
from dataclasses import dataclass
from enum import Enum

from vigie.query.errors import QueryError
from vigie.query.fields import ALIASES, FIELDS, Kind, find_field
from vigie.query.parser import MOST_LETTERS
from vigie.query.tokens import OPERATORS, Sign, Token, tokens_of


class Wanted(Enum):
    """What is being typed."""

    FIELD = "field"
    VALUE = "value"
    OPERATOR = "operator"
    NOTHING = "nothing"  # inside a phrase, or behind a name that is no field


@dataclass(frozen=True, slots=True)
class Choice:
    """`text` can stand in place of what is typed; `words` say what it means."""

    text: str
    words: str


@dataclass(frozen=True, slots=True)
class Completion:
    """`choices` can stand in place of the characters [start, end).

    `field`: whose value is wanted. `beginning`: what of it is typed, without quotes and escapes. A field whose values
    are not known beforehand has no choices here: its values come from the store, and go through `written`.
    """

    kind: Wanted
    field: str | None
    beginning: str
    start: int
    end: int
    choices: tuple[Choice, ...] = ()


_OPERATOR_WORDS = {"AND": "both", "OR": "one or both", "NOT": "leaves out what follows"}
_RANGE_START = re.compile(r">=|<=|>|<|[a-z]*\.\.", re.IGNORECASE)


def complete(text: str, cursor: int) -> Completion:
    """What can stand at the cursor, a place from 0 to the length of the text (others are moved there). Never raises."""
    text = text[:MOST_LETTERS]
    cursor = min(max(cursor, 0), len(text))
    before = tokens_of(text[:cursor])[:-1]
    typed = before.pop() if before and _goes_on(before[-1], cursor) else None
    name = _field_around(before)
    start = cursor if typed is None else typed.start
    end = max(cursor, _end_in(text, typed))
    beginning = "" if typed is None else typed.plain
    if name is None:
        if typed is not None and typed.quoted:
            return Completion(Wanted.NOTHING, None, beginning, start, end)
        if typed is None and before and before[-1].sign in (Sign.WORD, Sign.CLOSE):
            return Completion(Wanted.OPERATOR, None, "", start, end, (*_operators(OPERATORS), *_fields("")))
        typed_operator = _operators(tuple(each for each in OPERATORS if beginning and each.startswith(beginning)))
        return Completion(Wanted.FIELD, None, beginning, start, end, (*typed_operator, *_fields(beginning)))
    if typed is None and before[-1].sign is Sign.WORD:
        return Completion(Wanted.OPERATOR, None, "", start, end, _operators(("OR",)))
    return _value(name, text, beginning, start, end)


def _goes_on(token: Token, cursor: int) -> bool:
    """The next letter typed would belong to this token."""
    if token.sign is Sign.WORD:
        return token.end == cursor and not (token.quoted and token.closed)
    return token.end == cursor and token.sign in (Sign.AND, Sign.OR, Sign.NOT)


def _end_in(text: str, typed: Token | None) -> int:
    """Where the whole word ends of which the cursor is in the middle."""
    if typed is None:
        return 0
    whole = next((each for each in tokens_of(text) if each.start == typed.start), typed)
    return whole.end if whole.closed else typed.end


def _field_around(before: list[Token]) -> str | None:
    """The name, as typed, of the field whose value comes next: behind its colon, or in its list."""
    name: str | None = None
    depth = 0
    for at, token in enumerate(before):
        behind = before[at - 1] if at else None
        if (
            token.sign is Sign.OPEN
            and depth == 0
            and behind
            and behind.sign is Sign.FIELD
            and behind.end == token.start
        ):
            name, depth = behind.plain, 1
        elif token.sign is Sign.OPEN and depth:
            depth += 1
        elif token.sign is Sign.CLOSE and depth:
            depth -= 1
    if depth:
        return name
    return before[-1].plain if before and before[-1].sign is Sign.FIELD else None


def _value(name: str, text: str, beginning: str, start: int, end: int) -> Completion:
    try:
        field = find_field(name)
    except QueryError:
        return Completion(Wanted.NOTHING, None, beginning, start, end)
    if field.choices and field.kind is Kind.SEVERITY:
        typed = _RANGE_START.match(beginning)
        if typed:
            start, beginning = start + typed.end(), beginning[typed.end() :]
    choices = tuple(Choice(each, "") for each in field.choices if each.startswith(beginning.lower()))
    return Completion(Wanted.VALUE, field.name, beginning, start, end, choices)


def _operators(names: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(name, _OPERATOR_WORDS[name]) for name in names)


def _fields(beginning: str) -> tuple[Choice, ...]:
    """Fields whose name begins so, by their short names too; then those that hold it elsewhere."""
    sought = beginning.lower()
    first = [name for name in FIELDS if name.startswith(sought)]
    first += [name for alias, name in ALIASES.items() if alias.startswith(sought)]
    names = dict.fromkeys([*first, *(name for name in FIELDS if sought in name)])
    return tuple(Choice(f"{name}:", FIELDS[name].words) for name in names)
