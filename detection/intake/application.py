"""The intake as a WSGI application: what is posted where, and what is answered."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from detection.intake.alerts import read_alerts
from detection.intake.bodies import Refused, body_of
from detection.intake.deliveries import Delivery, Receipt, Sender
from detection.intake.falco import read_falco
from detection.intake.tokens import Tokens
from detection.intake.writer import TooMuch, Writer
from detection.parsers.json_record import NO_JSON
from vigie.clock import utc_now
from vigie.errors import VigieError

_SENDERS = {f"/intake/{sender.value}": sender for sender in Sender}
# Alertmanager's webhook, and with it Grafana's, comes back after a 5xx only: a 429 would lose the group.
_TOO_MUCH = {
    Sender.FALCO: HTTPStatus.TOO_MANY_REQUESTS,
    Sender.ALERTMANAGER: HTTPStatus.SERVICE_UNAVAILABLE,
    Sender.GRAFANA: HTTPStatus.SERVICE_UNAVAILABLE,
}
_RETRY = {"Retry-After": "1"}
_HEADERS = (
    ("Content-Type", "application/json"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
)

StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Intake:
    """Answers deliveries once they are stored. 2xx: stored. 4xx but 408 and 429: do not send it again. Else: do.

    `waited_s` tells how long this request waited before it came here: that is part of its time for an answer.
    """

    def __init__(self, writer: Writer, tokens: Tokens, waited_s: Callable[[], float]) -> None:
        self._writer = writer
        self._tokens = tokens
        self._waited_s = waited_s

    def __call__(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        try:
            status, headers, content = self._answer(environ)
        except Refused as refused:
            status, headers, content = refused.status, refused.headers, {"error": refused.sentence}
        body = json.dumps(content).encode()
        start_response(
            f"{status.value} {status.phrase}", [*_HEADERS, *headers.items(), ("Content-Length", str(len(body)))]
        )
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answer(self, environ: Mapping[str, Any]) -> tuple[HTTPStatus, Mapping[str, str], Mapping[str, object]]:
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        if path in ("/healthz", "/readyz"):
            _only(method, "GET", "HEAD")
            is_ready = path == "/healthz" or self._writer.trouble is None
            word = "alive" if path == "/healthz" else "ready"
            return HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE, {}, {word: is_ready}
        sender = _SENDERS.get(path)
        if sender is None:
            raise Refused(HTTPStatus.NOT_FOUND, "There is nothing here.")
        _only(method, "POST")
        if not self._tokens.let_in(environ.get("HTTP_AUTHORIZATION", ""), str(environ.get("REMOTE_ADDR", ""))):
            raise Refused(HTTPStatus.UNAUTHORIZED, "The token is missing or wrong.", {"WWW-Authenticate": "Bearer"})
        body = body_of(environ)
        try:
            self._writer.check(len(body), self._waited_s())  # before the work of reading what cannot be taken
        except VigieError as error:
            raise _not_now(sender, error) from error
        return self._taken(_read(sender, body))

    def _taken(self, delivery: Delivery) -> tuple[HTTPStatus, Mapping[str, str], Mapping[str, object]]:
        """What was rejected is kept, too, before the sender is told so."""
        try:
            receipt = self._writer.submit(delivery, self._waited_s())
        except VigieError as error:
            raise _not_now(delivery.sender, error) from error
        if receipt.stored or receipt.folded or receipt.duplicate:
            return HTTPStatus.OK, {}, asdict(receipt)
        return _refusal_of(delivery, receipt)


def _not_now(sender: Sender, error: VigieError) -> Refused:
    is_too_much = isinstance(error, TooMuch)
    return Refused(_TOO_MUCH[sender] if is_too_much else HTTPStatus.SERVICE_UNAVAILABLE, str(error), _RETRY)


def _refusal_of(delivery: Delivery, receipt: Receipt) -> tuple[HTTPStatus, Mapping[str, str], Mapping[str, object]]:
    reason = delivery.rejected[0].sentence if delivery.rejected else "It holds a value that cannot be stored."
    status = HTTPStatus.BAD_REQUEST if reason == NO_JSON else HTTPStatus.UNPROCESSABLE_ENTITY
    return status, {}, {"error": reason, "rejected": receipt.rejected}


def _read(sender: Sender, body: bytes) -> Delivery:
    """A byte that is no UTF-8 must not cost the alert it stands in: it becomes U+FFFD."""
    text = body.decode("utf-8", "replace")
    if sender is Sender.FALCO:
        return read_falco(text, len(body), utc_now())
    return read_alerts(sender, text, len(body), utc_now())


def _only(method: str, *allowed: str) -> None:
    if method not in allowed:
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, "This method is not taken here.", {"Allow": ", ".join(allowed)})
