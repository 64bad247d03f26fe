"""API: is it us or them? assets/health.js asks again as time goes on: metrics come without an event."""

from collections.abc import Callable
from typing import TypeVar

from dash import Dash, Input, dcc, html
from dash.development.base_component import Component

from dashboard.health import cards, drawings
from dashboard.health.routes import SORTS
from dashboard.health.watched import MOST_STEPS, Watched
from dashboard.sources.health_promises import lengths
from dashboard.sources.interface import Answer
from dashboard.ui.attributes import attributes
from dashboard.ui.banners import Depends
from dashboard.ui.panel import Body, Panel
from dashboard.ui.shell import Page
from dashboard.ui.states import Shown, together
from dashboard.ui.view import read_view

_SORT = "requests"
VIEW = "health-view"


def _key(*names: tuple[str, str]) -> tuple[Component, ...]:
    return tuple(
        html.Span([html.Span(className=f"swatch {look}"), word], className="legend health-key") for look, word in names
    )


VERDICT = Panel("health-verdict", "Is it us or them?", Body.LIST, "verdict", has_export=False)  # a sentence over others
REQUESTS = Panel("health-requests", "Requests", Body.LIST, "card")
AVAILABILITY = Panel("health-availability", "Availability", Body.LIST, "card")
ERRORS = Panel("health-errors", "Errors", Body.LIST, "card")
LATENCY = Panel("health-latency", "Latency, p95", Body.LIST, "card")
_CLASSES = _key(("class-2", "2xx"), ("class-3", "3xx"), ("class-4", "4xx"), ("class-5", "5xx"))
TRAFFIC = Panel("health-traffic", "Requests by status", Body.FIGURE, "health-figure", legend=_CLASSES)
_LINES = _key(("line-p50", "p50"), ("line-p95", "p95"), ("line-p99", "p99"))
PERCENTILES = Panel("health-percentiles", "Latency", Body.FIGURE, "health-figure", legend=_LINES)
ROUTES = Panel("health-routes", "Routes", Body.LIST, "health-routes rows")
OBJECTIVES = Panel("health-objectives", "Objectives", Body.LIST, "health-objectives rows")
ORIGINS = Panel("health-origins", "Who asked what failed", Body.LIST, "health-origins rows")
SERVICES = Panel("health-services", "What runs", Body.LIST, "health-services rows")
DATABASE = Panel("health-database", "PostgreSQL", Body.LIST, "health-database rows")
CARDS = (REQUESTS, AVAILABILITY, ERRORS, LATENCY)
PANELS = (VERDICT, *CARDS, TRAFFIC, PERCENTILES, ROUTES, OBJECTIVES, ORIGINS, SERVICES, DATABASE)
RESTS_ON_HEALTH = (*CARDS, TRAFFIC, PERCENTILES, ROUTES, OBJECTIVES, SERVICES)
T = TypeVar("T")
S = TypeVar("S")


def layout() -> html.Div:
    """The page before its first answers."""
    main = [html.Div([TRAFFIC.render(), PERCENTILES.render()], className="health-figures"), ROUTES.render()]
    side = [panel.render() for panel in (OBJECTIVES, ORIGINS, SERVICES, DATABASE)]
    return html.Div(
        [
            dcc.Store(id=VIEW),
            VERDICT.render(),
            html.Div([panel.render() for panel in CARDS], className="cards"),
            html.Div(main, className="health-main"),
            html.Div(side, className="health-side"),
        ],
        className="health",
        **attributes(data_beat="prometheus", data_rests=" ".join(panel.name for panel in RESTS_ON_HEALTH)),
    )


PAGE = Page("/health", "API health", "API", "health", "h", layout, Depends.LINES)


def sort_of(asked: object) -> str:
    """How the routes are sorted. Input from outside: what is no column is the first one."""
    given = asked.get("sort") if isinstance(asked, dict) else None
    return given if isinstance(given, str) and given in SORTS else _SORT


def register(app: Dash, watched: Watched) -> None:
    """Registers the callbacks. They ask, and draw; the browser sends the view. One for each source and its faults."""
    view_changed = Input(VIEW, "data")
    objective, health, records = watched.objective, watched.health, watched.records

    @app.callback(
        VERDICT.answer,
        *(panel.answer for panel in CARDS),
        ROUTES.answer,
        OBJECTIVES.answer,
        SERVICES.answer,
        view_changed,
        prevent_initial_call=True,
    )
    def how_it_answers(asked: object) -> tuple[Shown, ...]:
        view = read_view(asked)
        requests = health.requests(view.window)
        spans = _unless_down(requests, lambda: health.spans(lengths(objective), view.window.until))
        services = _unless_down(spans, health.services)
        draws = (cards.card_requests, cards.card_availability, cards.card_errors, cards.card_latency)
        return (
            drawings.verdict(together(requests, together(spans, services)), view, watched.title, objective),
            *(drawings.card(requests, view, objective, draw) for draw in draws),
            drawings.table(requests, view, sort_of(asked)),
            drawings.objectives(together(spans, requests), view, objective),
            drawings.services(services, view),
        )

    @app.callback(TRAFFIC.answer, PERCENTILES.answer, view_changed, prevent_initial_call=True)
    def in_time(asked: object) -> tuple[Shown, ...]:
        view = read_view(asked)
        timeline = health.timeline(view.window, MOST_STEPS)
        seen = _unless_down(timeline, lambda: health.changes(view.window)).rows or ()
        marked = records.deploys(view.window).rows or ()
        changes = sorted((*seen, *marked), key=lambda each: each.at)
        answer = _with(timeline, changes)
        return drawings.traffic(answer, view), drawings.latency(answer, view, objective)

    @app.callback(ORIGINS.answer, DATABASE.answer, view_changed, prevent_initial_call=True)
    def around(asked: object) -> tuple[Shown, ...]:
        view = read_view(asked)
        return drawings.origins(watched.origins(view), view), drawings.database(records.database(), view)


def _with(answer: Answer[T], more: S) -> Answer[tuple[T, S]]:
    """The answer with what stands beside it and changes nothing of how far it can be believed."""
    both = None if answer.rows is None else (answer.rows, more)
    return Answer(
        both, answer.as_of, answer.source, answer.completeness, answer.sentence, answer.advice, answer.since,
        answer.collected_since,
    )  # fmt: skip


def _unless_down(before: Answer[T], ask: Callable[[], Answer[S]]) -> Answer[S]:
    """Asks on, unless the source has just not answered: waiting for it again would only take longer."""
    if before.rows is not None:
        return ask()
    return Answer(None, before.as_of, before.source, before.completeness, before.sentence, before.advice, before.since)
