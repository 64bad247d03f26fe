"""Who may change what about a source, over HTTP, on a real store."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.app import Parts
from dashboard.sources_board.acts import IRREGULAR, LEARN, RETIRE, SAID, SAVE, Offered, present, told
from tests.conftest import Store
from tests.dashboard.conftest import csrf
from tests.dashboard.sources.conftest import register
from tests.dashboard.sources_board.fakes import a_status
from tests.detection.conftest import ask
from vigie.blindness import Expectation, Origin

EXPECTED = (
    "SELECT string_agg(concat_ws(' ', source, period_s, grace_s, is_irregular, set_by), ',') FROM source_expectations"
)
AUDIT = "SELECT string_agg(concat_ws(' ', actor, action, target), ',') FROM audit WHERE action LIKE 'source%'"


def press(
    console: Parts, client: FlaskClient, button: str, source: object = "app", period: object = "", grace: object = ""
) -> TestResponse:
    """What the browser sends when somebody presses a button of the form."""
    (name, callback) = next(
        (name, each)
        for name, each in console.console.callback_map.items()
        if SAID in name and any(part["id"] == button for part in each["inputs"])
    )
    values = {"source-period": period, "source-grace": grace, "view": {"source": source}}
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
def sources(store: Store) -> None:
    register(store)
    register(store, "intake-grafana", kind="intake")


def test_alice_says_how_often_a_source_is_heard(console: Parts, alice: FlaskClient, store: Store) -> None:
    assert said(press(console, alice, SAVE, period="5 min", grace="30 s")).startswith("Expected every 5 min, with 30 s")
    assert ask(store, EXPECTED) == "app 300 30 f alice@example.org"
    assert ask(store, AUDIT) == "alice@example.org source_expectation_set app"


def test_the_fields_hold_what_is_expected_now() -> None:
    now = datetime.now(UTC)
    assert present(a_status(now, "app", "Logins")) == ("app", "2 min", "20 s")
    learning = a_status(now, "app", "Logins", expects=Expectation(Origin.LEARNING))
    assert present(learning) == ("app", "", "")


def test_an_import_has_a_sentence_instead_of_a_form() -> None:
    is_hidden, has_no_form, has_no_sentence, *_ = told(Offered(True, has_form=False))
    assert (is_hidden, has_no_form, has_no_sentence) == (False, True, False)


def test_alice_says_that_silence_is_normal_and_takes_it_back(console: Parts, alice: FlaskClient, store: Store) -> None:
    said(press(console, alice, IRREGULAR))
    assert ask(store, EXPECTED) == "app t alice@example.org"
    said(press(console, alice, LEARN))
    assert ask(store, EXPECTED) is None


@pytest.mark.parametrize(
    ("period", "grace", "sentence"),
    [
        ("", "1 min", "The period is missing."),
        ("soon", "1 min", "'soon' is no period."),
        ("5 min", None, "The grace is missing."),
        ("1 s", "0 s", "The period must lie between 10 s and 31 days."),
        (["5 min"], {}, "The period is missing."),
    ],
)
def test_what_is_no_length_of_time_is_said_and_changes_nothing(
    console: Parts, alice: FlaskClient, store: Store, period: object, grace: object, sentence: str
) -> None:
    assert said(press(console, alice, SAVE, period=period, grace=grace)).startswith(sentence)
    assert ask(store, AUDIT) is None


@pytest.mark.parametrize("source", [None, "", "nobody", 5, ["app"], "a" * 9999, "\x00", "\ud800"])
def test_a_source_that_is_none_is_not_changed(console: Parts, alice: FlaskClient, store: Store, source: object) -> None:
    assert "source" in said(press(console, alice, IRREGULAR, source=source))
    assert ask(store, EXPECTED) is None


def test_only_an_admin_retires_a_source(console: Parts, alice: FlaskClient, bob: FlaskClient, store: Store) -> None:
    assert press(console, alice, RETIRE, "intake-grafana").status_code == 403
    assert ask(store, "SELECT count(*) FROM sources") == 2
    assert said(press(console, bob, RETIRE, "intake-grafana")).startswith("It has left the screen.")
    assert ask(store, "SELECT string_agg(name, ',') FROM sources") == "app"


def test_what_vigie_reads_by_itself_is_not_retired(console: Parts, bob: FlaskClient, store: Store) -> None:
    assert said(press(console, bob, RETIRE)).startswith("Vigie reads this source by itself.")


def test_a_viewer_changes_nothing(console: Parts, alice: FlaskClient, store: Store) -> None:
    with store.owner.begin() as connection:
        connection.exec_driver_sql("UPDATE people SET role = 'viewer' WHERE email = 'alice@example.org'")
    console.sessions.forget()
    assert press(console, alice, IRREGULAR).status_code == 403
    assert ask(store, EXPECTED) is None
