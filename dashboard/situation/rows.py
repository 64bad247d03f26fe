"""The rows of the one axis: which there are, where each stands, and what was recorded of the service in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.situation.marks import Figure, local
from dashboard.sources.health_questions import Step, Timeline, Traffic
from dashboard.sources.interface import TimeRange
from dashboard.ui.measures import seconds
from dashboard.ui.palette import role

TOP = 0.91
"""Share of the height below the tags."""
NARROW_TOP = 0.9
_GAP, _NARROW_GAP = 0.075, 0.085
_ERRORS, _LATENCY = "Error rate, %", "p95, ms"
_LEAST_ERRORS = 4.0  # per cent: so that single failures stay low


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `axis`: as traces name it, `y`, `y2`…; `weight`: its part of the height; `unit`: what it counts."""

    axis: str
    name: str
    unit: str
    weight: float
    top: float
    is_measure: bool = True

    @property
    def layout_name(self) -> str:
        return self.axis.replace("y", "yaxis")


def places(rows: Sequence[Row], top: float = TOP, gap: float = _GAP) -> Mapping[str, tuple[float, float]]:
    """Where every row stands, by its axis, as shares of the height; the first is the highest."""
    room = (top - gap * (len(rows) - 1)) / sum(row.weight for row in rows)
    made: dict[str, tuple[float, float]] = {}
    upper = top
    for row in rows:
        made[row.axis] = (round(max(0.0, upper - room * row.weight), 4), round(upper, 4))
        upper -= room * row.weight + gap
    return made


def narrow_places(rows: Sequence[Row]) -> Mapping[str, Sequence[float]]:
    """The same for a narrow screen, where names stand over their rows: by the name of the axis in the layout."""
    return {row.layout_name: places(rows, NARROW_TOP, _NARROW_GAP)[row.axis] for row in rows}


def axes(rows: Sequence[Row]) -> Figure:
    """The layout of every y axis."""
    where = places(rows)
    plain = {"showticklabels": False, "showgrid": False}  # a row of spans measures nothing
    return {
        row.layout_name: {
            "domain": list(where[row.axis]), "anchor": "x", "nticks": 3, "range": [0, row.top],
            **({} if row.is_measure else plain),
        }
        for row in rows
    }  # fmt: skip


def names(rows: Sequence[Row]) -> list[Figure]:
    """In the gutter; the browser moves them over the row where there is no room for a gutter."""
    where = places(rows)
    made = []
    bold, small = {"color": role("text"), "size": 12, "weight": 600}, {"color": role("dimmed"), "size": 11}
    for row in rows:
        place: dict[str, Any] = {
            "xref": "paper", "yref": "paper", "x": 0, "y": where[row.axis][1], "xanchor": "left", "yanchor": "top",
            "xshift": -104,
        }  # fmt: skip
        made += [
            {**place, "name": f"row {row.layout_name}", "text": row.name, "font": bold},
            {**place, "name": "row-unit", "text": row.unit, "yshift": -15, "font": small},
        ]
    return made


def service_rows(timeline: Timeline | None, promised_s: float | None, first: int) -> list[Row]:
    """Error rate and p95, as far as they are recorded; axes are numbered from `first`."""
    if timeline is None or not timeline.records.requests:
        return []
    rates = [each for each in map(_failed_percent, timeline.steps) if each is not None]
    top = max(_LEAST_ERRORS, 1.15 * max(rates, default=0.0))
    rows = [Row(f"y{first}", _ERRORS, "answered 5xx", 0.8, top)]
    if timeline.records.latency:
        slow = [each for each in map(_p95_ms, timeline.steps) if each is not None]
        goal = f"goal {seconds(promised_s)}" if promised_s else "95 of 100"
        top = max(1.2 * 1000 * (promised_s or 0), 1.15 * max(slow, default=0.0), 1.0)
        rows.append(Row(f"y{first + 1}", _LATENCY, goal, 0.8, top))
    return rows


def unasked_rows(first: int) -> list[Row]:
    """The same two rows where nobody could be asked: they keep their place, and what stands in them is not known."""
    return [
        Row(f"y{first + place}", name, "not known", 0.8, 1.0, is_measure=False)
        for place, name in enumerate((_ERRORS, _LATENCY))
    ]


def service_lines(timeline: Timeline | None, rows: Sequence[Row], window: TimeRange) -> list[Figure]:
    """A line in each of `rows`, as `service_rows` made them. A step of which nothing is known is a gap."""
    if timeline is None or not rows:
        return []
    starts = [local(each.start + timeline.step / 2, window.zone) for each in timeline.steps]
    looks = (
        (_failed_percent, "critical", "%{y:.2f} % failed", True),
        (_p95_ms, "dimmed", "p95 %{y:,.0f} ms", False),
    )
    return [
        {
            "type": "scatter", "mode": "lines", "x": starts, "y": [value(each) for each in timeline.steps],
            "xaxis": "x", "yaxis": row.axis, "connectgaps": False, "name": row.name,
            "line": {"color": role(colour), "width": 1.6}, "hovertemplate": f"{said}<extra></extra>",
            **({"fill": "tozeroy", "fillcolor": role(colour, 20)} if is_filled else {}),
        }
        for row, (value, colour, said, is_filled) in zip(rows, looks, strict=False)
    ]  # fmt: skip


def promised(rows: Sequence[Row], promised_s: float | None) -> list[Figure]:
    """What was promised of the p95, dashed."""
    if promised_s is None or len(rows) < 2:
        return []
    line = {"color": role("control"), "width": 1, "dash": "4px 3px"}
    at = promised_s * 1000
    return [{"type": "line", "xref": "paper", "yref": rows[1].axis, "x0": 0, "x1": 1, "y0": at, "y1": at, "line": line}]


def _failed_percent(step: Step) -> float | None:
    total: Traffic | None = step.traffic
    return round(100 * total.failed / total.total, 3) if total and total.total > 0 else None


def _p95_ms(step: Step) -> float | None:
    slow = step.traffic.latency.quantile(0.95) if step.traffic and step.traffic.latency else None
    return None if slow is None else round(slow * 1000, 2)
