"""What stands around every page: header, rail, banners, keys, and the router that puts a page in the middle."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from dashboard.access.csrf import current_csrf_token
from dashboard.access.roles import Person
from dashboard.ui import panel
from dashboard.ui.attributes import attributes
from dashboard.ui.banners import SOURCES, Depends, banners
from dashboard.ui.header import header
from dashboard.ui.icons import icon
from dashboard.ui.keys import keys_dialog
from dashboard.ui.palette import mantine_theme


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `key` is pressed after `g` to go there, `icon` and `word` stand in the rail.

    `depends_on`: the sources whose blindness it says at its top.
    """

    path: str
    title: str
    word: str
    icon: str
    key: str
    layout: Callable[[], Component]
    depends_on: Depends = Depends.ALL


def layout(pages: tuple[Page, ...], person: Person | None) -> dmc.MantineProvider:
    """The whole document. `person` is None only while Dash sets itself up, before anyone is let in."""
    return dmc.MantineProvider(
        [
            dcc.Location(id="location", refresh=False),
            *[dcc.Store(id=name) for name in ("view", "view-slow", "scheme")],
            html.A("Skip to the content", href="#main", className="skip"),
            header(person, current_csrf_token()),
            _rail(pages),
            html.Main([banners(), html.Div(id="page"), _page_foot()], id="main", tabIndex=-1),
            keys_dialog([(page.key, page.title) for page in pages]),
        ],
        id="mantine",
        theme=mantine_theme(),
        defaultColorScheme="auto",
    )


def register(app: Dash, pages: tuple[Page, ...]) -> None:
    """Wires the router and the browser's code that keeps the view."""
    by_path: Mapping[str, Page] = {page.path: page for page in pages}

    @app.callback(Output("page", "children"), Output("page-title", "children"), Input("location", "pathname"))
    def route(path: object) -> tuple[Component, str]:
        page = by_path.get(path) if isinstance(path, str) else None
        return (page.layout(), page.title) if page else (_no_such_page(), "No such page")

    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it without types
        ClientsideFunction("vigie", "mount"),
        Output("view", "data"),
        Output("view-slow", "data"),
        Output("scheme", "data"),
        Input("page", "children"),
        prevent_initial_call=True,
    )
    panel.register(app)


def _rail(pages: tuple[Page, ...]) -> html.Nav:
    return html.Nav([_link(page) for page in pages], id="rail", **attributes(aria_label="Pages"))


def _link(page: Page) -> html.A:
    parts = [icon(page.icon), html.Span(page.word)]
    if page.path == SOURCES:
        parts.append(icon("medium", "A source is blind", "rail-mark"))  # seen while the rail `has-blind`
    return html.A(parts, href=page.path, **attributes(data_nav="1", data_key=page.key))


def _page_foot() -> html.Footer:
    return html.Footer(
        [
            html.Span("", id="zone-words"),
            html.Span(
                "Demonstration data. None of these people or addresses exist.", id="demonstration-words", hidden=True
            ),
            html.Button(["Keys ", html.Kbd("?")], type="button", className="plain", **attributes(data_act="keys")),
        ],
        className="page-foot",
    )


def _no_such_page() -> html.Div:
    return html.Div(
        [
            html.P("There is no page at this link.", className="lead"),
            html.A("Go to Situation", href="/", className="button", **attributes(data_nav="1")),
        ],
        className="nothing-here",
    )
