"""User activity: who does what, and who tries to get in?"""

from datetime import timedelta
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html, no_update

from dashboard.activity import drawings
from dashboard.activity.logins_grid import GRID, asked_rows, grid, row
from dashboard.sources.interface import Answer, LoginQuestions, SourceQuestions
from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.banners import Depends
from dashboard.ui.icons import icon
from dashboard.ui.panel import Body, Panel
from dashboard.ui.shell import Page
from dashboard.ui.states import Shown, show, together
from dashboard.ui.view import View, read_view

MOST_FAILED = 8
_LEGEND = (
    html.Span([html.Span(className="swatch success"), "OK"], className="legend"),
    html.Span([html.Span(className="swatch failure"), "Failed"], className="legend"),
)
_AMOUNTS = html.Span(
    [
        *("none", html.Span(className="swatch amount-0"), "fewer"),
        *[html.Span(className=f"swatch amount-{step}") for step in range(1, 6)],
        "more",
    ],
    className="legend",
)
_BY = html.Button(
    "By user", id="failed-by", type="button", className="plain panel-link", **attributes(data_act="failed-by")
)


def _filter(field: str, label: str, hint: str) -> dmc.TextInput:
    return dmc.TextInput(
        id=f"filter-{field}",
        placeholder=label,
        leftSection=icon("filter"),
        size="xs",
        className="filter",
        attributes={
            "input": {
                "data-filter": field,
                "aria-label": f"Only this {label.lower()}",
                "title": hint,
                "maxLength": "320",
                "type": "search",
            }
        },
    )


def _filters() -> html.Div:
    outcomes = (("", "All"), ("success", "OK"), ("failure", "Failed"))
    buttons = [
        html.Button(label, type="button", **attributes(data_act="filter", data_field="outcome", data_value=value))
        for value, label in outcomes
    ]
    new = html.Button(
        "Show new logins",
        id="new-rows",
        type="button",
        className="button small",
        hidden=True,
        **attributes(data_act="new-rows"),
    )
    group = html.Div(buttons, className="segments", role="group", **attributes(aria_label="Outcome"))
    user = _filter("user", "User", "A part of the name, or the whole name between double quotes")
    address = _filter("ip", "Address", "An address, how it begins (203.0.113.) or a network (203.0.113.0/24)")
    return html.Div([new, user, address, group], className="filters")


SUCCESSES = Panel("success-after-failures", "Success after failures", Body.LIST, "successes rows")
PATTERNS = Panel("attack-patterns", "Attack patterns", Body.LIST, "patterns rows")
PER_DAY = Panel("logins-per-day", "Logins per day", Body.FIGURE, "per-day", legend=_LEGEND)
HOURS = Panel("usual-hours", "Usual hours", Body.FIGURE, "hours", legend=(_AMOUNTS,))
NEWEST = Panel("newest-logins", "Newest logins", Body.LIST, "newest rows", legend=(_filters(),))
FAILED = Panel("failed-logins", "Failed logins", Body.LIST, "failed rows", legend=(_BY,))
PANELS = (SUCCESSES, PATTERNS, PER_DAY, HOURS, NEWEST, FAILED)


def layout() -> html.Div:
    """The page before its first answers."""
    panels = [panel.render() for panel in (SUCCESSES, PATTERNS, PER_DAY, HOURS)]
    return html.Div([*panels, NEWEST.render([grid()]), FAILED.render()], className="activity")


PAGE = Page("/activity", "User activity", "Activity", "activity", "a", layout, Depends.LOGINS)


def _span(answer: Answer[object], view: View, named: str) -> str:
    """The words for a longer span than the view's; none where the view lies before all that is known."""
    return "" if answer.knows_nothing_of(view.window) else named


def register(app: Dash, logins: LoginQuestions, _sources: SourceQuestions) -> None:
    """Registers the callbacks. They ask, and draw; the browser sends the view."""
    view_changed = Input("view", "data")

    @app.callback(SUCCESSES.answer, PATTERNS.answer, view_changed, prevent_initial_call=True)
    def who_tries(asked: object) -> tuple[Shown, Shown]:
        view = read_view(asked)
        successes, attacks = logins.successes_after_failures(view.window), logins.attacks(view.window)
        return show(successes, view, drawings.successes(view)), show(
            attacks, view, drawings.patterns(view, attacks.collected_since)
        )

    @app.callback(PER_DAY.answer, view_changed, prevent_initial_call=True)
    def per_day(asked: object) -> Shown:
        view = read_view(asked)
        answer = logins.per_day(drawings.at_least(view, timedelta(days=14)))
        window = drawings.known_part(drawings.at_least(view, timedelta(days=14)), answer.collected_since)
        return show(answer, view, drawings.per_day(view, window), _span(answer, view, drawings.days_words(window)))

    @app.callback(HOURS.answer, Input("view-slow", "data"), prevent_initial_call=True)
    def hours(asked: object) -> Shown:
        view = read_view(asked)
        opened = logins.successes_after_failures(view.window)
        window = drawings.at_least(view, timedelta(weeks=drawings.WEEKS))
        answer = together(logins.by_hour(window), opened)
        span = drawings.weeks_words(window, answer.collected_since)
        whose = f"{span} · your time zone, {words.zone_words(view.zone)}"
        return show(answer, view, drawings.hours(view, span), _span(answer, view, whose))

    @app.callback(FAILED.answer, view_changed, prevent_initial_call=True)
    def failed(asked: object) -> Shown:
        view, by_user = read_view(asked), isinstance(asked, dict) and asked.get("by") == "user"
        ask = logins.failed_by_user if by_user else logins.failed_by_address
        return show(ask(view.window, MOST_FAILED), view, drawings.failed(logins, view, by_user=by_user))

    @app.callback(NEWEST.answer, view_changed, prevent_initial_call=True)
    def newest(asked: object) -> Shown:
        view = read_view(asked)
        answer = logins.newest(view.window, view.chosen, 0, 1)
        return drawings.unmatched(show(answer, view, drawings.newest(logins, view)), view)

    @app.callback(
        Output(GRID, "getRowsResponse"), Input(GRID, "getRowsRequest"), State("view", "data"), prevent_initial_call=True
    )
    def rows(request: object, asked: object) -> Any:
        span, view = asked_rows(request), read_view(asked)
        page = logins.newest(view.window, view.chosen, *span).rows if span and asked else None
        return {"rowData": [row(each, view) for each in page.rows], "rowCount": page.total} if page else no_update
