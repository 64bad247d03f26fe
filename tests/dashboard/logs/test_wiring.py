"""Which lines the console shows: those of Loki where it is set, else those that are stored and Vigie's own."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dashboard.app import Parts, make_parts, warm_up
from tests.conftest import Store
from tests.dashboard.conftest import add_people, console_settings, signed_in
from tests.dashboard.sources.log_contract import Written
from tests.dashboard.sources.test_logs_own import keep
from tests.vigie.clients.faults import faulty, hang
from tests.vigie.clients.labelled_loki import Held, LabelledLoki
from tests.vigie.clients.replay import serving
from vigie.clients.log_lines import nanoseconds
from vigie.clock import utc_now

ALICE = "alice@example.org"


def console_of(store: Store, root: Path, **given: object) -> Parts:
    parts = make_parts(console_settings(store, root, **given))
    warm_up(parts)
    return parts


@pytest.fixture
def people(store: Store) -> None:
    add_people(store)


def test_with_loki_its_lines_are_shown(store: Store, root: Path, people: None, monkeypatch: pytest.MonkeyPatch) -> None:
    server = LabelledLoki([Held(nanoseconds(utc_now()), {"service_name": "shop"}, "a line of Loki")])
    with serving(server):
        monkeypatch.setenv("VIGIE_LOKI_URL", server.url)
        parts = console_of(store, root)
        told = signed_in(parts, ALICE).get("/logs/newer?range=1h").get_json()
        parts.engine.dispose()
    assert [line["text"] for line in told["lines"]] == ["a line of Loki"]


def test_without_loki_vigies_own_logs_are_among_the_stored_lines(
    store: Store, root: Path, people: None, tmp_path: Path
) -> None:
    (tmp_path / "logs").mkdir()
    keep(tmp_path / "logs", Written(utc_now(), "a line of ours", "console"))
    parts = console_of(store, root, state_dir=tmp_path)
    told = signed_in(parts, ALICE).get("/logs/newer?range=1h").get_json()
    parts.engine.dispose()
    assert "a line of ours" in told["lines"][0]["text"]


def test_a_loki_that_hangs_does_not_keep_the_console_from_answering(
    store: Store, root: Path, people: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with faulty(hang) as server:
        monkeypatch.setenv("VIGIE_LOKI_URL", server.url)
        parts = console_of(store, root)
        readers = [signed_in(parts, ALICE) for _ in range(6)]
        with ThreadPoolExecutor(6) as pool:
            waiting = [pool.submit(each.get, "/logs/newer?range=1h") for each in readers]
            seen = signed_in(parts, "bob@example.org").get("/_vigie/seq")
        parts.engine.dispose()
    assert (seen.status_code, {each.result().status_code for each in waiting}) == (200, {503})


def test_every_route_of_the_lines_needs_a_session(store: Store, root: Path, people: None) -> None:
    parts = console_of(store, root)
    charlie = parts.server.test_client()
    answers = [charlie.get(f"/logs/{path}") for path in ("choices", "older", "newer", "context")]
    parts.engine.dispose()
    assert {answer.status_code for answer in answers} == {401}
