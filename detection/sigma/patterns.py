"""A regular expression of a rule (the dialect of Python, which pySigma checks it with) in that of PostgreSQL.

PostgreSQL's own engine runs it: without back references it does not backtrack. What it takes long over, before it looks
at any text, is counted repetitions inside counted repetitions: it writes them all out. So these are kept small.
"""

import re
from dataclasses import dataclass

from sigma.types import SigmaRegularExpression, SigmaRegularExpressionFlag

from detection.sigma.refusals import Refused, shown

LONGEST = 2000
_MOST_REPEATS = 255  # PostgreSQL's limit of one bound
_LARGEST = 1000  # pieces, with counted repetitions written out
_LARGEST_REPEATED = 150  # of which in one counted repetition of a group that holds repetitions itself
_FLAGS = {"i": SigmaRegularExpressionFlag.IGNORECASE, "m": SigmaRegularExpressionFlag.MULTILINE,
          "s": SigmaRegularExpressionFlag.DOTALL}  # fmt: skip
_START_FLAGS = re.compile(r"\(\?([a-zA-Z]+)\)")
_BOUND = re.compile(r"(?a)\{(\d*)(?:(,)(\d*))?\}")
_COMMENT = re.compile(r"\(\?#[^)]*\)")
_NAMED = re.compile(r"\(\?P<\w+>")
_HEX = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})")
_KEPT_GROUPS = ("(?:", "(?=", "(?!", "(?<=", "(?<!")
_SAME_ESCAPES = frozenset("dDsSwWnrtfva")
_PLACES = {"b": r"\y", "B": r"\Y", "A": r"\A", "Z": r"\Z", "z": r"\Z"}
_SPECIAL = frozenset("\\^$.[]|()*+?{}-")


@dataclass(frozen=True, slots=True)
class Pattern:
    """For the operator `~*` where `ignores_case`, else `~`; it may begin anywhere in the value."""

    text: str
    ignores_case: bool


def translated(expression: SigmaRegularExpression) -> Pattern:
    """Raises Refused for what PostgreSQL cannot say, or would take too long over."""
    written = str(expression.regexp)
    if len(written) > LONGEST:
        raise Refused(f"A regular expression has {len(written)} characters.", f"{LONGEST} are the most; split it.")
    flags = set(expression.flags)
    start = _START_FLAGS.match(written)
    if start:
        unknown = set(start.group(1)) - set(_FLAGS)
        if unknown:
            raise _refused(written, f"the flag {unknown.pop()}", "Of flags, i, m and s are known.")
        flags |= {_FLAGS[letter] for letter in start.group(1)}
        written = written[start.end() :]
    body = _Writer(written, dotall=SigmaRegularExpressionFlag.DOTALL in flags).all()
    options = "(?w)" if SigmaRegularExpressionFlag.MULTILINE in flags else ""
    return Pattern(options + body, SigmaRegularExpressionFlag.IGNORECASE in flags)


def _refused(pattern: str, what: str, advice: str = "Write the pattern without it.") -> Refused:
    return Refused(f"The regular expression {shown(pattern)} uses {what}, which Vigie cannot evaluate.", advice)


@dataclass(frozen=True, slots=True)
class _Size:
    """Of a part of a pattern: its pieces, counted repetitions written out, and whether it holds repetitions."""

    pieces: int = 0
    is_repeated: bool = False


