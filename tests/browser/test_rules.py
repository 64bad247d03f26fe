"""Rules in a real browser, on a real store: read, ordered, found, switched off and on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewScreen, spoken
from tests.browser.hostile import texts
from tests.browser.test_first_light import LOOKS
from tests.browser.test_health import console
from tests.conftest import Store
from tests.dashboard.conftest import ALICE, PASSWORD, add_people
from tests.dashboard.rules.fakes import RUNBOOK, SQL, YAML
from tests.dashboard.sources.rule_night import MINUTE, add_alert, add_rule

pytestmark = pytest.mark.browser
OPEN = "/rules?range=24h&rule=password_guessing"
TEXTS = '[data-panel="rule-texts"]'
_MADE = """
() => ({
  broken: window.broken ?? null,
  made: [...document.querySelectorAll('main :is(img, iframe, script, form, object, embed)')].map(e => e.outerHTML),
  links: [...document.querySelectorAll('main a[href]')].map(e => e.href)
    .filter(to => !to.startsWith(location.origin + '/')),
  wide: document.documentElement.scrollWidth > innerWidth,
})
"""


@pytest.fixture
def night(store: Store) -> Store:
    """A rule with everything, one that did not load, and one that never fired."""
    add_people(store)
    details = {
        "description": "Many failures of one account.", "tags": ["attack.t1110.001"], "falsepositives": ["A script."],
        "runbook": "password_guessing", "runbook_text": RUNBOOK, "text": YAML, "sql": SQL,
        "fires": [{"format": "sshd", "line": "Failed password"}], "stays_silent": [],
    }  # fmt: skip
    add_rule(store, "password_guessing", details=details)
    add_rule(store, "bad", error="bad.yml: the field Wibble is not known.", advice="Use a column.", is_loaded=False)
    add_rule(store, "scanning")
    now = datetime.now(UTC)
    add_alert(store, "password_guessing", now - timedelta(hours=2), {0: 9, 4: 30})
    closed = add_alert(store, "password_guessing", now - timedelta(hours=5), status="closed", verdict="benign")
    closed.act("acknowledged", 3 * MINUTE).act("closed", 9 * MINUTE, "benign")
    return store


@pytest.fixture
def url(night: Store, root: Path) -> Iterator[str]:
    with console(night, root) as address:
        yield address


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_it_is_accessible_and_keeps_the_policy(url: str, screen: NewScreen, theme: str, width: int) -> None:
    seen = screen(width, theme).sign_in(url, ALICE, PASSWORD, path=OPEN)
    expect(seen.page.locator(TEXTS)).to_contain_text("First five minutes")
    seen.page.get_by_text("Source (Sigma)").click()
    findings = Axe().run(seen.page).response["violations"]
    serious = [each for each in findings if each["impact"] in ("serious", "critical")]
    assert serious == [], spoken(serious)
    assert (seen.refusals, seen.errors) == ([], [])
    assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"


def states(page: Page) -> list[str]:
    return [text.split("\n")[0] for text in page.locator(".board-row .rules-state").all_inner_texts()]


def test_the_board_is_found_ordered_and_opened_with_keys(url: str, screen: NewScreen) -> None:
    page = screen().sign_in(url, ALICE, PASSWORD, path="/rules?range=24h").page
    rows = page.locator(".board-row")
    expect(rows).to_have_count(3)
    assert states(page)[0] == "Not loaded"
    page.get_by_role("button", name="Events").click()
    expect(rows.first).to_contain_text("Password guessing")
    assert "rules_sort=events" in page.url
    page.keyboard.press("/")
    page.keyboard.type("scanning")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    page.locator("body").click(position={"x": 700, "y": 700})
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator('[data-panel="rule-detail"] h3')).to_have_text("Scanning")
    assert "rule=scanning" in page.url


def test_alice_switches_a_rule_off_and_on(url: str, screen: NewScreen) -> None:
    page = screen().sign_in(url, ALICE, PASSWORD, path=OPEN).page
    page.fill("#rule-reason", "A load test of our own")
    page.fill("#rule-until", (datetime.now(UTC) + timedelta(days=5)).date().isoformat())
    page.click("#rule-off")
    expect(page.locator("#rule-said")).to_contain_text("Off until")
    row = page.locator('.board-row[data-source="password_guessing"]')
    expect(row).to_contain_text("alice@example.org: A load test of our own")
    page.click("#rule-on")
    expect(page.locator("#rule-said")).to_contain_text("It is on again")
    expect(row.locator(".rules-state")).to_contain_text("On")
    expect(page.locator('[data-panel="rule-detail"]')).to_contain_text("switched on by alice@example.org")


def test_what_is_unfolded_stays_when_the_page_is_read_again(url: str, screen: NewScreen) -> None:
    page = screen().sign_in(url, ALICE, PASSWORD, path=OPEN).page
    page.get_by_text("Source (Sigma)").click()
    source = page.get_by_role("region", name="Source of the rule")
    expect(source).to_be_visible()
    with page.expect_response(lambda response: "_dash-update-component" in response.url):
        page.evaluate("window.vigieView.retry()")
    expect(page.locator('[data-panel="rule-texts"]')).to_have_attribute("data-state", "ok")
    expect(source).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_hostile_rules_are_text(night: Store, url: str, screen: NewScreen, width: int) -> None:
    nasty = [each.replace("\x00", "") for each in texts(12)]
    for number, each in enumerate(nasty):
        details = {
            "description": each,
            "tags": [each],
            "runbook_text": f"# {each}\n```search\n{each}\n```",
            "text": each,
        }
        add_rule(
            night, f"{each[:60]}{number}", title=each[:300] or "x", details=details, error=each if number % 2 else None
        )
    seen = screen(width).sign_in(url, ALICE, PASSWORD, path="/rules?range=24h")
    for row in (0, 3, 7):
        seen.page.locator(".board-row a.pivot").nth(row).click()
        expect(seen.page.locator('[data-panel="rule-detail"] h3')).to_be_visible()
        assert seen.page.evaluate(_MADE) == {"broken": None, "made": [], "links": [], "wide": False}
    assert (seen.refusals, seen.errors) == ([], [])
