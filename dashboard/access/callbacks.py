"""What may be sent to Dash's callback endpoint. It accepts any JSON from anyone, so its shape is checked first.

The values inside stay hostile: each page converts its own arguments. What a callback raises ends in `answers`.
"""

from collections.abc import Mapping
from typing import Any

from dash import Dash
from flask import request
from werkzeug.exceptions import BadRequest

from dashboard.access.answers import Refused

CALLBACK_ENDPOINT = "/_dash-update-component"


def check_callbacks(app: Dash) -> None:
    """Registers the check. After the guard, so that strangers learn nothing of what there is."""

    def check() -> None:
        if request.endpoint == CALLBACK_ENDPOINT and request.method == "POST":
            check_body(_body(), app.callback_map)

    app.server.before_request(check)


def check_body(body: object, callbacks: Mapping[str, Any]) -> None:
    """Raises Refused unless `body` names a callback of the server and has the parts that it declared."""
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        raise _wrong("it names no output")
    declared = callbacks.get(body["output"])
    if declared is None or "callback" not in declared:
        raise _wrong("there is no such callback")
    _check_parts(body.get("inputs", []), declared["inputs"])
    _check_parts(body.get("state", []), declared["state"])
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(item, str) for item in changed):
        raise _wrong("changedPropIds is not a list of names")
    _check_outputs(body.get("outputs", []), declared)


def _body() -> object:
    try:
        return request.get_json()
    except (BadRequest, RecursionError) as error:
        raise _wrong("it is not JSON") from error


def _check_parts(sent: object, declared: list[dict[str, Any]]) -> None:
    if not isinstance(sent, list) or len(sent) != len(declared):
        raise _wrong("it has not the arguments of that callback")
    for part, expected in zip(sent, declared, strict=True):
        for item in part if isinstance(part, list) else [part]:
            if not isinstance(item, dict) or item.get("property") != expected["property"] or "id" not in item:
                raise _wrong("an argument is not the one declared")
            if not str(expected["id"]).startswith("{") and item["id"] != expected["id"]:
                raise _wrong("an argument is not the one declared")


def _check_outputs(sent: object, declared: Mapping[str, Any]) -> None:
    """As many as declared, each `{id, property}`; Dash sends a list of lists where one output stands for many."""
    output = declared["output"]
    expected = 0 if declared.get("no_output") else len(output) if isinstance(output, list | tuple) else 1
    listed = sent if isinstance(sent, list) else [sent]
    if len(listed) != expected:
        raise _wrong("it has not the outputs of that callback")
    for part in listed:
        for item in part if isinstance(part, list) else [part]:
            if not isinstance(item, dict) or not isinstance(item.get("id"), str | dict):
                raise _wrong("an output has no id")
            if not isinstance(item.get("property"), str):
                raise _wrong("an output has no property")


def _wrong(what: str) -> Refused:
    return Refused(400, f"This is not a request of the console: {what}.", "Reload the page.")
