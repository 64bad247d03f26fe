"""Saved searches over real HTTP: who may do what, and that each change is recorded."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from dashboard.events.commands import ASKED, TOLD
from tests.conftest import Store
from tests.dashboard.conftest import csrf
from vigie.store.engine import transaction

NIGHT = {"act": "save", "name": "Night", "q": "severity:>=high", "tick": ["source:falco"], "range": "24h"}


def ask(client: FlaskClient, data: object) -> Any:
    body = {
        "output": f"{TOLD}.data",
        "outputs": {"id": TOLD, "property": "data"},
        "inputs": [{"id": ASKED, "property": "data", "value": data}],
        "changedPropIds": [f"{ASKED}.data"],
    }
    answer = client.post("/_dash-update-component", json=body, headers=csrf(client))
    return answer.get_json()["response"][TOLD]["data"] if answer.status_code == 200 else answer.status_code


def recorded(store: Store) -> list[tuple[str, str, str]]:
    with transaction(store.owner) as connection:
        rows = connection.execute(
            text("SELECT actor, action, target FROM audit WHERE action LIKE 'saved%' ORDER BY id")
        )
        return [(row.actor, row.action, row.target) for row in rows]


def test_alice_saves_a_search_and_it_is_recorded(alice: FlaskClient, store: Store) -> None:
    (found,) = ask(alice, NIGHT)["searches"]
    assert (found["name"], found["q"], found["tick"]) == ("Night", "severity:>=high", ["source:falco"])
    assert recorded(store) == [("alice@example.org", "saved_search_save", "Night")]


def test_bob_sees_and_deletes_what_alice_shares(alice: FlaskClient, bob: FlaskClient, store: Store) -> None:
    ask(alice, NIGHT | {"shared": True})
    (found,) = ask(bob, {"act": "list"})["searches"]
    assert (found["owner"], found["may_rename"], found["may_delete"]) == ("Alice", False, True)
    assert ask(bob, {"act": "delete", "id": found["id"]})["searches"] == []
    assert recorded(store)[-1] == ("bob@example.org", "saved_search_delete", "Night")


def test_a_viewer_keeps_searches_but_shares_none(alice: FlaskClient, store: Store) -> None:
    with transaction(store.owner) as connection:
        connection.execute(text("UPDATE people SET role = 'viewer' WHERE email = 'alice@example.org'"))
    assert ask(alice, NIGHT)["error"] is None
    assert ask(alice, NIGHT | {"shared": True})["error"].startswith("Sharing a search needs the role analyst.")


def test_nothing_is_recorded_of_what_was_refused(alice: FlaskClient, store: Store) -> None:
    assert ask(alice, {"act": "delete", "id": 7})["error"].startswith("This is not a search of yours.")
    assert recorded(store) == []


def test_charlie_gets_nothing(charlie: FlaskClient) -> None:
    assert ask(charlie, {"act": "list"}) in (401, 403)


@pytest.mark.parametrize(
    "data",
    [
        *(None, 5, [], {"act": 7}, {"act": "save"}, {"act": "save", "name": 5, "q": {}}, {"act": "delete", "id": "1"}),
        {"act": "rename", "id": 10**30, "name": "x"},
        NIGHT | {"q": "("},
        NIGHT | {"name": "\u202e\x00"},
        NIGHT | {"tick": [5, None, "source"], "range": "<b>"},
    ],
)
def test_whatever_arrives_is_answered(alice: FlaskClient, data: Any) -> None:
    assert set(ask(alice, data)) >= {"error", "searches"}
