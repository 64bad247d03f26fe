"""What is looked for, as the browser sends it: any JSON may arrive."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dashboard.events.search import MOST_TICKS, read_position, read_search, tick_texts, ticks
from dashboard.sources.event_questions import Position
from dashboard.ui.event_links import position_text

PLACE = Position(datetime(2026, 11, 20, 1, 29, 41, 526123, tzinfo=UTC), "ab" * 32)


def test_a_query_and_ticks_become_a_search() -> None:
    asked = read_search({"range": "1h", "q": "user:alice", "tick": ["source:falco", "source:app", "rule:"]})
    assert asked.search is not None
    assert str(asked.search.query) == "user_name:alice"
    assert asked.search.chosen == {"source": {"falco", "app"}, "rule": {""}}


def test_a_query_that_is_none_says_why() -> None:
    asked = read_search({"q": "sorce:x"})
    assert asked.search is None
    assert asked.refused().sentence == "There is no field sorce."


@pytest.mark.parametrize("data", [None, 5, [], "x", {"q": 7, "tick": "source:x"}, {"q": ["a"], "tick": {"a": 1}}])
def test_what_makes_no_sense_asks_for_everything(data: Any) -> None:
    asked = read_search(data)
    assert asked.search is not None
    assert not asked.is_narrow


@pytest.mark.parametrize("tick", ["password:x", "source", "", 5, None, "source:" + "x" * 401, "rule:\0", "rule:\ud800"])
def test_a_tick_that_makes_no_sense_is_left_out(tick: Any) -> None:
    assert ticks([tick]) == {}


def test_there_is_a_most_of_ticks() -> None:
    assert len(ticks([f"rule:{n}" for n in range(1000)])["rule"]) == MOST_TICKS


def test_ticks_go_into_a_link_and_come_back() -> None:
    chosen = ticks(["rule:a:b", "rule:", "severity:high"])
    assert ticks(tick_texts(chosen)) == chosen


def test_a_place_in_the_list_goes_into_a_link_and_comes_back() -> None:
    assert position_text(PLACE) == f"2026-11-20T01:29:41.526123Z_{'ab' * 32}"
    assert read_position(position_text(PLACE)) == PLACE


@pytest.mark.parametrize(
    "text",
    [
        *(None, 5, "", "_", "now_" + "a" * 64, "2026-11-20T01:29:41Z_" + "A" * 64, "2026-11-20T01:29:41Z_abc"),
        "2026-11-20T01:29:41_" + "a" * 64,
        "0001-01-01T00:00:00Z_" + "a" * 64,
        "9999-12-31T23:59:59-23:59_" + "a" * 64,
        "2026-11-20T01:29:41Z_" + "a" * 63 + "'",
    ],
)
def test_a_place_that_is_none_is_none(text: Any) -> None:
    assert read_position(text) is None
