"""A JSON record from outside: bounded in size and depth, with values that can be stored, and read by type."""

import json
import math
from collections.abc import Mapping
from typing import Any

from detection.parsers.interface import Rejected, rejected
from detection.parsers.text import LONGEST_RECORD, TOO_LONG

DEPTH = 32
_HOLDERS = (dict, list)
NO_JSON, _NO_OBJECT, _TOO_DEEP = "It is no valid JSON.", "It is no JSON object.", "It is nested too deeply."


def document_of(text: str) -> dict[str, Any] | Rejected:
    """The JSON object in `text`. Of a key written twice the last counts, as in PostgreSQL's jsonb.

    NaN, infinities and numbers too great for a float become text, since jsonb has none.
    """
    if len(text) > LONGEST_RECORD:
        return rejected(TOO_LONG, text)
    try:
        document = _DECODER.decode(text)
    except ValueError:
        return rejected(NO_JSON, text)
    except RecursionError:
        return rejected(_TOO_DEEP, text)
    if not isinstance(document, dict):
        return rejected(_NO_OBJECT, text)
    return document if _is_flat(document) else rejected(_TOO_DEEP, text)


def found_in(document: Mapping[str, Any], *paths: str) -> Any:
    """The first value that is neither null nor empty. `a.b` is the key "a.b", else "b" of the object "a"."""
    for path in paths:
        value = document.get(path)
        if value is None and "." in path:
            value = _nested(document, path)
        if value is not None and value != "":
            return value
    return None


def text_in(document: Mapping[str, Any], *paths: str) -> str | None:
    """The first value that is text or a number, as text."""
    value = found_in(document, *paths)
    if isinstance(value, str):  # nearly always
        return value
    return None if value is None or isinstance(value, dict | list | bool) else str(value)


def whole_in(document: Mapping[str, Any], *paths: str) -> int | None:
    """The first value, if it is a whole number or its digits."""
    value = found_in(document, *paths)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number_in(document: Mapping[str, Any], *paths: str) -> float | None:
    """The first value, if it is a finite number."""
    value = found_in(document, *paths)
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**300
    return float(value) if is_number else None


def _nested(document: Mapping[str, Any], path: str) -> Any:
    value: Any = document
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _is_flat(document: dict[str, Any]) -> bool:
    level: list[Any] = [document]
    for _ in range(DEPTH):
        inner: list[Any] = []
        for value in level:
            inner += [v for v in (value.values() if isinstance(value, dict) else value) if isinstance(v, _HOLDERS)]
        if not inner:
            return True
        level = inner
    return False


def _finite(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


# Not strict: a control character inside a string is a careless writer, not a reason to lose the record.
_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=str, strict=False)
