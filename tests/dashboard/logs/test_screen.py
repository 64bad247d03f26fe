"""The Logs page in a real Chromium, on lines that a test writes: what comes, what waits, what a link opens."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dash import Dash
from playwright.sync_api import Browser, Locator, Page, expect
from werkzeug.serving import make_server

from dashboard.events import page as events_page
from dashboard.logs import answers
from dashboard.logs import page as logs_page
from dashboard.ui import shell
from tests.dashboard.event_fakes import FakeEvents
from tests.dashboard.fakes import FakeQuestions
from tests.dashboard.logs.fakes import NASTY, FakeLogs, some_lines

pytestmark = pytest.mark.browser


@pytest.fixture
def logs() -> FakeLogs:
    return some_lines(datetime.now(UTC))


@pytest.fixture
def address(logs: FakeLogs, root: Path) -> Iterator[str]:
    """The page without a lock, over real HTTP."""
    app = Dash("logs", assets_folder=str(root / "dashboard" / "assets"), suppress_callback_exceptions=True)
    pages = (logs_page.PAGE, events_page.PAGE)
    app.layout = lambda: shell.layout(pages, None)
    shell.register(app, pages)
    logs_page.register(app, logs)
    events_page.register(
        app, FakeEvents(datetime.now(UTC)), FakeQuestions(datetime.now(UTC))
    )  # it answers the query bar
    app.server.register_blueprint(answers.blueprint(logs))
    app.server.add_url_rule("/_vigie/seq", view_func=pulse)
    served = make_server("127.0.0.1", 0, app.server, threaded=True)
    served.daemon_threads = True
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}/logs?range=1h"
    served.shutdown()
    thread.join()
    served.server_close()


def pulse() -> dict[str, object]:
    now = datetime.now(UTC).isoformat()
    return {"mark": "always", "now": now, "store": "ok", "since": None, "demonstration": False}


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, timezone_id="Europe/Paris")
    yield context.new_page()
    context.close()


def opened(page: Page, url: str) -> Locator:
    page.goto(url)
    rows = page.locator("#log-list .log-row-line")
    expect(rows.first).to_be_visible(timeout=15_000)
    return rows


def test_older_lines_come_when_they_are_asked_for(page: Page, address: str) -> None:
    rows = opened(page, address)
    expect(rows).to_have_count(100)
    page.get_by_role("button", name="Older lines").click()
    expect(rows).to_have_count(250)
    expect(page.locator("#log-end")).to_contain_text("The window begins here.")


def test_the_tail_puts_new_lines_on_top_for_who_reads_there(page: Page, address: str, logs: FakeLogs) -> None:
    rows = opened(page, address)
    page.click("#log-tail")
    logs.add(datetime.now(UTC), "brand new")
    expect(rows.first).to_contain_text("brand new", timeout=15_000)
    assert "tail=1" in page.url


def test_new_lines_wait_while_somebody_reads_further_down(page: Page, address: str, logs: FakeLogs) -> None:
    rows = opened(page, f"{address}&tail=1")
    page.evaluate("document.getElementById('log-scroll').scrollTop = 400")
    logs.add(datetime.now(UTC), "brand new")
    expect(page.locator("#log-news")).to_have_text("1 new", timeout=15_000)
    expect(rows.first).not_to_contain_text("brand new")
    page.click("#log-news")
    expect(rows.first).to_contain_text("brand new")


def test_a_late_line_goes_where_its_time_puts_it(page: Page, address: str, logs: FakeLogs) -> None:
    now = datetime.now(UTC)
    logs.add(now, "newest")
    rows = opened(page, f"{address}&tail=1")
    logs.add(now - timedelta(seconds=5), "came late")
    expect(rows.nth(1)).to_contain_text("came late", timeout=15_000)


def test_a_flood_begins_the_list_anew_and_leaves_nothing_out(page: Page, address: str, logs: FakeLogs) -> None:
    rows = opened(page, f"{address}&tail=1")
    now = datetime.now(UTC)
    for number in range(300):
        logs.add(now + timedelta(milliseconds=number), f"flood {number}")
    expect(rows.first).to_contain_text("flood 299", timeout=15_000)
    while page.get_by_role("button", name="Older lines").is_visible():
        page.get_by_role("button", name="Older lines").click()
        expect(page.locator("#log-end")).not_to_contain_text("Reading")
    expect(rows).to_have_count(550)


def test_a_tail_that_finds_nobody_says_so_and_goes_on(page: Page, address: str, logs: FakeLogs) -> None:
    rows = opened(page, f"{address}&tail=1")
    logs.down = "Loki does not answer."
    expect(page.locator("#log-tail")).to_have_attribute(
        "title", "Loki does not answer. It is asked again.", timeout=15_000
    )
    expect(rows).to_have_count(100)
    logs.down = ""
    logs.add(datetime.now(UTC), "back again")
    expect(rows.first).to_contain_text("back again", timeout=15_000)


def test_a_supplier_that_is_down_is_an_error_with_advice(page: Page, address: str, logs: FakeLogs) -> None:
    logs.down = "Loki does not answer."
    page.goto(address)
    for panel in ("log-lines", "log-volume"):
        message = page.locator(f"[data-panel={panel}][data-state=error] .panel-message")
        expect(message).to_contain_text("Loki does not answer.", timeout=15_000)


def test_a_supplier_that_goes_away_is_said_without_a_press_and_so_is_its_return(
    page: Page, address: str, logs: FakeLogs
) -> None:
    rows = opened(page, address)
    lines = page.locator("[data-panel=log-lines]")
    logs.down = "Loki does not answer."
    expect(lines).to_have_attribute("data-state", "stale", timeout=15_000)
    expect(rows).to_have_count(100)
    logs.down = ""
    expect(lines).to_have_attribute("data-state", "ok", timeout=15_000)


def test_a_screen_opened_meanwhile_recovers_by_itself(page: Page, address: str, logs: FakeLogs) -> None:
    logs.down = "Loki does not answer."
    page.goto(address)
    expect(page.locator("[data-panel=log-lines]")).to_have_attribute("data-state", "error", timeout=15_000)
    logs.down = ""
    expect(page.locator("#log-list .log-row-line").first).to_be_visible(timeout=15_000)
    expect(page.locator("#log-streams select")).to_be_visible()


def test_new_lines_are_told_of_without_a_tail_too(page: Page, address: str, logs: FakeLogs) -> None:
    rows = opened(page, address)
    logs.add(datetime.now(UTC), "brand new")
    expect(page.locator("#log-news")).to_have_text("1 new", timeout=15_000)
    expect(rows.first).not_to_contain_text("brand new")


def test_a_line_opens_among_its_neighbours(page: Page, address: str) -> None:
    rows = opened(page, address)
    rows.nth(50).locator(".log-head").click()
    page.get_by_role("button", name="Context", exact=True).click()
    expect(page.locator(".log-neighbours .log-head")).to_have_count(21)
    page.get_by_role("button", name="10 earlier").click()
    expect(page.locator(".log-neighbours .log-head")).to_have_count(31)
    expect(page.locator(".log-neighbours [aria-current=true]")).to_have_count(1)


def test_the_address_of_an_opened_line_opens_it_again(page: Page, address: str) -> None:
    rows = opened(page, address)
    rows.nth(5).locator(".log-head").click()
    expect(page.locator(".log-acts")).to_be_visible()
    text = rows.nth(5).locator(".log-text").first.inner_text()
    page.goto(page.url)
    expect(page.locator(".log-row-line.is-open .log-head .log-text").first).to_have_text(text, timeout=15_000)


def test_a_line_that_is_not_in_the_list_stands_above_it(page: Page, address: str, logs: FakeLogs) -> None:
    place = logs.lines[3].place
    opened(page, f"{address}&line={place.at}.{place.key}")
    expect(page.locator("#log-linked .log-neighbours .is-this")).to_contain_text("line 0003")


def test_a_line_that_is_gone_is_said_to_be_gone(page: Page, address: str) -> None:
    opened(page, f"{address}&line=1793600000000000000.ab")
    expect(page.locator("#log-linked")).to_contain_text("This line is not there any more.")


def test_the_keyboard_is_enough(page: Page, address: str) -> None:
    rows = opened(page, address)
    for key in ("j", "j", "Enter"):
        page.keyboard.press(key)
    expect(rows.nth(1)).to_have_class("log-row-line is-open")
    page.keyboard.press("/")
    expect(page.locator("#query")).to_be_focused()


def test_a_row_names_its_stream_by_the_title_that_it_is_chosen_by(page: Page, address: str, logs: FakeLogs) -> None:
    logs.titles = {"api": "The shop", "postgres": "Its database"}
    stream = opened(page, address).first.locator(".log-stream")
    expect(stream).to_have_text("Its database")
    expect(stream).to_have_attribute("title", "postgres")


def test_the_line_whose_context_is_asked_for_is_in_sight(page: Page, address: str) -> None:
    rows = opened(page, address)
    rows.nth(12).locator(".log-head").click()
    page.get_by_role("button", name="Context", exact=True).click()
    expect(page.locator(".log-neighbours .is-this")).to_be_in_viewport(ratio=1)
    expect(page.locator(".log-neighbours")).to_be_in_viewport(ratio=0.98)


def test_escape_closes_the_line(page: Page, address: str) -> None:
    row = opened(page, address).nth(3)
    row.locator(".log-head").click()
    expect(page.locator(".log-acts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(row).to_have_class("log-row-line")
    assert "line=" not in page.url


def test_the_levels_stand_in_one_row_on_a_phone(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, address)
    tops = page.locator("#log-levels button").evaluate_all("all => all.map((each) => each.offsetTop)")
    assert len(set(tops)) == 1


@pytest.mark.parametrize("path", ["/logs", "/events"])
def test_a_wrong_query_of_the_address_is_marked_and_mended_with_a_press(page: Page, address: str, path: str) -> None:
    page.goto(address.replace("/logs", path) + "&q=sorce:x")
    expect(page.locator("#query-wrong")).to_contain_text("There is no field sorce", timeout=15_000)
    expect(page.locator(".query-still")).to_have_count(0)
    page.locator("#query-wrong").get_by_role("button", name="source", exact=True).click()
    expect(page.locator("#query")).to_have_value("source:x")


def test_a_wrong_query_that_is_typed_leaves_the_lines_and_says_so(page: Page, address: str) -> None:
    rows = opened(page, address)
    page.fill("#query", "sorce:x")
    page.keyboard.press("Enter")
    expect(page.locator(".query-still")).to_have_text("Still showing: all lines")
    expect(rows).to_have_count(100)


def test_nothing_is_tried_again_for_a_wrong_query(page: Page, address: str) -> None:
    page.goto(f"{address}&q=sorce:x")
    expect(page.locator("[data-panel=log-lines][data-state=unmatched]")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)


def test_hostile_text_is_only_text(page: Page, address: str, logs: FakeLogs) -> None:
    for part in ("stream", "level", "text"):
        logs.add(datetime.now(UTC), **{"text": "x", part: NASTY})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    rows = opened(page, address)
    for number in range(3):
        rows.nth(number).locator(".log-head").first.click()
        expect(page.locator(".log-acts")).to_be_visible()
    assert page.locator("#log-scroll :is(img, b, script, a[href^=http])").count() == 0
    assert not [url for url in asked if "evil" in url]


def test_what_is_chosen_is_in_the_address(page: Page, address: str) -> None:
    opened(page, address)
    page.select_option("#log-streams select", "postgres")
    page.get_by_role("button", name="Error", exact=True).click()
    page.fill("#query", "disk")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=disk&stream=postgres&level=error*")
    expect(page.locator("#log-list .log-row-line")).to_have_count(9, timeout=15_000)