class _Writer:
    """Walks over the pattern once. What Python's compiler refuses never comes here."""

    def __init__(self, pattern: str, *, dotall: bool) -> None:
        self._pattern = pattern
        self._any = "." if dotall else r"[^\n]"
        self._at = 0
        self._open = [_Size()]  # the whole, and each group that is open
        self._last = _Size()  # what a repetition would repeat

    def all(self) -> str:
        parts = []
        while self._at < len(self._pattern):
            parts.append(self._next())
        return "".join(parts)

    def _next(self) -> str:
        character = self._pattern[self._at]
        if character == ")":
            self._at += 1
            self._last = self._open.pop()
            self._grow(self._last.pieces, is_repeated=self._last.is_repeated)
            return ")"
        if character not in "(*+?{":
            self._last = _Size(1)
            self._grow(1)
        match character:
            case "\\":
                return self._escape(in_class=False)
            case "[":
                return self._class()
            case "(":
                return self._group()
            case "{":
                return self._bound()
            case "*" | "+" | "?":
                self._at += 1
                self._grow(0, is_repeated=True)
                return character + self._manner()
        self._at += 1
        if character == ".":
            return self._any
        if character == "\0":
            raise _refused(self._pattern, "the character NUL")
        return f"\\{character}" if character in "]}" else character

    def _manner(self) -> str:
        """What may stand behind a repetition: `?` changes what is matched, never whether; `+` PostgreSQL has not."""
        following = self._pattern[self._at : self._at + 1]
        if following == "+":
            raise _refused(self._pattern, "a possessive repetition")
        if following == "?":
            self._at += 1
            return "?"
        return ""

    def _bound(self) -> str:
        found = _BOUND.match(self._pattern, self._at)
        if not found or found.group() == "{}":
            self._at += 1
            return r"\{"
        self._at = found.end()
        low, comma, high = found.groups()
        most = max(int(low or 0), int(high or 0), 1)
        self._grow(self._last.pieces * (most - 1), is_repeated=True)
        is_large = self._last.is_repeated and self._last.pieces * most > _LARGEST_REPEATED
        if most > _MOST_REPEATS or self._open[-1].pieces > _LARGEST or is_large:
            raise _refused(self._pattern, f"too many repetitions ({found.group()})", "Write * or + for many.")
        return "{" + (low or "0") + (comma or "") + (high or "") + "}" + self._manner()

    def _grow(self, pieces: int, *, is_repeated: bool = False) -> None:
        self._open[-1] = _Size(self._open[-1].pieces + pieces, self._open[-1].is_repeated or is_repeated)

    def _group(self) -> str:
        """No group is ever asked for, so none is kept."""
        comment = _COMMENT.match(self._pattern, self._at)
        if comment:
            self._at = comment.end()
            return ""
        self._open.append(_Size())
        for kept in _KEPT_GROUPS:
            if self._pattern.startswith(kept, self._at):
                self._at += len(kept)
                return kept
        named = _NAMED.match(self._pattern, self._at)
        if named:
            self._at = named.end()
            return "(?:"
        if self._pattern.startswith("(?", self._at):
            raise _refused(self._pattern, f"the group {self._pattern[self._at : self._at + 4]}")
        self._at += 1
        return "(?:"

    def _escape(self, *, in_class: bool) -> str:
        self._at += 1
        code = _HEX.match(self._pattern, self._at)
        if code:
            self._at = code.end()
            return self._code(int(code[1] or code[2] or code[3], 16), in_class=in_class)
        letter = self._pattern[self._at]
        self._at += 1
        if letter in _SAME_ESCAPES:
            return f"\\{letter}"
        if letter in _PLACES:
            return r"\u0008" if in_class else _PLACES[letter]
        if letter.isascii() and letter.isdigit():
            raise _refused(self._pattern, f"\\{letter}, a back reference or an octal number")
        if letter.isascii() and letter.isalpha():
            raise _refused(self._pattern, f"\\{letter}")
        return f"\\{letter}" if letter in _SPECIAL else letter

    def _code(self, number: int, *, in_class: bool) -> str:
        """No value of an event holds NUL or a surrogate: at the end of a range its neighbour says the same."""
        if number == 0 and in_class:
            number = 1
        if number == 0 or 0xD800 <= number <= 0xDFFF:
            raise _refused(self._pattern, "a character that no event can hold")
        return f"\\U{number:08x}"

    def _class(self) -> str:
        self._at += 1
        parts = ["["]
        if self._pattern[self._at] == "^":
            parts.append("^")
            self._at += 1
        is_first = True
        while self._pattern[self._at] != "]" or is_first:
            parts.append(self._member())
            is_first = False
        self._at += 1
        return "".join([*parts, "]"])

    def _member(self) -> str:
        character = self._pattern[self._at]
        if character == "\\":
            return self._escape(in_class=True)
        self._at += 1
        if character == "\0":
            raise _refused(self._pattern, "the character NUL")
        return f"\\{character}" if character in "[]^" else character
