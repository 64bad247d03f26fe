"""Everything hangs, and the console is still there: for the page that is opened, and for whoever signs in."""

from concurrent.futures import ThreadPoolExecutor

import requests

from tests.dashboard.conftest import BOB, PASSWORD
from tests.faults.modes import Mode
from tests.faults.scene import HEALTH, WAIT_S, Reader, Scene, states
from tests.stack import Visitor

READERS = 20
NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}


def test_twenty_readers_on_a_hanging_source_do_not_keep_bob_from_signing_in(scene: Scene, alice: Reader) -> None:
    scene.prometheus.mode = scene.loki.mode = Mode.LATENCY
    with ThreadPoolExecutor(READERS) as pool:
        reading = [pool.submit(alice.read, HEALTH) for _ in range(READERS)]
        bob = Visitor(scene.url)
        assert bob.sign_in(BOB, PASSWORD).ok
        assert bob.is_in()
    assert {state for each in reading for state in states(each.result()).values()} == {"error"}


def test_with_every_source_hanging_the_page_and_its_panels_are_answered(scene: Scene, alice: Reader) -> None:
    scene.prometheus.mode = scene.loki.mode = scene.postgres.mode = Mode.LATENCY
    page = requests.get(f"{scene.url}/health", headers=NAVIGATION, cookies=dict(alice.http.cookies), timeout=WAIT_S)
    told = alice.read()
    assert page.status_code == 200
    assert set(states(told).values()) == {"error"}
