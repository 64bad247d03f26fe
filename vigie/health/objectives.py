"""Objectives, error budgets and burn rates (Google SRE workbook, chapter 5: "Alerting on SLOs")."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Objective:
    """What was promised. `availability`: share of requests answered without a 5xx, within `period`.

    `latency_s`: below which `latency_share` of the answers are to lie; None where nothing was promised.
    """

    availability: float = 0.995
    period: timedelta = timedelta(days=30)
    latency_s: float | None = 0.3
    latency_share: float = 0.95

    @property
    def allowed(self) -> float:
        """Share of requests that may fail."""
        return 1 - self.availability


@dataclass(frozen=True, slots=True)
class BurnWindow:
    """The budget burns fast when both windows burn at `limit` or more: the short one says that it goes on."""

    long: timedelta
    short: timedelta
    limit: float


BURN_WINDOWS = (
    BurnWindow(timedelta(hours=1), timedelta(minutes=5), 14.4),
    BurnWindow(timedelta(hours=6), timedelta(minutes=30), 6.0),
)
"""For a budget of 30 days: 2 % of it within an hour, 5 % within six."""


def burn_rate(failed: float, total: float, objective: Objective) -> float | None:
    """How many times faster than allowed the budget goes. 1: it lasts exactly its period. None without requests."""
    return failed / total / objective.allowed if total > 0 else None


def budget_left(failed: float, total: float, objective: Objective) -> float | None:
    """Share of the error budget that is left; below 0 where it is overspent. None without requests."""
    burnt = burn_rate(failed, total, objective)
    return None if burnt is None else 1 - burnt
