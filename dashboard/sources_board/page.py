"""Sources: can I believe the screen?"""

from collections.abc import Callable, Sequence

from dash import Dash, Input, Output, html
from dash.development.base_component import Component

from dashboard.sources.interface import Answer
from dashboard.sources.source_questions import SourceBoardQuestions, SourceDetail, SourceRow
from dashboard.sources_board import acts
from dashboard.sources_board.board import PATH, board, board_words
from dashboard.sources_board.detail import facts, troubles
from dashboard.ui.attributes import attributes
from dashboard.ui.banners import Depends
from dashboard.ui.panel import Body, Panel
from dashboard.ui.shell import Page
from dashboard.ui.states import Drawing, Shown, show
from dashboard.ui.view import View, read_view
from vigie.event import clean_text

_NAME_LIMIT = 100
_CLOSE = html.A("Close", href=PATH, className="panel-link", **attributes(data_nav="1"))
BOARD = Panel("sources-board", "Sources", Body.LIST, "sources-board rows")
DETAIL = Panel("source-detail", "One source", Body.LIST, "source-detail rows", legend=(_CLOSE,))
TROUBLES = Panel("source-troubles", "Its troubles", Body.LIST, "source-troubles rows")
PANELS = (BOARD, DETAIL, TROUBLES)
_CLOSED, _OPEN = "sources-page", "sources-page with-detail"


def layout() -> Component:
    """The page before its first answers."""
    aside = html.Div([DETAIL.render(), acts.acts(), TROUBLES.render()], className="source-aside")
    return html.Div([BOARD.render(), aside], id="sources-page", className=_CLOSED)


PAGE = Page(PATH, "Sources", "Sources", "sources", "o", layout, Depends.NONE)


def chosen(asked: object) -> str | None:
    """The source that a view has open. Input from outside: what is no name is none."""
    given = asked.get("source") if isinstance(asked, dict) else None
    return clean_text(given, _NAME_LIMIT) if isinstance(given, str) else None


def register(app: Dash, questions: SourceBoardQuestions, commands: acts.Commands) -> None:
    """Registers the callbacks. They ask, and draw; the browser sends the view."""
    view_changed = Input("view", "data")

    @app.callback(BOARD.answer, view_changed, prevent_initial_call=True)
    def every_source(asked: object) -> Shown:
        view = read_view(asked)
        return show(questions.board(), view, _board(view, chosen(asked)), "now")

    @app.callback(
        DETAIL.answer,
        TROUBLES.answer,
        Output("sources-page", "className"),
        *acts.shown(),
        view_changed,
        prevent_initial_call=True,
    )
    def one_source(asked: object) -> tuple[object, ...]:
        view, name = read_view(asked), chosen(asked)
        answer: Answer[Sequence[SourceDetail]] = Answer((), view.window.until, "Vigie")
        if name is not None:
            answer = questions.detail(name)
        status = next((found.row.status for found in answer.rows or ()), None)
        shown = [show(answer, view, _one(view, draw), "now") for draw in (facts, troubles)]
        return shown[0], shown[1], _CLOSED if name is None else _OPEN, *acts.told(acts.offered_for(status))

    acts.register(app, commands, chosen)


def _board(view: View, name: str | None) -> Drawing[Sequence[SourceRow]]:
    return Drawing(
        lambda rows: board(rows, view, name),
        board_words,
        lambda rows: not rows,
        "No source is set up",
        lambda: (
            "Name your login table or a log file in config/sources.toml (docs/how-to/your-own-application.md, "
            "docs/how-to/read-a-log-file.md), or import a file: vigie import nginx FILE."
        ),
    )


def _one(view: View, draw: Callable[[SourceDetail, View], list[Component]]) -> Drawing[Sequence[SourceDetail]]:
    return Drawing(
        lambda rows: draw(rows[0], view),
        lambda _: "",
        lambda rows: not rows,
        "There is no such source",
        lambda: "It may have been retired or renamed. Close this to see those that there are.",
    )
