"""The top bar: product, page, time range, live, colours, and who is signed in."""

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard.ui import words
from dashboard.ui.icons import icon
from dashboard.ui.time_range import time_range

SCHEMES = (("auto", "Like the system", "system"), ("light", "Light", "sun"), ("dark", "Dark", "moon"))


def header(name: str, email: str, role: str) -> html.Header:
    """The header for the person signed in; empty strings while nobody is."""
    return html.Header(
        [
            html.A([html.Span(className="mark", **{"aria-hidden": "true"}), html.Span("Vigie", className="product")],
                   href="/", className="brand", **{"data-nav": "1", "aria-label": "Vigie, Situation"}),
            html.H1("", id="page-title", tabIndex=-1),
            html.Span("Demonstration data", id="demonstration-chip", className="demonstration", hidden=True),
            html.Div([time_range(), _live(), _scheme_menu(), _person_menu(name, email, role)], className="tools"),
        ],
        id="top",
    )  # fmt: skip


def _live() -> html.Button:
    return html.Button(
        [
            html.Span(className="dot", **{"aria-hidden": "true"}),
            html.Span("Live", id="live-word"),
            html.Span([icon("pause", extra="when-on"), icon("play", extra="when-off")], className="live-icon"),
        ],
        id="live",
        type="button",
        className="button",
        **{"data-act": "live", "data-live": "on", "aria-label": "Live, press to pause"},
    )


def _scheme_menu() -> dmc.Menu:
    button = html.Button(
        [icon("moon", extra="when-dark"), icon("sun", extra="when-light")],
        type="button", className="button square", **{"aria-label": "Colours"},
    )  # fmt: skip
    items: list[Component] = [
        dmc.MenuItem(label, leftSection=icon(sign), **{"data-act": "scheme", "data-value": value})
        for value, label, sign in SCHEMES
    ]
    return _menu(button, items)


def _person_menu(name: str, email: str, role: str) -> dmc.Menu:
    shown = words.outside(name or email, 24) if name or email else ""
    initials = "".join(part[0] for part in shown.replace(".", " ").split()[:2]).upper()
    button = html.Button(
        [html.Span(initials or "–", className="initials"), html.Span(shown, className="person"), icon("chevron")],
        type="button", className="plain person-button", **{"aria-label": f"Account of {shown or 'nobody'}"},
    )  # fmt: skip
    items: list[Component] = [
        dmc.MenuLabel(f"{words.outside(email, 60)} · {role}" if email else role),
        dmc.MenuItem("Change password", leftSection=icon("key"), href="/password", refresh=True),
        dmc.MenuItem("Keys", leftSection=icon("keyboard"), **{"data-act": "keys"}),
        dmc.MenuDivider(),
        dmc.MenuItem("Sign out", leftSection=icon("leave"), **{"data-act": "sign-out"}),
    ]
    return _menu(button, items)


def _menu(target: Component, items: list[Component]) -> dmc.Menu:
    return dmc.Menu(
        [dmc.MenuTarget(target), dmc.MenuDropdown(items)],
        position="bottom-end",
        width=230,
        transitionProps={"duration": 120},
    )
