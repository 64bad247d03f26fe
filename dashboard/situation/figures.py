"""Attack and health on one axis: logins, failed logins, errors, latency, and what was going on meanwhile."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.situation import rows
from dashboard.situation.marks import Figure, alarming, bands, intrusions, label, local, names, tags
from dashboard.situation.moments import alert_marks, deploy_lines, deploy_tags
from dashboard.situation.rows import Row
from dashboard.sources.health_questions import Change, Timeline
from dashboard.sources.interface import LoginBucket, SourceStatus, TimeRange
from dashboard.sources.situation_questions import Spell, WaitingAlert
from dashboard.ui import words
from dashboard.ui.palette import role
from vigie.login_attacks import LoginAttack, SuccessAfterFailures

STEPS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 10, 30, 60, 180, 360, 1440, 7 * 1440))
MOST_BUCKETS = 180
_ONE_LINE = timedelta(days=1.5)  # longer windows say the day under the hour


@dataclass(frozen=True, slots=True)
class Axis:
    """All that stands on the one axis. `collected_since`: from when on anything is known (UTC), None: always.

    `timeline`: how the service answers; `is_unasked`: it could not be asked; `measured_since`: from when on it was
    measured (UTC), None: since its first step. `promised_s`: what was promised of its p95.
    """

    buckets: Sequence[LoginBucket]
    attacks: Sequence[LoginAttack]
    successes: Sequence[SuccessAfterFailures]
    sources: Sequence[SourceStatus]
    collected_since: datetime | None = None
    timeline: Timeline | None = None
    is_unasked: bool = False
    measured_since: datetime | None = None
    promised_s: float | None = None
    changes: Sequence[Change] = ()
    spells: Sequence[Spell] = ()
    alerts: Sequence[WaitingAlert] = ()


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
    starts = [local(each.start + step_for(window) / 2, window.zone) for each in axis.buckets]
    login_rows = _login_rows(axis, step_for(window))
    first = len(login_rows) + 1
    health = rows.unasked_rows(first) if axis.is_unasked else rows.service_rows(axis.timeline, axis.promised_s, first)
    every = [*login_rows, *health, *_blind_row(axis, len(login_rows) + len(health) + 1)]
    top = login_rows[1].top
    return {
        "data": [
            _bars(starts, [each.success for each in axis.buckets], "success", "y", "logins"),
            _bars(starts, [each.failure for each in axis.buckets], "failure", "y2", "failed"),
            *rows.service_lines(axis.timeline, health, window),
            *_unseen(axis, window, login_rows),
            *_unmeasured(axis, window, health),
            *_spells(axis, window, every),
            *intrusions(axis.successes, window, top),
            *alert_marks(axis.alerts, window, login_rows[0].top),
        ],
        "layout": _layout(axis, window, every, health),
    }


def _layout(axis: Axis, window: TimeRange, every: Sequence[Row], health: Sequence[Row]) -> Figure:
    attacks, top = alarming(axis.attacks), every[1].top
    return {
        "margin": {"l": 118, "r": 10, "t": 4, "b": 26 if window.length <= _ONE_LINE else 40},
        "meta": {"gutter": True, "narrow": rows.narrow_places(every)},
        "uirevision": "view",
        "hoversubplots": "axis",
        "dragmode": "select",
        "selectdirection": "h",
        "selections": [],
        "xaxis": {
            "type": "date",
            "range": [local(window.since, window.zone), local(window.until, window.zone)],
            "anchor": every[-1].axis,
            "tickformatstops": _ticks(window),
            "hoverformat": "%a %-d %b %H:%M",
        },
        **rows.axes(every),
        "shapes": [
            *(shape for each in attacks for shape in bands(each, window)),
            *deploy_lines(axis.changes, window),
            *rows.promised(health, axis.promised_s),
        ],
        "annotations": [
            *rows.names(every),
            *tags(attacks, window),
            *deploy_tags(axis.changes, attacks, window),
            *label(attacks, axis.buckets, window),
            *names(axis.successes, window, top),
        ],
    }


def _login_rows(axis: Axis, step: timedelta) -> list[Row]:
    success = max(max([each.success for each in axis.buckets], default=0) * 1.1, 4)
    failure = max(max([each.failure for each in axis.buckets], default=0) * 1.15, 4)
    return [
        Row("y", "Logins", f"ok, per {step_words(step)}", 1.0, success),
        Row("y2", "Failed logins", f"per {step_words(step)}", 1.1, failure),
    ]


def _blind_row(axis: Axis, number: int) -> list[Row]:
    """A low row that shows when some source was blind; where none was there is no row."""
    said = words.count(len(axis.spells), "spell")
    return [Row(f"y{number}", "Blind", said, 0.28, 1.0, is_measure=False)] if axis.spells else []


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
        "unselected": {"marker": {"opacity": 1}},
    }


def _ticks(window: TimeRange) -> list[dict[str, object]]:
    hours = "%H:%M" if window.length <= _ONE_LINE else "%H:%M\n%a %-d"
    return [
        {"dtickrange": [None, 86_400_000 - 1], "value": hours},
        {"dtickrange": [86_400_000, None], "value": "%a %-d" if window.length <= timedelta(days=10) else "%-d %b"},
    ]


def _hatched(since: datetime, until: datetime, row: Row, window: TimeRange) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "x": [local(each, window.zone) for each in (since, since, until, until)],
        "y": [0, row.top, row.top, 0],
        "xaxis": "x",
        "yaxis": row.axis,
        "line": {"width": 0},
        "fillcolor": "rgba(0,0,0,0)",
        "fillpattern": {"shape": "/", "fgcolor": role("blind", 60), "size": 7, "solidity": 0.2},
        "hoverinfo": "skip",
    }


def _unseen(axis: Axis, window: TimeRange, login_rows: Sequence[Row]) -> list[Figure]:
    """Time that nobody looked at, hatched over the rows of logins."""
    return [_hatched(since, until, row, window) for since, until in _unseen_spans(axis, window) for row in login_rows]


def _unmeasured(axis: Axis, window: TimeRange, health: Sequence[Row]) -> list[Figure]:
    """Time before anybody measured how the service answers, hatched over its rows."""
    steps = axis.timeline.steps if axis.timeline else ()
    first = next((each.start for each in steps if each.traffic is not None), window.until)
    begins = min(axis.measured_since or first, window.until)
    return [_hatched(window.since, begins, row, window) for row in health] if begins > window.since else []


def _unseen_spans(axis: Axis, window: TimeRange) -> Iterator[tuple[datetime, datetime]]:
    """Before anything was collected, spells of what supplies logins, and since one of these is blind."""
    if axis.collected_since and axis.collected_since > window.since:
        yield window.since, min(axis.collected_since, window.until)
    for spell in axis.spells:
        if spell.supplies_logins and spell.until is not None:
            yield max(spell.since, window.since), min(spell.until, window.until)
    supply = [each for each in axis.sources if each.supplies_logins or each.kind == "application"]
    blind = min((each.blind_since for each in supply if each.blind_since), default=window.until)
    if blind < window.until:
        yield max(blind, window.since), window.until


def _spells(axis: Axis, window: TimeRange, every: Sequence[Row]) -> list[Figure]:
    """Every blind spell in the row of its own."""
    ends = [(max(each.since, window.since), min(each.until or window.until, window.until)) for each in axis.spells]
    return [_hatched(since, until, every[-1], window) for since, until in ends]
