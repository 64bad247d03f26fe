"""The page before its first answers: filters, query bar, histogram, grid, and the drawer of one event."""

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.events.grid import grid
from dashboard.ui import query_bar
from dashboard.ui.attributes import attributes
from dashboard.ui.icons import icon
from dashboard.ui.panel import Body, Panel

EXAMPLES = (
    ("user_name:m.keller", "all that one account did"),
    ("source_ip:203.0.113.0/24 outcome:failure", "failures from a network"),
    ("severity:>=high -source:falco", "what is bad, without Falco"),
    ("http_status:500..599 OR action:application_error", "either of the two"),
    ('rule:* "/etc/shadow"', "a rule matched, and these words are in the record"),
    ("source:(falco OR sshd) -container_name:*", "one of two sources, no container given"),
)
_STORES = (
    "events-after", "events-more", "event-asked", *query_bar.STORES,
    "saved-asked", "saved-told", "events_saved-taken", "events_more-taken", "events_brush-taken",
)  # fmt: skip
_TABS = (("fields", "Fields"), ("raw", "Raw JSON"), ("around", "Around it"), ("same", "Same entity"))


def _button(name: str, label: str, sign: str, act: str, look: str = "") -> html.Button:
    return html.Button(
        icon(sign),
        id=name,
        type="button",
        className=f"plain icon-button {look}".rstrip(),
        title=label,
        **attributes(data_act=act, aria_label=label),
    )


_LEGEND = (
    html.Span([html.Span(className="swatch success"), "other"], className="legend"),
    html.Span([html.Span(className="swatch failure"), "failed"], className="legend"),
    html.Span([icon("high", extra="is-high"), "high"], className="legend"),
    html.Span([icon("critical", extra="is-critical"), "critical"], className="legend"),
    html.Button(
        "Wider", type="button", className="plain panel-link", **attributes(data_act="wider", aria_label="Wider window")
    ),
)
_WIDER_INSTEAD = html.Button(
    "Wider window", type="button", className="button small when-none", **attributes(data_act="wider")
)
_NEW = html.Button(
    "", id="new-events", type="button", className="button small", hidden=True, **attributes(data_act="new-events")
)
_SEARCH_ON = html.Button(
    "Search further back",
    id="search-on",
    type="button",
    className="button small",
    hidden=True,
    **attributes(data_act="search-on"),
)
_CLEAR = html.Button(
    "Clear",
    id="clear-ticks",
    type="button",
    className="plain panel-link",
    hidden=True,
    **attributes(data_act="clear-ticks"),
)
_SHUT_FILTERS = _button("filters-shut", "Close the filters", "cross", "filters", "on-phone")
_ACTS = (
    html.A("Open raw logs", id="event-logs", href="/logs", className="panel-link", **attributes(data_nav="1")),
    html.Span(
        [
            _button("event-previous", "Previous event", "left", "event-previous"),
            _button("event-next", "Next event", "right", "event-next"),
            _button("event-copy", "Copy the link to this event", "copy", "event-copy"),
            _button("event-close", "Close", "cross", "event-close"),
        ],
        className="icon-buttons",
    ),
)
HISTOGRAM = Panel("events-histogram", "Events", Body.FIGURE, "events-histogram", legend=_LEGEND)
FACETS = Panel("events-facets", "Filters", Body.LIST, "events-facets rows", legend=(_CLEAR, _SHUT_FILTERS))
GRID_PANEL = Panel(
    "events", "List", Body.LIST, "events-list rows", legend=(_SEARCH_ON, _NEW), ways_on=(_WIDER_INSTEAD,)
)
EVENT = Panel("event", "Event", Body.LIST, "events-drawer rows", legend=_ACTS, has_export=False)


def layout() -> html.Div:
    """The page. assets/events-*.js fill the query bar, the facets, the grid and the drawer."""
    stores = [dcc.Store(id=name) for name in _STORES]
    middle = [_query(), HISTOGRAM.render(), GRID_PANEL.render([grid()])]
    return html.Div(
        [
            FACETS.render([html.Div(id="facets")]),
            html.Div(middle, className="events-middle"),
            html.Div(EVENT.render([_drawer()]), id="event-drawer", hidden=True),
            html.Div("", id="events-said", className="unseen-words", **attributes(aria_live="polite")),
            *stores,
        ],
        className="events",
        id="events-page",
    )


def _query() -> html.Div:
    """The bar is made by assets/events-query.js, in `query-bar`; the rest stands still."""
    filters = html.Button(
        [icon("filter"), html.Span("Filters", id="filters-word")],
        type="button",
        className="button on-phone",
        **attributes(data_act="filters"),
    )
    saved = html.Div(id="saved-sheet", className="query-help", hidden=True)
    bar = query_bar.holder("Search events", "Search: user_name:alice outcome:failure")
    return html.Div([filters, bar, query_bar.help_sheet(EXAMPLES), saved], className="query-line")


def _drawer() -> Component:
    """What stands in the drawer for every event, so that the tab that is open stays open."""
    panels = [dmc.TabsPanel(_tab(name), value=name) for name, _ in _TABS]
    tabs = dmc.TabsList(
        [dmc.TabsTab(word, value=name) for name, word in _TABS], **attributes(aria_label="Parts of the event")
    )
    return html.Div(
        [
            html.Div(
                [html.Span(id="event-badge"), html.Span("", id="event-place", className="is-dimmed")],
                className="event-top",
            ),
            html.H3("", id="event-title", tabIndex=-1),
            html.P("", id="event-sentence"),
            dmc.Tabs([tabs, *panels], id="event-tabs", value="fields", keepMounted=True),
        ],
        className="event-inside",
    )


def _tab(name: str) -> Component:
    if name != "raw":
        return html.Div(id=f"event-{name}")
    return html.Div([html.P("", id="event-raw-words", className="hint"), html.Pre("", id="event-raw", tabIndex=0)])
