"""`python -m benchmarks`: starts, rests, is looked at. Prints one table with each figure beside its limit.

Takes about five minutes; needs what scripts/test.sh installs. `--quick` shortens the rest and the number of logins.
"""

import argparse
import secrets
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import requests
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.processes import cpu_seconds, proportional_bytes
from tests.browser.weight import weigh
from tests.conftest import CHROMIUM_FLAGS
from tests.stack import NEW_PASSWORD, Stack, Visitor

# Resolves once the text stands in the page and is painted. A selector that is tried again and again would add up to
# half a second of its own.
PAINTED = """wanted => new Promise((painted) => {
    const look = () => {
        if (!document.body.textContent.includes(wanted)) return;
        watch.disconnect();
        requestAnimationFrame(() => requestAnimationFrame(painted));
    };
    const watch = new MutationObserver(look);
    watch.observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
})"""
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    name: str
    measured: str
    limit: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10 s of rest, 8 logins")
    quick = parser.parse_args().quick
    folder = Path(tempfile.mkdtemp(prefix="vigie-benchmark-"))
    folder.chmod(0o777)
    log = folder / "access.log"
    log.touch()
    sources = folder / "sources.toml"
    given = (ROOT / "config" / "sources.toml").read_text(encoding="utf-8")
    sources.write_text(f'{given}\n[[file]]\nname = "edge"\npath = "{log}"\nformat = "nginx"\n', encoding="utf-8")
    settings = {"API_TRUSTED_PROXIES": "127.0.0.1/32", "VIGIE_SOURCES_FILE": str(sources)}
    stack = Stack(ROOT, folder / "home", folder, **settings)
    try:
        figures = measure(stack, log, rest_s=10 if quick else 60, times=8 if quick else 60)
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        print(f"{figure.name:<{width}}  {figure.measured:<34}  limit {figure.limit}")


def measure(stack: Stack, log: Path, rest_s: float, times: int) -> list[Figure]:
    """Every figure of one installation, which reads `log`."""
    first = seconds(stack.start)
    Visitor(stack.url).sign_in_first(stack)
    stack.stop()
    again = seconds(stack.start)
    figures = [
        Figure("first start, packages cached", f"{first:.1f} s", "45 s"),
        Figure("later start", f"{again:.1f} s", "8 s"),
        *resting(stack, rest_s),
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(CHROMIUM_FLAGS))
        page = signed_in(browser, stack)
        figures += [*weights(browser, page, stack), login_to_screen(page, stack, times)]
        figures.append(line_to_screen(page, stack, log, times))
        browser.close()
    return figures


def seconds(act: Callable[[], object]) -> float:
    started = time.monotonic()
    act()
    return time.monotonic() - started


def resting(stack: Stack, rest_s: float) -> list[Figure]:
    """Memory (proportional set size) and processor of all processes of a stack that nobody looks at."""
    time.sleep(40)  # the start's own work has ended, the compression of the assets too
    pids = stack.pids()
    before = {pid: cpu_seconds([pid]) for pid in pids}
    time.sleep(rest_s)
    each = {pid: (cpu_seconds([pid]) - before[pid]) / rest_s for pid in pids}
    parts = {pid: proportional_bytes(pid) / 2**20 for pid in pids}
    largest = sorted(parts, key=lambda pid: parts[pid], reverse=True)[:4]
    busiest = sorted(each, key=lambda pid: each[pid], reverse=True)[:4]
    return [
        Figure("idle memory, PSS", f"{sum(parts.values()):.0f} MB in {len(pids)} processes", "380 MB"),
        Figure("  the largest", ", ".join(f"{_short(pids[pid])} {parts[pid]:.0f}" for pid in largest), "-"),
        Figure(f"idle processor, {rest_s:.0f} s", f"{sum(each.values()):.2%} of one core", "1 %"),
        Figure("  the busiest", ", ".join(f"{_short(pids[pid])} {each[pid]:.2%}" for pid in busiest), "-"),
    ]


def _short(command: str) -> str:
    """`-m detection` of a long command line, `postgres: checkpointer` as it is."""
    if command.startswith("postgres:"):
        return command[10:34].strip()
    return command.split(" -m ")[-1].split(" -D ")[0].strip().rsplit("/", 1)[-1][:20]


def signed_in(browser: Browser, stack: Stack) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(stack.url)
    page.fill("#email", "admin@localhost")
    page.fill("#password", NEW_PASSWORD)
    page.click("button.primary")
    page.wait_for_selector("[data-panel]")
    return page


def weights(browser: Browser, page: Page, stack: Stack) -> list[Figure]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    fresh = context.new_page()
    cold, warm = weigh(fresh, stack.url), weigh(fresh, stack.url)
    context.close()
    return [
        Figure("Situation, cold", f"{cold.bytes / 1024:.0f} KB, {cold.requests} requests", "1,100 KB, 30"),
        Figure("Situation, warm", f"{warm.bytes / 1024:.0f} KB, {warm.requests} requests", "60 KB"),
        Figure("hosts asked", ", ".join(cold.hosts), "only ours"),
    ]


def login_to_screen(page: Page, stack: Stack, count: int) -> Figure:
    """From the service's answer to the name on the User activity page; logins fall at random into the poll's period."""
    page.goto(f"{stack.url}/activity?range=24h")
    page.wait_for_selector("[data-panel]")
    waits = []
    for number in range(count):
        origin = {"X-Forwarded-For": f"198.51.100.{number % 250 + 1}"}  # the service limits what one address may do
        account = {"email": f"bench-{secrets.token_hex(5)}@example.org", "password": secrets.token_urlsafe(18)}
        requests.post(
            f"{stack.api}/auth/register", json=account | {"name": "Bench"}, headers=origin, timeout=10
        ).raise_for_status()
        time.sleep(secrets.randbelow(2000) / 1000)
        requests.post(f"{stack.api}/auth/login", json=account, headers=origin, timeout=10).raise_for_status()
        started = time.monotonic()
        page.evaluate(PAINTED, account["email"])
        waits.append(time.monotonic() - started)
    return Figure(f"login to screen, n = {count}", _spread(waits), "p95 2.3 s")


def line_to_screen(page: Page, stack: Stack, log: Path, count: int) -> Figure:
    """From a line of an access log to its row on the Security events page, beside a poll of 1.75 s."""
    page.goto(f"{stack.url}/events?range=24h&q=source:edge")
    page.wait_for_selector("[data-panel]")
    waits = []
    for number in range(count):
        user = f"bench-{secrets.token_hex(5)}"
        time.sleep(secrets.randbelow(2000) / 1000)
        at = f"{datetime.now(UTC):%d/%b/%Y:%H:%M:%S} +0000"
        with log.open("a", encoding="utf-8") as lines:
            lines.write(f'203.0.113.{number % 250} - {user} [{at}] "GET /.env HTTP/1.1" 404 0 "-" "curl/8"\n')
        started = time.monotonic()
        page.evaluate(PAINTED, user)
        waits.append(time.monotonic() - started)
    return Figure(f"line to screen, n = {count}", _spread(waits), "p95 2.01 s, 1.15 polls")


def _spread(waits: list[float]) -> str:
    ordered = sorted(waits)
    p95 = ordered[max(0, round(0.95 * len(ordered)) - 1)]
    return f"p50 {statistics.median(waits):.2f} s, p95 {p95:.2f} s, max {max(waits):.2f} s"


if __name__ == "__main__":
    main()
