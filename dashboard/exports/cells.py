"""One value as it stands in a file. Text from outside is hostile: to spreadsheets, terminals and eyes."""

import json
import re
import unicodedata
from datetime import UTC, date, datetime

from dashboard.exports.declaration import Cell

_FORMULA = frozenset("=+-@\N{MINUS SIGN}")  # OWASP "CSV injection"; wide and small forms become these by NFKC
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"  # hidden, but words of several scripts need them
_MAY_SEPARATE = re.compile(r"(?<=;)(?=\W)")  # spreadsheets of many countries cut lines at semicolons


def utc(instant: datetime) -> str:
    """`2026-11-20T13:05:09.123456+00:00`. Raises ValueError for a time without a zone: it would be a guess."""
    if instant.tzinfo is None:
        raise ValueError("a time without a zone cannot be exported")
    return instant.astimezone(UTC).isoformat()


def csv_cell(value: Cell) -> str:
    """A cell that no spreadsheet runs. Numbers stay numbers, also negative ones; what is not known is empty."""
    match value:
        case str():
            return guarded(visible(value))
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return utc(value)
        case int() | float() | date():
            return str(value)


def json_value(value: Cell) -> str | int | float | bool | None:
    """The value as JSON knows it, text unchanged: JSON escapes what is dangerous, and no program runs it."""
    match value:
        case datetime():
            return utc(value)
        case date():
            return value.isoformat()
        case str():
            return value.encode("utf-8", "replace").decode("utf-8")
        case _:
            return value


def visible(text: str) -> str:
    """Signs that hide, turn the line around or break it, written as JSON writes them: `\\n`, `\\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(sign) if _is_hidden(sign) else sign for sign in text)


def guarded(text: str) -> str:
    """Text with an apostrophe wherever a spreadsheet might begin a cell with a formula."""
    parts = _MAY_SEPARATE.split(text) if ";" in text else (text,)
    return "".join(f"'{part}" if _begins_formula(part) else part for part in parts)


def _begins_formula(part: str) -> bool:
    if part[:1].isalnum():
        return False
    for sign in part:
        if sign in '"' or sign in _JOINERS or sign.isspace():
            continue
        return any(plain in _FORMULA for plain in unicodedata.normalize("NFKC", sign)[:1])
    return False


def _is_hidden(sign: str) -> bool:
    return unicodedata.category(sign) in _HIDDEN and sign not in _JOINERS


def _escaped(sign: str) -> str:
    return json.dumps(sign)[1:-1] if sign != "\x7f" else "\\u007f"
