"""What a browser asks of the Logs page. All of it comes from outside; what makes no sense is left out or refused."""

import re
from collections.abc import Mapping

from dashboard.sources.log_questions import LinePlace, LogSearch
from dashboard.ui.view import View
from vigie.query import parse

_PLACE = re.compile(r"([0-9]{1,19})\.([0-9a-f]{0,64})", re.ASCII)
_LATEST = 2**63 - 1  # nanoseconds: the last instant that Loki has a number for
_EARLIEST = 946_684_800 * 10**9  # the year 2000
_LONGEST_NAME = 200
MOST_AROUND = 500


def search_of(asked: object, view: View) -> LogSearch:
    """The search of a view. Raises QueryError for a query that cannot be read."""
    given: Mapping[str, object] = asked if isinstance(asked, dict) else {}
    query = given.get("q")
    return LogSearch(
        view.window,
        parse(query if isinstance(query, str) else ""),
        stream=_name(given.get("stream")),
        level=_name(given.get("level")),
        preset=_name(given.get("preset")),
    )


def place_of(text: object) -> LinePlace | None:
    """A place as `LinePlace` is written in links: nanoseconds, a point, the key. None for anything else."""
    found = _PLACE.fullmatch(text) if isinstance(text, str) else None
    if found is None or not _EARLIEST <= int(found[1]) <= _LATEST:
        return None
    return LinePlace(int(found[1]), found[2])


def count_of(text: object) -> int:
    """How many neighbours are asked for, at most `MOST_AROUND`; 0 for anything that is no number."""
    is_number = isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 6
    return min(int(str(text)), MOST_AROUND) if is_number else 0


def _name(value: object) -> str | None:
    is_name = isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME and "\x00" not in value
    return str(value) if is_name else None
