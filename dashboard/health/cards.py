"""The verdict and the cards at the top of the API page."""

from datetime import timedelta

from dash import html
from dash.development.base_component import Component

from dashboard.health.judged import Mood, Verdict
from dashboard.sources.health_questions import Requests
from dashboard.ui.icons import icon
from dashboard.ui.measures import number, share, took
from vigie.health.objectives import Objective

_SIGNS = {
    Mood.WELL: "shield", Mood.QUIET: "informational", Mood.UNKNOWN: "blind", Mood.SLOW: "medium", Mood.FAILING: "high",
    Mood.DOWN: "critical",
}  # fmt: skip


def verdict(given: Verdict) -> list[Component]:
    """The sentence and what it rests on."""
    tone = given.mood.value
    text = [html.P(given.sentence, className="verdict-sentence"), html.P(given.detail, className="verdict-detail")]
    parts = [icon(_SIGNS[given.mood], extra=f"verdict-sign is-{tone}"), html.Div(text, className="verdict-text")]
    mood = "quiet" if given.mood is Mood.WELL else "known"
    return [html.Div(parts, className=f"verdict-inner edge-{tone} mood-{mood}")]


def _card(figure: str, unit: str, change: str, tone: str = "") -> list[Component]:
    said = html.P([html.Strong(figure), *([html.Span(f" {unit}")] if unit else [])], className="card-figure")
    return [said, html.P(change, className=f"card-change {tone}".rstrip())]


def card_requests(found: Requests, _: Objective) -> list[Component]:
    """How many, and at which rate."""
    minutes = max(found.length / timedelta(minutes=1), 1)
    rate = found.total.total / minutes
    return _card(number(found.total.total), "", f"{rate:.1f} a minute" if rate < 100 else f"{rate / 60:.1f} a second")


def card_availability(found: Requests, objective: Objective) -> list[Component]:
    """The share that was answered without a 5xx."""
    total = found.total
    if total.availability is None:
        return _card("–", "", "no requests")
    tone = "is-critical" if total.availability < objective.availability else ""
    said = f"{number(total.failed)} of {number(total.total)} failed · promised {share(objective.availability)} %"
    return _card(share(total.availability), "%", said, tone)


def card_errors(found: Requests, _: Objective) -> list[Component]:
    """5xx and 4xx beside one another: the first are ours, the second mostly theirs."""
    total = found.total
    if total.total < 0.5:
        return _card("–", "", "no requests")
    refused = f"{100 * total.refused / total.total:.1f} % refused with 4xx ({number(total.refused)})"
    return _card(f"{100 * total.failed / total.total:.2f}", "% 5xx", refused)


def card_latency(found: Requests, objective: Objective) -> list[Component]:
    """p95, with p50 and p99 below."""
    latency = found.total.latency
    if latency is None:
        return _card("–", "", found.records.advice if not found.records.latency else "nothing answered")
    slow = latency.quantile(objective.latency_share)
    is_late = slow is not None and objective.latency_s is not None and slow > objective.latency_s
    said = f"p50 {took(latency, 0.5)} · p99 {took(latency, 0.99)}"
    value, _, unit = took(latency, 0.95).rpartition(" ")
    return _card(value, unit, said, "is-critical" if is_late else "")
