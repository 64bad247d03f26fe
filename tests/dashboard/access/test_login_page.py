"""The sign-in pages in a real Chromium: both themes, desk and phone, with and without scripts."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from dashboard.ui.palette import TOKENS
from tests.dashboard.conftest import ALICE, PASSWORD


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")]


def fill(page: Page, password: str) -> None:
    page.fill("#email", ALICE)
    page.fill("#password", password)
    page.click("button.primary")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_can_be_read_and_used_by_everyone(chromium: Browser, console_url: str, width: int, scheme: str) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    page.goto(f"{console_url}/login")
    assert serious(page) == []
    fill(page, "wrong")
    assert page.get_by_role("alert").inner_text().startswith("E-mail or password is not right.")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()


@pytest.mark.browser
def test_it_works_without_a_script_and_without_a_refusal_of_the_policy(chromium: Browser, console_url: str) -> None:
    page = chromium.new_context(java_script_enabled=False).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{console_url}/password")
    assert page.get_by_role("button", name="Show").count() == 0
    fill(page, PASSWORD)
    page.wait_for_url(f"{console_url}/")
    page.goto(f"{console_url}/password")
    page.click("text=Sign out")
    page.wait_for_url(f"{console_url}/login")
    assert [text for text in said if "Content Security Policy" in text] == []
    page.context.close()


@pytest.mark.browser
def test_the_password_is_shown_while_asked_for(chromium: Browser, console_url: str) -> None:
    page = chromium.new_page()
    page.goto(f"{console_url}/login")
    page.fill("#password", "seen")
    page.click("button[data-shows]")
    assert page.get_attribute("#password", "type") == "text"
    page.click("button[data-shows]")
    assert page.get_attribute("#password", "type") == "password"
    page.close()


def test_its_colours_are_those_of_the_palette(root: Path) -> None:
    style = (root / "dashboard/access/static/login.css").read_text(encoding="utf-8")
    known = {colour for token in TOKENS for colour in (token.dark, token.light)}
    assert set(re.findall(r"#[0-9A-Fa-f]{6}\b", style)) <= known
