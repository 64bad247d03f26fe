"""The console's one HTML page: Dash's, with a nonce for styles, our script first, and nothing that is not used."""

import re
import secrets
from typing import Any

from dash import Dash
from flask import abort, g, redirect, request
from markupsafe import escape
from werkzeug.exceptions import NotFound

from dashboard.access.answers import is_navigation
from dashboard.access.bundles import Bundles
from dashboard.access.login import file_url

_UNUSED = re.compile(r'\n?<script src="[^"]*/dash_table/[^"]*"></script>')
_OWN_SCRIPT = re.compile(r'\n?<script src="/assets/[^"/]*"></script>')
_OWN_STYLE = re.compile(r'\n?<link rel="stylesheet" href="/assets/[^"/]*">')
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
<link rel="stylesheet" href="{style}">
<script src="{early}"></script>
</head>
<body>
{app_entry}
{config}
{scripts}
<script src="{joined}"></script>
{renderer}
</body>
</html>"""


class Console(Dash):
    """Dash with our page.

    `paths`: where there is a page; elsewhere the same page comes with status 404. `bundles`: our scripts and styles.
    """

    bundles: Bundles

    paths: frozenset[str] = frozenset({"/"})

    def index(self, *_args: Any, **_kwargs: Any) -> tuple[str, int]:
        """What Dash answers at every address that is nothing else. Raises NotFound for what is no navigation."""
        if request.path.endswith("/") and (path := request.path.rstrip("/")) in self.paths:
            abort(redirect(f"{path}?{request.query_string.decode('ascii', 'replace')}".rstrip("?"), 308))
        is_there = request.path in self.paths
        if not is_there and not is_navigation():
            raise NotFound
        return str(super().index()), 200 if is_there else 404  # type: ignore[no-untyped-call]

    def interpolate_index(  # type: ignore[override]  # Dash calls it with names only
        self, **parts: Any
    ) -> str:
        """Called for each page; the nonce it makes is put into the answer's policy by `headers`."""
        g.nonce = secrets.token_urlsafe(16)
        scripts = _UNUSED.sub("", parts["scripts"])
        grid = _GRID.search(scripts)
        return _PAGE.format(
            metas=parts["metas"],
            nonce=g.nonce,
            grid=grid[1] if grid else "",
            title=escape(parts["title"]),
            icon=file_url("mark.svg"),
            css=_OWN_STYLE.sub("", parts["css"]),
            style=self.bundles.address("joined.css"),
            early=self.bundles.address("early.js"),
            joined=self.bundles.address("joined.js"),
            app_entry=parts["app_entry"],
            config=parts["config"],
            scripts=_OWN_SCRIPT.sub("", _GRID.sub("", scripts)),
            renderer=parts["renderer"],
        )

    def _config(self) -> dict[str, Any]:
        told: dict[str, Any] = super()._config()  # type: ignore[no-untyped-call]
        return {name: value for name, value in told.items() if name not in _UNTOLD}
