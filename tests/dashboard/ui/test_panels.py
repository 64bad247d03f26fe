"""Every panel of every page, in every state. A panel that is not in its page's PANELS fails here."""

from collections.abc import Iterator
from typing import Any

import pytest
from dash.development.base_component import Component

from dashboard.activity import page as activity
from dashboard.situation import page as situation
from dashboard.ui.panel import Panel

PAGES = (situation, activity)
PANELS = [panel for page in PAGES for panel in page.PANELS]


def parts(component: Any) -> Iterator[Component]:
    """A component and everything in it."""
    if isinstance(component, list | tuple):
        for each in component:
            yield from parts(each)
    elif isinstance(component, Component):
        yield component
        yield from parts(getattr(component, "children", None))


def prop(component: Component, name: str) -> Any:
    return getattr(component, name, None)


def test_every_panel_on_a_page_is_in_its_list() -> None:
    for page in PAGES:
        found = [prop(each, "data-panel") for each in parts(page.layout()) if prop(each, "data-panel")]
        assert sorted(found) == sorted(panel.name for panel in page.PANELS)


def test_no_two_panels_share_a_name() -> None:
    names = [panel.name for panel in PANELS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
def test_a_panel_starts_loading_with_its_title_and_foot(panel: Panel) -> None:
    frame = panel.render()
    kinds = [type(each).__name__ for each in parts(frame)]
    assert (prop(frame, "data-state"), prop(frame, "aria-label")) == ("loading", panel.title)
    assert {"Header", "H2", "Footer", "Store"} <= set(kinds)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
def test_a_panel_has_a_place_for_what_failed_and_a_way_to_try_again(panel: Panel) -> None:
    acts = [prop(each, "data-act") for each in parts(panel.render())]
    assert "retry" in acts
