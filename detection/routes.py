"""The route of a request: what many paths have in common. Patterns of `sources.toml` first, then what looks like a key.

Without routes, every number in a path would be a row of its own in the counts.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from detection.parsers.interface import HttpHit
from vigie.store.http_minutes import ROUTE_LIMIT, Request

_PLACE = re.compile(r"\{(\w+)(\.\.\.)?\}")
# Numbers, UUIDs, digests and other long words with digits in them.
_LONG_KEY = re.compile(r"[0-9a-fA-F-]{16,}|(?=[\w.~=-]*\d)[\w.~=-]{24,}")
_SEGMENTS = 12


class Routes:
    """Chooses the route of a path. A pattern's `{name}` stands for one segment, `{name...}` at its end for the rest."""

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        self._patterns = tuple((re.compile(_expression(pattern)), pattern) for pattern in patterns)
        self._route_of = lru_cache(maxsize=4096)(self._find)

    def request(self, hit: HttpHit) -> Request:
        """What is counted of `hit`."""
        return Request(hit.at, self._route_of(hit.route_path), hit.method, hit.status, hit.duration_s)

    def _find(self, path: str) -> str:
        for expression, pattern in self._patterns:
            if expression.fullmatch(path):
                return pattern
        segments = path.split("/")
        shown = ["{id}" if _is_key(segment) else segment for segment in segments[:_SEGMENTS]]
        return "/".join(shown + (["…"] if len(segments) > _SEGMENTS else []))[:ROUTE_LIMIT]


def _is_key(segment: str) -> bool:
    return segment.isdecimal() or (len(segment) >= 16 and _LONG_KEY.fullmatch(segment) is not None)


def is_pattern(text: str) -> bool:
    """Whether `text` can be a route's pattern."""
    rests = [found for found in _PLACE.finditer(text) if found[2]]
    is_at_end = not rests or (len(rests) == 1 and rests[0].end() == len(text))
    return text.startswith("/") and len(text) <= ROUTE_LIMIT and is_at_end and text.isprintable()


def _expression(pattern: str) -> str:
    literal, end = [], 0
    for place in _PLACE.finditer(pattern):
        literal += [re.escape(pattern[end : place.start()]), ".*" if place[2] else "[^/]+"]
        end = place.end()
    return "".join([*literal, re.escape(pattern[end:])])
