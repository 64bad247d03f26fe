"""The console's one HTML page: Dash's, with a nonce for styles, our script first, and nothing that is not used."""

import re
import secrets
from typing import Any

from dash import Dash
from flask import g
from markupsafe import escape

from dashboard.access.login import file_url

_UNUSED = re.compile(r'\n?<script src="[^"]*/(?:deps/polyfill@|dash_table/)[^"]*"></script>')
_GRID = re.compile(r'\n?<script src="([^"]*/_dash-component-suites/dash_ag_grid/[^"]*)"></script>')
# The browser needs none of these; the last one is an address that Dash would ask for news.
_UNTOLD = ("python_version", "dash_version_url", "plotly_version", "ddk_version")

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
{metas}
<meta name="csp-nonce" content="{nonce}">
<meta name="vigie-grid" content="{grid}">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" type="image/svg+xml" href="{icon}">
{css}
<script src="{script}"></script>
</head>
<body>
{app_entry}
{config}
{scripts}
{renderer}
</body>
</html>"""


class Console(Dash):
    """Dash with our page. Three private methods of Dash are relied on; tests hold them to what is needed."""

    def interpolate_index(  # type: ignore[override]  # Dash calls it with names only
        self, **parts: Any
    ) -> str:
        """Called for each page; the nonce it makes is put into the answer's policy by `headers`."""
        g.nonce = secrets.token_urlsafe(16)
        grid = _GRID.search(parts["scripts"])
        return _PAGE.format(
            metas=parts["metas"],
            nonce=g.nonce,
            grid=grid[1] if grid else "",
            title=escape(parts["title"]),
            icon=file_url("mark.svg"),
            css=parts["css"],
            script=file_url("console.js"),
            app_entry=parts["app_entry"],
            config=parts["config"],
            scripts=_GRID.sub("", _UNUSED.sub("", parts["scripts"])),
            renderer=parts["renderer"],
        )

    def _config(self) -> dict[str, Any]:
        told: dict[str, Any] = super()._config()  # type: ignore[no-untyped-call]
        return {name: value for name, value in told.items() if name not in _UNTOLD}
