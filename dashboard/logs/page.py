"""Logs: show me the lines. assets/logs.js draws them, asks for more of them, and follows the live tail."""

from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from dashboard.logs import drawings
from dashboard.logs.asked import search_of
from dashboard.sources.log_questions import LogQuestions
from dashboard.ui import query_bar
from dashboard.ui.attributes import attributes
from dashboard.ui.banners import Depends
from dashboard.ui.panel import Body, Panel
from dashboard.ui.shell import Page
from dashboard.ui.states import Shown
from dashboard.ui.view import read_view
from vigie.query import QueryError

LINES_AT_ONCE = 100
BINS = 120
EXAMPLES = (
    ("timeout", "lines that hold the word"),
    ('"connection refused"', "these words, one after the other"),
    ("source:nginx -favicon.ico", "one stream, without what holds a word"),
    ("timeout OR refused", "either of the two"),
)
_BRUSHED = "log-brushed"

VOLUME = Panel("log-volume", "Lines over time", Body.FIGURE, "log-volume", legend=(html.Div(id="log-legend"),))


def _tail() -> html.Button:
    return html.Button(
        [html.Span(className="dot", **attributes(aria_hidden="true")), "Live tail"],
        id="log-tail",
        type="button",
        className="button small",
        **attributes(data_act="log-tail", aria_pressed="false"),
    )


def _news() -> html.Button:
    return html.Button(
        "New lines",
        id="log-news",
        type="button",
        className="button small",
        hidden=True,
        **attributes(data_act="log-news"),
    )


LINES = Panel("log-lines", "Lines", Body.LIST, "log-lines rows", legend=(_news(), _tail()))
PANELS = (VOLUME, LINES)


def _query() -> html.Div:
    bar = query_bar.holder("Search in lines", 'Words, "a phrase", field:value, AND, OR, NOT')
    return html.Div([bar, query_bar.help_sheet(EXAMPLES)], className="query-line log-query")


def _bar() -> html.Div:
    """Streams, levels and presets are put in by the browser, as far as there are any."""
    return html.Div(
        [
            html.Div([_query(), html.Div(id="log-streams"), html.Div(id="log-levels")], className="log-row"),
            html.Div([html.Div(id="log-presets"), html.P("", id="log-about", className="hint")], className="log-row"),
        ],
        className="log-bar",
        role="group",
        **attributes(aria_label="What is shown"),
    )


def layout() -> html.Div:
    """The page before its first answers."""
    lines = [
        html.Div(id="log-linked", hidden=True),
        html.Div(id="log-list", role="list", **attributes(aria_label="Lines, newest first")),
        html.Div(id="log-end"),
    ]
    scroll = html.Div(lines, id="log-scroll")
    stores = [dcc.Store(id=name) for name in (_BRUSHED, *query_bar.STORES)]
    rests = attributes(data_beat="loki", data_rests=f"{VOLUME.name} {LINES.name}")
    return html.Div([_bar(), VOLUME.render(), LINES.render([scroll]), *stores], className="logs", **rests)


PAGE = Page("/logs", "Logs", "Logs", "logs", "l", layout, Depends.RECORDS)


def register(app: Dash, logs: LogQuestions) -> None:
    """Registers the callbacks. More lines, and the choices, are asked for over `answers.blueprint`."""

    @app.callback(LINES.answer, Input("view", "data"), prevent_initial_call=True)
    def lines(asked: object) -> Shown:
        view = read_view(asked)
        try:
            search = search_of(asked, view)
            return drawings.lines(logs.page(search, None, LINES_AT_ONCE), search, view)
        except QueryError as error:
            return drawings.refused(error, view)

    @app.callback(VOLUME.answer, Input("view-slow", "data"), prevent_initial_call=True)
    def volume(asked: object) -> Shown:
        view = read_view(asked)
        try:
            search = search_of(asked, view)
            return drawings.volume(logs.volume(search, BINS), search, view)
        except QueryError as error:
            return drawings.refused(error, view)

    figure = {"part": "figure-content", "panel": VOLUME.name}
    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it without types
        ClientsideFunction("vigie", "logs_brush"),
        Output(_BRUSHED, "data"),
        Input(figure, "selectedData"),
        Input(figure, "clickData"),
        prevent_initial_call=True,
    )
