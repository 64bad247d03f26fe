"""`key=value key="a quoted value"` on one line, as Go programs write it."""

import json
import re

_PAIR = re.compile(r'(?a)([\w.@/-]{1,100})=(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([^\s"]*))(?:\s+|$)')
_MOST_PAIRS = 200


def pairs_of(line: str) -> dict[str, str]:
    """The pairs from the start of `line` up to the first thing that is none. The first of two equal keys counts.

    The program's own keys stand before what a client sent, and a client cannot end a quoted value early.
    """
    pairs: dict[str, str] = {}
    place = 0
    while len(pairs) < _MOST_PAIRS and (found := _PAIR.match(line, place)):
        key, quoted, bare = found.groups()
        pairs.setdefault(key, _unquoted(quoted) if quoted is not None else bare)
        place = found.end()
    return pairs


def _unquoted(text: str) -> str:
    if "\\" not in text:
        return text
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text
