"""Signs of life as looks keep them: what counts as one, what is learned from them, and what our absence does not do."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from detection.collectors.interface import Look, Source
from detection.intake.falco import read_falco
from detection.intake.storing import IntakeKeeper
from detection.keeping import Keeper
from detection.parsers.interface import Rejected
from tests.conftest import Store
from tests.detection.conftest import ask
from tests.detection.test_keeping import login
from vigie.clock import utc_now
from vigie.store.engine import transaction
from vigie.store.roles import Role

SOURCE = Source("app", "application", "Logins", 10, 20)
SIGN = "SELECT last_sign_at FROM sources"
SILENCE_S = "SELECT extract(epoch FROM last_look_at - silent_from)::int FROM sources"
GAPS = "SELECT coalesce(sum(n), 0) FROM source_rhythms"


@pytest.fixture
def keeper(store: Store) -> Iterator[Keeper]:
    made = Keeper(store.url(Role.WORKER), timedelta(days=400))
    made.register(SOURCE)
    made.keep("app", Look())
    yield made
    made.close()


def move_back(store: Store, **by: float) -> None:
    """As if all that is known of the source were so much older."""
    with transaction(store.owner) as connection:
        for column in ("last_look_at", "silent_from", "last_sign_at", "registered_at"):
            connection.exec_driver_sql(f"UPDATE sources SET {column} = {column} - %s", (timedelta(**by),))


def look_back(store: Store, **by: float) -> None:
    """As if the last look had found nothing, after so long a silence."""
    move_back(store, **by)
    with transaction(store.owner) as connection:
        connection.exec_driver_sql("UPDATE sources SET last_look_at = clock_timestamp()")


@pytest.mark.parametrize(
    ("look", "is_sign"),
    [
        (Look([login(1)]), True),
        (Look(rejected=[Rejected("1", "It has no time.", "?")]), True),
        (Look(ignored=1), True),
        (Look(), False),
        (Look(cursor={"read": "more"}), False),
    ],
)
def test_whatever_arrives_is_a_sign_of_life_and_a_look_alone_is_none(
    keeper: Keeper, store: Store, look: Look, is_sign: bool
) -> None:
    keeper.keep("app", look)
    assert (ask(store, SIGN) is not None) == is_sign


def test_a_record_of_a_wrong_clock_is_a_sign_of_life(keeper: Keeper, store: Store) -> None:
    keeper.keep("app", Look([login(-60 * 24 * 900)]))
    assert (ask(store, "SELECT unplaced FROM sources"), ask(store, SIGN) is not None) == (1, True)


def test_what_was_stored_before_is_no_sign_of_life(keeper: Keeper, store: Store) -> None:
    first = login(1)
    keeper.keep("app", Look([first]))
    heard = ask(store, SIGN)
    keeper.keep("app", Look(reread=[first]))
    assert ask(store, SIGN) == heard


def test_silence_grows_while_it_is_looked_at_and_not_while_nobody_does(keeper: Keeper, store: Store) -> None:
    look_back(store, minutes=5)
    keeper.keep("app", Look())
    assert 300 <= ask(store, SILENCE_S) <= 302
    move_back(store, hours=3)
    keeper.keep("app", Look())
    assert 300 <= ask(store, SILENCE_S) <= 303


def test_a_clock_that_is_set_back_makes_no_silence(keeper: Keeper, store: Store) -> None:
    look_back(store, minutes=5)
    move_back(store, hours=-2)
    keeper.keep("app", Look())
    assert 300 <= ask(store, SILENCE_S) <= 302


def test_the_time_in_which_nobody_looked_is_kept_as_a_spell(keeper: Keeper, store: Store) -> None:
    move_back(store, hours=1)
    keeper.keep("app", Look())
    assert ask(store, "SELECT why || ' ' || (until - since > '59 min') FROM blind_spells") == "unwatched true"
    keeper.keep("app", Look())
    assert ask(store, "SELECT count(*) FROM blind_spells") == 1


def test_gaps_are_learned_from_what_comes_live_and_not_from_history(keeper: Keeper, store: Store) -> None:
    keeper.keep("app", Look([login(1)]))
    look_back(store, minutes=1)
    keeper.keep("app", Look([login(2), login(3)]))
    keeper.keep("app", Look([login(4)], more=True))
    assert ask(store, GAPS) == 2
    assert 84 <= ask(store, "SELECT max(bucket) FROM source_rhythms") <= 94  # a minute, and what the test itself took


def test_events_of_the_category_authentication_make_a_supplier_of_logins(keeper: Keeper, store: Store) -> None:
    assert ask(store, "SELECT supplies_logins FROM sources") is False
    keeper.keep("app", Look([login(1)]))
    keeper.keep("app", Look())
    assert ask(store, "SELECT supplies_logins FROM sources") is True


def test_nothing_of_a_source_outlives_it(keeper: Keeper, store: Store) -> None:
    look_back(store, minutes=1)
    keeper.keep("app", Look([login(1)]))
    keeper.retire_all_but(["other"])
    assert ask(store, GAPS) == 0


def test_a_long_gap_is_kept_for_the_hours_that_it_touched(keeper: Keeper, store: Store) -> None:
    keeper.keep("app", Look([login(1)]))
    look_back(store, hours=5)
    keeper.keep("app", Look([login(2)]))
    hours = "SELECT count(*) BETWEEN 6 AND 7 AND min(longest_s) >= 18000 FROM source_quiet"
    assert ask(store, hours) is True


def test_what_is_posted_again_is_a_sign_of_life_and_an_open_door_is_none(store: Store) -> None:
    alert = '{"time": "2026-11-20T02:36:00Z", "rule": "Shell", "priority": "Notice", "output": "x"}'
    intake = IntakeKeeper(store.url(Role.WORKER), timedelta(days=4000))
    intake.keep_deliveries([read_falco(alert, len(alert), utc_now())])
    look_back(store, minutes=5)
    intake.beat()
    assert 300 <= ask(store, SILENCE_S) <= 310
    intake.keep_deliveries([read_falco(alert, len(alert), utc_now())])
    assert (ask(store, "SELECT (stored, duplicate)::text FROM sources"), ask(store, SILENCE_S)) == ("(1,1)", 0)
    intake.close()
