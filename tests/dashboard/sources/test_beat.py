"""The small question between the others: whether a source answers, asked for everybody at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.sources.beat import Heard, SourceBeat
from dashboard.sources.health_prometheus import PrometheusHealth
from dashboard.sources.logs_loki import LokiLogs
from tests.dashboard.sources.test_health_prometheus import vector_of_now
from tests.vigie.clients.faults import answer, faulty
from vigie.clients.errors import SourceError, Unreachable
from vigie.clients.source import Source
from vigie.health.mapping import PRESETS

LOST = Unreachable("Loki", "Loki is not reached.", "Start it.")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_source_that_fails_is_heard_with_its_sentence_and_advice() -> None:
    def ask() -> None:
        raise LOST

    assert SourceBeat(ask).heard() == Heard(False, "Loki is not reached.", "Start it.")


def test_many_screens_cost_one_question_until_it_is_old() -> None:
    asked: list[int] = []
    clock = Clock()
    beat = SourceBeat(lambda: asked.append(1), monotonic=clock)
    for now in (0.0, 0.1, 0.4, 0.6):
        clock.now = now
        assert beat.heard().ok
    assert len(asked) == 2


def test_a_source_that_is_back_may_be_asked_for_its_figures_at_once() -> None:
    clock, failures, returns = Clock(), [LOST], []

    def ask() -> None:
        if failures:
            raise failures.pop()

    beat = SourceBeat(ask, lambda: returns.append(1), clock)
    for clock.now in (0.0, 1.0, 2.0):
        beat.heard()
    assert returns == [1]


def test_nobody_waits_for_a_question_that_somebody_else_asks() -> None:
    is_asked, may_end = threading.Event(), threading.Event()

    def ask() -> None:
        is_asked.set()
        may_end.wait(60)
        raise LOST

    beat = SourceBeat(ask)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(beat.heard)
        is_asked.wait(60)
        assert beat.heard().ok
        may_end.set()
        assert not waiting.result().ok


@pytest.mark.parametrize("value", ["NaN", "2"])
def test_a_prometheus_that_gets_one_wrong_is_not_well(value: str) -> None:
    with faulty(vector_of_now(lambda: server.requests, ({}, value))) as server:
        health = PrometheusHealth(Source("Prometheus", server.url), PRESETS["api"])
        with pytest.raises(SourceError):
            health.beat()
        health.close()


def test_a_prometheus_and_a_loki_that_answer_are_well() -> None:
    with faulty(vector_of_now(lambda: server.requests, ({}, "1"))) as server:
        health = PrometheusHealth(Source("Prometheus", server.url), PRESETS["api"])
        health.beat()
        health.close()
    with faulty(answer(b'{"status": "success"}')) as server:
        logs = LokiLogs(Source("Loki", server.url))
        logs.beat()
        logs.close()
