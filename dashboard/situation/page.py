"""Situation: is tonight quiet? assets/situation.js passes the view on, and asks again where metrics go by the clock."""

from functools import partial

from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from dashboard.access.roles import current_person
from dashboard.situation import cards, drawings, figures, health_cards
from dashboard.situation.asked import Asked
from dashboard.situation.services import standings
from dashboard.sources.interface import Answer
from dashboard.ui.attributes import attributes
from dashboard.ui.panel import Body, Panel
from dashboard.ui.shell import Page
from dashboard.ui.states import Shown, show, together
from dashboard.ui.view import View, read_view

VIEW = "situation-view"
VERDICT = Panel("verdict", "Is it quiet?", Body.LIST, "verdict", has_export=False)  # a sentence over the others
LOGINS = Panel("kpi-logins", "Logins", Body.LIST, "card")
RATIO = Panel("kpi-failed-ratio", "Failed-login ratio", Body.LIST, "card")
USERS = Panel("kpi-active-users", "Active users", Body.LIST, "card")
AVAILABILITY = Panel("kpi-availability", "Availability", Body.LIST, "card")
ERRORS = Panel("kpi-error-rate", "Error rate", Body.LIST, "card")
LATENCY = Panel("kpi-p95", "p95 latency", Body.LIST, "card")
OPEN = Panel("kpi-open-alerts", "Open alerts", Body.LIST, "card")
BLIND = Panel("kpi-blind-sources", "Blind sources", Body.LIST, "card")
AXIS = Panel("one-axis", "Attack and health on one axis", Body.FIGURE, "axis", ("Open in Events", "/events"))
ALERTS = Panel("open-alerts", "Open alerts", Body.LIST, "open-alerts rows", ("All", "/alerts"))
ATTACKS = Panel("attacks", "Attacks on logins", Body.LIST, "attacks rows", ("All", "/activity"))
SERVICES = Panel("services", "Services", Body.LIST, "services-panel rows", ("API health", "/health"))
SOURCES = Panel("sources", "Sources", Body.LIST, "sources-panel rows", ("All", "/sources"))
SINCE = Panel("since", "Since you were last here", Body.LIST, "since-panel rows")
CARDS = (LOGINS, RATIO, USERS, AVAILABILITY, ERRORS, LATENCY, OPEN, BLIND)
PANELS = (VERDICT, *CARDS, AXIS, ALERTS, ATTACKS, SERVICES, SOURCES, SINCE)


def layout(*, by_the_clock: bool = False) -> html.Div:
    """The page before its first answers. `by_the_clock`: how the service answers changes without any event."""
    rests = " ".join(panel.name for panel in (AVAILABILITY, ERRORS, LATENCY, SERVICES))
    again = attributes(data_by_the_clock="1", data_beat="prometheus", data_rests=rests) if by_the_clock else {}
    return html.Div(
        [
            dcc.Store(id=VIEW),
            dcc.Store(id="situation-brushed"),
            VERDICT.render(),
            html.Div([panel.render() for panel in CARDS], className="cards"),
            html.Div([AXIS.render(), SERVICES.render(), SOURCES.render()], className="wide"),
            html.Div([ALERTS.render(), ATTACKS.render(), SINCE.render()], className="narrow"),
        ],
        className="situation",
        **again,
    )


PAGE = Page("/", "Situation", "Situation", "situation", "s", layout)
PAGE_BY_THE_CLOCK = Page("/", "Situation", "Situation", "situation", "s", partial(layout, by_the_clock=True))


