"""A second opinion on what a detection matches: plain Python over a mapping, written from the Sigma specification.

Knows none of the code it is compared with, neither pySigma nor SQL.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any

Event = Mapping[str, Any]
_LOWER = {ord("A") + place: ord("a") + place for place in range(26)}


def matches(detection: Mapping[str, Any], event: Event) -> bool:
    """`condition` is one of the shapes the tests write: `a`, `not a`, `a and b`, `a or b`, `a and not b`."""
    return _holds(detection["condition"].split(), detection, event)


def _holds(words: list[str], detection: Mapping[str, Any], event: Event) -> bool:
    if "or" in words:
        place = words.index("or")
        return _holds(words[:place], detection, event) or _holds(words[place + 1 :], detection, event)
    if "and" in words:
        place = words.index("and")
        return _holds(words[:place], detection, event) and _holds(words[place + 1 :], detection, event)
    if words[0] == "not":
        return not _holds(words[1:], detection, event)
    return _selected(detection[words[0]], event)


def _selected(selection: Any, event: Event) -> bool:
    if isinstance(selection, dict):
        return all(_item(key, value, event) for key, value in selection.items())
    if isinstance(selection, list):
        return any(_selected(each, event) for each in selection)
    return _keyword(str(selection), event)


def _keyword(word: str, event: Event) -> bool:
    return any(_like(word, str(event[name]), ".*", ".*") for name in ("message", "line") if event.get(name) is not None)


def _item(key: str, value: Any, event: Event) -> bool:
    name, *modifiers = key.split("|")
    values = value if isinstance(value, list) else [value]
    found = event.get(name)
    each = [_compared(found, wanted, modifiers, event) for wanted in values]
    result = all(each) if "all" in modifiers else any(each)
    return not result if "neq" in modifiers else result


def _compared(found: Any, wanted: Any, modifiers: list[str], event: Event) -> bool:
    if "exists" in modifiers:
        return (found is not None) is wanted
    if wanted is None or wanted == "":
        return found is None
    if "fieldref" in modifiers:
        other = event.get(wanted)
        return found is not None and other is not None and _folded(str(found)) == _folded(str(other))
    if found is None:
        return False
    if "re" in modifiers:
        flags = (re.I if "i" in modifiers else 0) | (re.S if "s" in modifiers else 0) | re.A
        return re.search(wanted, str(found), flags) is not None
    if "cidr" in modifiers:
        return ip_address(found) in ip_network(wanted)
    signs = (
        {"gt": found > wanted, "gte": found >= wanted, "lt": found < wanted, "lte": found <= wanted}
        if ({"gt", "gte", "lt", "lte"} & set(modifiers))
        else {}
    )
    for sign, holds in signs.items():
        if sign in modifiers:
            return bool(holds)
    before = ".*" if {"contains", "endswith"} & set(modifiers) else ""
    behind = ".*" if {"contains", "startswith"} & set(modifiers) else ""
    return _like(str(wanted), str(found), before, behind, cased="cased" in modifiers)


def _like(pattern: str, text: str, before: str = "", behind: str = "", *, cased: bool = False) -> bool:
    """`*` any text, `?` one character; behind a backslash they are themselves, as is the backslash."""
    parts, place = [], 0
    while place < len(pattern):
        character = pattern[place]
        following = pattern[place + 1 : place + 2]
        if character == "\\" and following and following in "*?\\":
            parts.append(re.escape(following if cased else _folded(following)))
            place += 1
        elif character in "*?":
            parts.append(".*" if character == "*" else ".")
        else:
            parts.append(re.escape(character if cased else _folded(character)))
        place += 1
    return re.fullmatch("".join([before, *parts, behind]), text if cased else _folded(text), re.DOTALL) is not None


def _folded(text: str) -> str:
    return text.translate(_LOWER)
