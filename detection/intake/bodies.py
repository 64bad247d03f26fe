"""Reads a request's body: bounded before it is read on, whole, and text."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

LARGEST = 2**20


class Refused(Exception):
    """A request that is not taken: `status`, one sentence, and headers that go with it."""

    def __init__(self, status: HTTPStatus, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = headers or {}


def body_of(environ: Mapping[str, Any]) -> bytes:
    """At most 1 MiB of JSON. Raises Refused; a body that is said to be too large is not read."""
    _check_type(environ)
    length = str(environ.get("CONTENT_LENGTH") or "")
    is_chunked = "chunked" in str(environ.get("HTTP_TRANSFER_ENCODING", "")).lower()
    if length.isascii() and length.isdigit() and int(length[:20]) > LARGEST:
        raise _too_large()
    if not length and not is_chunked:
        raise Refused(HTTPStatus.LENGTH_REQUIRED, "The request does not say how long its body is.")
    try:
        body = bytes(environ["wsgi.input"].read(LARGEST + 1 if is_chunked else int(length)))
    except (OSError, ValueError) as error:
        raise Refused(HTTPStatus.BAD_REQUEST, "The body could not be read.", {"Connection": "close"}) from error
    if len(body) > LARGEST:
        raise _too_large()
    if not is_chunked and len(body) < int(length):
        raise Refused(HTTPStatus.REQUEST_TIMEOUT, "The body did not arrive whole in time.", {"Connection": "close"})
    return body


def _check_type(environ: Mapping[str, Any]) -> None:
    kind = str(environ.get("CONTENT_TYPE", "")).split(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body has to be application/json.")
    if str(environ.get("HTTP_CONTENT_ENCODING", "identity")).strip().lower() not in ("", "identity"):
        raise Refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must not be compressed: turn compression off at the sender."
        )


def _too_large() -> Refused:
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than 1 MiB.")