def register(app: Dash, asked: Asked) -> None:
    """Registers the callbacks. They ask, and draw; the browser sends the view.

    Few, since each is a request of its own: one for what is stored, one for counts, one for all that rests on how the
    service answers and may change without an event.
    """
    _register_stored(app, asked)
    view_changed = Input(VIEW, "data")
    measured = (AVAILABILITY.answer, ERRORS.answer, LATENCY.answer)

    @app.callback(VERDICT.answer, *measured, SERVICES.answer, AXIS.answer, view_changed, prevent_initial_call=True)
    def how_it_stands(given: object) -> tuple[Shown, ...]:
        view = read_view(given)
        return _verdict(asked, view), *_service(asked, view), _axis(asked, view)

    @app.callback(SINCE.answer, Input("view-slow", "data"), prevent_initial_call=True)
    def since_last_visit(given: object) -> Shown:
        person = current_person()
        return drawings.since(asked, read_view(given), person.previous_visit_at if person else None)

    figure = {"part": f"{Body.FIGURE}-content", "panel": AXIS.name}
    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it without types
        ClientsideFunction("vigie", "situation_brush"),
        Output("situation-brushed", "data"),
        Input(figure, "selectedData"),
        prevent_initial_call=True,
    )


def _register_stored(app: Dash, asked: Asked) -> None:
    """What rests on Vigie's own database alone."""
    logins, sources = asked.logins, asked.sources
    lists = (ATTACKS.answer, SOURCES.answer, BLIND.answer, OPEN.answer, ALERTS.answer)

    @app.callback(*lists, Input("view", "data"), prevent_initial_call=True)
    def what_happened(given: object) -> tuple[Shown, ...]:
        view = read_view(given)
        night = together(logins.attacks(view.window), logins.successes_after_failures(view.window))
        statuses, alerts = sources.statuses(), asked.alerts.alerts()
        return (
            show(night, view, drawings.attacks(view)),
            show(statuses, view, drawings.sources(view), "now"),
            show(statuses, view, drawings.blind(view), "now"),
            drawings.alerts_card(alerts, view),
            drawings.alerts(alerts, view),
        )

    @app.callback(LOGINS.answer, RATIO.answer, USERS.answer, Input("view", "data"), prevent_initial_call=True)
    def how_many(given: object) -> tuple[Shown, ...]:
        view = read_view(given)
        buckets = logins.series(view.window, figures.step_for(view.window))
        before = logins.summary(view.window.week_before())
        comparable = before.knows_all_of(view.window.week_before())
        counts = together(together(logins.summary(view.window), before), buckets)
        draws = (cards.logins, cards.failed_ratio, cards.active_users)
        return tuple(show(counts, view, drawings.card(each, comparable=comparable)) for each in draws)


def _verdict(asked: Asked, view: View) -> Shown:
    logins, watching = asked.logins, asked.watching
    night = together(logins.attacks(view.window), logins.successes_after_failures(view.window))
    around = together(asked.sources.statuses(), logins.summary(view.window))
    answer = together(together(night, around), asked.alerts.alerts())
    return drawings.verdict(answer, watching.seen(view.window), view, watching, logins.longest_pause())


def _service(asked: Asked, view: View) -> tuple[Shown, ...]:
    watching = asked.watching
    seen = watching.seen(view.window)
    rows, of = None, seen.services
    if of.rows is not None:
        rows = standings(of.rows, seen.requests.rows, asked.database().rows, watching.objective)
    standing = Answer(rows, of.as_of, of.source, of.completeness, of.sentence, of.advice, of.since)
    return (
        drawings.health_card(seen, view, watching, health_cards.availability),
        drawings.health_card(seen, view, watching, health_cards.error_rate),
        drawings.health_card(seen, view, watching, health_cards.p95, needs_latency=True),
        drawings.services(standing, view),
    )


def _axis(asked: Asked, view: View) -> Shown:
    logins, window = asked.logins, view.window
    night = together(logins.attacks(window), logins.successes_after_failures(window))
    buckets = logins.series(window, figures.step_for(window))
    answer = together(buckets, together(night, asked.sources.statuses()))
    seen = asked.watching.seen(window)
    changes = [*(seen.changes.rows or ()), *(asked.records.deploys(window).rows or ())]
    spells = asked.alerts.spells(window).rows or ()
    return drawings.axis(answer, seen, view, asked.watching, changes, spells, asked.alerts.alerts().rows)
