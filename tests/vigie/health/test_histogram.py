"""Quantiles as Prometheus gives them."""

import pytest

from vigie.health.histogram import Histogram, added, from_cumulative

INFINITE = float("inf")


def test_a_quantile_lies_on_a_straight_line_within_its_bucket() -> None:
    made = Histogram((0.1, 0.2, 0.5), (10, 80, 10, 0))
    assert made.quantile(0.5) == pytest.approx(0.1 + 0.1 * 40 / 80)
    assert made.quantile(0.95) == pytest.approx(0.2 + 0.3 * 5 / 10)


def test_the_first_bucket_begins_at_zero() -> None:
    assert Histogram((0.1,), (4, 0)).quantile(0.5) == pytest.approx(0.05)


def test_what_lies_above_all_bounds_is_said_to_be_beyond() -> None:
    made = Histogram((0.1, 5.0), (1, 1, 8))
    assert (made.quantile(0.95), made.is_beyond(0.95), made.is_beyond(0.1)) == (5.0, True, False)


@pytest.mark.parametrize("made", [Histogram((0.1,), (0, 0)), Histogram((), ())])
def test_without_durations_there_is_no_quantile(made: Histogram) -> None:
    assert (made.quantile(0.5), made.is_beyond(0.5)) == (None, False)


def test_cumulative_buckets_are_taken_apart_in_any_order() -> None:
    made = from_cumulative([(INFINITE, 10), (0.1, 4), (0.5, 9)])
    assert made == Histogram((0.1, 0.5), (4, 5, 1))


def test_a_count_that_falls_is_taken_as_the_one_before() -> None:
    made = from_cumulative([(0.1, 4), (0.5, 3), (INFINITE, 5)])
    assert made == Histogram((0.1, 0.5), (4, 0, 1))


def test_buckets_without_the_one_for_all_say_nothing() -> None:
    assert from_cumulative([(0.1, 4), (0.5, 9)]) is None


def test_only_histograms_of_the_same_bounds_are_added() -> None:
    one, other = Histogram((0.1,), (1, 2)), Histogram((0.2,), (1, 2))
    assert added([one, one]) == Histogram((0.1,), (2, 4))
    assert (added([one, other]), added([])) == (None, None)
