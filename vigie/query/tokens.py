"""Cuts a query into tokens, in one pass. Nothing is refused here: the parser says what is wrong.

A backslash makes the next character plain where that character means something, and is itself plain elsewhere.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from ipaddress import ip_address

from vigie.query.fields import field_named

QUOTES = {'"': '"', "“": "”"}  # opening → closing; telephones write the second pair by themselves
ESCAPABLE = frozenset('\\"*():“”-')  # and white space
_LONGEST_ADDRESS = 64
OPERATORS = ("AND", "OR", "NOT")

_COMPARING = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]{0,99})?([=!]=|[<>]=?|=)")
_FIELD = re.compile(r"([A-Za-z_@][A-Za-z0-9_.@-]{0,99}):")


class Sign(Enum):
    OPEN = auto()
    CLOSE = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    MINUS = auto()
    FIELD = auto()
    WORD = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """`text[start:end]`. For a FIELD `plain` is its name as typed; for a WORD the text it stands for.

    `pieces`: that text cut at its wildcards. `of_field`: a value, standing behind a colon or in its list.
    """

    sign: Sign
    start: int
    end: int
    plain: str = ""
    pieces: tuple[str, ...] = ()
    quoted: bool = False
    closed: bool = True
    of_field: bool = False


def tokens_of(text: str) -> list[Token]:
    """All tokens of `text`, END last."""
    found: list[Token] = []
    at = 0
    depth = 0  # of parentheses inside the list of a field; 0: not in one
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        behind_colon = bool(found) and found[-1].sign is Sign.FIELD and found[-1].end == at
        token = _token(text, at, behind_colon, depth > 0)
        if token.sign is Sign.OPEN and (behind_colon or depth):
            depth += 1
        elif token.sign is Sign.CLOSE and depth:
            depth -= 1
        found.append(token)
        at = token.end
    return [*found, Token(Sign.END, len(text), len(text))]


def _token(text: str, at: int, behind_colon: bool, in_list: bool) -> Token:
    letter = text[at]
    if letter == "(":
        return Token(Sign.OPEN, at, at + 1)
    if letter == ")":
        return Token(Sign.CLOSE, at, at + 1)
    if letter in QUOTES:
        return _quoted(text, at, behind_colon or in_list)
    if (
        letter == "-"
        and not behind_colon
        and at + 1 < len(text)
        and not (text[at + 1].isspace() or text[at + 1] == ")")
    ):
        return Token(Sign.MINUS, at, at + 1)
    word = _word(text, at, behind_colon or in_list)
    if behind_colon:
        return word
    if text[at : word.end] in OPERATORS:
        return Token(Sign[text[at : word.end]], at, word.end, plain=word.plain)
    field = None if in_list else _FIELD.match(text, at)
    if field is None or _is_plain(word.plain, field[1]):
        return word
    return Token(Sign.FIELD, at, field.end(), plain=field[1])


def compared(word: str) -> tuple[str, str] | None:
    """Field and sign of a word that begins as other languages compare: `user=`, or `>=` (field "") behind a space."""
    found = _COMPARING.match(word)
    if found is None or (found[1] and field_named(found[1]) is None):
        return None
    return found[1] or "", found[2]


def _is_plain(word: str, name: str) -> bool:
    """A URL or an IPv6 address holds a colon, and yet compares nothing."""
    return field_named(name) is None and (word.startswith(f"{name}://") or _is_address(word))


def _word(text: str, at: int, of_field: bool) -> Token:
    pieces, piece, start = [], [], at
    while at < len(text) and not (text[at].isspace() or text[at] in "()" or text[at] in QUOTES):
        if _escapes(text, at):
            piece.append(text[at + 1])
            at += 1
        elif text[at] == "*":
            pieces.append("".join(piece))
            piece = []
        else:
            piece.append(text[at])
        at += 1
    pieces.append("".join(piece))
    return Token(Sign.WORD, start, at, "*".join(pieces), tuple(pieces), of_field=of_field)


def _quoted(text: str, start: int, of_field: bool) -> Token:
    closing = QUOTES[text[start]]
    piece, at = [], start + 1
    while at < len(text) and text[at] != closing:
        at += _escapes(text, at)
        piece.append(text[at])
        at += 1
    closed = at < len(text)
    plain = "".join(piece)
    return Token(Sign.WORD, start, at + closed, plain, (plain,), quoted=True, closed=closed, of_field=of_field)


def _escapes(text: str, at: int) -> bool:
    return text[at] == "\\" and at + 1 < len(text) and (text[at + 1] in ESCAPABLE or text[at + 1].isspace())


def _is_address(word: str) -> bool:
    if len(word) > _LONGEST_ADDRESS:
        return False
    try:
        ip_address(word)
    except ValueError:
        return False
    return True
