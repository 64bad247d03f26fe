"""Killed, flooded, cut off from PostgreSQL: what was acknowledged is stored, once, and nothing else is claimed."""

import json
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests

from cli.embedded.server import Server
from tests.conftest import Store
from tests.detection.conftest import ask, differences, until
from tests.detection.intake.conftest import TOKEN, Intake, alert
from vigie.clock import utc_now

SENDERS, ALERTS, KILLS, STORM = 8, 5000, 6, 4000
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}


def send_until_acknowledged(intake: Intake, body: bytes, session: requests.Session) -> requests.Response:
    """As a sender that retries: again after a refusal for now, a broken connection or none."""
    deadline = time.monotonic() + 120
    while True:
        try:
            answer = session.post(f"{intake.url}/intake/falco", data=body, headers=HEADERS, timeout=5)
            if answer.status_code not in (408, 429, 503):
                return answer
        except requests.RequestException:
            pass
        assert time.monotonic() < deadline, "never acknowledged"
        time.sleep(0.02)


def deliver(intake: Intake, bodies: list[bytes]) -> int:
    """How many were acknowledged, by SENDERS at once."""

    def sent(share: list[bytes]) -> int:
        with requests.Session() as session:
            return sum(send_until_acknowledged(intake, body, session).status_code == 200 for body in share)

    with ThreadPoolExecutor(SENDERS) as pool:
        return sum(pool.map(sent, [bodies[number::SENDERS] for number in range(SENDERS)]))


def test_killed_again_and_again_it_stores_what_it_acknowledged_once(intake: Intake, store: Store) -> None:
    bodies = [json.dumps(alert()).encode() for _ in range(ALERTS)]
    done = threading.Event()
    acknowledged: list[int] = []
    sending = threading.Thread(target=lambda: (acknowledged.append(deliver(intake, bodies)), done.set()))
    sending.start()
    dice, kills = random.Random(5), 0
    while not done.is_set() and kills < KILLS:
        before = ask(store, "SELECT count(*) FROM events")
        until(lambda before=before: done.is_set() or ask(store, "SELECT count(*) FROM events") > before + 100, 60)
        done.wait(dice.random() * 0.2)
        intake.kill()
        kills += 1
        intake.start()
    sending.join()
    assert (acknowledged, kills) == ([ALERTS], KILLS)
    rows = "SELECT (count(*), count(DISTINCT event_key), (SELECT sum(n) FROM event_folds))::text FROM events"
    assert ask(store, rows) == f"({ALERTS},{ALERTS},{ALERTS})"
    assert (differences(store), ask(store, "SELECT stored FROM sources")) == ([], ALERTS)


def test_a_storm_is_folded_and_counted_exactly_though_it_is_killed(intake: Intake, store: Store) -> None:
    minute = utc_now().replace(second=1) - timedelta(minutes=2)
    same = "10:00:00.000000000: Warning Shell in a container"
    bodies = [json.dumps(alert(minute, output=same)).encode() for _ in range(STORM)]
    killer = threading.Timer(1, lambda: (intake.kill(), intake.start()))
    killer.start()
    assert deliver(intake, bodies) == STORM
    killer.join()
    assert ask(store, "SELECT (count(*), (SELECT sum(n) FROM event_folds))::text FROM events") == f"(1,{STORM})"


@pytest.fixture
def frozen(postgres: Server) -> Iterator[list[int]]:
    """PostgreSQL with all its processes, stopped in their tracks once asked for; they go on after the test."""
    assert postgres.process is not None
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(postgres.process.pid)], capture_output=True, text=True, check=True
    )
    pids = [postgres.process.pid, *map(int, children.stdout.split())]
    yield pids
    for pid in pids:
        subprocess.run(["kill", "-CONT", str(pid)], check=False, capture_output=True)


def test_with_postgresql_gone_it_says_503_at_once_and_goes_on_once_it_is_back(
    postgres: Server, intake: Intake, store: Store
) -> None:
    assert intake.post("falco", alert()).status_code == 200
    postgres.stop()
    refused = [intake.post_once("falco", alert()) for _ in range(20)]
    assert {(each.status_code, each.headers["Retry-After"]) for each in refused} == {(503, "1")}
    assert max(each.elapsed.total_seconds() for each in refused) < 2
    until(lambda: requests.get(f"{intake.url}/readyz", timeout=5).status_code == 503)
    postgres.start()
    store.owner.dispose()
    until(lambda: intake.post_once("falco", alert()).status_code == 200, 10)
    assert ask(store, "SELECT count(*) FROM events") == 2


def test_with_postgresql_hanging_it_answers_in_time_and_acknowledges_nothing(
    intake: Intake, store: Store, frozen: list[int]
) -> None:
    assert intake.post("falco", alert()).status_code == 200
    bodies = [alert() for _ in range(20)]
    for pid in frozen:
        subprocess.run(["kill", "-STOP", str(pid)], check=False, capture_output=True)
    refused = [intake.post_once("falco", body) for body in bodies]
    assert {each.status_code for each in refused} == {503}
    assert sorted(each.elapsed.total_seconds() for each in refused)[10] < 1
    for pid in frozen:
        subprocess.run(["kill", "-CONT", str(pid)], check=False, capture_output=True)
    for body in bodies:
        assert send_until_acknowledged(intake, json.dumps(body).encode(), intake.session).status_code == 200
    assert ask(store, "SELECT (count(*), (SELECT sum(n) FROM event_folds))::text FROM events") == "(21,21)"


def test_started_before_postgresql_it_waits_for_it(postgres: Server, intake: Intake, store: Store) -> None:
    intake.kill()
    postgres.stop()
    intake.start()
    until(lambda: "nothing can be stored" in intake.said(), 60)
    postgres.start()
    store.owner.dispose()
    until(intake.is_ready, 10)
    assert intake.process is not None
    assert intake.process.send_signal(signal.SIGTERM) is None
