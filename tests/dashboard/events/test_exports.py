"""The files of Security events."""

from dataclasses import replace
from typing import Any

import pytest

from dashboard.events import exports, page
from dashboard.events.exports import ROWS_AT_ONCE
from dashboard.sources.event_questions import EventRows, EventSearch, Position
from dashboard.sources.interface import Answer, Completeness
from tests.dashboard.event_fakes import FakeEvents
from tests.dashboard.events.conftest import VIEW


def read(events: FakeEvents, name: str, **view: object) -> Any:
    declared = {each.name: each for each in exports.exports(events)}
    return declared[name].read(VIEW | view)


def rows(reading: Any) -> list[Any]:
    return [row for answer in reading.pages for row in answer.rows or ()]


def test_every_panel_with_more_than_one_event_has_an_export(night: FakeEvents) -> None:
    declared = {each.name for each in exports.exports(night)}
    assert declared == {each.name for each in page.PANELS if each.has_export}


def test_the_file_holds_every_event_that_matches_and_names_what_was_asked(night: FakeEvents) -> None:
    reading = read(night, "events", range="7d", q="source:nginx", tick=["http_status:404"])
    found = rows(reading)
    assert len(found) == reading.total > 0
    assert {row.http_status for row in found} == {404}
    assert reading.filters == {"query": "source:nginx", "ticked": "http_status:404"}


def test_a_page_that_ended_early_is_gone_on_from(night: FakeEvents, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = night.page

    def impatient(search: EventSearch, after: Position | None, limit: int) -> Answer[EventRows]:
        assert limit == ROWS_AT_ONCE
        return replace(whole(search, after, 50), completeness=Completeness.TRUNCATED, sentence="Searched back to noon.")

    monkeypatch.setattr(night, "page", impatient)
    answers = list(read(night, "events", range="7d").pages)
    assert len({row.position for each in answers for row in each.rows or ()}) == read(night, "events", range="7d").total
    assert [each.completeness for each in answers[:-1]] == [Completeness.COMPLETE] * (len(answers) - 1)


def test_counts_of_a_sample_say_so(night: FakeEvents) -> None:
    night.looked_at = 20_000
    (answer,) = read(night, "events-facets").pages
    assert (answer.completeness, "newest 20,000" in answer.sentence) == (Completeness.TRUNCATED, True)


def test_the_histogram_adds_up_to_the_events(night: FakeEvents) -> None:
    bars = rows(read(night, "events-histogram"))
    assert sum(each.other + each.failed + each.high + each.critical for each in bars) == read(night, "events").total


def test_no_bar_of_the_file_begins_before_the_window(night: FakeEvents) -> None:
    reading = read(night, "events-histogram", range="7d")
    assert rows(reading)[0].start == reading.window.since


def test_the_file_says_when_each_event_came_and_by_what(night: FakeEvents) -> None:
    (declared,) = [each for each in exports.exports(night) if each.name == "events"]
    row = next(each.row for each in night.events if each.row.user_agent)
    told = {name: declared.columns[name](row) for name in ("received_at_utc", "user_agent", "process_name")}
    assert told == {"received_at_utc": row.received_at, "user_agent": row.user_agent, "process_name": None}


@pytest.mark.parametrize("name", ["events", "events-facets", "events-histogram"])
def test_a_query_that_is_none_gives_no_file(night: FakeEvents, name: str) -> None:
    (answer,) = read(night, name, q="sorce:x").pages
    assert (answer.rows, answer.sentence) == (None, "There is no field sorce.")
