"""The files of the API page: the figures behind each card, chart and list. The verdict is a sentence over them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dashboard.exports.declaration import Cell, Export, Reading, at_once
from dashboard.health import lists
from dashboard.health.lists import Measure
from dashboard.health.watched import MOST_STEPS, Watched
from dashboard.sources.health_promises import lengths
from dashboard.sources.health_questions import ErrorOrigins, Requests, Route, Service, Step, Traffic
from dashboard.ui.states import together
from dashboard.ui.view import View, read_view


@dataclass(frozen=True, slots=True)
class _Counted:
    """Traffic of a span of time that begins at `since` (UTC)."""

    since: datetime
    length: timedelta
    traffic: Traffic | None


def _class(number: int) -> Callable[[Any], Cell]:
    return lambda row: round(row.traffic.classes.get(number, 0.0), 1) if row.traffic else None


def _quantile(at: float) -> Callable[[Any], Cell]:
    def cell(row: Any) -> Cell:
        latency = row.traffic.latency if row.traffic else None
        value = latency.quantile(at) if latency else None
        return None if value is None else round(value, 6)

    return cell


_FIGURES: Mapping[str, Callable[[Any], Cell]] = {
    "requests": lambda row: round(row.traffic.total, 1) if row.traffic else None,
    **{f"status_{number}xx": _class(number) for number in (1, 2, 3, 4, 5)},
    "p50_s": _quantile(0.5),
    "p95_s": _quantile(0.95),
    "p99_s": _quantile(0.99),
}
_COUNTED: Mapping[str, Callable[[_Counted], Cell]] = {
    "since_utc": lambda row: row.since,
    "length_s": lambda row: int(row.length.total_seconds()),
    **_FIGURES,
    "availability": lambda row: row.traffic.availability if row.traffic else None,
}
_ROUTE: Mapping[str, Callable[[Route], Cell]] = {
    "http_route": lambda row: row.route,
    "http_method": lambda row: row.method,
    **_FIGURES,
}
_MEASURE: Mapping[str, Callable[[Measure], Cell]] = {
    "measure": lambda row: row.name,
    "value": lambda row: row.value,
    "shown": lambda row: row.said,
    "held_against": lambda row: row.against or None,
}
_ORIGIN: Mapping[str, Callable[[tuple[str, int, int]], Cell]] = {
    "status": lambda row: row[0],
    "attacking_addresses": lambda row: row[1],
    "other_addresses": lambda row: row[2],
}
_SERVICE: Mapping[str, Callable[[Service], Cell]] = {
    "name": lambda row: row.name,
    "is_up": lambda row: row.is_up,
    "since_utc": lambda row: row.since,
    "words": lambda row: row.words or None,
}


def exports(watched: Watched) -> Sequence[Export[Any]]:
    """One for each panel of the page but the verdict."""

    def total(asked: object) -> Reading[_Counted]:
        view = read_view(asked)
        return at_once(watched.health.requests(view.window), lambda found: _total(found, view), view.window)

    def steps(asked: object) -> Reading[_Counted]:
        view = read_view(asked)
        answer = watched.health.timeline(view.window, MOST_STEPS)
        return at_once(answer, lambda found: [_step(each, found.step) for each in found.steps], view.window)

    def routes(asked: object) -> Reading[Route]:
        window = read_view(asked).window
        return at_once(watched.health.requests(window), lambda found: found.routes, window)

    cards = (
        ("health-requests", "Requests"),
        ("health-availability", "Availability"),
        ("health-errors", "Errors"),
        ("health-latency", "Latency"),
    )
    return (
        *(Export(name, title, _COUNTED, total) for name, title in cards),
        Export("health-traffic", "Requests by status", _COUNTED, steps),
        Export("health-percentiles", "Latency in time", _COUNTED, steps),
        Export("health-routes", "Routes", _ROUTE, routes),
        Export("health-objectives", "Objectives", _MEASURE, lambda asked: _objectives(watched, read_view(asked))),
        Export("health-origins", "Who asked what failed", _ORIGIN, lambda asked: _origins(watched, read_view(asked))),
        Export("health-services", "What runs", _SERVICE, lambda _: at_once(watched.health.services(), list, None)),
        Export("health-database", "PostgreSQL", _MEASURE, lambda asked: _database(watched, read_view(asked))),
    )


def _total(found: Requests, view: View) -> list[_Counted]:
    return [_Counted(view.window.since, found.length, found.total if found.records.requests else None)]


def _step(step: Step, length: timedelta) -> _Counted:
    return _Counted(step.start, length, step.traffic)


def _objectives(watched: Watched, view: View) -> Reading[Measure]:
    objective = watched.objective
    spans = watched.health.spans(lengths(objective), view.window.until)
    answer = together(spans, watched.health.requests(view.window))
    return at_once(answer, lambda rows: lists.objectives(rows[0], rows[1].total.latency, objective), view.window)


def _origins(watched: Watched, view: View) -> Reading[tuple[str, int, int]]:
    def rows(found: ErrorOrigins) -> list[tuple[str, int, int]]:
        return [
            ("4xx", found.refused_attacking, found.refused_others),
            ("5xx", found.failed_attacking, found.failed_others),
        ]

    return at_once(watched.origins(view), rows, view.window)


def _database(watched: Watched, view: View) -> Reading[Measure]:
    return at_once(watched.records.database(), lambda found: lists.database(found, view), None)
