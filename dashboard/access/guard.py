"""One check before every request of the whole server: what is not listed here as public needs a session.

It is registered before Dash registers anything, so an anonymous request does not even reach Dash's own set-up.
"""

import logging
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from urllib.parse import quote

from flask import Flask, Response, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard.access import csrf
from dashboard.access.answers import answer, is_navigation
from dashboard.access.callbacks import CALLBACK_ENDPOINT
from dashboard.access.client import remember_address
from dashboard.access.cookies import Cookies
from dashboard.access.hosts import check_host
from dashboard.access.sessions import Session, Sessions
from dashboard.settings import Network

LARGEST_BODY = 1024 * 1024  # bytes

_PROBES = frozenset({"probes.healthz", "probes.readyz"})  # monitors call the console by whatever name they know
# The only places where the world is let in.
PUBLIC_ENDPOINTS = _PROBES | {"access.sign_in", "access.sign_in_file"}
PUBLIC_FILES = frozenset({"/assets/fonts/inter-latin-wght-normal.woff2"})  # the sign-in page's font
# Where a person with a one-time password may go.
_PASSWORD_ENDPOINTS = frozenset({"access.password", "access.sign_out"})
_POLL = "probes.sequence"

log = logging.getLogger(__name__)


class Guard:
    """Denies by default. `install` it on a server that has no routes of Dash yet."""

    def __init__(
        self, sessions: Sessions, cookies: Cookies, proxies: Sequence[Network], names: AbstractSet[str]
    ) -> None:
        self._sessions = sessions
        self._cookies = cookies
        self._proxies = proxies
        self._names = names

    def install(self, server: Flask) -> None:
        server.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
        server.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
        server.before_request(self.check)

    def check(self) -> Response | None:
        """None lets the request through, with `g.person` set where there is one. Raises Refused, StoreUnavailable."""
        remember_address(self._proxies)
        if request.endpoint not in _PROBES:
            check_host(self._names)
        if (request.content_length or 0) > LARGEST_BODY:
            raise RequestEntityTooLarge
        if _is_public():
            return None
        token = self._cookies.read(self._cookies.session)
        session = self._sessions.verify(token, counts=_shows_a_person()) if token else None
        if session is None:
            return _turned_away()
        self._remember(session, token)
        if session.person.must_change_password and request.endpoint not in _PASSWORD_ENDPOINTS:
            return _password_first()
        if csrf.is_unsafe():
            csrf.check_origin()
            csrf.check_token()
        return None

    def _remember(self, session: Session, token: str) -> None:
        g.person = session.person
        g.session = session
        g.csrf_token = csrf.csrf_of(token)


def _is_public() -> bool:
    return request.endpoint in PUBLIC_ENDPOINTS or (request.path in PUBLIC_FILES and not csrf.is_unsafe())


def _shows_a_person() -> bool:
    """Whether somebody did something. A screen that polls, and asks when there is news, does so with nobody there."""
    if request.endpoint == _POLL:
        return request.args.get("active") == "1"
    return is_navigation() or (csrf.is_unsafe() and request.endpoint != CALLBACK_ENDPOINT)


def _turned_away() -> Response:
    log.info("no session", extra={"method": request.method, "path": request.path[:500]})
    if not is_navigation():
        return answer(401, "This needs a session.", "Sign in.")
    here = request.full_path.rstrip("?")
    wanted = "" if here == "/" else f"?next={quote(here, safe='/')}"
    return _redirected(f"/login{wanted}")


def _password_first() -> Response:
    if is_navigation():
        return _redirected("/password")
    return answer(403, "The one-time password must be changed first.", "Open /password.")


def _redirected(location: str) -> Response:
    return Response(status=302, headers={"Location": location})
