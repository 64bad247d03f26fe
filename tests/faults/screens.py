"""What the panels of a page in a real browser say, and waiting for it."""

from collections.abc import Collection, Iterable

from playwright.sync_api import Page

FAILED = ("stale", "error")
SEEN = ("ok", "empty", "unknown")
WAIT_MS = 60_000.0
_ALL_SAY = """([panels, states]) => panels.every((name) => {
  const panel = document.querySelector(`[data-panel="${name}"]`);
  return panel && states.includes(panel.dataset.state);
})"""


def wait_for(page: Page, panels: Iterable[str], states: Collection[str], within_ms: float = WAIT_MS) -> None:
    """Until each of these panels has one of these states. Raises Playwright's TimeoutError."""
    page.wait_for_function(_ALL_SAY, arg=[sorted(panels), list(states)], timeout=within_ms, polling=50)


def state_of(page: Page, panel: str) -> str:
    return page.locator(f'[data-panel="{panel}"]').get_attribute("data-state") or ""
