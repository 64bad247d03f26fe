"""The sheet of exports in a real Chromium, on the real console: a file that is whole, or none."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Download, Page, expect
from sqlalchemy import text

from tests.conftest import Store
from tests.dashboard.conftest import ALICE, PASSWORD
from tests.dashboard.exports.bulk import many_logins
from vigie.store.engine import transaction

pytestmark = pytest.mark.browser
MANY = 60_000
GRID = "newest-logins"
PROGRESS = re.compile(r"^[1-9][\d,]* of 60,000 rows$")


@pytest.fixture
def page(chromium: Browser, console_url: str) -> Iterator[Page]:
    """Alice, signed in."""
    context = chromium.new_context(viewport={"width": 1440, "height": 1000}, timezone_id="Europe/Paris")
    context.set_default_timeout(30_000)
    shown = context.new_page()
    shown.goto(f"{console_url}/login?next=/activity")
    shown.fill("#email", ALICE)
    shown.fill("#password", PASSWORD)
    shown.click("button.primary")
    shown.wait_for_selector(f"[data-panel={GRID}]")
    yield shown
    context.close()


def start(page: Page, panel: str, format: str = "CSV") -> None:
    page.click(f"[data-export={panel}]")
    page.get_by_role("dialog").get_by_role("button", name=format).click()


def saved(page: Page, panel: str, format: str = "CSV") -> tuple[str, str]:
    """The name and the text of the file that the browser saved."""
    with page.expect_download() as waiting:
        start(page, panel, format)
    return waiting.value.suggested_filename, text_of(waiting.value)


def text_of(download: Download) -> str:
    return Path(download.path()).read_text(encoding="utf-8-sig")


def said(page: Page) -> str:
    return page.inner_text("#export-words")


def test_the_file_holds_what_the_grid_shows(page: Page, store: Store, logins: None) -> None:
    page.reload()
    page.wait_for_selector(".ag-row[row-index='3']")
    shown = page.locator(".ag-row .pivot").first.inner_text()
    name, content = saved(page, GRID)
    rows = list(csv.DictReader(io.StringIO(content)))
    assert (len(rows), rows[0]["user_name"]) == (1501 + 1, shown)
    assert name.startswith("vigie-newest-logins-")
    assert said(page) == f"Saved 1,501 rows as {name}."


def test_a_chart_gives_the_figures_behind_it(page: Page, logins: None) -> None:
    page.reload()
    _, content = saved(page, "logins-per-day", "JSON lines")
    lines = [json.loads(line) for line in content.splitlines()]
    assert sum(line["failure"] for line in lines[1:-1]) == 1500
    assert {line["time_zone"] for line in lines[1:-1]} == {"Europe/Paris"}


def test_it_works_by_keyboard_alone_and_gives_the_focus_back(page: Page, logins: None) -> None:
    page.focus(f"[data-export={GRID}]")
    page.keyboard.press("Enter")
    with page.expect_download():
        page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(f"[data-export={GRID}]")).to_be_focused()


def test_a_long_export_says_how_far_it_is_and_can_be_cancelled(page: Page, store: Store) -> None:
    many_logins(store.owner, MANY)
    downloads: list[str] = []
    page.on("download", lambda download: downloads.append(download.suggested_filename))
    start(page, GRID)
    expect(page.locator("#export-words")).to_have_text(PROGRESS)
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.locator("#export-words")).to_have_text("Cancelled. Nothing was saved.")
    assert downloads == []


def test_an_export_that_breaks_off_is_not_saved_but_as_a_part(page: Page, store: Store) -> None:
    many_logins(store.owner, MANY)
    start(page, GRID)
    expect(page.locator("#export-words")).to_have_text(PROGRESS)
    with transaction(store.owner) as connection:
        connection.execute(text("LOCK TABLE events IN ACCESS EXCLUSIVE MODE"))
        page.get_by_text("Broken off after").wait_for()
    assert "of 60,000 rows. Nothing was saved." in said(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Keep the part").click()
    assert waiting.value.suggested_filename.endswith(".csv.part")
    assert "broken off" in text_of(waiting.value).splitlines()[-1]


def test_what_the_console_refuses_is_said_in_its_sheet(page: Page, store: Store, logins: None) -> None:
    with transaction(store.owner) as connection:
        connection.execute(text("LOCK TABLE events IN ACCESS EXCLUSIVE MODE"))
        start(page, GRID)
        expect(page.locator("#export-words")).to_contain_text("PostgreSQL")
    expect(page.get_by_role("dialog").get_by_role("button", name="Try again")).to_be_visible()


def test_a_second_button_shows_the_export_under_way(page: Page, store: Store) -> None:
    many_logins(store.owner, MANY)
    start(page, GRID)
    expect(page.locator("#export-words")).to_have_text(PROGRESS)
    page.click("[data-export=usual-hours]")
    assert page.inner_text("#export-title") == "Export Newest logins"
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_sheet_stays_on_the_screen(page: Page, logins: None, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    for panel in ("success-after-failures", GRID, "failed-logins"):
        page.click(f"[data-export={panel}]")
        box = page.locator("#export-sheet").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert 0 <= box["y"] <= 844 - box["height"]
