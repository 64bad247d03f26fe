"""The cards at the top of Situation: figure, change against the week before, and a line on a fixed scale."""

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashboard.sources.interface import LoginBucket, LoginSummary, SourceStatus
from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.icons import icon
from dashboard.ui.sparkline import sparkline
from dashboard.ui.view import View

LINE_POINTS = 36
USUAL_RATIO_TOP = 40.0
"""Per cent: the scale of the ratio's line never shrinks below this, so that a few typos stay flat."""
NOT_COMPARABLE = "no full week before to compare"
ALARMING_RATIO, ENOUGH_LOGINS = 25.0, 20


@dataclass(frozen=True, slots=True)
class Counts:
    """One window and the same window a week before, with the buckets of the first. None: not known in full."""

    now: LoginSummary
    before: LoginSummary | None
    buckets: Sequence[LoginBucket]


def logins(counts: Counts) -> list[Component]:
    """Successful logins."""
    values = _thin([each.success for each in counts.buckets])
    return [
        figure(f"{counts.now.success:,}"),
        change(_relative(counts.now.success, counts.before.success if counts.before else None)),
        sparkline(values, max(values, default=0) * 1.1),
    ]


def failed_ratio(counts: Counts) -> list[Component]:
    """Failed logins as a share of all, never without the counts."""
    now = counts.now
    total, ratio = now.success + now.failure, _ratio(now)
    usual = _ratio(counts.before) if counts.before else 0.0
    alarming = total >= ENOUGH_LOGINS and ratio >= ALARMING_RATIO and ratio > 2 * usual
    good, bad = (_thin([getattr(each, name) for each in counts.buckets]) for name in ("success", "failure"))
    line = [100 * b / (g + b) if g + b > 2 else 0.0 for g, b in zip(good, bad, strict=True)]
    said = f"{_ratio_before(ratio, counts.before)} · {now.failure:,} of {total:,}" if total else "no logins"
    return [
        figure(words.percent(now.failure, total), "%" if total else ""),
        change(said, "is-critical" if alarming else ""),
        sparkline(line, max(USUAL_RATIO_TOP, max(line, default=0)), "critical" if alarming else "success"),
    ]


def active_users(counts: Counts) -> list[Component]:
    """Accounts with at least one login."""
    said = _relative(counts.now.active_users, counts.before.active_users if counts.before else None)
    return [figure(f"{counts.now.active_users:,}"), change(said)]


def blind_sources(statuses: Sequence[SourceStatus], view: View) -> list[Component]:
    """How many of the sources nobody hears, one square for each."""
    blind = [each for each in statuses if each.blind_since]
    since = min((each.blind_since for each in blind if each.blind_since), default=None)
    said = f"since {words.clock_time(since, view.zone, view.window.until)}" if since else "every source is being read"
    squares = [html.Span(className="cell blind" if each.blind_since else "cell") for each in statuses[:24]]
    return [
        figure(str(len(blind)), f"of {len(statuses)}"),
        change(said, "is-blind" if blind else ""),
        html.Div(squares, className="cells", **attributes(aria_hidden="true")),
        sign("blind" if blind else "check", "is-blind" if blind else "is-ok"),
    ]


def sign(name: str, tone: str) -> Component:
    """The icon at the right of a card's title."""
    return icon(name, extra=f"card-sign {tone}")


def figure(value: str, unit: str = "") -> Component:
    """The figure of a card."""
    return html.P([html.Strong(value), *([html.Span(f" {unit}")] if unit else [])], className="card-figure")


def change(text: str, tone: str = "") -> Component:
    """What it is compared with, in words. `tone`: a CSS class."""
    return html.P(text, className=f"card-change {tone}".rstrip())


def _ratio(summary: LoginSummary) -> float:
    total = summary.success + summary.failure
    return 100 * summary.failure / total if total else 0.0


def _arrow(now: float, before: float) -> str:
    return "→" if abs(now - before) < 0.05 else "↑" if now > before else "↓"


def _ratio_before(ratio: float, before: LoginSummary | None) -> str:
    if before is None:
        return NOT_COMPARABLE
    total = before.success + before.failure
    if not total:
        return "no logins a week before"
    return f"{_arrow(ratio, _ratio(before))} was {words.percent(before.failure, total)} % a week before"


def _relative(now: int, before: int | None) -> str:
    if before is None:
        return NOT_COMPARABLE
    if not before:
        return "none a week before" if now else "none, as a week before"
    per_cent = round(100 * (now - before) / before)
    return (
        f"→ as a week before ({before:,})"
        if not per_cent
        else f"{_arrow(now, before)} {abs(per_cent)} % · was {before:,} a week before"
    )


def _thin(values: Sequence[int]) -> list[int]:
    """Neighbours added up until about 36 points are left."""
    size = max(1, -(-len(values) // LINE_POINTS))
    return [sum(values[at : at + size]) for at in range(0, len(values), size)]
