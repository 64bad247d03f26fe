"""Security events in a real Chromium, on questions that a test can change: what comes, what stays, what is said."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from dashboard.events import page as events
from dashboard.sources.event_questions import EventRows, EventSearch, Position
from dashboard.sources.interface import Answer
from dashboard.ui import shell
from dashboard.ui.event_links import position_text
from tests.dashboard.event_fakes import FakeEvents, failed_login
from tests.dashboard.events.conftest import Both

pytestmark = pytest.mark.browser
FIRST = "#events-grid [row-index='0'] [col-id=user]"


class Mark:
    """What the poll is told; a change of it makes the screen ask anew."""

    value = 1


@pytest.fixture
def mark() -> Mark:
    return Mark()


@pytest.fixture
def address(night: FakeEvents, mark: Mark, root: Path) -> Iterator[str]:
    """The page without a lock, over real HTTP."""
    app = Dash("screen", assets_folder=str(root / "dashboard" / "assets"), suppress_callback_exceptions=True)
    app.layout = lambda: shell.layout((events.PAGE,), None)
    shell.register(app, (events.PAGE,))
    both: Any = Both(night)
    events.register(app, both, both)
    app.server.add_url_rule("/_vigie/seq", view_func=lambda: pulse(night, mark))
    served = make_server("127.0.0.1", 0, app.server, threaded=True)
    served.daemon_threads = True
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}/events"
    served.shutdown()
    thread.join()
    served.server_close()


def pulse(night: FakeEvents, mark: Mark) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    store = "unavailable" if night.down else "ok"
    return {"mark": str(mark.value), "now": now, "store": store, "since": now, "demonstration": False}


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, timezone_id="Europe/Paris")
    yield context.new_page()
    context.close()


def opened(page: Page, url: str) -> Page:
    page.goto(url)
    expect(page.locator("[data-panel=events]")).to_have_attribute("data-state", "ok")
    expect(page.locator("#events-grid [row-index='0'] [col-id=what]")).not_to_be_empty()
    page.wait_for_load_state("networkidle")
    return page


def somebody_fails(night: FakeEvents, mark: Mark, user: str) -> None:
    night.events.append(failed_login(datetime.now(UTC) - timedelta(milliseconds=5), user, "203.0.113.1"))
    mark.value += 1


def test_a_new_event_comes_by_itself_while_nobody_reads(
    page: Page, address: str, night: FakeEvents, mark: Mark
) -> None:
    opened(page, address)
    somebody_fails(night, mark, "newcomer")
    expect(page.locator(FIRST)).to_have_text("newcomer")
    expect(page.locator("#new-events")).to_be_hidden()


def test_new_events_wait_behind_a_button_for_a_reader(page: Page, address: str, night: FakeEvents, mark: Mark) -> None:
    opened(page, address)
    page.hover("#events-grid [row-index='2']")
    before = page.inner_text(FIRST)
    somebody_fails(night, mark, "newcomer")
    expect(page.locator("#new-events")).to_have_text("1 new")
    assert page.inner_text(FIRST) == before
    page.click("#new-events")
    expect(page.locator(FIRST)).to_have_text("newcomer")


def test_the_list_goes_on_to_its_end_without_a_gap(page: Page, address: str, night: FakeEvents) -> None:
    opened(page, f"{address}?q=source:app")
    number = sum(each.row.source == "app" for each in night.events)
    page.hover("#events-grid [row-index='2']")
    end = page.locator(f"#events-grid [row-index='{number - 1}'] [col-id=what]")
    for _ in range(40):
        page.mouse.wheel(0, 900)
        page.wait_for_timeout(40)  # the wheel of a person: each turn shows something
        if end.count():
            break
    expect(end).to_contain_text("Failed login")
    assert page.evaluate("dash_ag_grid.getApi('events-grid').getDisplayedRowCount()") == number


def test_a_search_that_ended_early_says_how_far_it_came_and_goes_on(
    page: Page, address: str, night: FakeEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, stop = night.page, night.now - timedelta(hours=5)

    def impatient(search: EventSearch, after: Position | None, limit: int) -> Answer[EventRows]:
        """Has no time to look further back than `stop` in one question."""
        answer = whole(search, after, limit)
        assert answer.rows is not None
        rows = tuple(row for row in answer.rows.rows if after or row.position.occurred_at >= stop)
        return answer if after else replace(answer, rows=EventRows(rows, Position(stop, "")))

    monkeypatch.setattr(night, "page", impatient)
    opened(page, address)
    number = sum(each.row.position.occurred_at >= stop for each in night.events)
    expect(page.locator("#search-on")).to_contain_text("Searched back to ")
    page.click("#search-on")
    expect(page.locator("#search-on")).to_be_hidden()
    expect(page.locator(f"#events-grid [row-index='{number}'] [col-id=what]")).not_to_be_empty()


def test_postgresql_down_keeps_what_is_shown_and_says_so(page: Page, address: str, night: FakeEvents) -> None:
    opened(page, address)
    night.down = "PostgreSQL does not answer."
    expect(page.locator("[data-panel=events]")).to_have_attribute("data-state", "stale", timeout=10_000)
    expect(page.locator(FIRST)).to_be_visible()
    night.down = ""
    expect(page.locator("[data-panel=events]")).to_have_attribute("data-state", "ok", timeout=10_000)


def test_what_is_brushed_becomes_the_window(page: Page, address: str) -> None:
    box = opened(page, address).locator("[data-panel=events-histogram] .nsewdrag").bounding_box()
    assert box is not None
    middle, left = box["y"] + box["height"] / 2, box["x"] + box["width"] * 0.6
    page.mouse.move(left, middle)
    page.mouse.down()
    page.mouse.move(left + 60, middle, steps=5)
    page.mouse.move(left + 200, middle, steps=5)
    page.mouse.up()
    page.wait_for_url("**from=*&to=*")
    expect(page.locator("#live-word")).to_have_text("Fixed window")


def test_what_is_ticked_stays_ticked_and_bold_where_nothing_of_it_is_left(page: Page, address: str) -> None:
    opened(page, f"{address}?tick=source:falco")
    page.fill("#query", "user_name:m.keller")
    page.keyboard.press("Enter")
    ticked = page.locator(".facet.is-ticked")
    expect(ticked).to_contain_text("falco")
    expect(ticked.locator(".facet-count")).to_have_text("0")
    page.click("#clear-ticks")
    expect(page.locator("[data-panel=events-histogram] .panel-words")).to_contain_text("26 events")


def test_an_error_stands_under_its_word_and_offers_the_remedy(page: Page, address: str) -> None:
    opened(page, address)
    page.keyboard.press("/")
    page.keyboard.type("outcome:failure sorce_ip:203.0.113.0/24")
    page.keyboard.press("Enter")
    expect(page.locator("#query-wrong")).to_contain_text("There is no field sorce_ip.")
    expect(page.locator(".query-still")).to_have_text("Still showing: all events")
    assert page.inner_text(".query-mirror .is-wrong") == "sorce_ip"
    page.click("#query-wrong button >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=outcome*source_ip*")


def test_the_keyboard_alone_finds_opens_and_leaves_an_event(page: Page, address: str) -> None:
    opened(page, address)
    page.keyboard.press("/")
    page.keyboard.type("user_n")
    page.wait_for_selector(".query-choice")
    for key in ("ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.keyboard.type("m.k")
    expect(page.locator(".query-choice")).to_have_text(["m.keller"])
    for key in ("ArrowDown", "Enter", "Enter", "Escape"):
        page.keyboard.press(key)
    page.wait_for_url("**q=user_name%3Am.keller")
    expect(page.locator("[data-panel=events-histogram] .panel-words")).to_contain_text("26 events")
    expect(page.locator(FIRST)).to_have_text("m.keller")
    for row in ("0", "1"):
        page.keyboard.press("j")
        expect(page.locator("#events-grid .ag-row-focus").first).to_have_attribute("row-index", row)
    page.keyboard.press("Enter")
    expect(page.locator("#event-place")).to_have_text("2 of 26")
    page.keyboard.press("j")
    expect(page.locator("#event-place")).to_have_text("3 of 26")
    page.keyboard.press("Escape")
    expect(page.locator("#event-drawer")).to_be_hidden()


def test_a_link_to_an_event_far_down_the_list_leads_there(page: Page, address: str, night: FakeEvents) -> None:
    first = min((each.row for each in night.events), key=lambda row: row.position)
    opened(page, f"{address}?range=30d&event={position_text(first.position)}")
    expect(page.locator("#event-place")).to_contain_text("Further down the list.")
    page.click("#event-place button")
    expect(page.locator("#event-place")).to_have_text("1 of 1")


def test_an_event_that_is_none_offers_no_link_to_it(page: Page, address: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    opened(page, f"{address}?event=2026-01-01T00:00:00.000000Z_{'a' * 64}")
    expect(page.locator("[data-panel=event]")).to_have_attribute("data-state", "unknown")
    expect(page.locator("#event-copy")).to_be_disabled()
    expect(page.locator("#event-logs")).to_be_hidden()
    assert not [each for each in said if "AG Grid" in each]
