"""What was promised of the watched service, held against what came: spans to ask for, burn rates, budgets."""

from collections.abc import Mapping
from datetime import timedelta

from dashboard.sources.health_questions import Traffic
from vigie.health.objectives import BURN_WINDOWS, BurnWindow, Objective, budget_left, burn_rate

ENOUGH = 20
"""Requests below which a share says little: one of two that fail is 50 %."""


def lengths(objective: Objective) -> tuple[timedelta, ...]:
    """The spans that burn rates and budget are made of, shortest first."""
    windows = [length for each in BURN_WINDOWS for length in (each.long, each.short)]
    return tuple(sorted({*windows, objective.period}))


def burning(spans: Mapping[timedelta, Traffic], window: BurnWindow, objective: Objective) -> bool:
    """Whether the budget burns too fast in both windows, with enough requests in the long one to say so."""
    long, short = (spans.get(length, Traffic({})) for length in (window.long, window.short))
    if long.total < ENOUGH:
        return False
    return all((burn_rate(each.failed, each.total, objective) or 0) >= window.limit for each in (long, short))


def left(spans: Mapping[timedelta, Traffic], objective: Objective) -> float | None:
    """Share of the error budget that is left over its period."""
    period = spans.get(objective.period, Traffic({}))
    return budget_left(period.failed, period.total, objective)
