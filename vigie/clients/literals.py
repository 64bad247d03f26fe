"""String literals, names, matchers and durations, as LogQL and PromQL both write them.

Both languages read Go's double-quoted strings. A value can only ever be the inside of one: quotes, backslashes, line
breaks and everything unprintable are escaped, so that neither a quote, a backtick nor a comment sign ends it.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from vigie.clients.errors import BadFilter
from vigie.clients.regex import check_regex

MOST_LETTERS = 200
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REPLACEMENT = "\ufffd"  # written as itself, Prometheus takes it for damaged UTF-8
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Match(Enum):
    """How a label is compared. A regular expression must match the whole value."""

    EQUAL = "="
    NOT_EQUAL = "!="
    REGEX = "=~"
    NOT_REGEX = "!~"

    @property
    def is_regex(self) -> bool:
        return self in (Match.REGEX, Match.NOT_REGEX)


@dataclass(frozen=True, slots=True)
class Matcher:
    """One comparison of a label with a value from anywhere. Raises BadFilter for a value that cannot be asked for."""

    label: str
    match: Match
    value: str

    def __post_init__(self) -> None:
        check_name(self.label)
        check_length(self.value)
        if self.match.is_regex:
            check_regex(self.value)

    @property
    def text(self) -> str:
        return f"{self.label}{self.match.value}{literal(self.value)}"


def literal(value: str) -> str:
    """`value` as one double-quoted string. A lone surrogate, which no query can hold, becomes U+FFFD."""
    return f'"{"".join(_letter(each) for each in value)}"'


def _letter(letter: str) -> str:
    if letter in _SHORT:
        return _SHORT[letter]
    if letter.isprintable() and letter != _REPLACEMENT:
        return letter
    point = ord(_REPLACEMENT if _is_half(letter) else letter)
    if point < 0x80:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def _is_half(letter: str) -> bool:
    return "\ud800" <= letter <= "\udfff"


def check_name(name: str) -> str:
    """A label's name, or BadFilter. Names take part in a query unquoted, so nothing else passes."""
    if len(name) > MOST_LETTERS or not _NAME.fullmatch(name):
        raise BadFilter("This is not the name of a label.", "Names are letters, digits and _, and begin with no digit.")
    return name


def check_length(value: str) -> str:
    """A value short enough to filter by, or BadFilter."""
    if len(value) > MOST_LETTERS:
        raise BadFilter(
            f"The filter is {len(value)} characters long.", f"Use at most {MOST_LETTERS} characters; a part is enough."
        )
    return value


def whole_seconds(length: timedelta) -> int:
    """A step or window in seconds. Raises ValueError below one second: the caller's mistake, not a person's."""
    seconds = int(length.total_seconds())
    if seconds < 1:
        raise ValueError("a step or window is at least one second")
    return seconds
