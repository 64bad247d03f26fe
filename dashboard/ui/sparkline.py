"""A line without axes, drawn as a mask so that it takes the colour of its card and needs no chart library."""

from collections.abc import Sequence
from urllib.parse import quote

from dash import html

from dashboard.ui.attributes import attributes

WIDTH, HEIGHT = 120, 28


def sparkline(values: Sequence[float | None], top: float, tone: str = "success") -> html.Div:
    """`values` from left to right on a fixed scale 0 to `top`, so that noise stays flat; None leaves a gap.

    `tone`: a palette role.
    """
    runs = _runs(values, top)
    if len(values) < 2 or not runs:
        return html.Div(className="sparkline is-unknown", **attributes(aria_hidden="true"))
    lines = ["M" + "L".join(f"{x} {y}" for x, y in run) for run in runs]
    areas = [f"{line}L{run[-1][0]} {HEIGHT}L{run[0][0]} {HEIGHT}z" for line, run in zip(lines, runs, strict=True)]
    stroke = 'fill="none" stroke="black" stroke-width="1.5" vector-effect="non-scaling-stroke"'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none">'
        f'<path d="{"".join(areas)}" fill="black" fill-opacity=".16"/><path d="{"".join(lines)}" {stroke}/></svg>'
    )
    drawing = f'url("data:image/svg+xml,{quote(svg, safe=" =:/")}")'
    return html.Div(
        className=f"sparkline tone-{tone}",
        style={"maskImage": drawing, "WebkitMaskImage": drawing},
        **attributes(aria_hidden="true"),
    )


def _runs(values: Sequence[float | None], top: float) -> list[list[tuple[float, float]]]:
    """The points of every stretch without a gap; one alone is drawn as wide as half a step."""
    step, scale = WIDTH / max(len(values) - 1, 1), (HEIGHT - 3) / max(top, 1e-9)
    runs: list[list[tuple[float, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((round(place * step, 1), round(HEIGHT - 1 - min(value, top) * scale, 1)))
    return [[*run, (run[0][0] + round(step / 2, 1), run[0][1])] if len(run) == 1 else run for run in runs if run]
