"""How soon a page that is open says that its source is lost, and is right again once it is back, for every fault.

    python -m benchmarks.faults                         # every fault of Prometheus, Loki and PostgreSQL: 15 minutes
    python -m benchmarks.faults --source loki --fault drip --fault 503

A real Chromium that nobody touches, the real console, a fault proxy before each source. Time runs from the turn of the
proxy to the first moment at which every panel that rests on the source says so, and to the first at which all are well.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from cli.embedded.server import Account, Server
from tests.conftest import CHROMIUM_FLAGS, new_store
from tests.dashboard.conftest import ALICE, PASSWORD
from tests.faults.http_proxy import HttpProxy
from tests.faults.modes import FAULTS, Mode
from tests.faults.scene import HEALTH, Scene, console_behind_proxies
from tests.faults.screens import FAILED, SEEN, wait_for
from tests.faults.tcp_proxy import NETWORK_FAULTS, TcpProxy

SAID_S, WELL_S = 3.0, 10.0
_REST_S = 11.0  # a source that was back for less than ten seconds is given a second chance to answer
_OURS = frozenset({"health-origins", "health-database"})


@dataclass(frozen=True, slots=True)
class Watched:
    """A source, the page that is open, the panels that rest on it, and those that must go on."""

    path: str
    panels: frozenset[str]
    others: frozenset[str]
    faults: Sequence[Mode]
    proxy: Callable[[Scene], HttpProxy | TcpProxy]


_HEALTH = HEALTH - {"health-verdict"}  # it speaks in words in every state
WATCHED = {
    "prometheus": Watched("/health?range=1h", _HEALTH, _OURS, FAULTS, lambda scene: scene.prometheus),
    "loki": Watched(
        "/logs?range=1h", frozenset({"log-lines", "log-volume"}), frozenset(), FAULTS, lambda scene: scene.loki
    ),
    "postgresql": Watched("/health?range=1h", _OURS, _HEALTH, NETWORK_FAULTS, lambda scene: scene.postgres),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", choices=WATCHED, action="append", help="instead of all three; may be repeated")
    parser.add_argument("--fault", choices=[mode.value for mode in FAULTS], action="append", help="instead of all")
    given = parser.parse_args()
    with scene() as running, browser() as new_page:
        for name in given.source or WATCHED:
            watched = WATCHED[name]
            page = signed_in(new_page(), running, watched)
            for mode in watched.faults:
                if given.fault is None or mode.value in given.fault:
                    print(f"{name:<12}{mode.value:<22}{cell(page, running, watched, mode)}", flush=True)
            page.context.close()
    print(f"limits: said within {SAID_S:g} s, well within {WELL_S:g} s; load of the machine {os.getloadavg()[0]:.1f}")


@contextmanager
def scene() -> Iterator[Scene]:
    folder = Path(tempfile.mkdtemp(prefix="vigie-benchmark-"))
    folder.chmod(0o711)
    server = Server(folder / "pg", account=Account.named("nobody") if os.geteuid() == 0 else None)
    server.start()
    try:
        with new_store(server) as store, console_behind_proxies(store, folder) as running:
            yield running
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def browser() -> Iterator[Callable[[], Page]]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(CHROMIUM_FLAGS))
        yield lambda: chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
        chromium.close()


def signed_in(page: Page, running: Scene, watched: Watched) -> Page:
    page.goto(f"{running.url}{watched.path}")
    page.fill("#email", ALICE)
    page.fill("#password", PASSWORD)
    page.click("button.primary")
    wait_for(page, watched.panels, SEEN)
    return page


def cell(page: Page, running: Scene, watched: Watched, mode: Mode) -> str:
    """One fault, from well to well."""
    proxy = watched.proxy(running)
    wait_for(page, [*watched.panels, *watched.others], SEEN)
    time.sleep(_REST_S)
    some = sorted(watched.panels)[:1] if mode is Mode.FLAPPING else watched.panels
    said = _seconds(proxy, mode, page, some, FAILED)
    others = "others go on" if _is_well(page, watched.others) else "OTHERS FAIL TOO"
    well = _seconds(proxy, Mode.WELL, page, watched.panels, SEEN)
    verdict = "" if said <= SAID_S and well <= WELL_S else "  OVER"
    return f"said {said:5.2f} s   well {well:5.2f} s   {others}{verdict}"


def _seconds(
    proxy: HttpProxy | TcpProxy, mode: Mode, page: Page, panels: Sequence[str] | frozenset[str], states: Sequence[str]
) -> float:
    started = time.monotonic()
    proxy.mode = mode
    wait_for(page, panels, states)
    return time.monotonic() - started


def _is_well(page: Page, panels: frozenset[str]) -> bool:
    return all(page.locator(f'[data-panel="{name}"]').get_attribute("data-state") in SEEN for name in panels)


if __name__ == "__main__":
    main()
