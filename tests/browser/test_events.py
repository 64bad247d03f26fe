"""Security events on the whole stack: import a file, search, brush, open, pivot, share, save, export."""

import os
import re
import secrets
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewScreen, Screen, spoken
from tests.browser.test_first_light import LOOKS, log_in, register
from tests.browser.weight import weigh
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

PROBES = ("/.env", "/.git/config", "/wp-login.php", "/../../etc/passwd", "/phpmyadmin/")
HOSTILE = "<img/src=x/onerror=alert(1)>"
EVENTS = 120


@pytest.fixture(scope="module")
def imported(vigie: Stack, tmp_path_factory: pytest.TempPathFactory) -> datetime:
    """An access log of two hours with 120 probes from a network of its own, imported; when it ends."""
    end = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    lines = [
        f'203.0.113.{n % 7} - - [{end - timedelta(minutes=EVENTS - n):%d/%b/%Y:%H:%M:%S +0000}] '
        f'"GET {PROBES[n % 5]}?n={n} HTTP/1.1" 404 153 "-" "{HOSTILE}"'
        for n in range(1, EVENTS + 1)
    ]  # fmt: skip
    log = tmp_path_factory.mktemp("logs") / "access.log"
    log.write_text("\n".join(lines) + "\n", encoding="utf-8")
    given = os.environ | vigie.settings
    words = [vigie.checkout / "scripts/vigie", "import", "nginx", "-", "--source", "edge"]
    subprocess.run(words, env=given, input=log.read_bytes(), capture_output=True, check=True)
    return end


def opened(vigie: Stack, screen: NewScreen, query: str = "range=24h&q=source:edge", width: int = 1440) -> Page:
    page = screen(width).sign_in(vigie.url, path=f"/events?{query}").page
    expect(page.locator("#events-grid [row-index='0'] [col-id=what]")).to_contain_text("Probing request")
    return page


def matching(page: Page, number: int) -> None:
    expect(page.locator("[data-panel=events-histogram] .panel-words")).to_contain_text(f"{number} event")


def test_an_imported_file_is_found_and_narrowed(vigie: Stack, imported: datetime, screen: NewScreen) -> None:
    page = opened(vigie, screen)
    matching(page, EVENTS)
    page.fill("#query", "source:edge source_ip:203.0.113.3 http_route:/.env")
    page.keyboard.press("Enter")
    page.wait_for_url("**203.0.113.3*")
    matching(page, sum(n % 7 == 3 and n % 5 == 0 for n in range(1, EVENTS + 1)))


def test_an_error_stands_under_its_word(vigie: Stack, imported: datetime, screen: NewScreen) -> None:
    page = opened(vigie, screen)
    page.fill("#query", "source:edge sorce_ip:1.2.3.4")
    page.click("text=Run")
    expect(page.locator("#query-wrong")).to_contain_text("There is no field sorce_ip. Did you mean source_ip?")
    assert page.inner_text(".query-mirror .is-wrong") == "sorce_ip"


def test_values_are_completed_from_the_store(vigie: Stack, imported: datetime, screen: NewScreen) -> None:
    page = opened(vigie, screen)
    page.fill("#query", "source:ed")
    expect(page.locator(".query-choice code")).to_have_text(["edge"])


def test_a_facet_narrows_and_is_in_the_address(vigie: Stack, imported: datetime, screen: NewScreen) -> None:
    page = opened(vigie, screen, "range=24h")
    page.check("[data-key='source:edge']")
    page.wait_for_url("**tick=source%3Aedge*")
    matching(page, EVENTS)


def test_what_is_brushed_becomes_the_window(vigie: Stack, imported: datetime, screen: NewScreen) -> None:
    page = opened(vigie, screen)
    box = page.locator("[data-panel=events-histogram] .nsewdrag").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 30, steps=6)
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 30, steps=6)
    page.mouse.up()
    page.wait_for_url("**from=*&to=*q=source*")
    expect(page.locator("#live-word")).to_have_text("Fixed window")


def test_one_event_is_opened_left_and_its_address_leads_on(vigie: Stack, imported: datetime, screen: NewScreen) -> None:
    page = opened(vigie, screen)
    page.click("#events-grid [row-index='0'] [col-id=time]")
    expect(page.locator("#event-place")).to_have_text(f"1 of {EVENTS}")
    expect(page.locator("#event-title")).to_have_text("Probing request")
    chip = page.locator("#event-fields a.chip .value").first
    before = chip.inner_text()
    page.click("#event-next")
    expect(page.locator("#event-place")).to_have_text(f"2 of {EVENTS}")
    expect(chip).not_to_have_text(before)  # the place is known at once, the event is asked for
    address = chip.inner_text()
    page.click("#event-fields a.chip >> nth=0")
    page.wait_for_url(re.compile("q=source_ip"))
    expect(page.locator("#query")).to_have_value(f"source_ip:{address}")


