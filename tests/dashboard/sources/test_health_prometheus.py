"""Health from a Prometheus: a real one with history, and false ones that answer badly."""

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from dashboard.sources import health_prometheus
from dashboard.sources.health_prometheus import PrometheusHealth
from dashboard.sources.health_questions import ChangeKind
from dashboard.sources.interface import Completeness
from dashboard.sources.places import AT_ONCE
from tests.dashboard.sources.health_contract import HOSTILE, NOON, TRAFFIC, HealthQuestionsContract, rows_of, window
from tests.dashboard.sources.prometheus_server import BINARY, TOOL, remember, serving
from tests.vigie.clients.faults import Fault, answer, bomb, drip, endless, faulty, hang, raw, reset_after
from vigie.clients.source import Source
from vigie.health.mapping import PRESETS

API = PRESETS["api"]
YEAR = timedelta(days=365)
needs_prometheus = pytest.mark.skipif(
    BINARY is None or TOOL is None, reason="prometheus is not installed (Debian: apt install prometheus)"
)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    folder = tmp_path_factory.mktemp("prometheus")
    remember(folder, TRAFFIC)
    with serving(folder) as source:
        yield source


@needs_prometheus
class TestContract(HealthQuestionsContract):
    @pytest.fixture
    def health(self, real: Source) -> Iterator[PrometheusHealth]:
        made = PrometheusHealth(real, API)
        yield made
        made.close()

    def test_names_it_does_not_have_are_said_to_be_wrong(self, real: Source) -> None:
        health = PrometheusHealth(real, PRESETS["opentelemetry"])
        found = rows_of(health.requests(window()))
        health.close()
        assert (found.records.requests, found.routes) == (False, ())
        assert "http_server_request_duration_seconds_count" in found.records.advice

    def test_ignored_routes_do_not_count(self, real: Source) -> None:
        health = PrometheusHealth(real, API, ["/users/{id}", HOSTILE])
        found = {each.route for each in rows_of(health.requests(window())).routes}
        health.close()
        assert found == {"/auth/login"}

    def test_a_label_narrows_every_question(self, real: Source) -> None:
        health = PrometheusHealth(real, API.model_copy(update={"labels": {"job": 'x"} or vector(1) #'}}))
        found = rows_of(health.requests(window())).routes, rows_of(health.timeline(window(), 30)).records.requests
        health.close()
        assert found == ((), False)


def vector(*samples: tuple[dict[str, str], str], at: float = window().until.timestamp()) -> Fault:
    """An instant answer: labels and value of each sample. `at`: Unix seconds, as they were asked for."""
    result = [{"metric": labels, "value": [at, value]} for labels, value in samples]
    return told({"resultType": "vector", "result": result})


def vector_of_now(requests: Callable[[], list[str]], *samples: tuple[dict[str, str], str]) -> Fault:
    """As `vector`, at whatever time the last of the requests asks for."""

    def send(conn: socket.socket, over: threading.Event) -> None:
        asked = re.search(r"time=([0-9.]+)", requests()[-1])
        assert asked
        vector(*samples, at=float(asked[1]))(conn, over)

    return send


def matrix(*series: tuple[dict[str, str], list[list[Any]]]) -> Fault:
    result = [{"metric": labels, "values": values} for labels, values in series]
    return told({"resultType": "matrix", "result": result})


def told(data: object) -> Fault:
    return answer(json.dumps({"status": "success", "data": data}).encode())


BAD: dict[str, Fault] = {
    "hang": hang,
    "reset": reset_after(b""),
    "cut": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"),
    "drip": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b" "),
    "garbage": raw(b"\x00\xff" * 100),
    "sign-in page": answer(b"<html>Sign in</html>"),
    "empty object": answer(b"{}"),
    "wrong types": told({"resultType": "vector", "result": [{"metric": 5}]}),
    "error": answer(b'{"status":"error","errorType":"execution","error":"query timed out"}', "422 Unprocessable"),
    "truncated": answer(b'{"status":"success","data":{"resultType":"vector","result":[{"metric"'),
    "null": told(None),
    "endless": endless(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65_536),
    "gzip bomb": answer(bomb(), "200 OK", "Content-Encoding: gzip"),
    "reset in mid-answer": reset_after(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"),
    "redirect": answer(b"", "302 Found", "Location: http://127.0.0.1:1/"),
    "busy": answer(b"busy", "503 Service Unavailable"),
    "too many": answer(b"slow down", "429 Too Many Requests"),
    "unauthorised": answer(b"no", "401 Unauthorized"),
}


@pytest.mark.parametrize("fault", BAD.values(), ids=BAD.keys())
def test_a_prometheus_that_answers_badly_is_an_answer_with_advice(
    fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_prometheus, "BUDGET_S", 0.7)
    with faulty(fault) as server:
        health = PrometheusHealth(Source("Prometheus", server.url), API)
        each = health.requests(window()), health.services()
        health.close()
    assert {one.completeness for one in each} == {Completeness.UNAVAILABLE}
    assert all(one.sentence and one.advice for one in each)


