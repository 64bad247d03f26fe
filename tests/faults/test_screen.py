"""The same faults in a real browser that nobody touches: panels say so by themselves, and are well by themselves."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewScreen
from tests.browser.conftest import screen as screen
from tests.dashboard.conftest import ALICE, PASSWORD
from tests.faults.modes import FAULTS, Mode
from tests.faults.scene import HEALTH, SITUATION, Scene
from tests.faults.screens import FAILED, SEEN, state_of, wait_for

pytestmark = pytest.mark.browser
OURS = ("health-origins", "health-database")
LOKI = ("log-lines", "log-volume")
PANELS = HEALTH - {"health-verdict"}  # it says in words that it does not know


def test_every_fault_of_prometheus_shows_on_the_page_api_and_passes(scene: Scene, screen: NewScreen) -> None:
    page = screen().sign_in(scene.url, ALICE, PASSWORD, path="/health?range=1h").page
    for mode in FAULTS:
        wait_for(page, PANELS, SEEN)
        scene.prometheus.mode = mode
        wait_for(page, ["health-requests"] if mode is Mode.FLAPPING else PANELS, FAILED)
        assert {state_of(page, name) for name in OURS} <= set(SEEN), mode
        scene.prometheus.mode = Mode.WELL
    wait_for(page, PANELS, SEEN)


@pytest.mark.parametrize("mode", [Mode.DOWN, Mode.LATENCY], ids=lambda mode: mode.value)
def test_a_fault_of_prometheus_shows_on_situation_and_logins_go_on(scene: Scene, screen: NewScreen, mode: Mode) -> None:
    page = screen().sign_in(scene.url, ALICE, PASSWORD, path="/?range=1h").page
    wait_for(page, SITUATION, SEEN)
    scene.prometheus.mode = mode
    wait_for(page, SITUATION, FAILED)
    assert state_of(page, "kpi-logins") in SEEN
    scene.prometheus.mode = Mode.WELL
    wait_for(page, SITUATION, SEEN)


@pytest.mark.parametrize("mode", [Mode.RESET, Mode.TRUNCATED, Mode.DRIP], ids=lambda mode: mode.value)
def test_a_fault_of_loki_shows_on_the_page_logs_and_passes(scene: Scene, screen: NewScreen, mode: Mode) -> None:
    page = screen().sign_in(scene.url, ALICE, PASSWORD, path="/logs?range=1h").page
    wait_for(page, LOKI, SEEN)
    scene.loki.mode = mode
    wait_for(page, LOKI, FAILED)
    expect(page.locator("#log-list .log-row-line").first).to_be_visible()
    scene.loki.mode = Mode.WELL
    wait_for(page, LOKI, SEEN)


@pytest.mark.parametrize("mode", [Mode.DOWN, Mode.CUT, Mode.LATENCY], ids=lambda mode: mode.value)
def test_a_fault_of_postgresql_shows_while_prometheus_goes_on(scene: Scene, screen: NewScreen, mode: Mode) -> None:
    page = screen().sign_in(scene.url, ALICE, PASSWORD, path="/health?range=1h").page
    wait_for(page, [*OURS, *PANELS], SEEN)
    scene.postgres.mode = mode
    wait_for(page, OURS, FAILED)
    expect(page.locator("#banner-database")).to_be_visible()
    wait_for(page, PANELS, SEEN)
    scene.postgres.mode = Mode.WELL
    wait_for(page, [*OURS, *PANELS], SEEN)


def test_a_page_that_was_opened_on_a_hanging_prometheus_is_there_and_gets_its_figures_later(
    scene: Scene, screen: NewScreen
) -> None:
    scene.prometheus.mode = Mode.LATENCY
    page = screen().sign_in(scene.url, ALICE, PASSWORD, path="/health?range=1h").page
    wait_for(page, PANELS, ["error"])
    expect(page.locator('[data-panel="health-requests"] .panel-message')).to_contain_text("Prometheus")
    expect(page.locator("#banner-blind")).to_contain_text("Prometheus")
    scene.prometheus.mode = Mode.WELL
    wait_for(page, PANELS, SEEN)
