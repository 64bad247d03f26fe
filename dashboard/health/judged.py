"""Is it us or them? The verdict over everything the page knows, in one sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from dashboard.sources.health_promises import ENOUGH, burning
from dashboard.sources.health_questions import Requests, Service, Traffic
from dashboard.ui import words
from dashboard.ui.measures import number, seconds, share
from dashboard.ui.view import View
from vigie.health.objectives import BURN_WINDOWS, Objective, burn_rate


class Mood(Enum):
    """How it looks; the value is the tone of its edge and sign."""

    WELL = "ok"
    QUIET = "low"
    UNKNOWN = "blind"
    SLOW = "medium"
    FAILING = "high"
    DOWN = "critical"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A sentence, what it rests on, and how it looks."""

    mood: Mood
    sentence: str
    detail: str


@dataclass(frozen=True, slots=True)
class Known:
    """All that a verdict rests on. `title`: the name of the service. `spans`: traffic before the end of the window."""

    title: str
    requests: Requests
    spans: Mapping[timedelta, Traffic]
    services: Sequence[Service]
    objective: Objective


def judge(known: Known, view: View) -> Verdict:
    """The worst that is true, said first."""
    total, title = known.requests.total, known.title
    down = [each for each in known.services if each.is_up is False]
    if down:
        since = f" since {words.clock_time(down[0].since, view.zone, view.window.until)}" if down[0].since else ""
        more = f" And {len(down) - 1} more." if len(down) > 1 else ""
        return Verdict(Mood.DOWN, f"{words.outside(down[0].name, 80)} is down{since}.{more}", _figures(total))
    if not known.requests.records.requests:
        return Verdict(Mood.UNKNOWN, f"How {title} answers is not known.", known.requests.records.advice)
    if total.total < 0.5:
        return Verdict(Mood.QUIET, f"{title} was asked nothing in this window.", "Nothing failed, and nothing worked.")
    return _failing(known, total) or _slow(known, total) or _well(title, total)


def _failing(known: Known, total: Traffic) -> Verdict | None:
    for window in BURN_WINDOWS:
        if burning(known.spans, window, known.objective):
            rate = burn_rate(known.spans[window.long].failed, known.spans[window.long].total, known.objective) or 0
            sentence = f"{known.title} fails: its error budget burns {rate:.1f} times faster than it may."
            return Verdict(Mood.FAILING, sentence, f"Over {words.span(window.long)}. {_figures(total)}")
    availability = total.availability
    if availability is not None and total.total >= ENOUGH and availability < known.objective.availability:
        promised = f"{share(known.objective.availability)} % are promised to be answered."
        sentence = f"{known.title} failed {number(total.failed)} of {number(total.total)} requests."
        return Verdict(Mood.FAILING, sentence, f"{promised} {_figures(total)}")
    return None


def _slow(known: Known, total: Traffic) -> Verdict | None:
    objective, latency = known.objective, total.latency
    slow = latency.quantile(objective.latency_share) if latency else None
    if objective.latency_s is None or slow is None or slow <= objective.latency_s or total.total < ENOUGH:
        return None
    sentence = f"{known.title} is slow: p95 {seconds(slow)}, {seconds(objective.latency_s)} is promised."
    return Verdict(Mood.SLOW, sentence, _figures(total))


def _well(title: str, total: Traffic) -> Verdict:
    answered = share(total.availability or 0.0)
    slow = total.latency.quantile(0.95) if total.latency else None
    took = f", p95 {seconds(slow)}" if slow is not None else ""
    sentence = f"{title} healthy: {answered} % of {number(total.total)} requests answered{took}."
    return Verdict(Mood.WELL, sentence, f"{number(total.refused)} were refused with 4xx.")


def _figures(total: Traffic) -> str:
    if total.total < 0.5:
        return "No request is known of this window."
    return (
        f"{number(total.failed)} of {number(total.total)} requests failed with 5xx, {number(total.refused)} with 4xx."
    )
