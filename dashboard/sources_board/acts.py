"""What one may do about a source: say how often it is heard, that silence is normal, or that it is no more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, html, no_update

from dashboard.access.roles import current_person, requires
from dashboard.sources.interface import SourceStatus
from dashboard.sources_board.lengths import HOW, length, length_in
from vigie.blindness import IMPORT
from vigie.errors import VigieError
from vigie.event import clean_text
from vigie.store.people import PersonRole

SAVE, LEARN, IRREGULAR, RETIRE = "source-save", "source-learn", "source-irregular", "source-retire"
PERIOD, GRACE, SAID = "source-period", "source-grace", "source-said"
_RETIRED_KINDS = ("intake", "import")  # what Vigie reads by itself leaves with its entry in the sources file
_DONE = {
    LEARN: "Its rhythm is expected as it is learned.",
    IRREGULAR: "Silence of this source is normal from now on.",
    RETIRE: "It has left the screen. Its events stay.",
}


class Commands(Protocol):
    """What changes sources; each act raises a VigieError where it cannot be."""

    def expect(self, name: str, period: timedelta, grace: timedelta, by: str) -> None: ...

    def expect_nothing(self, name: str, by: str) -> None: ...

    def expect_what_is_learned(self, name: str) -> None: ...

    def retire(self, name: str) -> None: ...


def acts() -> html.Div:
    """The form, hidden until a source is chosen by somebody who may change it."""
    row = [_length(PERIOD, "Expected every", "5 min"), _length(GRACE, "Grace", "1 min")]
    return html.Div(
        [
            html.H4("When is its silence an alarm?"),
            html.Div([*row, _button(SAVE, "Expect this", "button primary")], className="acts-row"),
            html.Div(
                [_button(LEARN, "Use the learned rhythm"), _button(IRREGULAR, "Silence is normal")],
                className="acts-row",
            ),
            html.Details(
                [
                    html.Summary("Retire this source"),
                    html.P("It leaves the screen; its events stay. If something comes from it again, it is back."),
                    _button(RETIRE, "Retire it"),
                ],
                id="source-retire-box",
                hidden=True,
            ),
            html.P("", id=SAID, className="acts-said", role="status"),
        ],
        id="source-acts",
        hidden=True,
    )


def _length(name: str, label: str, example: str) -> dmc.TextInput:
    return dmc.TextInput(
        id=name, label=label, placeholder=example, size="xs", className="acts-length",
        attributes={"input": {"maxLength": "40", "autoComplete": "off", "title": HOW}},
    )  # fmt: skip


def _button(name: str, label: str, look: str = "button") -> html.Button:
    return html.Button(label, id=name, type="button", className=look)


def shown_for(status: SourceStatus | None) -> tuple[bool, str, str, bool]:
    """For this person: whether the form is hidden, what stands in its fields, and whether retiring is hidden."""
    person = current_person()
    if status is None or person is None or not person.role.includes(PersonRole.ANALYST):
        return True, "", "", True
    expects = status.expects
    retiring = status.kind in _RETIRED_KINDS and person.role.includes(PersonRole.ADMIN)
    period = length(expects.period) if expects.period is not None else "5 min"
    grace = length(expects.grace) if expects.period is not None else "1 min"
    return status.kind == IMPORT and not retiring, period, grace, not retiring


def register(app: Dash, commands: Commands, chosen: Callable[[object], str | None]) -> None:
    """Wires the buttons. `chosen`: the name of the source that a view has open."""
    pressed = [Input(name, "n_clicks") for name in (SAVE, LEARN, IRREGULAR)]
    outputs = (Output(SAID, "children"), Output(PERIOD, "value"), Output(GRACE, "value"))

    @app.callback(
        *outputs,
        *pressed,
        State(PERIOD, "value"),
        State(GRACE, "value"),
        State("view", "data"),
        prevent_initial_call=True,
    )
    @requires("analyst")
    def change(
        _save: object, _learn: object, _irregular: object, period: object, grace: object, asked: object
    ) -> tuple[object, object, object]:
        name = chosen(asked)
        if name is None:
            return "Choose a source first.", no_update, no_update
        try:
            return _change(commands, str(ctx.triggered_id), name, period, grace), "", ""
        except VigieError as error:
            return str(error), no_update, no_update

    @app.callback(
        Output(SAID, "children", allow_duplicate=True),
        Input(RETIRE, "n_clicks"),
        State("view", "data"),
        prevent_initial_call=True,
    )
    @requires("admin")
    def retire(_pressed: object, asked: object) -> str:
        name = chosen(asked)
        if name is None:
            return "Choose a source first."
        try:
            commands.retire(name)
        except VigieError as error:
            return str(error)
        return _DONE[RETIRE]


class NoLength(VigieError):
    """What was written is no length of time."""


def _change(commands: Commands, act: str, name: str, period: object, grace: object) -> str:
    person = current_person()
    by = person.email if person else ""
    if act == LEARN:
        commands.expect_what_is_learned(name)
    elif act == IRREGULAR:
        commands.expect_nothing(name, by)
    else:
        every, more = _read(period, "period"), _read(grace, "grace")
        commands.expect(name, every, more, by)
        return f"Expected every {length(every)}, with {length(more)} of grace, from now on."
    return _DONE[act]


def _read(given: object, what: str) -> timedelta:
    found = length_in(given)
    if found is None:
        shown = clean_text(given, 40) if isinstance(given, str) else None
        raise NoLength(f"{shown!r} is no {what}." if shown else f"The {what} is missing.", HOW)
    return found
