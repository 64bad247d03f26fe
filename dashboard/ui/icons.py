"""Our own icons: 24 × 24, stroke 1.75, round ends. Drawn as CSS masks, so they take the colour of the text beside them.

Severity marks are filled shapes: they stay different from one another without colour.
"""

from urllib.parse import quote

from dash import html

from dashboard.ui.attributes import attributes

STROKES = {
    "situation": '<path d="M4.9 17.6a9 9 0 1 1 14.2 0"/><path d="m12 13 3.6-4"/><circle cx="12" cy="13.6" r="1.4"/>'
    '<path d="M7.2 13.2h.01M12 7.8h.01M16.8 13.2h.01"/>',
    "activity": '<circle cx="9" cy="8" r="3.4"/><path d="M2.8 19.5c.3-3.6 2.8-5.6 6.2-5.6s5.9 2 6.2 5.6"/>'
    '<path d="M15.6 4.9a3.4 3.4 0 0 1 0 6.2M17.8 14.3c2 .8 3.2 2.6 3.4 5.2"/>',
    "health": '<path d="M3 12h4.2l2.3-6 4.4 12 2.6-6H21"/>',
    "alerts": '<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.8 1.8H4.2z"/><path d="M10 20.6h4"/>',
    "deploy": '<path d="M12 19.5V6.5M6.5 12 12 6.5l5.5 5.5M5 3.8h14"/>',
    "logs": '<path d="M6 3.5h8.2L18.5 8v12.5H6z"/><path d="M14 3.5V8h4.5M9 12h6.5M9 15h6.5M9 18h4"/>',
    "sources": '<circle cx="12" cy="18.6" r="1.6"/><path d="M8.4 15.2a5.2 5.2 0 0 1 7.2 0"/>'
    '<path d="M5.4 12.1a9.4 9.4 0 0 1 13.2 0M2.6 9a13.4 13.4 0 0 1 18.8 0"/>',
    "rules": '<path d="M19 12.5V5.2a1.7 1.7 0 0 0-1.7-1.7H6.7A1.7 1.7 0 0 0 5 5.2v13.6a1.7 1.7 0 0 0 1.7 1.7h5.3"/>'
    '<path d="M8.7 8h6.6M8.7 12h4.3M8.7 16h2.3"/><path d="m14.6 17.8 2.3 2.3 4-4.4"/>',
    "clock": '<circle cx="12" cy="12" r="8.6"/><path d="M12 7.2V12l3.2 1.9"/>',
    "chevron": '<path d="m6.5 9.5 5.5 5.5 5.5-5.5"/>',
    "pause": '<rect x="6.5" y="5" width="3.8" height="14" rx="1"/><rect x="13.7" y="5" width="3.8" '
    'height="14" rx="1"/>',
    "play": '<path d="M8 5.5v13l10.5-6.5z"/>',
    "moon": '<path d="M19.5 14.3A8 8 0 0 1 9.7 4.5a8 8 0 1 0 9.8 9.8z"/>',
    "sun": '<circle cx="12" cy="12" r="3.8"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4'
    'M5.6 18.4 7 17M17 7l1.4-1.4"/>',
    "system": '<rect x="3.5" y="5" width="17" height="11" rx="1.6"/><path d="M9 20h6M12 16v4"/>',
    "user": '<circle cx="12" cy="8" r="3.6"/><path d="M5.2 20c.4-3.8 3-6 6.8-6s6.4 2.2 6.8 6"/>',
    "address": '<circle cx="12" cy="12" r="8.6"/><path d="M3.4 12h17.2M12 3.4c2.6 2.6 3.7 5.4 3.7 8.6s-1.1 6-3.7 8.6'
    'c-2.6-2.6-3.7-5.4-3.7-8.6s1.1-6 3.7-8.6z"/>',
    "check": '<path d="m4.5 12.8 4.7 4.7L19.5 6.8"/>',
    "cross": '<path d="M6 6l12 12M18 6 6 18"/>',
    "shield": '<path d="M12 21c-4.8-2-7.3-5.3-7.3-9.8V5.8L12 3.2l7.3 2.6v5.4"/><path d="m13.5 17.3 2.3 2.3 4.5-4.7"/>',
    "warning": '<path d="M12 4 2.8 19.5h18.4z"/><path d="M12 10v4.2M12 16.9h.01"/>',
    "blind": '<path d="M4.2 4.2 19.8 19.8"/><path d="M9.4 6.1A9.5 9.5 0 0 1 12 5.7c4.3 0 7.6 3 9.2 6.3'
    '-.6 1.2-1.4 2.4-2.4 3.4M14.3 17.9a8.7 8.7 0 0 1-2.3.4c-4.3 0-7.6-3-9.2-6.3.8-1.6 2-3.2 3.6-4.4"/>'
    '<path d="M10 10.1a2.8 2.8 0 0 0 3.9 3.9"/>',
    "lost": '<path d="M5.7 18.3a9 9 0 1 1 12.6 0"/><path d="M8.6 15.4a4.9 4.9 0 1 1 6.8 0"/><path d="M12 12v8"/>',
    "retry": '<path d="M19.8 11A8 8 0 0 0 5.6 7.2L4 9M4 4.5V9h4.5M4.2 13a8 8 0 0 0 14.2 3.8L20 15M20 19.5V15h-4.5"/>',
    "filter": '<path d="M3.8 5h16.4l-6.4 7.6v5.6L10.2 20v-7.4z"/>',
    "download": '<path d="M12 4v10.5M7.5 10.5 12 15l4.5-4.5M4.5 19.5h15"/>',
    "key": '<circle cx="8" cy="15.5" r="4.2"/><path d="m11 12.5 8.5-8.5M16 7.5l2.5 2.5"/>',
    "leave": '<path d="M14 4.5H6.5a1.5 1.5 0 0 0-1.5 1.5v12a1.5 1.5 0 0 0 1.5 1.5H14M10.5 12h9M16 '
    '8.5l3.5 3.5L16 15.5"/>',
    "table": '<rect x="4" y="5" width="16" height="14" rx="1.8"/><path d="M4 10h16M10 10v9"/>',
    "keyboard": '<rect x="2.8" y="6" width="18.4" height="12" rx="2"/><path d="M6.5 10h.01M10 10h.01M14 '
    '10h.01M17.5 10h.01M8 14.2h8"/>',
    "events": '<path d="M4 6h16M4 11h7M4 16h5"/><circle cx="15.4" cy="14.6" r="3.9"/><path d="m18.3 17.5 2.4 2.4"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.3"/><path d="m15.2 15.2 5 5"/>',
    "saved": '<path d="M6 4.5h12v15.5l-6-4.2-6 4.2z"/>',
    "copy": '<rect x="8.5" y="8.5" width="11.5" height="11.5" rx="1.8"/>'
    '<path d="M15.5 8.5V5.8A1.8 1.8 0 0 0 13.7 4H5.8A1.8 1.8 0 0 0 4 5.8v7.9a1.8 1.8 0 0 0 1.8 1.8h2.7"/>',
    "left": '<path d="M19 12H5M11 6l-6 6 6 6"/>',
    "right": '<path d="M5 12h14M13 6l6 6-6 6"/>',
    "plus": '<path d="M12 5.5v13M5.5 12h13"/>',
    "minus": '<path d="M5.5 12h13"/>',
    "container": '<path d="M12 3.5 4.5 7.6v8.8l7.5 4.1 7.5-4.1V7.6zM4.8 7.8 12 11.8l7.2-4M12 11.8v8.4"/>',
    "host": '<rect x="4" y="4.5" width="16" height="6" rx="1.5"/>'
    '<rect x="4" y="13.5" width="16" height="6" rx="1.5"/><path d="M7.5 7.5h.01M7.5 16.5h.01"/>',
    "help": '<circle cx="12" cy="12" r="8.6"/>'
    '<path d="M9.6 9.6a2.4 2.4 0 1 1 3.5 2.1c-.8.4-1.1.9-1.1 1.8M12 16.4h.01"/>',
}

