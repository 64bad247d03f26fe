"""Who may post: those that know a token."""

import base64
import binascii
import hashlib
import hmac
import logging
import threading
import time
from collections.abc import Callable, Sequence

_log = logging.getLogger(__name__)
_TOLD_EVERY_S = 10.0


class Tokens:
    """The tokens that are let in, compared in constant time. Refusals are logged, at most one line in ten seconds."""

    def __init__(self, tokens: Sequence[str], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._digests = [_digest(token) for token in tokens]
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._refused = 0
        self._told_at = float("-inf")

    def let_in(self, authorization: str, address: str) -> bool:
        """`authorization` is the header: `Bearer` with a token, or `Basic` with it as the password of any name, which
        is all that Falco's http_output can send."""
        given = _digest(_given(authorization))
        matches = [hmac.compare_digest(given, digest) for digest in self._digests]
        if any(matches):
            return True
        self._tell(address, bool(authorization))
        return False

    def _tell(self, address: str, had_one: bool) -> None:
        with self._lock:
            self._refused += 1
            now = self._monotonic()
            if now - self._told_at < _TOLD_EVERY_S:
                return
            refused, self._refused, self._told_at = self._refused, 0, now
        reason = "wrong credentials" if had_one else "no credentials"
        _log.warning("deliveries were refused", extra={"refused": refused, "last_from": address, "why": reason})


def _given(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode("utf-8", "replace").partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
