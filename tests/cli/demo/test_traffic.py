"""Live traffic through a real service over real HTTP."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

import pytest

from cli.demo import traffic
from cli.demo.attacks import Kind
from cli.demo.cast import cast, password_of
from cli.demo.client import Client
from cli.demo.history import load_history
from cli.demo.logs import LogFolder
from cli.demo.stage import Stage
from cli.embedded.server import Server
from tests.api.conftest import Running, no_database
from tests.cli.demo.conftest import SEED


@pytest.fixture
def client(api: Running) -> Iterator[Client]:
    made = Client(api.url)
    yield made
    made.close()


@pytest.fixture
def stage(api: Running, client: Client) -> Stage:
    """The stage after a short history, which is then forgotten to see only what is new."""
    load_history(api.database_url, days=1, seed=SEED)
    api.rows("DELETE FROM account_activity")
    return Stage(client, cast(SEED), password_of(SEED), Random(SEED + 1))


def until(is_true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not is_true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_true()


def test_a_visit_logs_in_from_an_address_and_device_of_its_own(api: Running, stage: Stage) -> None:
    list(stage.visit())
    ((address, agent),) = api.rows(
        "SELECT DISTINCT host(ip), user_agent FROM account_activity WHERE event = 'login_success'"
    )
    assert address != "127.0.0.1"
    assert agent.startswith("Mozilla/5.0")


def test_visits_make_mistakes_changes_and_log_outs(api: Running, stage: Stage) -> None:
    for _ in range(25):
        list(stage.visit())
    seen = {event for event, _ in api.activity()}
    assert seen >= {"login_success", "login_failure", "logout", "profile_updated"}


def test_a_newcomer_signs_up_and_logs_in(api: Running, stage: Stage) -> None:
    list(stage.sign_up())
    assert api.activity() == [("user_created", None), ("login_success", None)]


def test_stuffing_tries_mostly_unknown_accounts_and_ends_inside_one(api: Running, stage: Stage) -> None:
    list(stage.attack(Kind.STUFFING))
    events = api.activity()
    assert events[-1] == ("login_success", None)
    assert events.count(("login_failure", "unknown_account")) > 0.8 * len(events)


def test_spraying_tries_mostly_existing_accounts_and_ends_outside(api: Running, stage: Stage) -> None:
    list(stage.attack(Kind.SPRAYING))
    events = api.activity()
    assert events.count(("login_failure", "wrong_password")) > 0.6 * len(events)
    assert ("login_success", None) not in events


def test_guessing_tries_one_account_until_it_is_throttled(api: Running, stage: Stage) -> None:
    list(stage.attack(Kind.GUESSING))
    assert api.rows("SELECT count(DISTINCT email) FROM account_activity") == [(1,)]
    assert ("login_throttled", "throttled") in api.activity()


def test_whoever_has_another_password_now_comes_no_more(api: Running, client: Client) -> None:
    stage = Stage(client, cast(SEED)[:2], "a password of old", Random(SEED))
    for _ in range(20):
        list(stage.visit())
        api.rows("DELETE FROM throttle")
    api.rows("DELETE FROM account_activity")
    list(stage.visit())
    assert api.activity() == []


@contextmanager
def playing(url: str, logs: LogFolder) -> Iterator[None]:
    """Traffic in a thread until the block ends."""
    stop = threading.Event()
    thread = threading.Thread(target=traffic.run, args=(url,), kwargs={"seed": SEED, "stop": stop, "logs": logs})
    thread.start()
    yield
    stop.set()
    thread.join(15)
    assert not thread.is_alive()


def test_it_runs_until_it_is_told_to_stop(api: Running, logs: LogFolder) -> None:
    load_history(api.database_url, days=1, seed=SEED)
    api.rows("DELETE FROM account_activity")
    with playing(api.url, logs):
        assert until(lambda: any("login" in event for event, _ in api.activity()))
        assert until(lambda: not logs.is_empty)


def test_it_waits_while_the_service_is_away_and_says_so_once(
    api: Running, postgres: Server, logs: LogFolder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "cli.demo")
    with no_database(postgres, api.database_url), playing(api.url, logs):
        assert until(lambda: "The service is away" in caplog.text)
        assert until(lambda: api.log.getvalue().count("/health") >= 2)
    assert [record.levelname for record in caplog.records if record.name == "cli.demo"] == ["WARNING"]


def test_it_goes_on_when_the_service_is_back(
    api: Running, postgres: Server, logs: LogFolder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "cli.demo")
    with playing(api.url, logs):
        with no_database(postgres, api.database_url):
            assert until(lambda: "The service is away" in caplog.text)
        assert until(lambda: "The service is back" in caplog.text)
