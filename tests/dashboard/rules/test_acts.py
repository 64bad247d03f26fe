"""Who may switch which rule, over HTTP, on a real store."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.app import Parts
from dashboard.rules.acts import OFF, ON, REASON, SAID, UNTIL, NoDay, end_of
from tests.conftest import Store
from tests.dashboard.conftest import csrf
from tests.dashboard.sources.rule_night import add_rule
from tests.detection.conftest import ask

SWITCHES = "SELECT string_agg(concat_ws(' ', rule, actor, reason, ended_by), ',' ORDER BY id) FROM rule_switches"
AUDIT = "SELECT string_agg(concat_ws(' ', actor, action, target), ',' ORDER BY id) FROM audit WHERE action LIKE 'rule%'"
NEXT_WEEK = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()


def press(
    console: Parts, client: FlaskClient, button: str, rule: object = "scanning", reason: object = "A load test",
    until: object = NEXT_WEEK,
) -> TestResponse:  # fmt: skip
    """What the browser sends when somebody presses a button of the form."""
    name, callback = next(
        (name, each)
        for name, each in console.console.callback_map.items()
        if SAID in name and any(part["id"] == button for part in each["inputs"])
    )
    values = {REASON: reason, UNTIL: until, "view": {"rule": rule, "zone": "Europe/Paris"}}
    outputs = [{"id": part.split(".")[0], "property": part.split(".")[1]} for part in name.strip(".").split("...")]
    body: dict[str, Any] = {
        "output": name,
        "outputs": outputs if name.startswith("..") else outputs[0],
        "inputs": [{"id": part["id"], "property": part["property"], "value": 1} for part in callback["inputs"]],
        "state": [
            {"id": part["id"], "property": part["property"], "value": values[part["id"]]} for part in callback["state"]
        ],
        "changedPropIds": [f"{button}.n_clicks"],
    }
    return client.post("/_dash-update-component", json=body, headers=csrf(client))


def said(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.text
    response = json.loads(answer.text)["response"]
    return str(next(given["children"] for name, given in response.items() if name.startswith(SAID)))


@pytest.fixture(autouse=True)
def _rule(store: Store) -> None:
    add_rule(store, "scanning")


def test_alice_switches_a_rule_off_and_bob_on(
    console: Parts, alice: FlaskClient, bob: FlaskClient, store: Store
) -> None:
    assert said(press(console, alice, OFF)).startswith("Off until ")
    assert said(press(console, bob, ON)).startswith("It is on again")
    assert ask(store, SWITCHES) == "scanning alice@example.org A load test bob@example.org"
    assert ask(store, AUDIT) == (
        "alice@example.org rule_switched_off scanning,bob@example.org rule_switched_on scanning"
    )


@pytest.mark.parametrize(
    ("reason", "until", "sentence"),
    [
        ("", NEXT_WEEK, "The reason is missing."),
        (None, NEXT_WEEK, "The reason is missing."),
        (["x"], NEXT_WEEK, "The reason is missing."),
        ("Why", "", "The day on which it ends is missing."),
        ("Why", {"x": 1}, "The day on which it ends is missing."),
        ("Why", "2020-01-01", "A rule is off for at most 90 days"),
        ("Why", "9999-12-31", "The day on which it ends is missing."),
        ("Why", "2199-12-31", "A rule is off for at most 90 days"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_switched(
    console: Parts, alice: FlaskClient, store: Store, reason: object, until: object, sentence: str
) -> None:
    assert said(press(console, alice, OFF, reason=reason, until=until)).startswith(sentence)
    assert (ask(store, SWITCHES), ask(store, AUDIT)) == (None, None)


@pytest.mark.parametrize("rule", [None, "", 5, {"x": 1}, "\x00", "\ud800", "nobody", "a" * 9999])
def test_a_rule_that_is_none_is_not_switched(console: Parts, alice: FlaskClient, store: Store, rule: object) -> None:
    assert "rule" in said(press(console, alice, OFF, rule=rule))
    assert ask(store, SWITCHES) is None


def test_a_viewer_and_a_stranger_switch_nothing(
    console: Parts, alice: FlaskClient, charlie: FlaskClient, store: Store
) -> None:
    with store.owner.begin() as connection:
        connection.exec_driver_sql("UPDATE people SET role = 'viewer' WHERE email = 'alice@example.org'")
    console.sessions.forget()
    assert [press(console, alice, button).status_code for button in (OFF, ON)] == [403, 403]
    assert press(console, charlie, OFF).status_code == 401
    assert ask(store, SWITCHES) is None


def test_the_end_is_the_end_of_the_day_where_the_reader_is() -> None:
    assert end_of("2026-03-28", ZoneInfo("Europe/Paris")) == datetime(2026, 3, 28, 23, tzinfo=UTC)


@pytest.mark.parametrize("given", [None, 5, "", "tomorrow", "2026-13-01", "2026-1-1", "2026-01-01T10:00", "20260101"])
def test_what_is_no_day_is_refused(given: object) -> None:
    with pytest.raises(NoDay):
        end_of(given, ZoneInfo("UTC"))