SHAPES = {
    "critical": '<path fill-rule="evenodd" d="M7.9 2.5h8.2l5.4 5.4v8.2l-5.4 5.4H7.9l-5.4-5.4V7.9z'
    'M10.8 6.5v7.3h2.4V6.5zM12 15.3a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3z"/>',
    "high": '<path d="M12 3.2a1.2 1.2 0 0 1 1 .6l9 15.4a1.2 1.2 0 0 1-1 1.8H3a1.2 1.2 0 0 '
    '1-1-1.8l9-15.4a1.2 1.2 0 0 1 1-.6z"/>',
    "medium": '<path d="M12 2.5 21.5 12 12 21.5 2.5 12z"/>',
    "low": '<circle cx="12" cy="12" r="7"/>',
    "informational": '<path fill-rule="evenodd" d="M12 4.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zm0 2.8a4.7 4.7 '
    '0 1 1 0 9.4 4.7 4.7 0 0 1 0-9.4z"/>',
}


def _dots(xs: list[tuple[int, int]], *, hollow: bool = False) -> str:
    style = 'fill="none" stroke-width="1.4"' if hollow else 'stroke="none"'
    return "".join(f'<circle cx="{x}" cy="{y}" r="{3.2 if hollow else 3.8}" {style}/>' for x, y in xs)


