"""What every adapter of LogQuestions must do, whatever it reads from.

A test class inherits `LogQuestionsContract`, says how its worst level is called (`BAD`), and gives the fixture
`holding`, which makes an adapter that holds given lines.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from dashboard.sources.interface import Answer, Completeness, TimeRange
from dashboard.sources.log_questions import LinePlace, LogLine, LogQuestions, LogSearch
from vigie.clock import utc_now
from vigie.query import QueryError, parse

R = TypeVar("R")
NOON = (utc_now() - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOSTILE = [
    '"', "`", "\\", "{", "}", '"} |= "', "| json", "%", "q_q", "qxq", "' OR 1=1 --", "\u202e", "<b>", "(?i)", "[a-",
    "*x*", "\x1b[31m", "é",
]  # fmt: skip


@dataclass(frozen=True)
class Written:
    """One line as it came in."""

    at: datetime
    text: str
    stream: str = "api"
    is_bad: bool = False


Holding = Callable[[Sequence[Written]], LogQuestions]


def rows_of(answer: Answer[R]) -> R:
    assert answer.rows is not None, answer.sentence
    return answer.rows


def search(query: str = "", hours: float = 1, **more: str) -> LogSearch:
    """What was written in the hours before noon and the hour after."""
    window = TimeRange(NOON - timedelta(hours=hours), NOON + timedelta(hours=1), ZoneInfo("Europe/Paris"))
    return LogSearch(window, parse(query), **more)


def every_line(logs: LogQuestions, sought: LogSearch, at_once: int = 7) -> list[LogLine]:
    """All pages, one after the other."""
    found: list[LogLine] = []
    older: LinePlace | None = None
    for _ in range(200):
        page = rows_of(logs.page(sought, older, at_once))
        found += page.lines
        if page.older is None:
            return found
        older = page.older
    raise AssertionError("the pages have no end")


def texts(logs: LogQuestions, sought: LogSearch) -> list[str]:
    return [line.text for line in every_line(logs, sought)]


class LogQuestionsContract:
    BAD = "error"

    def test_the_newest_line_stands_first(self, holding: Holding) -> None:
        logs = holding([Written(NOON, "first"), Written(NOON + SECOND, "last")])
        assert texts(logs, search()) == ["last", "first"]

    def test_pages_hold_every_line_once_whatever_the_ties(self, holding: Holding) -> None:
        logs = holding([Written(NOON + SECOND * (number // 5), f"line {number:02}") for number in range(60)])
        assert sorted(texts(logs, search())) == [f"line {number:02}" for number in range(60)]

    def test_more_lines_of_one_instant_than_a_page_holds_are_all_shown(self, holding: Holding) -> None:
        logs = holding([Written(NOON, f"line {number:02}") for number in range(20)])
        assert sorted(texts(logs, search())) == [f"line {number:02}" for number in range(20)]

    def test_the_window_begins_inside_and_ends_outside(self, holding: Holding) -> None:
        logs = holding([Written(NOON - MINUTE * 60, "begin"), Written(NOON + MINUTE * 60, "end")])
        assert texts(logs, search()) == ["begin"]

    def test_a_stream_is_found_by_its_name(self, holding: Holding) -> None:
        logs = holding([Written(NOON, "of api"), Written(NOON, "of nginx", "nginx")])
        assert texts(logs, search(stream="nginx")) == ["of nginx"]

    def test_streams_can_be_chosen(self, holding: Holding) -> None:
        logs = holding([Written(NOON, "a"), Written(NOON, "b", "nginx")])
        choices = rows_of(logs.choices(search().window))
        assert {"api", "nginx"} <= {each.value for each in choices.streams}

    def test_a_level_is_found(self, holding: Holding) -> None:
        logs = holding([Written(NOON, "fine"), Written(NOON, "broken", is_bad=True)])
        assert texts(logs, search(level=self.BAD)) == ["broken"]

    def test_the_level_that_is_chosen_is_one_of_the_choices(self, holding: Holding) -> None:
        choices = rows_of(holding([Written(NOON, "x")]).choices(search().window))
        assert self.BAD in {each.value for each in choices.levels}

    def test_words_are_found_in_any_case(self, holding: Holding) -> None:
        logs = holding([Written(NOON, "Connection REFUSED"), Written(NOON + SECOND, "accepted")])
        assert texts(logs, search("refused")) == ["Connection REFUSED"]

    def test_what_is_not_wanted_is_left_out(self, holding: Holding) -> None:
        logs = holding([Written(NOON, "wanted"), Written(NOON + SECOND, "noise")])
        assert texts(logs, search("NOT noise")) == ["wanted"]

    def test_one_of_two_words_is_enough(self, holding: Holding) -> None:
        logs = holding([Written(NOON, "one"), Written(NOON + SECOND, "two"), Written(NOON + MINUTE, "three")])
        assert texts(logs, search("one OR three")) == ["three", "one"]

    def test_text_finds_the_lines_that_hold_it_and_no_others(self, holding: Holding) -> None:
        logs = holding([Written(NOON + SECOND * n, f"before {text} after") for n, text in enumerate(HOSTILE)])
        for text in HOSTILE:
            quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("*", "\\*") + '"'
            expected = {f"before {each} after" for each in HOSTILE if text in f"before {each} after"}
            assert set(texts(logs, search(quoted))) == expected, text

    def test_a_name_of_a_stream_is_nothing_but_a_name(self, holding: Holding) -> None:
        logs = holding([Written(NOON, "line")])
        for name in ('x"} or {a="', "\ud800", "a" * 500, "*", ".*"):
            with contextlib.suppress(QueryError):  # said to be impossible, which is honest too
                assert texts(logs, search(stream=name)) == []

    def test_a_search_that_finds_nothing_is_complete(self, holding: Holding) -> None:
        answer = holding([Written(NOON, "x")]).page(search("nowhere"), None, 10)
        assert (rows_of(answer).lines, answer.completeness) == ((), Completeness.COMPLETE)

    def test_the_histogram_counts_every_line(self, holding: Holding) -> None:
        logs = holding([Written(NOON + MINUTE * number + SECOND, f"{number}") for number in range(30)])
        volume = rows_of(logs.volume(search(), 60))
        assert volume.total == 30
        assert all(len(part.counts) <= 61 for part in volume.parts)

    def test_the_histogram_counts_what_is_looked_for(self, holding: Holding) -> None:
        logs = holding([Written(NOON + SECOND, "yes"), Written(NOON + SECOND * 2, "no", "nginx")])
        assert rows_of(logs.volume(search("yes", stream="api"), 60)).total == 1

    def test_a_line_stands_among_those_of_its_own_stream(self, holding: Holding) -> None:
        lines = [Written(NOON + SECOND * number, f"{number}") for number in range(9)]
        logs = holding([*lines, Written(NOON + SECOND * 4, "elsewhere", "nginx")])
        (line,) = [each for each in every_line(logs, search()) if each.text == "4"]
        found = rows_of(logs.context(line.place, 2, 3))
        assert found is not None
        assert [each.text for each in (*found.before, found.line, *found.after)] == ["2", "3", "4", "5", "6", "7"]
        assert (found.more_before, found.more_after) == (True, True)

    def test_the_first_and_the_last_line_have_nothing_beyond(self, holding: Holding) -> None:
        logs = holding([Written(NOON + SECOND * number, f"{number}") for number in range(3)])
        found = rows_of(logs.context(every_line(logs, search())[1].place, 5, 5))
        assert found is not None
        assert (found.more_before, found.more_after) == (False, False)

    def test_neighbours_of_the_same_instant_are_not_lost(self, holding: Holding) -> None:
        logs = holding([Written(NOON, f"{number}") for number in range(5)])
        found = rows_of(logs.context(every_line(logs, search())[2].place, 9, 9))
        assert found is not None
        assert sorted(each.text for each in (*found.before, found.line, *found.after)) == ["0", "1", "2", "3", "4"]

    def test_a_line_that_is_not_there_is_none(self, holding: Holding) -> None:
        logs = holding([Written(NOON, "x")])
        for key in ("", "00", "f" * 32, "f" * 64):
            answer = logs.context(LinePlace.of(NOON, key), 3, 3)
            assert (answer.rows, answer.completeness) == (None, Completeness.COMPLETE)

    def test_its_labels_come_with_a_line(self, holding: Holding) -> None:
        (line,) = every_line(holding([Written(NOON, "x", "nginx")]), search())
        assert line.stream == "nginx"
        assert line.labels

    def test_no_preset_is_offered_for_what_nobody_collects(self, holding: Holding) -> None:
        assert rows_of(holding([Written(NOON, "x")]).choices(search().window)).presets == ()
