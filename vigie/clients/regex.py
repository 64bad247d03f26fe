"""Whether a regular expression is one that RE2 takes, told before it is sent.

Loki answers "200, nothing found" for a bad expression where no stream was touched, and a quiet screen would be a lie.
This accepts a plain subset of RE2's syntax (https://github.com/google/re2/wiki/Syntax); what it accepts, RE2 accepts.
"""

import re
from typing import NoReturn

from vigie.clients.errors import BadFilter

MOST_LETTERS = 200
_MOST_REPEATS = 1000  # RE2's own limit, for nested repetitions multiplied
_MOST_DEPTH = 50

_CLASS_NAMES = "alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit"
_ESCAPE = re.compile(r"\\(?:[dDsSwWaftnrv]|x[0-9A-Fa-f]{2}|[!-/:-@\[-^`{-~])", re.ASCII)
_ANCHOR = re.compile(r"\\[bBAz]|[\^$]")
_GROUP = re.compile(r"\((?:\?:|\?P<[A-Za-z_]\w{0,30}>|\?[ims]{1,3}(?:-[ims]{1,3})?:)?", re.ASCII)
_FLAGS = re.compile(r"\(\?[ims]{1,3}\)")
_REPEAT = re.compile(r"(?:[*+?]|\{(\d{1,4})(?:(,)(\d{0,4}))?\})\??", re.ASCII)
_SPAN = r"([^\\\[\]-])-([^\\\[\]-])"
_CLASS = re.compile(
    rf"\[\^?-?(?:{_SPAN}|\[:\^?(?:{_CLASS_NAMES}):\]|{_ESCAPE.pattern}|[^\\\[\]-])+-?\]", re.ASCII | re.DOTALL
)
_META = re.compile(r"[\\.+*?()|\[\]{}^$]")


def quote(text: str) -> str:
    """A regular expression that matches exactly `text`."""
    return _META.sub(r"\\\g<0>", text)


def check_regex(pattern: str) -> str:
    """The pattern, if RE2 takes it. Raises BadFilter with what is wrong and where."""
    if len(pattern) > MOST_LETTERS:
        raise BadFilter(
            f"The regular expression is {len(pattern)} characters long.", f"Use at most {MOST_LETTERS} characters."
        )
    if any("\ud800" <= letter <= "\udfff" for letter in pattern):
        raise BadFilter("The regular expression holds half a character.", "Type it again.")
    _Reader(pattern).read()
    return pattern


class _Reader:
    """Walks once over a pattern. `_weights`: for each open group, the most repeats of anything in it so far."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._weights = [1]
        self._names: set[str] = set()
        self._last = 0  # repeats of the piece just read; 0 where there is nothing to repeat

    def read(self) -> None:
        while self._at < len(self._pattern):
            self._piece()
        if len(self._weights) > 1:
            self._refuse("a ( is never closed")

    def _piece(self) -> None:
        letter = self._pattern[self._at]
        if letter == "(":
            self._open()
        elif letter == ")":
            self._close()
        elif letter == "|":
            self._at, self._last = self._at + 1, 0
        elif letter in "*+?{":
            self._repeat()
        elif letter == "[":
            self._class()
        else:
            self._single()

    def _open(self) -> None:
        flags = _FLAGS.match(self._pattern, self._at)
        group = flags or _GROUP.match(self._pattern, self._at)
        assert group is not None  # it begins with (
        if self._pattern.startswith("?", group.end()) and group.end() == self._at + 1:
            self._refuse("groups that begin with (? are limited to (?:…), (?P<name>…) and the flags i, m, s")
        if group[0].startswith("(?P<"):
            if group[0] in self._names:
                self._refuse("two groups have the same name")
            self._names.add(group[0])
        self._at, self._last = group.end(), 0
        if flags is None:
            self._weights.append(1)
            if len(self._weights) > _MOST_DEPTH:
                self._refuse("the groups are nested too deep")

    def _close(self) -> None:
        if len(self._weights) == 1:
            self._refuse("a ) has no (")
        self._at, self._last = self._at + 1, self._weights.pop()
        self._weigh()

    def _repeat(self) -> None:
        repeat = _REPEAT.match(self._pattern, self._at)
        if repeat is None:
            self._refuse("write \\{ for a brace that is no repetition")
        if not self._last:
            self._refuse("there is nothing to repeat")
        self._last *= self._times(repeat)
        if self._last > _MOST_REPEATS:
            self._refuse(f"repetitions come to more than {_MOST_REPEATS}")
        self._weigh()
        self._at, self._last = repeat.end(), 0  # a second repetition is refused: RE2 takes no a** and no a*+

    def _times(self, repeat: re.Match[str]) -> int:
        if repeat[1] is None:
            return 1
        least, most = int(repeat[1]), int(repeat[3] or repeat[1])
        if most < least:
            self._refuse("a repetition ends before it begins")
        return max(most, 1)

    def _weigh(self) -> None:
        self._weights[-1] = max(self._weights[-1], self._last)

    def _class(self) -> None:
        found = _CLASS.match(self._pattern, self._at)
        if found is None:
            self._refuse("this [ is never closed, or holds [ ] - or \\ where RE2 wants a \\ before it")
        if any(low > high for low, high in re.findall(_SPAN, found[0])):
            self._refuse("a span such as a-z ends before it begins")
        self._at, self._last = found.end(), 1

    def _single(self) -> None:
        anchor = _ANCHOR.match(self._pattern, self._at)
        if anchor:
            self._at, self._last = anchor.end(), 1
            return
        if self._pattern[self._at] == "\\":
            escape = _ESCAPE.match(self._pattern, self._at)
            if escape is None:
                self._refuse("this \\ is no escape that RE2 knows; it has no back references")
            self._at = escape.end()
        else:
            self._at += 1
        self._last = 1

    def _refuse(self, why: str) -> NoReturn:
        raise BadFilter(
            f"This is no regular expression that can be asked for: {why} (character {self._at + 1}).",
            "Correct it, or search for the plain text instead.",
        )
