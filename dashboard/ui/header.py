"""The top bar: product, page, time range, live, colours, and who is signed in."""

import dash_mantine_components as dmc
from dash import Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from dashboard.access.csrf import FIELD
from dashboard.access.roles import Person
from dashboard.sources.alert_questions import MOST_COUNTED, AlertQuestions, OpenCount
from dashboard.sources.interface import Answer
from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.icons import icon
from dashboard.ui.target import target
from dashboard.ui.time_range import time_range

ALERTS = "/alerts"
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
                [time_range(), _live(), _open_alerts(), _scheme_menu(), _person_menu(person), _sign_out(csrf_token)],
                className="tools",
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


def _open_alerts() -> html.A:
    """How many alerts are open, on every page; `register` fills it."""
    parts = [
        html.Span(id="open-alerts-sign"),
        html.Strong("", id="open-alerts-count"),
        html.Span("open", className="open-alerts-word"),
        html.Span("", id="open-alerts-critical"),
    ]
    return html.A(parts, id="open-alerts", href=ALERTS, className="button", **attributes(data_nav="1"))


def register(app: Dash, alerts: AlertQuestions) -> None:
    """Keeps the count of open alerts as it is."""

    @app.callback(
        Output("open-alerts-sign", "className"),
        Output("open-alerts-count", "children"),
        Output("open-alerts-critical", "children"),
        Output("open-alerts", "title"),
        Input("view", "data"),
        prevent_initial_call=True,
    )
    def open_alerts(_view: object) -> tuple[str, str, str, str]:
        return open_words(alerts.open_count())


def open_words(answer: Answer[OpenCount]) -> tuple[str, str, str, str]:
    """Icon, count, what is critical of it, and all of it as a sentence. Not known is no zero."""
    found = answer.rows
    if found is None:
        return "icon icon-warning is-dimmed", "?", "", f"How many alerts are open is not known. {answer.sentence}"
    n = f"{found.total:,}+" if found.total >= MOST_COUNTED else f"{found.total:,}"
    critical = f"{found.critical:,} critical" if found.critical else ""
    listed = f"{n} open alert{'' if found.total == 1 else 's'}{f', {critical}' if critical else ''}"
    if not found.looking.rules or found.looking.behind_since is not None:
        return "icon icon-blind is-blind", n, critical, f"{listed}. Rules do not look at what is newer."
    sign = "critical is-critical" if found.critical else "alerts is-dimmed"
    return f"icon icon-{sign}", n, critical, listed


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
