"""Three thousand events with hostile text in every field, on every page and in every export."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Request
from sqlalchemy import text

from tests.browser.conftest import NewScreen, Screen, spoken
from tests.browser.hostile import events, texts
from tests.conftest import reachable
from tests.stack import Stack, Visitor
from vigie.store.engine import make_engine, parse_url, transaction
from vigie.store.events import store_events

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("hostile")]

EVENTS = 3000
PAGES = ("/", "/activity", "/health", "/events", "/alerts", "/logs", "/rules", "/sources")
_BEGINS_A_FORMULA = re.compile(r"^[\s\"']*[=+@\t\r＝＋＠]")
# What text may turn into when it is taken for markup: none of it is ever made by a page itself.
_FOREIGN = """
() => {
  const main = document.getElementById('main');
  const inside = (query) => [...main.querySelectorAll(query)].map(e => e.outerHTML.slice(0, 160));
  return {
    broken: window.broken,
    made: inside('img, iframe, script, style:not([nonce]), form, base, object, embed, meta, marquee'),
    links: [...document.querySelectorAll('a[href], [src], [action]')]
      .map(e => e.href?.baseVal ?? e.href ?? e.src ?? e.action)
      .filter(to => to && !String(to).startsWith(location.origin + '/') && !String(to).startsWith('data:image/')),
    bold: inside('svg b, svg tspan[style*="bold"]:not([class]), svg a'),
    wide: document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
      .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 160)).slice(0, 12),
  };
}
"""
_EXPORT = """
async ([name, format]) => {
  const config = JSON.parse(document.getElementById('_dash-config').textContent);
  const cookie = document.cookie.split('; ').find(each => each.startsWith(config.csrf_token_name + '='));
  const answer = await fetch('/export/' + encodeURIComponent(name), {
    method: 'POST',
    headers: {'Content-Type': 'application/json', [config.csrf_header_name]: cookie.split('=')[1]},
    body: JSON.stringify({format, view: {range: '24h', zone: 'Europe/Paris'}}),
  });
  return [answer.status, await answer.text()];
}
"""


@pytest.fixture(scope="module")
def attacked(root: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """An installation whose store is full of hostile text, also where a source says what it could not read."""
    folder = reachable(tmp_path_factory.mktemp("hostile"))
    folder.chmod(0o777)
    stack = Stack(root, home, folder).start()
    Visitor(stack.url).sign_in_first(stack)
    url = (stack.state / "secrets" / "vigie_owner.url").read_text(encoding="utf-8")
    engine = make_engine(parse_url(url, "TEST"), application="test", statement_timeout_s=60)
    with transaction(engine) as connection:
        store_events(connection, list(events(EVENTS)), timedelta(days=30))
        for number, each in enumerate(texts(40)):
            name = each.replace("\x00", "")[:60] + str(number)
            connection.execute(
                text(
                    "INSERT INTO sources (name, kind, title, expected_period_s, grace_s, last_look_at, last_event_at,"
                    " error, error_advice) VALUES (:name, 'file', :name, 10, 20, now(), now(), :error, :name)"
                ),
                {"name": name, "error": name if number % 2 else None},
            )
            connection.execute(
                text("INSERT INTO rejected (source, reason, excerpt, n) VALUES (:name, :name, :name, 3)"),
                {"name": name},
            )
            connection.execute(
                text("INSERT INTO gaps (source, until, reason) VALUES (:name, now(), :name)"), {"name": name}
            )
    engine.dispose()
    yield stack
    stack.stop()


def harmless(shown: Screen, foreign: list[str]) -> None:
    found: dict[str, Any] = shown.page.evaluate(_FOREIGN)
    assert found == {"broken": None, "made": [], "links": [], "bold": [], "wide": []}, spoken(found)
    assert shown.refusals == []
    assert shown.errors == []
    assert foreign == []


def watched(shown: Screen, stack: Stack) -> list[str]:
    """Every address that is asked and is not ours, from now on."""
    foreign: list[str] = []

    def note(request: Request) -> None:
        to = urlparse(request.url)
        if to.scheme in ("http", "https", "ws", "wss") and to.netloc != urlparse(stack.url).netloc:
            foreign.append(request.url)

    shown.page.on("request", note)
    shown.page.on("dialog", lambda dialog: foreign.append(f"dialog {dialog.message}"))
    return foreign


@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_shows_hostile_text_as_text(attacked: Stack, screen: NewScreen, width: int) -> None:
    shown = screen(width).sign_in(attacked.url)
    foreign = watched(shown, attacked)
    for path in PAGES:
        shown.page.goto(f"{attacked.url}{path}?range=24h")
        shown.settled()
        shown.page.wait_for_timeout(700)  # grids draw after their panel
        assert "error" not in shown.states().values(), (path, spoken(shown.states()))
        harmless(shown, foreign)


def test_the_drawer_shows_hostile_events_as_text(attacked: Stack, screen: NewScreen) -> None:
    shown = screen().sign_in(attacked.url, path="/events?range=24h")
    foreign = watched(shown, attacked)
    shown.page.locator("#events-grid [row-index='0']").first.click(position={"x": 150, "y": 12})
    shown.page.get_by_role("tab").first.wait_for()
    for _ in range(12):
        for tab in shown.page.get_by_role("tab").all():
            tab.click()
            shown.page.wait_for_timeout(150)
            harmless(shown, foreign)
        at = shown.page.url
        shown.page.get_by_role("button", name=re.compile("Next|Older", re.IGNORECASE)).first.click()
        shown.page.wait_for_url(lambda url, at=at: url != at)


def test_hostile_questions_end_in_a_state_and_never_in_an_error_of_ours(attacked: Stack, screen: NewScreen) -> None:
    shown = screen().sign_in(attacked.url, path="/events?range=24h")
    foreign = watched(shown, attacked)
    for number, question in enumerate(texts(51)):
        path = ("/events", "/logs")[number % 2]
        shown.page.evaluate(
            "([path, q]) => location.assign(path + '?' + new URLSearchParams({range: '24h', q}))",
            [path, question],
        )
        shown.page.wait_for_url(re.compile(path))
        shown.settled()
        harmless(shown, foreign)


def test_every_export_holds_hostile_text_as_text(attacked: Stack, screen: NewScreen) -> None:
    shown = screen().sign_in(attacked.url)
    names: set[str] = set()
    for path in PAGES:
        shown.page.goto(f"{attacked.url}{path}?range=24h")
        shown.settled()
        names |= set(shown.page.evaluate("[...document.querySelectorAll('[data-export]')].map(e => e.dataset.export)"))
    assert len(names) >= 10, names
    for name in sorted(names):
        for form in ("csv", "jsonl"):
            status, content = shown.page.evaluate(_EXPORT, [name, form])
            assert status == 200, (name, content[:300])
            check = _is_safe_csv if form == "csv" else _is_safe_json
            check(content, name)


def _is_safe_csv(content: str, name: str) -> None:
    rows = list(csv.reader(io.StringIO(content), strict=True))
    assert len({len(row) for row in rows}) == 1, name
    unsafe = [cell for row in rows for cell in row if _BEGINS_A_FORMULA.match(cell) and not cell.startswith("'")]
    assert unsafe == [], (name, unsafe[:5])


def _is_safe_json(content: str, name: str) -> None:
    for line in content.splitlines():
        assert isinstance(json.loads(line), dict), name
