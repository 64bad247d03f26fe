"""Situation in a real browser, on a real store: alerts that wait, one axis to brush, every look."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import text

from tests.browser.conftest import NewScreen, spoken
from tests.browser.test_first_light import LOOKS
from tests.browser.test_health import console
from tests.conftest import Store
from tests.dashboard.conftest import ALICE, PASSWORD, add_people
from tests.dashboard.sources.health_contract import TRAFFIC
from vigie.clock import utc_now
from vigie.store.engine import transaction
from vigie.store.http_minutes import Request, store_requests

pytestmark = pytest.mark.browser
NASTY = '<img src=x onerror="window.broken=1"><a href="https://evil.example">x</a>'
_ALERT = text("""
    INSERT INTO alerts (fingerprint, rule, title, severity, entity, count, first_seen, last_seen)
    VALUES (:key, 'shell', :title, :severity, CAST(:entity AS jsonb), 3, :at, :at)
""")


def add_alert(store: Store, title: str, severity: int = 5, entity: str = '{"container_name": "vigie-api"}') -> None:
    given = {"key": title.encode(), "title": title, "severity": severity, "entity": entity}
    with transaction(store.owner) as connection:
        connection.execute(_ALERT, given | {"at": utc_now() - timedelta(minutes=20)})


@pytest.fixture
def url(store: Store, root: Path) -> Iterator[str]:
    """A console with a rule, an hour of requests with errors, a deploy, a blind spell, and Alice."""
    add_people(store)
    now = utc_now()
    late = now - max(each.at for each in TRAFFIC) - timedelta(minutes=1)
    told = [Request(each.at + late, each.route, each.method, each.status, each.duration_s) for each in TRAFFIC]
    with transaction(store.worker) as connection:
        store_requests(connection.connection.cursor(), "site", told, timedelta(days=1))
    with transaction(store.owner) as connection:
        for statement in (
            "INSERT INTO rules (rule, title, severity, kind) VALUES ('shell', 'Shell in a container', 5, 'event')",
            "INSERT INTO deploys (at, name, marked_by) VALUES (now() - interval '30 min', '1.8.2', 'bob')",
            "INSERT INTO sources (name, kind, title, expected_period_s, grace_s) VALUES ('site', 'file', 'Site', 9, 9)",
            "INSERT INTO blind_spells SELECT name, now() - interval '50 min', now(), now(), 'silent', '' FROM sources",
        ):
            connection.execute(text(statement))
    with console(store, root) as address:
        yield address


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_it_is_accessible_keeps_the_policy_and_hostile_text_stays_text(
    store: Store, url: str, screen: NewScreen, theme: str, width: int
) -> None:
    add_alert(store, NASTY)
    seen = screen(width, theme).sign_in(url, ALICE, PASSWORD, path="/?range=1h")
    expect(seen.page.locator('[data-panel="open-alerts"]')).to_contain_text("<img")
    serious = [f for f in Axe().run(seen.page).response["violations"] if f["impact"] in ("serious", "critical")]
    assert serious == [], spoken(serious)
    assert (seen.refusals, seen.page.evaluate("window.broken")) == ([], None)
    assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"


def test_an_open_critical_alert_is_said_first_and_leads_to_it(store: Store, url: str, screen: NewScreen) -> None:
    add_alert(store, "Shell in a container: vigie-api")
    page = screen().sign_in(url, ALICE, PASSWORD, path="/?range=1h").page
    expect(page.locator('[data-panel="verdict"]')).to_contain_text("Not quiet: 1 critical alert is open.")
    page.get_by_role("link", name="See the worst alert").click()
    page.wait_for_url("**/alerts?alert=*")


def test_the_axis_shows_errors_a_deploy_and_a_blind_spell(url: str, screen: NewScreen) -> None:
    page = screen().sign_in(url, ALICE, PASSWORD, path="/?range=1h").page
    axis = page.locator('[data-panel="one-axis"]')
    for said in ("Error rate, %", "p95, ms", "Blind", "1.8.2"):
        expect(axis).to_contain_text(said)


def test_what_is_brushed_on_the_axis_becomes_the_window(url: str, screen: NewScreen) -> None:
    page = screen().sign_in(url, ALICE, PASSWORD, path="/?range=1h").page
    plot = page.locator('[data-panel="one-axis"] .nsewdrag').first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.25, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, middle, steps=8)
    page.mouse.up()
    page.wait_for_url("**from=*")
    span = "(of => Date.parse(of.get('to')) - Date.parse(of.get('from')))(new URLSearchParams(location.search))"
    length = page.evaluate(span)
    assert 20 * 60e3 < length < 40 * 60e3
