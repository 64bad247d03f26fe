"""What a role may do."""

from pathlib import Path

import pytest
from flask import g
from sqlalchemy import text

from dashboard.access.answers import Refused
from dashboard.access.roles import Person, requires
from dashboard.app import Parts, make_parts, warm_up
from tests.conftest import Store
from tests.dashboard.conftest import ALICE, BOB, add_people, console_settings, csrf, signed_in
from vigie.clock import utc_now
from vigie.store.engine import transaction
from vigie.store.people import PersonRole


@requires("analyst")
def close_alert() -> str:
    return "closed"


def person(role: PersonRole) -> Person:
    return Person(1, "someone@example.org", "Someone", role, False, utc_now(), None)


@pytest.mark.parametrize("role", [PersonRole.ANALYST, PersonRole.ADMIN])
def test_it_lets_who_has_the_role_or_more(console: Parts, role: PersonRole) -> None:
    with console.server.test_request_context("/"):
        g.person = person(role)
        assert close_alert() == "closed"


def test_it_refuses_a_lesser_role_and_nobody(console: Parts) -> None:
    with console.server.test_request_context("/"):
        with pytest.raises(Refused, match="role analyst"):
            close_alert()
        g.person = person(PersonRole.VIEWER)
        with pytest.raises(Refused):
            close_alert()


def test_a_role_that_is_none_is_a_mistake_found_at_start() -> None:
    with pytest.raises(ValueError, match="owner"):
        requires("owner")


def test_a_route_refuses_with_403_and_it_is_recorded(store: Store, root: Path) -> None:
    add_people(store)
    parts = make_parts(console_settings(store, root))
    parts.server.add_url_rule("/people", "people", requires("admin")(lambda: "all of them"), methods=["POST"])
    warm_up(parts)
    alice, bob = signed_in(parts, ALICE), signed_in(parts, BOB)
    assert alice.post("/people", headers=csrf(alice)).json == {
        "error": "This needs the role admin.",
        "advice": "Ask an admin.",
    }
    assert bob.post("/people", headers=csrf(bob)).text == "all of them"
    with transaction(store.console) as connection:
        assert connection.scalar(text("SELECT count(*) FROM audit WHERE action = 'authz_fail'")) == 1
    parts.engine.dispose()
