"""Rules: which rules earn their keep, and which do not do their work?"""

from collections.abc import Callable, Sequence

import dash_mantine_components as dmc
from dash import Dash, Input, Output, html
from dash.development.base_component import Component

from dashboard.rules import acts
from dashboard.rules.asked import SHOWS, Asked, chosen, read_asked
from dashboard.rules.board import PATH, board, board_words
from dashboard.rules.detail import alerts, facts, texts
from dashboard.sources.interface import Answer
from dashboard.sources.rule_questions import RuleDetail, RuleQuestions, RuleRow
from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.banners import Depends
from dashboard.ui.icons import icon
from dashboard.ui.panel import Body, Panel
from dashboard.ui.shell import Page
from dashboard.ui.states import Drawing, Shown, State, show
from dashboard.ui.view import View, read_view


def _filters() -> html.Div:
    buttons = [
        html.Button(title, type="button", **attributes(data_act="filter", data_field="rules_show", data_value=value))
        for value, title in SHOWS.items()
    ]
    text = dmc.TextInput(
        id="rules-find", placeholder="Rule", leftSection=icon("filter"), size="xs", className="filter",
        attributes={
            "input": {
                "data-filter": "rules_find", "aria-label": "Only rules with these words", "maxLength": "100",
                "title": "Words of its title, name, severity, kind or state", "type": "search",
            }
        },
    )  # fmt: skip
    group = html.Div(buttons, className="segments", role="group", **attributes(aria_label="Which rules"))
    return html.Div([text, group], className="filters rules-filters")


_CLOSE = html.A("Close", href=PATH, className="panel-link", **attributes(data_nav="1", data_act="rules-close"))
BOARD = Panel("rules-board", "Rules", Body.LIST, "rules-board rows", legend=(_filters(),))
DETAIL = Panel("rule-detail", "One rule", Body.LIST, "rule-detail rows", legend=(_CLOSE,))
ALERTS = Panel("rule-alerts", "Its newest alerts", Body.LIST, "rule-alerts rows")
TEXTS = Panel("rule-texts", "Runbook, samples, source", Body.LIST, "rule-texts rows", has_export=False)
PANELS = (BOARD, DETAIL, ALERTS, TEXTS)
_CLOSED, _OPEN = "rules-page", "rules-page with-detail"


def layout() -> Component:
    """The page before its first answers."""
    aside = html.Div([DETAIL.render(), acts.acts(), ALERTS.render(), TEXTS.render()], className="rule-aside")
    return html.Div([BOARD.render(), aside], id="rules-page", className=_CLOSED)


PAGE = Page(PATH, "Rules", "Rules", "rules", "r", layout, Depends.RECORDS)


def register(app: Dash, questions: RuleQuestions, switching: acts.Switching) -> None:
    """Registers the callbacks. They ask, and draw; the browser sends the view."""
    view_changed = Input("view", "data")

    @app.callback(BOARD.answer, view_changed, prevent_initial_call=True)
    def every_rule(asked: object) -> Shown:
        view, sought = read_view(asked), read_asked(asked)
        answer = questions.rules(view.window)
        return _unmatched(show(answer, view, _board(view, sought)), answer, sought)

    @app.callback(
        DETAIL.answer,
        ALERTS.answer,
        TEXTS.answer,
        Output("rules-page", "className"),
        *acts.shown(),
        view_changed,
        prevent_initial_call=True,
    )
    def one_rule(asked: object) -> tuple[object, ...]:
        view, name = read_view(asked), read_asked(asked).rule
        answer: Answer[Sequence[RuleDetail]] = Answer((), view.window.until, "Vigie")
        if name is not None:
            answer = questions.rule(name, view.window)
        row = next((found.row for found in answer.rows or ()), None)
        return (
            show(answer, view, _one(lambda found: facts(found, view))),
            show(answer, view, _alerts(view), "newest"),
            show(answer, view, _one(texts), "now"),
            _CLOSED if name is None else _OPEN,
            *acts.told(acts.offered_for(row)),
        )

    acts.register(app, switching)


def _board(view: View, asked: Asked) -> Drawing[Sequence[RuleRow]]:
    return Drawing(
        lambda rows: board(rows, view, asked),
        lambda rows: board_words(rows, asked),
        lambda rows: not rows,
        "No rule is loaded",
        lambda: "The worker loads the rules of its folder when it starts. Check that it runs (Sources says so).",
    )


def _unmatched(shown: Shown, answer: Answer[Sequence[RuleRow]], asked: Asked) -> Shown:
    """A filter that finds nothing says nothing about the rules."""
    if shown["state"] != State.OK or chosen(answer.rows or (), asked) or not asked.narrows:
        return shown
    sought = f" with “{words.outside(asked.text, 40)}”" if asked.text else ""
    sentence = f"No rule{sought} is among “{SHOWS[asked.shows]}”"
    return shown | {"state": State.UNMATCHED, "sentence": sentence, "advice": "Clear the filter to see every rule."}


def _one(draw: Callable[[RuleDetail], list[Component]]) -> Drawing[Sequence[RuleDetail]]:
    return Drawing(
        lambda rows: draw(rows[0]),
        lambda _: "",
        lambda rows: not rows,
        "There is no such rule",
        lambda: "It may have been renamed. Close this to see those that there are.",
    )


def _alerts(view: View) -> Drawing[Sequence[RuleDetail]]:
    return Drawing(
        lambda rows: alerts(rows[0], view),
        lambda rows: words.count(len(rows[0].alerts), "alert") if rows else "",
        lambda rows: not rows or not rows[0].alerts,
        "It has made no alert",
    )
