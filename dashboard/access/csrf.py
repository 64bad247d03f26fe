"""Requests that other sites make a browser send are refused, by origin and by a token bound to the session."""

import hashlib
import hmac
from urllib.parse import urlsplit

from flask import g, request

from dashboard.access.answers import Refused

HEADER = "X-CSRFToken"  # what Dash's own scripts send
FIELD = "csrf_token"  # what our forms send
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def csrf_of(session_token: str) -> str:
    """The token of a session. It is derived, so that nothing more need be kept; it does not lead back."""
    return hashlib.sha256(b"csrf:" + session_token.encode("utf-8", "surrogatepass")).hexdigest()


def current_csrf_token() -> str:
    """What a form of ours carries in the field `csrf_token`; empty without a session."""
    token: str = g.get("csrf_token", "")
    return token


def is_unsafe() -> bool:
    """Whether this request may change something."""
    return request.method not in _SAFE_METHODS


def check_origin() -> None:
    """Raises Refused when a browser says that another site made this request."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    if site != "same-origin" or (origin is not None and urlsplit(origin).netloc != request.host):
        raise Refused(403, "This request came from another site.", "Open the console itself.", action="authz_fail")


def check_token() -> None:
    """Raises Refused unless the header or the form field holds the token of the session."""
    sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not matches(sent, current_csrf_token()):
        raise Refused(403, "The request lacks its security token.", "Reload the page.", action="authz_fail")


def matches(sent: str, expected: str) -> bool:
    """Compares in constant time; an empty expectation never matches."""
    return bool(expected) and hmac.compare_digest(
        sent.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )
