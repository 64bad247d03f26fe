"""Exports of the whole stack: a login that a test made is in the file; every page's buttons; the sheet for everyone."""

import csv
import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Download, Page

from tests.browser.conftest import NewScreen, spoken
from tests.browser.test_first_light import LOOKS, log_in, register
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

PAGES = (
    "/?range=24h", "/activity?range=24h", "/health?range=24h", "/events?range=24h", "/alerts", "/logs?range=24h",
    "/rules?range=24h", "/sources",
)  # fmt: skip
HOSTILE = '=HYPERLINK("https://evil.example";"x")'


def export(page: Page, panel: str, format: str) -> Download:
    with page.expect_download() as waiting:
        page.locator(f"[data-export={panel}]").click()
        page.get_by_role("dialog").get_by_role("button", name=format).click()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    return waiting.value


def text_of(download: Download) -> str:
    return Path(download.path()).read_text(encoding="utf-8-sig")


def test_a_login_on_the_screen_is_in_the_file_and_runs_nowhere(vigie: Stack, screen: NewScreen) -> None:
    email, password = register(vigie)
    log_in(vigie, email, password, agent=HOSTILE)
    shown = screen().sign_in(vigie.url, path=f"/activity?range=1h&user={email}")
    shown.page.locator(".ag-row").get_by_text(email).first.wait_for()
    [row, _end] = csv.DictReader(text_of(export(shown.page, "newest-logins", "CSV")).splitlines())
    assert (row["user_name"], row["outcome"], row["user_agent"][:2]) == (email, "success", "'=")
    assert shown.refusals == []


@pytest.mark.parametrize("path", PAGES)
def test_every_button_of_every_page_gives_a_whole_file(vigie: Stack, screen: NewScreen, path: str) -> None:
    shown = screen().sign_in(vigie.url, path=path)
    panels = shown.page.locator("#page [data-export]").all()
    names = [str(panel.get_attribute("data-export")) for panel in panels if panel.is_visible()]
    ends = {name: json.loads(text_of(export(shown.page, name, "JSON lines")).splitlines()[-1]) for name in names}
    assert ends
    assert {end["export"] for end in ends.values()} == {"end"}, spoken(ends)
    assert {end["end"] for end in ends.values()} <= {"complete", "incomplete"}, spoken(ends)
    assert shown.errors == []


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_the_sheet_has_no_serious_finding(vigie: Stack, screen: NewScreen, width: int, theme: str) -> None:
    shown = screen(width, theme).sign_in(vigie.url, path="/activity?range=24h")
    shown.page.locator("[data-export=newest-logins]").click()
    findings = Axe().run(shown.page).response["violations"]
    assert [f["id"] for f in findings if f["impact"] in ("serious", "critical")] == [], spoken(findings)
    assert shown.refusals == []
    assert shown.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
