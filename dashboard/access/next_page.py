"""Where a person goes after signing in: only ever a page of this console."""

import re
from urllib.parse import urlsplit

_HARMLESS = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]{0,1500}")
_OWN_PAGES = ("/login", "/logout", "/password")


def safe_next(wanted: object) -> str:
    """`wanted` if it is a path of our own origin, else `/`."""
    if not isinstance(wanted, str) or not _HARMLESS.fullmatch(wanted) or not wanted.isascii():
        return "/"
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or parts.path.startswith(_OWN_PAGES):
        return "/"
    return wanted
