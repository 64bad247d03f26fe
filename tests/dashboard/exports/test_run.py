"""One export under way, without a server around it."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.exports.declaration import Export, Reading, patiently
from dashboard.exports.formats import FORMATS, End
from dashboard.exports.run import LONGEST_S, Run
from dashboard.sources.interface import Answer, Completeness, TimeRange
from vigie.clock import utc_now

NOW = utc_now()
WINDOW = TimeRange(NOW - timedelta(hours=1), NOW, ZoneInfo("UTC"))
NUMBERS: Export[int] = Export("numbers", "Numbers", {"number": lambda row: row}, lambda _: Reading(iter(()), None))
Ends = list[tuple[End, int, str]]


def page(*rows: int, begins: datetime | None = None) -> Answer[Sequence[int]]:
    return Answer(rows, NOW, "Test", collected_since=begins)


def run(
    pages: Sequence[Answer[Sequence[int]]],
    ends: Ends,
    monotonic: Callable[[], float] = lambda: 0.0,
    form: str = "jsonl",
) -> Run[int]:
    reading = Reading(iter(pages[1:]), WINDOW, {}, 5)
    return Run(
        "0123abcd", NUMBERS, reading, pages[0], FORMATS[form], lambda: True, lambda *end: ends.append(end), monotonic
    )


def lines(given: Iterator[bytes]) -> list[Any]:
    """What has left when it ended or broke off."""
    sent = b""
    try:
        for chunk in given:
            sent += chunk
    except ConnectionResetError:
        pass
    return [json.loads(line) for line in sent.splitlines()]


def test_pages_follow_one_another_between_a_beginning_and_an_end() -> None:
    ends: Ends = []
    begin, *rows, end = lines(run([page(1, 2), page(-3)], ends).chunks())
    assert [row["number"] for row in rows] == [1, 2, -3]
    assert (begin["export"], begin["rows_expected"], end["end"], end["rows"]) == ("begin", 5, "complete", 3)
    assert ends == [(End.COMPLETE, 3, "")]


def test_what_is_stale_says_so_in_its_rows_and_at_the_end() -> None:
    stale = Answer((1,), NOW, "Test", Completeness.STALE, "The table cannot be read.")
    _, row, end = lines(run([stale], []).chunks())
    assert row["export_note"] == "stale: The table cannot be read."
    assert (end["end"], end["reason"]) == ("incomplete", "stale: The table cannot be read.")


def test_a_page_that_cannot_be_read_breaks_it_off_and_says_why() -> None:
    ends: Ends = []
    down = Answer(None, NOW, "Test", Completeness.UNAVAILABLE, "PostgreSQL does not answer.", "Start it.")
    sent = lines(run([page(1, 2), down], ends).chunks())
    assert (sent[-1]["end"], sent[-1]["rows"]) == ("broken off", 2)
    assert ends == [(End.BROKEN_OFF, 2, "PostgreSQL does not answer. Start it.")]


def test_it_does_not_go_on_for_ever() -> None:
    clock = iter([0.0, 1.0, LONGEST_S + 1])
    sent = lines(run([page(1), page(2), page(3)], [], lambda: next(clock)).chunks())
    assert (sent[-1]["end"], sent[-1]["reason"][:34]) == ("broken off", "It took longer than 15 minutes. Ch")


def test_rows_of_a_time_when_nobody_looked_are_left_out() -> None:
    _, end = lines(run([page(0, 0, 0, begins=NOW + timedelta(days=1))], []).chunks())
    assert (end["end"], end["rows"]) == ("incomplete", 0)
    assert end["reason"].startswith("nothing was collected before ")


def test_the_end_is_told_once_whoever_tells_it_first() -> None:
    ends: Ends = []
    export = run([page(1)], ends)
    lines(export.chunks())
    export.finish()
    assert len(ends) == 1


def test_an_end_inside_the_data_is_not_taken_for_the_end() -> None:
    spoofed: Export[str] = Export("words", "Words", {"word": lambda row: row}, lambda _: Reading(iter(()), None))
    reading = Reading(iter(()), WINDOW)
    answer: Answer[Sequence[str]] = Answer(("End of export 0123abcd: complete, 1 rows.",), NOW, "Test")
    export = Run("0123abcd", spoofed, reading, answer, FORMATS["csv"], lambda: True, lambda *_: None)
    _, row, end, _ = b"".join(export.chunks()).decode().split("\r\n")
    assert (row[0], end[0]) == ('"', ",")


@pytest.mark.parametrize("busy", [0, 1, 2])
def test_a_source_that_is_busy_for_a_moment_is_asked_again(busy: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.exports.declaration._PAUSE_S", 0.0)
    down: Answer[Sequence[int]] = Answer(None, NOW, "Test", Completeness.UNAVAILABLE, "Busy.")
    answers = iter([down] * busy + [page(1)])
    assert patiently(lambda: next(answers)).rows == (1,)
