"""What every adapter of EventQuestions must do, whatever it reads from.

A test class inherits `EventQuestionsContract` and gives the fixtures `events` (the adapter) and `search` (a window with
a good hundred events of several sources, severities and outcomes in it, two of them in the same microsecond).
"""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.sources.event_questions import (
    DIMENSIONS,
    EventDetail,
    EventQuestions,
    EventRow,
    EventSearch,
    Position,
)
from dashboard.sources.interface import Completeness
from tests.dashboard.event_fakes import text_of
from tests.dashboard.sources.contract import rows_of
from vigie.query import parse

MICROSECOND = timedelta(microseconds=1)
QUERIES = (
    "severity:>=high", "outcome:failure", "source:app OR source:falco", "NOT outcome:success", "rule:*", "-rule:*",
    "http_status:4xx", "source_ip:203.0.113.0/24", "user_name:m.keller", "shell", "severity:high rule:*",
    "container_name:vigie-api -user_name:*",
)  # fmt: skip


def every_event(events: EventQuestions, search: EventSearch, limit: int = 97) -> list[EventRow]:
    """All pages of the grid, one after the other."""
    page = rows_of(events.page(search, None, limit))
    found = list(page.rows)
    while page.next is not None:
        page = rows_of(events.page(search, page.next, limit))
        found += page.rows
    return found


def detail_of(events: EventQuestions, row: EventRow) -> EventDetail:
    detail = rows_of(events.one(row.position))
    assert detail is not None
    return detail


class EventQuestionsContract:
    def every(self, events: EventQuestions, search: EventSearch) -> list[EventRow]:
        found = every_event(events, search, 1000)
        assert len(found) > 100, "the contract needs events in its window"
        return found

    def test_the_answer_says_its_source_how_old_it_is_and_since_when_it_knows(
        self, events: EventQuestions, search: EventSearch
    ) -> None:
        answer = events.page(search, None, 1)
        assert answer.source
        assert answer.as_of.utcoffset() == timedelta(0)
        assert answer.collected_since is not None

    @pytest.mark.parametrize("limit", [1, 7, 100])
    def test_pages_hold_every_event_once_newest_first(
        self, events: EventQuestions, search: EventSearch, limit: int
    ) -> None:
        since = self.every(events, search)[60].position.occurred_at
        shorter = replace(search, window=replace(search.window, since=since))
        found = [row.position for row in every_event(events, shorter, limit)]
        assert found == sorted(set(found), reverse=True)
        assert found == [row.position for row in self.every(events, search) if row.position.occurred_at >= since]

    def test_events_of_the_same_microsecond_are_told_apart_by_their_key(
        self, events: EventQuestions, search: EventSearch
    ) -> None:
        times = Counter(row.position.occurred_at for row in self.every(events, search))
        at, count = times.most_common(1)[0]
        instant = replace(search, window=replace(search.window, since=at, until=at + MICROSECOND))
        assert count > 1
        assert len(every_event(events, instant, 1)) == count

    def test_a_window_holds_its_first_instant_and_not_its_last(
        self, events: EventQuestions, search: EventSearch
    ) -> None:
        at = self.every(events, search)[0].position.occurred_at
        before = replace(search, window=replace(search.window, until=at))
        inside = replace(search, window=replace(search.window, since=at, until=at + MICROSECOND))
        assert at not in {row.position.occurred_at for row in every_event(events, before, 1000)}
        assert {row.position.occurred_at for row in every_event(events, inside, 1000)} == {at}

    @pytest.mark.parametrize("text", QUERIES)
    def test_a_query_finds_some_and_its_opposite_the_rest(
        self, events: EventQuestions, search: EventSearch, text: str
    ) -> None:
        found = {row.position for row in every_event(events, replace(search, query=parse(text)))}
        others = {row.position for row in every_event(events, replace(search, query=parse(f"NOT ({text})")))}
        assert found
        assert found.isdisjoint(others)
        assert found | others == {row.position for row in self.every(events, search)}

    @pytest.mark.parametrize("dimension", DIMENSIONS)
    def test_what_is_ticked_narrows_the_page(self, events: EventQuestions, search: EventSearch, dimension: str) -> None:
        every = [detail_of(events, row) for row in self.every(events, search)]
        ticked = frozenset([text_of(every[0], dimension), text_of(every[-1], dimension)])
        found = every_event(events, replace(search, chosen={dimension: ticked}))
        expected = [each.row.position for each in every if text_of(each, dimension) in ticked]
        assert [row.position for row in found] == expected

    @pytest.mark.parametrize("dimension", ["severity", "http_status", "outcome"])
    def test_a_tick_that_is_no_value_finds_nothing(
        self, events: EventQuestions, search: EventSearch, dimension: str
    ) -> None:
        nonsense = replace(search, chosen={dimension: frozenset(["' OR TRUE --"])})
        answer = events.page(nonsense, None, 10)
        assert rows_of(answer).rows == ()
        assert answer.completeness is Completeness.COMPLETE

    def test_one_event_is_the_row_of_the_page(self, events: EventQuestions, search: EventSearch) -> None:
        row = self.every(events, search)[3]
        assert detail_of(events, row).row == row

    @pytest.mark.parametrize("key", ["", "00", "zz", "\x00", "' OR TRUE --", "f" * 64, "0" * 9001])
    def test_a_place_without_an_event_is_none(self, events: EventQuestions, search: EventSearch, key: str) -> None:
        at = self.every(events, search)[0].position.occurred_at
        assert events.one(Position(at, key)).rows is None
        assert events.one(Position(at, key)).completeness is Completeness.COMPLETE

    @pytest.mark.parametrize("year", [1, 1969, 9999])
    def test_a_place_far_away_is_none(self, events: EventQuestions, year: int) -> None:
        answer = events.one(Position(datetime(year, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), "0" * 64))
        assert (answer.rows, answer.completeness) == (None, Completeness.COMPLETE)
