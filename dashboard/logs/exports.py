"""The files of Logs: every line that is looked for, and how many there were in each step of time."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from dashboard.exports.declaration import Cell, Export, Reading, at_once, patiently, with_rows
from dashboard.logs.asked import search_of
from dashboard.logs.page import BINS
from dashboard.sources.interface import Answer, Completeness
from dashboard.sources.log_questions import Band, LinePlace, LogLine, LogLines, LogQuestions, LogSearch, Volume
from dashboard.ui.view import View, read_view
from vigie.clock import utc_now
from vigie.query import QueryError

LINES_AT_ONCE = 1000
_NOT_WHOLE = "Of some lines only what their event says could be read; is_whole is false there."


@dataclass(frozen=True, slots=True)
class _Step:
    """How many lines of each band in one step that begins at `start` (UTC)."""

    start: datetime
    step_s: int
    counts: Mapping[Band, int]


def _band(band: Band) -> Callable[[_Step], Cell]:
    return lambda row: row.counts.get(band)  # None: the supplier does not tell this band apart


_LINE: Mapping[str, Callable[[LogLine], Cell]] = {
    "occurred_at_utc": lambda row: _exact(row.place),
    "stream": lambda row: row.stream,
    "level": lambda row: row.level,
    "text": lambda row: row.text,
    "labels": lambda row: json.dumps(dict(row.labels), sort_keys=True) if row.labels else None,
    "is_whole": lambda row: row.is_whole,
    "event_key": lambda row: row.event,
}
_STEP: Mapping[str, Callable[[_Step], Cell]] = {
    "start_utc": lambda row: row.start,
    "step_s": lambda row: row.step_s,
    **{band.value.lower(): _band(band) for band in Band},
}


def exports(logs: LogQuestions) -> Sequence[Export[Any]]:
    """One for each panel of the page."""
    return (
        Export("log-lines", "Log lines", _LINE, lambda asked: _read(asked, lambda search: _lines(logs, search))),
        Export("log-volume", "Log lines in time", _STEP, lambda asked: _read(asked, lambda each: _volume(logs, each))),
    )


def _read(asked: object, read: Callable[[LogSearch], Reading[Any]]) -> Reading[Any]:
    """A query that is none, or that the supplier has no words for, gives no rows and says why."""
    view = read_view(asked)
    try:
        return read(search_of(asked, view))
    except QueryError as error:
        return _refused(error, view)


def _refused(error: QueryError, view: View) -> Reading[Any]:
    kind = Completeness.UNAVAILABLE
    answer: Answer[None] = Answer(None, utc_now(), "Your query", kind, error.sentence, error.advice)
    return at_once(answer, lambda _: (), view.window)


def _lines(logs: LogQuestions, search: LogSearch) -> Reading[LogLine]:
    first = logs.page(search, None, LINES_AT_ONCE)  # here, so that a query without words is refused before the file
    return Reading(_pages(logs, search, first), search.window, _filters(search))


def _pages(logs: LogQuestions, search: LogSearch, first: Answer[LogLines]) -> Iterator[Answer[Sequence[LogLine]]]:
    """To the beginning of the window: where one page had not the time to look so far, the next one goes on."""
    answer = first
    while (page := answer.rows) is not None and page.older is not None:
        yield with_rows(_going_on(answer, page), page.lines)
        answer = patiently(partial(logs.page, search, page.older, LINES_AT_ONCE))
    yield with_rows(answer, None if answer.rows is None else answer.rows.lines)


def _going_on(answer: Answer[LogLines], page: LogLines) -> Answer[LogLines]:
    if answer.completeness is not Completeness.TRUNCATED:
        return answer
    if all(line.is_whole for line in page.lines):
        return replace(answer, completeness=Completeness.COMPLETE, sentence="", advice="", since=None)
    return replace(answer, sentence=_NOT_WHOLE)


def _volume(logs: LogQuestions, search: LogSearch) -> Reading[_Step]:
    return at_once(logs.volume(search, BINS), _steps, search.window, _filters(search))


def _steps(volume: Volume) -> Sequence[_Step]:
    count = max((len(part.counts) for part in volume.parts), default=0)
    return [
        _Step(
            volume.start + number * volume.step,
            int(volume.step.total_seconds()),
            {part.band: part.counts[number] for part in volume.parts},
        )
        for number in range(count)
    ]


def _exact(place: LinePlace) -> str:
    """ISO 8601 to the nanosecond, which Python's own times cannot hold."""
    return f"{place.moment:%Y-%m-%dT%H:%M:%S}.{place.at % 10**9:09}+00:00"


def _filters(search: LogSearch) -> dict[str, str]:
    given = {
        "query": str(search.query), "stream": search.stream, "level": search.level, "preset": search.preset,
    }  # fmt: skip
    return {name: value for name, value in given.items() if value}
