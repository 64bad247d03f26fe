"""The callback endpoint takes any JSON from anyone who is signed in; it never answers with a trace."""

import contextlib
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.access.answers import Refused
from dashboard.access.callbacks import check_body
from dashboard.app import Parts
from tests.dashboard.conftest import csrf

CALLBACK = "/_dash-update-component"
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
DECLARED = {
    "page.children": {
        "callback": None,
        "output": "page.children",
        "state": [],
        "inputs": [{"id": "location", "property": "pathname"}],
    }
}


def good() -> dict[str, Any]:
    return {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [{"id": "location", "property": "pathname", "value": "/"}],
        "changedPropIds": ["location.pathname"],
    }


def test_a_request_as_the_browser_sends_it_passes() -> None:
    check_body(good(), DECLARED)


@pytest.mark.parametrize(
    "change",
    [{"output": "other.children"}, {"output": None}, {"output": []}, {"inputs": None}, {"inputs": []}, {"inputs": [1]},
     {"inputs": [{"id": "other", "property": "pathname"}]}, {"inputs": [{"id": "location", "property": "search"}]},
     {"state": [{}]}, {"changedPropIds": 5}, {"changedPropIds": [{}]}, {"outputs": None}, {"outputs": [{}, {}]},
     {"outputs": {"id": 5, "property": "x"}}],
)  # fmt: skip
def test_a_request_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="not a request of the console"):
        check_body(good() | change, DECLARED)


@given(ANY_JSON, st.dictionaries(st.sampled_from(list(good())), ANY_JSON))
def test_whatever_is_sent_ends_in_a_refusal_or_passes(body: object, changes: dict[str, Any]) -> None:
    for candidate in (body, good() | changes):
        with contextlib.suppress(Refused):
            check_body(candidate, DECLARED)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 200_000, b"null", b"5", b'"x"', b"[]", b"{}", b"1e999999"])
def test_a_body_that_is_no_request_is_answered_with_400(alice: FlaskClient, body: bytes) -> None:
    answer = alice.post(CALLBACK, data=body, content_type="application/json", headers=csrf(alice))
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=ANY_JSON)
def test_every_callback_survives_any_value(console: Parts, alice: FlaskClient, value: object) -> None:
    for name, callback in console.console.callback_map.items():
        if "callback" not in callback:
            continue
        answer = alice.post(CALLBACK, json=_request(name, callback, value), headers=csrf(alice))
        assert answer.status_code < 500, (name, value, answer.text[:200])


def _request(name: str, callback: dict[str, Any], value: object) -> dict[str, Any]:
    outputs = callback["output"] if isinstance(callback["output"], list | tuple) else [callback["output"]]
    written = [{"id": o.component_id, "property": o.component_property} for o in outputs]
    return {
        "output": name,
        "outputs": written if isinstance(callback["output"], list | tuple) else written[0],
        "inputs": [part | {"value": value} for part in callback["inputs"]],
        "state": [part | {"value": value} for part in callback["state"]],
        "changedPropIds": [f"{part['id']}.{part['property']}" for part in callback["inputs"]],
    }


def test_a_deep_value_is_no_server_error(alice: FlaskClient) -> None:
    deep = json.dumps(good())[:-1] + ', "x": ' + "[" * 900 + "]" * 900 + "}"
    answer = alice.post(CALLBACK, data=deep, content_type="application/json", headers=csrf(alice))
    assert answer.status_code < 500
