"""The promise of the first release, in a real browser: sign in, watch a real login arrive, share what you see."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlparse

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import NewScreen, command, spoken
from tests.browser.weight import weigh
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

PAGES = ("/", "/activity")
LOOKS = [(width, theme) for width in (1440, 390) for theme in ("light", "dark")]


def register(stack: Stack, name: str = "Eve") -> tuple[str, str]:
    """A real account of the watched service; the e-mail is new each time."""
    email, password = f"eve-{secrets.token_hex(4)}@example.org", "correct horse battery staple"
    answer = requests.post(
        f"{stack.api}/auth/register", json={"email": email, "password": password, "name": name}, timeout=10
    )
    assert answer.status_code == 201, answer.text
    return email, password


def log_in(
    stack: Stack, email: str, password: str, agent: str = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
) -> int:
    return requests.post(
        f"{stack.api}/auth/login",
        json={"email": email, "password": password},
        headers={"User-Agent": agent},
        timeout=10,
    ).status_code


def test_alice_signs_in_with_her_one_time_password_and_chooses_her_own(vigie: Stack, screen: NewScreen) -> None:
    printed = command(vigie, "users", "add", "alice@example.org", "--role", "analyst", "--name", "Alice")
    once = printed.split("Password")[1].split()[0]
    page = screen().page
    page.goto(vigie.url)
    page.fill("#email", "alice@example.org")
    page.fill("#password", once)
    page.click("button.primary")
    page.fill("#old", once)
    page.fill("#new", "she watches over it all")
    page.click("button.primary")
    page.wait_for_selector("[data-panel]")
    assert urlparse(page.url).path == "/"
    assert "Alice" in page.inner_text("header")


def test_charlie_sees_nothing(vigie: Stack, screen: NewScreen) -> None:
    page = screen().page
    for path in PAGES:
        page.goto(f"{vigie.url}{path}")
        assert urlparse(page.url).path == "/login"
        assert page.query_selector("[data-panel]") is None


def test_a_login_to_the_service_appears_without_a_reload(vigie: Stack, screen: NewScreen) -> None:
    shown = screen().sign_in(vigie.url, path="/activity?range=24h")
    email, password = register(vigie)
    shown.page.evaluate("window.notReloaded = true")
    assert log_in(vigie, email, password) == 200
    shown.page.get_by_text(email).first.wait_for()
    assert shown.page.evaluate("window.notReloaded") is True


def test_a_failed_login_appears_with_its_reason(vigie: Stack, screen: NewScreen) -> None:
    email, _ = register(vigie)
    assert log_in(vigie, email, "not the password") == 401
    shown = screen().sign_in(vigie.url, path=f"/activity?range=24h&user={email}")
    shown.page.get_by_text("wrong password", exact=False).first.wait_for()


def test_a_shared_address_opens_the_same_view_for_somebody_else(vigie: Stack, screen: NewScreen) -> None:
    email, password = register(vigie)
    log_in(vigie, email, password)
    path = f"/activity?range=7d&user={email}"
    other = screen().sign_in(vigie.url, path=path)
    query = parse_qs(urlparse(other.page.url).query)
    assert query["range"] == ["7d"]
    assert query["user"] == [email]
    other.page.get_by_text(email).first.wait_for()
    assert "7 d" in other.page.inner_text("header")


def test_choosing_a_time_range_changes_the_address_and_back_returns(vigie: Stack, screen: NewScreen) -> None:
    shown = screen().sign_in(vigie.url, path="/activity?range=24h")
    shown.page.locator("header").get_by_role("button", name=re.compile("Last 24")).click()
    shown.page.get_by_text(re.compile(r"^(Last )?7 d(ays)?$")).first.click()
    shown.page.wait_for_url(re.compile("range=7d"))
    shown.page.go_back()
    shown.page.wait_for_url(re.compile("range=24h"))


@pytest.mark.parametrize(
    "query", ["range=%3Cscript%3E", "from=tomorrow&to=never", "range[]=24h", "range=" + "9" * 500, "user=" + "%00" * 9]
)
def test_a_hostile_address_falls_back_to_a_usable_page(vigie: Stack, screen: NewScreen, query: str) -> None:
    shown = screen().sign_in(vigie.url)
    shown.page.goto(f"{vigie.url}/activity?{query}")
    shown.settled()
    assert "error" not in shown.states().values(), spoken(shown.states())


def test_hostile_text_stays_text(vigie: Stack, screen: NewScreen) -> None:
    hostile = '<img src=x onerror="window.broken=1"><a href="https://evil.example">Session expired</a>'
    email, password = register(vigie, name=hostile)
    log_in(vigie, email, password, agent=hostile + "\u202e"[:0])
    log_in(vigie, f"{hostile[:60]}@example.org", password)
    for path in PAGES:
        shown = screen().sign_in(vigie.url, path=f"{path}?range=1h")
        shown.page.wait_for_timeout(500)
        assert shown.page.evaluate("window.broken") is None
        assert shown.page.query_selector("a[href*='evil.example']") is None
        assert shown.refusals == []


@pytest.mark.parametrize(("width", "theme"), LOOKS)
@pytest.mark.parametrize("path", PAGES)
def test_no_refusal_of_the_policy_and_no_serious_finding(
    vigie: Stack, screen: NewScreen, path: str, width: int, theme: str
) -> None:
    email, password = register(vigie)
    log_in(vigie, email, password)
    shown = screen(width, theme).sign_in(vigie.url, path=f"{path}?range=24h")
    findings = Axe().run(shown.page).response["violations"]
    serious = [
        (f["id"], f["help"], [n["html"][:200] for n in f["nodes"]])
        for f in findings
        if f["impact"] in ("serious", "critical")
    ]
    assert serious == [], spoken(serious)
    assert shown.refusals == []
    assert shown.errors == []
    assert shown.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_the_sign_in_page_has_no_serious_finding(vigie: Stack, screen: NewScreen, width: int, theme: str) -> None:
    shown = screen(width, theme)
    shown.page.goto(vigie.url)
    findings = Axe().run(shown.page).response["violations"]
    assert [f["id"] for f in findings if f["impact"] in ("serious", "critical")] == []
    assert shown.refusals == []


def test_nothing_but_the_poll_is_asked_while_nothing_changes(vigie: Stack, screen: NewScreen) -> None:
    shown = screen().sign_in(vigie.url, path="/activity?range=24h")
    shown.page.wait_for_timeout(4000)  # what the sign-in itself set in motion has ended by now
    shown.requests.clear()
    shown.page.wait_for_timeout(9000)
    polls = [r for r in shown.requests if "/_vigie/seq" in r]
    assert [r for r in shown.requests if r not in polls] == []
    assert len(polls) >= 2


def test_situation_is_light(vigie: Stack, screen: NewScreen) -> None:
    cookies = screen().sign_in(vigie.url).page.context.cookies()
    shown = screen()
    shown.page.context.add_cookies(cookies)  # type: ignore[arg-type]
    cold, warm = weigh(shown.page, vigie.url), weigh(shown.page, vigie.url)
    assert cold.bytes <= 1100 * 1024, f"{cold.bytes / 1024:.0f} KB cold"
    assert cold.requests <= 30
    assert warm.bytes <= 60 * 1024, f"{warm.bytes / 1024:.0f} KB warm"
    assert cold.hosts == (urlparse(vigie.url).netloc,)
    assert not [url for url in cold.urls if re.search("ag_grid.*async|async.*ag.?grid|community", url)]


def test_the_keyboard_changes_the_page_and_lists_its_keys(vigie: Stack, screen: NewScreen) -> None:
    shown = screen().sign_in(vigie.url)
    shown.page.keyboard.press("g")
    shown.page.keyboard.press("a")
    shown.page.wait_for_url(re.compile("/activity"))
    shown.page.keyboard.press("?")
    shown.page.get_by_role("dialog").wait_for()


def test_signing_out_ends_the_session(vigie: Stack, screen: NewScreen) -> None:
    shown = screen().sign_in(vigie.url)
    cookies = shown.page.context.cookies()
    shown.page.get_by_role("button", name=re.compile("Administrator")).click()
    shown.page.get_by_role("menuitem", name="Sign out").or_(
        shown.page.get_by_role("button", name="Sign out")
    ).first.click()
    shown.page.wait_for_url(re.compile("/login"))
    jar = {c["name"]: c["value"] for c in cookies}  # type: ignore[typeddict-item]
    assert requests.get(f"{vigie.url}/_vigie/seq", cookies=jar, timeout=5).status_code == 401


def test_a_window_before_anything_was_collected_is_not_known_and_says_so(vigie: Stack, screen: NewScreen) -> None:
    until = datetime.now(UTC) - timedelta(days=200)
    since = until - timedelta(days=1)
    shown = screen().sign_in(vigie.url, path=f"/activity?from={since:%Y-%m-%dT%H:%M:%SZ}&to={until:%Y-%m-%dT%H:%M:%SZ}")
    assert set(shown.states().values()) == {"unknown"}, spoken(shown.states())
