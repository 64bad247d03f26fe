"""The button that opens a menu or a sheet."""

from collections.abc import Callable, Sequence

from dash import html
from dash.development.base_component import Component


def target(kind: Callable[..., Component], parts: Sequence[Component], look: str, label: str = "") -> Component:
    """`kind` is dmc.MenuTarget or dmc.PopoverTarget. `label`: its name, where the parts hold no words.

    They put a box around what they are given and say on it whether the sheet is open. So that box is made the button:
    on a plain box that is not allowed, and a button inside a button neither.
    """
    box = {"component": "button", "type": "button", "className": look} | ({"aria-label": label} if label else {})
    return kind(html.Span(parts, className="target-parts"), boxWrapperProps=box)
