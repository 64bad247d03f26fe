"""The board: one row a rule, as a table on a wide screen and as cards on a phone."""

from collections.abc import Sequence
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from dashboard.rules import phrases
from dashboard.rules.asked import NOT_WORKING, Asked, chosen
from dashboard.sources.rule_questions import RuleRow, RuleState
from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.icons import icon
from dashboard.ui.sparkline import sparkline
from dashboard.ui.view import View

MOST_ROWS = 300
PATH = "/rules"
_HEADS = (
    ("state", "State"),
    ("rule", "Rule"),
    ("severity", "Severity"),
    ("events", "Events"),
    ("alerts", "Alerts"),
    ("fired", "Last fired"),
    ("open", "Open now"),
    ("verdicts", "True positives, 30 days"),
    ("times", "To look, to close, 30 days"),
)
Shown = Component | str | list[Component]


def board(rows: Sequence[RuleRow], view: View, asked: Asked) -> Component:
    """The rows that are asked for, in the order that is asked for."""
    head = html.Thead(html.Tr([_head(name, title, asked) for name, title in _HEADS]))
    shown = chosen(rows, asked)
    body = html.Tbody([_row(each, view, is_chosen=each.name == asked.rule) for each in shown[:MOST_ROWS]])
    return html.Table([head, body], className="board")


def board_words(rows: Sequence[RuleRow], asked: Asked) -> str:
    """`24 rules, 1 not working, 2 off`."""
    states = [row.state for row in rows]
    troubled, off = sum(state in NOT_WORKING for state in states), states.count(RuleState.OFF)
    found = len(chosen(rows, asked))
    said = [
        words.count(len(rows), "rule"),
        f"{troubled} not working" if troubled else "",
        f"{off} off" if off else "",
        f"{min(found, MOST_ROWS)} shown" if found != len(rows) or found > MOST_ROWS else "",
    ]
    return ", ".join(each for each in said if each)


def _head(name: str, title: str, asked: Asked) -> html.Th:
    is_order = asked.order == name
    turned = f"-{name}" if is_order and not asked.is_backwards else name
    sort = ("descending" if asked.is_backwards else "ascending") if is_order else "none"
    button = html.Button(
        [title, icon("chevron", extra="sort-sign")],
        type="button",
        className="plain sort",
        **attributes(data_act="rules-sort", data_value=turned),
    )
    return html.Th(button, scope="col", **attributes(aria_sort=sort))


def _row(row: RuleRow, view: View, *, is_chosen: bool) -> Component:
    cells: tuple[Shown, ...] = (
        _state(row, view),
        _name(row),
        _severity(row),
        _events(row),
        _number(row.volume.alerts),
        _last_fired(row, view),
        _open(row),
        _verdicts(row),
        _times(row),
    )
    looks = ["board-row"] + ["is-bad"] * (row.state in NOT_WORKING) + ["chosen"] * is_chosen
    looks += ["is-quiet"] * (not row.waiting and not row.volume.events)  # colour is for what differs
    return html.Tr(
        [
            html.Td(shown, className=f"rules-{name}", **attributes(data_label=title))
            for (name, title), shown in zip(_HEADS, cells, strict=True)
        ],
        className=" ".join(looks),
        tabIndex=0,
        **attributes(data_row="1", data_source=row.name),
    )


def _state(row: RuleRow, view: View) -> list[Component]:
    look = phrases.STATES[row.state]
    parts: list[Component] = [html.Span([icon(look.icon), look.word], className=f"severity {look.tone}")]
    if row.off is not None and row.state is RuleState.OFF:
        parts.append(html.Small(phrases.off_words(row.off, view)))
    if row.error_since is not None and row.state in NOT_WORKING:
        parts.append(html.Small(f"since {words.clock_time(row.error_since, view.zone, view.window.until)}"))
    return parts


def _name(row: RuleRow) -> list[Component]:
    link = html.A(
        words.outside(row.title, 90),
        href=rule_path(row.name),
        className="pivot",
        title=words.outside(row.title, 300),
        **attributes(data_nav="1"),
    )
    kind = f"{phrases.kind_words(row.kind)}, for other rules" if row.serves else phrases.kind_words(row.kind)
    about = html.Small(f"{words.outside(row.name, 60)} · {kind}")
    said = phrases.why(row) if row.state in (*NOT_WORKING, RuleState.OFF) else ""
    return [link, about, html.P(said, className="board-why")] if said else [link, about]


def _severity(row: RuleRow) -> Component:
    word = row.severity.word
    return html.Span([icon(word), words.SEVERITY[row.severity]], className=f"severity is-{word}")


def _events(row: RuleRow) -> list[Component]:
    count = _number(row.volume.events)
    if not row.volume.events:
        return [count]
    parts = row.volume.parts
    line = html.Div([count, sparkline(parts, max(parts, default=0) * 1.1)], className="rules-count")
    return [line, html.Small(f"{phrases.share(row)} of all")]


def _number(number: int) -> Component:
    return html.Strong(f"{number:,}") if number else html.Span("0", className="is-dimmed")


def _last_fired(row: RuleRow, view: View) -> Component:
    if row.last_fired_at is None:
        return html.Span("never", className="is-dimmed")
    return html.Time(words.clock_time(row.last_fired_at, view.zone, view.window.until))


def _open(row: RuleRow) -> Shown:
    if not row.waiting and not row.acknowledged:
        return html.Span("none", className="is-dimmed")
    said: list[Component] = [_number(row.waiting)]
    return [*said, html.Small(f"{row.acknowledged:,} acknowledged")] if row.acknowledged else said


def _verdicts(row: RuleRow) -> list[Component]:
    said, others = phrases.precision(row.verdicts)
    shown: list[Component] = [html.Span(said, className="is-dimmed" if said == phrases.NONE else "")]
    return [*shown, html.Small(others)] if others else shown


def _times(row: RuleRow) -> list[Component]:
    if row.to_acknowledge is None and row.to_close is None:
        return [html.Span(phrases.NONE, className="is-dimmed")]
    looked, closed = phrases.time_to(row.to_acknowledge), phrases.time_to(row.to_close)
    return [html.Span(f"look {looked}"), html.Small(f"close {closed}")]


def rule_path(name: str) -> str:
    """The address of the page with this rule open."""
    return f"{PATH}?{urlencode({'rule': name})}"
