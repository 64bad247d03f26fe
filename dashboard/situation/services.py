"""Service status: what must run, how each group of routes answers, and the database behind Vigie."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.sources.health_promises import ENOUGH
from dashboard.sources.health_questions import DatabaseHealth, Requests, Service, Traffic, summed
from dashboard.ui import words
from dashboard.ui.icons import icon
from dashboard.ui.measures import number, share
from dashboard.ui.view import View
from vigie.health.objectives import Objective

MOST_GROUPS, MOST_SERVICES = 6, 12
_BROKEN = 0.5
"""A group of routes of which more than this share fails does not work."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One line. `is_up` None: not known. `said` stands behind the name."""

    name: str
    is_up: bool | None
    said: str
    since: datetime | None = None


def standings(
    services: Sequence[Service], requests: Requests | None, database: DatabaseHealth | None, objective: Objective
) -> list[Standing]:
    """Services that are down first, then groups of routes, then PostgreSQL."""
    made = [Standing(each.name, each.is_up, each.words, each.since) for each in services[:MOST_SERVICES]]
    made += _groups(requests, objective) if requests else []
    if database is not None:
        said = f"{database.connections} of {database.most} connections"
        made.append(Standing("PostgreSQL", True, said, database.started_at))
    return sorted(made, key=lambda each: (each.is_up is not False, each.is_up is not None))


def _groups(requests: Requests, objective: Objective) -> list[Standing]:
    """Routes by their first segment, the busiest first."""
    found: dict[str, list[Traffic]] = {}
    for each in requests.routes:
        found.setdefault("/" + each.route.lstrip("/").split("/", 1)[0], []).append(each.traffic)
    counted = sorted(((name, summed(each)) for name, each in found.items()), key=lambda pair: -pair[1].total)
    return [_group(name, total, objective) for name, total in counted[:MOST_GROUPS] if total.total >= 0.5]


def _group(name: str, total: Traffic, objective: Objective) -> Standing:
    answered = total.availability or 0.0
    broken = total.total >= ENOUGH and answered < 1 - _BROKEN
    few = f", {number(total.failed)} failed" if total.failed and answered < objective.availability else ""
    return Standing(name, not broken, f"{share(answered)} % of {number(total.total)}{few}")


def services(rows: Sequence[Standing], view: View) -> Component:
    """Every line with its sign; up and down are said in words too."""
    return html.Ul([_line(each, view) for each in rows], className="sources services-now")


def services_words(rows: Sequence[Standing]) -> str:
    """`1 of 9 down, 1 not known`."""
    down, unknown = (sum(1 for each in rows if each.is_up is state) for state in (False, None))
    up = f"{len(rows) - down - unknown} of {len(rows)} up"
    return up + (f", {down} down" if down else "") + (f", {unknown} not known" if unknown else "")


_SIGNS = {
    True: ("check", "is-ok", "up"),
    False: ("warning", "is-critical", "down"),
    None: ("blind", "is-blind", "not known"),
}


def _line(row: Standing, view: View) -> Component:
    name, tone, word = _SIGNS[row.is_up]
    since = f" since {words.clock_time(row.since, view.zone, view.window.until)}" if row.since else ""
    return html.Li(
        [
            icon(name, extra=tone),
            html.Strong(words.outside(row.name, 60)),
            html.Span(f"{word}{since}", className="is-dimmed" if row.is_up else tone),
            *([html.Span(words.outside(row.said, 120), className="is-dimmed")] if row.said else []),
        ]
    )
