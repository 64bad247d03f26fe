"""The files of Logs."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dashboard.logs import exports
from dashboard.sources.interface import Answer, Completeness
from dashboard.sources.log_questions import LinePlace, LogLines, LogQuestions, LogSearch
from tests.dashboard.logs.fakes import FakeLogs, some_lines
from vigie.clock import utc_now

VIEW = {"range": "24h", "zone": "Europe/Paris"}


@pytest.fixture
def now() -> datetime:
    return utc_now()


def read(logs: LogQuestions, name: str, **view: object) -> Any:
    return {each.name: each for each in exports.exports(logs)}[name].read(VIEW | view)


def rows(reading: Any) -> list[Any]:
    return [row for answer in reading.pages for row in answer.rows or ()]


def test_the_file_holds_every_line_once_over_all_pages(now: datetime) -> None:
    found = rows(read(some_lines(now, 2500), "log-lines"))
    assert len(found) == len({line.place for line in found}) == 2500


def test_it_holds_what_is_looked_for_and_says_what_that_was(now: datetime) -> None:
    reading = read(some_lines(now), "log-lines", level="error", q="NOT source:x")
    assert {line.level for line in rows(reading)} == {"error"}
    assert reading.filters == {"query": "-source:x", "level": "error"}


def test_times_are_exact_to_the_nanosecond() -> None:
    assert exports._exact(LinePlace(1_700_000_000_123_456_789)) == "2023-11-14T22:13:20.123456789+00:00"


def test_a_band_that_is_not_told_apart_is_not_zero(now: datetime) -> None:
    columns = {each.name: each for each in exports.exports(some_lines(now))}["log-volume"].columns
    steps = rows(read(some_lines(now), "log-volume"))
    assert sum(columns["error"](step) for step in steps) == 25
    assert {columns["critical"](step) for step in steps} == {None}


def test_a_query_that_is_none_gives_no_rows_and_says_why(now: datetime) -> None:
    [answer] = read(some_lines(now), "log-lines", q='"open').pages
    assert answer.rows is None
    assert answer.sentence


class Early(FakeLogs):
    """Ends each page early, as one whose time is over does."""

    def page(self, search: LogSearch, older: LinePlace | None, limit: int) -> Answer[LogLines]:
        answer = super().page(search, older, 7)
        return replace(answer, completeness=Completeness.TRUNCATED, sentence="Searched back to 12 Nov 08:30.")


def test_a_page_that_ended_early_is_gone_on_from(now: datetime) -> None:
    answers = list(read(Early(some_lines(now, 20).lines), "log-lines").pages)
    assert sum(len(answer.rows or ()) for answer in answers) == 20
    assert {answer.completeness for answer in answers[:-1]} == {Completeness.COMPLETE}


def test_lines_that_are_gone_are_said(now: datetime) -> None:
    logs = Early()
    for number in range(20):
        logs.add(now - timedelta(minutes=number + 1), "what its event says", is_whole=False)
    assert "is_whole is false" in next(read(logs, "log-lines").pages).sentence
