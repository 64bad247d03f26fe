"""Our own scripts and styles joined, so that a page asks for three files and not for a dozen.

`early.js` runs in the head, before the first paint: console.js, then the assets named `a-….js`. `joined.js` and
`joined.css` are the other assets that lie directly in the folder, by name. They are served from `/assets/`, where
what a style refers to is found.
"""

import hashlib
from pathlib import Path

from flask import Blueprint, Response

_STATIC = Path(__file__).parent / "static"
_TYPES = {"early.js": "text/javascript", "joined.js": "text/javascript", "joined.css": "text/css"}


class Bundles:
    """Read at each page: the files are small, and one that was edited shows at the next reload."""

    def __init__(self, assets: Path) -> None:
        self._assets = assets

    def add_to(self, routes: Blueprint) -> None:
        """Adds the route; its endpoint is `joined`."""
        names = ", ".join(f'"{name}"' for name in _TYPES)
        routes.add_url_rule(f"/assets/<any({names}):name>", "joined", self._serve)

    def address(self, name: str) -> str:
        """Changes with the content, so browsers keep the file."""
        return f"/assets/{name}?v={hashlib.sha256(self._content(name)).hexdigest()[:12]}"

    def _serve(self, name: str) -> Response:
        return Response(self._content(name), mimetype=_TYPES[name])

    def _content(self, name: str) -> bytes:
        joint = b"\n" if name.endswith(".css") else b"\n;\n"
        return joint.join(path.read_bytes() for path in self._files(name))

    def _files(self, name: str) -> list[Path]:
        if name == "joined.css":
            return sorted(self._assets.glob("*.css"))
        early = sorted(self._assets.glob("a-*.js"))
        if name == "early.js":
            return [_STATIC / "console.js", *early]
        return [path for path in sorted(self._assets.glob("*.js")) if path not in early]
