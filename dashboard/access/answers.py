"""Refusals and failures as the browser gets them: one sentence, the advice, no trace of our insides."""

import logging
import secrets
from collections.abc import Callable
from http import HTTPStatus

from dash.exceptions import DependencyException
from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from vigie.errors import StorageFull, StoreUnavailable, VigieError

log = logging.getLogger(__name__)


class Refused(VigieError):
    """A request that is not answered. `action`: the OWASP word under which it goes to the audit table, if it does."""

    def __init__(self, status: int, sentence: str, advice: str = "", *, action: str | None = None) -> None:
        super().__init__(sentence, advice)
        self.status = status
        self.action = action


def is_navigation() -> bool:
    """Whether a person is about to look at the answer as a page of its own."""
    if request.method not in ("GET", "HEAD"):
        return False
    mode = request.headers.get("Sec-Fetch-Mode")
    return mode == "navigate" if mode else "text/html" in request.headers.get("Accept", "")


def answer(status: int, sentence: str, advice: str = "") -> Response:
    """A page for a navigation, else JSON `{"error", "advice"}`."""
    if is_navigation():
        page = render_template("message.html", sentence=sentence, advice=advice)
        return Response(page, status, mimetype="text/html")
    response = jsonify(error=sentence, advice=advice)
    response.status_code = status
    return response


def answer_errors(server: Flask, record: Callable[[str, str], None]) -> None:
    """Registers the last resort for everything a route or a callback may raise.

    `record(action, reason)` is told of refusals that belong into the audit table.
    """

    def refused(error: Exception) -> Response:
        assert isinstance(error, Refused)
        if error.action:
            record(error.action, error.sentence)
        return answer(error.status, error.sentence, error.advice)

    server.register_error_handler(Refused, refused)
    server.register_error_handler(StoreUnavailable, _unavailable)
    server.register_error_handler(StorageFull, _unavailable)
    server.register_error_handler(HTTPException, _http)
    server.register_error_handler(DependencyException, lambda _: answer(404, "Not Found."))  # no such bundle
    server.register_error_handler(Exception, _unexpected)


def _unavailable(error: Exception) -> Response:
    assert isinstance(error, VigieError)
    log.warning("answered 503", extra={"reason": error.sentence, "path": request.path})
    response = answer(503, error.sentence, error.advice)
    response.headers["Retry-After"] = "5"
    return response


def _http(error: Exception) -> Response:
    """404, 405, 413 and the like. Redirects that routing asks for pass as they are."""
    assert isinstance(error, HTTPException)
    code = error.code or 500
    if code < 400:
        return Response(error.get_response().get_data(), code, error.get_response().headers)
    response = answer(code, f"{HTTPStatus(code).phrase}.")
    if allowed := getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _unexpected(error: Exception) -> Response:
    """A defect. The number is in the answer and in the log, the rest only in the log."""
    number = secrets.token_hex(4)
    log.error("unexpected error", exc_info=error, extra={"number": number, "path": request.path})
    return answer(
        500, f"Something went wrong here (number {number}).", "Try again; if it stays, look for it in the log."
    )
