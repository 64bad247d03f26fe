"""Loki, honest about what it does: text errors, unordered streams, silent limits, milliseconds in scalars."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from vigie.clients.errors import AskedTooMuch, AskedWrongly, Overloaded, SourceError, TooSlow
from vigie.clients.http import HttpClient
from vigie.clients.literals import check_name, whole_seconds
from vigie.clients.log_lines import Direction, LogLine, LogPage, Nanoseconds, merged, nanoseconds, pages
from vigie.clients.samples import (
    Envelope,
    Labels,
    Matrix,
    Sample,
    Scalar,
    Series,
    Vector,
    at_another_time,
    samples,
    series,
    shaped,
)
from vigie.clients.words import words_of

MOST_LINES = 5000  # max_entries_limit_per_query as Loki ships it
MOST_POINTS = 11_000
_EARLIEST = 946_684_800_000_000_000  # 2000-01-01 in nanoseconds: below it stand seconds, milliseconds and microseconds
_API = "/loki/api/v1"
# Without it every value of structured metadata, such as a trace id, makes a stream of its own.
_CATEGORIZE = {"X-Loki-Response-Encoding-Flags": "categorize-labels"}
_TOO_MUCH = (
    ("max entries limit", "Ask for fewer lines, or raise max_entries_limit_per_query in Loki."),
    ("time range exceeds the limit", "Choose a shorter time range, or raise max_query_length in Loki."),
    ("maximum number of series", "Group by labels with fewer values, or filter more narrowly."),
    ("exceeded maximum resolution", "Choose a shorter time range or a longer step."),
    ("too many bytes", "Choose a shorter time range, or name the streams more exactly."),
    ("too large to execute", "Choose a shorter time range, or name the streams more exactly."),
    ("value exceeds limit", "Count over a shorter window, or raise max_query_range in Loki."),
    ("input size too long", "Use a shorter query."),
)


class _Categories(BaseModel):
    structuredMetadata: Labels = {}  # noqa: N815  the field's name on the wire
    parsed: Labels = {}


_Time = Annotated[str, Field(pattern=r"^-?[0-9]{1,19}$")]


class _Stream(BaseModel):
    stream: Labels
    values: list[tuple[_Time, str] | tuple[_Time, str, _Categories]]


_NO_CATEGORIES = _Categories()


class _Streams(BaseModel):
    resultType: Literal["streams"]  # noqa: N815  the field's name on the wire
    result: list[_Stream]


class _Names(BaseModel):
    """Loki leaves `data` out where there are no names."""

    status: Literal["success"]
    data: list[str] = []


class Loki:
    """Questions to one Loki. Every method raises a SourceError; times go out as nanoseconds, always."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    def lines(
        self, query: str, start: datetime, end: datetime, *, limit: int = MOST_LINES, direction: Direction
    ) -> LogPage:
        """At most `limit` lines of [start, end), from the end that `direction` begins at."""
        return self._page(query, direction, nanoseconds(start), nanoseconds(end), limit)

    def page(
        self,
        query: str,
        start: Nanoseconds,
        end: Nanoseconds,
        *,
        limit: int,
        direction: Direction,
        within_s: float | None = None,
    ) -> LogPage:
        """As `lines`, to the nanosecond. `within_s`: less time than the source's deadline."""
        return self._page(query, direction, start, end, limit, within_s)

    def pages(
        self, query: str, start: Nanoseconds, end: Nanoseconds, *, limit: int = MOST_LINES, direction: Direction
    ) -> Iterator[LogPage]:
        """All lines of [start, end) in pages of at most `limit`, none lost and none twice. See `log_lines.pages`."""
        return pages(partial(self._page, query, direction), start, end, limit, direction, self._http.name)

    def series(self, query: str, start: datetime, end: datetime, step: timedelta) -> tuple[Series, ...]:
        """A metric query over [start, end]. Loki aligns points to multiples of `step`; those outside are left out."""
        _check_points(self._http.name, start, end, step)
        params = [("query", query), *_range(start, end), ("step", str(whole_seconds(step)))]
        answer = shaped(Envelope[Matrix], self._json("/query_range", params), self._http.name)
        found = series(answer.data, self._http.name)
        if any(not start - step <= point.at <= end + step for each in found for point in each.points):
            raise at_another_time(self._http.name)
        return tuple(
            Series(each.labels, tuple(point for point in each.points if start <= point.at <= end)) for each in found
        )

    def instant(self, query: str, at: datetime) -> tuple[Sample, ...]:
        """A metric query at one instant; nothing found gives no sample, not a zero."""
        given = self._json("/query", [("query", query), ("time", str(_checked(nanoseconds(at))))])
        answer = shaped(Envelope[Vector | Scalar], given, self._http.name)
        return samples(answer.data, self._http.name)

    def labels(self, start: datetime, end: datetime) -> tuple[str, ...]:
        """Names of the labels in use."""
        return tuple(shaped(_Names, self._json("/labels", _range(start, end)), self._http.name).data)

    def label_values(self, name: str, start: datetime, end: datetime) -> tuple[str, ...]:
        """Values of one label. Raises BadFilter for what is no label's name."""
        given = self._json(f"/label/{check_name(name)}/values", _range(start, end))
        return tuple(shaped(_Names, given, self._http.name).data)

    def streams(self, selector: str, start: datetime, end: datetime) -> tuple[Labels, ...]:
        """Label sets of the streams that `selector` names."""
        given = self._json("/series", [*_range(start, end), ("match[]", selector)])
        return tuple(shaped(Envelope[list[Labels]], given, self._http.name).data)

    def not_ready(self) -> str | None:
        """Why it is not ready, in its own words; None when it is. Queries may be answered before."""
        reply = self._http.get("/ready", expected=frozenset({200, 503}))
        return None if reply.status == 200 else words_of(reply.body) or "not ready"

    def _page(
        self,
        query: str,
        direction: Direction,
        start: Nanoseconds,
        end: Nanoseconds,
        limit: int,
        within_s: float | None = None,
    ) -> LogPage:
        params = [
            ("query", query),
            ("start", str(_checked(start))),
            ("end", str(_checked(end))),
            ("limit", str(limit)),
            ("direction", direction.value),
        ]
        answer = shaped(Envelope[_Streams], self._json("/query_range", params, within_s), self._http.name)
        found = [_line(stream.stream, *value) for stream in answer.data.result for value in stream.values]
        if any(not start <= line.at < end for line in found):
            raise at_another_time(self._http.name)
        return LogPage(merged(found, direction), len(found) >= limit)

    def _json(self, path: str, params: list[tuple[str, str]], within_s: float | None = None) -> object:
        try:
            return self._http.get_json(f"{_API}{path}", params, _CATEGORIZE, within_s)
        except (AskedWrongly, Overloaded) as error:
            raise _explained(error) from error


