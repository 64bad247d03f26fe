"""Logins and attacks on one axis: logins, failed logins, and what was going on meanwhile."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.situation.marks import Figure, alarming, bands, intrusions, label, local, names, tags
from dashboard.sources.interface import LoginBucket, SourceStatus, TimeRange
from dashboard.ui import words
from dashboard.ui.palette import role
from vigie.login_attacks import LoginAttack, SuccessAfterFailures

STEPS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 10, 30, 60, 180, 360, 1440, 7 * 1440))
MOST_BUCKETS = 180
_ONE_LINE = timedelta(days=1.5)  # longer windows say the day under the hour
ROWS = {"y": (0.5, 0.9), "y2": (0.0, 0.42)}
"""Where the two rows stand, as shares of the height; above them is room for the tags."""


@dataclass(frozen=True, slots=True)
class Axis:
    """All that stands on the one axis. `collected_since`: from when on anything is known (UTC), None: always."""

    buckets: Sequence[LoginBucket]
    attacks: Sequence[LoginAttack]
    successes: Sequence[SuccessAfterFailures]
    sources: Sequence[SourceStatus]
    collected_since: datetime | None = None


def step_for(window: TimeRange) -> timedelta:
    """The finest step that gives at most 180 columns."""
    return next((step for step in STEPS if window.length / step <= MOST_BUCKETS), STEPS[-1])


def step_words(step: timedelta) -> str:
    """`5 min`, `1 h`, `1 day`."""
    minutes = int(step.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 1440 else words.count(minutes // 1440, "day")


def one_axis(axis: Axis, window: TimeRange) -> Figure:
    """The figure. Times on it are the reader's, without zone, because Plotly draws them as they are."""
    step = step_for(window)
    starts = [local(each.start + step / 2, window.zone) for each in axis.buckets]
    attacks = alarming(axis.attacks)
    failures = [each.failure for each in axis.buckets]
    top = {
        "y": max(max([each.success for each in axis.buckets], default=0) * 1.1, 4),
        "y2": max(max(failures, default=0) * 1.15, 4),
    }
    return {
        "data": [
            _bars(starts, [each.success for each in axis.buckets], "success", "y", "logins"),
            _bars(starts, failures, "failure", "y2", "failed"),
            *_unseen(axis, window, top),
            *intrusions(axis.successes, window, top["y2"]),
        ],
        "layout": {
            "margin": {"l": 118, "r": 10, "t": 4, "b": 26 if window.length <= _ONE_LINE else 40},
            "meta": {"gutter": True},
            "uirevision": "view",
            "hoversubplots": "axis",
            "xaxis": {
                "type": "date",
                "range": [local(window.since, window.zone), local(window.until, window.zone)],
                "anchor": "y2",
                "tickformatstops": _ticks(window),
                "hoverformat": "%a %-d %b %H:%M",
            },
            "yaxis": {"domain": list(ROWS["y"]), "anchor": "x", "nticks": 3, "range": [0, top["y"]]},
            "yaxis2": {"domain": list(ROWS["y2"]), "anchor": "x", "nticks": 3, "range": [0, top["y2"]]},
            "shapes": [shape for each in attacks for shape in bands(each, window)],
            "annotations": [
                *_row_name("Logins", f"ok, per {step_words(step)}", "y"),
                *_row_name("Failed logins", f"per {step_words(step)}", "y2"),
                *tags(attacks, window),
                *label(attacks, axis.buckets, window),
                *names(axis.successes, window, top["y2"]),
            ],
        },
    }


def _bars(starts: list[str], values: list[int], colour: str, axis: str, unit: str) -> Figure:
    return {
        "type": "bar",
        "x": starts,
        "y": values,
        "yaxis": axis,
        "xaxis": "x",
        "marker": {"color": role(colour), "line": {"width": 0}},
        "name": unit,
        "hovertemplate": f"%{{y}} {unit}<extra></extra>",
    }


def _ticks(window: TimeRange) -> list[dict[str, object]]:
    hours = "%H:%M" if window.length <= _ONE_LINE else "%H:%M\n%a %-d"
    return [
        {"dtickrange": [None, 86_400_000 - 1], "value": hours},
        {"dtickrange": [86_400_000, None], "value": "%a %-d" if window.length <= timedelta(days=10) else "%-d %b"},
    ]


def _row_name(name: str, unit: str, axis: str) -> list[Figure]:
    """In the gutter; the browser moves them over the row where there is no room for a gutter."""
    place = {
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": ROWS[axis][1],
        "xanchor": "left",
        "yanchor": "top",
        "xshift": -104,
    }
    return [
        {**place, "name": "row", "text": name, "font": {"color": role("text"), "size": 12, "weight": 600}},
        {**place, "name": "row-unit", "text": unit, "yshift": -15, "font": {"color": role("dimmed"), "size": 11}},
    ]


def _unseen(axis: Axis, window: TimeRange, top: dict[str, float]) -> list[Figure]:
    """Time that nobody looked at, hatched over both rows."""
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "fill": "toself",
            "x": [local(each, window.zone) for each in (since, since, until, until)],
            "y": [0, high, high, 0],
            "xaxis": "x",
            "yaxis": row,
            "line": {"width": 0},
            "hoverinfo": "skip",
            "fillcolor": "rgba(0,0,0,0)",
            "fillpattern": {"shape": "/", "fgcolor": role("blind", 60), "size": 7, "solidity": 0.2},
        }
        for since, until in _unseen_spans(axis, window)
        for row, high in top.items()
    ]


def _unseen_spans(axis: Axis, window: TimeRange) -> Iterator[tuple[datetime, datetime]]:
    """Before anything was collected, and since the source that is blind longest is blind."""
    if axis.collected_since and axis.collected_since > window.since:
        yield window.since, min(axis.collected_since, window.until)
    blind = min((each.blind_since for each in axis.sources if each.blind_since), default=window.until)
    if blind < window.until:
        yield max(blind, window.since), window.until
