"""The poll tells when somebody is at the screen, in a real Chromium on a real console."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.dashboard.conftest import ALICE, PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: Browser, console_url: str) -> Iterator[Page]:
    """Alice's screen, just opened."""
    made = chromium.new_page()
    made.clock.install()
    made.goto(f"{console_url}/login")
    made.fill("#email", ALICE)
    made.fill("#password", PASSWORD)
    made.click("button.primary")
    expect(made.locator("#live-word")).to_have_text("Live")
    yield made
    made.close()


def of_nobody(request: Request) -> bool:
    return request.url.endswith("/_vigie/seq")


def of_somebody(request: Request) -> bool:
    return request.url.endswith("/_vigie/seq?active=1")


def test_a_pointer_that_moves_is_somebody_and_a_script_is_nobody(page: Page) -> None:
    with page.expect_request(of_somebody):
        page.mouse.move(300, 300)
    with page.expect_request(of_nobody):
        page.evaluate("document.body.click(); window.scrollBy(0, 1)")
    with page.expect_request(of_nobody):
        pass


def test_somebody_at_a_paused_screen_is_told_of_too(page: Page) -> None:
    page.click("#live")
    expect(page.locator("#live-word")).to_have_text("Paused")
    with page.expect_request(of_somebody):
        page.clock.fast_forward("01:01")
        page.keyboard.press("Tab")
