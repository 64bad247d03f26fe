"""The board: one row a source, as a table on a wide screen and as cards on a phone."""

from collections.abc import Sequence
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from dashboard.sources.interface import SourceState
from dashboard.sources.source_questions import SourceRow
from dashboard.sources_board import phrases
from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.icons import icon
from dashboard.ui.sparkline import sparkline
from dashboard.ui.view import View

MOST_ROWS = 100
PATH = "/sources"
_HEADS = ("State", "Source", "Expected every", "Last sign of life", "Newest event", "Lag", "Events, 24 h", "Troubles")
Shown = Component | str | list[Component]
_BAD = (SourceState.BLIND, SourceState.STOPPED)


def board(rows: Sequence[SourceRow], view: View, chosen: str | None) -> Component:
    """`chosen`: the name of the source whose details are open."""
    head = html.Thead(html.Tr([html.Th(each, scope="col") for each in _HEADS]))
    body = html.Tbody([_row(each, view, is_chosen=each.status.name == chosen) for each in rows[:MOST_ROWS]])
    return html.Table([head, body], className="board")


def board_words(rows: Sequence[SourceRow]) -> str:
    """`5 sources, 1 blind, 1 late`."""
    states = [row.status.state for row in rows]
    blind = sum(state in _BAD for state in states)
    late = states.count(SourceState.LATE)
    said = [words.count(len(rows), "source"), f"{blind} blind" if blind else "", f"{late} late" if late else ""]
    shown = [f"{MOST_ROWS} shown"] if len(rows) > MOST_ROWS else []
    return ", ".join([each for each in said if each] + shown)


def _row(row: SourceRow, view: View, *, is_chosen: bool) -> Component:
    status, until = row.status, view.window.until
    cells: list[tuple[str, Shown]] = [
        ("state", _state(row, view)),
        ("name", _name(row)),
        ("expected", [html.Span(phrases.expected(status.expects)), html.Small(phrases.origin(status))]),
        ("sign", html.Time(phrases.instant(status.last_sign_at, view.zone, until))),
        ("event", html.Time(phrases.instant(status.last_event_at, view.zone, until))),
        ("lag", phrases.lag(row.lag)),
        ("count", [html.Strong(f"{row.events:,}"), sparkline(row.hours, max(row.hours, default=0) * 1.1)]),
        ("troubles", _troubles(row)),
    ]
    looks = ["board-row"] + ["is-bad"] * (status.state in _BAD) + ["chosen"] * is_chosen
    return html.Tr(
        [
            html.Td(shown, className=f"cell-{name}", **attributes(data_label=head))
            for (name, shown), head in zip(cells, _HEADS, strict=True)
        ],
        className=" ".join(looks),
        tabIndex=0,
        **attributes(data_row="1", data_source=status.name),
    )


def _state(row: SourceRow, view: View) -> list[Component]:
    status = row.status
    look = phrases.STATES[status.state]
    parts: list[Component] = [html.Span([icon(look.icon), look.word], className=f"severity {look.tone}")]
    if status.blind_since is not None:
        parts.append(html.Small(f"since {words.clock_time(status.blind_since, view.zone, view.window.until)}"))
    return parts


def _name(row: SourceRow) -> list[Component]:
    status = row.status
    link = html.A(
        words.outside(status.title, 60),
        href=_path(row),
        className="pivot",
        title=words.outside(status.title, 200),
        **attributes(data_nav="1"),
    )
    parts: list[Component] = [link, html.Small(phrases.KINDS.get(status.kind, words.outside(status.kind, 30)))]
    said = phrases.why(status) or (words.outside(status.error, 300) if status.error else "")
    if said:
        parts.append(html.P(said, className="board-why"))
    return parts


def _path(row: SourceRow) -> str:
    return f"{PATH}?{urlencode({'source': row.status.name})}"


def _troubles(row: SourceRow) -> list[Component]:
    said = phrases.troubles(row)
    if not said:
        return [html.Span("none", className="is-dimmed")]
    return [html.A(each, href=_path(row), **attributes(data_nav="1", data_trouble=kind.value)) for kind, each in said]
