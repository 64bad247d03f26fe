"""Alerts in a real Chromium, by keyboard: what moves, what stays, what two people are told."""

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import text

from tests.conftest import Store
from tests.dashboard.conftest import ALICE, BOB, PASSWORD
from tests.dashboard.sources.conftest import register
from tests.vigie.alerts import put_alert, put_rule
from vigie.severity import Severity
from vigie.store.engine import transaction

pytestmark = pytest.mark.browser

NASTY = "<img src=x onerror=alert(1)><b>x</b>\u202e&amp;" + "long" * 30
SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(chromium: Browser, console_url: str, store: Store) -> Iterator[SignIn]:
    """Opens the page for somebody; a refusal of the policy or an error of the page fails the test."""
    register(store, expected_period_s=3600, grace_s=3600)
    put_rule(store, description="Many failed logins.", falsepositives=["A forgotten password"])
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def new(email: str = ALICE, path: str = "/alerts", width: int = 1440, theme: str = "light") -> Page:
        scheme = "dark" if theme == "dark" else "light"
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, timezone_id="Europe/Paris", locale="en-GB"
        )
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: wrong.append(m.text) if m.type == "error" and "409" not in m.text else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"{console_url}{path}")
        page.fill("#email", email)
        page.fill("#password", PASSWORD)
        page.click("button.primary")
        expect(page.locator("[data-panel=alerts]")).not_to_have_attribute("data-state", "loading")
        return page

    yield new
    for context in contexts:
        context.close()
    assert wrong == []


def row(page: Page, number: int) -> str:
    return f"#alerts-list tr[data-alert='{number}']"


def stands(store: Store, number: int) -> tuple[object, ...]:
    with transaction(store.owner) as connection:
        found = connection.execute(text("SELECT status, verdict FROM alerts WHERE id = :id"), {"id": number})
        return tuple(found.one())


def test_from_open_to_closed_by_keyboard_only(sign_in: SignIn, store: Store) -> None:
    other = put_alert(store, severity=Severity.CRITICAL, title="Worse")
    number = put_alert(store, entity={"user_name": "m.keller"})
    page = sign_in()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(row(page, number))).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#alert-title")).to_have_text("Password guessing")
    page.keyboard.press("m")
    expect(page.locator(f"{row(page, number)} .alert-assignee")).to_contain_text("Alice")
    page.keyboard.press("c")
    expect(page.locator("#alerts-form-earlier")).to_contain_text("never closed before")
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.locator(row(page, number))).to_have_count(0)
    expect(page.locator("#alert-badge")).to_contain_text("Closed as false positive")
    assert stands(store, number) == ("closed", "false positive")
    assert stands(store, other) == ("open", None)
    page.keyboard.press("Escape")
    expect(page.locator("#alert-drawer")).to_be_hidden()


def test_a_link_opens_the_alert_and_the_way_back_closes_it(sign_in: SignIn, store: Store) -> None:
    number = put_alert(store)
    page = sign_in(path=f"/alerts?alert={number}&status=closed")
    expect(page.locator("#alert-title")).to_have_text("Password guessing")
    expect(page.locator("#alert-place")).to_have_text("Not in the list")
    page.click("#alert-close")
    expect(page.locator("#alert-drawer")).to_be_hidden()
    assert "alert=" not in page.url


def test_a_new_alert_waits_behind_a_button_for_a_reader(sign_in: SignIn, store: Store) -> None:
    first = put_alert(store)
    page = sign_in()
    page.keyboard.press("j")
    worse = put_alert(store, "other", "Worse", severity=Severity.CRITICAL)
    expect(page.locator("#new-alerts")).to_have_text("1 new")
    expect(page.locator(row(page, worse))).to_have_count(0)
    page.click("#new-alerts")
    expect(page.locator("#alerts-list tbody tr").first).to_have_attribute("data-alert", str(worse))
    expect(page.locator(row(page, first))).to_be_visible()


def test_hits_on_a_shown_alert_are_counted_where_it_stands(sign_in: SignIn, store: Store) -> None:
    number = put_alert(store)
    page = sign_in()
    page.keyboard.press("j")
    with transaction(store.worker) as connection:
        connection.execute(text("UPDATE alerts SET count = 1234, last_seen = last_seen + interval '1 s'"))
    expect(page.locator(f"{row(page, number)} .alert-count")).to_have_text("1,234")
    expect(page.locator(row(page, number))).to_be_focused()


