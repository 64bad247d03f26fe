"""Calls a page's callbacks as the browser would, over HTTP, on a console without a lock."""

import json
from types import ModuleType
from typing import Any

from dash import Dash
from flask.testing import FlaskClient

from dashboard.ui import shell
from tests.dashboard.fakes import FakeQuestions


def client_of(page: ModuleType, questions: FakeQuestions) -> tuple[Dash, FlaskClient]:
    """A bare Dash with this one page, answered by `questions`."""
    app = Dash("test", suppress_callback_exceptions=True)
    app.layout = lambda: shell.layout((page.PAGE,), None)
    page.register(app, questions, questions)
    return app, app.server.test_client()


def ask_all(page: ModuleType, questions: FakeQuestions, view: object) -> dict[str, Any]:
    """What each panel of the page is told for this view, by its name."""
    return told_by(*client_of(page, questions), view)


def told_by(app: Dash, client: FlaskClient, view: object) -> dict[str, Any]:
    """What each panel of a Dash is told for this view, by its name."""
    told: dict[str, Any] = {}
    for output, callback in app.callback_map.items():
        if not any(part["id"] in ("view", "view-slow", "health-view", "situation-view") for part in callback["inputs"]):
            continue
        told |= _ask(client, output, callback, view)
    return told


def _ask(client: FlaskClient, output: str, callback: dict[str, Any], view: object) -> dict[str, Any]:
    inputs = [{"id": part["id"], "property": part["property"], "value": view} for part in callback["inputs"]]
    body = {"output": output, "outputs": _outputs(output), "inputs": inputs, "changedPropIds": ["view.data"]}
    answer = client.post("/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    response = json.loads(answer.text)["response"]
    return {json.loads(name)["panel"]: given["data"] for name, given in response.items() if name.startswith("{")}


def _outputs(output: str) -> Any:
    """The outputs as the browser names them, from the callback's own name."""
    several = output.startswith("..")
    names = output.strip(".").split("...") if several else [output]
    made = []
    for name in names:
        identity, prop = name.rsplit(".", 1)
        made.append({"id": json.loads(identity) if identity.startswith("{") else identity, "property": prop})
    return made if several else made[0]
