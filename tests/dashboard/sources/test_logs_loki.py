"""Lines of Loki for the Logs page, over real HTTP, from a small Loki that reads its queries."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest

from dashboard.sources import logs_loki
from dashboard.sources.interface import Completeness
from dashboard.sources.log_questions import Band, LogQuestions
from dashboard.sources.logs_loki import LokiLogs
from dashboard.sources.places import AT_ONCE
from tests.dashboard.sources.log_contract import (
    NOON,
    SECOND,
    Holding,
    LogQuestionsContract,
    Written,
    every_line,
    rows_of,
    search,
    texts,
)
from tests.vigie.clients.faults import faulty, hang
from tests.vigie.clients.labelled_loki import Held, LabelledLoki, tokens_of
from tests.vigie.clients.replay import serving
from vigie.clients.log_lines import nanoseconds
from vigie.clients.source import Source

POSTGRES = "2026-11-20 11:59:59.000 UTC [42] "


def held(line: Written, level: str = "") -> Held:
    labels = {"service_name": line.stream, "container": line.stream, "job": "docker"}
    return Held(nanoseconds(line.at), labels, line.text, level or ("error" if line.is_bad else "info"))


@pytest.fixture
def loki() -> Iterator[LabelledLoki]:
    server = LabelledLoki([])
    with serving(server):
        yield server


@pytest.fixture
def logs(loki: LabelledLoki) -> Iterator[LokiLogs]:
    made = LokiLogs(Source("Loki", loki.url))
    yield made
    made.close()


def keep(loki: LabelledLoki, *lines: Written) -> None:
    loki.held += [held(line) for line in lines]


class TestContract(LogQuestionsContract):
    @pytest.fixture
    def holding(self, loki: LabelledLoki, logs: LokiLogs) -> Holding:
        def hold(lines: Sequence[Written]) -> LogQuestions:
            keep(loki, *lines)
            return logs

        return hold


def test_no_text_leaves_its_literal(loki: LabelledLoki, logs: LokiLogs) -> None:
    keep(loki, Written(NOON, "secret", "other"))
    found = texts(logs, search('"x\\" | line_format \\"y"', stream='api"} or {job="docker'))
    assert found == []
    assert loki.asked
    assert all(tokens_of(query).count("{") == 1 and "line_format" not in tokens_of(query) for query in loki.asked)


def test_errors_and_warnings_are_told_apart_over_time(loki: LabelledLoki, logs: LokiLogs) -> None:
    keep(loki, Written(NOON + SECOND, "bad", is_bad=True), Written(NOON + SECOND, "fine"))
    loki.held.append(held(Written(NOON + SECOND, "hm"), "warn"))
    bands = {part.band: sum(part.counts) for part in rows_of(logs.volume(search(), 60)).parts}
    assert bands == {Band.OTHER: 1, Band.WARNING: 1, Band.ERROR: 1}


def test_the_errors_of_postgresql_are_lines_of_that_level_and_not_lines_that_hold_its_words(
    loki: LabelledLoki, logs: LokiLogs
) -> None:
    keep(loki, Written(NOON, f"{POSTGRES}FATAL:  password authentication failed", "vigie-postgres"))
    keep(loki, Written(NOON, f"{POSTGRES}LOG:  statement: SELECT 'FATAL'", "vigie-postgres"))
    keep(loki, Written(NOON, f"{POSTGRES}FATAL:  elsewhere", "api"))
    assert texts(logs, search(preset="postgres-errors")) == [f"{POSTGRES}FATAL:  password authentication failed"]


def test_critical_events_of_falco_are_told_by_its_priority(loki: LabelledLoki, logs: LokiLogs) -> None:
    keep(loki, Written(NOON, '{"priority": "Critical", "rule": "shell"}', "vigie-falco"))
    keep(loki, Written(NOON, '{"priority": "Notice", "rule": "Critical words"}', "vigie-falco"))
    keep(loki, Written(NOON, "Critical plain text", "vigie-falco"))
    assert texts(logs, search(preset="falco-critical")) == ['{"priority": "Critical", "rule": "shell"}']


def test_errors_of_the_console_are_told_by_their_level(loki: LabelledLoki, logs: LokiLogs) -> None:
    keep(loki, Written(NOON, '{"level": "error", "message": "x"}', "vigie-console"))
    keep(loki, Written(NOON, '{"level": "info", "message": "error"}', "vigie-console"))
    assert texts(logs, search(preset="console-errors")) == ['{"level": "error", "message": "x"}']


def test_presets_are_offered_where_their_streams_are(loki: LabelledLoki, logs: LokiLogs) -> None:
    keep(loki, Written(NOON, "x", "vigie-console"), Written(NOON, "x", "vigie-postgres-exporter"))
    assert [each.value for each in rows_of(logs.choices(search().window)).presets] == ["console-errors"]


def test_a_loki_without_service_names_is_asked_by_container(loki: LabelledLoki, logs: LokiLogs) -> None:
    loki.held.append(Held(nanoseconds(NOON), {"container": "api", "level": "error"}, "old"))
    (line,) = every_line(logs, search(stream="api", level="error"))
    assert (line.stream, line.level) == ("api", "error")


def test_where_no_label_tells_the_level_that_of_json_does(loki: LabelledLoki, logs: LokiLogs) -> None:
    for text in ('{"level": "error", "message": "x"}', '{"level": "info"}', "plain"):
        loki.held.append(Held(nanoseconds(NOON), {"container": "api"}, text))
    assert texts(logs, search(level="error")) == ['{"level": "error", "message": "x"}']
    assert len(texts(logs, search())) == 3


@pytest.mark.parametrize("labels", [{"a-b": "x"}, {"long": "x" * 900}, {"empty": ""}, {"quote": '"} or {'}])
def test_a_stream_with_strange_labels_has_a_context_too(
    loki: LabelledLoki, logs: LokiLogs, labels: dict[str, str]
) -> None:
    given = {"service_name": "api", **labels}
    loki.held += [Held(nanoseconds(NOON + SECOND * number), given, f"{number}") for number in range(3)]
    loki.held.append(Held(nanoseconds(NOON), {"service_name": "api"}, "of another stream"))
    found = rows_of(logs.context(every_line(logs, search())[1].place, 5, 5))
    assert found is not None
    assert [each.text for each in (*found.before, found.line, *found.after)] == ["0", "1", "2"]


def test_a_window_of_months_is_asked_for_in_pieces_that_loki_takes(loki: LabelledLoki, logs: LokiLogs) -> None:
    keep(loki, Written(NOON - timedelta(days=200), "long ago"))
    assert texts(logs, search(hours=24 * 300)) == ["long ago"]


def test_what_was_found_in_time_is_shown_and_how_far_it_reaches(
    loki: LabelledLoki, logs: LokiLogs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs_loki, "BUDGET_S", 0.8)
    keep(loki, Written(NOON + SECOND, "new"), Written(NOON - timedelta(days=20), "old"))
    over = threading.Event()
    loki.hold = lambda query: None if query == "" or len(loki.asked) < 2 else void(over.wait(10))
    answer = logs.page(search(hours=24 * 29), None, 50)
    over.set()
    assert ([line.text for line in rows_of(answer).lines], answer.completeness) == (["new"], Completeness.TRUNCATED)
    assert answer.sentence.startswith("Searched back to ")
    loki.hold = lambda query: None
    rest = logs.page(search(hours=24 * 29), rows_of(answer).older, 50)
    assert [line.text for line in rows_of(rest).lines] == ["old"]


def void(_: object) -> None:
    """A wait whose result plays no part."""


@pytest.mark.parametrize(
    ("status", "words"),
    [(500, "boom"), (429, "too many outstanding requests"), (401, "no org id\n"), (503, "Ingester not ready"),
     (400, "parse error at line 1, col 1"), (504, "request timed out, decrease the duration")],
)  # fmt: skip
def test_a_refusal_is_an_answer_with_a_remedy(loki: LabelledLoki, logs: LokiLogs, status: int, words: str) -> None:
    loki.refusal = (status, words)
    answer = logs.page(search(), None, 5)
    assert (answer.rows, answer.completeness, answer.source) == (None, Completeness.UNAVAILABLE, "Loki")
    assert answer.sentence
    assert answer.advice


def test_readers_of_a_loki_that_hangs_do_not_take_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs_loki, "BUDGET_S", 0.7)
    with faulty(hang) as server, ExitStack() as stack:
        logs = LokiLogs(Source("Loki", server.url))
        stack.callback(logs.close)
        with ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(lambda _: logs.page(search(), None, 5), range(12)))
        assert {answer.completeness for answer in answers} == {Completeness.UNAVAILABLE}
        assert server.connections <= AT_ONCE