def test_who_comes_second_reads_who_was_first_and_decides_again(sign_in: SignIn, store: Store) -> None:
    number = put_alert(store)
    alice, bob = sign_in(), sign_in(BOB)
    for page in (alice, bob):
        page.keyboard.press("l")  # paused, so that neither is told before
        page.click(row(page, number))
        page.keyboard.press("c")
        expect(page.locator("#alerts-form-send")).to_be_enabled()
    bob.keyboard.press("2")
    bob.click("#alerts-form-send")
    expect(bob.locator("#alerts-notice")).to_contain_text("The alert is closed.")
    alice.keyboard.press("1")
    alice.fill("#alerts-note", "I saw it myself")
    alice.click("#alerts-form-send")
    expect(alice.locator("#alerts-form-error")).to_contain_text(re.compile("Bob closed it as benign at .* ago."))
    expect(alice.locator("#alerts-form-earlier")).to_contain_text("Benign")
    assert alice.input_value("#alerts-note") == "I saw it myself"
    alice.click("#alerts-form-send")
    expect(alice.locator("#alerts-form")).to_be_hidden()
    assert stands(store, number) == ("closed", "true positive")


def test_many_are_closed_at_once_and_the_verdicts_of_before_are_said(sign_in: SignIn, store: Store) -> None:
    numbers = [put_alert(store, entity={"user_name": name}) for name in ("a", "b", "c")]
    page = sign_in()
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.locator("#alerts-bulk")).to_contain_text("2 selected")
    page.keyboard.press("c")
    expect(page.locator("#alerts-form-earlier")).to_contain_text("None of them was closed before.")
    page.keyboard.press("5")
    page.click("#alerts-form-send")
    expect(page.locator("#alerts-notice")).to_contain_text("2 alerts are closed.")
    expect(page.locator("#alerts-list tr[data-alert]")).to_have_count(1)
    assert sorted(stands(store, number)[0] for number in numbers) == ["closed", "closed", "open"]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#alerts-notice")).to_contain_text("2 alerts are open again.")


def test_groups_fold_and_the_address_keeps_the_whole_view(sign_in: SignIn, store: Store) -> None:
    put_alert(store)
    number = put_alert(store, "shell", "Shell in container", {"container_name": "vigie-api"})
    page = sign_in(path="/alerts?group=entity&find=vigie")
    expect(page.locator("#alerts-list tr[data-alert]")).to_have_count(1)
    page.click(".alert-fold")
    expect(page.locator(row(page, number))).to_have_count(0)
    assert page.input_value("#alerts-find") == "vigie"
    page.fill("#alerts-find", "nothing like it")
    expect(page.locator("[data-panel=alerts]")).to_have_attribute("data-state", "unmatched")


def test_a_viewer_sees_no_button_and_no_key_acts(sign_in: SignIn, store: Store) -> None:
    number = put_alert(store)
    with transaction(store.owner) as connection:
        connection.execute(text("UPDATE people SET role = 'viewer' WHERE email = :email"), {"email": ALICE})
    page = sign_in(path=f"/alerts?alert={number}")
    expect(page.locator("#alert-title")).to_have_text("Password guessing")
    for key in "axcmnrs":
        page.keyboard.press(key)
    expect(page.locator("#alert-acts")).to_be_hidden()
    expect(page.locator("#alerts-form")).to_be_hidden()
    assert stands(store, number) == ("open", None)


def test_the_header_counts_on_every_page(sign_in: SignIn, store: Store) -> None:
    put_alert(store, severity=Severity.CRITICAL)
    page = sign_in()
    expect(page.locator("#open-alerts")).to_have_attribute("title", "1 open alert, 1 critical")
    page.click("#rail a[href='/sources']")
    put_alert(store, "other")
    expect(page.locator("#open-alerts-count")).to_have_text("2")
    page.keyboard.press("g")
    page.keyboard.press("q")
    expect(page.locator("#page-title")).to_have_text("Alerts")


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_hostile_text_stays_text_and_everybody_can_read_it(
    sign_in: SignIn, store: Store, width: int, theme: str
) -> None:
    put_rule(
        store, "nasty", description=NASTY, falsepositives=[NASTY], tags=[NASTY], runbook_text=f"# {NASTY}\n\n{NASTY}"
    )
    number = put_alert(store, "nasty", NASTY, {"user_name": NASTY, "evil<b>": NASTY}, count=10**9)
    page = sign_in(path=f"/alerts?group=entity&alert={number}", width=width, theme=theme)
    expect(page.locator("#alert-title")).to_contain_text("<img src=x")
    assert page.locator("#page img, #alerts-page b").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in ("serious", "critical")] == []
    page.keyboard.press("c")
    expect(page.locator("#alerts-form-send")).to_be_enabled()
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in ("serious", "critical")] == []
