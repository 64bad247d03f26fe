"""The button in the header that says which window is shown, and the sheet that changes it."""

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard.ui.attributes import attributes
from dashboard.ui.icons import icon
from dashboard.ui.target import target
from dashboard.ui.view import PRESET_WORDS


def time_range() -> dmc.Popover:
    """Relative ranges as one press, absolute ones as two times in the reader's zone. assets/view.js acts on both."""
    return dmc.Popover(
        [target(dmc.PopoverTarget, _button(), "button range-target"), dmc.PopoverDropdown(_sheet())],
        id="range-popover",
        position="bottom-end",
        width=348,
        trapFocus=True,
        returnFocus=True,
        transitionProps={"duration": 120},
    )


def _button() -> list[Component]:
    return [
        icon("clock"),
        html.Strong("Last 24 h", id="range-words"),
        html.Span(id="range-span", className="range-span"),
        icon("chevron"),
    ]


def _sheet() -> html.Div:
    presets = [
        html.Button(
            words.capitalize(), type="button", className="preset", **attributes(data_act="range", data_value=name)
        )
        for name, words in PRESET_WORDS.items()
    ]
    return html.Div(
        [
            html.Div(presets, className="presets", role="group", **attributes(aria_label="Relative range")),
            html.Div([_moment("range-from", "From"), _moment("range-to", "To")], className="moments"),
            html.P("", id="range-zone", className="hint"),
            html.P("", id="range-error", className="hint wrong", role="alert"),
            html.Button(
                "Show this window", type="button", className="button primary", **attributes(data_act="range-absolute")
            ),
        ],
        className="range-sheet",
    )


def _moment(name: str, label: str) -> dmc.TextInput:
    return dmc.TextInput(id=name, label=label, attributes={"input": {"type": "datetime-local", "step": "60"}})
