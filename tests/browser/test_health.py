"""The page API in a real browser, on a real store, and with a Prometheus that comes and goes."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from werkzeug.serving import make_server

from dashboard.app import make_parts, warm_up
from tests.browser.conftest import NewScreen, spoken
from tests.browser.test_first_light import LOOKS
from tests.conftest import Store
from tests.dashboard.conftest import ALICE, PASSWORD, add_people, console_settings
from tests.dashboard.sources.health_contract import TRAFFIC
from tests.vigie.clients.faults import Fault, answer, faulty, hang
from vigie.clock import utc_now
from vigie.store.engine import transaction
from vigie.store.http_minutes import Request, store_requests

pytestmark = pytest.mark.browser
OURS = ("health-origins", "health-database")
THEIRS = ("health-requests", "health-traffic", "health-percentiles", "health-routes", "health-services")


@contextmanager
def console(store: Store, root: Path) -> Iterator[str]:
    """A console over real HTTP, with Alice."""
    parts = make_parts(console_settings(store, root))
    warm_up(parts)
    served = make_server("127.0.0.1", 0, parts.server, threaded=True)
    served.daemon_threads = True
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    thread.join()
    served.server_close()
    parts.engine.dispose()


@pytest.fixture
def filled(store: Store) -> Store:
    """An hour of requests that ends now."""
    add_people(store)
    late = utc_now() - max(each.at for each in TRAFFIC) - timedelta(minutes=1)
    told = [Request(each.at + late, each.route, each.method, each.status, each.duration_s) for each in TRAFFIC]
    with transaction(store.worker) as connection:
        store_requests(connection.connection.cursor(), "site", told, timedelta(days=1))
    return store


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_it_is_accessible_and_keeps_the_policy(
    filled: Store, root: Path, screen: NewScreen, theme: str, width: int
) -> None:
    with console(filled, root) as url:
        seen = screen(width, theme).sign_in(url, ALICE, PASSWORD, path="/health?range=1h")
        expect(seen.page.locator('[data-panel="health-verdict"]')).to_contain_text("API fail")
        serious = [
            each for each in Axe().run(seen.page).response["violations"] if each["impact"] in ("serious", "critical")
        ]
        wide = seen.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert serious == [], spoken(serious)
    assert (seen.refusals, wide <= 0) == ([], True)


def test_routes_are_sorted_by_a_press_and_the_address_says_so(filled: Store, root: Path, screen: NewScreen) -> None:
    with console(filled, root) as url:
        page = screen().sign_in(url, ALICE, PASSWORD, path="/health?range=1h").page
        first = page.locator(".routes tbody tr").first
        expect(first).to_contain_text("/users/{id}")
        page.click("[data-health-sort='refused']")
        expect(first).to_contain_text("/auth/login")
        assert "sort=refused" in page.url


def prometheus(is_broken: threading.Event, requests: Callable[[], list[str]]) -> Fault:
    """Hangs while it is broken; else it answers, and knows of nothing."""

    def send(conn, over) -> None:  # type: ignore[no-untyped-def]  # as every fault
        asked = requests()[-1]
        kind = "matrix" if "query_range" in asked else "vector"
        data = {"activeTargets": []} if "/targets" in asked else {"resultType": kind, "result": []}
        whole = answer(json.dumps({"status": "success", "data": data}).encode())
        (hang if is_broken.is_set() else whole)(conn, over)

    return send


def test_a_prometheus_that_hangs_is_said_by_its_own_panels_and_comes_back(
    filled: Store, root: Path, screen: NewScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_broken, asked = threading.Event(), []
    is_broken.set()
    with faulty(prometheus(is_broken, lambda: asked)) as server:
        asked = server.requests
        monkeypatch.setenv("VIGIE_PROMETHEUS_URL", server.url)
        with console(filled, root) as url:
            seen = screen().sign_in(url, ALICE, PASSWORD, path="/health?range=1h")
            states = seen.states()
            assert {states[name] for name in THEIRS} == {"error"}
            assert "error" not in {states[name] for name in OURS}
            is_broken.clear()
            for name in THEIRS:
                expect(seen.page.locator(f'[data-panel="{name}"]')).to_have_attribute("data-state", "unknown")
