"""The page on stand-ins: the night of the pictures, and a hostile one."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard.events import page
from tests.dashboard.asking import ask_all, client_of
from tests.dashboard.event_fakes import FakeEvents, hostile_events, night_of_events
from tests.dashboard.fakes import FakeQuestions

VIEW = {"range": "24h", "zone": "Europe/Paris"}


class Both:
    """Answers questions about events, and about sources."""

    def __init__(self, events: FakeEvents) -> None:
        self.events, self.others = events, FakeQuestions(events.now)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.events if hasattr(FakeEvents, name) else self.others, name)


@pytest.fixture
def night() -> FakeEvents:
    return night_of_events(datetime.now(UTC))


@pytest.fixture
def hostile() -> FakeEvents:
    return hostile_events(datetime.now(UTC))


Told = Callable[..., dict[str, Any]]


def told(events: FakeEvents, **view: object) -> dict[str, Any]:
    """What each panel is told for this view, by its name."""
    return ask_all(page, Both(events), VIEW | view)  # type: ignore[arg-type]  # it answers both


def asked(events: FakeEvents, source: str, target: str, data: object) -> Any:
    """What the browser is told in the store `target` when it puts `data` into the store `source`."""
    _, client = client_of(page, Both(events))  # type: ignore[arg-type]  # it answers both
    return _post(client, source, target, data)


def _post(client: FlaskClient, source: str, target: str, data: object) -> Any:
    body = {
        "output": f"{target}.data",
        "outputs": {"id": target, "property": "data"},
        "inputs": [{"id": source, "property": "data", "value": data}],
        "changedPropIds": [f"{source}.data"],
    }
    answer = client.post("/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text)["response"][target]["data"]


def drawer(events: FakeEvents, event: object) -> dict[str, Any]:
    """What the drawer is told for the text of a place in the list."""
    _, client = client_of(page, Both(events))  # type: ignore[arg-type]  # it answers both
    answer = page.EVENT.answer
    body = {
        "output": json.dumps(answer.component_id, sort_keys=True, separators=(",", ":")) + ".data",
        "outputs": {"id": answer.component_id, "property": "data"},
        "inputs": [{"id": "event-asked", "property": "data", "value": VIEW | {"event": event}}],
        "changedPropIds": ["event-asked.data"],
    }
    given = client.post("/_dash-update-component", json=body)
    assert given.status_code == 200, given.text
    (told_,) = json.loads(given.text)["response"].values()
    return dict(told_["data"])
