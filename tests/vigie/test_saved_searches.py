"""Searches kept under a name, on a real PostgreSQL with the role of the console."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from tests.conftest import Store
from vigie.errors import VigieError
from vigie.store.engine import transaction
from vigie.store.people import PersonRole, create_person
from vigie.store.saved_searches import (
    MOST_SAVED,
    Search,
    checked_name,
    delete_search,
    rename_search,
    save_search,
    saved_searches,
)

NIGHT = Search("severity:>=high", ("source:falco", "rule:"), "24h")


@pytest.fixture
def console(store: Store) -> Iterator[Connection]:
    with transaction(store.console) as connection:
        for name in ("alice", "bob"):
            create_person(connection, f"{name}@example.org", name.title(), PersonRole.ANALYST, "rivers run deep here")
        yield connection


def person(console: Connection, name: str) -> int:
    return int(console.scalar(text("SELECT id FROM people WHERE email = :e"), {"e": f"{name}@example.org"}) or 0)


def names(console: Connection, name: str) -> list[str]:
    return [each.name for each in saved_searches(console, person(console, name))]


def test_a_search_comes_back_as_it_was_kept(console: Connection) -> None:
    save_search(console, person(console, "alice"), "Night", NIGHT, shared=False)
    (found,) = saved_searches(console, person(console, "alice"))
    assert (found.search, found.is_own, found.owner) == (NIGHT, True, "Alice")


def test_bob_sees_what_alice_shares_and_nothing_else(console: Connection) -> None:
    save_search(console, person(console, "alice"), "Mine", NIGHT, shared=False)
    save_search(console, person(console, "alice"), "Ours", NIGHT, shared=True)
    assert names(console, "bob") == ["Ours"]


def test_the_same_name_replaces_whatever_its_capitals(console: Connection) -> None:
    save_search(console, person(console, "alice"), "night", NIGHT, shared=False)
    save_search(console, person(console, "alice"), "Night", Search("", (), None), shared=True)
    (found,) = saved_searches(console, person(console, "alice"))
    assert (found.name, found.search.query, found.shared) == ("Night", "", True)


def test_bob_cannot_rename_or_delete_what_alice_shares(console: Connection) -> None:
    save_search(console, person(console, "alice"), "Ours", NIGHT, shared=True)
    (found,) = saved_searches(console, person(console, "bob"))
    with pytest.raises(VigieError, match="not a search of yours"):
        rename_search(console, person(console, "bob"), found.id, "Stolen")
    with pytest.raises(VigieError, match="not a search of yours"):
        delete_search(console, person(console, "bob"), found.id, or_shared=False)


def test_an_admin_deletes_what_is_shared_but_not_what_is_private(console: Connection) -> None:
    alice, bob = person(console, "alice"), person(console, "bob")
    save_search(console, alice, "Ours", NIGHT, shared=True)
    save_search(console, alice, "Mine", NIGHT, shared=False)
    mine, ours = saved_searches(console, alice)
    assert delete_search(console, bob, ours.id, or_shared=True) == "Ours"
    with pytest.raises(VigieError, match="not a search of yours"):
        delete_search(console, bob, mine.id, or_shared=True)


def test_a_name_that_is_taken_is_refused(console: Connection) -> None:
    alice = person(console, "alice")
    save_search(console, alice, "One", NIGHT, shared=False)
    save_search(console, alice, "Two", NIGHT, shared=False)
    two = saved_searches(console, alice)[1]
    with pytest.raises(VigieError, match="another search named"):
        rename_search(console, alice, two.id, "ONE")


def test_there_is_a_most_that_one_keeps(console: Connection) -> None:
    alice = person(console, "alice")
    for number in range(MOST_SAVED):
        save_search(console, alice, f"n{number}", NIGHT, shared=False)
    with pytest.raises(VigieError, match="which is the most"):
        save_search(console, alice, "one more", NIGHT, shared=False)
    save_search(console, alice, "n7", NIGHT, shared=True)


@pytest.mark.parametrize("name", ["", "  ", "\u202e\u200b", "x" * 81])
def test_a_name_that_cannot_be_read_is_refused(name: str) -> None:
    with pytest.raises(VigieError, match="name"):
        checked_name(name)
