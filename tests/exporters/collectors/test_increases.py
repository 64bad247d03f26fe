"""Counters over rollups."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from exporters.collectors.increases import Increases

HOUR = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_what_is_there_at_the_start_is_not_an_increase() -> None:
    assert Increases(("a",), kept=3, rest="rest").add([(HOUR, "a", 40)]) == {"a": 0}


def test_what_is_added_to_any_recent_hour_counts() -> None:
    counted = Increases[str](kept=3, rest="rest")
    counted.add([(HOUR, "a", 40)])
    assert counted.add([(HOUR, "a", 42), (HOUR + timedelta(hours=1), "a", 5)]) == {"a": 7}


def test_an_hour_that_retention_took_away_changes_nothing() -> None:
    counted = Increases[str](kept=3, rest="rest")
    counted.add([(HOUR, "a", 40)])
    assert counted.add([]) == {"a": 0}


def test_what_comes_after_the_last_place_is_counted_together() -> None:
    counted = Increases(("a",), kept=2, rest="rest")
    counted.add([])
    sums = counted.add([(HOUR, name, 2) for name in "abcd"])
    assert sums == {"a": 2, "b": 2, "rest": 4}


@given(st.lists(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abcdef"), st.integers(0, 50)))))
def test_no_sum_ever_falls_and_places_are_bounded(looks: list[list[tuple[int, str, int]]]) -> None:
    counted, before = Increases[str](kept=3, rest="rest"), dict[str, int]()
    for look in looks:
        sums = dict(counted.add([(HOUR + timedelta(hours=h), key, n) for h, key, n in look]))
        assert all(sums[key] >= n for key, n in before.items())
        assert len(sums) <= 4
        before = sums
