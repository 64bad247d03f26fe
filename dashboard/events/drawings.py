"""How each panel of Security events turns its answer into what it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from dashboard.events import facets, figures, grid
from dashboard.events.called import unknown_words
from dashboard.events.search import Asked, tick_texts
from dashboard.sources.event_questions import EventQuestions, EventRows, EventSearch, Facets, Histogram
from dashboard.sources.interface import Answer, Completeness, SourceStatus, TimeRange
from dashboard.ui import words
from dashboard.ui.states import Drawing, Shown, State, blind_words, show
from dashboard.ui.view import LONGEST

T = TypeVar("T")
_SEES_LESS = (Completeness.STALE, Completeness.PARTLY_BLIND)
_NO_COUNTS = "Nothing to count"
_NONE = "No events in this window"
_NO_MATCH = "No event of this window matches"


def told(answer: Answer[T], asked: Asked, drawing: Drawing[T]) -> Shown:
    """What a panel is told. A filter that finds nothing says nothing about the window: it is no good sign."""
    shown = show(answer, asked.view, drawing)
    if answer.completeness is Completeness.PARTLY_BLIND and shown["words"] and "note" in shown:
        shown["words"] += f" · {shown.pop('note')}"  # beside the figure that it qualifies
    if answer.rows is not None and answer.completeness in _SEES_LESS and drawing.is_empty(answer.rows):
        shown |= _none_known(answer, asked)
    is_miss = shown["state"] == State.EMPTY and asked.is_narrow
    return shown | {"state": State.UNMATCHED} if is_miss else shown


def _none_known(answer: Answer[T], asked: Asked) -> Shown:
    """Nothing was found, and who could have told of it was not heard: no sign that nothing happened."""
    shown: Shown = {"sentence": "None known", "advice": blind_words(answer, asked.view), "words": "", "note": ""}
    return shown | {"content": None, "state": State.UNMATCHED if asked.is_narrow else State.UNKNOWN}


def refusal(asked: Asked) -> Shown:
    """What every panel is told where the query is none."""
    return show(asked.refused(), asked.view, Drawing(lambda _: None, lambda _: ""))


def histogram(
    window: TimeRange, collected_since: datetime | None, statuses: Sequence[SourceStatus]
) -> Drawing[Histogram]:
    """Events in time. Empty it is drawn too: where nothing happened and where nobody looked differ.

    `statuses`: of the sources that are asked about.
    """

    def figure(found: Histogram) -> figures.Figure:
        return figures.histogram(found, window, list(figures.unseen(window, collected_since, statuses, found.blind)))

    return Drawing(figure, lambda found: words.count(found.total, "event") + _drag_words(found))


def _drag_words(found: Histogram) -> str:
    return ", drag to choose a time" if found.total else ""


def found_facets(titles: Mapping[str, str]) -> Drawing[Facets]:
    """The counts beside the list."""
    return Drawing(lambda found: facets.facets(found, titles), facets.looked_words, facets.are_none, _NO_COUNTS)


def newest(asked: Asked, events: EventQuestions, search: EventSearch, titles: Mapping[str, str]) -> Drawing[EventRows]:
    """The first rows of the list; the browser asks for more as it is scrolled."""
    return Drawing(
        lambda page: grid.rows(page, asked.view, titles) | {"view": _fixed(search)},
        lambda _: "newest first",
        lambda page: not page.rows and page.next is None,
        _NO_MATCH if asked.is_narrow else _NONE,
        lambda: _last_before(asked, events, search, titles),
    )


def _fixed(search: EventSearch) -> dict[str, object]:
    """The search as the browser sends it again for more rows: its window stands still."""
    return {
        "from": search.window.since.isoformat(),
        "to": search.window.until.isoformat(),
        "zone": search.window.zone.key,
        "q": str(search.query),
        "tick": tick_texts(search.chosen),
    }


def _last_before(asked: Asked, events: EventQuestions, search: EventSearch, titles: Mapping[str, str]) -> str:
    """When it last happened before the window, as far as one question can tell."""
    window = TimeRange(search.window.since - LONGEST + timedelta(days=1), search.window.since, search.window.zone)
    answer = events.page(replace(search, window=window), None, 1)
    if answer.rows is None or (not answer.rows.rows and answer.completeness is not Completeness.COMPLETE):
        return "Try a wider window."
    if not answer.rows.rows:
        return unknown_words(search.query, titles) or "There has been none before either." + (
            " Clear the filter to see the others." if asked.is_narrow else ""
        )
    last = answer.rows.rows[0].position.occurred_at
    return f"The last one was {words.clock_time(last, asked.view.zone, asked.view.window.until)}. Try a wider window."
