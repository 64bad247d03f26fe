"""A real Chromium before the whole stack: one installation for all browser tests of this process."""

import json
import os
import subprocess
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as BrowserError

from tests.conftest import reachable
from tests.stack import NEW_PASSWORD, Stack, Visitor

ADMIN = "admin@localhost"


@pytest.fixture(scope="session")
def vigie(root: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The running installation; its first administrator has chosen a password."""
    folder = reachable(tmp_path_factory.mktemp("vigie"))
    folder.chmod(0o777)
    stack = Stack(root, home, folder).start()
    Visitor(stack.url).sign_in_first(stack)
    yield stack
    stack.stop()


@dataclass
class Screen:
    """A page and what a person would not see: refusals of the policy, errors, every request."""

    page: Page
    refusals: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def watch(self) -> "Screen":
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.errors.append(str(e)))
        self.page.on("request", lambda r: self.requests.append(f"{r.method} {r.url}"))
        self.page.expose_function("vigieRefused", lambda words: self.refusals.append(words))
        self.page.add_init_script(
            "addEventListener('securitypolicyviolation',"
            " e => vigieRefused(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`))"
        )
        return self

    def sign_in(self, url: str, email: str = ADMIN, password: str = NEW_PASSWORD, path: str = "/") -> "Screen":
        self.page.goto(f"{url}{path}")
        self.page.fill("#email", email)
        self.page.fill("#password", password)
        self.page.click("button.primary")
        self.settled()
        return self

    def settled(self) -> None:
        """Every panel that stands on the screen has left `loading`; a closed drawer has not asked anything yet."""
        self.page.wait_for_selector("[data-panel]", state="attached")
        self.page.wait_for_function(
            "() => [...document.querySelectorAll('[data-panel]')]"
            ".every(p => p.dataset.state !== 'loading' || !p.checkVisibility())"
        )

    def told(self) -> str:
        """Where it is and what stands on it, for a test that failed."""
        told: dict[str, object] = {"at": self.page.url, "errors": self.errors, "last asked": self.requests[-25:]}
        try:
            told |= {"states": self.states(), "words": self.page.inner_text("body", timeout=5000)[:1500]}
        except BrowserError as error:
            told["no words"] = str(error)
        return spoken(told)

    def states(self) -> dict[str, str]:
        found: dict[str, str] = self.page.evaluate(
            "Object.fromEntries([...document.querySelectorAll('[data-panel]')]"
            ".map(p => [p.dataset.panel, p.dataset.state]))"
        )
        return found


NewScreen = Callable[..., Screen]
_SCREENS = pytest.StashKey[list[Screen]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Puts what stood on the screens, and the end of the log, into the report of a test that failed."""
    report = yield
    if report.when == "call" and report.failed and isinstance(item, pytest.Function):
        for made in item.funcargs.values():
            if isinstance(made, Stack):
                report.sections.append(("The end of Vigie's log", made.output[-3000:]))
        for number, each in enumerate(item.stash.get(_SCREENS, [])):
            report.sections.append((f"Screen {number}", each.told()))
    return report


@pytest.fixture
def screen(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[NewScreen]:
    """Makes screens: `screen(width=390, theme="dark")`, each with cookies of its own."""
    contexts: list[BrowserContext] = []
    screens = request.node.stash.setdefault(_SCREENS, [])

    def new(width: int = 1440, theme: str = "light", zone: str = "Europe/Paris") -> Screen:
        context = chromium.new_context(
            viewport={"width": width, "height": 900 if width > 600 else 844},
            color_scheme="dark" if theme == "dark" else "light",
            timezone_id=zone, locale="en-GB", reduced_motion="reduce",
        )  # fmt: skip
        context.set_default_timeout(30_000)
        contexts.append(context)
        screens.append(Screen(context.new_page()).watch())
        return screens[-1]

    yield new
    for context in contexts:
        context.close()


def command(stack: Stack, *words: str) -> str:
    """`scripts/vigie …` beside the running installation."""
    done = subprocess.run(
        [stack.checkout / "scripts/vigie", *words], env=os.environ | stack.settings,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def spoken(value: object) -> str:
    """For failure messages."""
    return json.dumps(value, indent=1, default=str)
