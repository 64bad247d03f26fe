"""What people do with alerts, over real HTTP: who may, who is told what, and that each act is recorded."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.conftest import Store
from tests.dashboard.alerts.conftest import act, drawer, queue
from tests.vigie.alerts import put_alert
from vigie.store.engine import transaction


def recorded(store: Store) -> list[tuple[str, str, str]]:
    with transaction(store.owner) as connection:
        rows = connection.execute(
            text("SELECT actor, action, target FROM audit WHERE action LIKE 'alert%' ORDER BY id")
        )
        return [(row.actor, row.action, row.target) for row in rows]


def test_alice_closes_an_alert_and_it_is_recorded(alice: FlaskClient, store: Store) -> None:
    number = put_alert(store)
    told = act(alice, {"n": 7, "act": "close", "alerts": [[number, 1]], "verdict": "benign", "note": "ours"})
    assert (told["n"], told["changed"], told["said"]) == (7, [number], "The alert is closed.")
    assert recorded(store) == [("alice@example.org", "alert_close", f"alert {number}")]
    assert queue(alice)["state"] == "unknown"  # no rule is evaluated here
    assert queue(alice, status="closed")["content"]["rows"][0]["verdict"] == "benign"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"act": "acknowledge"}, "The alert is acknowledged."),
        ({"act": "assign", "assignee": "me"}, "The alert is assigned anew."),
        ({"act": "assign", "assignee": None}, "The alert is assigned anew."),
        ({"act": "note", "note": "look"}, "The note is added."),
    ],
)
def test_every_act_has_its_words(alice: FlaskClient, store: Store, given: dict[str, Any], said: str) -> None:
    assert act(alice, given | {"alerts": [[put_alert(store), 1]]})["said"] == said
    assert len(recorded(store)) == 1


def test_bob_comes_second_and_reads_who_did_what_when(alice: FlaskClient, bob: FlaskClient, store: Store) -> None:
    number = put_alert(store)
    act(alice, {"act": "close", "alerts": [[number, 1]], "verdict": "false positive"})
    told = act(bob, {"act": "close", "alerts": [[number, 1]], "verdict": "true positive", "zone": "Europe/Paris"})
    assert told["changed"] == []
    assert told["left"][0]["sentence"].startswith("Alice closed it as false positive at ")
    assert drawer(bob, number)["content"]["version"] == 2


def test_of_many_the_one_that_changed_is_named(alice: FlaskClient, bob: FlaskClient, store: Store) -> None:
    first, second = put_alert(store), put_alert(store, "shell", "Shell in container")
    act(bob, {"act": "acknowledge", "alerts": [[second, 1]]})
    told = act(alice, {"act": "close", "alerts": [[first, 1], [second, 1]], "verdict": "test"})
    assert (told["changed"], told["said"]) == ([first], "The alert is closed.")
    assert [left["title"] for left in told["left"]] == ["Shell in container"]


def test_a_viewer_looks_and_cannot_act(vera: FlaskClient, store: Store) -> None:
    number = put_alert(store)
    assert queue(vera)["content"]["may_act"] is False
    assert drawer(vera, number)["content"]["id"] == number
    assert act(vera, {"act": "close", "alerts": [[number, 1]], "verdict": "benign"}) == 403
    assert recorded(store) == []


def test_charlie_gets_nothing(charlie: FlaskClient, store: Store) -> None:
    put_alert(store)
    assert {act(charlie, {}), queue(charlie), drawer(charlie, 1)} <= {401, 403}


@pytest.mark.parametrize(
    "data",
    [
        *(None, 5, [], {"act": 7}, {"act": []}, {"act": "close"}, {"act": "close", "alerts": 3, "verdict": "benign"}),
        *({"act": "close", "alerts": [[1, 1]], "verdict": word} for word in (None, "guilty", ["benign"], "")),
        *({"act": "acknowledge", "alerts": [[1, 1]], "until": when} for when in (7, "soon", "2026-01-01", "1e9999")),
        {"act": "assign", "alerts": [[1, 1]], "assignee": {"id": 1}},
        {"act": "note", "alerts": [[1, 1]], "note": "x" * 5000},
        {"act": "note", "alerts": [[1, 1]], "note": "\x00\ud800"},
        {"act": "note", "alerts": [["1", "1"], [1], None, [True, True], [10**30, 1]], "note": "x"},
        {"act": "reopen", "alerts": [[n, 1] for n in range(1, 1500)]},
        {"act": "assign", "alerts": [[1, 10**30]], "assignee": 10**15},
    ],
)
def test_whatever_arrives_is_answered_in_a_sentence(alice: FlaskClient, data: Any) -> None:
    told = act(alice, data)
    assert told["error"] or told["left"]