def test_a_value_is_left_out_by_a_press(vigie: Stack, imported: datetime, screen: NewScreen) -> None:
    page = opened(vigie, screen)
    page.click("#events-grid [row-index='0'] [col-id=time]")
    page.click("[aria-label='Without this http_route']")
    expect(page.locator("#query")).to_have_value(re.compile("^source:edge -http_route:"))
    matching(page, EVENTS - EVENTS // 5)


def test_the_link_to_one_event_opens_it_for_somebody_else(vigie: Stack, imported: datetime, screen: NewScreen) -> None:
    page = opened(vigie, screen)
    page.click("#events-grid [row-index='3'] [col-id=time]")
    expect(page.locator("#event-sentence")).to_contain_text("Probing request from")
    said = page.inner_text("#event-sentence")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#event-copy")
    link = page.evaluate("navigator.clipboard.readText()")
    other = screen().sign_in(vigie.url, path=link.removeprefix(vigie.url)).page
    expect(other.locator("#event-sentence")).to_have_text(said)


def test_a_link_to_an_event_that_is_gone_says_so(vigie: Stack, imported: datetime, screen: NewScreen) -> None:
    page = screen().sign_in(vigie.url, path=f"/events?event=2020-01-01T00:00:00.000000Z_{'0' * 64}").page
    expect(page.locator("[data-panel=event]")).to_contain_text("There is no such event")


def test_a_search_is_saved_opened_and_deleted(vigie: Stack, imported: datetime, screen: NewScreen) -> None:
    page, name = opened(vigie, screen), f"Edge probes {secrets.token_hex(3)}"
    page.click("[data-act=saved-open]")
    page.fill("[aria-label='Name for this search']", name)
    page.check("#saved-shared")
    page.click("#saved-sheet button[type=submit]")
    expect(page.locator("#saved-sheet")).to_contain_text("The search is saved.")
    page.goto(f"{vigie.url}/events?range=24h")
    page.click("[data-act=saved-open]")
    page.click(f".saved-open >> text={name}")
    matching(page, EVENTS)
    page.click("[data-act=saved-open]")
    page.click(f"[aria-label='Delete {name}']")
    page.click(f"[aria-label='Delete {name} for good']")
    expect(page.locator("#saved-sheet")).not_to_contain_text(name)


def test_what_is_being_written_stays_when_the_list_of_searches_comes(vigie: Stack, screen: NewScreen) -> None:
    page = screen().sign_in(vigie.url, path="/events?range=24h").page
    page.evaluate("""() => {
        const plain = window.fetch;
        window.fetch = async (...given) => {
            const answer = await plain(...given);
            const isList = String(given[1] && given[1].body).includes("saved-asked");
            if (isList) await new Promise((go) => { window.go = go; });
            return answer;
        };
    }""")
    page.click("[data-act=saved-open]")
    page.fill("[aria-label='Name for this search']", "Half a na")
    page.check("#saved-range")
    page.wait_for_function("() => window.go")
    page.evaluate("() => window.go()")
    expect(page.locator("#saved-sheet")).not_to_contain_text("Reading…")
    expect(page.locator("[aria-label='Name for this search']")).to_have_value("Half a na")
    expect(page.locator("#saved-range")).to_be_checked()


def test_a_login_to_the_service_appears_by_itself(vigie: Stack, screen: NewScreen) -> None:
    page = screen().sign_in(vigie.url, path="/events?range=24h").page
    email, _ = register(vigie)
    assert log_in(vigie, email, "not the password") == 401
    expect(page.locator("#events-grid").get_by_text(email).first).to_be_visible()


def serious(shown: Screen) -> list[object]:
    found = Axe().run(shown.page).response["violations"]
    worst = [each for each in found if each["impact"] in ("serious", "critical")]
    return [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in worst]


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_no_refusal_of_the_policy_and_no_serious_finding(
    vigie: Stack, imported: datetime, screen: NewScreen, width: int, theme: str
) -> None:
    shown = screen(width, theme).sign_in(vigie.url, path="/events?range=24h&q=source:edge&tick=source:edge")
    page = shown.page
    assert serious(shown) == []
    page.click("[data-act=saved-open]")
    expect(page.locator(".saved-form")).to_be_visible()
    assert serious(shown) == []
    page.keyboard.press("Escape")
    page.click("#events-grid [row-index='1']")
    expect(page.locator("#event-title")).to_have_text("Probing request")
    page.click("text=Raw JSON")
    expect(page.locator("#event-raw")).to_contain_text(HOSTILE)
    assert (serious(shown), shown.refusals, shown.errors) == ([], [], [])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"


def test_the_page_is_light(vigie: Stack, imported: datetime, screen: NewScreen) -> None:
    cookies = screen().sign_in(vigie.url).page.context.cookies()
    shown = screen()
    shown.page.context.add_cookies(cookies)  # type: ignore[arg-type]
    cold, warm = (weigh(shown.page, f"{vigie.url}/events?range=24h") for _ in range(2))
    said = spoken({"cold": (cold.bytes, cold.requests), "warm": (warm.bytes, warm.requests)})
    assert cold.bytes <= 1450 * 1024, said
    assert cold.requests <= 36, said
    assert warm.bytes <= 80 * 1024, said
