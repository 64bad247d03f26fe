"""The screen in a real Chromium, on questions that a test can break: what stays, what moves, what is said."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from dashboard.activity import page as activity
from dashboard.situation import page as situation
from dashboard.ui import banners, shell
from tests.dashboard.fakes import FakeQuestions, one_night, usual_logins
from tests.dashboard.situation.fakes import asked
from vigie.event import FAILURE

pytestmark = pytest.mark.browser
DOWN = "PostgreSQL does not answer."


@pytest.fixture
def night() -> FakeQuestions:
    return one_night(datetime.now(UTC))


@pytest.fixture
def address(night: FakeQuestions, root: Path) -> Iterator[str]:
    """Both pages without a lock, over real HTTP."""
    app = Dash("screen", assets_folder=str(root / "dashboard" / "assets"), suppress_callback_exceptions=True)
    pages = (situation.PAGE, activity.PAGE)
    app.layout = lambda: shell.layout(pages, None)
    shell.register(app, pages)
    banners.register(app, night)
    situation.register(app, asked(night))
    activity.register(app, night, night)
    app.server.add_url_rule("/_vigie/seq", view_func=lambda: pulse(night))
    served = make_server("127.0.0.1", 0, app.server, threaded=True)
    served.daemon_threads = True
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    thread.join()
    served.server_close()


def pulse(night: FakeQuestions) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    store = "unavailable" if night.down else "ok"
    return {"mark": None if night.down else night.mark, "now": now, "store": store, "since": now, "demonstration": True}


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 1100}, timezone_id="Europe/Paris")
    yield context.new_page()
    context.close()


def opened(page: Page, url: str) -> Page:
    page.goto(url)
    page.wait_for_selector("[data-panel]")
    expect(page.locator("[data-state=loading]")).to_have_count(0, timeout=15_000)
    return page


def test_data_that_were_shown_stay_and_are_marked_stale_until_postgresql_is_back(
    page: Page, address: str, night: FakeQuestions
) -> None:
    opened(page, f"{address}/activity")
    night.down = DOWN
    expect(page.locator("[data-state=stale]")).to_have_count(6, timeout=10_000)
    expect(page.locator("[data-panel=success-after-failures] .panel-list")).to_contain_text("m.keller")
    night.down = ""
    expect(page.locator("[data-state=ok]")).to_have_count(6, timeout=10_000)


def test_a_screen_opened_while_postgresql_is_down_says_so_in_every_panel(
    page: Page, address: str, night: FakeQuestions
) -> None:
    night.down = DOWN
    opened(page, address)
    expect(page.locator("[data-state=error]")).to_have_count(9)
    expect(page.locator("#banner-database")).to_contain_text("PostgreSQL has not answered since")


def test_the_last_verdict_stays_and_says_since_when_it_is_old(page: Page, address: str, night: FakeQuestions) -> None:
    verdict = opened(page, address).locator("[data-panel=verdict]")
    expect(verdict).to_contain_text("someone got in")
    night.down = DOWN
    expect(verdict.locator(".panel-badge")).to_contain_text("Stale since", timeout=10_000)
    expect(verdict.locator(".verdict-sentence")).to_contain_text("someone got in")
    expect(page.locator("#live-word")).to_have_text("Stopped")
    night.down = ""
    expect(page.locator("#live-word")).to_have_text("Live", timeout=10_000)


def test_quiet_is_not_said_as_if_it_were_now_when_nobody_can_look(
    page: Page, address: str, night: FakeQuestions
) -> None:
    night.found_attacks, night.found_successes, night.logins = [], [], usual_logins(night.now)
    sentence = opened(page, address).locator(".verdict-sentence")
    expect(sentence).to_have_text("Quiet. Nothing needs you.")
    night.down = DOWN
    expect(page.locator("[data-panel=verdict]")).to_have_attribute("data-state", "stale", timeout=10_000)
    expect(page.locator("[data-panel=verdict] .panel-badge")).to_be_visible()
    assert "When last read" in sentence.evaluate("each => getComputedStyle(each, '::before').content")


def test_no_answer_from_the_console_is_said_after_the_second_silence(page: Page, address: str) -> None:
    opened(page, address)
    page.route("**/_vigie/seq", lambda route: route.abort())
    expect(page.locator("#banner-lost")).to_contain_text("No answer from the console since", timeout=15_000)


def test_a_panel_whose_question_fails_does_not_take_the_others_with_it(page: Page, address: str) -> None:
    page.route(
        "**/_dash-update-component*",
        lambda route: route.abort() if "usual-hours" in (route.request.post_data or "") else route.continue_(),
    )
    opened(page, f"{address}/activity")
    expect(page.locator("[data-panel=usual-hours]")).to_have_attribute("data-state", "error")
    expect(page.locator("[data-state=ok]")).to_have_count(5)


def test_new_rows_wait_for_a_reader_who_is_in_the_grid(page: Page, address: str, night: FakeQuestions) -> None:
    opened(page, f"{address}/activity")
    first = page.locator("#logins-grid [row-index='0'] [col-id=user]")
    page.hover("#logins-grid [row-index='2']")
    page.wait_for_load_state("networkidle")  # a grid that has just come asks a second time
    before = first.inner_text()
    newcomer = next(each for each in night.logins if each.outcome == FAILURE)
    fields = {name: getattr(newcomer, name) for name in newcomer.__slots__}
    night.logins.append(
        type(newcomer)(**fields | {"occurred_at": datetime.now(UTC), "user_name": "newcomer", "key": "n"})
    )
    night.mark = "2"
    expect(page.locator("#new-rows")).to_have_text("1 new", timeout=10_000)
    assert first.inner_text() == before
    page.click("#new-rows")
    expect(first).to_have_text("newcomer")


def test_a_change_of_colours_asks_the_server_nothing(page: Page, address: str) -> None:
    opened(page, f"{address}/activity")
    page.wait_for_selector("#logins-grid [row-index='0'] a")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "_dash-update" in request.url else None)
    page.click("[aria-label=Colours]")
    page.get_by_role("menuitem", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    bars = page.locator("[data-panel=logins-per-day] .point path").first
    expect(bars).to_have_css("fill", "rgb(132, 150, 177)")
    assert asked == []


def test_a_pasted_address_opens_the_same_view(page: Page, address: str) -> None:
    opened(page, f"{address}/activity?range=7d&user=t.nowak&outcome=failure&by=user")
    expect(page.locator("#range-words")).to_have_text("Last 7 days")
    expect(page.locator("#filter-user")).to_have_value("t.nowak")
    expect(page.locator("#logins-grid [row-index='0'] [col-id=user]")).to_have_text("t.nowak")
    expect(page.locator("[data-panel=failed-logins] .panel-words")).to_contain_text("users")


def test_an_impossible_address_is_answered_with_a_line_and_the_default(page: Page, address: str) -> None:
    opened(page, f"{address}/?from=2026-01-02T00:00:00Z&to=1999-01-01T00:00:00Z&outcome=x")
    expect(page.locator("#banner-notice")).to_contain_text(
        "Not understood in this link: the window and the outcome “x”."
    )
    expect(page.locator("#banner-notice")).to_contain_text("You see the last 24 h and all outcomes instead.")
    expect(page.locator("#range-words")).to_have_text("Last 24 h")


def test_a_window_of_the_past_is_called_by_its_dates_and_not_live(page: Page, address: str) -> None:
    opened(page, f"{address}/activity?from=2025-11-19T06:00:00Z&to=2025-11-20T06:00:00Z")
    expect(page.locator("#range-words")).to_have_text("19 Nov 2025 07:00 – 20 Nov 2025 07:00")
    expect(page.locator("#live-word")).to_have_text("Fixed window")
    page.click("#live")
    expect(page.locator("#live-word")).to_have_text("Live")
    expect(page.locator("#range-words")).to_have_text("Last 24 h")


def test_a_paused_screen_asks_nothing_and_catches_up(page: Page, address: str, night: FakeQuestions) -> None:
    opened(page, address)
    page.click("#live")
    expect(page.locator("#live-word")).to_have_text("Paused")
    night.mark = "2"
    with page.expect_request("**/_dash-update-component*"):
        page.click("#live")


LONG_NAME, LONG_ADDRESS = "camille.lindgren@demo.example", "2001:db8:d9d9:501f::1f4a"
CUT = """[...document.querySelectorAll('#logins-grid .ag-row a')].filter((link) => {
  const cell = link.closest('.ag-cell');
  return link.getBoundingClientRect().right > cell.getBoundingClientRect().right || cell.scrollWidth > cell.clientWidth
    || cell.scrollHeight > cell.clientHeight;
}).length"""


@pytest.mark.parametrize("width", [390, 1440])
def test_users_and_addresses_are_not_cut_in_the_grid(
    page: Page, address: str, night: FakeQuestions, width: int
) -> None:
    night.logins = [replace(each, user_name=LONG_NAME, source_ip=LONG_ADDRESS) for each in night.logins]
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, f"{address}/activity")
    expect(page.locator("#logins-grid [row-index='0'] a")).to_have_text([LONG_NAME, LONG_ADDRESS])
    page.locator("[data-panel=newest-logins]").scroll_into_view_if_needed()  # the grid takes its width once it is seen
    page.wait_for_function(f"{CUT} === 0")


def test_a_pressed_name_brings_its_logins_into_view(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 700})
    opened(page, f"{address}/activity").click("[data-panel=success-after-failures] a.chip")
    expect(page.locator("[data-panel=newest-logins] .panel-words")).to_contain_text("The other panels show everyone.")
    expect(page.locator("[data-panel=newest-logins] .panel-foot")).to_be_in_viewport()


def test_a_filter_that_finds_nothing_is_cleared_by_one_press(page: Page, address: str) -> None:
    opened(page, f"{address}/activity?user=haas&ip=192.0.2.")
    page.get_by_role("button", name="Clear the filter").click()
    expect(page.locator("[data-panel=newest-logins]")).to_have_attribute("data-state", "ok")
    expect(page.locator("#filter-user")).to_have_value("")


@pytest.mark.parametrize("path", ["/", "/activity"])
def test_a_phone_does_not_scroll_sideways(page: Page, address: str, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, address + path)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
