"""An answer that took all its time is given again for a while; every other question is asked anew."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.sources.event_exhausted import REPEATED_S, Exhausted
from dashboard.sources.event_questions import EventSearch
from dashboard.sources.interface import Answer, Completeness, TimeRange
from vigie.query import Query, parse

NOW = datetime(2026, 11, 20, 8, 12, tzinfo=UTC)
SEARCH = EventSearch(TimeRange(NOW - timedelta(days=1), NOW, ZoneInfo("UTC")), Query())


class Asked:
    """Counts how often it is asked, and answers with the number."""

    def __init__(self, completeness: Completeness) -> None:
        self.completeness, self.times = completeness, 0

    def __call__(self) -> Answer[int]:
        self.times += 1
        return Answer(self.times, NOW, "test", self.completeness)


class Hand:
    """A clock in seconds that a test moves."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_an_answer_that_ended_early_is_given_again_until_its_time_is_over() -> None:
    clock, ask = Hand(), Asked(Completeness.TRUNCATED)
    exhausted = Exhausted(clock)
    assert [exhausted.get("page", SEARCH, ask).rows for _ in range(3)] == [1, 1, 1]
    clock.seconds = REPEATED_S
    assert exhausted.get("page", SEARCH, ask).rows == 2


@pytest.mark.parametrize("completeness", [each for each in Completeness if each is not Completeness.TRUNCATED])
def test_every_other_answer_is_asked_for_anew(completeness: Completeness) -> None:
    exhausted, ask = Exhausted(Hand()), Asked(completeness)
    assert [exhausted.get("page", SEARCH, ask).rows for _ in range(3)] == [1, 2, 3]


def test_another_question_search_or_tick_is_another() -> None:
    exhausted, ask = Exhausted(Hand()), Asked(Completeness.TRUNCATED)
    ticked = replace(SEARCH, chosen={"source": frozenset(["app"])})
    others = [("page", SEARCH), ("facets", SEARCH), ("page", replace(SEARCH, query=parse("x"))), ("page", ticked)]
    assert [exhausted.get(question, search, ask).rows for question, search in others * 2] == [1, 2, 3, 4] * 2


def test_only_the_newest_are_kept() -> None:
    exhausted, ask = Exhausted(Hand()), Asked(Completeness.TRUNCATED)
    for number in range(100):
        exhausted.get(number, SEARCH, ask)
    assert exhausted.get(99, SEARCH, ask).rows == 100
    assert exhausted.get(0, SEARCH, ask).rows == 101
