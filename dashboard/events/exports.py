"""The files of Security events: every event that matches, the counts of the filters, and the histogram."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from dashboard.events.figures import BINS
from dashboard.events.search import Asked, read_search, tick_texts
from dashboard.exports.declaration import Cell, Export, Reading, at_once, patiently, with_rows
from dashboard.sources.event_questions import (
    DIMENSIONS,
    EventBucket,
    EventQuestions,
    EventRow,
    EventSearch,
    Facets,
    FacetValue,
    Histogram,
    Position,
)
from dashboard.sources.interface import Answer, Completeness

ROWS_AT_ONCE = 1000
MOST_VALUES = 200  # of each facet; an hour keeps no more of those that are free text
_GIVEN = (
    "source", "category", "action", "outcome", "reason", "rule", "user_name", "source_ip", "container_name",
    "host_name", "process_name", "http_method", "http_route", "http_status", "user_agent", "message",
)  # fmt: skip


def _column(name: str) -> Callable[[EventRow], Cell]:
    def value(row: EventRow) -> Cell:
        cell: Cell = getattr(row, name)
        return cell

    return value


_EVENT: Mapping[str, Callable[[EventRow], Cell]] = {
    "occurred_at_utc": lambda row: row.position.occurred_at,
    "received_at_utc": lambda row: row.received_at,
    "severity": lambda row: row.severity.word,
    **{name: _column(name) for name in _GIVEN},
    "key": lambda row: row.position.key,
}
_FACET: Mapping[str, Callable[[tuple[str, FacetValue]], Cell]] = {
    "field": lambda row: row[0],
    "value": lambda row: row[1].value,
    "events": lambda row: row[1].n,
}
_BUCKET: Mapping[str, Callable[[EventBucket], Cell]] = {
    "start_utc": lambda row: row.start,
    "other": lambda row: row.other,
    "failed": lambda row: row.failed,
    "high": lambda row: row.high,
    "critical": lambda row: row.critical,
}


def exports(events: EventQuestions) -> Sequence[Export[Any]]:
    """One for each panel of the page that holds more than one event."""

    def of_search(read: Callable[[EventQuestions, EventSearch], Reading[Any]]) -> Callable[[object], Reading[Any]]:
        def reading(data: object) -> Reading[Any]:
            asked = read_search(data)
            return read(events, asked.search) if asked.search else _refused(asked)

        return reading

    return (
        Export("events", "Security events", _EVENT, of_search(_every_event)),
        Export("events-facets", "Filters of security events", _FACET, of_search(_facets)),
        Export("events-histogram", "Security events in time", _BUCKET, of_search(_histogram)),
    )


def _refused(asked: Asked) -> Reading[Any]:
    return at_once(asked.refused(), lambda _: (), asked.view.window)


def _every_event(events: EventQuestions, search: EventSearch) -> Reading[EventRow]:
    counted = events.histogram(search, 1)
    is_exact = counted.rows is not None and counted.completeness is Completeness.COMPLETE
    total = counted.rows.total if counted.rows is not None and is_exact else None
    return Reading(_pages(events, search), search.window, _filters(search), total)


def _pages(events: EventQuestions, search: EventSearch) -> Iterator[Answer[Sequence[EventRow]]]:
    """To the end of the window: where one page had not the time to look so far, the next one goes on."""
    after: Position | None = None
    while True:
        ask = partial(events.page, search, after, ROWS_AT_ONCE)
        answer = patiently(ask) if after else ask()
        page = answer.rows
        if page is None or page.next is None:
            yield with_rows(answer, None if page is None else page.rows)
            return
        after = page.next
        if answer.completeness is Completeness.TRUNCATED:
            answer = replace(answer, completeness=Completeness.COMPLETE, sentence="", advice="", since=None)
        yield with_rows(answer, page.rows)


def _facets(events: EventQuestions, search: EventSearch) -> Reading[tuple[str, FacetValue]]:
    answer = events.facets(search, MOST_VALUES)
    return at_once(_said_if_sampled(answer), _facet_rows, search.window, _filters(search))


def _said_if_sampled(answer: Answer[Facets]) -> Answer[Facets]:
    looked_at = answer.rows.looked_at if answer.rows else None
    if looked_at is None or answer.completeness is not Completeness.COMPLETE:
        return answer
    sentence = f"The newest {looked_at:,} matching events were counted."
    return replace(answer, completeness=Completeness.TRUNCATED, sentence=sentence)


def _facet_rows(found: Facets) -> Sequence[tuple[str, FacetValue]]:
    return [(name, each) for name in DIMENSIONS for each in found.values.get(name, ())]


def _histogram(events: EventQuestions, search: EventSearch) -> Reading[EventBucket]:
    def clipped(found: Histogram) -> Sequence[EventBucket]:
        """The first step may begin before the window; its counts do not."""
        return [replace(each, start=max(each.start, search.window.since)) for each in found.buckets]

    return at_once(events.histogram(search, BINS), clipped, search.window, _filters(search))


def _filters(search: EventSearch) -> dict[str, str]:
    given = {"query": str(search.query), "ticked": " ".join(tick_texts(search.chosen))}
    return {name: value for name, value in given.items() if value}