def _line(labels: Labels, at: str, line: str, categories: _Categories | None = None) -> LogLine:
    found = categories or _NO_CATEGORIES
    return LogLine(Nanoseconds(int(at)), line, labels, found.structuredMetadata, found.parsed)


def _range(start: datetime, end: datetime) -> list[tuple[str, str]]:
    return [("start", str(_checked(nanoseconds(start)))), ("end", str(_checked(nanoseconds(end))))]


def _checked(at: Nanoseconds) -> Nanoseconds:
    if at < _EARLIEST:
        raise ValueError("times are nanoseconds since 1970, and not before the year 2000")
    return at


def _check_points(source: str, start: datetime, end: datetime, step: timedelta) -> None:
    if (end - start) / step >= MOST_POINTS:
        raise AskedTooMuch(
            source,
            f"The range holds more than {MOST_POINTS:,} steps.",
            f"Use a step of at least {(end - start).total_seconds() // (MOST_POINTS - 1) + 1:.0f} s.",
        )


def _explained(error: AskedWrongly | Overloaded) -> SourceError:
    """The same refusal with the remedy, where the words tell a limit or a time-out."""
    if isinstance(error, Overloaded):
        if "request timed out" not in error.words:
            return error
        advice = "Choose a shorter time range, or name the streams more exactly."
        return TooSlow(error.source, error.sentence, advice, status=error.status, words=error.words)
    for words, advice in _TOO_MUCH:
        if words in error.words:
            return AskedTooMuch(error.source, error.sentence, advice, status=error.status, words=error.words)
    return error
