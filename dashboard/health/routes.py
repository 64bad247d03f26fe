"""The table of routes: rate, errors and duration of each."""

from collections.abc import Callable, Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.sources.health_questions import Requests, Route, Traffic, summed
from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.measures import number, took

MOST_ROUTES = 50


def _quantile(at: float) -> Callable[[Route], float]:
    return lambda row: (row.traffic.latency.quantile(at) or 0.0) if row.traffic.latency else -1.0


SORTS: Mapping[str, Callable[[Route], float]] = {
    "requests": lambda row: row.traffic.total,
    "failed": lambda row: row.traffic.failed,
    "refused": lambda row: row.traffic.refused,
    "p50": _quantile(0.5),
    "p95": _quantile(0.95),
    "p99": _quantile(0.99),
}
"""What routes can be sorted by, most first; the name stands in the address bar."""
_HEADS = {"requests": "Requests", "failed": "5xx", "refused": "4xx", "p50": "p50", "p95": "p95", "p99": "p99"}


def ordered(rows: Sequence[Route], sort: str) -> list[Route]:
    """By what is asked for, then by name."""
    return sorted(rows, key=lambda row: (-SORTS[sort](row), row.route, row.method))


def routes(found: Requests, sort: str) -> Component:
    """One row a route and method, with the counts behind every share."""
    shown = ordered(found.routes, sort)
    rest = shown[MOST_ROUTES:]
    head = html.Thead(html.Tr([html.Th("Route", scope="col"), *(_head(name, sort) for name in _HEADS)]))
    body = [_row(each) for each in shown[:MOST_ROUTES]]
    if rest:
        body.append(_row(Route("", f"{len(rest)} more routes", summed(each.traffic for each in rest))))
    return html.Div(html.Table([head, html.Tbody(body)], className="routes"), className="routes-scroll", tabIndex=0,
                    role="region", **attributes(aria_label="Routes"))  # fmt: skip


def _head(name: str, sort: str) -> Component:
    button = html.Button(
        [_HEADS[name], html.Span(" ↓" if name == sort else "", **attributes(aria_hidden="true"))],
        type="button",
        className="plain",
        **attributes(data_health_sort=name),
    )
    return html.Th(
        button, scope="col", className="number", **attributes(aria_sort="descending" if name == sort else "none")
    )


def _row(row: Route) -> Component:
    of = row.traffic
    cells = [
        html.Td(number(of.total), className="number", **attributes(data_label="Requests")),
        html.Td(_part(of.failed, of, "is-critical"), className="number", **attributes(data_label="5xx")),
        html.Td(_part(of.refused, of, ""), className="number", **attributes(data_label="4xx")),
        *(
            html.Td(took(of.latency, at), className="number", **attributes(data_label=name))
            for name, at in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
        ),
    ]
    name: list[Component | str] = [
        html.Span(words.outside(row.method, 10), className="method"),
        words.outside(row.route, 120),
    ]
    title = f"{words.outside(row.method, 10)} {words.outside(row.route, 300)}" if row.method else ""
    return html.Tr([html.Td(name if row.method else words.outside(row.route), title=title), *cells], tabIndex=0,
                   **attributes(data_row="1"))  # fmt: skip


def _part(count: float, of: Traffic, tone: str) -> list[Component | str]:
    if count < 0.5:
        return [html.Span("0", className="is-dimmed")]
    percent = f"{100 * count / of.total:.1f} %" if of.total else ""
    return [html.Span(number(count), className=tone), html.Small(f" {percent}")]
