"""Logs on the whole stack without Loki: a login's line, the tail, a link in a new browser, the event of a line."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewScreen, Screen, spoken
from tests.browser.test_first_light import LOOKS, log_in, register
from tests.browser.weight import weigh
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

HOSTILE = '<img src=x onerror="alert(1)">\u202e'


def opened(vigie: Stack, screen: NewScreen, asked: str = "range=1h", **look: object) -> Screen:
    shown = screen(**look).sign_in(vigie.url, path=f"/logs?{asked}")
    expect(rows(shown.page).first).to_be_visible()
    return shown


def rows(page: Page) -> Locator:
    return page.locator("#log-list .log-row-line")


@pytest.fixture(scope="module")
def eve(vigie: Stack) -> str:
    """Somebody who signed in a moment ago."""
    email, password = register(vigie)
    assert log_in(vigie, email, password) == 200
    return email


def test_the_line_of_a_login_is_found_by_its_words(vigie: Stack, screen: NewScreen, eve: str) -> None:
    page = opened(vigie, screen).page
    page.fill("#query", f'"{eve}"')
    page.keyboard.press("Enter")
    expect(rows(page).first).to_contain_text(eve)
    expect(page.locator("#log-about")).to_contain_text("Ordinary requests are only counted by the minute")


def test_the_tail_shows_a_login_without_a_reload(vigie: Stack, screen: NewScreen, eve: str) -> None:
    page = opened(vigie, screen, "range=1h&stream=app").page
    page.evaluate("window.notReloaded = true")
    page.click("#log-tail")
    email, password = register(vigie)
    assert log_in(vigie, email, password) == 200
    expect(rows(page).first).to_contain_text(email)
    assert page.evaluate("window.notReloaded") is True


def test_vigies_own_logs_are_among_the_streams(vigie: Stack, screen: NewScreen, eve: str) -> None:
    page = opened(vigie, screen).page
    page.select_option("#log-streams select", "vigie-console")
    page.wait_for_url("**stream=vigie-console*")
    expect(rows(page).first.locator(".log-stream")).to_have_text("Vigie's console log")
    expect(page.get_by_role("button", name="Console errors")).to_be_visible()


def test_a_link_to_a_line_opens_it_in_another_browser(vigie: Stack, screen: NewScreen, eve: str) -> None:
    page = opened(vigie, screen, "range=1h&stream=app").page
    rows(page).nth(1).locator(".log-head").click()
    expect(page.locator(".log-acts")).to_be_visible()
    text = rows(page).nth(1).locator(".log-text").first.inner_text()
    other = screen().sign_in(vigie.url, path=page.url.removeprefix(vigie.url)).page
    expect(other.locator(".is-open .log-head .log-text").first).to_have_text(text)


def test_a_stored_line_opens_as_its_event(vigie: Stack, screen: NewScreen, eve: str) -> None:
    page = opened(vigie, screen, "range=1h&stream=app").page
    rows(page).first.locator(".log-head").click()
    page.get_by_role("link", name="Open as event").click()
    page.wait_for_url("**/events?event=*")
    expect(page.locator("#page-title")).to_have_text("Security events")


def test_a_hostile_line_is_only_text(vigie: Stack, screen: NewScreen) -> None:
    log_in(vigie, f"eve@example.org{HOSTILE}", "x", agent="<script>alert(1)</script>")
    shown = opened(vigie, screen, "range=1h&q=script")
    expect(rows(shown.page).first).to_contain_text("<script>alert(1)</script>")
    assert shown.page.locator("#log-scroll :is(img, script)").count() == 0
    assert shown.refusals == []


def test_charlie_gets_no_line(vigie: Stack, screen: NewScreen) -> None:
    page = screen().page
    for path in ("choices", "older?place=1795184661869984000.", "newer", "context?place=1795184661869984000."):
        assert page.request.get(f"{vigie.url}/logs/{path}").status == 401


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_no_refusal_of_the_policy_and_no_serious_finding(
    vigie: Stack, screen: NewScreen, eve: str, width: int, theme: str
) -> None:
    shown = opened(vigie, screen, width=width, theme=theme)
    rows(shown.page).first.locator(".log-head").click()
    shown.page.get_by_role("button", name="Context", exact=True).click()
    expect(shown.page.locator(".log-neighbours")).to_be_visible()
    findings = Axe().run(shown.page).response["violations"]
    worst = [
        (f["id"], [n["html"][:200] for n in f["nodes"]]) for f in findings if f["impact"] in ("serious", "critical")
    ]
    assert worst == [], spoken(worst)
    assert (shown.refusals, shown.errors) == ([], [])


def test_the_page_is_light(vigie: Stack, screen: NewScreen, eve: str) -> None:
    shown = opened(vigie, screen)
    warm = weigh(shown.page, f"{vigie.url}/logs?range=1h")
    assert (warm.bytes <= 120_000, warm.requests <= 30, len(warm.hosts)) == (True, True, 1), warm
