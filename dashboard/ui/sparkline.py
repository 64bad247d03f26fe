"""A line without axes, drawn as a mask so that it takes the colour of its card and needs no chart library."""

from collections.abc import Sequence
from urllib.parse import quote

from dash import html

from dashboard.ui.attributes import attributes

WIDTH, HEIGHT = 120, 28


def sparkline(values: Sequence[float], top: float, tone: str = "success") -> html.Div:
    """`values` from left to right on a fixed scale 0 to `top`, so that noise stays flat. `tone`: a palette role."""
    if len(values) < 2:
        return html.Div(className="sparkline")
    step, scale = WIDTH / (len(values) - 1), (HEIGHT - 3) / max(top, 1e-9)
    points = [(round(n * step, 1), round(HEIGHT - 1 - min(value, top) * scale, 1)) for n, value in enumerate(values)]
    line = "M" + "L".join(f"{x} {y}" for x, y in points)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none">'
        f'<path d="{line}L{WIDTH} {HEIGHT}L0 {HEIGHT}z" fill="black" fill-opacity=".16"/>'
        f'<path d="{line}" fill="none" stroke="black" stroke-width="1.5" vector-effect="non-scaling-stroke"/></svg>'
    )
    drawing = f'url("data:image/svg+xml,{quote(svg, safe=" =:/")}")'
    return html.Div(
        className=f"sparkline tone-{tone}",
        style={"maskImage": drawing, "WebkitMaskImage": drawing},
        **attributes(aria_hidden="true"),
    )
