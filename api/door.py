"""The way in and out of the service: every request passes here first and every answer last.

On the way in: who sends it, and no more of a body than an account needs. On the way out: security headers, a log line,
metrics.
"""

import asyncio
import logging
import time
from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.activity import Visit, clean_user_agent
from api.addresses import client_address
from api.errors import ApiError, answer
from api.metrics import UNMATCHED, Metrics
from api.settings import Network

_LARGEST_BODY = 16 * 1024
_BODY_WITHIN_S = 10
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_log = logging.getLogger("api")


class Door:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, metrics: Metrics, trusted: Sequence[Network]) -> None:
        self._app = app
        self._metrics = metrics
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets lifespan messages through; serves and notes every HTTP request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        visit = scope["visit"] = _visit(scope, self._trusted)
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        try:
            await self._serve(scope, receive, send_with_headers)
        finally:
            self._note(scope, visit, status, time.perf_counter() - started)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(_BODY_WITHIN_S):
                body = await _read(receive)
        except (ApiError, TimeoutError) as error:
            refusal = error if isinstance(error, ApiError) else _TOO_SLOW
            await answer(refusal)(scope, receive, send)
            return
        unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return unread.pop() if unread else await receive()

        await self._app(scope, replay, send)

    def _note(self, scope: Scope, visit: Visit, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", UNMATCHED)
        self._metrics.answered(scope["method"], route, status, seconds)
        line = {
            "user": visit.user,
            "source_ip": str(visit.source_ip) if visit.source_ip else None,
            "user_agent": visit.user_agent,
            "http_method": scope["method"][:20],
            "http_route": route,
            "http_status": status,
            "duration_ms": round(seconds * 1000, 1),
        }
        if status < 500:  # otherwise the transaction, and with it what was to happen, may have been undone
            for activity, reason in visit.happened:
                self._metrics.happened(activity)
                detail = {"event": activity.owasp, "reason": reason.value if reason else None}
                _log.info("%s", activity.owasp, extra=line | detail)
        if route == UNMATCHED:
            line["url_path"] = scope["path"][:200]
        _log.info("%s %s %d", line["http_method"], route, status, extra=line | {"event": "http_request"})


_TOO_SLOW = ApiError(408, "The request did not arrive in time.", "Send it again, all at once.", {"Connection": "close"})
_TOO_LARGE = ApiError(413, "The request is too large.", "Send at most 16 KiB.", {"Connection": "close"})


def _visit(scope: Scope, trusted: Sequence[Network]) -> Visit:
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    forwarded = b",".join(value for name, value in headers if name == b"x-forwarded-for").decode("latin-1")
    peer = scope["client"][0] if scope.get("client") else None
    agent = next((value for name, value in headers if name == b"user-agent"), None)
    return Visit(client_address(peer, forwarded, trusted), clean_user_agent(agent))


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > _LARGEST_BODY:
            raise _TOO_LARGE
        if not message.get("more_body", False):
            return body
