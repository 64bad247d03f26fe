"""Two logins nobody can have travelled between: one event, whatever order they come in, and none for what is usual."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import timedelta
from ipaddress import ip_address

import pytest

from detection.collectors.interface import Look, Source
from detection.keeping import Keeper
from detection.travel.journeys import Journeys
from detection.travel.places import Places
from tests.conftest import Store
from tests.detection.conftest import ask
from tests.detection.travel.conftest import ANYWHERE, LYON, PARIS, PHONE, RELAY, TOKYO
from vigie.clock import utc_now
from vigie.event import Event, key_of
from vigie.store.roles import Role

SOURCE = Source("app", "application", "Logins", 10, 20)
NOW = utc_now().replace(microsecond=0)
OF_EACH = "SELECT count(*) AS n FROM events WHERE action = 'impossible_travel' GROUP BY user_name"
FOUND = "SELECT coalesce(array_agg(message ORDER BY occurred_at), '{}') FROM events WHERE action = 'impossible_travel'"


def login(address: str, minutes: float, user: str = "alice") -> Event:
    """`minutes` from two days ago."""
    return Event(
        NOW + timedelta(days=-2, minutes=minutes), key_of("app", address, str(minutes), user), "app", "authentication",
        "authn_login_success", "success", user_name=user, source_ip=ip_address(address),
    )  # fmt: skip


USUAL = login(PARIS, -10 * 1440)  # ten days before: the account is known
JOURNEY = (login(PARIS, 0), login(TOKYO, 60))


@pytest.fixture
def keeper(store: Store, places: Places) -> Iterator[Keeper]:
    made = Keeper(store.url(Role.WORKER), timedelta(days=400), derive=Journeys(places).events)
    made.register(SOURCE)
    yield made
    made.close()


def seen(store: Store, keeper: Keeper, *looks: Sequence[Event]) -> list[str]:
    for events in looks:
        keeper.keep("app", Look(events))
    return list(ask(store, FOUND))


def test_from_paris_to_tokyo_in_an_hour_is_an_event(store: Store, keeper: Keeper) -> None:
    (sentence,) = seen(store, keeper, [USUAL], [*JOURNEY])
    assert sentence == f"alice logged in from {TOKYO} (JP) 60 min after {PARIS} (FR): at least 9644 km."


def test_the_order_in_which_logins_come_makes_no_difference(store: Store, keeper: Keeper) -> None:
    for user, order in zip("abcdef", itertools.permutations((0, 1, 2)), strict=True):
        there_and_back = [login(PARIS, 0, user), login(TOKYO, 60, user), login(PARIS, 120, user)]
        seen(store, keeper, [login(PARIS, -10 * 1440, user)], *([there_and_back[n]] for n in order), there_and_back)
    assert ask(store, f"SELECT array_agg(n) FROM ({OF_EACH}) t") == [2] * 6


def test_backwards_gives_the_same_as_forwards(store: Store, keeper: Keeper) -> None:
    assert len(seen(store, keeper, [USUAL], [JOURNEY[1]], [JOURNEY[0]], JOURNEY)) == 1


def test_a_flight_is_none(store: Store, keeper: Keeper) -> None:
    assert seen(store, keeper, [USUAL, login(PARIS, 0), login(TOKYO, 11.5 * 60)]) == []


@pytest.mark.parametrize("address", [LYON, RELAY, PHONE, ANYWHERE, "8.8.8.8"])
def test_no_event_for_the_same_country_a_relay_a_telephone_or_a_place_not_known(
    store: Store, keeper: Keeper, address: str
) -> None:
    assert seen(store, keeper, [USUAL, login(PARIS, 0), login(address, 1)]) == []


def test_an_account_is_learned_for_a_week_first(store: Store, keeper: Keeper) -> None:
    assert seen(store, keeper, [login(PARIS, -3 * 1440)], JOURNEY) == []


def test_two_addresses_that_the_account_used_before_are_its_habit(store: Store, keeper: Keeper) -> None:
    seen(store, keeper, [USUAL, login(TOKYO, -5 * 1440)])
    assert seen(store, keeper, JOURNEY) == []


def test_two_people_are_no_traveller(store: Store, keeper: Keeper) -> None:
    assert seen(store, keeper, [USUAL, login(PARIS, 0), login(TOKYO, 60, "bob")]) == []


def test_hostile_names_stay_text(store: Store, keeper: Keeper) -> None:
    user = "'; DROP TABLE events; -- %s %(x)s"
    found = seen(store, keeper, [login(PARIS, -10 * 1440, user), login(PARIS, 0, user), login(TOKYO, 60, user)])
    assert [sentence.startswith(user) for sentence in found] == [True]
