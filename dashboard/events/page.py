"""Security events: what happened exactly?"""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output

from dashboard.events import drawer, drawings
from dashboard.events.bar import told_of
from dashboard.events.facets import MOST_VALUES
from dashboard.events.figures import BINS
from dashboard.events.grid import BLOCK, rows
from dashboard.events.layout import EVENT, FACETS, GRID_PANEL, HISTOGRAM, layout
from dashboard.events.search import read_position, read_search
from dashboard.sources.event_narrowing import can_come_from, narrowed
from dashboard.sources.event_questions import EventDetail, EventQuestions, EventSearch
from dashboard.sources.interface import Answer, SourceQuestions, SourceStatus
from dashboard.ui import event_words
from dashboard.ui.entries import severity_badge
from dashboard.ui.event_links import PATH, event_link
from dashboard.ui.shell import Page
from dashboard.ui.states import Drawing, Shown, State, show
from dashboard.ui.view import View, read_view

PANELS = (HISTOGRAM, FACETS, GRID_PANEL, EVENT)
PAGE = Page(PATH, "Security events", "Events", "events", "e", layout)
_NEIGHBOURS = 6  # each way


def register(app: Dash, events: EventQuestions, sources: SourceQuestions, *, has_lines: bool = True) -> None:
    """Registers the callbacks. They ask, and draw; the browser sends what is asked for.

    `has_lines`: the lines on Logs are those that events are made of, and are found by their events.
    """
    view_changed = Input("view", "data")

    @app.callback(HISTOGRAM.answer, view_changed, prevent_initial_call=True)
    def histogram(data: object) -> Shown:
        asked = read_search(data)
        if asked.search is None:
            return drawings.refusal(asked)
        answer, statuses = events.histogram(asked.search, BINS), _asked_of(sources, asked.search)
        return drawings.told(answer, asked, drawings.histogram(asked.search.window, answer.collected_since, statuses))

    @app.callback(FACETS.answer, view_changed, prevent_initial_call=True)
    def facets(data: object) -> Shown:
        asked = read_search(data)
        if asked.search is None:
            return drawings.refusal(asked)
        answer = events.facets(asked.search, MOST_VALUES)
        return drawings.told(answer, asked, drawings.found_facets(_titles(sources)))

    @app.callback(GRID_PANEL.answer, view_changed, prevent_initial_call=True)
    def newest(data: object) -> Shown:
        asked = read_search(data)
        if asked.search is None:
            return drawings.refusal(asked)
        answer = events.page(asked.search, None, BLOCK)
        return drawings.told(answer, asked, drawings.newest(asked, events, asked.search, _titles(sources)))

    @app.callback(Output("events-more", "data"), Input("events-after", "data"), prevent_initial_call=True)
    def more(data: object) -> dict[str, Any]:
        given: Mapping[str, object] = data if isinstance(data, dict) else {}
        asked, after = read_search(given.get("view")), read_position(given.get("after"))
        page = events.page(asked.search, after, BLOCK).rows if asked.search and after else None
        return {"n": given.get("n")} | (rows(page, asked.view, _titles(sources)) if page else {"rows": None})

    @app.callback(Output("events-told", "data"), Input("events-typed", "data"), prevent_initial_call=True)
    def typed(data: object) -> dict[str, Any]:
        return told_of(data, events, _titles(sources))

    @app.callback(EVENT.answer, Input("event-asked", "data"), prevent_initial_call=True)
    def event(data: object) -> Shown:
        given: Mapping[str, object] = data if isinstance(data, dict) else {}
        view, position = read_view(given), read_position(given.get("event"))
        answer = events.one(position) if position and position.key else None
        if answer is None or answer.rows is None:
            return _no_event(answer, view)
        return show(answer, view, _event(events, answer.rows, view, _titles(sources), has_lines), "one event")

    _register_browser(app)


def _register_browser(app: Dash) -> None:
    """Answers that the browser's own code takes, and what is brushed. Its outputs are never written."""
    figure = {"part": "figure-content", "panel": HISTOGRAM.name}
    wires = (
        ("events_more", [Input("events-more", "data")]),
        ("events_told", [Input("events-told", "data")]),
        ("events_saved", [Input("saved-told", "data")]),
        ("events_brush", [Input(figure, "selectedData"), Input(figure, "clickData")]),
    )
    for name, inputs in wires:
        app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it without types
            ClientsideFunction("vigie", name), Output(f"{name}-taken", "data"), *inputs, prevent_initial_call=True
        )


def _asked_of(sources: SourceQuestions, search: EventSearch) -> list[SourceStatus]:
    """The sources whose events can be what is looked for."""
    query = narrowed(search)
    return [each for each in sources.statuses().rows or () if can_come_from(query, each.name)]


def _titles(sources: SourceQuestions) -> dict[str, str]:
    return {each.name: each.title for each in sources.statuses().rows or ()}


def _no_event(answer: Answer[EventDetail | None] | None, view: View) -> Shown:
    """Not there, or not to be read: two different things."""
    if answer is not None and answer.sentence:
        return show(answer, view, Drawing(lambda _: None, lambda _: ""), "one event")
    return {
        "state": State.UNKNOWN,
        "foot": "Vigie's database · one event",
        "as_of": (answer.as_of if answer else view.window.until).isoformat(),
        "words": "",
        "badge": "",
        "sentence": "There is no such event",
        "advice": "Its time in the store is over, or the link is not whole.",
    }


def _event(
    events: EventQuestions, detail: EventDetail, view: View, titles: Mapping[str, str], has_lines: bool
) -> Drawing[EventDetail | None]:
    row = detail.row
    around, same = events.around(row, _NEIGHBOURS), events.same_entity(row)

    def content(_: EventDetail | None) -> dict[str, Any]:
        return {
            "badge": severity_badge(row.severity),
            "title": event_words.title(row),
            "sentence": event_words.sentence(row),
            "fields": drawer.fields(detail, view.zone, titles),
            "raw": drawer.raw_text(detail),
            "raw_words": drawer.raw_words(detail),
            "around": drawer.around(around.rows, row) if around.rows is not None else around.sentence,
            "same": drawer.same_entity(same.rows) if same.rows is not None else same.sentence,
            "logs": drawer.logs_link(row, has_line=has_lines),
            "link": event_link(row),
        }

    return Drawing(content, lambda _: "")