_ROWS = (6, 15, 24, 33, 42)
_CURVES = "".join(f'<path d="M8 {a}C32 {a} 34 {b} 58 {b}" fill="none"/>' for a in (15, 33) for b in _ROWS)
_LINES = "".join(f'<path d="M8 {y}H58" fill="none"/>' for y in _ROWS)
DRAWINGS = {
    "spraying": _CURVES + _dots([(6, 15), (6, 33)]) + _dots([(60, y) for y in _ROWS]),
    "guessing": '<path d="M8 24H58" stroke-width="4.5"/>'
    + _dots([(6, 24), (60, 24)])
    + _dots([(60, y) for y in _ROWS if y != 24], hollow=True),
    "stuffing": _LINES + _dots([(6, y) for y in _ROWS]) + _dots([(60, y) for y in _ROWS]),
}


def icon(name: str, label: str = "", extra: str = "") -> html.Span:
    """An icon in the colour of its text; with a `label` it speaks, without one it is decoration."""
    said = attributes(role="img", aria_label=label, title=label) if label else attributes(aria_hidden="true")
    return html.Span(className=f"icon icon-{name} {extra}".rstrip(), **said)


_SAFE = " =:/"
MARK = (
    '<path d="M4.5 6.5 12 20l7.5-13.5" fill="none" stroke="white" stroke-width="2.6" stroke-linecap="round" '
    'stroke-linejoin="round"/><circle cx="12" cy="6.6" r="3" fill="white"/>'
)


def style_sheet() -> str:
    """One rule per icon, its drawing inside as data, so that no icon costs a request."""
    rules = [_rule(name, _svg(body, 'fill="none" stroke-width="1.75"')) for name, body in STROKES.items()]
    rules += [_rule(name, _svg(body, 'fill="black" stroke="none"')) for name, body in SHAPES.items()]
    rules += [
        _rule(f"drawing-{name}", _svg(body, 'fill="black" stroke-width="1.2"', "0 0 66 48"))
        for name, body in DRAWINGS.items()
    ]
    mark = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{MARK}</svg>'
    rules.append(f'.mark {{ background-image: url("data:image/svg+xml,{quote(mark, safe=_SAFE)}"); }}')
    return "\n".join(rules) + "\n"


def _svg(body: str, attributes: str, box: str = "0 0 24 24") -> str:
    has_stroke = (
        "" if 'stroke="none"' in attributes else 'stroke="black" stroke-linecap="round" stroke-linejoin="round"'
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" {attributes} {has_stroke}>{body}</svg>'


def _rule(name: str, svg: str) -> str:
    return f'.icon-{name} {{ --icon: url("data:image/svg+xml,{quote(svg, safe=_SAFE)}"); }}'
