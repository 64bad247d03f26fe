"""One attack before a real stack, from the first failed login to the closed alert, with the keyboard only."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewScreen
from tests.browser.test_first_light import log_in, register
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

TRIES = 12  # two more than password guessing is: of one account from one address within an hour
LONG_MS = 90_000


def test_an_attack_is_walked_from_its_first_failure_to_a_verdict(vigie: Stack, screen: NewScreen) -> None:
    email, _ = register(vigie)
    shown = screen().sign_in(vigie.url, path="/alerts")
    page = shown.page
    for _ in range(TRIES):
        assert log_in(vigie, email, "not the password") in (401, 429)
    page.keyboard.press("/")
    page.keyboard.type(email)
    guessed = page.locator("#alerts-list tr[data-alert]")  # all that are shown: the name is of this test alone
    expect(page).to_have_url(re.compile("find=eve"))
    expect(guessed).to_have_count(1, timeout=LONG_MS)
    expect(guessed).to_contain_text("Password guessing")
    expect(guessed).to_contain_text(email)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(guessed).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#alert-happened")).to_contain_text("Failed login")
    expect(page.locator("#alert-rule")).to_contain_text("What else looks like it")
    page.keyboard.press("a")
    expect(page.locator("#alert-badge")).to_contain_text("Acknowledged")
    page.keyboard.press("c")
    expect(page.locator("#alerts-form-earlier")).to_contain_text("never closed before")
    page.keyboard.press("1")
    page.keyboard.press("Tab")
    page.keyboard.type("Guessed from a test; the account is safe.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#alert-badge")).to_contain_text("Closed as true positive")
    expect(page.locator("#alert-life")).to_contain_text(re.compile("Guessed from a test.*acknowledged it.*opened it"))
    assert (shown.refusals, shown.errors) == ([], [])
