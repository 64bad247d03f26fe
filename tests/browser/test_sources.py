"""Sources in a real browser before a real stack: one falls silent and is heard again, one is imported and retired."""

import re
import time
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewScreen, command, spoken
from tests.browser.test_first_light import LOOKS, log_in, register
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

PERIOD_S = 10  # the least that may be set
LINE = '192.0.2.7 - - [20/Nov/2026:06:25:14 +0000] "GET /admin HTTP/1.1" 403 12 "-" "curl/8"\n'


def expect_state(page: Page, source: str, word: str) -> None:
    expect(page.locator(f'.board-row[data-source="{source}"] .cell-state')).to_contain_text(word)


def silence_is_normal(page: Page) -> None:
    """Leaves the source as other tests expect it: no alarm while nobody logs in."""
    page.click("#source-irregular")
    expect(page.locator("#source-said")).to_contain_text("Silence of this source is normal")


def test_a_source_that_falls_silent_is_on_every_page_in_time_and_not_before(vigie: Stack, screen: NewScreen) -> None:
    account = register(vigie)
    page = screen().sign_in(vigie.url, path="/sources?source=app").page
    page.fill("#source-period", f"{PERIOD_S} s")
    page.fill("#source-grace", "0 s")
    page.click("#source-save")
    expect(page.locator("#source-said")).to_contain_text("Expected every 10 s")
    heard = time.monotonic()
    assert log_in(vigie, *account) == 200
    expect_state(page, "app", "Heard")
    expect_state(page, "app", "Blind")
    assert time.monotonic() - heard >= PERIOD_S
    page.click("#rail a[href='/activity']")
    expect(page.locator("#banner-blind")).to_contain_text("Application logins: blind since")
    expect(page.locator("#rail").get_by_role("img", name="A source is blind")).to_be_visible()
    page.click("#banner-blind a")
    assert "/sources" in page.url
    assert log_in(vigie, *account) == 200
    expect_state(page, "app", "Heard")
    page.click('.board-row[data-source="app"] .cell-state')
    expect(page.locator("#source-period")).to_have_value(f"{PERIOD_S} s")
    expect(page.locator('[data-panel="source-troubles"]')).to_contain_text("silent for")
    silence_is_normal(page)


def test_an_import_is_shown_and_an_admin_retires_it(vigie: Stack, screen: NewScreen, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    log.write_text(LINE * 3 + "no line of nginx\n", encoding="utf-8")
    command(vigie, "import", "nginx", "--source", "old-proxy", str(log))
    page = screen().sign_in(vigie.url, path="/sources").page
    expect_state(page, "old-proxy", "Imported")
    page.click('.board-row[data-source="old-proxy"] a[data-trouble="rejected"]')
    expect(page.locator(".trouble-list:focus")).to_contain_text("no line of nginx")
    expect(page.locator("#source-no-form")).to_contain_text("an import does not go on")
    page.click("#source-retire-box summary")
    page.click("#source-retire")
    expect(page.locator('.board-row[data-source="old-proxy"]')).to_have_count(0)
    expect(page.locator('[data-panel="source-detail"]')).to_contain_text("There is no such source")


def test_keys_alone_open_a_source_and_the_row_keeps_the_focus(vigie: Stack, screen: NewScreen) -> None:
    page = screen().sign_in(vigie.url, path="/sources").page
    expect(page.locator(".board-row").first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator('[data-panel="source-detail"] h3')).to_be_visible()
    account = register(vigie)  # the board is drawn anew
    assert log_in(vigie, *account) == 200
    expect(page.locator(".board-row:focus, .board-row :focus").first).to_be_visible()


def test_a_link_opens_the_same_source_for_someone_else(vigie: Stack, screen: NewScreen) -> None:
    page = screen().sign_in(vigie.url, path="/sources?source=app").page
    expect(page.locator('[data-panel="source-detail"] h3')).to_have_text("Application logins")
    page.click('[data-panel="source-detail"] .panel-link')
    expect(page.locator('[data-panel="source-detail"]')).to_be_hidden()
    assert re.search(r"[?&]source=", page.url) is None


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_the_page_has_no_serious_finding(vigie: Stack, screen: NewScreen, width: int, theme: str) -> None:
    shown = screen(width, theme).sign_in(vigie.url, path="/sources?source=app")
    expect(shown.page.locator('[data-panel="source-detail"] h3')).to_be_visible()
    findings = Axe().run(shown.page).response["violations"]
    serious = [
        (f["id"], f["help"], [n["html"][:200] for n in f["nodes"]])
        for f in findings
        if f["impact"] in ("serious", "critical")
    ]
    assert serious == [], spoken(serious)
    assert (shown.refusals, shown.errors) == ([], [])
    assert shown.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
