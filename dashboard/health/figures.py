"""Requests by class of status and quantiles of latency over time, with what was changed meanwhile."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.sources.health_questions import Change, ChangeKind, Timeline
from dashboard.sources.interface import TimeRange
from dashboard.ui import words
from dashboard.ui.measures import seconds
from dashboard.ui.palette import role

Figure = dict[str, Any]
CLASS_COLOURS = {2: "success", 3: "control", 4: "failure", 5: "critical"}
QUANTILES = {"p50": (0.5, "control"), "p95": (0.95, "dimmed"), "p99": (0.99, "text")}
_ONE_LINE = timedelta(days=1.5)  # longer windows say the day under the hour
_MOST_TAGS = 4
_TAG = {ChangeKind.DEPLOY: "deploy", ChangeKind.VERSION: "version", ChangeKind.RESTART: "restart"}


def traffic(found: Timeline, changes: Sequence[Change], window: TimeRange) -> Figure:
    """Bars of each step, failures on top where they are seen. A step of which nothing is known has no bar."""
    starts = [local(each.start + found.step / 2, window.zone) for each in found.steps]
    each = [step.traffic for step in found.steps]
    return {
        "data": [
            {
                "type": "bar",
                "name": f"{number}xx",
                "x": starts,
                "y": [None if one is None else round(one.classes.get(number, 0.0), 1) for one in each],
                "marker": {"color": role(colour), "line": {"width": 0}},
                "hovertemplate": f"%{{y:,.0f}} {number}xx<extra></extra>",
            }
            for number, colour in CLASS_COLOURS.items()
        ],
        "layout": _layout(window, changes) | {"barmode": "stack", "bargap": 0.15},
    }


def latency(found: Timeline, promised_s: float | None, changes: Sequence[Change], window: TimeRange) -> Figure:
    """A line for each quantile, with gaps where nothing was answered, and what was promised of the p95."""
    starts = [local(each.start + found.step / 2, window.zone) for each in found.steps]
    measured = [step.traffic.latency if step.traffic else None for step in found.steps]
    layout = _layout(window, changes)
    layout["yaxis"] = {"ticksuffix": " ms", "tickformat": ",~r", "nticks": 4, "rangemode": "tozero"}
    layout["margin"] |= {"l": 62}
    if promised_s is not None:
        layout["shapes"] += [_promised(promised_s)]
        layout["annotations"] += [_promised_words(promised_s)]
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": starts,
                "y": [_milliseconds(one.quantile(at)) if one else None for one in measured],
                "connectgaps": False,
                "line": {"color": role(colour), "width": 1.6},
                "hovertemplate": f"{name} %{{y:,.0f}} ms<extra></extra>",
            }
            for name, (at, colour) in QUANTILES.items()
        ],
        "layout": layout,
    }


def _milliseconds(length: float | None) -> float | None:
    return None if length is None else round(length * 1000, 2)


def _layout(window: TimeRange, changes: Sequence[Change]) -> Figure:
    shown = [each for each in changes if window.since <= each.at < window.until]
    hours = "%H:%M" if window.length <= _ONE_LINE else "%H:%M\n%a %-d"
    return {
        "uirevision": "view",
        "margin": {"l": 52, "r": 12, "t": 18 if shown else 8, "b": 24 if window.length <= _ONE_LINE else 38},
        "xaxis": {
            "type": "date",
            "range": [local(window.since, window.zone), local(window.until, window.zone)],
            "hoverformat": "%a %-d %b %H:%M",
            "tickformatstops": [
                {"dtickrange": [None, 86_400_000 - 1], "value": hours},
                {
                    "dtickrange": [86_400_000, None],
                    "value": "%a %-d" if window.length <= timedelta(days=10) else "%-d %b",
                },
            ],
        },
        "yaxis": {"nticks": 4, "rangemode": "tozero", "tickformat": ",d"},
        "shapes": [_line(each, window) for each in shown],
        "annotations": [_tag(each, window) for each in shown[-_MOST_TAGS:]],
    }


def _line(change: Change, window: TimeRange) -> Figure:
    at = local(change.at, window.zone)
    style = {"color": role("text" if change.kind is ChangeKind.DEPLOY else "dimmed"), "width": 1, "dash": "dot"}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": at, "x1": at, "y0": 0, "y1": 1, "line": style}


def _tag(change: Change, window: TimeRange) -> Figure:
    is_late = change.at > window.since + window.length * 0.6
    return {
        "text": f"{_TAG[change.kind]} {words.in_figure(change.what, 24)}",
        "name": "tag",
        "x": local(change.at, window.zone),
        "xanchor": "right" if is_late else "left",
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "font": {"color": role("dimmed"), "size": 11},
        "showarrow": False,
    }


def _promised(length_s: float) -> Figure:
    line = {"color": role("control"), "width": 1, "dash": "4px 3px"}
    at = length_s * 1000
    return {"type": "line", "xref": "paper", "yref": "y", "x0": 0, "x1": 1, "y0": at, "y1": at, "line": line}


def _promised_words(length_s: float) -> Figure:
    return {
        "text": f"p95 promised {seconds(length_s)}",
        "xref": "paper", "x": 0, "xanchor": "left", "yref": "y", "y": length_s * 1000, "yanchor": "bottom",
        "font": {"color": role("dimmed"), "size": 11}, "showarrow": False,
    }  # fmt: skip


def local(instant: datetime, zone: ZoneInfo) -> str:
    """The reader's time without its zone, as Plotly draws it."""
    return instant.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")
