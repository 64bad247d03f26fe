"""Objectives, origins of errors, services and the database: the parts of the API page that are rows of figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from dash import html
from dash.development.base_component import Component

from dashboard.sources.health_promises import burning, left
from dashboard.sources.health_questions import DatabaseHealth, ErrorOrigins, Service, Traffic
from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.icons import icon
from dashboard.ui.measures import number, seconds, share, size, took
from dashboard.ui.view import View
from vigie.health.histogram import Histogram
from vigie.health.objectives import BURN_WINDOWS, BurnWindow, Objective, burn_rate

_BAD = "is-critical"


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of objectives or of the database: a name, a figure, what it is held against. `tone`: a CSS class."""

    name: str
    value: float | None
    said: str
    against: str
    tone: str = ""


def measures(rows: Sequence[Measure]) -> Component:
    """Name at the left, figure at the right, what it is held against below."""
    return html.Dl(
        [
            html.Div(
                [
                    html.Dt(each.name),
                    html.Dd([html.Strong(each.said, className=each.tone), html.Small(each.against)]),
                ]
            )
            for each in rows
        ],
        className="measures",
    )


def objectives(spans: Mapping[timedelta, Traffic], latency: Histogram | None, objective: Objective) -> list[Measure]:
    """What was promised and what was held."""
    period = spans.get(objective.period, Traffic({}))
    rest, days = left(spans, objective), words.span(objective.period)
    held = period.availability
    made = [
        Measure(
            f"Availability, {days}",
            held,
            "no requests" if held is None else f"{share(held)} %",
            f"promised {share(objective.availability)} % · {number(period.failed)} of {number(period.total)} failed",
            _BAD if held is not None and held < objective.availability else "",
        ),
        Measure(
            "Error budget left",
            rest,
            "no requests" if rest is None else f"{100 * rest:.0f} %",
            f"{100 * objective.allowed:.3g} % of requests may fail",
            _BAD if rest is not None and rest <= 0 else "",
        ),
    ]
    made += [_burn(spans, window, objective) for window in BURN_WINDOWS]
    if objective.latency_s is not None:
        slow = latency.quantile(objective.latency_share) if latency else None
        late = slow is not None and slow > objective.latency_s
        against = f"promised {seconds(objective.latency_s)} or less"
        made.append(Measure("p95 of this window", slow, took(latency, 0.95), against, _BAD if late else ""))
    return made


def _burn(spans: Mapping[timedelta, Traffic], window: BurnWindow, objective: Objective) -> Measure:
    each = (spans.get(length, Traffic({})) for length in (window.long, window.short))
    rates = [burn_rate(one.failed, one.total, objective) for one in each]
    return Measure(
        f"Burn rate, {_short(window.long)} and {_short(window.short)}",
        rates[0],
        " and ".join("–" if rate is None else f"{rate:.1f}" for rate in rates),
        f"too fast where both reach {window.limit:g}",
        _BAD if burning(spans, window, objective) else "",
    )


def _short(length: timedelta) -> str:
    minutes = int(length / timedelta(minutes=1))
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"


def origins(found: ErrorOrigins) -> Component:
    """Two rows, refused and failed, each split by who asked."""
    rows = (
        ("Refused, 4xx", found.refused_attacking, found.refused_others),
        ("Failed, 5xx", found.failed_attacking, found.failed_others),
    )
    return html.Div([_split(*row) for row in rows], className="splits")


def _split(name: str, attacking: int, others: int) -> Component:
    total = attacking + others
    said = f"{number(attacking)} from attacking addresses, {number(others)} from others" if total else "none"
    bar = [
        html.Span(className=look, style={"flexGrow": count})
        for look, count in (("split-them", attacking), ("split-us", others))
        if count
    ]
    head = html.P([html.Strong(name), html.Span(f" {said}")])
    return html.Div([head, html.Div(bar, className="split", **attributes(aria_hidden="true"))])


_UP = {
    True: ("check", "is-ok", "up"),
    False: ("warning", "is-critical", "down"),
    None: ("blind", "is-blind", "not known"),
}


def services(rows: Sequence[Service], view: View) -> Component:
    """Those that are down first."""
    return html.Ul([_service(each, view) for each in rows], className="services")


def _service(row: Service, view: View) -> Component:
    sign, tone, word = _UP[row.is_up]
    since = f" since {words.clock_time(row.since, view.zone, view.window.until)}" if row.since else ""
    return html.Li(
        [
            icon(sign, extra=tone),
            html.Strong(words.outside(row.name, 80)),
            html.Span(f"{word}{since}", className=tone),
            *([html.Span(words.outside(row.words, 200), className="service-words")] if row.words else []),
        ]
    )


def database(found: DatabaseHealth, view: View) -> list[Measure]:
    """PostgreSQL by its own statistics."""
    is_full = found.connections >= 0.9 * found.most
    hit = "not known yet" if found.cache_hit is None else f"{100 * found.cache_hit:.1f} %"
    return [
        Measure(
            "Connections",
            found.connections,
            str(found.connections),
            f"of {found.most}",
            _BAD if is_full else "",
        ),
        Measure("Blocks found in memory", found.cache_hit, hit, "since its statistics began"),
        Measure("Size of Vigie's database", found.size, size(found.size), ""),
        Measure("Deadlocks", found.deadlocks, number(found.deadlocks), "since its statistics began"),
        Measure(
            "Running since",
            found.started_at.timestamp(),
            words.clock_time(found.started_at, view.zone, view.window.until),
            "",
        ),
    ]
