"""People of the console, on a real PostgreSQL."""

import importlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from tests.conftest import Store
from vigie.errors import VigieError
from vigie.store.engine import transaction
from vigie.store.passwords import WeakPassword, check_new, hash_password, is_outdated, is_right
from vigie.store.people import (
    PersonRole,
    create_person,
    disable,
    enable,
    find_person,
    list_people,
    reset_password,
    set_role,
)

ALICE, BOB = "alice@example.org", "bob@example.org"


@pytest.fixture
def connection(store: Store) -> Iterator[Connection]:
    with transaction(store.console) as made:
        create_person(made, BOB, "Bob", PersonRole.ADMIN, "a long sentence of his")
        yield made


def test_a_new_person_gets_a_one_time_password_to_change(connection: Connection) -> None:
    password = create_person(connection, " Alice@Example.org ", "Alice", PersonRole.ANALYST)
    alice = find_person(connection, "ALICE@example.org")
    assert alice is not None
    assert (alice.email, alice.must_change_password, is_right(alice.password_hash, password)) == (ALICE, True, True)


def test_an_email_is_taken_once_in_any_case_of_letters(connection: Connection) -> None:
    with pytest.raises(VigieError, match="already has an account"):
        create_person(connection, "BOB@example.org", "Another Bob", PersonRole.VIEWER)


@pytest.mark.parametrize("email", ["", "bob", "bob@", "@x", "a b@example.org", "a@b\nc", "<a@b>", "a" * 300 + "@b"])
def test_what_is_not_an_email_is_refused(connection: Connection, email: str) -> None:
    with pytest.raises(VigieError, match="not an e-mail"):
        create_person(connection, email, "Charlie", PersonRole.VIEWER)


def test_the_last_admin_stays(connection: Connection) -> None:
    create_person(connection, ALICE, "Alice", PersonRole.ANALYST)
    with pytest.raises(VigieError, match="last admin"):
        disable(connection, BOB)
    with pytest.raises(VigieError, match="last admin"):
        set_role(connection, BOB, PersonRole.VIEWER)


def test_an_admin_may_leave_when_another_one_stays(connection: Connection) -> None:
    create_person(connection, ALICE, "Alice", PersonRole.ADMIN)
    disable(connection, BOB)
    assert {p.email: p.disabled_at is None for p in list_people(connection)} == {ALICE: True, BOB: False}
    enable(connection, BOB)
    assert all(p.disabled_at is None for p in list_people(connection))


def test_a_reset_password_replaces_the_old_one(connection: Connection) -> None:
    password = reset_password(connection, BOB)
    bob = find_person(connection, BOB)
    assert bob is not None
    assert (bob.must_change_password, is_right(bob.password_hash, password)) == (True, True)
    assert not is_right(bob.password_hash, "a long sentence of his")


def test_who_had_a_one_time_password_before_the_upgrade_has_seven_days_from_it(store: Store) -> None:
    step = importlib.import_module("vigie.store.migrations.versions.0004_one_time_passwords")
    with transaction(store.owner) as connection:
        create_person(connection, BOB, "Bob", PersonRole.ADMIN)
        connection.execute(text("ALTER TABLE people DROP COLUMN one_time_since, DROP COLUMN one_time_used_at"))
        with Operations.context(MigrationContext.configure(connection)):
            step.upgrade()
    with transaction(store.owner) as after:
        bob = find_person(after, BOB)
    assert bob is not None
    assert bob.one_time_since is not None
    assert not bob.one_time_is_over(bob.one_time_since + timedelta(days=6))


def test_every_act_is_recorded_without_a_password(connection: Connection) -> None:
    password = reset_password(connection, BOB, actor=ALICE)
    rows = connection.execute(text("SELECT actor, action, target, detail::text FROM audit ORDER BY id")).all()
    assert [(row.action, row.target) for row in rows] == [("user_created", BOB), ("authn_password_change", BOB)]
    assert (rows[0].actor.startswith("command line"), rows[1].actor) == (True, ALICE)
    assert password not in str(rows)


def test_nobody_cannot_be_changed(connection: Connection) -> None:
    with pytest.raises(VigieError, match="Nobody has the e-mail charlie"):
        reset_password(connection, "charlie@example.org")


@pytest.mark.parametrize("password", ["short", "x" * 129, "my-alice-password", "ALICE-and-more-words"])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        check_new(password, ALICE)


def test_the_old_password_is_not_a_new_one() -> None:
    with pytest.raises(WeakPassword, match="already have"):
        check_new("a long sentence of hers", ALICE, hash_password("a long sentence of hers"))


def test_nobodys_password_is_never_right() -> None:
    assert not is_right(None, "a long sentence of hers")
    assert not is_right("not a hash", "a long sentence of hers")


def test_a_hash_of_weaker_parameters_is_outdated() -> None:
    assert is_outdated("$argon2id$v=19$m=4096,t=1,p=1$c29tZXNhbHQ$iWh06vD8Fy27wf9npn6FXWiCX4K6pW6Ue1Bnzz07Z8A")
    assert not is_outdated(hash_password("a long sentence of hers"))


def test_a_role_includes_the_ones_below_it() -> None:
    assert PersonRole.ADMIN.includes(PersonRole.ANALYST)
    assert not PersonRole.VIEWER.includes(PersonRole.ANALYST)
