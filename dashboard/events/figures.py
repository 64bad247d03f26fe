"""The histogram over the grid: events in time, told apart, to brush."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.sources.event_questions import EventBucket, Histogram
from dashboard.sources.interface import SourceStatus, TimeRange
from dashboard.ui.palette import role

Figure = dict[str, Any]
BINS = 120
_ONE_LINE = timedelta(days=1.5)
_PARTS = (("other", "success"), ("failed", "failure"), ("high", "high"), ("critical", "critical"))
_MOST_SIGNS = 16
_SIGNS = {"high": "triangle-up", "critical": "octagon"}


def histogram(found: Histogram, window: TimeRange, unseen: Sequence[tuple[datetime, datetime]]) -> Figure:
    """The figure. `unseen`: spans (UTC) that nobody looked at. Times on it are the reader's, without zone.

    `layout.meta` gives the browser the bars in UTC: what is brushed becomes a window of whole bars.
    """
    middles = [_local(each.start + found.step / 2, window.zone) for each in found.buckets]
    top = max(4.0, max((_height(each) for each in found.buckets), default=0) * 1.25)
    return {
        "data": [
            *[_bars(middles, [getattr(each, part) for each in found.buckets], colour, part) for part, colour in _PARTS],
            *[_signs(middles, found.buckets, part, top) for part in _SIGNS],
            *[_hatched(since, until, window.zone, top) for since, until in unseen],
        ],
        "layout": {
            "barmode": "stack",
            "bargap": 0.12,
            "dragmode": "select",
            "selectdirection": "h",
            "selections": [],
            "uirevision": f"{window.since.isoformat()} {window.until.isoformat()}",
            "margin": {"l": 48, "r": 10, "t": 6, "b": 24 if window.length <= _ONE_LINE else 36},
            "meta": {
                "total": found.total,
                "starts": [each.start.isoformat() for each in found.buckets],
                "step_ms": int(found.step.total_seconds() * 1000),
            },
            "xaxis": {
                "type": "date",
                "range": [_local(window.since, window.zone), _local(window.until, window.zone)],
                "tickformatstops": _ticks(window),
                "hoverformat": "%a %-d %b %H:%M:%S" if found.step < timedelta(minutes=1) else "%a %-d %b %H:%M",
            },
            "yaxis": {"nticks": 3, "range": [0, top]},
        },
    }


def unseen(
    window: TimeRange,
    collected_since: datetime | None,
    statuses: Sequence[SourceStatus],
    recorded: Sequence[tuple[datetime, datetime | None]],
) -> Iterator[tuple[datetime, datetime]]:
    """Spans of the window (UTC), apart and in order, of which nobody knows everything.

    Nothing was collected before `collected_since`; of the sources that are asked about, `statuses` says who is blind
    now, and `recorded` when they were blind.
    """
    spans: list[tuple[datetime, datetime | None]] = [(window.since, collected_since)] if collected_since else []
    spans += [*recorded, *((each.blind_since, None) for each in statuses if each.blind_since)]
    inside = sorted((max(since, window.since), min(until or window.until, window.until)) for since, until in spans)
    begun: tuple[datetime, datetime] | None = None
    for since, until in inside:
        if since >= until:
            continue
        if begun and since <= begun[1]:
            begun = begun[0], max(begun[1], until)
            continue
        if begun:
            yield begun
        begun = since, until
    if begun:
        yield begun


def _height(bucket: EventBucket) -> int:
    return bucket.other + bucket.failed + bucket.high + bucket.critical


def _bars(middles: list[str], values: list[int], colour: str, word: str) -> Figure:
    return {
        "type": "bar",
        "x": middles,
        "y": values,
        "name": word,
        "marker": {"color": role(colour), "line": {"width": 0}},
        "unselected": {"marker": {"opacity": 0.35}},
        "hovertemplate": f"%{{y:,}} {word}<extra></extra>",
    }


def _signs(middles: list[str], buckets: Sequence[EventBucket], part: str, top: float) -> Figure:
    """A sign over each bar that holds such events: one among thousands is seen too."""
    marked = [(middle, bucket) for middle, bucket in zip(middles, buckets, strict=True) if getattr(bucket, part)]
    if len(marked) > _MOST_SIGNS:
        marked = []  # nothing rare: the bars tell it
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [middle for middle, _ in marked],
        "y": [min(_height(bucket) + top * (0.08 if part == "high" else 0.16), top * 0.95) for _, bucket in marked],
        "marker": {"symbol": _SIGNS[part], "size": 10, "color": role(part), "line": {"width": 0}},
        "unselected": {"marker": {"opacity": 0.35}},
        "hoverinfo": "skip",
        "name": part,
    }


def _hatched(since: datetime, until: datetime, zone: ZoneInfo, top: float) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "x": [_local(each, zone) for each in (since, since, until, until)],
        "y": [0, top, top, 0],
        "line": {"width": 0},
        "hoverinfo": "skip",
        "fillcolor": "rgba(0,0,0,0)",
        "fillpattern": {"shape": "/", "fgcolor": role("blind", 60), "size": 7, "solidity": 0.2},
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
