"""The frame that every panel shares: title, figure in words, one link, body, foot, and its six looks.

A panel has the same frame and height in every state. Its callback has one output, `panel.answer`, and gives it
`states.show(...)`; the browser spreads that over the frame (assets/panels.js), so nothing is ever mounted anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.icons import icon


class Body(StrEnum):
    """What a panel holds: a figure, or a few rows of its own."""

    FIGURE = "figure"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. `name` is its identity in the page, `look` a CSS class that gives it height and width.

    `link`: words and address of the one link at the right. `legend`: small parts beside that link. `has_export`: the
    panel has a button for the export of its name (docs/how-to/add-a-panel.md). `ways_on`: what can be done where there
    is nothing to show, beside what every panel offers then.
    """

    name: str
    title: str
    body: Body
    look: str = ""
    link: tuple[str, str] | None = None
    legend: tuple[Component, ...] = ()
    has_export: bool = True
    ways_on: tuple[Component, ...] = ()

    @property
    def answer(self) -> Output:
        """The one output of the panel's callback."""
        return Output({"part": f"{self.body}-answer", "panel": self.name}, "data")

    def render(self, holds: Sequence[Component] = ()) -> html.Section:
        """The panel before its first answer. `holds`: what stands in it from the start and fills itself."""
        return html.Section(
            [self._head(), self._body(holds), self._foot(), dcc.Store(id=self._id(f"{self.body}-answer"))],
            id=self._id(f"{self.body}-frame"),
            className=f"panel {self.look}".rstrip(),
            **attributes(data_panel=self.name, data_state="loading", aria_label=self.title),
        )

    def _id(self, part: str) -> dict[str, str]:
        return {"part": part, "panel": self.name}

    def _head(self) -> html.Header:
        right = [*self.legend]
        if self.link:
            right.append(html.A(self.link[0], href=self.link[1], className="panel-link", **attributes(data_nav="1")))
        if self.has_export:
            right.append(self._export_button())
        return html.Header(
            [
                html.H2(self.title),
                html.Span(id=self._id(f"{self.body}-words"), className="panel-words"),
                html.Span([icon("clock"), html.Span(id=self._id(f"{self.body}-badge"))], className="panel-badge"),
                html.Div(right, className="panel-right"),
            ],
            className="panel-head",
        )

    def _export_button(self) -> html.Button:
        """assets/exports.js opens the sheet of exports for it."""
        named = attributes(data_export=self.name, aria_label=f"Export {self.title}", aria_haspopup="dialog")
        return html.Button(icon("download"), type="button", className="panel-export", title="Export", **named)

    def _body(self, holds: Sequence[Component]) -> html.Div:
        name = self._id(f"{self.body}-content")
        content = _graph(name) if self.body is Body.FIGURE else html.Div(id=name, className="panel-list")
        return html.Div(
            [
                html.Div([*holds, content], className="panel-content"),
                self._message(),
                html.Div(className="panel-skeleton"),
            ],
            className="panel-body",
        )

    def _message(self) -> html.Div:
        return html.Div(
            [
                icon("check", extra="panel-sign when-empty"),
                icon("blind", extra="panel-sign when-unknown"),
                icon("filter", extra="panel-sign when-unmatched"),
                icon("warning", extra="panel-sign when-error"),
                html.Strong(id=self._id(f"{self.body}-sentence")),
                html.P(id=self._id(f"{self.body}-advice")),
                _act([icon("retry"), words.TRY_AGAIN], "retry", "when-error"),
                _act(["Clear the filter"], "clear-filter", "when-unmatched"),
                *self.ways_on,
            ],
            className="panel-message",
            role="status",
        )

    def _foot(self) -> html.Footer:
        return html.Footer(
            [
                html.Span(id=self._id(f"{self.body}-foot"), className="panel-source"),
                html.Span("reading…", id=self._id(f"{self.body}-age"), className="age"),
            ],
            className="panel-foot",
        )


def _act(parts: list[Component | str], act: str, when: str) -> html.Button:
    return html.Button(parts, type="button", className=f"button small {when}", **attributes(data_act=act))


def _graph(name: dict[str, str]) -> dcc.Graph:
    return dcc.Graph(
        id=name, className="figure", responsive=True, config={"displayModeBar": False, "doubleClick": "reset"}
    )


def register(app: Dash) -> None:
    """Wires every panel, on whatever page, to the browser's code that spreads its answer over the frame."""
    for body in Body:

        def at(part: str, prop: str, body: Body = body) -> Output:
            return Output({"part": f"{body}-{part}", "panel": MATCH}, prop)

        app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it without types
            ClientsideFunction("vigie", f"show_{body}"),
            at("frame", "data-state"),
            at("words", "children"),
            at("badge", "children"),
            at("sentence", "children"),
            at("advice", "children"),
            at("foot", "children"),
            at("age", "data-as-of"),
            at("content", "figure" if body is Body.FIGURE else "children"),
            Input({"part": f"{body}-answer", "panel": MATCH}, "data"),
            Input("scheme", "data"),
            State({"part": f"{body}-frame", "panel": MATCH}, "data-panel"),
            prevent_initial_call=True,
        )
