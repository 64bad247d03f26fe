"""The top bar: product, page, time range, live, colours, and who is signed in."""

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.access.csrf import FIELD
from dashboard.access.roles import Person
from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.icons import icon
from dashboard.ui.target import target
from dashboard.ui.time_range import time_range

SCHEMES = (("auto", "Like the system", "system"), ("light", "Light", "sun"), ("dark", "Dark", "moon"))


def header(person: Person | None, csrf_token: str) -> html.Header:
    """The header for the person signed in. `csrf_token` goes with the form that signs out."""
    return html.Header(
        [
            html.A(
                [
                    html.Span(className="mark", **attributes(aria_hidden="true")),
                    html.Span("Vigie", className="product"),
                ],
                href="/",
                className="brand",
                **attributes(data_nav="1", aria_label="Vigie, Situation"),
            ),
            html.H1("", id="page-title", tabIndex=-1),
            html.Span("Demonstration data", id="demonstration-chip", className="demonstration", hidden=True),
            html.Div(
                [time_range(), _live(), _scheme_menu(), _person_menu(person), _sign_out(csrf_token)], className="tools"
            ),
        ],
        id="top",
    )


def _live() -> html.Button:
    return html.Button(
        [
            html.Span(className="dot", **attributes(aria_hidden="true")),
            html.Span("Live", id="live-word"),
            html.Span([icon("pause", extra="when-on"), icon("play", extra="when-off")], className="live-icon"),
        ],
        id="live",
        type="button",
        className="button",
        **attributes(data_act="live", data_live="on", aria_label="Live, press to pause"),
    )


def _scheme_menu() -> dmc.Menu:
    items: list[Component] = [
        dmc.MenuItem(label, leftSection=icon(sign), **attributes(data_act="scheme", data_value=value))
        for value, label, sign in SCHEMES
    ]
    signs = [icon("moon", extra="when-dark"), icon("sun", extra="when-light")]
    return _menu(target(dmc.MenuTarget, signs, "button square", "Colours"), items)


def _person_menu(person: Person | None) -> dmc.Menu:
    shown = words.outside(person.name or person.email, 24) if person else ""
    initials = "".join(part[0] for part in shown.replace(".", " ").split()[:2]).upper()
    parts = [
        html.Span(initials or "–", className="initials"),
        html.Span(shown, className="person"),
        icon("chevron"),
    ]
    button = target(dmc.MenuTarget, parts, "plain person-button", f"{shown}, account")
    items: list[Component] = [
        dmc.MenuLabel(f"{words.outside(person.email, 60)} · {person.role.value}" if person else ""),
        dmc.MenuItem("Change password", leftSection=icon("key"), href="/password", refresh=True),
        dmc.MenuItem("Keys", leftSection=icon("keyboard"), **attributes(data_act="keys")),
        dmc.MenuDivider(),
        dmc.MenuItem("Sign out", leftSection=icon("leave"), **attributes(data_act="sign-out")),
    ]
    return _menu(button, items)


def _sign_out(csrf_token: str) -> html.Form:
    """Signing out changes something, so it is a form that is posted, not a link."""
    token = dcc.Input(type="hidden", name=FIELD, value=csrf_token)
    return html.Form(token, id="sign-out-form", method="post", action="/logout", hidden=True)


def _menu(button: Component, items: list[Component]) -> dmc.Menu:
    return dmc.Menu(
        [button, dmc.MenuDropdown(items)],
        position="bottom-end",
        width=230,
        transitionProps={"duration": 120},
    )
