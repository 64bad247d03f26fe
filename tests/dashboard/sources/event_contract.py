"""What every adapter of EventQuestions must do, whatever it reads from.

A test class inherits `EventQuestionsContract` and gives the fixtures `events` (the adapter) and `search` (a window with
a good hundred events of several sources, severities and outcomes in it, two of them in the same microsecond).
"""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from dashboard.sources.event_questions import (
    DIMENSIONS,
    Entity,
    EventDetail,
    EventQuestions,
    EventRow,
    EventSearch,
    Position,
)
from dashboard.sources.interface import Completeness
from tests.dashboard.event_fakes import column_of
from tests.dashboard.sources.contract import rows_of
from vigie.query import parse
from vigie.severity import Severity

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
        every = self.every(events, search)
        ticked = frozenset([value_of(every[0], dimension), value_of(every[-1], dimension)])
        found = every_event(events, replace(search, chosen={dimension: ticked}))
        expected = [row.position for row in every if value_of(row, dimension) in ticked]
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

    @pytest.mark.parametrize("text", ["", *QUERIES])
    @pytest.mark.parametrize("bins", [2, 30, 400])
    def test_the_histogram_counts_every_event_of_the_search_in_its_step(
        self, events: EventQuestions, search: EventSearch, text: str, bins: int
    ) -> None:
        search = replace(search, query=parse(text))
        histogram, rows = rows_of(events.histogram(search, bins)), every_event(events, search)
        starts = [bucket.start for bucket in histogram.buckets]
        counted = Counter(
            (max(start for start in starts if start <= row.position.occurred_at), column_of(row)) for row in rows
        )
        assert len(histogram.buckets) <= bins
        assert histogram.total == len(rows)
        for bucket in histogram.buckets:
            expected = [counted[bucket.start, column] for column in ("other", "failed", "high", "critical")]
            assert [bucket.other, bucket.failed, bucket.high, bucket.critical] == expected

    def test_steps_are_round_follow_one_another_and_cover_the_window(
        self, events: EventQuestions, search: EventSearch
    ) -> None:
        histogram = rows_of(events.histogram(search, 60))
        starts = [bucket.start for bucket in histogram.buckets]
        assert starts[0] <= search.window.since < starts[0] + histogram.step
        assert starts[-1] < search.window.until <= starts[-1] + histogram.step
        assert {after - before for before, after in pairwise(starts)} == {histogram.step}

    @pytest.mark.parametrize("text", ["", *QUERIES])
    def test_facets_count_every_event_of_the_search(
        self, events: EventQuestions, search: EventSearch, text: str
    ) -> None:
        search = replace(search, query=parse(text))
        facets, every = rows_of(events.facets(search, 1000)), every_event(events, search)
        assert (facets.looked_at, dict(facets.further)) == (None, {})
        for dimension in DIMENSIONS:
            expected = Counter(value_of(row, dimension) for row in every)
            assert {each.value: each.n for each in facets.values[dimension]} == expected

    def test_a_facet_lists_the_most_frequent_and_says_how_many_have_other_values(
        self, events: EventQuestions, search: EventSearch
    ) -> None:
        facets, rows = rows_of(events.facets(search, 2)), self.every(events, search)
        counts = [each.n for each in facets.values["http_status"]]
        assert counts == sorted(counts, reverse=True)
        assert len(counts) == 2
        assert sum(counts) + facets.further["http_status"] == len(rows)

    def test_severities_stand_worst_first(self, events: EventQuestions, search: EventSearch) -> None:
        words = [each.value for each in rows_of(events.facets(search, 9)).values["severity"]]
        assert words == ["critical", "high", "medium", "low", "informational"]

    @pytest.mark.parametrize("dimension", DIMENSIONS)
    @pytest.mark.parametrize("text", ["", "outcome:failure", "shell OR login OR GET"])
    def test_ticks_narrow_the_other_facets_and_not_their_own(
        self, events: EventQuestions, search: EventSearch, dimension: str, text: str
    ) -> None:
        search = replace(search, query=parse(text))
        plain, rows = rows_of(events.facets(search, 99)), every_event(events, search)
        ticked = frozenset([plain.values[dimension][0].value])
        facets = rows_of(events.facets(replace(search, chosen={dimension: ticked}), 99))
        for other in DIMENSIONS:
            counts = Counter(
                value_of(row, other) for row in rows if other == dimension or value_of(row, dimension) in ticked
            )
            assert {each.value: each.n for each in facets.values[other]} == counts

    def test_two_ticked_facets_narrow_each_other(self, events: EventQuestions, search: EventSearch) -> None:
        chosen = {"source": frozenset(["nginx", "app"]), "outcome": frozenset(["failure"])}
        facets = rows_of(events.facets(replace(search, chosen=chosen), 99))
        rows = self.every(events, search)
        by_source = Counter(row.source for row in rows if row.outcome == "failure")
        by_outcome = Counter(row.outcome for row in rows if row.source in chosen["source"])
        assert {each.value: each.n for each in facets.values["source"]} == by_source
        assert {each.value: each.n for each in facets.values["outcome"]} == by_outcome

    @pytest.mark.parametrize("value", ["nobody has this", "", "\x00", "\ud800", "' OR TRUE --", "a" * 9000])
    def test_a_ticked_value_is_listed_although_nothing_has_it(
        self, events: EventQuestions, search: EventSearch, value: str
    ) -> None:
        facets = rows_of(events.facets(replace(search, chosen={"source": frozenset([value])}), 1))
        assert {each.value: each.n for each in facets.values["source"]}[value] == 0
        assert sum(each.n for each in facets.values["action"]) == 0

    def test_neighbours_share_something_and_stand_in_the_order_of_time(
        self, events: EventQuestions, search: EventSearch
    ) -> None:
        every = self.every(events, search)
        event = next(row for row in every[40:] if row.source_ip and row.user_name)
        rows = list(rows_of(events.around(event, 5)))
        near = sorted((row for row in every if shares(row, event)), key=lambda row: row.position)
        place = near.index(event)
        assert rows == near[max(0, place - 5) : place + 6]

    def test_an_event_without_user_address_and_container_stands_among_those_of_its_source(
        self, events: EventQuestions, search: EventSearch
    ) -> None:
        event = next(
            row for row in self.every(events, search) if not (row.source_ip or row.user_name or row.container_name)
        )
        rows = rows_of(events.around(event, 99))
        assert event in rows
        assert {row.source for row in rows} == {event.source}

    def test_the_same_entity_is_counted_over_the_day_up_to_the_event(
        self, events: EventQuestions, search: EventSearch
    ) -> None:
        every = self.every(events, search)
        event = next(row for row in every if row.user_name == "m.keller")
        counts = {each.entity: each for each in rows_of(events.same_entity(event))}
        since, until = event.position.occurred_at - timedelta(days=1), event.position.occurred_at
        same = [r for r in every if r.user_name == "m.keller" and since < r.position.occurred_at <= until]
        assert (counts[Entity.USER].value, counts[Entity.USER].events) == ("m.keller", len(same))
        assert counts[Entity.USER].failed == sum(row.outcome == "failure" for row in same)

    @pytest.mark.parametrize("field", ["user_name", "source_ip", "source", "rule", "http_status", "http_method"])
    def test_values_begin_as_typed_most_frequent_first(
        self, events: EventQuestions, search: EventSearch, field: str
    ) -> None:
        every = Counter(value_of(row, field) for row in self.every(events, search))
        some = next(value for value in sorted(every) if value)
        found = rows_of(events.values(field, some[:2], search.window, 99))
        assert set(found) == {value for value in every if value and value.startswith(some[:2])}
        assert [every[value] for value in found] == sorted((every[value] for value in found), reverse=True)

    @pytest.mark.parametrize("field", ["", "nothing", "occurred_at", "message", "' OR TRUE --"])
    def test_what_has_no_values_to_choose_from_offers_none(
        self, events: EventQuestions, search: EventSearch, field: str
    ) -> None:
        assert not rows_of(events.values(field, "", search.window, 10))

    @pytest.mark.parametrize("beginning", ["\x00", "\ud800", "%", "_", "' OR TRUE --", "\\", "x" * 9000])
    def test_a_beginning_that_no_value_has_offers_none(
        self, events: EventQuestions, search: EventSearch, beginning: str
    ) -> None:
        for field in ("user_name", "source_ip", "source", "rule", "host_name", "severity"):
            assert not rows_of(events.values(field, beginning, search.window, 10))

    def test_a_window_of_nothing_holds_nothing(self, events: EventQuestions, search: EventSearch) -> None:
        nothing = replace(search, window=replace(search.window, until=search.window.since))
        assert rows_of(events.page(nothing, None, 10)).rows == ()
        assert rows_of(events.histogram(nothing, 10)).buckets == ()
        assert not any(rows_of(events.facets(nothing, 10)).values.values())


def value_of(row: EventRow, name: str) -> str:
    """The value of a field of a row as facets name it; "" is "not given"."""
    value = getattr(row, name)
    return value.word if isinstance(value, Severity) else "" if value is None else str(value)


def shares(one: EventRow, other: EventRow) -> bool:
    """Whether they are of the same user, address or container, and a day apart at most."""
    is_near = abs(one.position.occurred_at - other.position.occurred_at) <= timedelta(days=1)
    pairs = [(getattr(one, name), getattr(other, name)) for name in ("source_ip", "user_name", "container_name")]
    return is_near and any(value is not None and value == same for value, same in pairs)
