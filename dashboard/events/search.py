"""What somebody looks for, read from what the browser sent. It is input from outside: any JSON may arrive."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from dashboard.sources.event_questions import DIMENSIONS, EventSearch, Position
from dashboard.sources.interface import Answer, Completeness
from dashboard.ui.view import View, read_view
from vigie.clock import utc_now
from vigie.query import QueryError, parse

MOST_TICKS = 60
_LONGEST_VALUE = 400
_KEY_LETTERS = 64
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """The view, and the search in it; where the query is none, `search` is None and `error` says why."""

    view: View
    search: EventSearch | None
    error: QueryError | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether a query or a tick leaves events out."""
        return self.search is not None and bool(self.search.chosen or not self.search.query.is_everything)

    def refused(self) -> Answer[None]:
        """The answer of every panel to a query that is none."""
        error = self.error or QueryError("The query is not understood.")
        return Answer(None, utc_now(), "Your query", Completeness.UNAVAILABLE, error.sentence, error.advice)


def read_search(data: object, now: datetime | None = None) -> Asked:
    """The search a browser sent. `now` (UTC) is for tests. Never raises."""
    given: Mapping[str, object] = data if isinstance(data, dict) else {}
    view = read_view(given, now)
    text = given.get("q")
    try:
        query = parse(text if isinstance(text, str) else "")
    except QueryError as error:
        return Asked(view, None, error)
    return Asked(view, EventSearch(view.window, query, ticks(given.get("tick"))))


def ticks(data: object) -> Mapping[str, frozenset[str]]:
    """The ticked values by dimension, from `["source:falco", "rule:"]`; nothing after the colon means "not given"."""
    chosen: dict[str, frozenset[str]] = {}
    for each in data[:MOST_TICKS] if isinstance(data, list) else []:
        dimension, colon, value = each.partition(":") if isinstance(each, str) else ("", "", "")
        if colon and dimension in DIMENSIONS and len(value) <= _LONGEST_VALUE and _is_storable(value):
            chosen[dimension] = chosen.get(dimension, frozenset()) | {value}
    return MappingProxyType(chosen)


def tick_texts(chosen: Mapping[str, frozenset[str]]) -> list[str]:
    """The ticked values as they stand in a link."""
    return sorted(f"{name}:{value}" for name, values in chosen.items() for value in values)


def read_position(data: object) -> Position | None:
    """A place in the list, from `2026-11-20T01:29:41.526000Z_<key>`; None where it is no such text.

    Without a key it is the place before every event of its instant, from where a search that ended early goes on.
    """
    at, _, key = data.partition("_") if isinstance(data, str) and len(data) < 120 else ("", "", "")
    if len(key) not in (0, _KEY_LETTERS) or not set(key) <= set("0123456789abcdef"):
        return None
    try:
        instant = datetime.fromisoformat(at)
        return Position(instant.astimezone(UTC), key) if instant.tzinfo and instant >= _EARLIEST else None
    except (ValueError, OverflowError):
        return None


def _is_storable(value: str) -> bool:
    return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
