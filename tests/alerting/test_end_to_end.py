"""A real Prometheus finds a blind source, a real Alertmanager tells the intake, and it is an alert until it is back."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import text

from tests.conftest import Store
from tests.detection.alerts.conftest import Watch, leading
from tests.detection.conftest import until
from tests.detection.intake.conftest import TOKEN, end, intake_on
from tests.stack import free_port
from vigie.store.roles import Role

ROOT = Path(__file__).parent.parent.parent
PROMETHEUS = shutil.which("prometheus")
ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
DEADLINE_S = 120


class Exporter(ThreadingHTTPServer):
    """What Vigie's exporter gives of one source. `blind`: 1 or 0."""

    daemon_threads = True
    blind = 1


class _Metrics(BaseHTTPRequestHandler):
    server: Exporter

    def do_GET(self) -> None:
        body = f'vigie_up 1\nvigie_source_blind{{source="ssh",kind="file"}} {self.server.blind}\n'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def exporter() -> Iterator[Exporter]:
    server = Exporter(("127.0.0.1", 0), _Metrics)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def running(*words: str | None, folder: Path, name: str) -> Iterator[None]:
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen([str(word) for word in words], stdout=log, stderr=log, cwd=folder)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def written(folder: Path, name: str, document: Any) -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def prometheus_configuration(folder: Path, target: int, alertmanager: int) -> Path:
    """As it is rendered, but hurried: every second instead of every thirty."""
    rules = yaml.safe_load((ROOT / "config/prometheus/rules.yml").read_text(encoding="utf-8"))
    for group in rules["groups"]:
        group["interval"] = "1s"
    written(folder, "rules.yml", rules)
    scraped = {"job_name": "vigie", "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}
    receivers = {"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}
    return written(folder, "prometheus.yml", {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yml"],
        "alerting": {"alertmanagers": [receivers]},
        "scrape_configs": [scraped],
    })  # fmt: skip


def alertmanager_configuration(folder: Path, intake: str) -> Path:
    """As it is in the repository, hurried, with the intake and the token of the test."""
    configuration = yaml.safe_load((ROOT / "config/alertmanager/alertmanager.yml").read_text(encoding="utf-8"))
    configuration["route"] |= {"group_wait": "1s", "group_interval": "1s"}
    (hook,) = configuration["receivers"][0]["webhook_configs"]
    (folder / "sender.token").write_text(TOKEN, encoding="utf-8")
    hook["url"] = f"{intake}/intake/alertmanager"
    hook["http_config"]["authorization"]["credentials_file"] = str(folder / "sender.token")
    return written(folder, "alertmanager.yml", configuration)


@contextmanager
def pipeline(store: Store, folder: Path) -> Iterator[Exporter]:
    """Exporter ▸ Prometheus ▸ Alertmanager ▸ intake ▸ `store`."""
    with ExitStack() as stack:
        intake = intake_on(store.url(Role.WORKER), folder)
        stack.callback(end, intake)
        source = stack.enter_context(exporter())
        port = free_port()
        rules = prometheus_configuration(folder, source.server_address[1], port)
        routes = alertmanager_configuration(folder, intake.url)
        stack.enter_context(running(
            ALERTMANAGER, f"--config.file={routes}", f"--storage.path={folder}/am", "--cluster.listen-address=",
            f"--web.listen-address=127.0.0.1:{port}", folder=folder, name="alertmanager",
        ))  # fmt: skip
        stack.enter_context(running(
            PROMETHEUS, f"--config.file={rules}", f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{free_port()}", folder=folder, name="prometheus",
        ))  # fmt: skip
        yield source


def events(store: Store, action: str) -> Callable[[], list[Any]]:
    """Asks for the events of the alert that have come so far."""
    question = text(
        "SELECT e.rule, e.message, r.raw FROM events e JOIN events_raw r USING (occurred_at, event_key) "
        "WHERE e.rule = 'source_blind' AND e.action = :action"
    )

    def ask() -> list[Any]:
        with store.owner.connect() as connection:
            return list(connection.execute(question, {"action": action}))

    return ask


def alert(watch: Watch) -> list[tuple[object, ...]]:
    """Title, status and whether it is over, as the queue shows them, after the worker's next turn."""
    watch.look()
    return watch.ask("SELECT title, status, resolved_at IS NOT NULL FROM alerts WHERE rule = 'grafana/source_blind'")


@pytest.mark.skipif(PROMETHEUS is None, reason="prometheus is not installed")
@pytest.mark.skipif(ALERTMANAGER is None, reason="prometheus-alertmanager is not installed")
def test_a_blind_source_is_told_with_sentence_and_runbook_and_is_over_when_it_is_back(
    store: Store, tmp_path: Path
) -> None:
    sentence = "Nothing comes from ssh any more, or it cannot be read."
    with pipeline(store, tmp_path) as source, leading(store) as watch:
        until(events(store, "alert_firing"), DEADLINE_S)
        assert alert(watch) == [(sentence, "open", False)]
        source.blind = 0
        until(events(store, "alert_resolved"), DEADLINE_S)
        assert alert(watch) == [(sentence, "open", True)]
    (told,) = events(store, "alert_firing")()
    assert told.message == sentence
    assert "docs/runbooks/source_blind.md" in str(told.raw)
