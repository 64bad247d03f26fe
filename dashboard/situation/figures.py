"""Attack and health on one axis: logins, failed logins, and what was going on meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.sources.interface import LoginBucket, SourceStatus, TimeRange
from dashboard.ui import words
from dashboard.ui.palette import role
from vigie.login_attacks import LoginAttack, SuccessAfterFailures
from vigie.severity import Severity

Figure = dict[str, Any]
STEPS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 10, 30, 60, 180, 360, 1440, 7 * 1440))
MOST_BUCKETS = 180
ROWS = {"y": (0.5, 0.9), "y2": (0.0, 0.42)}
"""Where the two rows stand, as shares of the height; above them is room for the tags."""
MOST_BANDS = 4


@dataclass(frozen=True, slots=True)
class Axis:
    """All that stands on the one axis."""

    buckets: Sequence[LoginBucket]
    attacks: Sequence[LoginAttack]
    successes: Sequence[SuccessAfterFailures]
    sources: Sequence[SourceStatus]


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
    starts = [_local(each.start + step / 2, window.zone) for each in axis.buckets]
    shown = sorted(
        (each for each in axis.attacks if each.severity >= Severity.MEDIUM),
        key=lambda each: (-each.severity, -each.tries),
    )[:MOST_BANDS]
    failures = [each.failure for each in axis.buckets]
    top = {"y": max([each.success for each in axis.buckets], default=0), "y2": max(failures, default=0)}
    return {
        "data": [
            _bars(starts, [each.success for each in axis.buckets], "success", "y", "logins"),
            _bars(starts, failures, "failure", "y2", "failed"),
            *_blind(axis.sources, window, top),
            *_marks(axis.successes, window, top["y2"]),
        ],
        "layout": {
            "margin": {"l": 118, "r": 10, "t": 4, "b": 26},
            "meta": {"gutter": True},
            "uirevision": "view",
            "hoversubplots": "axis",
            "xaxis": {
                "type": "date",
                "range": [_local(window.since, window.zone), _local(window.until, window.zone)],
                "anchor": "y2",
                "tickformatstops": _ticks(window),
                "hoverformat": "%a %-d %b %H:%M",
            },
            "yaxis": {"domain": list(ROWS["y"]), "anchor": "x", "nticks": 3, "range": [0, max(top["y"] * 1.1, 4)]},
            "yaxis2": {"domain": list(ROWS["y2"]), "anchor": "x", "nticks": 3, "range": [0, max(top["y2"] * 1.15, 4)]},
            "shapes": [shape for each in shown for shape in _band(each, window)],
            "annotations": [
                *_row_name("Logins", f"ok, per {step_words(step)}", "y"),
                *_row_name("Failed logins", f"per {step_words(step)}", "y2"),
                *_tags(shown, window),
                *_label(shown[:1], window, top["y2"]),
                *_names(axis.successes, window, top["y2"]),
            ],
        },
    }


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")


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
    hours = "%H:%M" if window.length <= timedelta(days=1.5) else "%H:%M\n%a %-d"
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


def _band(attack: LoginAttack, window: TimeRange) -> list[Figure]:
    x0 = _local(max(attack.first_seen, window.since), window.zone)
    x1 = _local(min(attack.last_seen, window.until), window.zone)
    colour = attack.severity.word
    area = {
        "type": "rect",
        "layer": "below",
        "x0": x0,
        "x1": x1,
        "yref": "paper",
        "y0": 0,
        "y1": 0.92,
        "fillcolor": role(colour, 20),
        "line": {"width": 0},
    }
    edge = {
        "type": "line",
        "x0": x0,
        "x1": x0,
        "yref": "paper",
        "y0": 0,
        "y1": 0.92,
        "line": {"color": role(colour, 70), "width": 1},
    }
    return [area, edge]


def _tags(attacks: Sequence[LoginAttack], window: TimeRange) -> list[Figure]:
    """The newest two: more would stand on one another."""
    made = []
    for attack in sorted(attacks[:2], key=lambda each: each.first_seen):
        start, end = attack.first_seen.astimezone(window.zone), attack.last_seen.astimezone(window.zone)
        early = attack.first_seen - window.since < window.length * 0.3
        made.append(
            {
                "text": f"{words.ATTACK[attack.kind]} {start:%H:%M}–{end:%H:%M}",
                "name": "tag",
                "yref": "paper",
                "y": 1,
                "yanchor": "top",
                "x": _local(
                    max(attack.first_seen, window.since) if early else min(attack.last_seen, window.until), window.zone
                ),
                "xanchor": "left" if early else "right",
                "font": {"color": role(attack.severity.word), "size": 11.5, "weight": 600},
                "bgcolor": role(attack.severity.word, 16),
                "borderpad": 3,
            }
        )
    return made[:1] if len(made) == 2 and _close(attacks[0], attacks[1], window) else made


def _close(one: LoginAttack, other: LoginAttack, window: TimeRange) -> bool:
    return abs(one.first_seen - other.first_seen) < window.length * 0.25


def _label(worst: Sequence[LoginAttack], window: TimeRange, top: int) -> list[Figure]:
    """The one point that matters, in words."""
    if not worst or worst[0].last_seen < window.since:
        return []
    attack = worst[0]
    early = attack.first_seen - window.since < window.length * 0.3
    edge = attack.last_seen if early else attack.first_seen
    return [
        {
            "text": f"{attack.tries:,} tries in {words.span(attack.last_seen - attack.first_seen)}",
            "yref": "y2",
            "y": top * 1.02,
            "yanchor": "top",
            "x": _local(edge, window.zone),
            "xanchor": "left" if early else "right",
            "xshift": 8 if early else -8,
            "yshift": -18 if early else 0,
            "font": {"color": role("failure"), "size": 11.5, "weight": 600},
            "bgcolor": role("panel", 80),
        }
    ]


def _opened(successes: Sequence[SuccessAfterFailures]) -> list[SuccessAfterFailures]:
    return sorted((each for each in successes if each.severity >= Severity.HIGH), key=lambda each: -each.severity)[:2]


def _marks(successes: Sequence[SuccessAfterFailures], window: TimeRange, top: int) -> list[Figure]:
    opened = _opened(successes)
    if not opened:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [_local(each.occurred_at, window.zone) for each in opened],
            "y": [top * 1.02] * len(opened),
            "yaxis": "y2",
            "xaxis": "x",
            "cliponaxis": False,
            "marker": {
                "symbol": "octagon",
                "size": 13,
                "color": role("critical"),
                "line": {"width": 2, "color": role("panel")},
            },
            "text": [f"{words.in_figure(each.user_name)} gets in" for each in opened],
            "hovertemplate": "%{text}<extra></extra>",
        }
    ]


def _names(successes: Sequence[SuccessAfterFailures], window: TimeRange, top: int) -> list[Figure]:
    made = []
    for row, each in enumerate(_opened(successes)):
        late = window.until - each.occurred_at < window.length * 0.25
        at = each.occurred_at.astimezone(window.zone)
        made.append(
            {
                "text": f"{at:%H:%M} {words.in_figure(each.user_name, 24)} gets in",
                "yref": "y2",
                "y": top * 1.02,
                "yanchor": "middle",
                "yshift": -18 * row - (34 if late else 0),
                "x": _local(each.occurred_at, window.zone),
                "xanchor": "right" if late else "left",
                "xshift": -12 if late else 14,
                "font": {"color": role("critical"), "size": 11.5, "weight": 600},
                "bgcolor": role("panel", 80),
            }
        )
    return made


def _blind(sources: Sequence[SourceStatus], window: TimeRange, top: dict[str, int]) -> list[Figure]:
    """Time that nobody looked at, hatched over both rows."""
    since = min((each.blind_since for each in sources if each.blind_since), default=None)
    if since is None or since >= window.until:
        return []
    x0, x1 = _local(max(since, window.since), window.zone), _local(window.until, window.zone)
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "fill": "toself",
            "x": [x0, x0, x1, x1],
            "y": [0, max(high, 4), max(high, 4), 0],
            "xaxis": "x",
            "yaxis": axis,
            "line": {"width": 0},
            "hoverinfo": "skip",
            "fillcolor": "rgba(0,0,0,0)",
            "fillpattern": {"shape": "/", "fgcolor": role("blind", 60), "size": 7, "solidity": 0.2},
        }
        for axis, high in top.items()
    ]
