"""The figures of User activity: logins per day, and the hours that are usual."""

from collections.abc import Sequence
from datetime import date
from statistics import median
from typing import Any

from dashboard.sources.interface import HourCell, LoginDay
from dashboard.ui.palette import role
from dashboard.ui.view import View
from vigie.login_attacks import SuccessAfterFailures
from vigie.severity import Severity

Figure = dict[str, Any]
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
STEPS = 6
REMARKABLE = 3
"""A day is worth a label from this many times the usual failures."""


def per_day(days: Sequence[LoginDay], today: date) -> Figure:
    """Successes and failures of each day, stacked. `today`: the reader's."""
    names = [_day_name(each.day, today, len(days)) for each in days]
    positions = list(range(len(days)))
    every = max(1, -(-len(days) // 16))
    shown = [number for number in positions if (len(days) - 1 - number) % every == 0]
    return {
        "data": [
            _stack(positions, [each.success for each in days], names, "success", "OK"),
            _stack(positions, [each.failure for each in days], names, "failure", "failed"),
        ],
        "layout": {
            "barmode": "stack",
            "uirevision": "view",
            "margin": {"l": 48, "r": 8, "t": 24, "b": 26},
            "xaxis": {
                "tickmode": "array",
                "tickvals": shown,
                "ticktext": [names[number] for number in shown],
                "range": [-0.6, len(days) - 0.4],
                "ticklen": 0,
            },
            "yaxis": {"nticks": 4},
            "annotations": _remarkable_day(days, names),
        },
    }


def _stack(positions: list[int], values: list[int], names: list[str], colour: str, word: str) -> Figure:
    return {
        "type": "bar",
        "x": positions,
        "y": values,
        "customdata": names,
        "name": word,
        "marker": {"color": role(colour), "line": {"width": 1, "color": role("panel")}},
        "hovertemplate": f"%{{y:,}} {word}<extra>%{{customdata}}</extra>",
    }


def _day_name(day: date, today: date, days: int) -> str:
    if day == today:
        return "today"
    return f"{day:%a} {day.day}" if days <= 16 else f"{day.day} {day:%b}"


def _remarkable_day(days: Sequence[LoginDay], names: list[str]) -> list[Figure]:
    """The one day that stands out, in words above the bars, where it covers none of them."""
    usual = int(median(each.failure for each in days)) if days else 0
    worst = max(range(len(days)), key=lambda number: days[number].failure, default=0)
    if not days or days[worst].failure < max(20, REMARKABLE * usual):
        return []
    place = (worst + 0.5) / len(days)
    when = names[worst] if names[worst] == "today" else f"on {names[worst]}"
    return [
        {
            "text": f"{days[worst].failure:,} failed {when}, usual {usual}",
            "x": worst,
            "y": 1,
            "yref": "paper",
            "xanchor": "left" if place < 1 / 3 else "right" if place > 2 / 3 else "center",
            "yanchor": "bottom",
            "yshift": 4,
            "font": {"color": role("failure"), "size": 11.5, "weight": 600},
        }
    ]


def usual_hours(cells: Sequence[HourCell], opened: Sequence[SuccessAfterFailures], view: View) -> Figure:
    """Successful logins by weekday and hour, with the login of the window that came at an unusual one."""
    grid = [[0] * 24 for _ in range(7)]
    for cell in cells:
        grid[cell.weekday][cell.hour] = cell.success
    most = max(max(row) for row in grid) or 1
    return {
        "data": [
            {
                "type": "heatmap",
                "z": [[_step(count, most) for count in row] for row in grid],
                "customdata": grid,
                "x": list(range(24)),
                "y": list(WEEKDAYS),
                "xgap": 2,
                "ygap": 2,
                "showscale": False,
                "zmin": 0,
                "zmax": STEPS - 1,
                "colorscale": _amounts(),
                "hovertemplate": "%{y} %{x}:00, %{customdata:,} logins<extra></extra>",
            }
        ],
        "layout": {
            "hovermode": "closest",
            "margin": {"l": 40, "r": 8, "t": 4, "b": 22},
            "xaxis": {
                "tickvals": list(range(0, 24, 3)),
                "ticktext": [f"{hour:02}" for hour in range(0, 24, 3)],
                "showline": False,
                "ticklen": 0,
            },
            "yaxis": {"autorange": "reversed", "showgrid": False, "zeroline": False, "nticks": 7, "tickformat": ""},
            **_unusual(grid, opened, view),
        },
    }


def _step(count: int, most: int) -> int:
    """Which colour stands for the count: the first one for none at all, and for nothing else."""
    return 0 if count == 0 else 1 + (count - 1) * (STEPS - 1) // most


def _amounts() -> list[list[object]]:
    """Even steps, so that neighbours stay apart."""
    scale: list[list[object]] = []
    for step in range(STEPS):
        scale += [[step / STEPS, role(f"amount-{step}")], [(step + 1) / STEPS, role(f"amount-{step}")]]
    return scale


def _unusual(grid: list[list[int]], opened: Sequence[SuccessAfterFailures], view: View) -> Figure:
    """A frame around the hour of a bad success when hardly anyone else comes then."""
    for each in sorted(opened, key=lambda one: -one.severity):
        at = each.occurred_at.astimezone(view.zone)
        if each.severity < Severity.HIGH or grid[at.weekday()][at.hour] > 1:
            continue
        day, hour, late = at.weekday(), at.hour, at.hour > 15
        frame = {
            "type": "rect",
            "x0": hour - 0.5,
            "x1": hour + 0.5,
            "y0": day - 0.5,
            "y1": day + 0.5,
            "line": {"color": role("critical"), "width": 2},
        }
        label = {
            "text": f"{at:%H:%M}, first time",
            "x": hour,
            "y": day,
            "xanchor": "right" if late else "left",
            "xshift": -16 if late else 16,
            "font": {"color": role("critical"), "size": 11.5, "weight": 600},
            "bgcolor": role("panel"),
            "borderpad": 3,
        }
        return {"shapes": [frame], "annotations": [label]}
    return {}
