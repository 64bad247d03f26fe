"""What one may do about a source: say how often it is heard, that silence is normal, or that it is no more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update

from dashboard.access.roles import current_person, requires
from dashboard.sources.interface import SourceStatus
from dashboard.sources_board.lengths import HOW, exact, length, length_in
from vigie.blindness import IMPORT
from vigie.errors import VigieError
from vigie.event import clean_text
from vigie.store.people import PersonRole

SAVE, LEARN, IRREGULAR, RETIRE = "source-save", "source-learn", "source-irregular", "source-retire"
PERIOD, GRACE, SAID = "source-period", "source-grace", "source-said"
PRESENT = "source-present"  # what is expected now, for the fields
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
    row = [_length(PERIOD, "Expected every", "for example 5 min"), _length(GRACE, "Grace", "for example 1 min")]
    others = [_button(LEARN, "Use the learned rhythm"), _button(IRREGULAR, "Silence is normal")]
    return html.Div(
        [
            html.H4("When is its silence an alarm?"),
            html.Div(
                [
                    html.Div([*row, _button(SAVE, "Expect this", "button primary")], className="acts-row"),
                    html.Div(others, className="acts-row"),
                ],
                id="source-form",
                className="acts-form",
            ),
            html.P("Never: an import does not go on, so nothing is expected of it.", id="source-no-form", hidden=True),
            dcc.Store(id=PRESENT),
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


@dataclass(frozen=True, slots=True)
class Offered:
    """What of the acts a person may see of a source, and what is expected of it now, as it stands in the fields."""

    is_offered: bool = False
    has_form: bool = False
    has_retiring: bool = False
    present: tuple[str, str, str] | None = None  # the name, period and grace; these are empty where none is expected


def shown() -> tuple[Output, ...]:
    """The outputs that `told` fills."""
    boxes = ("source-acts", "source-form", "source-no-form", "source-retire-box")
    return *(Output(box, "hidden") for box in boxes), Output(PRESENT, "data")


def told(offered: Offered) -> tuple[bool, bool, bool, bool, tuple[str, str, str] | None]:
    """What the outputs of `shown` are given."""
    has_form = offered.has_form
    return not offered.is_offered, not has_form, has_form, not offered.has_retiring, offered.present


def offered_for(status: SourceStatus | None) -> Offered:
    """What the person who asks may do about this source."""
    person = current_person()
    if status is None or person is None or not person.role.includes(PersonRole.ANALYST):
        return Offered()
    retiring = status.kind in _RETIRED_KINDS and person.role.includes(PersonRole.ADMIN)
    return Offered(True, status.kind != IMPORT, retiring, present(status))


def present(status: SourceStatus) -> tuple[str, str, str]:
    """The name, and the period and grace that hold now in words that are read back; empty where nothing is expected."""
    expects = status.expects
    if expects.period is None:
        return status.name, "", ""
    return status.name, exact(expects.period), exact(expects.grace)


def register(app: Dash, commands: Commands, chosen: Callable[[object], str | None]) -> None:
    """Wires the buttons. `chosen`: the name of the source that a view has open."""
    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it without types
        ClientsideFunction("vigieSources", "fill"),
        Output(PERIOD, "value"),
        Output(GRACE, "value"),
        Input(PRESENT, "data"),
        State(PERIOD, "value"),
        State(GRACE, "value"),
        prevent_initial_call=True,
    )
    pressed = [Input(name, "n_clicks") for name in (SAVE, LEARN, IRREGULAR)]

    @app.callback(
        Output(SAID, "children"),
        Output(PERIOD, "value", allow_duplicate=True),
        Output(GRACE, "value", allow_duplicate=True),
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
            return _change(commands, str(ctx.triggered_id), name, period, grace)
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


def _change(commands: Commands, act: str, name: str, period: object, grace: object) -> tuple[str, str, str]:
    """What is said, and what stands in the fields then."""
    person = current_person()
    by = person.email if person else ""
    if act == LEARN:
        commands.expect_what_is_learned(name)
    elif act == IRREGULAR:
        commands.expect_nothing(name, by)
    else:
        every, more = _read(period, "period"), _read(grace, "grace")
        commands.expect(name, every, more, by)
        said = f"Expected every {length(every)}, with {length(more)} of grace, from now on."
        return said, exact(every), exact(more)
    return _DONE[act], "", ""


def _read(given: object, what: str) -> timedelta:
    found = length_in(given)
    if found is None:
        shown = clean_text(given, 40) if isinstance(given, str) else None
        raise NoLength(f"{shown!r} is no {what}." if shown else f"The {what} is missing.", HOW)
    return found
