"""The histogram of the Logs page: lines over time, what is bad at the foot of each bar where it is seen."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.sources.interface import TimeRange
from dashboard.sources.log_questions import Band, Volume, VolumePart
from dashboard.ui.palette import role

Figure = dict[str, Any]
_COLOURS = {
    Band.CRITICAL: "critical",
    Band.HIGH: "high",
    Band.ERROR: "high",
    Band.WARNING: "medium",
    Band.FAILED: "failure",
    Band.OTHER: "success",
}
"""Worst first, which is also from the foot of a bar upwards."""
_ONE_LINE = timedelta(days=1.5)  # longer windows say the day under the hour


def volume(found: Volume, window: TimeRange) -> Figure:
    """Bars for each step, the worst at their foot. Times are the reader's, without zone, as Plotly wants them.

    `layout.meta` gives the browser the bars in UTC: what is brushed becomes a window of whole bars.
    """
    steps = len(found.parts[0].counts) if found.parts else 0
    starts = [_local(found.start + found.step * (number + 0.5), window.zone) for number in range(steps)]
    return {
        "data": [_bars(starts, part) for part in sorted(found.parts, key=lambda each: list(_COLOURS).index(each.band))],
        "layout": {
            "barmode": "stack",
            "bargap": 0.15,
            "uirevision": f"{window.since.isoformat()} {window.until.isoformat()}",
            "dragmode": "select",
            "selectdirection": "h",
            "selections": [],
            "meta": {
                "starts": [(found.start + found.step * number).isoformat() for number in range(steps)],
                "step_ms": found.step.total_seconds() * 1000,
            },
            "margin": {"l": 52, "r": 10, "t": 6, "b": 24 if window.length <= _ONE_LINE else 38},
            "xaxis": {
                "type": "date",
                "range": [_local(window.since, window.zone), _local(window.until, window.zone)],
                "tickformatstops": _ticks(window),
                "hoverformat": "%a %-d %b %H:%M:%S" if found.step < timedelta(minutes=1) else "%a %-d %b %H:%M",
            },
            "yaxis": {"nticks": 3},
        },
    }


def _bars(starts: list[str], part: VolumePart) -> Figure:
    return {
        "type": "bar",
        "x": starts,
        "y": list(part.counts),
        "name": part.band.value,
        "marker": {"color": role(_COLOURS[part.band]), "line": {"width": 0}},
        "hovertemplate": f"%{{y:,}} {part.band.value.lower()}<extra></extra>",
    }


def _ticks(window: TimeRange) -> list[dict[str, object]]:
    hours = "%H:%M" if window.length <= _ONE_LINE else "%H:%M\n%a %-d"
    return [
        {"dtickrange": [None, 60_000 - 1], "value": "%H:%M:%S"},
        {"dtickrange": [60_000, 86_400_000 - 1], "value": hours},
        {"dtickrange": [86_400_000, None], "value": "%a %-d" if window.length <= timedelta(days=10) else "%-d %b"},
    ]


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).replace(tzinfo=None).isoformat(timespec="milliseconds")
