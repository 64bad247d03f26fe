"""Budgets and burn rates, by the examples of the Google SRE workbook."""

from datetime import timedelta

import pytest

from vigie.health.objectives import BURN_WINDOWS, Objective, budget_left, burn_rate

THREE_NINES = Objective(availability=0.999)


def test_a_burn_rate_of_one_lasts_the_whole_period() -> None:
    assert burn_rate(10, 10_000, THREE_NINES) == pytest.approx(1)
    assert budget_left(10, 10_000, THREE_NINES) == pytest.approx(0)


def test_an_overspent_budget_is_below_zero() -> None:
    assert budget_left(25, 10_000, THREE_NINES) == pytest.approx(-1.5)


def test_without_requests_nothing_is_known() -> None:
    assert (burn_rate(0, 0, THREE_NINES), budget_left(0, 0, THREE_NINES)) == (None, None)


def test_the_limits_are_two_and_five_per_cent_of_thirty_days() -> None:
    spent = [each.limit * each.long / timedelta(days=30) for each in BURN_WINDOWS]
    assert spent == pytest.approx([0.02, 0.05])
