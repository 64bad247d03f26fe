"""Spells of blindness: noticed in time and not before, each recorded once, with its events."""

import random
import re
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from detection.collectors.interface import Look, Source
from detection.leader import HEARTBEAT_S, Lead
from detection.silence import SpellKeeper, returned
from tests.conftest import Store
from tests.detection.conftest import Application, Worker, ask, until
from tests.detection.test_keeping import login
from tests.detection.test_signs import look_back, move_back
from tests.vigie.test_blindness import exact_period_s
from vigie.blindness import bucket_of
from vigie.store.engine import transaction
from vigie.store.roles import Role

SOURCE = Source("app", "application", "Logins", 10, 20)
LONG = timedelta(hours=1)
STARTING = timedelta(seconds=5)
SPELLS = "SELECT string_agg(why || ' ' || (until IS NULL), ',' ORDER BY since) FROM blind_spells"
EVENTS = "SELECT string_agg(action || ' ' || severity, ',' ORDER BY occurred_at) FROM events WHERE source = 'vigie'"
BLIND, BLIND_AND_BACK = "source_blind 4", "source_blind 4,source_returned 1"


@pytest.fixture
def keeper(store: Store) -> Iterator[SpellKeeper]:
    """That of a leader. The source is expected every 60 s, with 20 s of grace, and was heard just now."""
    lead, over = Lead(store.url(Role.WORKER)), threading.Event()
    assert lead.take()
    heart = threading.Thread(target=lambda: [lead.holds() for _ in iter(lambda: over.wait(HEARTBEAT_S), True)])
    heart.start()
    made = SpellKeeper(store.url(Role.WORKER), timedelta(days=400), lead)
    made.register(SOURCE)
    expect(store, 60, 20)
    made.keep("app", Look([login(1)]))
    yield made
    made.close()
    over.set()
    heart.join()
    lead.release()


def expect(store: Store, period_s: int, grace_s: int) -> None:
    """As an analyst would."""
    with transaction(store.owner) as connection:
        connection.exec_driver_sql("DELETE FROM source_expectations")
        connection.exec_driver_sql(
            "INSERT INTO source_expectations (source, period_s, grace_s, is_irregular, set_by) "
            "VALUES ('app', %s, %s, false, 'alice@example.org')",
            (period_s, grace_s),
        )


def test_a_source_that_falls_silent_is_recorded_once_with_one_event(keeper: SpellKeeper, store: Store) -> None:
    look_back(store, seconds=75)
    keeper.judge(LONG)
    assert ask(store, SPELLS) is None
    look_back(store, seconds=10)
    keeper.judge(LONG)
    keeper.judge(LONG)
    assert (ask(store, SPELLS), ask(store, EVENTS)) == ("silent true", BLIND)


def test_its_return_ends_the_spell_with_an_event(keeper: SpellKeeper, store: Store) -> None:
    look_back(store, minutes=5)
    keeper.judge(LONG)
    keeper.keep("app", Look([login(2)]))
    keeper.judge(LONG)
    keeper.judge(LONG)
    assert (ask(store, SPELLS), ask(store, EVENTS)) == ("silent false", BLIND_AND_BACK)


def test_a_source_that_was_heard_once_between_two_spells_has_two_of_them(keeper: SpellKeeper, store: Store) -> None:
    look_back(store, minutes=5)
    keeper.judge(LONG)
    keeper.keep("app", Look([login(2)]))
    look_back(store, seconds=90)
    keeper.judge(LONG)
    assert ask(store, SPELLS) == "silent false,silent true"
    assert ask(store, "SELECT count(*) FROM events WHERE source = 'vigie'") == 3


def test_the_event_says_for_how_long_and_why_in_every_zone_alike(keeper: SpellKeeper, store: Store) -> None:
    look_back(store, minutes=5)
    keeper.judge(LONG)
    message = ask(store, "SELECT message FROM events WHERE source = 'vigie'")
    why = "Nothing came, and something was expected every 60 s, with 20 s of grace."
    assert re.fullmatch(rf"Logins has been blind for 5 min( \d s)?\. {re.escape(why)}", message), message
    assert ask(store, "SELECT raw ->> 'source' FROM events_raw") == "app"


def test_its_return_says_for_how_long_it_was_blind() -> None:
    until = datetime(2026, 11, 20, 12, tzinfo=UTC)
    said = returned({"name": "app", "title": "Logins"}, until - timedelta(hours=26, minutes=5), until)
    assert said.message == "Logins is heard again. It was blind for 1 d 2 h."


def test_a_worker_that_has_just_started_does_not_call_unwatched_what_it_did_not_watch(
    keeper: SpellKeeper, store: Store
) -> None:
    move_back(store, hours=2)
    keeper.judge(STARTING)
    assert ask(store, EVENTS) is None
    keeper.judge(LONG)
    assert ask(store, SPELLS) == "unwatched true"


def test_a_restart_after_a_night_is_no_silence_of_the_source(keeper: SpellKeeper, store: Store) -> None:
    move_back(store, hours=9)
    keeper.keep("app", Look())
    keeper.judge(STARTING)
    assert (ask(store, SPELLS), ask(store, EVENTS)) == ("unwatched false", "source_returned 1")


def test_the_time_in_which_nobody_looked_is_told_once_by_whichever_worker(keeper: SpellKeeper, store: Store) -> None:
    move_back(store, hours=9)
    keeper.keep("app", Look())
    for each in (keeper, keeper, SpellKeeper(store.url(Role.WORKER), timedelta(days=400), keeper._lead)):
        each.judge(STARTING)
    assert ask(store, EVENTS) == "source_returned 1"
    assert "Logins is looked at again. Nobody did for 9 h" in ask(
        store, "SELECT message FROM events WHERE source = 'vigie'"
    )


