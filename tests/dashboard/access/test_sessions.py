"""How long a session lives, and what keeps it alive."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, text

from dashboard.access.roles import current_person
from dashboard.app import Parts
from tests.conftest import Store
from tests.dashboard.conftest import ALICE, Clock, csrf, signed_in
from vigie.store.engine import transaction
from vigie.store.people import PersonRole, reset_password, set_role

NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}


def test_a_session_ends_half_an_hour_after_the_last_page(clock: Clock, alice: FlaskClient) -> None:
    for _ in range(3):
        clock.forward(minutes=29)
        assert alice.get("/", headers=NAVIGATION).status_code == 200
    clock.forward(minutes=30)
    assert alice.get("/_dash-layout").status_code == 401


def test_what_a_screen_asks_by_itself_does_not_keep_a_session(clock: Clock, alice: FlaskClient) -> None:
    for _ in range(29):
        clock.forward(minutes=1)
        assert alice.get("/_vigie/seq").status_code == 200
        assert alice.get("/_dash-layout").status_code == 200
        assert alice.post("/_dash-update-component", json={}, headers=csrf(alice)).status_code == 400
    clock.forward(minutes=1)
    assert alice.get("/_vigie/seq").status_code == 401


@pytest.mark.parametrize("query", ["", "?active=0", "?active=", "?active=11", "?active=0&active=1"])
def test_a_poll_that_tells_of_nobody_does_not_keep_a_session(clock: Clock, alice: FlaskClient, query: str) -> None:
    clock.forward(minutes=20)
    alice.get(f"/_vigie/seq{query}")
    clock.forward(minutes=20)
    assert alice.get("/_vigie/seq").status_code == 401


def test_a_poll_that_tells_of_a_person_keeps_a_session(clock: Clock, alice: FlaskClient) -> None:
    for _ in range(3):
        clock.forward(minutes=29)
        assert alice.get("/_vigie/seq?active=1").status_code == 200
    clock.forward(minutes=30)
    assert alice.get("/_vigie/seq?active=1").status_code == 401


def test_a_form_keeps_a_session(clock: Clock, alice: FlaskClient) -> None:
    clock.forward(minutes=20)
    alice.post("/password", data={"old": "wrong", "new": "x"}, headers=csrf(alice))
    clock.forward(minutes=20)
    assert alice.get("/_vigie/seq").status_code == 200


def test_a_page_between_polls_counts(clock: Clock, alice: FlaskClient) -> None:
    clock.forward(minutes=20)
    alice.get("/_vigie/seq")
    alice.get("/", headers=NAVIGATION)  # at once: the session is still in memory from the poll
    clock.forward(minutes=20)
    assert alice.get("/_vigie/seq").status_code == 200


def test_a_session_ends_twelve_hours_after_sign_in_whatever_happens(clock: Clock, alice: FlaskClient) -> None:
    for _ in range(35):
        clock.forward(minutes=20)
        assert alice.get("/_vigie/seq?active=1").status_code == 200
    clock.forward(minutes=20)
    assert alice.get("/_dash-layout").status_code == 401


def test_the_table_holds_no_token(store: Store, alice: FlaskClient) -> None:
    cookie = alice.get_cookie("vigie_session")
    with transaction(store.owner) as connection:
        rows = str(connection.execute(text("SELECT to_jsonb(s) FROM sessions s")).all())
    assert cookie is not None
    assert cookie.value not in rows
    assert cookie.value.encode().hex() not in rows


def test_a_session_revoked_in_the_table_is_dead_within_seconds(store: Store, clock: Clock, alice: FlaskClient) -> None:
    with transaction(store.console) as connection:
        connection.execute(text("UPDATE sessions SET revoked_at = now()"))
    clock.forward(seconds=5)
    assert alice.get("/_dash-layout").status_code == 401


def test_a_page_load_asks_for_its_session_once(console: Parts, alice: FlaskClient) -> None:
    asked: list[str] = []
    event.listen(console.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    for _ in range(20):
        alice.get("/_dash-layout")
    assert len([statement for statement in asked if "sessions" in statement]) <= 1


def test_the_previous_visit_is_when_an_earlier_session_was_last_used(console: Parts, clock: Clock) -> None:
    first = signed_in(console, ALICE)
    clock.forward(minutes=10)
    first.get("/", headers=NAVIGATION)
    clock.forward(days=2)
    second = signed_in(console, ALICE)
    with second:
        second.get("/_dash-layout")
        person = current_person()
    assert person is not None
    assert person.previous_visit_at is not None
    assert round((person.signed_in_at - person.previous_visit_at).total_seconds() / 3600) == 48


def test_the_first_visit_has_none_before_it(alice: FlaskClient) -> None:
    with alice:
        alice.get("/_dash-layout")
        person = current_person()
    assert person is not None
    assert person.previous_visit_at is None


def test_a_changed_role_holds_within_seconds(store: Store, clock: Clock, alice: FlaskClient) -> None:
    with transaction(store.console) as connection:
        set_role(connection, ALICE, PersonRole.VIEWER)
    clock.forward(seconds=5)
    with alice:
        alice.get("/_dash-layout")
        person = current_person()
    assert person is not None
    assert person.role is PersonRole.VIEWER


def test_nobody_is_there_outside_a_request() -> None:
    assert current_person() is None


@pytest.mark.parametrize("client", ["alice", "bob"])
def test_old_sessions_are_swept_at_a_sign_in(
    store: Store, console: Parts, clock: Clock, request: pytest.FixtureRequest, client: str
) -> None:
    request.getfixturevalue(client)
    clock.forward(days=100)
    signed_in(console, ALICE)
    with transaction(store.console) as connection:
        assert connection.scalar(text("SELECT count(*) FROM sessions")) == 1


def test_a_password_that_was_changed_elsewhere_opens_the_next_page(console: Parts, store: Store) -> None:
    with transaction(store.owner) as connection:
        once = reset_password(connection, ALICE)
    alice = signed_in(console, ALICE, once)
    assert alice.get("/", headers=NAVIGATION).headers["Location"] == "/password"
    with transaction(store.owner) as connection:  # as another process of the console does
        connection.execute(text("UPDATE people SET must_change_password = false"))
    assert alice.get("/", headers=NAVIGATION).status_code == 200
