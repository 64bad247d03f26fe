"""Situation: is tonight quiet?"""

from dash import Dash, Input, html

from dashboard.access.roles import current_person
from dashboard.situation import cards, drawings, figures
from dashboard.sources.interface import LoginQuestions, SourceQuestions
from dashboard.ui.panel import Body, Panel
from dashboard.ui.shell import Page
from dashboard.ui.states import Shown, show, together
from dashboard.ui.view import read_view

VERDICT = Panel("verdict", "Is it quiet?", Body.LIST, "verdict", has_export=False)  # a sentence over the others
LOGINS = Panel("kpi-logins", "Logins", Body.LIST, "card")
RATIO = Panel("kpi-failed-ratio", "Failed-login ratio", Body.LIST, "card")
USERS = Panel("kpi-active-users", "Active users", Body.LIST, "card")
BLIND = Panel("kpi-blind-sources", "Blind sources", Body.LIST, "card")
AXIS = Panel("one-axis", "Logins and attacks on one axis", Body.FIGURE, "axis", ("Open in Activity", "/activity"))
ATTACKS = Panel("attacks", "Attacks", Body.LIST, "attacks rows", ("All", "/activity"))
SOURCES = Panel("sources", "Sources", Body.LIST, "sources-panel rows")
SINCE = Panel("since", "Since you were last here", Body.LIST, "since-panel rows")
PANELS = (VERDICT, LOGINS, RATIO, USERS, BLIND, AXIS, ATTACKS, SOURCES, SINCE)


def layout() -> html.Div:
    """The page before its first answers."""
    return html.Div(
        [
            VERDICT.render(),
            html.Div([panel.render() for panel in (LOGINS, RATIO, USERS, BLIND)], className="cards"),
            html.Div([AXIS.render(), SOURCES.render()], className="wide"),
            html.Div([ATTACKS.render(), SINCE.render()], className="narrow"),
        ],
        className="situation",
    )


PAGE = Page("/", "Situation", "Situation", "situation", "s", layout)


def register(app: Dash, logins: LoginQuestions, sources: SourceQuestions) -> None:
    """Registers the callbacks. They ask, and draw; the browser sends the view."""
    view_changed = Input("view", "data")

    @app.callback(
        VERDICT.answer,
        ATTACKS.answer,
        SOURCES.answer,
        BLIND.answer,
        view_changed,
        prevent_initial_call=True,
    )
    def what_happened(asked: object) -> tuple[Shown, ...]:
        view = read_view(asked)
        night = together(logins.attacks(view.window), logins.successes_after_failures(view.window))
        statuses, summary = sources.statuses(), logins.summary(view.window)
        return (
            drawings.verdict(together(night, together(statuses, summary)), view, logins.longest_pause()),
            show(night, view, drawings.attacks(view)),
            show(statuses, view, drawings.sources(view), "now"),
            show(statuses, view, drawings.blind(view), "now"),
        )

    @app.callback(LOGINS.answer, RATIO.answer, USERS.answer, AXIS.answer, view_changed, prevent_initial_call=True)
    def how_many(asked: object) -> tuple[Shown, ...]:
        view = read_view(asked)
        buckets = logins.series(view.window, figures.step_for(view.window))
        before = logins.summary(view.window.week_before())
        comparable = before.knows_all_of(view.window.week_before())
        counts = together(together(logins.summary(view.window), before), buckets)
        night = together(logins.attacks(view.window), logins.successes_after_failures(view.window))
        shown = [
            show(counts, view, drawings.card(each, comparable=comparable))
            for each in (cards.logins, cards.failed_ratio, cards.active_users)
        ]
        on_axis = together(buckets, together(night, sources.statuses()))
        return *shown, show(on_axis, view, drawings.axis(view, on_axis.collected_since))

    @app.callback(SINCE.answer, Input("view-slow", "data"), prevent_initial_call=True)
    def since_last_visit(asked: object) -> Shown:
        person = current_person()
        return drawings.since(logins, sources, read_view(asked), person.previous_visit_at if person else None)