def test_a_prometheus_that_is_down_is_an_answer_with_advice() -> None:
    with faulty(hang) as server:
        closed = server.url
    health = PrometheusHealth(Source("Prometheus", closed), API)
    answers = health.requests(window()), health.timeline(window(), 60), health.spans((YEAR,), NOON), health.services()
    health.close()
    assert {one.completeness for one in answers} == {Completeness.UNAVAILABLE}
    assert all(one.sentence and one.advice for one in answers)


def test_a_long_span_is_asked_once_for_each_end_and_a_failure_is_not_kept() -> None:
    with faulty(answer(b"busy", "401 Unauthorized"), vector()) as server:
        health = PrometheusHealth(Source("Prometheus", server.url), API)
        answers = [health.spans((YEAR,), NOON).rows for _ in range(3)]
        health.close()
    assert (answers[0], answers[1] is not None, len(server.requests)) == (None, True, 2)


LATE = window().until.timestamp() + 9e8


def test_times_that_nobody_asked_for_are_no_empty_chart() -> None:
    wrong = matrix(({"status": "200"}, [[LATE, "7"]])), vector(({"status": "200"}, "7"), at=LATE)
    with faulty(*wrong) as server:
        health = PrometheusHealth(Source("Prometheus", server.url), API)
        answers = health.timeline(window(), 60), health.requests(window())
        health.close()
    assert {one.completeness for one in answers} == {Completeness.UNAVAILABLE}
    assert all("answered for another time" in one.sentence for one in answers)


def test_answers_without_one_number_are_no_absence_of_requests() -> None:
    at = window().until.timestamp()
    odd = vector(({"status": "200"}, "NaN")), matrix(({"status": "200"}, [[at, "+Inf"]]))
    with faulty(*odd) as server:
        health = PrometheusHealth(Source("Prometheus", server.url), API)
        answers = health.requests(window()), health.timeline(window(), 60)
        health.close()
    assert {one.completeness for one in answers} == {Completeness.UNAVAILABLE}
    assert all("NaN or infinite" in one.sentence for one in answers)


def test_what_is_no_number_is_left_out_and_that_is_said() -> None:
    values = ("NaN", "+Inf", "-Inf", "7")
    samples = [({"route": "/", "method": "GET", "status": f"20{n}"}, value) for n, value in enumerate(values)]
    with faulty(vector(*samples), vector()) as server:
        health = PrometheusHealth(Source("Prometheus", server.url), API)
        answer = health.requests(window())
        health.close()
    assert rows_of(answer).total.total == 7
    assert (answer.completeness, "left out" in answer.sentence) == (Completeness.TRUNCATED, True)


def test_a_start_and_a_new_version_are_changes() -> None:
    at = NOON.timestamp()
    started = matrix(({"instance": "a:1"}, [[at, str(at - 9e5)], [at + 60, str(at + 30)], [at + 120, "NaN"]]))
    versions = matrix(({"version": "1.0"}, [[at, "1"]]), ({"version": "1.1"}, [[at + 60, "1"]]))
    with faulty(started, versions) as server:
        health = PrometheusHealth(Source("Prometheus", server.url), API)
        found = rows_of(health.changes(window()))
        health.close()
    assert [(each.kind, each.what) for each in found] == [(ChangeKind.RESTART, "a:1"), (ChangeKind.VERSION, "1.1")]


def test_a_target_that_is_down_comes_first_with_when_it_was_last_up() -> None:
    def target(job: str, health: str) -> dict[str, object]:
        last = "2026-11-01T00:00:00Z"
        labels = {"job": job, "instance": "x:1"}
        return {"labels": labels, "health": health, "scrapePool": job, "lastError": "refused\x07", "lastScrape": last}

    targets = told({"activeTargets": [target("api", "up"), target("db", "down"), target("new", "unknown")]})
    last_up = {"job": "db", "instance": "x:1"}, str(NOON.timestamp())
    with faulty(targets, vector_of_now(lambda: server.requests, last_up)) as server:
        health = PrometheusHealth(Source("Prometheus", server.url), API)
        found = rows_of(health.services())
        health.close()
    assert [(each.name, each.is_up) for each in found] == [("db x:1", False), ("new x:1", None), ("api x:1", True)]
    assert (found[0].since, found[0].words) == (NOON, "refused")


def test_readers_of_a_prometheus_that_hangs_do_not_take_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_prometheus, "BUDGET_S", 0.7)
    with faulty(hang) as server, ThreadPoolExecutor(12) as readers:
        health = PrometheusHealth(Source("Prometheus", server.url), API)
        answers = [each.result() for each in [readers.submit(health.requests, window()) for _ in range(12)]]
        health.close()
        assert server.connections <= AT_ONCE
    assert all(each.completeness is Completeness.UNAVAILABLE for each in answers)
