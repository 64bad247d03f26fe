"""How the panels of the API page turn their answers into what they show."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TypeVar

from dash.development.base_component import Component

from dashboard.health import cards, figures, lists, routes
from dashboard.health.judged import Known, Mood, Verdict, judge
from dashboard.sources.health_questions import (
    Change,
    DatabaseHealth,
    ErrorOrigins,
    Records,
    Requests,
    Service,
    Timeline,
    Traffic,
)
from dashboard.sources.interface import Answer
from dashboard.ui import words
from dashboard.ui.states import Drawing, Shown, State, show
from dashboard.ui.view import View
from vigie.health.objectives import Objective

Judged = tuple[Requests, tuple[Mapping[timedelta, Traffic], Sequence[Service]]]
InTime = tuple[Timeline, Sequence[Change]]
Held = tuple[Mapping[timedelta, Traffic], Requests]
Card = Callable[[Requests, Objective], list[Component]]
T = TypeVar("T")
NO_LOG = "Metrics do not tell. Name the access log as a [[file]] in config/sources.toml."
NO_LATENCY = "Latency is not recorded"
NO_REQUESTS = "No request is recorded"


def verdict(answer: Answer[Judged], view: View, title: str, objective: Objective) -> Shown:
    """The verdict speaks in every state: when nothing could be read, it says that it does not know."""
    silent: Drawing[Judged] = Drawing(lambda _: None, lambda _: "")
    if answer.rows is None:
        unknown = Verdict(Mood.UNKNOWN, f"How {title} answers is not known: {answer.sentence}", answer.advice)
        return show(answer, view, silent) | {"content": cards.verdict(unknown)}
    requests, (spans, services) = answer.rows
    spoken = judge(Known(title, requests, spans, services, objective), view)
    return show(answer, view, silent) | {"content": cards.verdict(spoken), "state": State.OK}


def card(answer: Answer[Requests], view: View, objective: Objective, draw: Card) -> Shown:
    """One of the cards."""
    shown = show(answer, view, Drawing(lambda found: draw(found, objective), lambda _: ""))
    return _recorded(shown, answer.rows.records if answer.rows else None)


def table(answer: Answer[Requests], view: View, sort: str) -> Shown:
    """The routes."""
    drawing: Drawing[Requests] = Drawing(
        lambda found: routes.routes(found, sort),
        lambda found: words.count(len(found.routes), "route"),
        lambda found: not found.routes,
        "No request in this window",
        lambda: "Try a longer window.",
    )
    return _recorded(show(answer, view, drawing), answer.rows.records if answer.rows else None)


def traffic(answer: Answer[InTime], view: View) -> Shown:
    """Requests by class of status in time."""
    drawing: Drawing[InTime] = Drawing(
        lambda rows: figures.traffic(*rows, view.window),
        lambda rows: _steps_words(rows[0]),
        lambda rows: not any(step.traffic and step.traffic.total for step in rows[0].steps) and not rows[1],
        "No request in this window",
        lambda: "Try a longer window.",
    )
    return _recorded(show(answer, view, drawing), answer.rows[0].records if answer.rows else None)


def latency(answer: Answer[InTime], view: View, objective: Objective) -> Shown:
    """Quantiles in time."""
    drawing: Drawing[InTime] = Drawing(
        lambda rows: figures.latency(rows[0], objective.latency_s, rows[1], view.window),
        lambda rows: _steps_words(rows[0]),
        lambda rows: not any(step.traffic and step.traffic.total for step in rows[0].steps),
        "No request in this window",
        lambda: "Try a longer window.",
    )
    return _recorded(show(answer, view, drawing), answer.rows[0].records if answer.rows else None, needs_latency=True)


def objectives(answer: Answer[Held], view: View, objective: Objective) -> Shown:
    """What was promised and what was held. Its spans end with the window."""
    days = words.span(objective.period)
    drawing: Drawing[Held] = Drawing(
        lambda rows: lists.measures(lists.objectives(rows[0], rows[1].total.latency, objective)), lambda _: ""
    )
    shown = show(answer, view, drawing, f"{days} to the end of the window{_since(answer, view, objective.period)}")
    return _recorded(shown, answer.rows[1].records if answer.rows else None)


def origins(answer: Answer[ErrorOrigins], view: View) -> Shown:
    """Who asked what was refused or failed."""
    drawing: Drawing[ErrorOrigins] = Drawing(
        lists.origins,
        lambda found: words.count(found.addresses, "attacking address", "attacking addresses"),
        lambda found: (
            not sum((found.refused_attacking, found.refused_others, found.failed_attacking, found.failed_others))
        ),
        "No request was refused or failed",
        lambda: "Looked at what access logs tell of this window.",
    )
    shown = show(answer, view, drawing)
    if shown["state"] != State.EMPTY or answer.rows is None or answer.rows.is_known:
        return shown
    said = {"sentence": "Who asked is not known", "advice": NO_LOG, "words": "not known"}
    return shown | {"state": State.UNKNOWN} | said


def services(answer: Answer[Sequence[Service]], view: View) -> Shown:
    """What runs and what does not."""
    drawing: Drawing[Sequence[Service]] = Drawing(
        lambda rows: lists.services(rows, view),
        _services_words,
        lambda rows: not rows,
        "Nothing is watched",
        lambda: "Name an access log in config/sources.toml, or give Prometheus a target.",
    )
    shown = show(answer, view, drawing, "now")
    return shown | {"state": State.UNKNOWN} if shown["state"] == State.EMPTY else shown


def database(answer: Answer[DatabaseHealth], view: View) -> Shown:
    """PostgreSQL by its own statistics."""
    return show(answer, view, Drawing(lambda rows: lists.measures(lists.database(rows, view)), lambda _: ""), "now")


def _recorded(shown: Shown, records: Records | None, *, needs_latency: bool = False) -> Shown:
    """What the source does not record is said, and never drawn as zero."""
    if records is None or shown["state"] == State.ERROR:
        return shown
    if not records.requests:
        sentence = NO_REQUESTS
    elif needs_latency and not records.latency and shown["state"] != State.EMPTY:
        sentence = NO_LATENCY
    else:
        return shown
    shown.pop("content", None)
    return shown | {"state": State.UNKNOWN, "words": "not known", "sentence": sentence, "advice": records.advice}


def _steps_words(found: Timeline) -> str:
    minutes = int(found.step / timedelta(minutes=1))
    said = f"{minutes} min" if minutes < 60 else f"{minutes // 60} h" if minutes < 1440 else f"{minutes // 1440} d"
    return f"in steps of {said}"


def _services_words(rows: Sequence[Service]) -> str:
    down = sum(1 for each in rows if each.is_up is False)
    return f"{down} of {len(rows)} down" if down else words.count(len(rows), "service")


def _since(answer: Answer[T], view: View, period: timedelta) -> str:
    begins = answer.collected_since
    is_short = begins is not None and begins > view.window.until - period
    return f", known since {words.date_time(begins, view.zone)}" if begins is not None and is_short else ""
