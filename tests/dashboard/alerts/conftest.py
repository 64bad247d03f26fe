"""Asks the Alerts page over HTTP, as the browser does."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from dashboard.alerts.commands import ASKED, TOLD
from dashboard.alerts.layout import ALERT, QUEUE
from dashboard.ui.panel import Panel
from tests.conftest import Store
from tests.dashboard.conftest import csrf
from vigie.store.engine import transaction

VIEW = {"range": "24h", "zone": "Europe/Paris"}


def ask(client: FlaskClient, output: str, outputs: Any, given: str, value: object) -> Any:
    """What a callback answers, or the status of its refusal."""
    body = {
        "output": output,
        "outputs": outputs,
        "inputs": [{"id": given, "property": "data", "value": value}],
        "changedPropIds": [f"{given}.data"],
    }
    answer = client.post("/_dash-update-component", json=body, headers=csrf(client))
    if answer.status_code != 200:
        return answer.status_code
    (told,) = answer.get_json()["response"].values()
    return told["data"]


def _panel(client: FlaskClient, panel: Panel, given: str, value: object) -> Any:
    name = f'{{"panel":"{panel.name}","part":"list-answer"}}.data'
    return ask(client, name, {"id": {"panel": panel.name, "part": "list-answer"}, "property": "data"}, given, value)


def queue(client: FlaskClient, **view: object) -> Any:
    """What the list is told."""
    return _panel(client, QUEUE, "view", VIEW | view)


def drawer(client: FlaskClient, number: object) -> Any:
    """What the drawer of one alert is told."""
    return _panel(client, ALERT, "alert-asked", VIEW | {"alert": number})


def act(client: FlaskClient, data: object) -> Any:
    """What becomes of an act."""
    return ask(client, f"{TOLD}.data", {"id": TOLD, "property": "data"}, ASKED, data)


def text_of(part: object) -> str:
    """All that a reader reads of what was drawn."""
    if isinstance(part, list):
        return " ".join(text_of(each) for each in part)
    if isinstance(part, dict):
        return text_of(part.get("props", {}).get("children"))
    return "" if part is None else str(part)


@pytest.fixture
def vera(alice: FlaskClient, store: Store) -> FlaskClient:
    """Vera looks only: she is Alice, made a viewer."""
    with transaction(store.owner) as connection:
        connection.execute(text("UPDATE people SET role = 'viewer' WHERE email = 'alice@example.org'"))
    return alice
