"""The cards of the watched service: availability, error rate, p95. What nobody records is not known, never zero."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dash.development.base_component import Component

from dashboard.situation.cards import LINE_POINTS, NOT_COMPARABLE, change, figure, sign
from dashboard.sources.health_promises import ENOUGH
from dashboard.sources.health_questions import Requests, Timeline, Traffic, summed
from dashboard.ui.measures import number, seconds, share, took
from dashboard.ui.sparkline import sparkline
from vigie.health.objectives import Objective

_LEAST_ERRORS = 10.0
"""Per cent: the scale of the error rate's line never shrinks below this, so that single failures stay flat."""
_AVAILABLE_FROM = 90.0
"""Per cent: where the scale of availability begins."""
WEEK = "a week before"


@dataclass(frozen=True, slots=True)
class Measured:
    """One window and, where it is known in full, the same window a week before. `objective`: what was promised."""

    requests: Requests
    before: Traffic | None
    timeline: Timeline
    objective: Objective

    @property
    def total(self) -> Traffic:
        return self.requests.total


def availability(measured: Measured) -> list[Component]:
    """The share that was answered without a 5xx."""
    now = measured.total.availability
    line = _line(measured, lambda each: None if each.availability is None else 100 * each.availability)
    shown = [None if each is None else max(0.0, each - _AVAILABLE_FROM) for each in line]
    if now is None:
        return [figure("–"), change("no requests"), sparkline(shown, 110 - _AVAILABLE_FROM)]
    broken = now < measured.objective.availability and measured.total.total >= ENOUGH
    said = _compared(measured, lambda each: each.availability, share, " %", 1e-5)
    return [
        figure(share(now), "%"),
        change(said, "is-critical" if broken else ""),
        sparkline(shown, 110 - _AVAILABLE_FROM, "critical" if broken else "success"),
        sign("critical" if broken else "check", "is-critical" if broken else "is-ok"),
    ]


def error_rate(measured: Measured) -> list[Component]:
    """Requests answered with 5xx as a share of all, never without the counts."""
    total = measured.total
    line = _line(measured, _failed_percent)
    top = max(_LEAST_ERRORS, max((each for each in line if each is not None), default=0.0))
    rate = _failed_percent(total)
    if rate is None:
        return [figure("–"), change("no requests"), sparkline(line, top)]
    said = f"{_compared(measured, _failed_percent, _percent, ' %', 0.005)} · {number(total.failed)} failed"
    return [figure(_percent(rate), "%"), change(said), sparkline(line, top)]


def p95(measured: Measured) -> list[Component]:
    """Below this 95 of 100 requests were answered."""
    objective, latency = measured.objective, measured.total.latency
    slow = latency.quantile(0.95) if latency else None
    line = _line(measured, lambda each: each.latency.quantile(0.95) if each.latency else None)
    promised = objective.latency_s or 0.0
    top = max(1.2 * promised, 1.1 * max((each for each in line if each is not None), default=0.0))
    if slow is None:
        return [figure("–"), change("nothing answered"), sparkline(line, top)]
    late = bool(objective.latency_s and slow > objective.latency_s and measured.total.total >= ENOUGH)
    value, _, unit = took(latency, 0.95).rpartition(" ")
    said = _compared(measured, lambda each: each.latency.quantile(0.95) if each.latency else None, seconds, "", 0.0005)
    return [
        figure(value, unit),
        change(said, "is-critical" if late else ""),
        sparkline(line, top, "critical" if late else "success"),
        *(
            []
            if objective.latency_s is None
            else [sign("medium" if late else "check", "is-medium" if late else "is-ok")]
        ),
    ]


def _failed_percent(traffic: Traffic) -> float | None:
    return 100 * traffic.failed / traffic.total if traffic.total > 0 else None


def _percent(value: float) -> str:
    return f"{value:.2f}" if 0 < value < 0.995 else f"{value:.1f}"


def _compared(
    measured: Measured,
    of: Callable[[Traffic], float | None],
    said: Callable[[float], str],
    unit: str,
    same: float,
) -> str:
    """`↓ was 0.5 % a week before`. What differs by less than `same` is the same."""
    now = of(measured.total)
    if measured.before is None:
        return NOT_COMPARABLE
    before = of(measured.before)
    if before is None or now is None:
        return f"no requests {WEEK}"
    if abs(now - before) < same:
        return f"→ as {WEEK}"
    return f"{'↑' if now > before else '↓'} was {said(before)}{unit} {WEEK}"


def _line(measured: Measured, of: Callable[[Traffic], float | None]) -> Sequence[float | None]:
    """Neighbouring steps added up until about 36 points are left. None: nothing was asked then, or nobody knows."""
    steps = measured.timeline.steps
    size = max(1, -(-len(steps) // LINE_POINTS))
    made: list[float | None] = []
    for at in range(0, len(steps), size):
        known = [each.traffic for each in steps[at : at + size] if each.traffic is not None]
        made.append(of(summed(known)) if known else None)
    return made