def test_a_spell_goes_on_over_a_restart(keeper: SpellKeeper, store: Store) -> None:
    look_back(store, minutes=5)
    keeper.judge(LONG)
    move_back(store, hours=1)
    keeper.keep("app", Look())
    keeper.judge(STARTING)
    assert ask(store, EVENTS) == BLIND_AND_BACK  # that somebody looks again, not that it is heard
    assert ask(store, "SELECT count(*) FROM blind_spells WHERE until IS NULL AND why = 'silent'") == 1


def test_a_source_that_can_be_read_again_and_stays_silent_is_blind_for_its_silence(
    keeper: SpellKeeper, store: Store
) -> None:
    for error, spell in (("The table is gone.", "error true"), (None, "silent true")):
        look_back(store, minutes=5)
        with transaction(store.owner) as connection:
            connection.exec_driver_sql("UPDATE sources SET error = %s", (error,))
        keeper.judge(LONG)
        assert (ask(store, SPELLS), ask(store, EVENTS)) == (spell, BLIND)


def test_a_longer_period_ends_a_spell_and_a_shorter_one_begins_it_anew(keeper: SpellKeeper, store: Store) -> None:
    look_back(store, minutes=5)
    for period_s in (60, 6000, 60):
        expect(store, period_s, 0)
        keeper.judge(LONG)
    assert ask(store, EVENTS) == f"{BLIND_AND_BACK},{BLIND}"
    assert ask(store, SPELLS) == "silent true"


def test_what_is_learned_in_the_store_is_what_brute_force_finds(keeper: SpellKeeper, store: Store) -> None:
    chance = random.Random(7)
    gaps = [chance.expovariate(1 / 90) for _ in range(400)]
    with transaction(store.worker) as connection:
        for number, gap in enumerate(gaps):
            connection.exec_driver_sql(
                "INSERT INTO source_rhythms AS r VALUES ('app', current_date - %s, %s, 1) "
                "ON CONFLICT (source, day, bucket) DO UPDATE SET n = r.n + 1",
                (number % 7, bucket_of(timedelta(seconds=gap))),
            )
    keeper.learn()
    exact = exact_period_s(gaps)
    assert exact <= ask(store, "SELECT learned_period_s FROM sources") <= exact * 1.0501 + 1


def test_what_was_learned_is_kept_while_nothing_comes(keeper: SpellKeeper, store: Store) -> None:
    with transaction(store.owner) as connection:
        connection.exec_driver_sql("INSERT INTO source_rhythms VALUES ('app', current_date - 40, 120, 500)")
    keeper.learn()
    assert ask(store, "SELECT learned_period_s FROM sources") is None
    with transaction(store.owner) as connection:
        connection.exec_driver_sql("INSERT INTO source_rhythms VALUES ('app', current_date - 1, 120, 1)")
    keeper.learn()
    learned = ask(store, "SELECT learned_period_s FROM sources")
    with transaction(store.owner) as connection:
        connection.exec_driver_sql("DELETE FROM source_rhythms")
    keeper.learn()
    assert learned == ask(store, "SELECT learned_period_s FROM sources") > 600


def test_a_source_that_is_often_quiet_at_this_hour_is_expected_later(keeper: SpellKeeper, store: Store) -> None:
    with transaction(store.owner) as connection:
        connection.exec_driver_sql("DELETE FROM source_expectations")
        connection.exec_driver_sql("INSERT INTO source_rhythms VALUES ('app', current_date, 0, 500)")
        connection.exec_driver_sql(
            "INSERT INTO source_quiet SELECT 'app', current_date - back, hour, 3600 "
            "FROM generate_series(1, 3) AS back, generate_series(0, 23) AS hour"
        )
    keeper.learn()
    look_back(store, minutes=90)
    keeper.judge(LONG)
    assert ask(store, SPELLS) is None
    look_back(store, minutes=40)
    keeper.judge(LONG)
    assert ask(store, SPELLS) == "silent true"


def test_gaps_older_than_ninety_days_are_forgotten(keeper: SpellKeeper, store: Store) -> None:
    with transaction(store.owner) as connection:
        connection.exec_driver_sql("INSERT INTO source_rhythms VALUES ('app', current_date - 92, 1, 1)")
    keeper.learn()
    assert ask(store, "SELECT count(*) FROM source_rhythms") == 0


def test_a_worker_says_that_a_table_fell_silent_and_that_it_is_heard_again(
    worker: Worker, application: Application, store: Store
) -> None:
    application.sign_in()
    worker.start()
    until(lambda: ask(store, "SELECT last_sign_at FROM sources"))
    expect(store, 9, 1)
    until(lambda: ask(store, EVENTS) == BLIND, 10 + 10)
    assert ask(store, "SELECT known_at - since >= '10 s' FROM blind_spells") is True
    application.sign_in()
    until(lambda: ask(store, EVENTS) == BLIND_AND_BACK, 10)


def test_a_worker_that_is_killed_and_started_again_says_nothing_twice(
    worker: Worker, application: Application, store: Store
) -> None:
    application.sign_in()
    worker.start()
    until(lambda: ask(store, "SELECT last_sign_at FROM sources"))
    expect(store, 1, 0)
    until(lambda: ask(store, EVENTS) == BLIND, 15)
    looked = ask(store, "SELECT last_look_at FROM sources")
    worker.end(signal.SIGKILL)
    worker.start()
    until(lambda: ask(store, "SELECT last_look_at FROM sources") > looked + timedelta(seconds=6), 40)
    assert ask(store, EVENTS) == BLIND
